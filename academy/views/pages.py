"""Pages for everybody: the choice of a time zone, what is kept about people, the style guide."""

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from academy.consent import REGISTRATION
from academy.cookies import ZONE_COOKIE
from academy.forms import ZoneForm
from academy.middleware import ZONE_FIRST
from academy.models import Edition
from academy.own_zone import keep_zone
from academy.permissions import is_known
from academy.privacy.register import summary
from academy.requests import EditionRequest
from academy.zones import UnknownZone, zone_named

YEAR_SECONDS = 31_536_000


@csrf_exempt
@require_POST
def set_zone(request: EditionRequest) -> HttpResponse:
    """Remember in which zone times are shown as well, for who is logged in also in mails; an empty choice forgets it.

    The form carries no token, so that visitors' pages need no cookie: it changes nothing but how times are shown.
    """
    form = ZoneForm(request.POST)
    if not form.is_valid():
        raise UnknownZone
    name, back = form.cleaned_data["zone"], form.cleaned_data["next"]
    if is_known(request.user):
        keep_zone(request.user, name)
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if is_ours and back.startswith("/") else "/")
    if name:
        first = form.cleaned_data["first"]
        comes_first = first == "yes" or (not first and request.zone_first)
        zone = zone_named(name).key + (ZONE_FIRST if comes_first else "")
        is_secure = settings.SESSION_COOKIE_SECURE or request.is_secure()
        response.set_cookie(ZONE_COOKIE, zone, max_age=YEAR_SECONDS, samesite="Lax", secure=is_secure)
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
    return render(request, "academy/privacy.html", {"wording": REGISTRATION, "register": summary()})
