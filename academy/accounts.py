"""How allauth works here: its mails go through the outbox, and a verified address confirms open registrations."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.utils.crypto import get_random_string

from academy.outbox import LETS_IN, queue_message
from academy.registration import address_verified


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Our answers to allauth's questions."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put an account mail into the outbox instead of sending it while the person waits."""
        mail = self.render_mail(template_prefix, email, context)
        queue_message(
            key=f"{LETS_IN}{template_prefix.rsplit('/', 1)[-1]}:{get_random_string(22)}",
            to=email,
            subject=mail.subject,
            body=str(mail.body),
        )

    def confirm_email(self, request: Any, email_address: EmailAddress) -> bool:
        """Mark an address as verified, and confirm the registrations that waited for it."""
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            address_verified(email_address.user)
        return confirmed
