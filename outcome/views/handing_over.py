"""An endorsement is handed over: an organiser offers it to an address, and whoever has it accepts."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from academy.models import Edition
from academy.requests import EditionRequest, admit, posted
from outcome.following import handing_over as rules
from outcome.following.forms import OfferForm, TakeOverForm
from outcome.following.protecting import is_protected
from outcome.permissions import may_confirm_endorsements, may_take_over
from outcome.views.endorsing import get_endorsement, show_decision
from outcome.views.fetching import attempt, known


@require_POST
def hand_over(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """For organisers: offer an endorsement to another account, or take the offer back."""
    by = known(request)
    admit(request, may_confirm_endorsements(by, edition), needs=_("It is for organisers of this academy."))
    found = get_endorsement(edition, pk)
    if request.POST.get("take_back"):
        rules.take_offer_back(found, by=by)
        messages.success(request, _("The offer is taken back."))
        return redirect("outcome:decide_endorsement", edition.slug, pk)
    form = OfferForm(request.POST)
    done = attempt(form, lambda: rules.offer_endorsement(found, address=form.cleaned_data["address"], by=by))
    if done.made is None:
        return show_decision(request, found, offer_form=form, status=done.status)
    messages.success(request, _("The offer is sent. Until it is accepted, nothing changes."))
    return redirect("outcome:decide_endorsement", edition.slug, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Act for an organisation from now on, if that was offered."""
    by = known(request)
    found = get_endorsement(edition, pk)
    if request.method != "POST" and found.account_id == by.pk:
        return redirect(found)
    admit(
        request,
        may_take_over(by, found),
        needs=_("It is for whoever has the e-mail address to which an organiser offered it, for 30 days."),
    )
    protected = is_protected(by)
    form = TakeOverForm(posted(request), protected=protected)
    status = 200
    if form.is_bound:
        done = attempt(form, lambda: rules.take_over(found, form.successor(), by=by))
        if done.made:
            messages.success(request, _("You act for the organisation now."))
            return redirect(done.made)
        status = done.status
    context = {"form": form, "row": found, "protected": protected}
    return render(request, "outcome/take_over.html", context, status=status)
