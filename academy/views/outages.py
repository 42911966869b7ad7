"""What is answered when something breaks: 503 in words while the database or Redis is away, else 500."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from academy.outages import is_outage

# A server that was restarted is back after so many seconds.
RETRY_SECONDS = 30
UNAVAILABLE = HTTPStatus.SERVICE_UNAVAILABLE


def broken(request: HttpRequest) -> HttpResponse:
    """Django asks for this while the error that nobody handled is still at hand."""
    return unavailable(request) if is_outage(sys.exc_info()[1]) else server_error(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, asking nothing of the database."""
    is_read = request.method in {"GET", "HEAD"}
    if request.path.startswith("/api/") or not request.accepts("text/html"):
        response = _problem(request, is_read=is_read)
    else:
        # Without the request: whoever asks who is logged in asks the database.
        page = render_to_string("503.html", {"is_read": is_read, "address": request.get_full_path()})
        response = HttpResponse(page, status=UNAVAILABLE)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def _problem(request: HttpRequest, *, is_read: bool) -> HttpResponse:
    """The same as problem details (RFC 9457)."""
    body = {
        "type": "about:blank",
        "title": UNAVAILABLE.phrase,
        "status": UNAVAILABLE,
        "detail": _("The academy does not reach its database just now. Please try again in a minute.")
        if is_read
        else _("What was sent may not have been kept: the academy does not reach its database just now."),
        "instance": request.path,
    }
    return JsonResponse(body, status=UNAVAILABLE, content_type="application/problem+json")
