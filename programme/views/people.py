"""Who does what in a session, at the organisers' desk: people found, given roles, taken out."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from academy.models import Edition, Participant
from academy.requests import EditionRequest, apply, status_of
from academy.views.searching import lead_on, words_searched
from programme import guests
from programme.forms import CastForm, GuestForm
from programme.models import SessionRole
from programme.views.at_desk import editor, get_session
from programme.views.staging import saved, show_session

FOUND = 20


@require_http_methods(["GET", "HEAD", "POST"])
def session_people(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Find a participant for a role in a session, by name or organisation; the address does not say whom."""
    editor(request, edition)
    session = get_session(edition, pk)
    said = request.POST if request.method == "POST" else request.GET
    if "q" in said:
        return lead_on(request, request.path, said)
    asked = words_searched(request)
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
    return people.filter(matches).order_by("name_key", "id")


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
        return saved(request, session, _("The person has the role now."))
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
        return saved(request, session, _("The guest has the role now."))
    return show_session(request, session, by, status=status_of(form), guest_form=form)


@require_POST
def take_role(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Take a person out of a session."""
    by = editor(request, edition)
    rows = SessionRole.objects.select_related("session__edition")
    role = get_object_or_404(rows, session__edition=edition, pk=pk)
    guests.take_role(role, by=by)
    return saved(
        request, role.session, _("The person was taken out of the session. You can undo this on the desk.")
    )
