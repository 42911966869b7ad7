"""Writing the outcome document: sections from the strands, clauses, their words, their order."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Edition, User
from academy.permissions import insist
from academy.text import tidy
from outcome.clause_words import clause_words, document_words
from outcome.live.pen import Pen, take_pen
from outcome.locking import writable
from outcome.models import Clause, Document, Section
from outcome.models.clauses import HEADING_LENGTH
from outcome.permissions import may_draft
from outcome.provenance import cite
from workshops.models import Finding

CLAUSE_LENGTH = 4000
STEP = 10


class AlreadyStarted(DomainError):
    """The edition has a document."""

    message = gettext_lazy("This academy has an outcome document already.")


class WrongPlace(Invalid):
    """The clause does not belong there."""

    message = gettext_lazy("A clause of this kind does not belong there.")


class Overtaken(DomainError):
    """Somebody else changed the clause meanwhile; `clause` is as it now stands."""

    message = gettext_lazy(
        "Somebody changed this clause while you were writing. Your words were not saved yet."
    )

    def __init__(self, clause: Clause) -> None:
        super().__init__()
        self.clause = clause


@transaction.atomic
def start_document(
    edition: Edition, *, title: str, lead: str = "", beginnings: str | None = None, by: User
) -> Document:
    """Begin the outcome document: a preamble, and a section for each strand.

    Args:
        beginnings: see `set_house_rules`; without it, as the house has it.

    Raises:
        NotAllowed, AlreadyStarted, Invalid
    """
    insist(may_draft(by, edition))
    edition = Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    if Document.objects.filter(edition=edition).exists():
        raise AlreadyStarted
    document = Document.objects.create(
        edition=edition,
        title=tidy(title, limit=200, what=_("The title")),
        lead=tidy(lead, limit=1000, what=_("The opening words")) if lead.strip() else "",
        beginnings=None if beginnings is None else _beginnings(beginnings),
    )
    Section.objects.create(document=document, kind=Section.Kind.PREAMBLE, title=_("Preamble"))
    for position, strand in enumerate(edition.strands.order_by("position"), start=1):
        Section.objects.create(
            document=document, kind=Section.Kind.STRAND, strand=strand, title=strand.title, position=position
        )
    record(edition, "document started", document, by=by, content=document_words(document))
    return document


@transaction.atomic
def set_house_rules(document: Document, *, beginnings: str, by: User) -> Document:
    """Say with which verb forms an encouragement begins: the writers are hinted at another beginning.

    Args:
        beginnings: such as "to" or "zu, nicht zu"; empty if any beginning will do.

    Raises:
        NotAllowed, DocumentFixed, Invalid
    """
    document = writable(document, by=by)
    document.beginnings = _beginnings(beginnings)
    document.save(update_fields=["beginnings"])
    record(document.edition, "house rules set", document, by=by, content=document_words(document))
    return document


def _beginnings(said: str) -> str:
    """The forms, each once and with commas between."""
    forms = dict.fromkeys(" ".join(part.split()) for part in said.split(","))
    return (
        tidy(words, limit=200, what=_("The beginnings")) if (words := ", ".join(filter(None, forms))) else ""
    )


@transaction.atomic
def add_clause(
    section: Section,
    *,
    text: str,
    heading: str = "",
    remark: str = "",
    findings: Iterable[Finding] = (),
    by: User,
) -> Clause:
    """Add a clause at the end of a section: a paragraph of the preamble, or an encouragement with its remark.

    Args:
        remark: the explanatory remark, for an encouragement.
        findings: what the clause rests on.

    Raises:
        NotAllowed, DocumentFixed, Invalid
        WrongPlace: a remark in the preamble.
    """
    pen = take_pen(section.document, by=by)
    is_preamble = section.kind == Section.Kind.PREAMBLE
    if is_preamble and remark.strip():
        raise WrongPlace
    clause = Clause.objects.create(
        document=pen.document,
        section=section,
        kind=Clause.Kind.PREAMBLE if is_preamble else Clause.Kind.ENCOURAGEMENT,
        heading=_heading(heading),
        text=tidy(text, limit=CLAUSE_LENGTH, what=_("The clause")),
        order=last_order(section) + STEP,
    )
    pen.add(clause)
    record(pen.document.edition, "clause added", clause, by=by, content=clause_words(clause))
    if remark.strip():
        _put_remark(clause, None, tidy(remark, limit=CLAUSE_LENGTH, what=_("The remark")), pen=pen, by=by)
    pen.put_down()
    for finding in findings:
        cite(clause, finding, by=by)
    return clause


def last_order(section: Section) -> int:
    """The place of the last clause of a section, removed ones counted."""
    orders = Clause.objects.filter(section=section).order_by("-order").values_list("order", flat=True)
    return orders.first() or 0


@transaction.atomic
def write_remark(encouragement: Clause, *, text: str, by: User) -> Clause:
    """Write the explanatory remark to an encouragement, or change it; the encouragement gets a new version with it.

    Raises:
        NotAllowed, DocumentFixed, Invalid
        WrongPlace: the clause is not an encouragement.
    """
    pen = take_pen(encouragement.document, by=by)
    remark = _write_remark(encouragement, text, pen=pen, by=by)
    pen.put_down()
    return remark


def _write_remark(encouragement: Clause, text: str, *, pen: Pen, by: User) -> Clause:
    if encouragement.kind != Clause.Kind.ENCOURAGEMENT:
        raise WrongPlace
    words = tidy(text, limit=CLAUSE_LENGTH, what=_("The remark"))
    remark = Clause.objects.filter(parent=encouragement).first()
    if remark and not remark.removed and remark.text == words:
        return remark
    _next_version(encouragement)
    return _put_remark(encouragement, remark, words, pen=pen, by=by)


def _put_remark(encouragement: Clause, remark: Clause | None, words: str, *, pen: Pen, by: User) -> Clause:
    """Make the remark's row, or give it these words; there is at most one row to an encouragement, ever."""
    verb = "clause reworded" if remark and not remark.removed else "remark added"
    if remark is None:
        remark = Clause(
            document=encouragement.document,
            section=encouragement.section,
            parent=encouragement,
            kind=Clause.Kind.REMARK,
        )
    else:
        remark.version += 1
    remark.text, remark.removed = words, False
    remark.save()
    pen.reword(remark)
    remark.save(update_fields=["text", "formats"])
    pen.place([remark])
    record(encouragement.document.edition, verb, remark, by=by, content=clause_words(remark))
    return remark


