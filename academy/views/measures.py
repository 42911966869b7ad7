"""The address that Prometheus reads: figures about the server, nothing about anybody."""

import hmac
import logging
import os
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from academy import clock
from academy.environment import SHORTEST_TOKEN
from academy.models import Pulse
from academy.outbox import waiting_messages
from academy.safekeeping.refusals import UNREADABLE
from academy.watching import Level, disks, lights, lost_mail, oldest_waiting

logger = logging.getLogger(__name__)
SILENT = "The database does not answer, or it is damaged: there are no figures.\n"
HERE = frozenset({"127.0.0.1", "::1"})


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for this machine itself and for whoever has the token; for everybody else there is nothing here.

    While the database is away or damaged there are none: 503, and the reason goes to the log.
    """
    if not may_read_figures(request):
        raise Http404
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the package types it half
    asked = CollectorRegistry()
    asked.register(Asked())
    try:
        body = generate_latest(registry) + generate_latest(asked)
    except UNREADABLE:
        logger.exception("figures cannot be read")
        return HttpResponse(SILENT, status=503, content_type="text/plain")
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def may_read_figures(request: HttpRequest) -> bool:
    """Whether this machine asks, or somebody with the token."""
    return _is_from_here(request) or _has_token(request)


def _is_from_here(request: HttpRequest) -> bool:
    """Whether it was asked on this machine, and by no proxy for somebody else."""
    forwarded = any(
        name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
    )
    return request.META.get("REMOTE_ADDR") in HERE and not forwarded


def _has_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return len(token) >= SHORTEST_TOKEN and hmac.compare_digest(given.encode(), token.encode())


class Asked(Collector):
    """What is asked of the database and the machine when somebody reads the figures."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _one("academy_outbox_waiting", "Mails that could go out now.", waiting_messages().count())
        yield _one(
            "academy_outbox_oldest_seconds", "Age of the oldest of them.", oldest_waiting().total_seconds()
        )
        yield _one("academy_mail_lost", "Mails of the last day that did not arrive.", lost_mail())
        ages = GaugeMetricFamily("academy_age_seconds", "Since something last went well.", labels=["what"])
        for name, moment in (
            Pulse.objects.exclude(well_at=None).order_by("name").values_list("name", "well_at")
        ):
            ages.add_metric([name], (clock.now() - moment).total_seconds() if moment else 0)
        yield ages
        free = GaugeMetricFamily("academy_disk_free_ratio", "Share of the disk that is free.", labels=["of"])
        for name, share in disks().items():
            free.add_metric([name], share)
        yield free
        levels = GaugeMetricFamily("academy_level", "0 well, 1 have a look, 2 act now.", labels=["what"])
        for light in lights():
            levels.add_metric([light.key], list(Level).index(light.level))
        yield levels


def _one(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)
