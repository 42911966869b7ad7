"""What a participant says about themselves, corrected later."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from academy import clock, registration
from academy.access_needs import keep_need
from academy.consent import follow_visibility
from academy.errors import DomainError
from academy.history import record
from academy.models import Edition, Participant, User
from academy.permissions import insist
from academy.questions import insist_on_answers, questions_of
from academy.registration import (
    GIVEN_UP,
    ChangesClosed,
    NotWaiting,
    Profile,
    PseudonymTaken,
    participant_words,
)

__all__ = ["GIVEN_UP", "SeenOtherwise", "can_be_corrected", "change_profile", "profile_of", "way_seen"]


class SeenOtherwise(DomainError):
    """Meanwhile the person is seen in another way than they saw when they began to change it."""

    message = gettext_lazy(
        "Meanwhile it was changed who sees you: the organisers do so where a name may put somebody in danger. How it "
        "is now stands below. Nothing is saved yet: look at it, and save."
    )


def profile_of(participant: Participant) -> Profile:
    """What the registration says now."""
    return Profile(**{name: getattr(participant, name) for name in Profile.__dataclass_fields__})


def way_seen(participant: Participant) -> str:
    """What changes whenever somebody is seen in another way, or by another pseudonym."""
    way = f"{participant.visibility} {participant.pseudonym}"
    return sha256(way.encode()).hexdigest()[:16]


def can_be_corrected(edition: Edition) -> bool:
    """Whether registrations can be corrected now; how one is seen always can."""
    return edition.changes_until is None or clock.now() < edition.changes_until


@transaction.atomic
def change_profile(
    participant: Participant, profile: Profile, *, by: User, access_need: str | None = None, seen: str = ""
) -> Participant:
    """A participant corrects the own registration; whoever becomes protected is shown by the pseudonym at once.

    Args:
        access_need: what the person needs to take part, empty for nothing any more; None leaves it as it is.
        seen: the `way_seen` when the person began; empty if it does not matter.

    Raises:
        NotAllowed: somebody else's registration.
        NotWaiting: it is declined or withdrawn.
        ChangesClosed: the time is over, and more than the way in which one is seen would change.
        SeenOtherwise: nothing that was begun before shows more of somebody of whom less is shown since.
        PseudonymTaken
        Invalid: an answer does not fit its question.
    """
    insist(by.pk == participant.user_id)
    edition = registration.in_turn(participant.edition)
    row = Participant.objects.select_for_update(of=("self",)).get(pk=participant.pk)
    if row.state in GIVEN_UP:
        raise NotWaiting
    is_seen_anew = (profile.visibility, profile.pseudonym) != (row.visibility, row.pseudonym)
    if seen and seen != way_seen(row) and is_seen_anew:
        raise SeenOtherwise
    if not can_be_corrected(edition) and _seen_as(row, profile) != profile_of(row):
        raise ChangesClosed
    insist_on_answers(edition, profile.answers)
    if registration.is_taken(profile.pseudonym, edition, but=row):
        raise PseudonymTaken
    was, called = row.visibility, row.pseudonym
    for name, value in vars(profile).items():
        setattr(row, name, value)
    row.answers = {**_answers_of_old(participant, edition), **profile.answers}
    row.save(update_fields=[*vars(profile)])
    follow_visibility(row, was=was, called=called)
    if access_need is not None:
        keep_need(row, access_need)
    facts = {"visibility": row.visibility}
    record(edition, "profile changed", row, by=by, data=facts, content=participant_words(row))
    return row


def _seen_as(row: Participant, profile: Profile) -> Profile:
    """The new profile with the old way of being seen: what else it changes."""
    return replace(profile, visibility=row.visibility, pseudonym=row.pseudonym)


def _answers_of_old(participant: Participant, edition: Edition) -> dict[str, Any]:
    """The answers to questions that are not asked any more: they stay."""
    asked = {str(key) for key in questions_of(edition).values_list("pk", flat=True)}
    return {key: answer for key, answer in participant.answers.items() if key not in asked}
