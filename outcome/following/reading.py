"""What pages, feeds and files say of endorsements and commitments, in a number of queries that does not grow."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django_countries import countries

from academy.models import Edition
from academy.ordering import sort_key
from academy.regions import REGIONS, region_of
from outcome.following.committing import encouragements_of
from outcome.models import (
    Commitment,
    CommitmentWording,
    Endorsement,
    Progress,
    ProgressNote,
    Revision,
)

State = Endorsement.State
NO_REGION = ""


@dataclass(frozen=True)
class Named:
    """An encouragement as it is pointed to: "e7", its number, its short title, and its permanent address."""

    name: str
    number: int
    heading: str
    address: str


@dataclass(frozen=True)
class Asked:
    """Which endorsements an address asks for; an empty part asks nothing."""

    clause: UUID | None = None
    country: str = ""
    kind: str = ""
    state: str = ""


@dataclass
class Tally:
    """How far the commitments to something are."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.counts[Progress.DONE]

    @property
    def parts(self) -> list[tuple[str, str | Promise, int]]:
        """(state, its word, how many), of those that there are."""
        return [(value, label, self.counts[value]) for value, label in Progress.choices if self.counts[value]]


@dataclass(frozen=True)
class Before:
    """What a commitment said before it was changed."""

    written_at: datetime
    clauses: list[Named]
    what: str
    responsible: str
    due: date
    evidence: str


@dataclass(frozen=True)
class Promised:
    """A commitment with its clauses; what was reported and what it said before, the newest first."""

    row: Commitment
    clauses: list[Named]
    notes: list[ProgressNote]
    before: list[Before]


@dataclass(frozen=True)
class Endorser:
    """An endorsement as everybody may see it, with the commitments that stand."""

    row: Endorsement
    promises: list[Promised]
    region: str
    country: str
    since: date | None
    withdrawn_on: date | None


def named_encouragements(revision: Revision, slug: str) -> dict[UUID, Named]:
    """The encouragements of the adopted text by their keys, in its order."""
    if revision.audience == "public":
        page = reverse("outcome:revision", args=(slug, revision.number))
    else:
        page = reverse("outcome:record", args=(slug,))
    return {
        UUID(clause["id"]): Named(
            f"e{clause['number']}",
            clause["number"],
            clause["heading"] or clause["text"][:80],
            f"{page}#e{clause['number']}",
        )
        for clause in encouragements_of(revision)
    }


def chosen_keys(edition: Edition, asked: Asked, *, withdrawn: bool = False) -> list[UUID]:
    """The keys of the public endorsements that are asked for, by region, country and name.

    Args:
        withdrawn: of those that were withdrawn, the newest first; otherwise of those that stand.
    """
    rows = Endorsement.objects.public().filter(
        edition=edition, state=State.WITHDRAWN if withdrawn else State.CONFIRMED
    )
    if asked.country:
        rows = rows.filter(country=asked.country)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.clause or asked.state:
        wanted = Commitment.objects.filter(endorsement__edition=edition)
        if asked.clause:
            wanted = wanted.filter(clauses=asked.clause)
        if asked.state:
            wanted = wanted.filter(state=asked.state)
        rows = rows.filter(pk__in=wanted.values("endorsement"))
    if withdrawn:
        return list(rows.order_by("-withdrawn_at", "pk").values_list("pk", flat=True))
    places = {code: place for place, (code, _name) in enumerate(REGIONS)}
    found = list(rows.values_list("pk", "country", "organisation"))

    def order(one: tuple[UUID, str, str]) -> tuple[int, str, str]:
        _pk, country, name = one
        return (
            places.get(region_of(country), len(places)),
            sort_key(str(countries.name(country))),
            sort_key(name),
        )

    return [pk for pk, _country, _name in sorted(found, key=order)]


def endorsers(
    edition: Edition, keys: Sequence[UUID], named: Mapping[UUID, Named], asked: Asked | None = None
) -> list[Endorser]:
    """These endorsements in this order, each with the commitments that are asked for."""
    rows = with_promises(Endorsement.objects.as_shown().filter(edition=edition, pk__in=keys))
    by_key = {row.pk: row for row in rows}
    return [endorser(by_key[key], edition, named, asked) for key in keys if key in by_key]


