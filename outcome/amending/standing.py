"""The amendments of a round in the order in which the room takes them, and those that nothing stands against."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from outcome.amending.clauses import NOTHING, Words, reach, words_by_clause
from outcome.amending.conflicting import Contender, conflicts_of
from outcome.models import Amendment, Revision, Round, Treatment, Wording
from outcome.revisions import clauses_of

WITH_ALL = ("wordings", "treatments__round__workshop", "co_signatures")


@dataclass(frozen=True)
class Standing:
    """How an amendment stands to a text: the words there now, whether it fits them, and what it conflicts with."""

    amendment: Amendment
    wording: Wording
    now: Words | None
    needs_rebase: bool
    conflicts: tuple[int, ...]
    reach: float
    # Whether it stands on a revision that was published after the base of its round.
    is_later: bool = False

    @property
    def proposed(self) -> Words:
        return words_in(self.wording)


def latest_wording(amendment: Amendment) -> Wording:
    """The wording that counts; asks nothing of the database if all were fetched."""
    return max(amendment.wordings.all(), key=lambda row: row.number)


def words_in(wording: Wording) -> Words:
    """What a clause would say."""
    return Words(wording.heading, wording.text, wording.remark)


def standings(amendments: Iterable[Amendment], by_clause: dict[str, Words]) -> list[Standing]:
    """How amendments stand to a text and to each other, in their own order. Fetch them with `WITH_ALL`."""
    found = [(amendment, latest_wording(amendment)) for amendment in amendments]
    conflicts = _conflicts(found, by_clause)
    return [_standing(row, wording, by_clause, conflicts[row.number]) for row, wording in found]


def _conflicts(
    found: Iterable[tuple[Amendment, Wording]], by_clause: dict[str, Words]
) -> defaultdict[int, set[int]]:
    """{number of an amendment: those of the pending or decided ones that cannot be taken together with it}."""
    contenders = [
        Contender(
            number=amendment.number,
            clause=str(amendment.clause_id),
            base=wording.base_id,
            base_digest=wording.base_digest,
            words=words_in(wording),
            is_treated=hasattr(amendment, "merged"),
        )
        for amendment, wording in found
        if amendment.clause_id
        and amendment.state != Amendment.State.WITHDRAWN
        and not is_turned_down(amendment)
    ]
    return conflicts_of(contenders, by_clause)


def _standing(
    amendment: Amendment, wording: Wording, by_clause: dict[str, Words], conflicts: Iterable[int]
) -> Standing:
    place = amendment.clause_id or amendment.after_id
    there = by_clause.get(str(place)) if place else NOTHING
    needs_rebase = there is None or there.digest != wording.base_digest
    now = NOTHING if amendment.kind == Amendment.Kind.ADDITION else there
    far = 1.0 if amendment.kind == Amendment.Kind.DELETION else reach(now or NOTHING, words_in(wording))
    return Standing(amendment, wording, now, needs_rebase, tuple(sorted(conflicts)), far)


def last_treatment(amendment: Amendment, stage: str) -> Treatment | None:
    """The recommendation or decision that counts; asks nothing of the database if all were fetched."""
    rows = [row for row in amendment.treatments.all() if row.stage == stage]
    return max(rows, key=lambda row: row.number, default=None)


def is_turned_down(amendment: Amendment) -> bool:
    """Whether it was decided and not adopted."""
    decision = last_treatment(amendment, Treatment.Stage.DECISION)
    if amendment.state != Amendment.State.DECIDED or decision is None:
        return False
    return decision.what in (Treatment.What.REJECT, Treatment.What.REFER)


def in_order(found: Round, rows: Iterable[Standing]) -> list[Standing]:
    """By the clauses of the round's base; on one clause the most far-reaching first, then what is new after it."""
    clauses = {
        clause["id"]: place for place, (_s, clause) in enumerate(clauses_of(found.base.content), start=1)
    }

    def place(row: Standing) -> tuple[int, bool, float, int]:
        amendment = row.amendment
        key = amendment.clause_id or amendment.after_id
        is_new = amendment.kind == Amendment.Kind.ADDITION
        where = clauses.get(str(key), len(clauses) + 1) if key else 0
        return where, is_new, -row.reach, amendment.number

    return sorted(rows, key=place)


def standings_in(found: Round) -> list[Standing]:
    """The amendments of a round that were not withdrawn, in the order in which the room takes them."""
    rows = Amendment.objects.filter(section=found.section_id).exclude(state=Amendment.State.WITHDRAWN)
    rows = rows.select_related("document__edition", "section", "clause", "after", "merged", "merged__merge")
    known = [row for row in rows.prefetch_related(*WITH_ALL) if _belongs(row, found)]
    base, later = words_by_clause(found.base.content), LaterText.of(found)
    worded = [(row, latest_wording(row)) for row in known]
    conflicts = _conflicts(worded, base)

    def standing(row: Amendment, wording: Wording) -> Standing:
        if later.holds(row, wording, base):
            return replace(_standing(row, wording, later.by_clause, conflicts[row.number]), is_later=True)
        return _standing(row, wording, base, conflicts[row.number])

    return in_order(found, [standing(row, wording) for row, wording in worded])


@dataclass(frozen=True)
class LaterText:
    """What was published after the base of a round: proposers put their amendments on it while the round goes on."""

    revisions: frozenset[UUID]
    by_clause: dict[str, Words]

    @classmethod
    def of(cls, found: Round) -> "LaterText":
        later = Revision.objects.exclude(audience=Revision.Audience.ORGANISERS).filter(
            document=found.document_id, number__gt=found.base.number
        )
        keys = frozenset(later.values_list("pk", flat=True))
        content = later.order_by("-number").values_list("content", flat=True).first() if keys else None
        return cls(keys, words_by_clause(content))

    def holds(self, amendment: Amendment, wording: Wording, base: dict[str, Words]) -> bool:
        """Whether an amendment starts from a later text, which says something else in its place than the base."""
        return wording.base_id in self.revisions and not fits(amendment, wording, base)


def fits(amendment: Amendment, wording: Wording, by_clause: dict[str, Words]) -> bool:
    """Whether the words that an amendment starts from are those of this content."""
    place = amendment.clause_id or amendment.after_id
    now = by_clause.get(str(place)) if place else NOTHING
    return now is not None and now.digest == wording.base_digest


def _belongs(amendment: Amendment, found: Round) -> bool:
    """Whether an amendment is this round's: pending before its closing, or treated in it."""
    if any(row.round_id == found.pk for row in amendment.treatments.all()):
        return True
    in_time = found.closed_at is None or amendment.proposed_at <= found.closed_at
    return in_time and amendment.is_pending


def is_uncontested(row: Standing) -> bool:
    """Whether nothing stands against adopting it: it fits, nothing conflicts, nobody recommended anything else."""
    recommended = last_treatment(row.amendment, Treatment.Stage.RECOMMENDATION)
    if row.needs_rebase or row.conflicts or row.is_later or not row.amendment.is_pending:
        return False
    return (
        recommended is None
        or row.amendment.state == Amendment.State.SUBMITTED
        or recommended.what == Treatment.What.ADOPT
    )


def uncontested(found: Round) -> list[Amendment]:
    """The amendments of a round that nothing stands against."""
    return [row.amendment for row in standings_in(found) if is_uncontested(row)]
