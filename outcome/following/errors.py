"""What the rules of endorsements and commitments refuse, in words."""

from django.utils.translation import gettext_lazy as _

from academy.errors import DomainError


class NothingAdopted(DomainError):
    """Only an adopted text can be endorsed."""

    message = _("The document is not adopted yet. It can be endorsed from its adoption on.")


class AddressNotConfirmed(DomainError):
    """Whoever endorses has to be reachable."""

    message = _("Please confirm your e-mail address first; the page of your account sends you a link.")


class AlreadyEndorsed(DomainError):
    """An organisation endorses once."""

    message = _(
        "This organisation has endorsed the document already. If that was not you, please write to the organisers."
    )


class AlreadyAsked(DomainError):
    """The same person asks once."""

    message = _("You have asked for this organisation already. An organiser will look at it.")


class AlreadyDecided(DomainError):
    """It is in another state by now."""

    message = _("This endorsement is in another state by now. Nothing was changed.")


class EndorsementOver(DomainError):
    """Nothing comes to an endorsement that was declined or withdrawn."""

    message = _("This endorsement was declined or withdrawn. Nothing was changed.")


class NotConfirmed(DomainError):
    """Only an endorsement that is confirmed is handed over."""

    message = _("This endorsement is not confirmed now. Nothing was changed.")


class NoOffer(DomainError):
    """It is offered to somebody else, or the offer was taken back or is over."""

    message = _(
        "This endorsement is not offered to you any more. Please write to the organisers if you should act for it."
    )
