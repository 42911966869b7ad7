"""Keeping back what an account that is in other hands meant to send to many."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Cast, Concat

from academy.mail.letters import put_back, stop_waiting
from academy.mail.planners import mailings_touched_by
from academy.mail.standing import keep_off
from academy.mail.turning import kept_back
from academy.mail.turns import mailing_in_turn
from academy.models import Edition, Mailing, Message, User
from academy.outbox import hold_waiting


@dataclass
class KeptBack:
    """What does not go out.

    `letters` is how many planned ones are drafts again, `mails` how many of letters, reminders and summaries waited or
    could have been sent again, `turned_off` which of these are off now, `held` how many other mails wait, {edition:
    how many}, until an organiser has looked at them.
    """

    letters: int = 0
    mails: int = 0
    turned_off: list[Mailing] = field(default_factory=list)
    held: dict[Edition, int] = field(default_factory=dict)


@transaction.atomic
def keep_back_mail(user: User, organised: Iterable[Edition]) -> KeptBack:
    """Have nothing go out to many that this account wrote, changed, planned or turned on; organisers may do so anew.

    Args:
        organised: the academies that it organises. Of their other mail nobody knows whose doing it is: what waits of it
            is held back.
    """
    found = KeptBack()
    for touched in mailings_touched_by(user):
        mailing = mailing_in_turn(touched.pk)
        if mailing is None:
            continue
        was_planned = mailing.state == Mailing.State.PLANNED
        if mailing.kind != Mailing.Kind.LETTER:
            _give_way(mailing)
            keep_off(mailing)
            found.turned_off += [mailing] if was_planned else []
        elif was_planned:
            put_back(mailing, kept_back(mailing.kind))
            found.letters += 1
        found.mails += stop_waiting(mailing, by=None, also=(Message.State.FAILED,))
    for edition in organised:
        if count := hold_waiting(edition):
            found.held[edition] = count
    return found


def _give_way(mailing: Mailing) -> None:
    """Let reminders and summaries that nobody gets now be written once more when they are turned on anew."""
    own = Concat("key", Value(" kept back "), Cast("pk", models.CharField()))
    Message.objects.filter(mailing=mailing, state=Message.State.QUEUED).update(key=own)
