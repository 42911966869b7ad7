"""What a participant says about themselves, corrected later."""

from django.db import transaction

from academy import registration
from academy.history import record
from academy.models import Participant, User
from academy.permissions import insist
from academy.registration import NotWaiting, Profile, PseudonymTaken, participant_words

GIVEN_UP = (Participant.State.DECLINED, Participant.State.WITHDRAWN)


def profile_of(participant: Participant) -> Profile:
    """What the registration says now."""
    return Profile(**{name: getattr(participant, name) for name in Profile.__dataclass_fields__})


@transaction.atomic
def change_profile(participant: Participant, profile: Profile, *, by: User) -> Participant:
    """A participant corrects the own registration; whoever becomes protected is shown by the pseudonym at once.

    Raises:
        NotAllowed: somebody else's registration.
        NotWaiting: it is declined or withdrawn.
        PseudonymTaken
    """
    insist(by.pk == participant.user_id)
    edition = registration.in_turn(participant.edition)
    row = Participant.objects.select_for_update(of=("self",)).get(pk=participant.pk)
    if row.state in GIVEN_UP:
        raise NotWaiting
    is_another = profile.pseudonym.casefold() != row.pseudonym.casefold()
    if is_another and registration.is_taken(profile.pseudonym, edition):
        raise PseudonymTaken
    for name, value in vars(profile).items():
        setattr(row, name, value)
    row.save(update_fields=[*vars(profile)])
    facts = {"visibility": row.visibility}
    record(edition, "profile changed", row, by=by, data=facts, content=participant_words(row))
    return row
