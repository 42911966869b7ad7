"""The organisers' rules: pairs that sit together or apart, and until when participants state their choices."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from academy import clock
from academy.mail.audience import addressed
from academy.models import Edition
from academy.requests import EditionRequest, apply, posted, status_of
from workshops.models import Pair, WishRound
from workshops.plans.forms import DeadlineForm, PairForm
from workshops.plans.pairs import add_pair, pairs_of_edition, remove_pair
from workshops.views.plans import organiser_at
from workshops.views.scope import get_slot
from workshops.wishes import ask_for_wishes, counted_wishes


@require_http_methods(["GET", "HEAD", "POST"])
def pairs(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Who is kept together or apart, and a form for one more pair."""
    user = organiser_at(request, edition)
    form = PairForm(posted(request), edition=edition)

    def add() -> Pair:
        said = form.cleaned_data
        one, other = (form.people[said[name]] for name in ("one", "other"))
        return add_pair(edition, said["kind"], one, other, by=user)

    if request.method == "POST" and apply(form, add) is not None:
        messages.success(request, _("The rule is kept; it counts from the next search on."))
        return redirect("workshops:pairs", edition.slug)
    rows = [(pair, addressed(pair.first), addressed(pair.second)) for pair in pairs_of_edition(edition)]
    return render(request, "workshops/desk/pairs.html", {"form": form, "rows": rows}, status=status_of(form))


@require_POST
def drop_pair(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Remove a rule for a pair."""
    remove_pair(edition, key, by=organiser_at(request, edition))
    messages.success(request, _("The rule is gone."))
    return redirect("workshops:pairs", edition.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Until when choices can be stated for a time, and how often each session was chosen."""
    user, slot = organiser_at(request, edition), get_slot(edition, slug)
    asked = WishRound.objects.filter(slot=slot).first()
    local = asked.closes_at.astimezone(edition.zone) if asked else None
    ends = request.method == "POST" and "end" in request.POST
    form = DeadlineForm(
        None if ends else posted(request), edition=edition, initial={"closes_at": local} if local else None
    )

    def save() -> bool:
        ask_for_wishes(slot, closes_at=form.cleaned_data["closes_at"], by=user)
        return True

    if ends:
        ask_for_wishes(slot, closes_at=None, by=user)
        messages.success(request, _("Choices can no longer be stated; those that were stated count."))
        return redirect("workshops:choices", edition.slug, slug)
    if request.method == "POST" and apply(form, save):
        messages.success(request, _("Participants can state their choices on My academy."))
        return redirect("workshops:choices", edition.slug, slug)
    context = {
        "slot": slot,
        "form": form,
        "asked": asked,
        "is_open": asked is not None and clock.now() < asked.closes_at,
        "counted": counted_wishes(slot),
        "academy_zone": edition.zone,
    }
    return render(request, "workshops/desk/choices.html", context, status=status_of(form))
