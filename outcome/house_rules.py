"""How encouragements are written in this house: hints for the writers, never an obstacle. Pure."""

import re

from django.utils.translation import gettext as _

from outcome.models import Clause

WORDS_AT_MOST = 60
SENTENCE_ENDS = re.compile(r"[.!?…]+[”\"’')\]]*(?:\s+|$)")


def hints(kind: str, *, text: str, heading: str = "", has_remark: bool = True, sources: int = 1) -> list[str]:
    """What a writer might look at again, in sentences; none for a paragraph of the preamble.

    Args:
        kind: see `Clause.Kind`.
        sources: on how many findings the clause rests.
    """
    if kind != Clause.Kind.ENCOURAGEMENT:
        return []
    words = len(text.split())
    found = []
    if not text.lower().startswith("to "):
        found.append(_("An encouragement begins with “to”, as it continues “encourage local governments”."))
    if len(SENTENCE_ENDS.findall(text.strip())) > 1:
        found.append(_("An encouragement is one sentence; the rest may go into the remark."))
    if words >= WORDS_AT_MOST:
        found.append(
            _("An encouragement has fewer than %(limit)s words; this one has %(count)s.")
            % {"limit": WORDS_AT_MOST, "count": words}
        )
    if not heading:
        found.append(_("A short title helps readers to find it in the outline."))
    if not has_remark:
        found.append(_("There is no explanatory remark yet."))
    if not sources:
        found.append(_("It rests on no finding yet."))
    return found
