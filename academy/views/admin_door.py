"""The door of Django's admin: the same login as everywhere, and a second step."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, resolve_url

from academy.errors import NotAllowed
from academy.permissions import is_known
from academy.second_factor import lacks_second_factor, may_administer


class AcademyAdmin(AdminSite):
    """Open to active staff with a second step of logging in."""

    def has_permission(self, request: HttpRequest) -> bool:
        return may_administer(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """The page behind the door, refused where a filter of a list asks for a sign that PostgreSQL has in no text."""
        page = super().admin_view(view, cacheable)

        @wraps(page)
        def readable(request: HttpRequest, *args: Any, **options: Any) -> Any:
            if any("\x00" in value for values in request.GET.lists() for value in (values[0], *values[1])):
                return HttpResponseBadRequest("The address cannot be read.\n", content_type="text/plain")
            return page(request, *args, **options)

        return readable

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Leads to the login of the academy, or to the set-up of a second step, and back.

        Raises:
            NotAllowed: a person who is logged in is no staff.
        """
        back = request.GET.get("next") or resolve_url("admin:index")
        if not is_known(request.user):
            return redirect_to_login(back)
        if self.has_permission(request):
            return redirect("admin:index")
        if lacks_second_factor(request.user, None):
            return redirect_to_login(back, resolve_url("second_factor"))
        raise NotAllowed
