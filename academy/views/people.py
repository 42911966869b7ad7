"""The organisers' list of people."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from academy.forms import DecisionForm
from academy.models import Edition, Participant, Role
from academy.permissions import Visitor, is_known, is_organiser
from academy.registration import confirm, decline
from academy.requests import EditionRequest, LoginNeeded, admit, apply, posted, status_of

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The organisers' list of registrations, with decisions on several at once."""
    admit(request, is_organiser(request.user, edition), needs=_("It is for the organisers of this academy."))
    form = DecisionForm(posted(request), edition=edition)
    if request.method == "POST" and form.is_valid():
        done = apply(form, lambda: _decide_all(form, request.user))
        if done is not None:
            text = ngettext(
                "%(count)s registration was decided.", "%(count)s registrations were decided.", done
            )
            messages.success(request, text % {"count": done})
            return redirect(request.get_full_path())
    page = Paginator(_listed(request, edition), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "chosen": request.POST.getlist("people"),
        "page": page,
        "roles_of": _roles_among(page.object_list),
        "state": request.GET.get("state", ""),
        "asked": request.GET.get("q", ""),
        "is_newest_first": request.GET.get("sort") == "newest",
        "states": Participant.State.choices,
    }
    return render(request, "academy/people/list.html", context, status=status_of(form))


def _listed(request: EditionRequest, edition: Edition) -> QuerySet[Participant]:
    """The registrations that were asked for: by state, by words; by name, or the newest first."""
    order = ("-registered_at", "id") if request.GET.get("sort") == "newest" else (Lower("name"), "id")
    rows = Participant.objects.filter(edition=edition).select_related("user").order_by(*order)
    if (state := request.GET.get("state", "")) in Participant.State.values:
        rows = rows.filter(state=state)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    wanted = ("name", "pseudonym", "organisation", "user__email")
    return (
        rows.filter(Q.create([(f"{field}__icontains", words) for field in wanted], Q.OR)) if words else rows
    )


def _roles_among(people: Iterable[Participant]) -> dict[UUID, list[str]]:
    """{user: the roles they have now in the words of the page}, in one query."""
    rows = list(people)
    roles: dict[UUID, list[str]] = {}
    if rows:
        wanted = Role.objects.active().filter(
            edition=rows[0].edition_id, user__in=[row.user_id for row in rows]
        )
        for role in wanted.order_by("kind"):
            roles.setdefault(role.user_id, []).append(role.get_kind_display())
    return roles


def _decide_all(form: DecisionForm, user: Visitor) -> int:
    """Decide on everybody who was chosen, or on nobody."""
    decide = confirm if form.cleaned_data["decision"] == DecisionForm.CONFIRM else decline
    if not is_known(user):
        raise LoginNeeded
    return len(decide(*form.cleaned_data["people"], by=user))
