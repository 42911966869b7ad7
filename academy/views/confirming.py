"""The page that says that a mail has gone out, and the one behind the link that confirms an address."""

from typing import Any

from allauth.account.views import ConfirmEmailView, EmailVerificationSentView

from academy.proving import WRITTEN_TO, is_strange


class ConfirmAddress(ConfirmEmailView):  # type: ignore[misc]  # allauth ships no types
    """As allauth's, and says beforehand when a new password has to be chosen."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.object.email_address if self.object else None
        strange = found is not None and is_strange(self.request.session, found)
        return {**super().get_context_data(**kwargs), "is_strange": strange}


confirm_address = ConfirmAddress.as_view()


class MailSent(EmailVerificationSentView):  # type: ignore[misc]  # allauth ships no types
    """As allauth's, and says once to which address the mail has gone, known or unknown: people mistype it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "written_to": self.request.session.pop(WRITTEN_TO, "")}


mail_sent = MailSent.as_view()
