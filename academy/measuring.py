"""How many requests of which kind were answered, and how fast."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from academy.counting import count_request


class Measuring:
    """Counts every answer under the name of its route; an address of nothing is "none", a kept page "kept"."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = getattr(request, "resolver_match", None)
        route = match.view_name if match else "none" if response.status_code >= 400 else "kept"
        count_request(
            route or "none", request.method or "", response.status_code, time.perf_counter() - began
        )
        return response
