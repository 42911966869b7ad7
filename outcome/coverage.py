"""How much of what the groups found is in the document: by strand, by group, and as shares of a bar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

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
    key: UUID
    tally: Tally = field(default_factory=Tally)


@dataclass
class StrandCoverage:
    """One strand's findings, and those of each of its groups."""

    title: str
    colour: str
    slug: str
    tally: Tally = field(default_factory=Tally)
    groups: list[GroupCoverage] = field(default_factory=list)


@dataclass
class LineCoverage:
    """The findings of one day, or under one question: in words, and how addresses ask for them."""

    label: str
    colour: str
    asked: str
    tally: Tally = field(default_factory=Tally)


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
        "group__workshop__strand__slug",
    )
    for pk, group, name, number, title, colour, slug in rows:
        strand = strands.setdefault(slug, StrandCoverage(title, colour, slug))
        if group not in groups:
            groups[group] = GroupCoverage(number, name, group)
            strand.groups.append(groups[group])
        for tally in (whole, strand.tally, groups[group].tally):
            tally.add(fates[pk].what)
    return Coverage(whole, list(strands.values()))


def coverage_by_day(findings: FindingQuerySet, fates: Mapping[UUID, Fate]) -> list[LineCoverage]:
    """What became of these findings, day by day, in one query."""
    day = "group__workshop__session__day__"
    rows = findings.order_by(f"{day}date", "pk").values_list(
        "pk", f"{day}slug", f"{day}title", "group__workshop__strand__colour"
    )
    lines: dict[str, LineCoverage] = {}
    for pk, slug, title, colour in rows:
        lines.setdefault(slug, LineCoverage(title, colour, f"day={slug}")).tally.add(fates[pk].what)
    return list(lines.values())


def coverage_by_question(findings: FindingQuerySet, fates: Mapping[UUID, Fate]) -> list[LineCoverage]:
    """What became of these findings, by the question that they answer, in one query; those under none last."""
    rows = findings.order_by(
        "group__workshop__number", "part__letter", F("question__position").asc(nulls_last=True), "pk"
    ).values_list(
        "pk",
        "question",
        "question__text",
        "group__workshop__number",
        "part__letter",
        "group__workshop__strand__colour",
    )
    lines: dict[Any, LineCoverage] = {}
    row: Any
    for row in rows:
        pk, question, text, number, letter, colour = row
        if question not in lines:
            known = LineCoverage(f"{number} {letter}: {text}", colour, f"question={question}")
            nothing = LineCoverage(_("Under no question"), "slate", "question=none")
            lines[question] = nothing if question is None else known
        lines[question].tally.add(fates[pk].what)
    under_none = lines.pop(None, None)
    return [*lines.values(), *([under_none] if under_none else [])]
