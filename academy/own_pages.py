"""Pages of one person that were made once and are answered again from memory, to that person and this session only.

Who asks is found out anew every time: the session and the account are read, in one question, before anything is
answered, and a page is answered only if both say, letter for letter, what they said when it was made. What is kept lies
under the session, the address and the zone, under the stamps of the edition and of the person, and at most until the
next full minute (pages mark what goes on now).

The token of its forms is kept with it, masked once for all its answers: so a page lies under the secret of the forms as
well, and is kept only for a browser that has that. The mask is there against whoever has a browser ask again and again
with words of their own and compares how long the compressed answers are (BREACH); words of their own make an address of
its own, and so a page and a mask of its own.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any, TypeVar, cast
from uuid import UUID

import psycopg
from cachetools import LRUCache
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import re_accepts_gzip
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from academy import clock
from academy.cookies import MESSAGES_COOKIE, ZONE_COOKIE
from academy.models import Edition, User
from academy.permissions import is_known
from academy.requests import EditionRequest
from academy.stamps import stamp_for

BYTES = 32_000_000
LONGEST_KEY = 800
# Where Django's guard of forms puts the secret of the browser's cookie, or a new one if that makes no sense.
SECRET = "CSRF_COOKIE"  # noqa: S105  # a name, not a secret

Key = tuple[str, ...]
Row = tuple[Any, ...]
View = TypeVar("View", bound=Callable[..., HttpResponse])


@dataclass(frozen=True)
class OwnPage:
    """What a person was shown: of which edition, to whom, under which stamp, its headers, its bytes, compressed.

    `known` is the session and the account as they stood in the database when the page was made.
    """

    edition: str
    person: UUID
    known: Row
    stamp: str
    headers: dict[str, str]
    packed: bytes

    def is_for(self, session: str) -> bool:
        """Whether nothing has changed that the page was made of: the session, the account, what the stamps mark."""
        if self.stamp != stamp_for(self.edition, str(self.person)):
            return False
        return self.known == _as_stored(session, self.person)

    def answer(self, request: HttpRequest) -> HttpResponse:
        if re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            response = HttpResponse(self.packed, headers=self.headers)
            response["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(gzip.decompress(self.packed), headers=self.headers)
        patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
        return response


_pages: LRUCache[Key, OwnPage] = LRUCache(
    BYTES, getsizeof=lambda page: len(page.packed) + LONGEST_KEY + 1_000
)
_guard = Lock()


class OwnPages:
    """Answers somebody who is logged in from memory where it can.

    Stands inside of what compresses, adds headers and guards forms, and outside of what asks who somebody is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = _key(request)
        if key:
            with _guard:
                page = _pages.get(key)
            if page and page.is_for(_session_of(request)):
                return page.answer(request)
        return self.get_response(request)


def kept_for_each(view: View) -> View:
    """A view of an edition that shows each person the same until something of the edition or of theirs changes."""

    @wraps(view)
    def marked(request: EditionRequest, edition: Edition, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        user = request.user if key and "_messages" not in request.session else None
        if key is None or not is_known(user):
            return view(request, edition, *args, **kwargs)
        # Read before the page is made: a change in between makes the page one of yesterday's, not of tomorrow's.
        stamp, known = stamp_for(edition.slug, str(user.pk)), _as_stored(_session_of(request), user.pk)
        response = view(request, edition, *args, **kwargs)
        if stamp and known and response.status_code == 200 and not response.cookies:
            packed = gzip.compress(response.content)
            _keep(key, OwnPage(edition.slug, user.pk, known, stamp, dict(response.items()), packed))
        return response

    return cast(View, marked)


def forget_own_pages() -> None:
    """Drop what this process keeps."""
    with _guard:
        _pages.clear()


def _key(request: HttpRequest) -> Key | None:
    """What tells one page from another; the session's key is what nobody else can know.

    None if this is not a plain question in a session, a message is to be shown once, or the browser's forms have no
    secret yet.
    """
    asks = request.method == "GET" and not settings.DEBUG and "HTTP_AUTHORIZATION" not in request.META
    if not asks or not _session_of(request) or MESSAGES_COOKIE in request.COOKIES:
        return None
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if not secret or request.META.get(SECRET) != secret:
        return None
    key = (
        request.scheme or "",
        request.META.get("HTTP_HOST", ""),
        request.get_full_path(),
        request.COOKIES.get(ZONE_COOKIE, ""),
        get_language() or "",
        str(int(clock.now().timestamp() // 60)),
        _session_of(request),
        secret,
    )
    return key if sum(map(len, key)) <= LONGEST_KEY else None


def _session_of(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def _as_stored(session: str, person: UUID) -> Row | None:
    """The running session and the account as they stand in the database, whole; None if either is gone.

    Asked without the ORM, whose compiling costs more than all the rest of a kept page, and without Django's check of
    the connection, a question as long as this one: this one shows as well whether the connection still stands.
    """
    sessions, accounts = Session._meta.db_table, User._meta.db_table
    key = User._meta.pk.get_db_prep_value(person, connection)
    connection.health_check_done = True  # type: ignore[attr-defined]  # Django's own, and not in its stubs
    try:
        with _cursor() as cursor:
            cursor.execute(
                f"SELECT s.session_data, u.* FROM {sessions} s, {accounts} u"  # noqa: S608  # names of our own tables
                " WHERE s.session_key = %s AND s.expire_date > CURRENT_TIMESTAMP AND u.id = %s",
                [session, key],
            )
            row: Row | None = cursor.fetchone()
    except (OperationalError, InterfaceError):
        connection.close()  # whoever asks next connects anew
        return None
    return row


class _Planned(psycopg.Cursor[Row]):
    """Has PostgreSQL plan a question once for each connection, not once for each answer.

    Django's own puts the values into the text, which makes another question of each.
    """

    def execute(self, query: Any, params: Any = None, **_options: Any) -> "_Planned":
        return super().execute(query, params, prepare=True)


def _cursor() -> Any:
    """A cursor for one question, wrapped as Django wraps its own (errors, counting)."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    wrap: Any = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return wrap(_Planned(connection.connection))


def _keep(key: Key, page: OwnPage) -> None:
    with _guard:
        if len(page.packed) < BYTES // 8:
            _pages[key] = page
