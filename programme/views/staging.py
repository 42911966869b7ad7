"""The page of one session at the organisers' desk, with its parts, its people, its link to join and its materials."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from academy.models import User
from academy.requests import EditionRequest
from programme.edits import state_of
from programme.forms import GuestForm, LinkForm, MaterialForm, SessionForm
from programme.models import JoinLink, Material, Session
from programme.releases import is_released, programme_content
from programme.views.at_desk import warnings_of, zone_of


def show_session(
    request: EditionRequest, session: Session, by: User, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The page of a session at the desk; `context` may hold a form that was refused, instead of a fresh one."""
    edition = session.edition
    link = JoinLink.objects.filter(session=session).first()
    fresh = {
        "form": SessionForm(edition=edition, session=session),
        "guest_form": GuestForm(prefix="guest"),
        "link_form": LinkForm(prefix="link", edition=edition, initial=LinkForm.said_of(link)),
        "material_form": MaterialForm(prefix="material"),
    }
    people = session.people.select_related("participant").order_by("position", "id")
    parts = Session.objects.planned().filter(parent=session).order_by("position", "id")
    page = {
        "session": session,
        "link": link,
        "people": people,
        "materials": _materials(session),
        "parts": _with_neighbours(list(parts)),
        "is_released": is_released(session),
        "cautions": warnings_of(programme_content(edition)).get(str(session.pk), []),
        "academy_zone": zone_of(edition),
        **fresh,
        **context,
    }
    return render(request, "programme/desk/session.html", page, status=status)


def saved(request: EditionRequest, session: Session, words: str) -> HttpResponse:
    """Back to the page of a session, with a word on what was done."""
    messages.success(request, words)
    return redirect("programme:edit_session", session.edition.slug, session.pk)


def _materials(session: Session) -> list[dict[str, Any]]:
    rows = Material.objects.filter(session=session, removed_at=None).order_by("position", "title", "id")
    return [{**one, "state": state_of(one["row"])} for one in _with_neighbours(list(rows))]


def _with_neighbours(rows: list[Session] | list[Material]) -> list[dict[str, Any]]:
    """Rows, each with the one before which it would stand after a step up or down (none: at the end)."""
    return [
        {
            "row": row,
            "up": rows[place - 1].pk if place else None,
            "down": rows[place + 2].pk if place + 2 < len(rows) else "",
            "is_last": place == len(rows) - 1,
        }
        for place, row in enumerate(rows)
    ]
