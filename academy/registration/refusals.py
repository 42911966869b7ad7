"""What a registration may be refused for."""

from django.utils.translation import gettext_lazy as _

from academy.errors import DomainError


class RegistrationClosed(DomainError):
    """Registration is not open now."""

    message = _("Registration for this academy is not open now.")


class AlreadyRegistered(DomainError):
    """The person has a registration for this edition already."""

    message = _("You are registered for this academy already. Nothing was changed.")


class PseudonymTaken(DomainError):
    """Another participant uses this pseudonym."""

    message = _("This pseudonym is taken. Please choose another one.")


class NotWaiting(DomainError):
    """The registration is not in a state in which this can be decided."""

    message = _("This registration was decided on or withdrawn before. Nothing was changed.")


class ChangesClosed(DomainError):
    """The time to correct registrations is over; how one is seen can always be changed."""

    message = _(
        "The time to correct registrations is over; only who may see you can still be changed. Nothing was changed."
    )


class NoOffer(DomainError):
    """No place is offered to this person now."""

    message = _(
        "No place is offered to you now. If your time to answer was over, the place went to the next one, and you are "
        "at the end of the waiting list."
    )
