"""The pages of recovery codes: allauth's, and safe against codes that no key opens any more. New ones can be made."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.recovery_codes import views
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from academy.step_secrets import NoKeyOpens

View = Callable[..., HttpResponseBase]


def or_new_ones(view: View) -> View:
    """A view of codes; whose codes no key opens is led to where new ones are made."""

    @wraps(view)
    def seen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NoKeyOpens:
            messages.warning(
                request, _("Your recovery codes cannot be opened here any more. Please make new ones.")
            )
            return redirect("mfa_generate_recovery_codes")

    return seen


class MakeCodes(views.GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth ships no types
    """Makes new codes; of those that no key opens, none is left."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            facts: dict[str, Any] = super().get_context_data(**kwargs)
        except NoKeyOpens:
            facts = super(views.GenerateRecoveryCodesView, self).get_context_data(**kwargs)
            facts["unused_code_count"] = 0
        return facts


view_codes = or_new_ones(views.view_recovery_codes)
download_codes = or_new_ones(views.download_recovery_codes)
make_codes = MakeCodes.as_view()
