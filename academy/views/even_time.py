"""Answers that take the same time, whatever is known about what was asked."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

View = Callable[..., HttpResponse]


def in_even_time(view: View) -> View:
    """A view whose answers to forms are held back until `EVEN_SECONDS` are over.

    For forms whose work is short, and a little longer for a known address than for an unknown one. Where a password is
    hashed, that outweighs the difference.
    """

    @wraps(view)
    def held(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        begun = time.monotonic()
        response = view(request, *args, **kwargs)
        if request.method == "POST":
            if isinstance(response, SimpleTemplateResponse):
                response = response.render()
            time.sleep(max(0.0, settings.EVEN_SECONDS - (time.monotonic() - begun)))
        return response

    return held
