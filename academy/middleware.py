"""What happens to every request: an identifier for the logs, the edition in its address, errors of the domain."""

import logging
import secrets
from collections.abc import Callable
from contextlib import nullcontext
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render, resolve_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from academy.asked import once_each
from academy.cookies import ZONE_COOKIE
from academy.errors import DomainError, NotAllowed
from academy.logins import refused
from academy.logs import request_id
from academy.models import Edition
from academy.permissions import participation, roles_of
from academy.requests import LoginNeeded
from academy.safekeeping.marking import is_unfinished
from academy.second_factor import NEEDED, lacks_second_factor
from academy.views.outages import unavailable
from academy.zones import UnknownZone, zone_named

logger = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]
# What only reads; whatever it changes besides (a session, a date of a visit), nobody may do more or less after it.
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Behind the zone in the cookie: its times come first.
ZONE_FIRST = "~first"
HEALTH = "/health/"
UNREADABLE = "The form cannot be read, or it is too large. Nothing was changed.\n"


class RequestIdentifier:
    """Gives each request an identifier that its log lines and its answer carry."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(secrets.token_hex(8))
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class Discretion:
    """Keeps personal pages out of caches, and what no browser sends out of the rest of the academy.

    What somebody who is logged in was shown must not be found with the back button after the logout.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any("\x00" in value for value in request.COOKIES.values()):
            return HttpResponseBadRequest("A cookie cannot be read.\n", content_type="text/plain")
        if status := _why_unreadable(request):
            return HttpResponse(UNREADABLE, status=status, content_type="text/plain")
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


class WholeDatabase:
    """Answers 503 while the database is not whole: being restored, or restored and not brought up to date.

    Everybody who was erased since may be in it. That this process answers at all is said nevertheless, and whether it
    is ready it says itself.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(HEALTH) and not _is_to_be_used():
            return unavailable(request)
        return self.get_response(request)


def _is_to_be_used() -> bool:
    """Whether the database is whole, as far as can be asked: not if its file is damaged so that it cannot say it."""
    try:
        return not is_unfinished()
    except UnicodeDecodeError:
        logger.exception("the database is damaged")
        return False


def _why_unreadable(request: HttpRequest) -> int:
    """The status for what was sent if it cannot be taken apart: 413 if it is too large, else 400; 0 if it can.

    Asked here because Django's own pages for errors ask the form for its token, and break over one that has none.
    """
    try:
        request.POST  # noqa: B018  # reading it takes it apart
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    except (BadRequest, MultiPartParserError, SuspiciousOperation):
        return HTTPStatus.BAD_REQUEST
    return 0


class EditionScope:
    """Turns the edition's slug in an address into the edition, or answers 404.

    A page that is only read asks once what its reader may do (academy/asked.py).
    Sets `request.edition`, `request.participant`, `request.roles` (the last two only when asked for) and
    `request.zone`, the zone that the viewer chose by address (`?tz=`) or earlier (cookie), or None;
    `request.zone_first`, whether its times come before the academy's.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scoped = cast(Any, request)
        scoped.edition, scoped.participant, scoped.roles = None, None, frozenset()
        scoped.zone = _remembered_zone(request)
        scoped.zone_first = request.COOKIES.get(ZONE_COOKIE, "").endswith(ZONE_FIRST)
        with once_each() if request.method in READING else nullcontext():
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        scoped = cast(Any, request)
        slug = kwargs.get("edition")
        if slug is None:
            return None
        if asked := request.GET.get("tz"):
            try:
                scoped.zone = zone_named(asked)
            except UnknownZone as error:
                return answer_to(request, error)
        edition = Edition.objects.filter(slug=slug).first()
        if edition is None:
            raise Http404(f"No edition {slug}")
        kwargs["edition"] = scoped.edition = edition
        scoped.participant = SimpleLazyObject(lambda: participation(request.user, edition))
        scoped.roles = SimpleLazyObject(lambda: roles_of(request.user, edition))
        return None


def _remembered_zone(request: HttpRequest) -> ZoneInfo | None:
    """The zone of the cookie; a cookie that makes no sense is as none."""
    try:
        return zone_named(request.COOKIES.get(ZONE_COOKIE, "").removesuffix(ZONE_FIRST))
    except UnknownZone:
        return None


class DomainErrors:
    """Answers an error of the domain that no view turned into a message: with its status and its words.

    So too whoever opens an address that only takes what a form sends: a browser shows nothing for an empty answer.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_bare = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.streaming
        if is_bare and request.method == "GET" and not response.content and request.accepts("text/html"):
            page = render(request, "no_page.html", status=response.status_code)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer_to(request, exception) if isinstance(exception, DomainError) else None


def _referring_page(request: HttpRequest) -> SplitResult:
    """The address of the page that the request came from; one that makes no sense is as none."""
    try:
        return urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return urlsplit("")


def _page_of(request: HttpRequest) -> str:
    """The page to come back to after a login: this one, or for something sent, the page that its form stood on."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    messages.warning(request, _("You were logged out. What you sent was not recorded; please send it again."))
    came_from = _referring_page(request)
    if came_from.netloc == request.get_host() and came_from.path:
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    edition = getattr(request, "edition", None)
    return str(edition.get_absolute_url()) if edition else "/"


def answer_to(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page, or for a script the problem in JSON, that says what was refused and why.

    Who is refused as an organiser without a second step of logging in is led to where one is set up, and back.
    """
    if isinstance(error, NotAllowed):
        refused(request, error)
    lacks = isinstance(error, NotAllowed) and lacks_second_factor(
        request.user, getattr(request, "edition", None)
    )
    if lacks:
        error = NotAllowed(NEEDED)
    if request.accepts("text/html"):
        if isinstance(error, LoginNeeded):
            return redirect_to_login(_page_of(request))
        if lacks and request.method in {"GET", "HEAD"}:
            return redirect_to_login(request.get_full_path(), resolve_url("second_factor"))
        template = "403.html" if error.status == 403 else "refused.html"
        facts = {"reason": str(error), "is_conflict": error.status == HTTPStatus.CONFLICT}
        return render(request, template, facts, status=error.status)
    problem = {"title": str(error), "status": error.status}
    return JsonResponse(problem, status=error.status, content_type="application/problem+json")