@transaction.atomic
def remove_remark(encouragement: Clause, *, by: User) -> None:
    """Take the remark from an encouragement; it stays as a tombstone, and writing a remark brings it back.

    Raises:
        NotAllowed, DocumentFixed
    """
    pen = take_pen(encouragement.document, by=by)
    _remove_remark(encouragement, pen=pen, by=by)
    pen.put_down()


def _remove_remark(encouragement: Clause, *, pen: Pen, by: User) -> None:
    remark = Clause.objects.filter(parent=encouragement, removed=False).first()
    if remark:
        _next_version(encouragement)
        remark.removed, remark.version = True, remark.version + 1
        remark.save(update_fields=["removed", "version"])
        pen.place([remark])
        record(pen.document.edition, "remark removed", remark, by=by, content=clause_words(remark))


@transaction.atomic
def reword_clause(
    clause: Clause, *, text: str, heading: str, remark: str | None = None, version: int, by: User
) -> Clause:
    """Change the words of a clause, and of its remark if one is given.

    Args:
        remark: the remark's words; empty takes it away, None leaves it as it is.
        version: the version that the writer saw; another one means that somebody was faster.

    Raises:
        NotAllowed, DocumentFixed, Invalid
        Overtaken: the clause is at another version.
        WrongPlace: a remark to something else than an encouragement.
    """
    pen = take_pen(clause.document, by=by)
    clause = Clause.objects.select_related("document__edition", "section").get(pk=clause.pk)
    if clause.version != version or clause.removed:
        raise Overtaken(clause)
    words = tidy(text, limit=CLAUSE_LENGTH, what=_("The clause"))
    clause = _reworded(clause, heading=_heading(heading), text=words, pen=pen, by=by)
    if remark is not None and remark.strip():
        _write_remark(clause, remark, pen=pen, by=by)
    elif remark is not None:
        _remove_remark(clause, pen=pen, by=by)
    pen.put_down()
    return clause


