"""Where organisers and staff without a second step of logging in are led, and from where they go on afterwards."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from academy.permissions import is_known
from academy.requests import LoginNeeded
from academy.second_factor import NEEDED, has_second_factor

# In the session: the page that the person wanted to see.
BACK = "second_factor_back"
LONGEST = 2000


@require_safe
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Offers the ways to set up a second step; with one, leads on to the page that was wanted before."""
    if not is_known(request.user):
        raise LoginNeeded
    wanted = request.GET.get("next", "")
    if is_page_of_ours(wanted):
        request.session[BACK] = wanted
    if has_second_factor(request.user):
        back = request.session.pop(BACK, "")
        return HttpResponseRedirect(back) if back else redirect("mfa_index")
    return render(
        request, "academy/second_factor.html", {"needed": NEEDED, "back": request.session.get(BACK)}
    )


def is_page_of_ours(address: str) -> bool:
    """Whether an address is a path on this site, and no longer than an address is."""
    is_path = address.startswith("/") and len(address) <= LONGEST
    return is_path and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
