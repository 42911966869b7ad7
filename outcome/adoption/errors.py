"""What the rules of an adoption refuse, in words."""

from django.utils.translation import gettext_lazy as _

from academy.errors import DomainError


class NotPublished(DomainError):
    """The text differs from the last revision, or there is none."""

    message = _("The text has changed since the last revision. Publish a revision first, then freeze that.")


class NotFrozen(DomainError):
    """Only a frozen text can be adopted."""

    message = _("The document is not frozen. Freeze a revision first.")


class AdoptionUnderWay(DomainError):
    """An adoption is set up or open on the document."""

    message = _("An adoption of this document is under way already.")


class AdoptionClosed(DomainError):
    """The adoption takes no positions any more."""

    message = _("This adoption is closed. Your position was not recorded.")


class NotOpenYet(DomainError):
    """The adoption takes no positions yet."""

    message = _("This adoption is not open yet. Your position was not recorded.")


class NotPrepared(DomainError):
    """There is nothing to confirm or to open in this state."""

    message = _("This adoption is in another state by now. Nothing was changed.")


class AnotherPerson(DomainError):
    """Two different people set an adoption up."""

    status = 403
    message = _("Another organiser has to confirm this: what concerns everybody is set up by two people.")


class OnlyForOrganisers(DomainError):
    """Delegates cannot take a position on a text that they may not read."""

    message = _(
        "This revision may be read by organisers only. Open the text again, and publish it for the participants first."
    )


class NoElectorate(DomainError):
    """There is nobody to take a position."""

    message = _(
        "Nobody with a confirmed registration would be in this electorate, so nobody could take a position."
    )


class NotAnElector(DomainError):
    """The person was not in the electorate at opening."""

    status = 403
    message = _("You are not in the electorate of this adoption.")


class AlreadyTaken(DomainError):
    """The elector took a position meanwhile, in another window or on another device."""

    message = _(
        "You have taken a position already, in another window or on another device. This one was not recorded. "
        "Open the page again to see it, and to change it."
    )


class AlreadyCast(DomainError):
    """A ballot of this elector lies in the box, and what was given does not open it."""

    message = _(
        "Your ballot is in the box already. This one was not recorded. To change it, give the secret of your receipt."
    )


class ChangedMeanwhile(DomainError):
    """The ballot was changed after the one that is sent was filled in, as by a window that slept meanwhile."""

    message = _(
        "Your ballot was changed meanwhile, in another window or on another device. This one was not recorded."
    )


class CountedInTheRoom(DomainError):
    """Whoever is counted by hand takes no position online."""

    message = _(
        "You are checked in as counted by hand in the room, so your position was not recorded here. "
        "If you want to use your own device, ask the chair to check you in as present."
    )


class SilenceLasts(DomainError):
    """A silence is not closed before its deadline."""

    message = _("The silence lasts until its deadline. It cannot be closed before; it can only be recalled.")


class TimeRuns(DomainError):
    """What was announced as the time for positions is not shortened."""

    message = _(
        "Electors were promised time until the closing. It can be closed earlier once everybody took a position."
    )


class SilenceWasBroken(DomainError):
    """A text whose silence was broken is not put to silence again."""

    message = _(
        "The silence on exactly this text was broken. Publish a new revision, and put that one to silence."
    )


class StatementsOver(DomainError):
    """The time for statements is over."""

    message = _("The time for statements is over. Nothing was recorded.")
