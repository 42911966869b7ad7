"""Public pages that were made once and are answered again from memory.

A view whose answer is the same for every visitor says so with `kept_for_visitors`. The middleware then keeps its
bytes for as long as the edition's stamp stays the same, and at most until the next full minute (pages mark what goes
on now). Whoever has a session, a message or any other sign of a person is never answered from here. Each process
keeps its own pages; only the stamp is shared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import Any, TypeVar, cast

from cachetools import LRUCache
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import re_accepts_gzip
from django.utils.cache import get_conditional_response

from academy import clock
from academy.cookies import MESSAGES_COOKIE, ZONE_COOKIE
from academy.models import Edition
from academy.safekeeping.marking import is_unfinished
from academy.stamps import stamp_of

BYTES = 32_000_000
# Longer questions than any link of ours asks are answered, but not kept: they could push out everything else.
LONGEST_KEY = 500
PERSONAL = (settings.SESSION_COOKIE_NAME, MESSAGES_COOKIE)
STAMP = "kept_under_stamp"

Key = tuple[str, ...]
View = TypeVar("View", bound=Callable[..., HttpResponse])


@dataclass(frozen=True)
class Page:
    """An answer as it was sent: the edition, stamp and minute of its making, its headers, its (compressed) bytes."""

    edition: str
    stamp: str
    minute: int
    headers: dict[str, str]
    body: bytes

    def is_fresh(self) -> bool:
        return self.minute == _minute() and self.stamp == stamp_of(self.edition)

    def answer(self) -> HttpResponse:
        return HttpResponse(self.body, headers=self.headers)


_pages: LRUCache[Key, Page] = LRUCache(BYTES, getsizeof=lambda page: len(page.body) + LONGEST_KEY + 1_000)
_guard = Lock()
_making: dict[Key, Lock] = {}


def _minute() -> int:
    return int(clock.now().timestamp() // 60)


def kept_for_visitors(view: View) -> View:
    """A view of an edition whose answer is the same for every visitor."""

    @wraps(view)
    def marked(request: HttpRequest, edition: Edition, *args: Any, **kwargs: Any) -> HttpResponse:
        # Read before the page is made: a change in between makes the page one of yesterday's, not of tomorrow's.
        stamp = None if _is_personal(request) else stamp_of(edition.slug)
        response = view(request, edition, *args, **kwargs)
        if stamp and response.status_code == 200:
            setattr(response, STAMP, (edition.slug, stamp))
            if not response.has_header("ETag"):  # of the page itself: what compresses it adds chance
                response["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
        return response

    return cast(View, marked)


def forget_pages() -> None:
    """Drop what this process keeps."""
    with _guard:
        _pages.clear()
        _making.clear()


class KeptPages:
    """Answers visitors from memory where it can, and 304 to a browser that has the page already.

    Stands outside of everything that compresses, adds headers or asks who somebody is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = _key(request)
        if key is None:
            return self.get_response(request)
        # The condition is answered here, so that what is kept is always the whole page.
        condition = request.META.pop("HTTP_IF_NONE_MATCH", None)
        response = self._page(request, key)
        if condition is not None:
            request.META["HTTP_IF_NONE_MATCH"] = condition
            if response.status_code == 200 and (etag := response.get("ETag")):
                return _conditional(request, etag, response)
        return response

    def _page(self, request: HttpRequest, key: Key) -> HttpResponse:
        """The kept page; a stale one is made again by one of those who ask, while the others wait for it."""
        page = _kept(key)
        if page is None:
            return self._made(request, key)
        if page.is_fresh():
            return page.answer()
        with _lock_for(key):
            page = _kept(key)
            if page and page.is_fresh():
                return page.answer()
            if page:
                return self._remade(request, key, page)
        return self._made(request, key)  # it cannot be kept any more: everybody makes their own

    def _remade(self, request: HttpRequest, key: Key, stale: Page) -> HttpResponse:
        """The page again; if it is not kept this time, nothing of the stale one stays behind."""
        try:
            return self._made(request, key)
        finally:
            with _guard:
                _making.pop(key, None)
                if _pages.get(key) is stale:
                    del _pages[key]

    def _made(self, request: HttpRequest, key: Key) -> HttpResponse:
        """A new answer, kept if its view allows it and it gives nobody a cookie."""
        minute = _minute()
        response = self.get_response(request)
        if (made_under := getattr(response, STAMP, None)) and not response.cookies:
            edition, stamp = made_under
            if not response.has_header("Cache-Control"):
                response["Cache-Control"] = "no-cache"
            _keep(key, Page(edition, stamp, minute, dict(response.items()), response.content))
        return response


def _kept(key: Key) -> Page | None:
    with _guard:
        return _pages.get(key)


def _keep(key: Key, page: Page) -> None:
    with _guard:
        if len(page.body) < BYTES // 4:
            _pages[key] = page


def _lock_for(key: Key) -> Lock:
    with _guard:
        return _making.setdefault(key, Lock())


def _conditional(request: HttpRequest, etag: str, response: HttpResponse) -> HttpResponse:
    """The answer, or 304 if the browser has it."""
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer if isinstance(answer, HttpResponse) else response


def _key(request: HttpRequest) -> Key | None:
    """What tells one visitor's page from another's; None for a request that is not answered from memory."""
    if request.method != "GET" or settings.DEBUG or "HTTP_AUTHORIZATION" in request.META:
        return None
    if _is_personal(request) or is_unfinished():
        return None
    several = len(settings.LANGUAGES) > 1
    key = (
        request.scheme or "",
        request.META.get("HTTP_HOST", ""),
        request.get_full_path(),
        request.COOKIES.get(ZONE_COOKIE, ""),
        "gzip" if re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) else "",
        request.META.get("HTTP_ACCEPT_LANGUAGE", "") if several else "",
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "") if several else "",
    )
    return key if sum(map(len, key)) <= LONGEST_KEY else None


def _is_personal(request: HttpRequest) -> bool:
    """Whether there is any sign of a person."""
    return any(name in request.COOKIES for name in PERSONAL)
