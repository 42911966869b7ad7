"""Whoever watches from outside: health and figures are answered before what is meant for people asks anything.

A watcher on the machine knows neither the public name of the academy nor its certificate, and Prometheus sends no other
host than the one that it calls. Nothing that is answered here depends on the host, a session or a language.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from academy.views.measures import may_read_figures

HEALTH, FIGURES = frozenset({"/health/live", "/health/ready"}), "/metrics"


class Watchers:
    """Answers health, and figures to those who may read them; all else goes its way, as if it was not here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path in HEALTH or (path == FIGURES and may_read_figures(request)):
            request.resolver_match = resolve(path)
            answer: HttpResponse = request.resolver_match.func(request)
            return answer
        return self.get_response(request)
