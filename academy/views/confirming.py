"""The page behind the link that confirms an address."""

from typing import Any

from allauth.account.views import ConfirmEmailView

from academy.proving import is_strange


class ConfirmAddress(ConfirmEmailView):  # type: ignore[misc]  # allauth ships no types
    """As allauth's, and says beforehand when a new password has to be chosen."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.object.email_address if self.object else None
        strange = found is not None and is_strange(self.request.session, found)
        return {**super().get_context_data(**kwargs), "is_strange": strange}


confirm_address = ConfirmAddress.as_view()