def with_promises(rows: QuerySet[Endorsement, Endorsement]) -> QuerySet[Endorsement, Endorsement]:
    """The same rows, with their commitments, those's clauses and what was reported."""
    notes = Prefetch("notes", ProgressNote.objects.order_by("-number"))
    wordings = Prefetch("wordings", CommitmentWording.objects.order_by("-number"))
    promises = Commitment.objects.order_by("number").prefetch_related("clauses", notes, wordings)
    return rows.select_related("edition").prefetch_related(Prefetch("commitments", promises))


def endorser(
    row: Endorsement, edition: Edition, named: Mapping[UUID, Named], asked: Asked | None = None
) -> Endorser:
    """An endorsement that was read with its commitments, as pages say it."""
    zone, asked = ZoneInfo(edition.time_zone), asked or Asked()
    return Endorser(
        row=row,
        promises=[
            promised(one, named)
            for one in row.commitments.all()
            if (not asked.state or one.state == asked.state)
            and (not asked.clause or asked.clause in {clause.pk for clause in one.clauses.all()})
        ],
        region=region_of(row.country),
        country=str(countries.name(row.country)) or row.country,
        since=row.decided_at.astimezone(zone).date() if row.decided_at else None,
        withdrawn_on=row.withdrawn_at.astimezone(zone).date() if row.withdrawn_at else None,
    )


def promised(row: Commitment, named: Mapping[UUID, Named]) -> Promised:
    """A commitment that was read with its clauses, notes and wordings."""
    clauses = _in_order((clause.pk for clause in row.clauses.all()), named)
    return Promised(row, clauses, list(row.notes.all()), list(_before(row, named)))


def _in_order(keys: Iterable[UUID], named: Mapping[UUID, Named]) -> list[Named]:
    return sorted((named[key] for key in keys if key in named), key=lambda one: one.number)


def _before(row: Commitment, named: Mapping[UUID, Named]) -> Iterator[Before]:
    """The wordings that said something else than the one after them; another review alone is none."""
    wordings = list(row.wordings.all())
    for later, earlier in pairwise(wordings):
        said = {name: value for name, value in earlier.words.items() if name != "review_on"}
        if any(later.words[name] != value for name, value in said.items()):
            yield Before(
                written_at=earlier.written_at,
                clauses=_in_order(map(UUID, said["clauses"]), named),
                what=said["what"],
                responsible=said["responsible"],
                due=date.fromisoformat(said["due"]),
                evidence=said["evidence"],
            )


def standing_commitments(edition: Edition) -> QuerySet[Commitment, Commitment]:
    """The commitments of those who endorse."""
    return Commitment.objects.filter(endorsement__edition=edition, endorsement__state=State.CONFIRMED)


def by_clause(edition: Edition) -> dict[UUID, Tally]:
    """How far the commitments to each clause are; one query."""
    tallies: dict[UUID, Tally] = {}
    rows = standing_commitments(edition).values_list("clauses", "state").annotate(count=Count("pk"))
    for clause, state, count in rows.order_by():
        if clause:
            tallies.setdefault(clause, Tally()).counts[state] += count
    return tallies


def numbers_of(edition: Edition) -> dict[str, Any]:
    """How many endorse, from how many countries, and how far their commitments are; two queries."""
    rows = Endorsement.objects.filter(edition=edition, state=State.CONFIRMED)
    found = list(rows.values_list("kind", "country"))
    states = standing_commitments(edition).order_by().values_list("state").annotate(count=Count("pk"))
    return {
        "endorsements": len(found),
        "local_governments": sum(kind == Endorsement.Kind.LOCAL_GOVERNMENT for kind, _country in found),
        "countries": len({country for _kind, country in found}),
        "commitments": Tally(Counter(dict(states))),
    }


def countries_of(edition: Edition) -> list[tuple[str, str]]:
    """The countries that endorsements come from, to choose one."""
    codes = Endorsement.objects.filter(edition=edition, state=State.CONFIRMED).values_list(
        "country", flat=True
    )
    found = [(code, str(countries.name(code)) or code) for code in set(codes)]
    return sorted(found, key=lambda one: sort_key(one[1]))


def in_regions(found: Iterable[Endorser]) -> list[tuple[str | Promise, list[tuple[str, list[Endorser]]]]]:
    """[(region, [(country, those from there)])], in the order that they come in."""
    names = dict(REGIONS)
    regions: dict[str, dict[str, list[Endorser]]] = {}
    for one in found:
        regions.setdefault(one.region, {}).setdefault(one.country, []).append(one)
    return [(names.get(code, NO_REGION), list(places.items())) for code, places in regions.items()]
