"""The thread as a picture: from days and groups through findings to clauses, with the table that says the same."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.kept_pages import kept_for_visitors
from academy.models import Edition
from academy.permissions import takes_part
from academy.requests import EditionRequest
from outcome.coverage import counted_findings, readable_findings
from outcome.flow import Place, Route, flow_of
from outcome.provenance import MERGED, SET_ASIDE, USED, Fate, published_fates
from outcome.revisions import clauses_of
from outcome.views.fetching import newest_revision
from outcome.views.thread import readable_by

# With more clauses than this the picture leads to the sections of the document.
MOST_CLAUSES = 40
FIELDS = (
    "pk",
    "group__workshop__session__day__title",
    "group__workshop__session__day__slug",
    "group__workshop__number",
    "group__name",
    "group",
    "group__workshop__strand__colour",
)


@require_safe
@kept_for_visitors
def thread_picture(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What the findings of each day and group came to, by the newest revision that the reader may read."""
    revision = newest_revision(request, edition)
    content = revision.content if revision else None
    partaking = takes_part(request.user, edition)
    findings = (
        readable_findings(request.user, edition)
        if partaking
        else counted_findings(edition) | readable_by(request, edition, revision)
    )
    rows = findings.order_by(
        "group__workshop__session__day__date", "group__workshop__number", "group__slug", "number"
    ).values_list(*FIELDS)
    fates = published_fates(edition, content)
    number = revision.number if revision else 0
    routes = _routes(edition, list(rows), fates, _targets(edition, content, number))
    flow = flow_of(routes, is_mirrored=get_language_bidi())
    return render(
        request,
        "outcome/thread.html",
        {"flow": flow, "revision": revision, "rows": [band for band in flow.bands if band.is_last]},
    )


def _targets(edition: Edition, content: Mapping[str, Any] | None, number: int) -> dict[UUID, Place]:
    """{clause: where a band to it ends}: the clause, or its section in a long document."""
    if content is None:
        return {}
    address = reverse("outcome:revision", args=(edition.slug, number))
    clauses = list(clauses_of(content))
    by_section = sum(bool(clause["sources"]) for _section, clause in clauses) > MOST_CLAUSES
    first: dict[str, int] = {}
    targets = {}
    for order, (section, clause) in enumerate(clauses):
        first.setdefault(section["id"], order)
        if by_section:
            place = Place(
                section["id"],
                section["title"],
                section["colour"],
                f"{address}#section-{section['id']}",
                first[section["id"]],
            )
        else:
            words = clause["heading"] or " ".join(clause["text"].split()[:5])
            label = f"{clause['number'] or ''} {words}".strip()
            place = Place(clause["id"], label, section["colour"], f"{address}#clause-{clause['id']}", order)
        targets[UUID(clause["id"])] = place
    return targets


def _routes(
    edition: Edition, rows: list[Any], fates: Mapping[UUID, Fate], targets: Mapping[UUID, Place]
) -> Iterator[tuple[Route, Fraction]]:
    """(the way from day over group to where it ends, the share of a finding) for every finding."""
    listed = reverse("outcome:findings", args=(edition.slug,))
    places = {
        row[0]: (
            Place(f"day-{row[2]}", row[1], row[6], f"{listed}?day={row[2]}#list"),
            Place(
                str(row[5]),
                _("%(number)s, %(name)s") % {"number": row[3], "name": row[4]},
                row[6],
                f"{listed}?group={row[5]}#list",
            ),
        )
        for row in rows
    }
    for finding, way in places.items():
        fate = fates[finding]
        ends = list(dict.fromkeys(targets[key] for key in fate.clauses if key in targets))
        if fate.what not in (USED, MERGED) or not ends:
            ends = [_other(fate, listed, len(targets))]
        for place in ends:
            yield (*way, place), Fraction(1, len(ends))


def _other(fate: Fate, listed: str, last: int) -> Place:
    """Where a finding ends that no clause rests on."""
    words = {MERGED: (_("merged"), "merged"), SET_ASIDE: (_("set aside"), "set-aside")}
    label, key = words.get(fate.what, (_("open"), "open"))
    return Place(key, label, "slate", f"{listed}?became={key}#list", last + (fate.what == SET_ASIDE))
