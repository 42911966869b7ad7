"""The API as Django's addresses: every answer with its validator, every refusal as a problem."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, re_path
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from academy.kept_pages import STAMP
from programme.api.operations import router
from programme.api.problems import PerAddress, problem, tell_problems

READING = ("GET", "HEAD")
View = Callable[..., HttpResponse]

api = NinjaAPI(
    title="Academy",
    version="1",
    description="Published programmes, translations of outcome documents, endorsements and commitments of academies. "
    "Read-only; nothing needs a key.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    throttle=[PerAddress()],
)
api.add_router("", router)
tell_problems(api)


def reading(view: View) -> View:
    """A view that only reads: HEAD as GET, other methods refused, 304 to whoever has the answer already."""

    @csrf_exempt  # nothing can be changed, and the refusal of a POST is this one
    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in READING:
            refusal = problem(request, 405, _("This data can only be read."))
            refusal["Allow"] = ", ".join(READING)
            return refusal
        asked, request.method = request.method, "GET"
        response = view(request, *args, **kwargs)
        request.method = asked
        response["Access-Control-Allow-Origin"] = "*"
        return _validated(request, response) if response.status_code == 200 else response

    return read


def _validated(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer with its validator, marked for being kept if an edition's stamp covers it."""
    response["ETag"] = etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    if made_under := getattr(request, STAMP, None):
        setattr(response, STAMP, made_under)
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer if isinstance(answer, HttpResponse) else response


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """A page for people: what can be asked."""
    return render(request, "programme/api.html", {"schema": api.get_openapi_schema()})


def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problem(request, 404, _("There is nothing at this address."))


def _addresses() -> list[URLPattern]:
    """Ninja's addresses, each made to only read; ours instead of its root; a problem for everything else."""
    made = [
        pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"
    ]
    for pattern in made:
        pattern.callback = reading(pattern.callback)
    # Unlike a path, this also takes in line feeds.
    rest = re_path(r"^(?P<rest>[\s\S]+)$", reading(nothing), name="nothing")
    return [path("", description, name="api-root"), *made, rest]


urlpatterns = _addresses()
app_name = "api"
