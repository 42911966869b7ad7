"""The page behind an invitation's link: registering by it, with an account or making one."""

from allauth.account.internal.flows.signup import complete_signup
from django.contrib import messages
from django.forms import BaseForm, Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from academy.consent import REGISTRATION
from academy.forms.accepting import InvitedForm
from academy.forms.registering import RegistrationForm
from academy.invitations.accepting import (
    Accepted,
    accept,
    accept_anew,
    given_role,
    has_address,
    invitation_of,
    needs_profile,
    works,
)
from academy.limiting import refused_at_limit
from academy.mail.reading import language_of_browser
from academy.models import Edition, Invitation, Participant
from academy.permissions import is_known
from academy.registration.places import free_places
from academy.requests import EditionRequest, apply, posted, status_of


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: EditionRequest, edition: Edition, token: str) -> HttpResponseBase:
    """Register by an invitation. Reading the page accepts nothing: mail programs look at links too."""
    found = invitation_of(token, edition)
    if found is None or not works(found):
        if found and found.participant and found.participant == request.participant:
            return redirect("my_academy", edition.slug)
        status = 404 if found is None else 410
        return render(request, "academy/invitations/not_valid.html", status=status)
    form = _form(request, found)
    if request.method == "POST":
        answer = refused_at_limit(request, "account_signup") or _accepted(request, found, form)
        if answer:
            return answer
    return _page(request, found, form)


def _form(request: EditionRequest, found: Invitation) -> BaseForm:
    """What the visitor still has to say: all and a password, all, or nothing."""
    edition, said = found.edition, {"name": found.name, "organisation": found.organisation}
    if not is_known(request.user):
        return InvitedForm(posted(request), edition=edition, email=found.email, initial=said)
    if needs_profile(request.participant or None):
        return RegistrationForm(posted(request), edition=edition, initial=said)
    return Form(posted(request))


def _accepted(request: EditionRequest, found: Invitation, form: BaseForm) -> HttpResponseBase | None:
    """The answer to somebody who has accepted; None if the form has errors."""
    address = reverse("my_academy", args=(found.edition.slug,))
    user = request.user
    if isinstance(form, InvitedForm):
        anew = form
        made = apply(
            anew,
            lambda: accept_anew(
                found,
                anew.cleaned_data["password1"],
                anew.profile(),
                access_need=anew.access_need() or "",
                language=language_of_browser(request.headers.get("Accept-Language", "")),
            ),
        )
        if made is None:
            return None
        _say(request, made)
        answer: HttpResponseBase = complete_signup(request, user=made.participant.user, redirect_url=address)
        return answer
    if not is_known(user):
        return None
    known = user
    if isinstance(form, RegistrationForm):
        said = form
        made = apply(said, lambda: accept(found, known, said.profile(), access_need=said.access_need() or ""))
    else:
        made = apply(form, lambda: accept(found, known, None))
    if made is None:
        return None
    _say(request, made)
    return redirect(address)


def _say(request: EditionRequest, made: Accepted) -> None:
    if made.lost:
        messages.warning(
            request,
            _(
                "The invitation gives no role any more, as whoever sent it may not give roles now. "
                "You are registered without it; the organisers can give it to you."
            ),
        )
    if made.participant.state == Participant.State.APPLIED:
        # Somebody new: the next page says that one step is left.
        return
    if made.participant.state == Participant.State.WAITING:
        messages.warning(
            request,
            _("You have accepted. All places are taken at the moment, so you are on the waiting list."),
        )
    else:
        messages.success(request, _("You have accepted the invitation, and are registered."))


def _page(request: EditionRequest, found: Invitation, form: BaseForm) -> HttpResponse:
    user, participant = request.user, request.participant or None
    context = {
        "invitation": found,
        "role": found.get_role_display() if given_role(found) else "",
        "is_without_role": bool(found.role) and not given_role(found),
        "form": form,
        "wording": REGISTRATION,
        "is_full": not participant and free_places(found.edition, invited=True) == 0,
        "is_registered": participant is not None and not needs_profile(participant),
        "is_declined": participant is not None and participant.state == Participant.State.DECLINED,
        "is_other_address": is_known(user) and not has_address(user, found.email),
    }
    response = render(request, "academy/invitations/invitation.html", context, status=status_of(form))
    response["X-Robots-Tag"] = "noindex"
    return response
