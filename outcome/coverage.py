"""How much of what the groups found is in the document: by strand, by group, and as shares of a bar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from academy.models import Edition
from academy.permissions import Visitor
from outcome.provenance import MERGED, OPEN, SET_ASIDE, USED, Fate
from outcome.revisions import clauses_of
from workshops.models import Finding, Group
from workshops.permissions import readable_boards
from workshops.querysets import FindingQuerySet


@dataclass
class Tally:
    """How many findings were used, merged, set aside and are open."""

    used: int = 0
    merged: int = 0
    set_aside: int = 0
    open: int = 0

    def add(self, what: str) -> None:
        name = {USED: "used", MERGED: "merged", SET_ASIDE: "set_aside", OPEN: "open"}[what]
        setattr(self, name, getattr(self, name) + 1)

    @property
    def total(self) -> int:
        return self.used + self.merged + self.set_aside + self.open

    @property
    def shares(self) -> list[dict[str, Any]]:
        """The bar: used, merged, set aside, one after the other, in hundredths; what is left is open."""
        return _bar([("used", self.used), ("merged", self.merged), ("aside", self.set_aside)], self.total)


@dataclass
class GroupCoverage:
    """One group's findings."""

    workshop: int
    name: str
    tally: Tally = field(default_factory=Tally)


@dataclass
class StrandCoverage:
    """One strand's findings, and those of each of its groups."""

    title: str
    colour: str
    tally: Tally = field(default_factory=Tally)
    groups: list[GroupCoverage] = field(default_factory=list)


@dataclass
class Coverage:
    """All findings that a reader may see."""

    tally: Tally
    strands: list[StrandCoverage]

    @property
    def bar(self) -> list[dict[str, Any]]:
        """What was used of each strand, in its colour, as hundredths of all findings."""
        return _bar([(strand.colour, strand.tally.used) for strand in self.strands], self.tally.total)


def _bar(parts: Iterable[tuple[str, int]], total: int) -> list[dict[str, Any]]:
    bar, start = [], 0.0
    for colour, count in parts:
        width = 100 * count / total if total else 0.0
        bar.append({"colour": colour, "start": round(start, 3), "width": round(width, 3)})
        start += width
    return bar


def readable_findings(user: Visitor | None, edition: Edition) -> FindingQuerySet:
    """The findings of the boards that this person may read: closed ones, those of their own groups, or all."""
    findings = Finding.objects.of_edition(edition).unattributed()
    return findings.filter(group__in=readable_boards(user, edition))


def cited_findings(edition: Edition, content: Mapping[str, Any] | None) -> FindingQuerySet:
    """The findings that a published content rests on (None: nothing is published): their words are public with it."""
    clauses = (clause for _section, clause in clauses_of(content)) if content else ()
    keys = {UUID(source["finding"]) for clause in clauses for source in clause["sources"]}
    return Finding.objects.of_edition(edition).unattributed().filter(pk__in=keys)


def counted_findings(edition: Edition) -> FindingQuerySet:
    """The findings that everybody may see counted: those of closed boards."""
    return Finding.objects.of_edition(edition).unattributed().filter(group__state=Group.State.CLOSED)


def coverage_of(findings: FindingQuerySet, fates: Mapping[UUID, Fate]) -> Coverage:
    """What became of these findings, by strand and group, in one query."""
    whole = Tally()
    strands: dict[Any, StrandCoverage] = {}
    groups: dict[Any, GroupCoverage] = {}
    rows = findings.order_by(
        "group__workshop__strand__position", "group__workshop__number", "group__slug"
    ).values_list(
        "pk",
        "group",
        "group__name",
        "group__workshop__number",
        "group__workshop__strand__title",
        "group__workshop__strand__colour",
    )
    for pk, group, name, number, title, colour in rows:
        strand = strands.setdefault(title, StrandCoverage(title, colour))
        if group not in groups:
            groups[group] = GroupCoverage(number, name)
            strand.groups.append(groups[group])
        for tally in (whole, strand.tally, groups[group].tally):
            tally.add(fates[pk].what)
    return Coverage(whole, list(strands.values()))
