"""The organisers' desk: its overview, and the board of a day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.models import Edition
from academy.requests import EditionRequest, status_of
from programme.agenda import coloured, moment
from programme.comparing import compare
from programme.edits import last_number
from programme.forms import PlaceForm
from programme.models import Edit, Session
from programme.releases import current_release, programme_content
from programme.undoing import latest_edits
from programme.views.at_desk import Caution, editor, listed, steps_of, warnings_of, zone_of

LATEST, PAGE = 12, 30


@require_safe
def desk(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Days, warnings, what differs from the last release, the latest edits, what was taken out."""
    by = editor(request, edition)
    content, last = programme_content(edition), current_release(edition)
    warnings = warnings_of(content)
    changes = compare(last.content, content) if last else None
    return render(
        request,
        "programme/desk.html",
        {
            "days": [_summary(day, warnings) for day in content["days"]],
            "warnings": listed(warnings),
            "release": last,
            "changes": changes,
            "counts": changes.counts if changes else {},
            "strands": edition.strands.order_by("position"),
            "steps": steps_of(edition, by, latest_edits(edition, LATEST)),
            "has_earlier": last_number(edition) > LATEST,
            "removed": _removed(edition),
            "academy_zone": zone_of(edition),
        },
    )


def _summary(day: dict[str, Any], warnings: dict[str, list[Caution]]) -> dict[str, Any]:
    """A day with how many sessions and warnings it has."""
    keys = [node["id"] for node in _all(day["sessions"])]
    return {
        **_dated(day),
        "count": len(keys),
        "cautions": sum(one.session in keys for one in listed(warnings)),
    }


def _dated(day: dict[str, Any]) -> dict[str, Any]:
    """A day of a content with its date as a date."""
    return {**day, "day_date": date.fromisoformat(day["date"])}


def _all(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [found for node in nodes for found in (node, *_all(node["children"]))]


def _removed(edition: Edition) -> list[Session]:
    """The sessions that were taken out, without the parts that went with theirs; the last one first."""
    rows = Session.objects.filter(edition=edition, removed_at__isnull=False).select_related("day", "parent")
    alone = Q(parent=None) | Q(parent__removed_at=None) | ~Q(parent__removed_at=F("removed_at"))
    return list(rows.filter(alone).order_by("-removed_at", "title"))


@require_safe
def edits(request: EditionRequest, edition: Edition) -> HttpResponse:
    """All edits of the draft, the newest first, page by page; each with its undo where that is possible."""
    by = editor(request, edition)
    rows = Edit.objects.filter(edition=edition).select_related("by").order_by("-number")
    paginator = Paginator(rows, PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "steps": steps_of(edition, by, list(page)),
        "academy_zone": zone_of(edition),
    }
    return render(request, "programme/desk/edits.html", context)


@dataclass
class Block:
    """A session on the board of a day: where it stands in minutes of the day, what is said beside it."""

    node: dict[str, Any]
    starts: datetime | None
    ends: datetime | None
    state: str
    start_minute: int | None = None
    minutes: int | None = None
    cautions: list[Caution] = field(default_factory=list)
    parts: list["Block"] = field(default_factory=list)
    refused: PlaceForm | None = None

    @property
    def start_clock(self) -> str:
        """The start as a form for times takes it: "12:05"."""
        hours, minutes = divmod(self.start_minute or 0, 60)
        return f"{hours:02}:{minutes:02}"


@require_safe
def desk_day(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """The board of a day: its sessions on an axis of time, to be moved."""
    return show_day(request, edition, slug)


def show_day(
    request: EditionRequest,
    edition: Edition,
    slug: str,
    refused: PlaceForm | None = None,
    refused_for: UUID | None = None,
) -> HttpResponse:
    """The board of a day; with the form that was refused beside its session."""
    by = editor(request, edition)
    # Before the content, so that what changes in between is told once too often and never too seldom.
    number = last_number(edition)
    content = coloured(programme_content(edition))
    place = next((n for n, day in enumerate(content["days"]) if day["slug"] == slug), None)
    if place is None:
        raise Http404(_("The programme has no such day."))
    days = [_dated(day) for day in content["days"]]
    day = days[place]
    warnings = warnings_of(content)
    keys = [node["id"] for node in _all(day["sessions"])]
    rows = {str(key): row for key, row in Session.objects.in_bulk(keys).items()}
    blocks = [_block(node, rows, warnings, edition) for node in day["sessions"]]
    for block in _blocks_in(blocks):
        if refused is not None and block.node["id"] == str(refused_for):
            block.refused = refused
    counts = Counter(caution.session for caution in listed(warnings))
    return render(
        request,
        "programme/desk/day.html",
        {
            "day": day,
            "days": days,
            "noon": datetime.combine(day["day_date"], time(12), zone_of(edition)),
            "timed": sorted((b for b in blocks if b.starts), key=lambda b: (str(b.starts), str(b.ends))),
            "untimed": [block for block in blocks if not block.starts],
            "caution_count": sum(counts[key] for key in keys),
            "steps": steps_of(edition, by, latest_edits(edition, 3)),
            "number": number,
            "moved": request.GET.get("moved", ""),
            "academy_zone": zone_of(edition),
        },
        status=status_of(refused) if refused else 200,
    )


def _blocks_in(blocks: list[Block]) -> list[Block]:
    return [found for block in blocks for found in (block, *_blocks_in(block.parts))]


def _block(
    node: dict[str, Any], rows: dict[str, Session], warnings: dict[str, list[Caution]], edition: Edition
) -> Block:
    starts, ends = moment(node["starts"]), moment(node["ends"])
    block = Block(node, starts, ends, PlaceForm.state_for(rows[node["id"]]))
    if starts and ends:
        local = starts.astimezone(zone_of(edition))
        block.start_minute = local.hour * 60 + local.minute
        block.minutes = int((ends - starts).total_seconds() // 60)
    block.cautions = warnings.get(node["id"], [])
    block.parts = [_block(child, rows, warnings, edition) for child in node["children"]]
    return block
