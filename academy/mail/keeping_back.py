"""Keeping back what an account that is in other hands meant to send to many."""

from dataclasses import dataclass, field

from django.db import transaction

from academy.mail.letters import put_back, stop_waiting
from academy.mail.planners import mailings_touched_by
from academy.mail.standing import keep_off
from academy.mail.turning import kept_back
from academy.mail.turns import mailing_in_turn
from academy.models import Mailing, User


@dataclass
class KeptBack:
    """What does not go out: how many planned letters are drafts again, how many mails waited, what is off now."""

    letters: int = 0
    mails: int = 0
    turned_off: list[Mailing] = field(default_factory=list)


@transaction.atomic
def keep_back_mail(user: User) -> KeptBack:
    """Have nothing go out to many that this account wrote, changed, planned or turned on; organisers may do so anew."""
    found = KeptBack()
    for touched in mailings_touched_by(user):
        mailing = mailing_in_turn(touched.pk)
        if mailing is None:
            continue
        was_planned = mailing.state == Mailing.State.PLANNED
        if mailing.kind != Mailing.Kind.LETTER:
            keep_off(mailing)
            found.turned_off += [mailing] if was_planned else []
        elif was_planned:
            put_back(mailing, kept_back(mailing.kind))
            found.letters += 1
        found.mails += stop_waiting(mailing, by=None)
    return found
