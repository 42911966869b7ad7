"""Acting for an organisation: endorsing, withdrawing, committing, reporting; and the organisers' desk for it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy import clock
from academy.models import Edition, User
from academy.permissions import insist, participation
from academy.requests import EditionRequest, admit, posted
from outcome.following import committing, confirming, naming
from outcome.following import endorsing as rules
from outcome.following.committing import today_in
from outcome.following.errors import AlreadyDecided, EndorsementOver, NothingAdopted
from outcome.following.forms import CommitmentForm, DecisionForm, EndorseForm, OfferForm, ProgressForm
from outcome.following.handing_over import OFFER_LASTS
from outcome.following.protecting import is_protected
from outcome.following.reading import named_encouragements, promised, standing_commitments
from outcome.models import Commitment, Endorsement
from outcome.permissions import acts_for, may_confirm_endorsements
from outcome.views.fetching import attempt, known

READ_OR_WRITE = ["GET", "HEAD", "POST"]
State = Endorsement.State


def get_endorsement(edition: Edition, pk: UUID) -> Endorsement:
    """An endorsement of this edition, or 404."""
    rows = Endorsement.objects.select_related("edition", "revision__document__edition", "account")
    found: Endorsement = get_object_or_404(rows, edition=edition, pk=pk)
    return found


def own_endorsement(request: EditionRequest, edition: Edition, pk: UUID) -> tuple[User, Endorsement]:
    """Who asks, and the endorsement that they act for.

    Raises:
        LoginNeeded, NotAllowed
    """
    by = known(request)
    found = get_endorsement(edition, pk)
    insist(acts_for(by, found))
    return by, found


def own_commitment(request: EditionRequest, edition: Edition, pk: UUID) -> tuple[User, Commitment]:
    """Who asks, and the commitment that they act for, while its endorsement stands.

    Raises:
        LoginNeeded, NotAllowed, EndorsementOver
    """
    by = known(request)
    rows = Commitment.objects.select_related(
        "endorsement__edition", "endorsement__revision__document__edition"
    ).prefetch_related("clauses", "notes", "wordings")
    found = get_object_or_404(rows, endorsement__edition=edition, pk=pk)
    insist(acts_for(by, found.endorsement))
    return by, while_standing(found)


def while_standing(commitment: Commitment) -> Commitment:
    """The commitment, if something may still come to it.

    Raises:
        EndorsementOver
    """
    if not commitment.endorsement.is_standing:
        raise EndorsementOver
    return commitment


@require_http_methods(READ_OR_WRITE)
def endorse(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Endorse the adopted text for an organisation."""
    by = known(request)
    if rules.adopted_revision(edition) is None:
        if request.method == "POST":
            raise NothingAdopted
        return redirect("outcome:endorsements", edition.slug)
    protected = is_protected(by)
    form = EndorseForm(posted(request), protected=protected, initial=_suggested(by, edition))
    status = 200
    if form.is_bound:
        done = attempt(form, lambda: rules.endorse(edition, form.signing(), by=by))
        if done.made:
            is_public = done.made.state == State.CONFIRMED
            messages.success(
                request,
                _("Thank you. The endorsement is public; you can add commitments now.")
                if is_public
                else _("Thank you. An organiser looks at it, and you are told by mail."),
            )
            return redirect(done.made)
        status = done.status
    address = rules.confirmed_address(by)
    context = {"form": form, "protected": protected, "address": address}
    return render(request, "outcome/endorse.html", context, status=status)


def _suggested(by: User, edition: Edition) -> dict[str, Any]:
    """What is known from the registration; nothing of somebody protected."""
    row = participation(by, edition)
    if row is None or is_protected(by):
        return {}
    kind = (
        Endorsement.Kind.LOCAL_GOVERNMENT if row.actor == "local_authority" else Endorsement.Kind.ORGANISATION
    )
    return {"organisation": row.organisation, "kind": kind, "country": row.country, "signer": row.name}


