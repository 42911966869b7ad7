"""The link through which a session is joined, at the organisers' desk."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from academy.models import Edition
from academy.requests import EditionRequest, status_of
from programme import linking
from programme.edits import state_of
from programme.forms import LinkForm
from programme.models import JoinLink
from programme.undoing import as_of
from programme.views.at_desk import READ_OR_WRITE, editor, get_session
from programme.views.meanwhile import attempt, meanwhile
from programme.views.staging import saved, show_session


@require_POST
def set_link(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Give a session its link to join, or change it."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    form = LinkForm(request.POST, prefix="link", edition=edition)
    _made, overtaken = attempt(form, lambda: linking.set_link(session, **form.values(), by=by))
    if not form.errors:
        return saved(request, session, _("The link was saved. It counts at once."))
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
        return saved(request, session, _("The link was removed. You can undo this on the desk."))
    return render(request, "programme/desk/remove_link.html", {"session": session})
