"""The findings of all days: chosen by words, place, kind, state, who was in the room, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError
from outcome.coverage import Tally
from outcome.provenance import Fate
from workshops.agreement import Agreement
from workshops.models import Finding, GuidingQuestion
from workshops.profiles import Profile
from workshops.querysets import FindingQuerySet
from workshops.twins.similarity import folded

# What a chosen value is called in the database.
COLUMNS = {
    "workshop": "group__workshop__number",
    "strand": "group__workshop__strand__slug",
    "day": "group__session__day__slug",
    "question": "question",
    "kind": "kind",
    "language": "language",
    "state": "state",
}


class NoSuchChoice(DomainError):
    """The address asks for something that findings cannot be filtered by."""

    status = 404
    message = gettext_lazy("The findings cannot be filtered like this.")


@dataclass(frozen=True)
class Asked:
    """What an address asks for; an empty value asks for everything.

    `columns` are values by the names in `COLUMNS`; `became` is as `Fate.what` says it, `agreement` as
    `Agreement.mark` does; `broad` puts first what most groups said and most people gave dots.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    actor: str = ""
    region: str = ""
    became: str = ""
    agreement: str = ""
    kept: bool = False
    broad: bool = False


@dataclass(frozen=True)
class Chosen:
    """The findings that fit, in the order that was asked for, and what became of them."""

    keys: list[UUID]
    tally: Tally


def choose(
    findings: FindingQuerySet,
    asked: Asked,
    *,
    fates: Mapping[UUID, Fate],
    profiles: Mapping[UUID, Profile],
    agreements: Mapping[UUID, Agreement],
) -> Chosen:
    """The findings that an address asks for, in one query."""
    where = Q(**{COLUMNS[name]: value for name, value in asked.columns.items() if value not in (None, "")})
    if asked.actor or asked.region:
        where &= Q(group__in=_groups(profiles, asked))
    ordered = findings.filter(where).order_by(
        "group__session__day__date", "group__workshop__number", "group__slug", "part__letter", "number"
    )
    words = folded(asked.words).split()
    keys: list[UUID] = []
    tally = Tally()
    for pk, text in ordered.values_list("pk", "text"):
        agreement = agreements.get(pk)
        fits = (
            (not asked.became or fates[pk].what == asked.became)
            and (not asked.agreement or (agreement and agreement.mark == asked.agreement))
            and (not asked.kept or (agreement and agreement.kept))
            and (not words or all(word in folded(text) for word in words))
        )
        if fits:
            keys.append(pk)
            tally.add(fates[pk].what)
    return Chosen(_broadest_first(keys, agreements) if asked.broad else keys, tally)


def _broadest_first(keys: list[UUID], agreements: Mapping[UUID, Agreement]) -> list[UUID]:
    """What more groups said, and more people gave dots, first; the rest stays in its order, at the end."""

    def breadth(key: UUID) -> tuple[int, int]:
        agreement = agreements.get(key)
        return (-agreement.groups, -agreement.supporters) if agreement else (0, 0)

    return sorted(keys, key=breadth)


def _groups(profiles: Mapping[UUID, Profile], asked: Asked) -> list[UUID]:
    """The groups in which at least five people were of the kind of actor, and five of the region, asked for."""
    return [
        group
        for group, profile in profiles.items()
        if (not asked.actor or asked.actor in profile.actors)
        and (not asked.region or asked.region in profile.regions)
    ]


# --- As a file --------------------------------------------------------------------------------------------------------

Row = dict[str, Any]


def rows_of(
    findings: list[Finding],
    fates: Mapping[UUID, Fate],
    clauses: Mapping[UUID, str],
    kept: Mapping[UUID, list[str]],
    address: Any,
) -> list[Row]:
    """The findings as they leave the house: what was said and what became of it, never who said it.

    Args:
        clauses: {clause: how it is called} of those that the reader may read.
        address: gives the address of a finding.
    """
    return [
        {
            "id": str(finding.pk),
            "day": finding.group.session.day.title,
            "strand": finding.group.workshop.strand.title,
            "workshop": finding.group.workshop.number,
            "group": finding.group.name,
            "part": finding.part.letter,
            "question": finding.question.text if finding.question else "",
            "number": finding.number,
            "kind": finding.kind,
            "text": finding.text,
            "language": finding.language,
            "state": finding.state,
            "reason": finding.reason,
            "became": fates[finding.pk].what,
            "clauses": [clauses[key] for key in fates[finding.pk].clauses if key in clauses],
            "set_aside_because": fates[finding.pk].reason,
            "kept_in_view": kept.get(finding.pk, []),
            "address": address(finding),
        }
        for finding in findings
    ]


def headings() -> list[str]:
    """The first line of a table, in the order of `cells_of`."""
    return [
        _("Identifier"),
        _("Day"),
        _("Strand"),
        _("Workshop"),
        _("Group"),
        _("Part"),
        _("Guiding question"),
        _("Number in the group"),
        _("Kind"),
        _("Finding"),
        _("Language"),
        _("In the room"),
        _("Reason"),
        _("What became of it"),
        _("Clauses"),
        _("Set aside because"),
        _("Kept in view"),
        _("Address"),
    ]


def cells_of(row: Row) -> list[str]:
    """A row of a table: lists in one cell, line by line."""
    return ["\n".join(value) if isinstance(value, list) else str(value) for value in row.values()]


def questions_of(findings: FindingQuerySet) -> list[GuidingQuestion]:
    """The guiding questions that these findings answer, in the order of the workshops."""
    return list(
        GuidingQuestion.objects.filter(findings__in=findings)
        .select_related("part__workshop")
        .order_by("part__workshop__number", "part__letter", "position")
        .distinct()
    )