@require_http_methods(READ_OR_WRITE)
def withdraw_endorsement(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Ask once, then withdraw the endorsement."""
    by, found = own_endorsement(request, edition, pk)
    if request.method == "POST":
        rules.withdraw_endorsement(found, by=by)
        messages.success(request, _("The endorsement is withdrawn."))
        return redirect(found)
    if not found.is_standing:
        raise EndorsementOver
    going_on = found.commitments.count()
    return render(request, "outcome/withdraw_endorsement.html", {"row": found, "commitments": going_on})


@require_POST
def name_signer(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Show one's own name and function beside the endorsement, or show them no more."""
    by, found = own_endorsement(request, edition, pk)
    shown = request.POST.get("shown") == "yes"
    naming.name_signer(found, shown=shown, by=by)
    messages.success(
        request,
        _("Your name and function are shown now.")
        if shown
        else _("Your name and function are not shown any more."),
    )
    return redirect(found)


@require_http_methods(READ_OR_WRITE)
def add_commitment(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Add a commitment to an endorsement."""
    by, found = own_endorsement(request, edition, pk)
    if not found.is_standing:
        raise EndorsementOver
    form = CommitmentForm(posted(request), named=named_encouragements(found.revision, edition.slug))
    status = 200
    if form.is_bound:
        done = attempt(form, lambda: committing.commit(found, form.promise(), by=by))
        if done.made:
            messages.success(request, _("The commitment is added."))
            return _to(found, done.made)
        status = done.status
    context = {"form": form, "row": found, "commitment": None}
    return render(request, "outcome/commitment_form.html", context, status=status)


@require_http_methods(READ_OR_WRITE)
def change_commitment(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Change what a commitment says; the wordings before it stay readable."""
    by, found = own_commitment(request, edition, pk)
    named = named_encouragements(found.endorsement.revision, edition.slug)
    initial = CommitmentForm.initial_of(found, promised(found, named).clauses)
    form = CommitmentForm(posted(request), named=named, initial=initial)
    status = 200
    if form.is_bound:
        done = attempt(form, lambda: committing.change_commitment(found, form.promise(), by=by))
        if done.made:
            messages.success(request, _("The commitment is changed."))
            return _to(found.endorsement, found)
        status = done.status
    context = {"form": form, "row": found.endorsement, "commitment": found}
    return render(request, "outcome/commitment_form.html", context, status=status)


@require_http_methods(READ_OR_WRITE)
def note_progress(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Report how far a commitment is."""
    by, found = own_commitment(request, edition, pk)
    ahead = found.review_on if found.review_on and found.review_on > today_in(edition) else None
    form = ProgressForm(posted(request), initial={"state": found.state, "review_on": ahead})
    status = 200
    if form.is_bound:
        done = attempt(form, lambda: committing.note_progress(found, **form.cleaned_data, by=by))
        if done.made:
            messages.success(request, _("Your report is public."))
            return _to(found.endorsement, found)
        status = done.status
    context = {"form": form, "row": found.endorsement, "commitment": found}
    return render(request, "outcome/progress_form.html", context, status=status)


def _to(row: Endorsement, commitment: Commitment) -> HttpResponse:
    return redirect(f"{row.get_absolute_url()}#commitment-{commitment.number}")


@require_safe
def endorsement_desk(request: EditionRequest, edition: Edition) -> HttpResponse:
    """For organisers: which endorsements wait, which stand, which reviews were missed."""
    admit(
        request,
        may_confirm_endorsements(request.user, edition),
        needs=_("It is for organisers of this academy."),
    )
    rows = list(
        Endorsement.objects.filter(edition=edition)
        .select_related("edition")
        .order_by("state", "asked_at", "pk")
    )
    today = today_in(edition)
    going_on = standing_commitments(edition).filter(state__in=("planned", "under-way"))
    late = [
        one
        for one in going_on.select_related("endorsement__edition").order_by("due", "pk")
        if one.next_review < today
    ]
    context = {
        "waiting": [row for row in rows if row.state == State.ASKED],
        "decided": [row for row in rows if row.state != State.ASKED],
        "late": late,
    }
    return render(request, "outcome/endorsement_desk.html", context)


@require_http_methods(READ_OR_WRITE)
def decide_endorsement(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """For organisers: confirm or decline an endorsement, or take off the list what was confirmed wrongly."""
    by = known(request)
    admit(request, may_confirm_endorsements(by, edition), needs=_("It is for organisers of this academy."))
    found = get_endorsement(edition, pk)
    is_asked = found.state == State.ASKED
    form = DecisionForm(posted(request), is_asked=is_asked) if found.is_standing else None
    if form is None and request.method == "POST":
        raise AlreadyDecided
    status = 200
    if form is not None and form.is_bound:
        done = attempt(form, lambda: _decide(found, form, by=by))
        if done.made:
            messages.success(
                request,
                _("The endorsement is confirmed.")
                if done.made.state == State.CONFIRMED
                else _("The endorsement is declined."),
            )
            return redirect("outcome:endorsement_desk", edition.slug)
        status = done.status
    return show_decision(request, found, form=form, status=status)


def show_decision(
    request: EditionRequest,
    found: Endorsement,
    *,
    form: DecisionForm | None = None,
    offer_form: OfferForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """An endorsement at the organisers' desk, with what was refused of the forms there."""
    is_asked = found.state == State.ASKED
    if form is None and found.is_standing:
        form = DecisionForm(is_asked=is_asked)
    if offer_form is None and found.state == State.CONFIRMED:
        offer_form = OfferForm()
    is_over = found.offered_at is not None and found.offered_at + OFFER_LASTS <= clock.now()
    context = {"form": form, "row": found, "is_asked": is_asked, "offer_form": offer_form, "is_over": is_over}
    return render(request, "outcome/decide_endorsement.html", context, status=status)


def _decide(found: Endorsement, form: DecisionForm, *, by: User) -> Endorsement:
    if form.cleaned_data["decision"] == DecisionForm.CONFIRM:
        return confirming.confirm_endorsement(found, by=by)
    return confirming.decline_endorsement(found, reason=form.cleaned_data["reason"], by=by)
