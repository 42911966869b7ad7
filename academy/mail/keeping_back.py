"""Keeping back what an account that is in other hands meant to send."""

from dataclasses import dataclass

from django.db import transaction

from academy.mail.letters import put_back, stop_waiting
from academy.mail.planners import letters_touched_by
from academy.mail.turns import mailing_in_turn
from academy.models import Mailing, User


@dataclass(frozen=True)
class KeptBack:
    """How many planned letters became drafts again, and how many mails that waited do not go out."""

    letters: int
    mails: int


@transaction.atomic
def keep_back_letters(user: User) -> KeptBack:
    """Have no letter go out that this account wrote, changed or planned; organisers may plan it again."""
    letters = mails = 0
    for touched in letters_touched_by(user):
        letter = mailing_in_turn(touched.pk)
        if letter is None:
            continue
        if letter.state == Mailing.State.PLANNED:
            put_back(letter)
            letters += 1
        mails += stop_waiting(letter, by=None)
    return KeptBack(letters, mails)
