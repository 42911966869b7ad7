"""Health addresses for whoever watches: live (the process answers) and ready (database, Redis, migrations)."""

import logging

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from academy.readiness import missing_migrations
from academy.safekeeping.marking import is_marked
from academy.safekeeping.refusals import UNREADABLE
from academy.watching import redis_answers

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 while this process answers at all."""
    return HttpResponse("live\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, else 503; what is wrong goes to the log, not to the caller."""
    failing = [name for name, check in CHECKS.items() if not check()]
    if failing:
        logger.error("not ready: %s", ", ".join(failing))
        return HttpResponse("not ready\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except UNREADABLE:
        return False
    return True


def migrations_are_applied() -> bool:
    try:
        return not missing_migrations()
    except UNREADABLE:
        return False


def database_is_whole() -> bool:
    try:
        return not is_marked(connection)
    except UNREADABLE:
        return False


CHECKS = {
    "database": database_answers,
    "whole database": database_is_whole,
    "redis": redis_answers,
    "migrations": migrations_are_applied,
}
