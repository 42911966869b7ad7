"""Clauses that are begun, split, merged and moved while the document is written together.

Each is a command of the server under the document's lock, so that two people never do it at once. Sources stay with
the words: both halves of a split clause rest on what it rested on, and a merged one on what both did.
"""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from academy.announcements import announce
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.languages import WORKING_LANGUAGES
from academy.models import User
from academy.word_changes import TOKEN
from outcome.clause_words import clause_words
from outcome.drafting import STEP, WrongPlace, renumber
from outcome.live.bodies import cut, join, raw, whole
from outcome.live.log import Log
from outcome.live.pen import Pen, take_pen
from outcome.live.showing import start_log
from outcome.locking import writable
from outcome.models import Clause, Document, Section, Source
from outcome.provenance import source_words


class NotInside(Invalid):
    """A clause is split inside its words."""

    message = gettext_lazy("Put the cursor between two words: what follows it becomes a clause of its own.")


class SplitMeanwhile(DomainError):
    """The words around the cursor are not in this clause any more."""

    message = gettext_lazy(
        "Somebody changed this clause at the same place. Nothing was split; please look again."
    )


class NotLive(DomainError):
    """The document is not written together yet."""

    message = gettext_lazy("This document is not written together yet. Open the writing page first.")


@transaction.atomic
def open_for_writing(document: Document, *, by: User) -> Document:
    """Let a document be written together from now on; one that is already stays as it is.

    Raises:
        NotAllowed, DocumentFixed
    """
    document = writable(document, by=by)
    if not document.is_live:
        start_log(document, by=by)
    return document


def tell(document: Document, seq: int) -> None:
    """Tell the editors of a document that its log has a new line."""
    announce("document written", document=str(document.pk), seq=seq)


@transaction.atomic
def begin_clause(section: Section, *, after: Clause | None = None, by: User) -> Clause:
    """Put an empty clause into a section, after another one or at the end; it counts once it has words.

    Raises:
        NotAllowed, DocumentFixed, NotLive
        WrongPlace: `after` stands in another section, or was removed.
    """
    pen, _log = _live_pen(section.document, by=by)
    others = _standing(section)
    place = _place_after(others, after)
    is_preamble = section.kind == Section.Kind.PREAMBLE
    clause = Clause.objects.create(
        document=pen.document,
        section=section,
        kind=Clause.Kind.PREAMBLE if is_preamble else Clause.Kind.ENCOURAGEMENT,
        order=(place + 1) * STEP,
        language=after.language if after else None,
    )
    pen.add(clause)
    record(pen.document.edition, "clause added", clause, by=by, content=clause_words(clause))
    renumber([*others[:place], clause, *others[place:]], pen=pen, by=by)
    pen.put_down()
    return clause


@transaction.atomic
def begin_remark(encouragement: Clause, *, by: User) -> Clause:
    """Put an empty explanatory remark to an encouragement, or bring back the one it had.

    Raises:
        NotAllowed, DocumentFixed, NotLive, WrongPlace
    """
    pen, _log = _live_pen(encouragement.document, by=by)
    encouragement = Clause.objects.select_related("section").get(pk=encouragement.pk)
    if encouragement.kind != Clause.Kind.ENCOURAGEMENT or encouragement.removed:
        raise WrongPlace
    remark = Clause.objects.filter(parent=encouragement).first()
    if remark is None:
        remark = _new_remark(encouragement, pen)
        pen.add(remark)
        record(pen.document.edition, "remark added", remark, by=by, content=clause_words(remark))
    elif remark.removed:
        remark.removed, remark.version = False, remark.version + 1
        remark.save(update_fields=["removed", "version"])
        pen.place([remark])
        record(pen.document.edition, "remark added", remark, by=by, content=clause_words(remark))
    pen.put_down()
    return remark


def _new_remark(encouragement: Clause, pen: Pen) -> Clause:
    return Clause.objects.create(
        document=pen.document,
        section=encouragement.section,
        parent=encouragement,
        kind=Clause.Kind.REMARK,
        language=encouragement.language,
    )


