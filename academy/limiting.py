"""How often something may be tried from one internet address, behind which a whole venue may stand.

It is counted in the cache, without a lock. allauth keeps a list for each of its limits and locks it; whoever has waited
a second for the lock is refused. That is for one account, where only its owner and whoever guesses wait for each other;
behind one address hundreds would.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from redis.exceptions import RedisError

from academy import clock

SECONDS = 300
# Where a server is asked through a socket in a folder, and no proxy says by whom.
NOBODY = "0.0.0.0"  # noqa: S104  # no place to listen at
log = logging.getLogger("academy.security")


class AddressLimits:
    """Refuses what is sent to an account page, if too much was sent to it from the same address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        page = request.resolver_match and request.resolver_match.view_name
        if request.method == "POST" and page in settings.ADDRESS_LIMITS:
            return refused_at_limit(request, page)
        return None


def refused_at_limit(request: HttpRequest, what: str) -> HttpResponse | None:
    """Count a try of one of `settings.ADDRESS_LIMITS`; the page that refuses it, if there were too many.

    The log hears of the first that is refused.
    """
    over = counted(what, request) - settings.ADDRESS_LIMITS[what]
    if over > 0:
        if over == 1:
            log.warning("Too many tries from one internet address: %s", what)
        refusal: HttpResponse = respond_429(request)
        refusal["Retry-After"] = str(seconds_until_anew())
        return refusal
    return None


def seconds_until_anew(*, seconds: int = SECONDS) -> int:
    """How long it takes until the counts of so many seconds begin anew, rounded up."""
    return seconds - int(clock.now().timestamp()) % seconds


def counted(what: str, request: HttpRequest, *, seconds: int = SECONDS, times: int = 1) -> int:
    """How often it was tried from this address since a multiple of so many seconds, with those times.

    Whoever has one address of IPv6 has all 2^64 of its network: they count as one. Of an address no more
    than a digest is kept.

    Raises:
        RedisError: it cannot be counted now.
    """
    since = int(clock.now().timestamp()) // seconds
    key = f"tried:{what}:{since}:{sha256(network_of(address_of(request)).encode()).hexdigest()[:24]}"
    cache.add(key, 0, timeout=2 * seconds)
    try:
        return cache.incr(key, times)
    except ValueError:  # the cache has just lost it
        return times


def network_of(address: str) -> str:
    """The address, or of IPv6 the network of a household or a venue; what is no address stays as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(IPv6Network((found.packed, 64), strict=False))
    return address


def address_of(request: HttpRequest) -> str:
    """From where it was asked: as the outermost proxy that we trust saw it, never as the asker says."""
    return str(get_adapter(request).get_client_ip(request))


def unnamed(request: HttpRequest) -> str:
    """The address of the connection, where the proxies do not say who asks: all behind them count as one.

    The log says so, once in so many seconds.
    """
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        with suppress(RedisError):  # who asks for the address alone can do without the line
            if cache.add("proxies-name-nobody", 1, timeout=SECONDS):
                log.warning(
                    "X-Forwarded-For does not say who asks: see TRUSTED_PROXY_COUNT in docs/accounts.md"
                )
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        return str(ip_address(address))
    except ValueError:  # a socket in a folder
        return NOBODY
