"""A participant's own choices among parallel sessions."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from academy import clock
from academy.models import Edition, Participant, User
from academy.permissions import is_known
from academy.requests import EditionRequest, admit, apply, posted, status_of
from programme.models import Session
from programme.views.scope import zones_of
from workshops.models import WishRound
from workshops.permissions import may_wish
from workshops.plans.forms import WishesForm
from workshops.views.scope import get_slot, person
from workshops.wishes import is_open, sessions_to_wish, state_wishes, wishes_of


def _spread(request: EditionRequest, edition: Edition) -> tuple[User, Participant]:
    """Who asks, with their confirmed registration.

    Raises:
        LoginNeeded, NotAllowed
    """
    rows = Participant.objects.select_related("edition")
    found = rows.filter(user=request.user.pk, edition=edition).first() if is_known(request.user) else None
    needs = _("It is for those who are spread over groups, with a confirmed place.")
    admit(request, found is not None and may_wish(request.user, found), needs=needs)
    assert found is not None  # noqa: S101  # let in
    return person(request), found


@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """State one's first, second and third choice until the deadline."""
    slot = get_slot(edition, slug)
    user, participant = _spread(request, edition)
    chosen = wishes_of(participant, slot)
    sessions = sessions_to_wish(slot)
    form = WishesForm(posted(request), sessions=sessions, chosen=chosen)

    def save() -> bool:
        state_wishes(participant, slot, form.chosen(), by=user)
        return True

    if request.method == "POST" and apply(form, save):
        messages.success(request, _("Your choices are kept. You can change them until the deadline."))
        return redirect("my_academy", edition.slug)
    context = {
        "slot": slot,
        "form": form,
        "sessions": sessions,
        "are_tables": any(row.kind == Session.Kind.ROUNDTABLE for row in sessions),
        "chosen": chosen,
        "asked": WishRound.objects.filter(slot=slot).first(),
        "is_open": is_open(slot, clock.now()),
        "zones": zones_of(request, edition),
    }
    return render(request, "workshops/wishes.html", context, status=status_of(form))
