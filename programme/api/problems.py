"""Refusals of the API as problem details (RFC 9457), and how often it may be asked."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.throttling import BaseThrottle
from redis.exceptions import RedisError

from academy.errors import DomainError
from academy.limiting import counted, seconds_until_anew

# From one address; a venue of two hundred people stands behind one.
PER_MINUTE = 600


def problem(request: HttpRequest, status: int, detail: str, **more: Any) -> HttpResponse:
    """The refusal, with what went wrong in words."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        **more,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def tell_problems(api: NinjaAPI) -> None:
    """Have the API answer every refusal in this form."""

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(request, 404, str(error) or _("There is nothing at this address."))

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [{"parameter": str(e["loc"][-1]), "detail": str(e["msg"])} for e in error.errors]
        return problem(request, 422, _("A parameter cannot be used."), errors=errors)

    @api.exception_handler(Throttled)
    def too_often(request: HttpRequest, error: Throttled) -> HttpResponse:
        return problem(request, 429, _("Too many requests; please wait a minute."))

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, str(error))

    @api.exception_handler(DomainError)
    def refused_by_rule(request: HttpRequest, error: DomainError) -> HttpResponse:
        return problem(request, error.status, str(error))


class PerAddress(BaseThrottle):
    """So many requests from one address in each minute of the clock."""

    def allow_request(self, request: HttpRequest) -> bool:
        try:
            return counted("api", request, seconds=60) <= PER_MINUTE
        except RedisError:
            # What is public is told without a count as well.
            return True

    def wait(self) -> float:
        return seconds_until_anew(seconds=60)
