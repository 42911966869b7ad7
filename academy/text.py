"""Plain text as people type it: which characters may stand in it, and how it is tidied."""

import re
import unicodedata

from django.utils.translation import gettext as _

from academy.errors import Invalid

# Control characters, the invisible marks that reverse what a reader sees (U+202A to U+202E, U+2066 to U+2069), and
# halves of characters (U+D800 to U+DFFF), which JSON can name and no file can hold.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def has_forbidden_characters(text: str) -> bool:
    """Whether the text holds a control character, half a character, or a mark that turns the direction of the rest."""
    return bool(FORBIDDEN.search(text))


def tidy(text: str, *, limit: int, what: str) -> str:
    """The text in Unicode form NFC, with plain line breaks and without blanks around it.

    Raises:
        Invalid: it is empty, longer than `limit` characters, or holds control characters; `what` names it.
    """
    if has_forbidden_characters(text):
        raise Invalid(_("%(what)s: control characters cannot be used.") % {"what": what})
    tidied = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not tidied:
        raise Invalid(_("%(what)s: please write something.") % {"what": what})
    if len(tidied) > limit:
        raise Invalid(
            _("%(what)s: at most %(limit)s characters, this has %(count)s.")
            % {"what": what, "limit": limit, "count": len(tidied)}
        )
    return tidied