@transaction.atomic
def split_clause(clause: Clause, *, seen: str, at: int, by: User) -> Clause:
    """Let what follows a place in a clause become the next clause; the remark stays with the first half.

    Args:
        seen: the text of the clause as the writer saw it, lines joined by line breaks.
        at: the place in it, in characters.

    Returns: the new clause.

    Raises:
        NotAllowed, DocumentFixed, NotLive
        NotInside: there are no words before the place, or none after it.
        SplitMeanwhile: somebody changed the text just there, or split it.
        WrongPlace: a remark, or a removed clause.
    """
    pen, log = _live_pen(clause.document, by=by)
    first = _standing_clause(clause)
    now = raw(log.block(first.pk)["body"])
    place = moved_place(seen, at, now)
    while place < len(now) and now[place].isspace():
        place += 1
    if not now[:place].strip() or not now[place:].strip():
        raise NotInside
    taken: list[Any] = []
    log.change_words(lambda blocks: taken.extend(cut(blocks[str(first.pk)]["body"], place)), moves=True)
    words, formats = taken
    second = Clause(
        document=pen.document, section=first.section, kind=first.kind, language=first.language, text=words
    )
    second.formats = formats
    pen.add(second)
    pen.take(second)
    second.order = first.order + 1
    second.save(force_insert=True)
    pen.place([second])
    pen.take(first)
    first.version += 1
    first.save()
    edition = pen.document.edition
    record(edition, "clause split", first, by=by, data={"into": str(second.pk)}, content=clause_words(first))
    record(edition, "clause added", second, by=by, data={"from": str(first.pk)}, content=clause_words(second))
    others = [c for c in _standing(first.section) if c.pk != second.pk]
    number = next(i for i, other in enumerate(others) if other.pk == first.pk) + 1
    renumber([*others[:number], second, *others[number:]], pen=pen, by=by)
    pen.put_down()
    _carry_sources(first, second, pen, by=by)
    return second


def moved_place(seen: str, at: int, now: str) -> int:
    """Where a place in a text that somebody saw lies in the text as it is now. Pure.

    Raises:
        SplitMeanwhile: the words around it changed.
    """
    if not 0 <= at <= len(seen):
        raise NotInside
    if seen == now:
        return at
    before, after = TOKEN.findall(seen), TOKEN.findall(now)
    old = new = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = len("".join(before[i1:i2])), len("".join(after[j1:j2]))
        if tag == "equal" and old < at < old + gone:
            return new + at - old
        old, new = old + gone, new + come
    raise SplitMeanwhile


@transaction.atomic
def merge_clauses(clause: Clause, *, into: Clause, by: User) -> Clause:
    """Put the words of a clause at the end of another one, its remark's likewise; it stays as a tombstone.

    Raises:
        NotAllowed, DocumentFixed, NotLive
        WrongPlace: they are the same, of different kinds, or one of them was removed.
    """
    pen, log = _live_pen(clause.document, by=by)
    gone, kept = _standing_clause(clause), _standing_clause(into)
    if gone.pk == kept.pk or gone.kind != kept.kind or gone.document_id != kept.document_id:
        raise WrongPlace
    _move_words(gone, kept, pen, log, by=by)
    their_remark = Clause.objects.filter(parent=gone, removed=False).exclude(text="").first()
    if their_remark:
        our_remark = Clause.objects.filter(parent=kept).first()
        if our_remark is None:
            our_remark = _new_remark(kept, pen)
            pen.add(our_remark)
        elif our_remark.removed:
            our_remark.removed = False
            pen.place([our_remark])
        _move_words(their_remark, our_remark, pen, log, by=by)
        pen.place([their_remark])
    gone.removed, gone.merged_into, gone.version = True, kept, gone.version + 1
    gone.save()
    pen.place([gone])
    edition = pen.document.edition
    record(edition, "clause merged", gone, by=by, data={"into": str(kept.pk)}, content=clause_words(gone))
    pen.put_down()
    _carry_sources(gone, kept, pen, by=by)
    return kept


