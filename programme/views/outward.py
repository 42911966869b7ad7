"""What leaves the site: calendars, exchange files, tables, and the page that explains how to subscribe."""

from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from academy.kept_pages import kept_for_visitors
from academy.models import Edition
from academy.permissions import is_confirmed
from academy.requests import EditionRequest, admit
from programme.addresses import Addresses
from programme.calendar_history import traces_up_to
from programme.calendar_keys import calendar_sessions, give_key, key_of, owner_of, revoke_key
from programme.calendars import Subject, calendar_of, events_for, events_of, with_lost
from programme.entries import Entry
from programme.exchange import Schedule, schedule_of
from programme.exchange_json import schedule_json
from programme.exchange_xml import schedule_xml
from programme.filtering import Filters, NoSuchFilter, sift
from programme.models import Release
from programme.people import shown_people
from programme.printing.card import picture
from programme.releases import current_release
from programme.spreadsheets import csv_file, rows_of, xlsx_file

CALENDAR = "text/calendar; charset=utf-8"
JSON = "application/json"
PNG = "image/png"
XML = "application/xml; charset=utf-8"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FOR_EVERYBODY = "public, max-age=0, must-revalidate"
FOR_ONE = "private, no-cache"


# --- Calendars --------------------------------------------------------------------------------------------------------


