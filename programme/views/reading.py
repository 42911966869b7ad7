"""Pages of the programme: the agenda, one session, its link, the versions. All read the newest release."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy import clock
from academy.kept_pages import kept_for_visitors
from academy.models import Edition, Participant
from academy.permissions import is_known
from academy.requests import EditionRequest, LoginNeeded, admit
from programme.agenda import SHOWN_KINDS, AgendaDay, agenda_days, all_sessions, narrowed, next_row, times_of
from programme.attendance import own_sessions
from programme.joining import check_in, door_to
from programme.models import Release, Session
from programme.releases import current_release
from programme.views.scope import zones_of


@require_safe
@kept_for_visitors
def agenda(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The whole programme, or one day of it (`?day=2022-02-03`), or some of it (`?show=mine|workshops|plenaries`)."""
    release = current_release(edition)
    if release is None:
        return render(request, "programme/empty.html")
    zones = zones_of(request, edition)
    days = agenda_days(release.content, zones.first)
    shown, present = _chosen(days, request.GET.get("day")), clock.now()
    own, show = own_sessions(request.participant), request.GET.get("show", "")
    if show:
        shown = _narrowed(shown, show, own)
    return render(
        request,
        "programme/agenda.html",
        {
            "release": release,
            "days": days,
            "shown": shown,
            "is_one_day": bool(request.GET.get("day")),
            "one_day": request.GET.get("day"),
            "zones": zones,
            "own": own,
            "show": show,
            "present": present,
            "today": next((day for day in days if day.date == present.astimezone(day.zone).date()), None),
            "day_now_row": next_row(shown, present),
        },
    )


def _narrowed(days: list[AgendaDay], show: str, own: frozenset[str]) -> list[AgendaDay]:
    """The items that were asked for.

    Raises:
        Http404: nothing of this name can be asked for.
    """
    if show != "mine" and show not in SHOWN_KINDS:
        raise Http404(_("The programme can be narrowed to mine, workshops or plenaries."))
    return narrowed(days, show, own)


def _chosen(days: list[AgendaDay], asked: str | None) -> list[AgendaDay]:
    """The day that was asked for, or all of them.

    Raises:
        Http404: there is no such day.
    """
    if not asked:
        return days
    try:
        wanted = date.fromisoformat(asked)
    except ValueError as error:
        raise Http404(_("A day is written as 2022-02-03.")) from error
    chosen = [day for day in days if day.date == wanted]
    if not chosen:
        raise Http404(_("The academy has no sessions on that day."))
    return chosen


@require_safe
@kept_for_visitors
def session(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """One session: when, what, with whom, its guiding questions, what comes before and after."""
    release = current_release(edition)
    sessions = all_sessions(release.content) if release else []
    found = next((item for item in sessions if item["slug"] == slug), None)
    if release is None or found is None:
        raise Http404(_("The programme has no such session."))
    starts, ends = times_of(found)
    row = Session.objects.select_related("edition", "parent").filter(pk=found["id"]).first()
    return render(
        request,
        "programme/session.html",
        {
            "release": release,
            "session": found,
            "workshop": _workshop_of(found),
            "starts": starts,
            "ends": ends,
            "zones": zones_of(request, edition),
            "people": _people(found),
            "siblings": _siblings(found, sessions),
            "own": own_sessions(request.participant),
            "door": door_to(row, request.user) if row else None,
        },
    )


def _workshop_of(session: dict[str, Any]) -> dict[str, Any] | None:
    """The workshop that a session is, or that a group belongs to."""
    parent = session["parent"] or {}
    workshop: dict[str, Any] | None = session.get("workshop") or parent.get("workshop")
    return workshop


def _people(session: dict[str, Any]) -> list[dict[str, str]]:
    """The people of a session as they may be shown today; whoever may not be named is left out."""
    keys = [person["participant"] for person in session["people"] if "participant" in person]
    shown = {str(p.pk): p for p in Participant.objects.filter(pk__in=keys).as_shown()}
    people = []
    for person in session["people"]:
        if "guest" in person:
            people.append(
                {"role": person["role"], "name": person["guest"], "organisation": person["affiliation"]}
            )
        elif (row := shown.get(person["participant"])) and row.shown_name:
            people.append(
                {"role": person["role"], "name": row.shown_name, "organisation": row.shown_organisation}
            )
    return people


def _siblings(session: dict[str, Any], sessions: list[dict[str, Any]]) -> dict[str, Any]:
    """What runs in parallel, and what comes before and after on the same day."""
    level = [
        other
        for other in sessions
        if other["day"]["slug"] == session["day"]["slug"]
        and (other["parent"] or {}).get("id") == (session["parent"] or {}).get("id")
    ]
    place = next(number for number, other in enumerate(level) if other["id"] == session["id"])
    if session["parent"]:
        return {"parallel": [other for other in level if other["id"] != session["id"]]}
    rest = [other for other in level if other["kind"] != "break" or other["id"] == session["id"]]
    place = rest.index(level[place])
    return {
        "before": rest[place - 1] if place else None,
        "after": rest[place + 1] if place + 1 < len(rest) else None,
    }


@require_safe
def join(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Lead to the session's room while its door is open, and check the person in; else say when it opens."""
    if not is_known(request.user):
        raise LoginNeeded
    row = get_object_or_404(Session.objects.select_related("edition", "parent"), edition=edition, slug=slug)
    door = door_to(row, request.user)
    admit(request, door is not None)
    if door and door.state == "open":
        check_in(request.user, row)
        return HttpResponseRedirect(door.link.url)
    return render(
        request,
        "programme/join.html",
        {"session": row, "door": door, "zones": zones_of(request, edition)},
    )


@require_safe
@kept_for_visitors
def releases(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The versions of the programme, newest first, with their digests."""
    rows = Release.objects.filter(edition=edition).defer("content").order_by("-number")
    return render(request, "programme/releases.html", {"releases": rows, "zones": zones_of(request, edition)})