@transaction.atomic
def move_clause(clause: Clause, *, before: Clause | None, by: User) -> Clause:
    """Move a clause in its section: before another one, or to the end.

    Raises:
        NotAllowed, DocumentFixed
        WrongPlace: `before` is of another section, or the clause is a remark or was removed.
    """
    pen = take_pen(clause.document, by=by)
    if clause.kind == Clause.Kind.REMARK or (before and before.section_id != clause.section_id):
        raise WrongPlace
    if Clause.objects.filter(pk=clause.pk, removed=True).exists():
        raise WrongPlace
    others = [
        c
        for c in Clause.objects.standing().filter(section=clause.section_id, parent=None)
        if c.pk != clause.pk
    ]
    place = next((i for i, other in enumerate(others) if before and other.pk == before.pk), len(others))
    moved = Clause.objects.get(pk=clause.pk)
    others.insert(place, moved)
    renumber(others, pen=pen, by=by)
    pen.put_down()
    return moved


def renumber(clauses: list[Clause], *, pen: Pen, by: User) -> None:
    """Give clauses their places in this order; those that stand where they stood are left alone."""
    moved = []
    for number, clause in enumerate(clauses, start=1):
        if clause.order != number * STEP:
            clause.order = number * STEP
            clause.save(update_fields=["order"])
            record(pen.document.edition, "clause moved", clause, by=by, content=clause_words(clause))
            moved.append(clause)
    pen.place(moved)


@transaction.atomic
def remove_clause(clause: Clause, *, by: User) -> Clause:
    """Take a clause, with its remark, out of the document; its sources are free again, it stays as a tombstone.

    The remark's own row stays as it is: it stands or falls with its encouragement.

    Raises:
        NotAllowed, DocumentFixed
        WrongPlace: a remark is taken from its encouragement instead.
    """
    return _set_removed(clause, True, "clause removed", by=by)


@transaction.atomic
def restore_clause(clause: Clause, *, by: User) -> Clause:
    """Bring a removed clause back, with the remark that it had.

    Raises:
        NotAllowed, DocumentFixed, WrongPlace
    """
    return _set_removed(clause, False, "clause restored", by=by)


def _set_removed(clause: Clause, removed: bool, verb: str, *, by: User) -> Clause:
    pen = take_pen(clause.document, by=by)
    if clause.kind == Clause.Kind.REMARK:
        raise WrongPlace
    row = Clause.objects.select_related("document__edition", "section").get(pk=clause.pk)
    if row.removed != removed:
        row.removed = removed
        row.version += 1
        if row.merged_into_id and not removed:
            row.merged_into = None
            pen.reword(row)  # its words went to the other clause; it comes back with those that it had
        row.save()
        pen.place([row])
        record(pen.document.edition, verb, row, by=by, content=clause_words(row))
        pen.put_down()
    return row


def _heading(heading: str) -> str:
    return tidy(heading, limit=HEADING_LENGTH, what=_("The short title")) if heading.strip() else ""


def _next_version(encouragement: Clause) -> None:
    """Count a change of the remark as one of the encouragement, so that two writers never overwrite each other."""
    fresh = Clause.objects.get(pk=encouragement.pk)
    encouragement.version = fresh.version + 1
    encouragement.save(update_fields=["version"])


def _reworded(clause: Clause, *, heading: str, text: str, pen: Pen, by: User) -> Clause:
    if (clause.heading, clause.text) == (heading, text):
        return clause
    clause.heading, clause.text, clause.version = heading, text, clause.version + 1
    pen.reword(clause)
    clause.save(update_fields=["heading", "text", "formats", "version"])
    record(clause.document.edition, "clause reworded", clause, by=by, content=clause_words(clause))
    return clause
