"""The agenda: the programme of a release, whole or narrowed, in the academy's time and in the viewer's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from academy import clock
from academy.kept_pages import kept_for_visitors
from academy.models import Edition, Participant, Role
from academy.own_pages import kept_for_each
from academy.permissions import is_known
from academy.requests import EditionRequest, LoginNeeded, admit
from academy.stamps import stamp_of
from programme.agenda import AgendaDay, agenda_days, now_and_next
from programme.attendance import own_sessions
from programme.filtering import STARRED, Filters, choices_of, sift
from programme.models import Release, Session
from programme.people import shown_people
from programme.releases import current_release, release_numbered
from programme.stars import mark, starred_sessions, unmark
from programme.structured import edition_card, edition_event
from programme.views.outward import addresses_from
from programme.views.scope import Zones, zones_of
from programme.views.slots import (
    ShownDay,
    days_of,
    head,
    keep_days,
    known_days,
    made_days,
    minute_of,
    personal_days,
)

# A programme of more days than this opens on one of them; the rest is a choice away.
DAYS_AT_ONCE = 10
ALL_DAYS = "all"


@require_safe
@kept_for_visitors
@kept_for_each
def agenda(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The newest version, whole or narrowed: `?day=2022-02-03`, `?q=budget`, and what `programme.filtering` knows."""
    release = current_release(edition)
    if release is None:
        return render(request, "programme/empty.html")
    return _agenda(request, edition, release, reverse("programme:agenda", args=[edition.slug]))


