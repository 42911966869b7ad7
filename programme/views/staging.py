"""One session at the organisers' desk, with its people, its link to join and its materials."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.models import Edition, Participant, User
from academy.requests import EditionRequest, apply, status_of
from academy.uploads import had_too_large_upload
from programme import guests, linking, materials
from programme.edits import state_of
from programme.file_types import TooLarge
from programme.forms import CastForm, GuestForm, LinkForm, MaterialForm, SessionForm
from programme.models import JoinLink, Material, Session, SessionRole
from programme.permissions import may_edit
from programme.releases import current_release, programme_content
from programme.undoing import as_of
from programme.views.at_desk import READ_OR_WRITE, editor, get_session, warnings_of, zone_of
from programme.views.meanwhile import attempt, meanwhile

FOUND = 20
NEVER_RUN = "default-src 'none'; sandbox"


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
        "materials": Material.objects.filter(session=session, removed_at=None).order_by("position", "id"),
        "parts": _with_neighbours(list(parts)),
        "cautions": warnings_of(programme_content(edition)).get(str(session.pk), []),
        "zone": zone_of(edition),
        **fresh,
        **context,
    }
    return render(request, "programme/desk/session.html", page, status=status)


def _with_neighbours(parts: list[Session]) -> list[dict[str, Any]]:
    """Parts, each with the one before which it would stand after a step up or down (none: at the end)."""
    return [
        {
            "part": part,
            "up": parts[place - 1].pk if place else None,
            "down": parts[place + 2].pk if place + 2 < len(parts) else "",
            "is_last": place == len(parts) - 1,
        }
        for place, part in enumerate(parts)
    ]


@require_safe
def session_people(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Find a participant for a role in a session (`?q=`), by name or organisation."""
    editor(request, edition)
    session = get_session(edition, pk)
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = list(_found(edition, asked)[: FOUND + 1]) if asked else []
    context = {
        "session": session,
        "asked": asked,
        "found": found[:FOUND],
        "are_more": len(found) > FOUND,
        "kinds": SessionRole.Kind.choices,
    }
    return render(request, "programme/desk/people.html", context)


def _found(edition: Edition, words: str) -> QuerySet[Participant]:
    people = Participant.objects.confirmed().filter(edition=edition)
    matches = Q(name__icontains=words) | Q(pseudonym__icontains=words) | Q(organisation__icontains=words)
    return people.filter(matches).order_by("name", "id")


@require_POST
def cast(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Give a participant a role in a session."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    form = CastForm(request.POST, edition=edition)
    made = apply(
        form,
        lambda: guests.cast_participant(
            session, form.cleaned_data["participant"], form.cleaned_data["kind"], by=by
        ),
    )
    if made:
        messages.success(request, _("The person has the role now."))
        return redirect("programme:edit_session", edition.slug, session.pk)
    return show_session(request, session, by, status=status_of(form), cast_form=form)


@require_POST
def name_guest(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Name a guest who is no participant."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    form = GuestForm(request.POST, prefix="guest")

    def name() -> SessionRole:
        said = form.cleaned_data
        return guests.cast_guest(
            session,
            said["name"],
            said["kind"],
            affiliation=said["affiliation"],
            biography=said["biography"],
            by=by,
        )

    if apply(form, name):
        messages.success(request, _("The guest has the role now."))
        return redirect("programme:edit_session", edition.slug, session.pk)
    return show_session(request, session, by, status=status_of(form), guest_form=form)


@require_POST
def take_role(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Take a person out of a session."""
    by = editor(request, edition)
    rows = SessionRole.objects.select_related("session__edition")
    role = get_object_or_404(rows, session__edition=edition, pk=pk)
    guests.take_role(role, by=by)
    messages.success(request, _("The person was taken out of the session. You can undo this on the desk."))
    return redirect("programme:edit_session", edition.slug, role.session_id)


@require_POST
def set_link(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Give a session its link to join, or change it."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    form = LinkForm(request.POST, prefix="link", edition=edition)
    _made, overtaken = attempt(form, lambda: linking.set_link(session, **form.values(), by=by))
    if not form.errors:
        messages.success(request, _("The link was saved. It counts at once."))
        return redirect("programme:edit_session", edition.slug, session.pk)
    context: dict[str, Any] = {"link_form": form}
    if isinstance(overtaken, JoinLink):
        there = None if overtaken._state.adding else overtaken
        before = LinkForm.said_of(as_of(edition, there, form.read_at) if there else None)
        both = meanwhile(form, before, LinkForm.said_of(there))
        initial = {**LinkForm.said_of(there), **(both.initial if there else form.cleaned_data), "state": ""}
        if there:
            initial["state"] = state_of(there)
        context |= {
            "link_meanwhile": both,
            "link_form": LinkForm(prefix="link", edition=edition, initial=initial),
        }
    return show_session(request, session, by, status=status_of(form), **context)


@require_http_methods(READ_OR_WRITE)
def remove_link(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Ask once, then take the link of a session away."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    if request.method == "POST":
        linking.remove_link(session, by=by)
        messages.success(request, _("The link was removed. You can undo this on the desk."))
        return redirect("programme:edit_session", edition.slug, session.pk)
    return render(request, "programme/desk/remove_link.html", {"session": session})


@require_POST
def add_material(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Add a file or a link to a session."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    form = MaterialForm(request.POST, request.FILES, prefix="material")
    if had_too_large_upload(request):
        form.errors.clear()
        form.add_error("file", str(TooLarge.message))

    def add() -> Material:
        title, url, file = (form.cleaned_data[name] for name in ("title", "url", "file"))
        if url:
            return materials.add_link(session, title=title, url=url, by=by)
        return materials.add_file(session, file.file, name=file.name, size=file.size, title=title, by=by)

    if apply(form, add):
        messages.success(request, _("The material was added."))
        return redirect("programme:edit_session", edition.slug, session.pk)
    return show_session(request, session, by, status=status_of(form), material_form=form)


@require_POST
def take_material(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Take a material out of a session."""
    by = editor(request, edition)
    rows = Material.objects.select_related("session__edition")
    material = get_object_or_404(rows, session__edition=edition, pk=pk)
    materials.take_material(material, by=by)
    messages.success(request, _("The material was taken out. You can undo this on the desk."))
    return redirect("programme:edit_session", edition.slug, material.session_id)


@require_safe
def material(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """A file of a session, as an attachment that no browser runs: what is released now; the draft's for organisers."""
    found = get_object_or_404(Material.objects.exclude(file=""), session__edition=edition, pk=pk)
    is_public = materials.is_published(found, current_release(edition))
    if not is_public and not may_edit(request.user, edition):
        raise Http404(_("There is no such material."))
    try:
        # At most 20 MB: read at once, because a stream would be read at once by an ASGI server as well.
        with found.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type=found.content_type)
    except FileNotFoundError as error:
        raise Http404(_("This file is lost. Please tell the organisers.")) from error
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = NEVER_RUN
    response["Cache-Control"] = "public, max-age=300" if is_public else "private, no-store"
    return response