@require_safe
@kept_for_visitors
def calendar(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The whole programme, or what the filters of the agenda leave of it, with what was cancelled."""
    release = newest(edition)
    traces = traces_up_to(release)
    content = sifted(request, with_lost(release.content, traces))
    words = filters_in_words(request, release)
    name = f"{edition.title}: {words}" if words else edition.title
    file = _calendar(request, release, name, events_of(content, traces))
    return published(request, file, CALENDAR, f"{edition.slug}.ics")


@require_safe
@kept_for_visitors
def session_calendar(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """One session; a cancelled one says so."""
    release = newest(edition)
    traces = traces_up_to(release)
    everything = events_for(release.content, traces, frozenset(traces))
    entry = next((entry for entry in everything if entry.slug == slug), None)
    if entry is None:
        raise Http404(_("The programme has no such session."))
    file = _calendar(request, release, entry.full_title, [entry])
    return published(request, file, CALENDAR, f"{edition.slug}-{entry.slug}.ics")


@require_safe
def personal_calendar(request: EditionRequest, edition: Edition, key: str) -> HttpResponse:
    """Somebody's own sessions and those they marked, for the calendar program that knows the secret address."""
    participant = owner_of(key, edition)
    if participant is None:
        raise Http404(_("There is no calendar at this address, or it was revoked."))
    release = newest(edition)
    entries = events_for(release.content, traces_up_to(release), calendar_sessions(participant))
    name = _("%(title)s: my sessions") % {"title": edition.title}
    file = _calendar(request, release, name, entries)
    response = published(request, file, CALENDAR, f"{edition.slug}-mine.ics", is_public=False)
    response["X-Robots-Tag"] = "noindex"
    return response


def _calendar(request: HttpRequest, release: Release, name: str, entries: list[Entry]) -> bytes:
    edition = release.edition
    subject = Subject(
        name=name,
        source=request.build_absolute_uri(),
        zone=ZoneInfo(release.content["edition"]["time_zone"]),
        starts=edition.starts,
        ends=edition.ends,
    )
    return calendar_of(
        subject, entries, release.content, traces_up_to(release), addresses_from(request, edition.slug)
    )


# --- Files ------------------------------------------------------------------------------------------------------------


@require_safe
@kept_for_visitors
def card(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The picture that stands beside a shared address of the programme."""
    return published(request, picture(edition, newest(edition)), PNG)


@require_safe
@kept_for_visitors
def schedule_as_json(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The programme for other conference programs, as c3voc writes it."""
    return published(request, schedule_json(_schedule(request, edition)), JSON)


@require_safe
@kept_for_visitors
def schedule_as_xml(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The same as frab writes it."""
    return published(request, schedule_xml(_schedule(request, edition)), XML)


@require_safe
@kept_for_visitors
def table_as_csv(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The programme as a table."""
    return published(request, csv_file(_rows(request, edition)), CSV, f"{edition.slug}-programme.csv")


@require_safe
@kept_for_visitors
def table_as_xlsx(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The same as a workbook."""
    file = xlsx_file(_rows(request, edition), edition.title)
    return published(request, file, XLSX, f"{edition.slug}-programme.xlsx")


def _schedule(request: HttpRequest, edition: Edition) -> Schedule:
    release = newest(edition)
    content = sifted(request, release.content)
    return schedule_of(release, content, shown_people(content), addresses_from(request, edition.slug))


def _rows(request: HttpRequest, edition: Edition) -> list[Any]:
    content = sifted(request, newest(edition).content)
    return rows_of(content, shown_people(content), addresses_from(request, edition.slug))


# --- Subscribing ------------------------------------------------------------------------------------------------------


@require_safe
def subscribe(request: EditionRequest, edition: Edition) -> HttpResponse:
    """How to have the programme in one's own calendar; a query narrows the calendar that it offers first."""
    release = newest(edition)
    filters = public_filters(request, release.content)
    sifted(request, with_lost(release.content, traces_up_to(release)))
    whole = request.build_absolute_uri(reverse("programme:calendar", args=[edition.slug]))
    key = key_of(request.participant)
    return render(
        request,
        "programme/subscribe.html",
        {
            "query": f"?{filters}" if filters else "",
            "calendars": _calendars(whole, filters, filters_in_words(request, release), release),
            "own": _own_calendar(request, edition, key.key) if key else None,
            "may_have_own": is_confirmed(request.user, edition),
        },
    )


@require_POST
def make_calendar(request: EditionRequest, edition: Edition) -> HttpResponse:
    """A (new) secret address of one's own calendar."""
    admit(request, is_confirmed(request.user, edition))
    participant, user = request.participant, request.user
    had_one = key_of(participant) is not None
    give_key(participant, by=user)  # type: ignore[arg-type]  # the door above lets only participants in
    messages.success(
        request,
        _("Your calendar has a new address. The earlier one does not work any more.")
        if had_one
        else _("Your calendar has an address."),
    )
    return HttpResponseRedirect(reverse("programme:subscribe", args=[edition.slug]))


@require_POST
def revoke_calendar(request: EditionRequest, edition: Edition) -> HttpResponse:
    """No secret address any more."""
    admit(request, is_confirmed(request.user, edition))
    participant, user = request.participant, request.user
    if revoke_key(participant, by=user):  # type: ignore[arg-type]  # as above
        messages.success(request, _("The address of your calendar does not work any more."))
    return HttpResponseRedirect(reverse("programme:subscribe", args=[edition.slug]))


def _calendars(whole: str, filters: Filters, words: str, release: Release) -> list[dict[str, str]]:
    """The calendars that the page offers: {name, https, webcal}, the one that was asked for first."""
    offers = [(_("The whole programme"), "")]
    if filters:
        offers.insert(0, (words, f"?{filters}"))
    offers += [(_("Workshops and roundtables"), "?show=workshops"), (_("Plenaries"), "?show=plenaries")]
    offers += [(strand["title"], f"?strand={strand['slug']}") for strand in release.content["strands"]]
    unique = {query: name for name, query in reversed(offers)}
    return [_offer(name, whole + query) for query, name in reversed(unique.items())]


def _own_calendar(request: HttpRequest, edition: Edition, key: str) -> dict[str, str]:
    address = request.build_absolute_uri(reverse("programme:personal_calendar", args=[edition.slug, key]))
    return _offer(_("My sessions"), address)


def _offer(name: str, address: str) -> dict[str, str]:
    return {"name": name, "https": address, "webcal": urlunsplit(("webcal", *urlsplit(address)[1:]))}


# --- What they share --------------------------------------------------------------------------------------------------


def newest(edition: Edition) -> Release:
    """The release that the public reads.

    Raises:
        Http404: nothing was released yet.
    """
    release = current_release(edition)
    if release is None:
        raise Http404(_("The programme has not been published yet."))
    release.edition = edition
    return release


def public_filters(request: HttpRequest, content: dict[str, Any]) -> Filters:
    """The filters of an address that answers everybody alike.

    Raises:
        NoSuchFilter: the query asks for something personal, or makes no sense.
    """
    filters = Filters.parse(request.GET, content)
    if filters.is_personal:
        raise NoSuchFilter(
            _("Your own sessions have a calendar with an address of its own, on the page “Subscribe”.")
        )
    return filters


def sifted(request: HttpRequest, content: dict[str, Any]) -> dict[str, Any]:
    """What the query leaves of the content; days are the academy's."""
    zone = ZoneInfo(content["edition"]["time_zone"])
    return sift(content, public_filters(request, content), zone=zone, people=shown_people(content))


def filters_in_words(request: HttpRequest, release: Release) -> str:
    """What was asked for, in a line: "Drivers and actors of commitment, workshops"."""
    filters = public_filters(request, release.content)
    strands = {strand["slug"]: strand["title"] for strand in release.content["strands"]}
    day = filters.day.isoformat() if filters.day else ""
    words = (
        day,
        strands.get(filters.strand, ""),
        filters.kind,
        filters.language,
        filters.person,
        filters.q,
        filters.show,
    )
    return ", ".join(filter(None, words))


def addresses_from(request: HttpRequest, edition: str) -> Addresses:
    """Whole addresses of an edition's pages, on the host that was asked."""

    def whole(name: str, *arguments: str) -> str:
        return request.build_absolute_uri(reverse(name, args=[edition, *arguments]))

    programme = whole("programme:agenda")
    return Addresses(
        site=request.build_absolute_uri("/"),
        programme=programme,
        session=lambda slug: f"{programme}{slug}/",
        join=lambda slug: f"{programme}{slug}/join/",
        material=lambda identifier: f"{programme}materials/{identifier}/",
    )


def published(
    request: HttpRequest, body: bytes, content_type: str, filename: str = "", *, is_public: bool = True
) -> HttpResponse:
    """A file with its validator: 304 to whoever has it already, readable from other sites if it is everybody's."""
    response = HttpResponse(body, content_type=content_type)
    response["ETag"] = etag = f'"{sha256(body).hexdigest()[:32]}"'
    response["Cache-Control"] = FOR_EVERYBODY if is_public else FOR_ONE
    if is_public:
        response["Access-Control-Allow-Origin"] = "*"
    if filename:
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer if isinstance(answer, HttpResponse) else response
