"""Whether the adoptions of an edition are as they were written: rules, positions, ballots, statements, records."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from academy.canonical import digest_or_none
from academy.history import Mismatch, verify_contents
from academy.models import Edition
from outcome.adoption.ballots import cast_words
from outcome.models import (
    BallotBox,
    Cast,
    Indication,
    Position,
    Presence,
    Procedure,
    Record,
    RoomCount,
    Statement,
)
from outcome.recording import (
    indication_words,
    position_words,
    presence_words,
    procedure_words,
    record_words,
    room_count_words,
    statement_words,
)

OF_ELECTORS: tuple[tuple[Any, Any], ...] = (
    (Position, position_words),
    (Cast, cast_words),
    (Presence, presence_words),
    (Indication, indication_words),
)
OF_PROCEDURES: tuple[tuple[Any, Any], ...] = ((RoomCount, room_count_words), (Statement, statement_words))


def verify_adoptions(edition: Edition) -> Iterator[Mismatch]:
    """Yield the adoptions, their records, positions, ballots and statements that are not as they were written."""
    procedures = list(Procedure.objects.filter(document__edition=edition))
    yield from verify_contents(edition, Procedure, {str(row.pk): procedure_words(row) for row in procedures})
    for model, words in OF_ELECTORS:
        rows = model._default_manager.filter(elector__procedure__document__edition=edition)
        yield from verify_contents(edition, model, {str(row.pk): words(row) for row in rows})
    for model, words in OF_PROCEDURES:
        rows = model._default_manager.filter(procedure__document__edition=edition)
        yield from verify_contents(edition, model, {str(row.pk): words(row) for row in rows})
    for procedure in procedures:
        yield from _verify_box(procedure)
    records = list(Record.objects.filter(document__edition=edition).select_related("procedure__revision"))
    yield from verify_contents(edition, Record, {str(made.pk): record_words(made) for made in records})
    for made in records:
        yield from verify_record(made)


def verify_record(made: Record) -> Iterator[Mismatch]:
    """Yield, in words, what in a record does not fit together, or does not fit what was adopted."""
    name = f"adoption record {made.pk}"
    content = made.content if isinstance(made.content, dict) else {}
    if digest_or_none(made.content) != made.digest:
        yield Mismatch(name, "its content was changed after the adoption")
    if content.get("text_digest") != digest_or_none(content.get("text")):
        yield Mismatch(name, "the text in it is not the text that was adopted")
    if made.procedure.revision.digest != content.get("text_digest"):
        yield Mismatch(name, "it names another revision than the adoption")
    if _counted_again(content) != _counts(content.get("counts")):
        yield Mismatch(name, "its numbers are not those of the positions in it")


def verify_published(edition: Edition, published: str) -> Iterator[Mismatch]:
    """Yield the records of an edition if none of them, nor its text, has the digest that was published outside.

    Whoever owns the database can change a record, recompute every digest that is kept there, and write the history
    anew; a digest in a mail or on a print they cannot reach.
    """
    wanted = published.strip().lower()
    records = list(Record.objects.filter(document__edition=edition).order_by("made_at"))
    known = {digest for made in records for digest in (made.digest, made.content.get("text_digest"))}
    if wanted in known:
        return
    reason = (
        "it does not have the digest that was published; what is kept here was changed since, "
        "or the digest belongs to something else"
    )
    if not records:
        yield Mismatch("adoption record", "there is none")
    for made in records:
        yield Mismatch(f"adoption record {made.pk}", reason)


def _counted_again(content: dict[str, Any]) -> Counter[str]:
    """The counts of a record, from the positions or ballots and the hands in it."""
    try:
        room = (content.get("room") or {}).get("counts", {})
        if "ballots" in content:
            online = Counter(ballot["choice"] for ballot in content["ballots"])
        else:
            online = Counter({choice: len(people) for choice, people in content["positions"].items()})
        return +(online + Counter(room))
    except (KeyError, TypeError, AttributeError):
        return Counter({"": -1})


def _counts(counts: Any) -> Counter[str]:
    return +Counter(counts) if isinstance(counts, dict) else Counter()


def _verify_box(procedure: Procedure) -> Iterator[Mismatch]:
    """A box holds as many ballots as electors cast one; who cast which, nobody knows."""
    if not procedure.is_pseudonymous:
        return
    box = BallotBox.objects.filter(procedure=procedure).first()
    cast = Cast.objects.filter(elector__procedure=procedure).count()
    held = len(box.ballots) if box else 0
    if held != cast:
        yield Mismatch(
            f"ballot box of the adoption {procedure.pk}", f"it holds {held} ballots, and {cast} were cast"
        )
