"""Pages of the ground floor: registering, the organisers' list of people, the choice of a time zone."""

from collections.abc import Iterable
from uuid import UUID

from allauth.account.internal.flows.signup import complete_signup
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy import clock
from academy.consent import REGISTRATION
from academy.forms import AccountAndRegistrationForm, DecisionForm, ProfileForm, RegistrationForm, ZoneForm
from academy.middleware import ZONE_COOKIE
from academy.models import Edition, Participant, Role
from academy.permissions import Visitor, is_known, is_organiser
from academy.profile import GIVEN_UP, change_profile, profile_of
from academy.registration import AlreadyRegistered, confirm, decline, insist_on_registrable
from academy.registration import register as register_person
from academy.registration import withdraw as withdraw_person
from academy.requests import EditionRequest, LoginNeeded, admit, apply, posted, status_of
from academy.zones import UnknownZone, zone_named

PAGE = 50
YEAR_SECONDS = 31_536_000


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
    return render(request, "academy/people.html", context, status=status_of(form))


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


@csrf_exempt
@require_POST
def set_zone(request: EditionRequest) -> HttpResponse:
    """Remember in which zone times are shown as well; an empty choice forgets it.

    The form carries no token, so that visitors' pages need no cookie: it changes nothing but how times are shown.
    """
    form = ZoneForm(request.POST)
    if not form.is_valid():
        raise UnknownZone
    name, back = form.cleaned_data["zone"], form.cleaned_data["next"]
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if is_ours and back.startswith("/") else "/")
    if name:
        zone = zone_named(name).key
        response.set_cookie(
            ZONE_COOKIE, zone, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie(ZONE_COOKIE)
    return response


@require_safe
def style_guide(request: EditionRequest) -> HttpResponse:
    """Every component of the pages, for those who build them; shown while debugging only."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "academy/style_guide.html")


@require_safe
def privacy(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What is kept about people, for what, and who sees it."""
    return render(request, "academy/privacy.html", {"wording": REGISTRATION})