@require_safe
@kept_for_visitors
@kept_for_each
def released(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """One version for ever; an old one says that it is old."""
    release = release_numbered(edition, number)
    if release is None:
        raise Http404(_("The programme has no such version."))
    return _agenda(
        request, edition, release, reverse("programme:released", args=[edition.slug, number]), is_fixed=True
    )


@dataclass(frozen=True)
class Asked:
    """What an address asks of the agenda: the days of its zone, the filters, and the query as it was meant."""

    query: dict[str, str]
    filters: Filters
    days: list[AgendaDay]
    today: AgendaDay | None


def _asked(request: EditionRequest, release: Release, zones: Zones, present: datetime) -> Asked:
    """A long programme opens on today, or on its first day, unless something else is asked for."""
    query = request.GET.dict()
    days = days_of(release, zones.first)
    today = next((day for day in days if day.date == present.astimezone(day.zone).date()), None)
    if query.get("day") == ALL_DAYS:
        query.pop("day")
    elif len(days) > DAYS_AT_ONCE and not Filters.parse(query, release.content):
        query["day"] = (today or days[0]).date.isoformat()
    filters = Filters.parse(query, release.content)
    # Before the login the stars are in the browser, which narrows the page itself.
    if filters.show == STARRED and not may_star(request.participant):
        filters = replace(filters, show="")
    return Asked(query, filters, days, today)


def _agenda(
    request: EditionRequest, edition: Edition, release: Release, base: str, *, is_fixed: bool = False
) -> HttpResponse:
    zones, present = zones_of(request, edition), clock.now()
    asked = _asked(request, release, zones, present)
    own, starred = own_sessions(request.participant), starred_sessions(request.participant)
    common = {
        "edition": edition,
        "zones": zones,
        "present": present,
        "base": base,
        "may_star": may_star(request.participant),
        "is_fixed": is_fixed,
        "release": release,
        "filters": asked.filters,
        "one_day": asked.filters.day,
    }
    shown = _shown(release, asked.filters, common, own, starred)
    return render(
        request,
        "programme/agenda.html",
        {
            **common,
            **_for_machines(request, edition, release, is_fixed=is_fixed),
            "head": _head(request, edition, release, asked, {**common, "own": own}),
            "shown": shown,
            "found": sum(len(row.items) for entry in shown for row in entry.day.rows),
        },
    )


def _head(
    request: EditionRequest, edition: Edition, release: Release, asked: Asked, common: Mapping[str, Any]
) -> str:
    """What stands above the days; the same for all who ask the same, as long as nobody's name changes."""
    is_organiser = Role.Kind.ORGANISER in request.roles
    key = (
        stamp_of(edition.slug) or object(),
        release.pk,
        request.get_full_path(),
        common["zones"],
        minute_of(common["present"]),
        common["may_star"],
        bool(common["own"]),
        is_organiser,
    )

    def context() -> dict[str, Any]:
        choices = choices_of(release.content, shown_people(release.content))
        is_fixed = common["is_fixed"]
        running, following = ([], []) if is_fixed else now_and_next(release.content, common["present"])
        return {
            **common,
            "newest": current_release(edition) if is_fixed else release,
            "is_organiser": is_organiser,
            "days": asked.days,
            "today": asked.today,
            "choices": choices,
            "kinds": [(kind, Session.Kind(kind).label) for kind in choices.kinds],
            "kept_parameters": [
                (name, asked.query[name]) for name in ("day", "show", "tz", "times") if asked.query.get(name)
            ],
            "all_days": ALL_DAYS if len(asked.days) > DAYS_AT_ONCE else None,
            "running": running,
            "following": following,
        }

    return head(key, context, request)


def _for_machines(
    request: EditionRequest, edition: Edition, release: Release, *, is_fixed: bool
) -> dict[str, Any]:
    """What search engines and those who share the address are told of the whole; nobody who is logged in needs it."""
    if is_fixed or request.GET or is_known(request.user):
        return {}
    to = addresses_from(request, edition.slug)
    return {
        "structured": edition_event(release.content, to),
        "card": edition_card(release.content, edition.introduction, to),
    }


def may_star(participant: Participant | None) -> bool:
    """Whether stars are kept with a registration; others keep them in their browser."""
    state = Participant.State
    may = (state.CONFIRMED, state.APPLIED, state.WAITING, state.OFFERED)
    return participant.state in may if participant else False


def _shown(
    release: Release,
    filters: Filters,
    common: Mapping[str, Any],
    own: frozenset[str],
    starred: frozenset[str],
) -> list[ShownDay]:
    """The days that were asked for, with what is the viewer's own marked."""
    zones: Zones = common["zones"]
    minute = minute_of(common["present"])
    key = (release.pk, str(filters), zones, common["base"], common["may_star"], minute)
    names = filters.person or filters.q  # what these find depends on who may be named at the moment
    days = None if names or filters.is_personal else known_days(key)
    if days is None:
        people = shown_people(release.content) if names else {}
        content = sift(release.content, filters, zone=zones.first, people=people, own=own, starred=starred)
        days = made_days(_without_empty(agenda_days(content, zones.first), filters), common)
        if not names and not filters.is_personal:
            keep_days(key, days)
    return personal_days(days, own, starred) if own or starred else days


def _without_empty(days: list[AgendaDay], filters: Filters) -> list[AgendaDay]:
    return [day for day in days if day.rows] if filters else days


class StarForm(forms.Form):
    """One session to mark or unmark, or several to mark (those that a visitor marked before the login)."""

    star = forms.UUIDField(required=False)
    unstar = forms.UUIDField(required=False)
    stars = forms.CharField(required=False, max_length=40_000)
    next = forms.CharField(required=False, max_length=2_000)

    def clean_stars(self) -> list[UUID]:
        """The sessions named, separated by commas; what is no identifier is passed over."""
        field = forms.UUIDField()
        found = []
        for word in self.cleaned_data["stars"].split(","):
            try:
                found.append(field.clean(word.strip()))
            except forms.ValidationError:
                continue
        return found


@require_POST
def star(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Mark a session for oneself or take the mark away; leads back to the page that it was done on."""
    if not is_known(request.user):
        raise LoginNeeded
    participant = request.participant
    admit(request, may_star(participant))
    form = StarForm(request.POST)
    if not form.is_valid() or not participant:
        return JsonResponse({"title": _("This is no session."), "status": 422}, status=422)
    said = form.cleaned_data
    wanted = [*said["stars"], *([said["star"]] if said["star"] else [])]
    if wanted:
        mark(participant, wanted, by=request.user)
    if said["unstar"]:
        unmark(participant, said["unstar"], by=request.user)
    if not request.accepts("text/html"):
        return JsonResponse({"starred": sorted(starred_sessions(participant))})
    back = said["next"]
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(
        back if is_ours and back.startswith("/") else reverse("programme:agenda", args=[edition.slug])
    )
