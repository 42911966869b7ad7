"""What can be asked of the API. Each operation reads the newest release, unless it asks for another."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from academy.kept_pages import STAMP
from academy.models import Edition
from academy.stamps import stamp_of
from programme.addresses import Addresses
from programme.api.schemas import (
    DayValue,
    EditionDetails,
    EditionValue,
    Narrowing,
    Page,
    Paging,
    Problem,
    ReleaseDetails,
    ReleaseValue,
    SessionValue,
)
from programme.entries import Entry, entries_of
from programme.exchange import links_of
from programme.filtering import Filters, sift
from programme.models import Release
from programme.people import people_of, shown_people
from programme.releases import release_numbered
from programme.views.outward import addresses_from, newest

View = TypeVar("View", bound=Callable[..., Any])
Slug = Annotated[str, Path(pattern=r"^[-a-zA-Z0-9_]+$", max_length=60)]
REFUSALS: dict[Any, Any] = dict.fromkeys((404, 422, 429), Problem)
PROBLEMS = {
    "responses": {
        status: {
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        }
        for status in REFUSALS
    }
}

router = Router()


def read(path: str, response: Any) -> Callable[[View], View]:
    """An operation that reads; its refusals are problems."""
    operation: Callable[[View], View] = router.get(
        path, response={200: response, **REFUSALS}, openapi_extra=PROBLEMS
    )
    return operation


@read("/editions", Page[EditionValue])
def editions(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """The academies whose programme was published, newest first."""
    rows = _published_editions()
    return page_of(request, rows, paging, lambda edition: _edition(request, edition))


@read("/editions/{slug:slug}", EditionDetails)
def edition(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    """One academy with its strands."""
    row = edition_of(request, slug)
    return {**_edition(request, row), "strands": newest(row).content["strands"]}


@read("/editions/{slug:slug}/days", list[DayValue])
def days(request: HttpRequest, slug: Slug) -> list[dict[str, Any]]:
    """The days of the programme, each with the slugs of its sessions."""
    content = newest(edition_of(request, slug)).content
    return [{**day, "sessions": [item["slug"] for item in day["sessions"]]} for day in content["days"]]


@read("/editions/{slug:slug}/sessions", Page[SessionValue])
def sessions(
    request: HttpRequest, slug: Slug, narrowing: Query[Narrowing], paging: Query[Paging]
) -> dict[str, Any]:
    """The sessions in the order of the programme, parts after what they are part of; with the agenda's filters."""
    content = newest(edition_of(request, slug)).content
    shown, to = shown_people(content), addresses_from(request, slug)
    filters = Filters.parse(narrowing.dict(), content)
    content = sift(content, filters, zone=ZoneInfo(content["edition"]["time_zone"]), people=shown)
    entries = [entry for entry in entries_of(content) if not entry.node.get("is_frame")]
    return page_of(request, entries, paging, lambda entry: _session(entry, shown, to))


@read("/editions/{slug:slug}/sessions/{slug:session}", SessionValue)
def session(request: HttpRequest, slug: Slug, session: Slug) -> dict[str, Any]:
    """One session."""
    content = newest(edition_of(request, slug)).content
    entry = next((entry for entry in entries_of(content) if entry.slug == session), None)
    if entry is None:
        raise Http404(_("The programme has no such session."))
    return _session(entry, shown_people(content), addresses_from(request, slug))


@read("/editions/{slug:slug}/releases", Page[ReleaseValue])
def releases(request: HttpRequest, slug: Slug, paging: Query[Paging]) -> dict[str, Any]:
    """The versions of the programme, newest first."""
    rows = Release.objects.filter(edition=edition_of(request, slug)).defer("content").order_by("-number")
    return page_of(request, rows, paging, lambda made: _release(request, slug, made))


@read("/editions/{slug:slug}/releases/{int:number}", ReleaseDetails)
def release(
    request: HttpRequest, slug: Slug, number: Annotated[int, Path(ge=1, le=2_147_483_647)]
) -> dict[str, Any]:
    """One version with its sealed content, in which participants stand by reference."""
    made = release_numbered(edition_of(request, slug), number)
    if made is None:
        raise Http404(_("The programme has no such version."))
    return {**_release(request, slug, made), "content": made.content}


def edition_of(request: HttpRequest, slug: str) -> Edition:
    """The edition of an address.

    The stamp under which visitors' answers are kept is read before anything that it covers (see `kept_pages`).
    """
    found = _published_editions().filter(slug=slug).first()
    if found is None:
        raise Http404(_("There is no academy of this name, or its programme has not been published yet."))
    if stamp := stamp_of(slug):
        setattr(request, STAMP, (slug, stamp))
    return found


def _published_editions() -> QuerySet[Edition]:
    numbers = Release.objects.filter(edition=OuterRef("pk")).order_by("-number").values("number")[:1]
    published = Edition.objects.annotate(release=Subquery(numbers)).filter(release__isnull=False)
    return published.order_by("-starts", "slug")


def page_of(request: HttpRequest, rows: Any, paging: Paging, said: Any) -> dict[str, Any]:
    """Some of the rows as values, with the addresses of the page before and after it."""
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    chosen: Sequence[Any] = rows[paging.offset : paging.offset + paging.limit]
    after, before = paging.offset + paging.limit, max(paging.offset - paging.limit, 0)
    return {
        "items": [said(row) for row in chosen],
        "count": count,
        "limit": paging.limit,
        "offset": paging.offset,
        "next": _turned(request, paging, after) if after < count else None,
        "previous": _turned(request, paging, before) if paging.offset else None,
    }


def _turned(request: HttpRequest, paging: Paging, offset: int) -> str:
    query = request.GET.copy()
    query["limit"], query["offset"] = str(paging.limit), str(offset)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _edition(request: HttpRequest, edition: Any) -> dict[str, Any]:
    facts = {
        name: getattr(edition, name) for name in ("slug", "title", "starts", "ends", "time_zone", "release")
    }
    return {
        **facts,
        "url": request.build_absolute_uri(edition.get_absolute_url()),
        "api_url": request.build_absolute_uri(reverse("api:edition", args=[edition.slug])),
    }


def _release(request: HttpRequest, slug: str, made: Release) -> dict[str, Any]:
    facts = {name: getattr(made, name) for name in ("number", "label", "note", "digest", "released_at")}
    return {**facts, "api_url": request.build_absolute_uri(reverse("api:release", args=[slug, made.number]))}


def _session(entry: Entry, shown: Any, to: Addresses) -> dict[str, Any]:
    node = entry.node
    said = ("id", "slug", "kind", "title", "subtitle", "description", "footnote", "hosts", "points", "strand")
    url = to.session(entry.slug)
    return {
        **{name: node[name] for name in said},
        "day": entry.day["slug"],
        "parent": entry.parent.slug if entry.parent else None,
        "parts": [child["slug"] for child in node["children"]],
        "starts": entry.starts,
        "ends": entry.ends,
        "has_own_time": entry.has_own_time,
        "minutes": entry.minutes,
        "language": entry.language,
        "interpretation": list(entry.interpretation),
        "people": [vars(person) for person in people_of(node, shown)],
        "materials": [vars(link) for link in links_of(entry, to)],
        "workshop": node.get("workshop"),
        "url": url,
        "calendar_url": f"{url}session.ics",
    }
