"""Changes of the programme in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programme.comparing import Comparison


def in_words(comparison: Comparison) -> str:
    """What a version changed, in one sentence: "2 sessions moved, 1 is new."."""
    counts = comparison.counts
    said = [
        words % {"count": counts[name]}
        for name, words in (
            ("new", ngettext("%(count)s new session", "%(count)s new sessions", counts["new"])),
            ("cancelled", _("%(count)s cancelled")),
            ("moved", _("%(count)s moved")),
            ("retitled", _("%(count)s retitled")),
            ("people", _("%(count)s with other people")),
            ("reworded", _("%(count)s with other texts")),
            ("other", _("%(count)s changed otherwise")),
        )
        if counts[name]
    ]
    if said:
        return ", ".join(said) + "."
    return _("Sessions stand in another order.") if comparison.orders else _("No session changed.")
