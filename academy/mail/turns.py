"""The order in which mail is locked: the edition's row first, as whoever is erased or unsubscribes holds it too."""

from uuid import UUID

from academy.models import Edition, Mailing
from academy.registration import in_turn


def mailing_in_turn(key: UUID) -> Mailing | None:
    """A letter, reminder or summary, locked after its edition's row; None if there is none.

    Whom it is for is read after that: nobody is erased, withdraws or unsubscribes until the transaction ends.
    """
    edition = Edition.objects.filter(mailings=key).first()
    if edition is None:
        return None
    edition = in_turn(edition)
    mailing = Mailing.objects.select_for_update(of=("self",)).get(pk=key)
    mailing.edition = edition
    return mailing
