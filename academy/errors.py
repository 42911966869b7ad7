"""Errors of the domain: each says in words what was refused, and why.

Views turn them into messages, consumers into error codes. `status` is the HTTP status that a page without a better
idea answers with.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule refused what was asked; nothing was changed."""

    status = 409
    message: str | Promise = _("That is not possible now. Nothing was changed.")

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(str(self.message))


class NotAllowed(DomainError):
    """The person may not do this."""

    status = 403
    message = _("You may not do this. Nothing was changed.")


class Invalid(DomainError):
    """What was given cannot be right: too long, empty, or of another place."""

    status = 422
    message = _("What was sent cannot be used. Nothing was changed.")
