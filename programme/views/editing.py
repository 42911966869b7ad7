"""Sessions at the organisers' desk: added, changed, moved, put in order, taken out, brought back; edits undone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from academy.errors import DomainError, Invalid
from academy.models import Edition, User
from academy.requests import EditionRequest, apply, posted, status_of
from programme import editing, ordering, removing, undoing
from programme.edits import Overtaken, named
from programme.forms import OrderForm, PlaceForm, SessionForm, said_in_form
from programme.holding import what_hangs_on
from programme.models import Day, Edit, Session
from programme.nesting import descendants
from programme.views.at_desk import READ_OR_WRITE, back_to, editor, get_session, zone_of
from programme.views.desk import show_day
from programme.views.meanwhile import attempt, meanwhile
from programme.views.staging import show_session

STALE = gettext_noop(
    "Somebody changed %(title)s after you opened this board, so it was not moved. "
    "Look at the day as it is now, and move it again."
)


@require_http_methods(READ_OR_WRITE)
def add_session(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Add a session to a day (`?day=day-1`), or a part to a session (`?parent=` and its id)."""
    by = editor(request, edition)
    asked = request.GET.get("parent", "")
    parent = get_session(edition, _key(asked)) if asked else None
    slug = request.GET.get("day", "").replace("\x00", "")
    day = parent.day if parent else Day.objects.filter(edition=edition, slug=slug).first()
    start: dict[str, Any] = {"day": day, "strand": parent.strand_id if parent else day and day.strand_id}
    if parent:
        start["kind"] = parent.children.values_list("kind", flat=True).first() or Session.Kind.PANEL
    form = SessionForm(posted(request), edition=edition, parent=parent, initial=start)
    made = None
    if request.method == "POST":
        made = apply(form, lambda: _add(form, parent, by, chose_strand=day is not None))
    if made:
        messages.success(request, _("The session was added."))
        return redirect("programme:edit_session", edition.slug, made.pk)
    context = {"form": form, "parent": parent, "day": day}
    return render(request, "programme/desk/add_session.html", context, status=status_of(form))


def _add(form: SessionForm, parent: Session | None, by: User, *, chose_strand: bool) -> Session:
    said = form.values()
    day = parent.day if parent else form.cleaned_data["day"]
    said.pop("day", None)
    if said["strand"] is None and not chose_strand:
        del said["strand"]  # the form could not offer the strand of a day that it did not know
    return editing.add_session(day, parent=parent, by=by, **said)


def _key(text: str) -> UUID:
    """The id that an address names.

    Raises:
        Invalid: it is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(_("The programme has no such session.")) from error


@require_http_methods(READ_OR_WRITE)
def edit_session(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Change a session. If somebody was faster, what is there now is shown and what was typed is kept."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    if request.method != "POST":
        return show_session(request, session, by)
    form = SessionForm(request.POST, edition=edition, session=session)
    _made, overtaken = attempt(
        form,
        lambda: editing.change_session(session, state=form.cleaned_data["state"], by=by, **form.values()),
    )
    if not form.errors:
        messages.success(request, _("The session was saved."))
        session.refresh_from_db(fields=["day"])
        board = reverse("programme:desk_day", args=(edition.slug, session.day.slug))
        return redirect(f"{board}?moved={session.pk}#session-{session.pk}")
    context: dict[str, Any] = {"form": form}
    if isinstance(overtaken, Session):
        zone = zone_of(edition)
        before = said_in_form(undoing.as_of(edition, overtaken, form.read_at), zone)
        both = meanwhile(form, before, said_in_form(overtaken, zone))
        context["meanwhile"] = both
        context["form"] = SessionForm(edition=edition, session=overtaken, initial=both.initial)
        context["was_removed"] = overtaken.removed_at is not None
    return show_session(request, session, by, status=status_of(form), **context)


@require_POST
def move_session(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Move a session to another time or day: from the form on the board, by drag or by keyboard alike."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    form = PlaceForm(request.POST, edition=edition)
    is_asked_by_script = not request.accepts("text/html")
    if is_asked_by_script and not form.is_valid():
        raise Invalid(" ".join(str(problem) for problems in form.errors.values() for problem in problems))

    def move() -> bool:
        place = {name: form.cleaned_data[name] for name in ("day", "starts_at", "ends_at", "state")}
        editing.move_session(session, **place, by=by)
        return True

    if is_asked_by_script:
        try:
            move()
        except Overtaken as error:
            raise DomainError(_(STALE) % {"title": named(session.title)}) from error
        return JsonResponse({"moved": str(session.pk), "day": form.cleaned_data["day"].slug})
    if not apply(form, move):
        return show_day(request, edition, session.day.slug, form, session.pk)
    board = reverse("programme:desk_day", args=(edition.slug, form.cleaned_data["day"].slug))
    return redirect(f"{board}?moved={session.pk}#session-{session.pk}")


@require_POST
def order_session(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Put a part before another one, or at the end."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    form = OrderForm(request.POST, edition=edition)
    if not form.is_valid():
        raise Invalid(_("The session that it should stand before is not in the programme any more."))
    ordering.reorder(session, before=form.cleaned_data["before"], by=by)
    return back_to(request, edition)


@require_http_methods(READ_OR_WRITE)
def take_out_session(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Ask once, naming what would go with it, then take a session and its parts out of the draft."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    if request.method == "POST":
        removing.take_out(session, by=by)
        messages.success(
            request, _("The session was taken out. It waits on the desk, and can be brought back.")
        )
        return redirect("programme:desk_day", edition.slug, session.day.slug)
    parts = [part for part in descendants(session) if part.removed_at is None]
    held = what_hangs_on([session.pk, *(part.pk for part in parts)])
    context = {
        "session": session,
        "parts": parts,
        "lost": [one.words for one in held if not one.refuses],
        "refuses": [one.words for one in held if one.refuses],
    }
    return render(request, "programme/desk/take_out_session.html", context)


@require_POST
def bring_back_session(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Bring a session back into the draft."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    removing.bring_back(session, by=by)
    messages.success(request, _("The session is back in the programme."))
    return redirect("programme:edit_session", edition.slug, session.pk)


@require_POST
def undo(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Put back what stood there before an edit, or before everything that was made in one step with it."""
    by = editor(request, edition)
    edit = get_object_or_404(Edit.objects.select_related("edition"), edition=edition, number=number)
    if "whole" in request.POST:
        count = undoing.undo_together(edit, by=by)
        words = ngettext("%(count)s edit was undone.", "%(count)s edits were undone.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.success(request, undoing.undo(edit, by=by).words)
    return back_to(request, edition)
