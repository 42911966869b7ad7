"""Ending the mail that is not essential, and having it again: by the link in each such mail, or when logged in."""

from django.db import transaction

from academy.consent import NEWS, end_consent, give_consent
from academy.history import record
from academy.mail.posting import user_of_token
from academy.models import Edition, Message, Participant, User
from academy.permissions import insist
from academy.privacy.erased import note_consent


def participant_of_token(token: str, edition: Edition) -> Participant | None:
    """Whose link this is; None for one that nobody got."""
    key = user_of_token(token, edition)
    people = Participant.objects.filter(edition=edition, erased_at=None).select_related("edition", "user")
    return people.filter(user=key).first() if key else None


@transaction.atomic
def choose_news(participant: Participant, wanted: bool, *, by: User | None) -> bool:
    """End or begin the mail that is not essential; returns whether that changed anything.

    What waits in the outbox is kept back too.

    Args:
        by: the person; None for whoever has the link of a mail to them.

    Raises:
        NotAllowed: somebody else's mail.
    """
    insist(by is None or by.pk == participant.user_id)
    edition = Edition.objects.select_for_update(no_key=True).get(pk=participant.edition_id)
    row = Participant.objects.select_for_update(of=("self",)).get(pk=participant.pk)
    if row.wants_news == wanted:
        return False
    row.wants_news = wanted
    row.save(update_fields=["wants_news"])
    if wanted:
        give_consent(row, NEWS)
    else:
        end_consent(row, NEWS)
        waiting = Message.objects.filter(
            edition=edition, user=row.user_id, is_essential=False, state=Message.State.QUEUED
        )
        waiting.update(state=Message.State.CANCELLED)
    note_consent(row.pk, NEWS.purpose, stands=wanted)
    record(edition, "news wanted" if wanted else "news ended", row, by=by)
    return True
