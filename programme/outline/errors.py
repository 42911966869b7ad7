"""Why a file is refused as an outline."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import Invalid


class Unreadable(Invalid):
    """The file is no outline that could be read."""

    message = gettext_lazy("This file cannot be read as an outline.")


class TooLong(Unreadable):
    """More days or items than an academy can have."""

    def __init__(self, *, days: int, items: int) -> None:
        super().__init__(
            _("This is too long for an outline: at most %(days)s days and %(items)s items can be read.")
            % {"days": days, "items": items}
        )
