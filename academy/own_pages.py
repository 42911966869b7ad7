"""Pages of one person that were made once and are answered again from memory, to that person and this session only.

Who asks is found out anew every time: the session and the account are read before anything is answered. What is
kept lies under everything that makes it somebody's own (session, account, address, zone), under the stamps of the
edition and of the person, and at most until the next full minute (pages mark what goes on now). The token of its forms
is not kept: each answer gets a new one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any, TypeVar, cast

from cachetools import LRUCache
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.middleware.gzip import re_accepts_gzip
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from academy import clock
from academy.gapped import Gapped
from academy.middleware import ZONE_COOKIE
from academy.models import Edition, User
from academy.permissions import is_known
from academy.requests import EditionRequest
from academy.stamps import stamp_for

BYTES = 32_000_000
LONGEST_KEY = 800
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w{64})"')

Key = tuple[str, ...]
View = TypeVar("View", bound=Callable[..., HttpResponse])


@dataclass(frozen=True)
class OwnPage:
    """What a person was shown: the stamp of its making, its headers, its text without the token of its forms."""

    stamp: str
    headers: dict[str, str]
    text: Gapped

    def answer(self, request: HttpRequest) -> HttpResponse:
        token = get_token(request).encode() if len(self.text.parts) > 1 else b""
        if not re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            return HttpResponse(self.text.filled(token), headers=self.headers)
        response = HttpResponse(self.text.gzipped(token), headers=self.headers)
        response["Content-Encoding"] = "gzip"
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


_pages: LRUCache[Key, OwnPage] = LRUCache(BYTES, getsizeof=lambda page: len(page.text) + LONGEST_KEY + 500)
_guard = Lock()


def kept_for_each(view: View) -> View:
    """A view of an edition that shows each person the same until something of the edition or of theirs changes."""

    @wraps(view)
    def marked(request: EditionRequest, edition: Edition, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user if _may_be_kept(request) else None
        key = _key(request, user) if is_known(user) else None
        # Read before the page is made: a change in between makes the page one of yesterday's, not of tomorrow's.
        stamp = stamp_for(edition.slug, str(user.pk)) if key and user else None
        if key is None or stamp is None:
            return view(request, edition, *args, **kwargs)
        with _guard:
            page = _pages.get(key)
        if page and page.stamp == stamp:
            return page.answer(request)
        response = view(request, edition, *args, **kwargs)
        if response.status_code == 200 and not response.cookies:
            _keep(key, OwnPage(stamp, dict(response.items()), _without_token(response.content)))
        return response

    return cast(View, marked)


def forget_own_pages() -> None:
    """Drop what this process keeps."""
    with _guard:
        _pages.clear()


def _may_be_kept(request: HttpRequest) -> bool:
    """Whether this is a plain question in a session, without a message that is to be shown once."""
    asks = request.method == "GET" and not settings.DEBUG and "HTTP_AUTHORIZATION" not in request.META
    if not asks or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return "messages" not in request.COOKIES and "_messages" not in request.session


def _key(request: HttpRequest, user: User) -> Key | None:
    """What tells one page from another; the session's key is what nobody else can know."""
    key = (
        request.scheme or "",
        request.META.get("HTTP_HOST", ""),
        request.get_full_path(),
        request.COOKIES.get(ZONE_COOKIE, ""),
        get_language() or "",
        str(int(clock.now().timestamp() // 60)),
        str(user.pk),
        user.email,
        request.session.session_key or "",
    )
    return key if request.session.session_key and sum(map(len, key)) <= LONGEST_KEY else None


def _without_token(body: bytes) -> Gapped:
    """The page with a gap where the token of its forms stood; a page has one token, however many forms."""
    found = TOKEN.search(body)
    return Gapped.around(body, found[1] if found else b"")


def _keep(key: Key, page: OwnPage) -> None:
    with _guard:
        if len(page.text) < BYTES // 8:
            _pages[key] = page
