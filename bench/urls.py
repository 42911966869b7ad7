"""The academy's addresses and a bare view of the same server."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def hello(request: HttpRequest) -> HttpResponse:
    """The least that this server can answer."""
    return HttpResponse("hello\n", content_type="text/plain")


urlpatterns = [path("bench-hello/", hello), path("", include("academy.urls"))]
