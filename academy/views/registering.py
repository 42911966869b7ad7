"""Pages of a registration: applying, correcting, answering an offer, withdrawing."""

from typing import Any

from allauth.account.internal.flows.signup import complete_signup
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from academy import clock
from academy.access_needs import need_of
from academy.forms import AccountAndRegistrationForm, ProfileForm, RegistrationForm
from academy.limiting import refused_at_limit
from academy.models import Edition, Participant, User
from academy.permissions import is_known
from academy.profile import GIVEN_UP, SeenOtherwise, can_be_corrected, change_profile, profile_of, way_seen
from academy.registration import (
    AlreadyRegistered,
    accept_offer,
    decline_offer,
    free_places,
    insist_on_registrable,
    settle,
)
from academy.registration import register as register_person
from academy.registration import withdraw as withdraw_person
from academy.requests import EditionRequest, LoginNeeded, apply, posted, status_of

State = Participant.State
READ_OR_WRITE = ["GET", "HEAD", "POST"]
# What somebody reads who has just registered.
WELCOME = {
    State.CONFIRMED: gettext_lazy("You are registered: your place is confirmed."),
    State.WAITING: gettext_lazy("You are registered, and on the waiting list: all places are taken."),
    State.APPLIED: gettext_lazy("Your registration has arrived. The organisers decide about it."),
}
LEAVE = "decline"
ANSWERS = {
    "accept": (accept_offer, gettext_lazy("Your place is confirmed.")),
    LEAVE: (decline_offer, gettext_lazy("You left the place to the next person.")),
}


@sensitive_post_parameters("password1", "password2")
@require_http_methods(READ_OR_WRITE)
def register(request: EditionRequest, edition: Edition) -> HttpResponseBase:
    """Register for an edition, with an account or making one."""
    if request.participant and request.participant.state != State.WITHDRAWN:
        if request.method == "POST":
            messages.warning(request, str(AlreadyRegistered.message))
        return redirect("my_academy", edition.slug)
    form, answer = (_register_known if is_known(request.user) else _register_new)(request, edition)
    if answer:
        return answer
    context = {
        "form": form,
        "is_open": edition.takes_registrations(clock.now()),
        "is_full": free_places(edition) == 0,
    }
    return render(request, "academy/register.html", context, status=status_of(form))


def _register_known(
    request: EditionRequest, edition: Edition
) -> tuple[RegistrationForm, HttpResponse | None]:
    """Register somebody who is logged in, and whose address is therefore verified."""
    user, said = request.user, {}
    if request.participant:
        said = _said(request.participant)
    form = RegistrationForm(posted(request), edition=edition, initial=said)
    if not is_known(user) or request.method != "POST":
        return form, None
    participant = apply(
        form,
        lambda: register_person(
            user, edition, form.profile(), verified=True, access_need=form.access_need() or ""
        ),
    )
    if participant is None:
        return form, None
    messages.success(request, str(WELCOME[State(participant.state)]))
    return form, redirect("my_academy", edition.slug)


def _register_new(
    request: EditionRequest, edition: Edition
) -> tuple[RegistrationForm, HttpResponseBase | None]:
    """Make account and registration together. A known address gets a mail that says so, and the same answer."""
    form = AccountAndRegistrationForm(posted(request), edition=edition)
    if request.method != "POST":
        return form, None
    limited: HttpResponseBase | None = refused_at_limit(request, "account_signup")
    if limited or apply(form, lambda: insist_on_registrable(edition)) is None:
        return form, limited
    with transaction.atomic():
        user, answer = form.try_save(request)
        if user is not None:
            need = form.access_need() or ""
            register_person(user, edition, form.profile(), verified=False, access_need=need)
    if user is None:
        _work_as_for_a_stranger(form, edition)
        return form, answer
    return form, complete_signup(request, user=user, redirect_url=reverse("my_academy", args=(edition.slug,)))


def _work_as_for_a_stranger(form: AccountAndRegistrationForm, edition: Edition) -> None:
    """Do for a known address all that is done for an unknown one, and undo it: so both take as long."""
    with transaction.atomic():
        address = f"{get_random_string(22).lower()}@stranger.invalid"
        stranger = User.objects.create_user(address, form.cleaned_data["password1"])
        EmailAddress.objects.create(user=stranger, email=address, primary=True)
        need = form.access_need() or ""
        register_person(stranger, edition, form.profile(), verified=False, access_need=need)
        transaction.set_rollback(True)


def _said(participant: Participant) -> dict[str, Any]:
    """What a registration says, as the form takes it."""
    need = need_of(participant)
    said = {"access_needs": need, "access_consent": bool(need), "seen": way_seen(participant)}
    return {**vars(profile_of(participant)), **said}


def _correct(form: ProfileForm, participant: Participant, user: User) -> Participant:
    """As the form says.

    Raises:
        SeenOtherwise: the form has how the person is seen now.
    """
    need, seen = form.access_need(), form.cleaned_data["seen"]
    try:
        return change_profile(participant, form.profile(), by=user, access_need=need, seen=seen)
    except SeenOtherwise:
        form.show_way_seen(Participant.objects.get(pk=participant.pk))
        raise


@require_http_methods(READ_OR_WRITE)
def profile(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Correct one's own registration; when the time for that is over, only how one is seen."""
    user, participant = request.user, request.participant
    if not is_known(user):
        raise LoginNeeded
    if not participant or participant.state in GIVEN_UP:
        return redirect("my_academy", edition.slug)
    only_seen = not can_be_corrected(edition)
    form = ProfileForm(posted(request), edition=edition, only_seen=only_seen, initial=_said(participant))
    if request.method == "POST":
        changed = apply(form, lambda: _correct(form, participant, user))
        if changed:
            messages.success(request, _("Your registration is corrected."))
            return redirect("my_academy", edition.slug)
    context = {"form": form, "only_seen": only_seen}
    return render(request, "academy/profile.html", context, status=status_of(form))


@require_http_methods(READ_OR_WRITE)
def offer(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The place that is offered: accepted, or, after being asked once, left to the next one."""
    user, participant = request.user, request.participant
    if not is_known(user):
        raise LoginNeeded
    if not participant:
        return redirect("my_academy", edition.slug)
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if request.method == "POST" and answer:
        act, words = answer
        act(participant, by=user)
        messages.success(request, str(words))
        return redirect("my_academy", edition.slug)
    if participant.state == State.OFFERED and (participant.offered_until or clock.now()) <= clock.now():
        settle(edition)
        participant.refresh_from_db()
    if participant.state != State.OFFERED:
        return redirect("my_academy", edition.slug)
    context = {
        "registration": participant,
        "is_unanswered": request.method == "POST",
        "leaves": request.method != "POST" and request.GET.get("answer") == LEAVE,
    }
    return render(request, "academy/offer.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(READ_OR_WRITE)
def withdraw(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Ask once, then withdraw one's registration."""
    user, participant = request.user, request.participant
    if not is_known(user):
        raise LoginNeeded
    if not participant or participant.state in GIVEN_UP:
        return redirect("my_academy", edition.slug)
    if request.method == "POST":
        withdraw_person(participant, by=user)
        messages.success(request, _("You have withdrawn your registration."))
        return redirect("my_academy", edition.slug)
    context = {"can_return": edition.takes_registrations(clock.now())}
    return render(request, "academy/withdraw.html", context)
