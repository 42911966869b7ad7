"""How encouragements are written in this house: hints for the writers, never an obstacle. Pure."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from outcome.models import Clause

WORDS_AT_MOST = 60
SENTENCE_ENDS = re.compile(r"[.!?…]+[”\"’')\]]*(?:\s+|$)")
# An encouragement continues a sentence such as "The academy encourages local governments …".
BEGINNINGS = "to"


def beginnings_of(kept: str | None) -> list[str]:
    """The verb forms that a document keeps, with commas between; None if it keeps none of its own, "" for any."""
    return [words for part in (BEGINNINGS if kept is None else kept).split(",") if (words := part.strip())]


def named(beginnings: Sequence[str]) -> str:
    """The beginnings as a sentence names them: “to” / “not to”."""
    return " / ".join(f"“{words}”" for words in beginnings)


def begins_with(text: str, beginnings: Sequence[str]) -> bool:
    """Whether the text begins with one of these words, whole: "together" does not begin with "to".

    Where the last sign has no capital (an apostrophe, a script without spaces) the next word may follow at once.
    """
    said = text.strip().lower()
    for words in (words.lower() for words in beginnings):
        rest = said.removeprefix(words)
        has_case = words[-1] != words[-1].upper()
        if said.startswith(words) and rest and not (has_case and rest[0].isalnum()):
            return True
    return not beginnings


def hints(
    kind: str,
    *,
    text: str,
    heading: str = "",
    has_remark: bool = True,
    sources: int = 1,
    beginnings: Sequence[str] = (BEGINNINGS,),
) -> list[str]:
    """What a writer might look at again, in sentences; none for a paragraph of the preamble.

    Args:
        kind: see `Clause.Kind`.
        sources: on how many findings the clause rests.
        beginnings: see `beginnings_of`.
    """
    if kind != Clause.Kind.ENCOURAGEMENT:
        return []
    words = len(text.split())
    found = []
    if not begins_with(text, beginnings):
        found.append(
            _("An encouragement begins with %(words)s, as it continues the opening words.")
            % {"words": named(beginnings)}
        )
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
