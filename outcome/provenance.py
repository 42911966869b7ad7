"""The thread: which findings a clause rests on, and what became of every finding."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, User
from academy.permissions import insist
from academy.text import tidy
from outcome.locking import writable
from outcome.models import Clause, Disposition, Document, Source
from outcome.permissions import may_draft
from workshops.models import Finding, Group

USED, MERGED, SET_ASIDE, OPEN = "used", "merged", "set aside", "open"


class OfAnotherEdition(Invalid):
    """The finding was made in another academy."""

    message = gettext_lazy("This finding belongs to another academy.")


class NotStanding(Invalid):
    """The clause was removed, or is a remark, which rests on what its encouragement rests on."""

    message = gettext_lazy("This clause is not in the document any more. Restore it first.")


class StillCited(DomainError):
    """A clause rests on the finding."""

    message = gettext_lazy("A clause rests on this finding. Take it from the clause first.")


class MergedAlready(DomainError):
    """A finding went into another one before."""

    message = gettext_lazy(
        "One of these findings was merged into another one already. Choose that one instead."
    )


class StillMeeting(DomainError):
    """The group of a finding has not closed."""

    message = gettext_lazy(
        "Findings are merged here once their groups have closed. Until then a group merges on its own board."
    )


@dataclass(frozen=True)
class Fate:
    """What became of a finding.

    `what` is "used", "merged", "set aside" or "open"; `clauses` are those that rest on it, or on the finding that
    stands for it in the end; `reason` is why it was set aside, or merged while the document was drafted.
    """

    what: str
    clauses: list[UUID] = field(default_factory=list)
    merged_into: UUID | None = None
    reason: str = ""


class Fates(dict[UUID, Fate]):
    """{finding: what became of it}; one that was noted since this was read is open."""

    def __missing__(self, key: UUID) -> Fate:
        return Fate(OPEN)


@transaction.atomic
def cite(clause: Clause, finding: Finding, *, relation: str = Source.Relation.SUPPORTS, by: User) -> Source:
    """Let a clause rest on a finding; citing it again changes the relation. It is no longer set aside.

    Raises:
        NotAllowed, DocumentFixed
        OfAnotherEdition: the finding was made elsewhere.
        NotStanding: the clause was removed, or is a remark.
        Invalid: the relation is not known.
    """
    writable(clause.document, by=by)
    if not Clause.objects.standing().filter(pk=clause.pk, parent=None).exists():
        raise NotStanding
    if finding.group.workshop.edition_id != clause.document.edition_id:
        raise OfAnotherEdition
    if relation not in Source.Relation.values:
        raise Invalid(_("Please choose whether the finding supports, qualifies or contradicts the clause."))
    take_back_finding(finding, by=by)
    source, _fresh = Source.objects.update_or_create(
        clause=clause, finding=finding, defaults={"relation": relation}
    )
    record(
        clause.document.edition,
        "finding cited",
        source,
        by=by,
        data={"clause": str(clause.pk), "finding": str(finding.pk), "relation": relation},
        content=source_words(source),
    )
    return source


@transaction.atomic
def uncite(source: Source, *, by: User) -> None:
    """Take a finding from a clause; it is open again unless another clause rests on it.

    Raises:
        NotAllowed, DocumentFixed
    """
    writable(source.clause.document, by=by)
    record(
        source.clause.document.edition,
        "finding taken from clause",
        source,
        by=by,
        data={"clause": str(source.clause_id), "finding": str(source.finding_id)},
        gone=True,
    )
    source.delete()


@transaction.atomic
def set_aside(finding: Finding, *, reason: str, by: User) -> Disposition:
    """Leave a finding out of the document, with a reason that everyone may read.

    Raises:
        NotAllowed, Invalid
        StillCited: a standing clause rests on it.
    """
    edition = finding.group.workshop.edition
    insist(may_draft(by, edition))
    words = tidy(reason, limit=500, what=_("The reason"))
    _in_turn(edition, by=by)
    if Source.objects.filter(finding=finding, clause__removed=False).exists():
        raise StillCited
    disposition, _fresh = Disposition.objects.update_or_create(
        finding=finding, defaults={"into": None, "reason": words, "set_aside_at": clock.now()}
    )
    record(edition, "finding set aside", disposition, by=by, content=disposition_words(disposition))
    return disposition


@transaction.atomic
def merge(findings: list[Finding], into: Finding, *, reason: str, by: User) -> int:
    """Let one finding stand for others, also of other groups; what stood behind these goes along. Returns how many.

    Taking one back opens it again; it is opened, too, by a clause that rests on it.

    Raises:
        NotAllowed, Invalid, DocumentFixed
        OfAnotherEdition: one of them was made elsewhere.
        MergedAlready: one of them stands behind another one.
        StillMeeting: a group may still change what it said.
        StillCited: a standing clause rests on one that is to stand behind.
    """
    edition = into.group.workshop.edition
    insist(may_draft(by, edition))
    words = tidy(reason, limit=500, what=_("The reason"))
    _in_turn(edition, by=by)
    rows = [row for row in findings if row.pk != into.pk]
    if any(row.group.workshop.edition_id != edition.pk for row in rows):
        raise OfAnotherEdition
    if any(row.group.state != Group.State.CLOSED for row in [into, *rows]):
        raise StillMeeting
    if any(row.merged_into_id for row in [into, *rows]) or stands_behind(into):
        raise MergedAlready
    if Source.objects.filter(finding__in=rows, clause__removed=False).exists():
        raise StillCited
    behind = Disposition.objects.filter(into__in=rows).select_related("finding")
    for row in [*rows, *(one.finding for one in behind)]:
        disposition, _fresh = Disposition.objects.update_or_create(
            finding=row, defaults={"into": into, "reason": words, "set_aside_at": clock.now()}
        )
        record(edition, "finding merged", disposition, by=by, content=disposition_words(disposition))
    return len(rows)


def stands_behind(finding: Finding) -> bool:
    """Whether a finding was merged into another one while the document was drafted."""
    return Disposition.objects.filter(finding=finding).exclude(into=None).exists()


def standing_for(finding: Finding) -> Finding | None:
    """The finding that one was merged into, on the board of its group or while drafting."""
    disposition = getattr(finding, "disposition", None)
    return finding.merged_into or (disposition.into if disposition else None)


def _in_turn(edition: Edition, *, by: User) -> None:
    """Lock the document, if there is one: what became of the findings changes one at a time, and not once it is fixed.

    Raises:
        DocumentFixed
    """
    if document := Document.objects.filter(edition=edition).select_related("edition").first():
        writable(document, by=by)


@transaction.atomic
def take_back_finding(finding: Finding, *, by: User) -> None:
    """Take back that a finding was set aside or merged; one that was not stays as it is.

    Raises:
        NotAllowed
    """
    edition = finding.group.workshop.edition
    insist(may_draft(by, edition))
    _in_turn(edition, by=by)
    disposition = Disposition.objects.filter(finding=finding).first()
    if disposition:
        record(
            edition, "finding taken back", disposition, by=by, data={"finding": str(finding.pk)}, gone=True
        )
        disposition.delete()


def source_words(source: Source) -> dict[str, str]:
    """What the history commits to of a source."""
    return {"clause": str(source.clause_id), "finding": str(source.finding_id), "relation": source.relation}


def disposition_words(disposition: Disposition) -> dict[str, str]:
    """What the history commits to of a finding that was set aside or merged."""
    words = {"finding": str(disposition.finding_id), "reason": disposition.reason}
    if disposition.into_id:
        words["into"] = str(disposition.into_id)
    return words


def verify_provenance(edition: Edition) -> Iterator[Mismatch]:
    """Yield the sources and reasons that are not as they were written."""
    sources = Source.objects.filter(clause__document__edition=edition)
    yield from verify_contents(edition, Source, {str(row.pk): source_words(row) for row in sources})
    reasons = Disposition.objects.filter(finding__group__workshop__edition=edition)
    yield from verify_contents(edition, Disposition, {str(row.pk): disposition_words(row) for row in reasons})


def fates(edition: Edition) -> dict[UUID, Fate]:
    """What became of every finding of the edition, by the draft as it stands now, in three queries."""
    clauses: defaultdict[UUID, list[UUID]] = defaultdict(list)
    cited = Source.objects.filter(clause__document__edition=edition, clause__removed=False)
    for finding_id, clause_id in cited.order_by("clause__section__position", "clause__order").values_list(
        "finding", "clause"
    ):
        clauses[finding_id].append(clause_id)
    return _fates(edition, clauses)


def published_fates(edition: Edition, content: dict[str, Any] | None) -> dict[UUID, Fate]:
    """What became of every finding, by a revision's content (None: nothing is published), in two queries.

    What readers see of the thread: a draft that they may not read says nothing here.
    """
    clauses: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for section in content["sections"] if content else ():
        for clause in section["clauses"]:
            for source in clause["sources"]:
                clauses[UUID(source["finding"])].append(UUID(clause["id"]))
    return _fates(edition, clauses)


def _fates(edition: Edition, clauses: dict[UUID, list[UUID]]) -> dict[UUID, Fate]:
    dispositions = Disposition.objects.filter(finding__group__workshop__edition=edition)
    said = {row[0]: row[1:] for row in dispositions.values_list("finding", "into", "reason")}
    on_board = dict(Finding.objects.of_edition(edition).values_list("pk", "merged_into"))
    into = {pk: merged or said.get(pk, (None,))[0] for pk, merged in on_board.items()}
    return Fates({pk: _fate(pk, into, clauses, said.get(pk, (None, ""))[1]) for pk in on_board})


def _fate(pk: UUID, into: dict[UUID, UUID | None], clauses: dict[UUID, list[UUID]], reason: str) -> Fate:
    if clauses.get(pk):
        return Fate(USED, clauses[pk], into[pk])
    if into[pk]:
        return Fate(MERGED, clauses.get(_in_the_end(pk, into), []), into[pk], reason)
    return Fate(SET_ASIDE, reason=reason) if reason else Fate(OPEN)


def _in_the_end(pk: UUID, into: dict[UUID, UUID | None]) -> UUID:
    """The finding that stands for one after all mergings, on boards and while drafting."""
    passed = {pk}
    while (after := into.get(pk)) and after not in passed:
        passed.add(after)
        pk = after
    return pk


def coverage(edition: Edition) -> dict[str, int]:
    """How many findings were used, merged, set aside, and are open."""
    counted = Counter(fate.what for fate in fates(edition).values())
    return {what: counted[what] for what in (USED, MERGED, SET_ASIDE, OPEN)}