def _move_words(source: Clause, target: Clause, pen: Pen, log: Log, *, by: User) -> None:
    """The words of one clause go to the end of another; the row of the first keeps what it said."""
    lines = whole(log.block(source.pk)["body"])

    def take(blocks: Any) -> None:
        body = blocks[str(source.pk)]["body"]
        del body.children[0 : len(body.children)]

    log.change_words(take, moves=True)
    log.change_words(lambda blocks: join(blocks[str(target.pk)]["body"], lines))
    pen.take(target)
    target.version += 1
    target.save()
    if source.kind == Clause.Kind.REMARK:
        source.merged_into = target
        source.removed, source.version = True, source.version + 1
        source.save()
        record(pen.document.edition, "remark removed", source, by=by, content=clause_words(source))
    record(pen.document.edition, "clause reworded", target, by=by, content=clause_words(target))


@transaction.atomic
def place_clause(clause: Clause, *, section: Section, before: Clause | None, by: User) -> Clause:
    """Move a clause with its remark: before another one, or to the end of a section, also of another strand.

    Raises:
        NotAllowed, DocumentFixed
        WrongPlace: between the preamble and a strand, or the other clause does not stand there.
    """
    pen = take_pen(clause.document, by=by)
    moved = _standing_clause(clause)
    if section.document_id != moved.document_id or section.kind != moved.section.kind:
        raise WrongPlace
    others = [c for c in _standing(section) if c.pk != moved.pk]
    place = next((i for i, other in enumerate(others) if before and other.pk == before.pk), len(others))
    if before and place == len(others):
        raise WrongPlace
    if moved.section_id != section.pk:
        for row in (moved, *Clause.objects.filter(parent=moved)):
            row.section = section
            row.save(update_fields=["section"])
            pen.place([row])
            record(pen.document.edition, "clause moved", row, by=by, content=clause_words(row))
    renumber([*others[:place], moved, *others[place:]], pen=pen, by=by)
    pen.put_down()
    return moved


@transaction.atomic
def set_language(clause: Clause, *, language: str, by: User) -> Clause:
    """Say in which language a clause is written, for its spelling and its direction; empty for the document's own.

    Raises:
        NotAllowed, DocumentFixed
        Invalid: there is no such language.
    """
    if language and language not in dict(WORKING_LANGUAGES):
        raise Invalid
    pen = take_pen(clause.document, by=by)
    row = Clause.objects.get(pk=clause.pk)
    if (row.language or "") != language:
        row.language = language or None
        row.save(update_fields=["language"])
        pen.place([row])
        record(pen.document.edition, "language of a clause set", row, by=by, content=clause_words(row))
        pen.put_down()
    return row


def _carry_sources(source: Clause, target: Clause, pen: Pen, *, by: User) -> None:
    """Let a clause rest on what another one rests on."""
    have = set(Source.objects.filter(clause=target).values_list("finding", flat=True))
    for row in Source.objects.filter(clause=source).exclude(finding__in=have).order_by("pk"):
        copied = Source.objects.create(clause=target, finding_id=row.finding_id, relation=row.relation)
        data = {"clause": str(target.pk), "finding": str(row.finding_id), "relation": row.relation}
        record(pen.document.edition, "finding cited", copied, by=by, data=data, content=source_words(copied))


def _live_pen(document: Document, *, by: User) -> tuple[Pen, Log]:
    pen = take_pen(document, by=by)
    if pen.log is None:
        raise NotLive
    return pen, pen.log


def _standing(section: Section) -> list[Clause]:
    return list(Clause.objects.standing().filter(section=section, parent=None))


def _standing_clause(clause: Clause) -> Clause:
    """The row as it is now, under the lock."""
    found = Clause.objects.select_related("document__edition", "section").get(pk=clause.pk)
    if found.removed or found.kind == Clause.Kind.REMARK:
        raise WrongPlace
    return found


def _place_after(others: Iterable[Clause], after: Clause | None) -> int:
    keys = [clause.pk for clause in others]
    if after is None:
        return len(keys)
    if after.pk not in keys:
        raise WrongPlace
    return keys.index(after.pk) + 1
