"""Pages of a registration: applying, correcting, withdrawing."""

from allauth.account.internal.flows.signup import complete_signup
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from academy import clock
from academy.consent import REGISTRATION
from academy.forms import AccountAndRegistrationForm, ProfileForm, RegistrationForm
from academy.models import Edition
from academy.permissions import is_known
from academy.profile import GIVEN_UP, change_profile, profile_of
from academy.registration import AlreadyRegistered, insist_on_registrable
from academy.registration import register as register_person
from academy.registration import withdraw as withdraw_person
from academy.requests import EditionRequest, LoginNeeded, apply, posted, status_of


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: EditionRequest, edition: Edition) -> HttpResponseBase:
    """Register for an edition, with an account or making one."""
    if request.participant:
        if request.method == "POST":
            messages.warning(request, str(AlreadyRegistered.message))
        return redirect("my_academy", edition.slug)
    form, answer = (_register_known if is_known(request.user) else _register_new)(request, edition)
    context = {"form": form, "wording": REGISTRATION, "is_open": edition.takes_registrations(clock.now())}
    return answer or render(request, "academy/register.html", context, status=status_of(form))


def _register_known(request: EditionRequest, edition: Edition) -> tuple[BaseForm, HttpResponse | None]:
    """Register somebody who is logged in, and whose address is therefore verified."""
    form, user = RegistrationForm(posted(request)), request.user
    if not is_known(user) or request.method != "POST":
        return form, None
    if apply(form, lambda: register_person(user, edition, form.profile(), verified=True)) is None:
        return form, None
    messages.success(request, _("You are registered."))
    return form, redirect("my_academy", edition.slug)


def _register_new(request: EditionRequest, edition: Edition) -> tuple[BaseForm, HttpResponseBase | None]:
    """Make account and registration together. A known address gets a mail that says so, and the same answer."""
    form = AccountAndRegistrationForm(posted(request))
    if request.method != "POST":
        return form, None
    limited: HttpResponseBase | None = ratelimit.consume_or_429(request, action="signup")
    if limited or apply(form, lambda: insist_on_registrable(edition)) is None:
        return form, limited
    with transaction.atomic():
        user, answer = form.try_save(request)
        if user is None:
            make_password(form.cleaned_data["password1"])  # an unknown address takes as long
            return form, answer
        register_person(user, edition, form.profile(), verified=False)
    return form, complete_signup(request, user=user, redirect_url=reverse("my_academy", args=(edition.slug,)))


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Correct one's own registration."""
    user, participant = request.user, request.participant
    if not is_known(user):
        raise LoginNeeded
    if not participant or participant.state in GIVEN_UP:
        return redirect("my_academy", edition.slug)
    form = ProfileForm(posted(request), initial=vars(profile_of(participant)))
    if request.method == "POST":
        changed = apply(form, lambda: change_profile(participant, form.profile(), by=user))
        if changed:
            messages.success(request, _("Your registration is corrected."))
            return redirect("my_academy", edition.slug)
    return render(request, "academy/profile.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
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
    return render(request, "academy/withdraw.html")
