"""The ballot box: what lies in it leads to nobody (docs/decisions/0025-pseudonymous-ballots.md).

A voter's browser, or the page that asks for confirmation, holds a random secret. The receipt in the box is a digest
of it, so that whoever reads the receipt, in the box or in the record, can neither change the ballot nor say whose it
is. Nothing here writes a log.
"""

import hashlib
import re
import secrets
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import Invalid
from outcome.adoption.errors import AdoptionClosed, AlreadyCast, ChangedMeanwhile
from outcome.models import BallotBox, Cast, Elector, Procedure

# No 0, O, 1, I or L: a secret is read from a screen and typed again.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SECRET_LENGTH, RECEIPT_LENGTH = 28, 20
GROUP = 4


def new_secret() -> str:
    """A secret that nobody has: 28 letters drawn at random, more than 138 bits."""
    return grouped("".join(secrets.choice(LETTERS) for _letter in range(SECRET_LENGTH)))


def grouped(letters: str) -> str:
    """Letters in groups of four, as they are read aloud."""
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def receipt_of(secret: str) -> str:
    """The receipt that a secret opens: a digest of it, in groups of four letters.

    Raises:
        Invalid: it is not such a secret.
    """
    letters = re.sub(r"[\s-]", "", secret).upper()
    if len(letters) != SECRET_LENGTH or not set(letters) <= set(LETTERS):
        raise Invalid(
            _("This is not the secret of a receipt: it has seven groups of four letters and digits.")
        )
    number = int.from_bytes(hashlib.sha256(f"academy ballot {letters}".encode()).digest())
    drawn = []
    for _letter in range(RECEIPT_LENGTH):
        number, place = divmod(number, len(LETTERS))
        drawn.append(LETTERS[place])
    return grouped("".join(drawn))


def holds(procedure: Procedure, elector: Elector, receipt: str, choice: str) -> bool:
    """Whether exactly this ballot lies in the box, and the elector has cast one."""
    box = BallotBox.objects.filter(procedure=procedure).first()
    return bool(box and box.ballots.get(receipt) == choice and Cast.objects.filter(elector=elector).exists())


def mark_of(procedure: Procedure, receipt: str) -> str:
    """A mark of what the ballot with this receipt says now, or that there is none; it shows nobody what that is."""
    box = BallotBox.objects.filter(procedure=procedure).first()
    return _mark(receipt, box.ballots if box else {})


def _mark(receipt: str, ballots: dict[str, str]) -> str:
    return salted_hmac("academy.ballot", f"{receipt} {ballots.get(receipt, '')}").hexdigest()


def put(procedure: Procedure, elector: Elector, receipt: str, choice: str, before: str) -> tuple[Cast, bool]:
    """Put a ballot into the box, or change the one with this receipt; call it under the procedure's lock.

    Returns: that the elector has cast a ballot, and whether this is the first time.

    Raises:
        AlreadyCast: another ballot of the elector lies in the box.
        ChangedMeanwhile: `before` is not the mark of what the ballot says.
        AdoptionClosed: the database says so.
    """
    _overwrite_what_is_deleted()
    box = BallotBox.objects.select_for_update().get(procedure=procedure)
    cast = Cast.objects.filter(elector=elector).first()
    # A first ballot comes with a secret of its own, and a change with the secret of a ballot in the box.
    if (cast is None) == (receipt in box.ballots):
        raise AlreadyCast
    fresh = cast is None
    if not fresh and before != _mark(receipt, box.ballots):
        raise ChangedMeanwhile
    try:
        with transaction.atomic():
            cast = cast or Cast.objects.create(elector=elector)
            box.ballots = in_order({**box.ballots, receipt: choice})
            box.minute = clock.now().replace(second=0, microsecond=0)
            box.save(update_fields=["ballots", "minute"])
    except IntegrityError as error:
        raise AdoptionClosed from error
    return cast, fresh


def in_order(ballots: dict[str, str]) -> dict[str, str]:
    """The ballots sorted by their receipts, which are random: an order that says nothing."""
    return dict(sorted(ballots.items()))


def close_box(procedure: Procedure) -> None:
    """Forget the minute of the last ballot, before the adoption is closed."""
    _overwrite_what_is_deleted()
    for box in BallotBox.objects.filter(procedure=procedure):
        box.minute = None
        box.save(update_fields=["minute"])


def cast_words(cast: Cast) -> dict[str, Any]:
    """What the history commits to when a ballot is cast: whose place in the electorate, and nothing of the ballot."""
    return {"elector": str(cast.elector_id)}


def _overwrite_what_is_deleted() -> None:
    """On SQLite, write zeros over earlier states of the box; PostgreSQL's dumps hold none of them."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
