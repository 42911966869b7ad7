"""One session of the programme, and the way into its room."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.kept_pages import kept_for_visitors
from academy.models import Edition
from academy.permissions import is_known
from academy.requests import EditionRequest, LoginNeeded, admit
from programme.agenda import all_sessions, times_of
from programme.attendance import own_sessions
from programme.entries import entries_of
from programme.joining import check_in, door_to
from programme.models import Release, Session
from programme.neighbours import neighbours_of
from programme.people import people_of, shown_people
from programme.releases import current_release, last_release_with, release_numbered
from programme.stars import starred_sessions
from programme.structured import session_card, session_event
from programme.views.agenda import may_star
from programme.views.outward import addresses_from
from programme.views.scope import zones_of


@require_safe
@kept_for_visitors
def session(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """One session: when, what, with whom, its guiding questions, what comes before and after."""
    return _session(request, edition, current_release(edition), slug, is_fixed=False)


@require_safe
@kept_for_visitors
def released_session(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """A session as one version of the programme has it; an old version says that it is old."""
    return _session(request, edition, release_numbered(edition, number), slug, is_fixed=True)


def _session(
    request: EditionRequest, edition: Edition, release: Release | None, slug: str, *, is_fixed: bool
) -> HttpResponse:
    sessions = all_sessions(release.content) if release else []
    found = next((item for item in sessions if item["slug"] == slug), None)
    if found is None and not is_fixed:
        return _gone(request, edition, slug)
    if release is None or found is None:
        raise Http404(_("The programme has no such session."))
    starts, ends = times_of(found)
    row = Session.objects.select_related("edition", "parent").filter(pk=found["id"]).first()
    return render(
        request,
        "programme/session.html",
        {
            **_for_machines(request, edition, release, slug, is_fixed=is_fixed),
            "release": release,
            "newest": current_release(edition) if is_fixed else release,
            "is_fixed": is_fixed,
            "base": (
                reverse("programme:released", args=[edition.slug, release.number])
                if is_fixed
                else reverse("programme:agenda", args=[edition.slug])
            ),
            "session": found,
            "workshop": _workshop_of(found),
            "starts": starts,
            "ends": ends,
            "zones": zones_of(request, edition),
            "people": people_of(found, shown_people({"days": [{"sessions": [found]}]})),
            "siblings": neighbours_of(found, sessions),
            "own": own_sessions(request.participant),
            "starred": starred_sessions(request.participant),
            "may_star": may_star(request.participant),
            "door": door_to(row, request.user) if row and not is_fixed else None,
        },
    )


def _for_machines(
    request: EditionRequest, edition: Edition, release: Release, slug: str, *, is_fixed: bool
) -> dict[str, Any]:
    """What search engines and those who share the address are told; nobody who is logged in needs it."""
    if is_fixed or is_known(request.user):
        return {}
    to = addresses_from(request, edition.slug)
    entry = next(entry for entry in entries_of(release.content) if entry.slug == slug)
    return {
        "structured": session_event(entry, release.content, shown_people(release.content), to),
        "card": session_card(entry, release.content, to),
    }


def _workshop_of(session: dict[str, Any]) -> dict[str, Any] | None:
    """The workshop that a session is, or that a group belongs to."""
    parent = session["parent"] or {}
    workshop: dict[str, Any] | None = session.get("workshop") or parent.get("workshop")
    return workshop


def _gone(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """The page of a session that the programme had once: what it was, and which version has it last.

    Raises:
        Http404: no version had it.
    """
    last = last_release_with(edition, slug)
    if last is None:
        raise Http404(_("The programme has no such session."))
    title = next(item["title"] for item in all_sessions(last.content) if item["slug"] == slug)
    context = {"release": last, "title": title, "slug": slug}
    return render(request, "programme/gone.html", context, status=410)


@require_safe
def join(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Lead to the session's room while its door is open, and check the person in; else say when it opens."""
    if not is_known(request.user):
        raise LoginNeeded
    row = get_object_or_404(Session.objects.select_related("edition", "parent"), edition=edition, slug=slug)
    door = door_to(row, request.user)
    is_own = str(row.pk) in own_sessions(request.participant)
    admit(
        request,
        door is not None or is_own,
        needs=_("This room is for the people of this group. Your own sessions are on the page “My academy”."),
    )
    if door and door.state == "open":
        if request.method == "GET":
            check_in(request.user, row)
        return HttpResponseRedirect(door.link.url)
    return render(
        request,
        "programme/join.html",
        {"session": row, "door": door, "zones": zones_of(request, edition)},
    )
