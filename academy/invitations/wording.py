"""What the words of an invitation may be: an address, a name, an organisation, a role. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from academy.models import Role
from academy.text import has_forbidden_characters

NAME_LENGTH, ORGANISATION_LENGTH, ADDRESS_LENGTH = 120, 160, 254
# With what a spreadsheet takes a text for a formula.
FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
# A name is written into a letter: it must not bring a link of its own.
LINK = re.compile(r"://|www\.|\bhttps?:", re.IGNORECASE)
BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Invitee:
    """Somebody to be invited; `role` is one of the kinds of role, or empty, and `language` that of the letter."""

    email: str
    name: str = ""
    organisation: str = ""
    role: str = ""
    language: str = ""


def tidied(text: str) -> str:
    """The text in Unicode form NFC, in one line with single blanks."""
    return BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def problem_of_email(email: str) -> str:
    """Why this cannot be an address, in a sentence; empty if it can be one."""
    if not email:
        return _("There is no e-mail address.")
    if len(email) > ADDRESS_LENGTH:
        return _("The e-mail address is too long.")
    try:
        validate_email(email)
    except ValidationError:
        return _("“%(email)s” is not an e-mail address.") % {"email": email[:60]}
    return ""


def problem_of_words(words: str, *, what: str, limit: int) -> str:
    """Why this cannot be a name or an organisation, in a sentence; empty if it can be one."""
    if has_forbidden_characters(words):
        return _("%(what)s: control characters cannot be used.") % {"what": what}
    if len(words) > limit:
        return _("%(what)s: at most %(limit)s characters.") % {"what": what, "limit": limit}
    if words.lstrip("' ").startswith(FORMULA):
        return _("%(what)s: it begins like a formula of a spreadsheet (= + - @ | %%).") % {"what": what}
    if LINK.search(words):
        return _("%(what)s: it holds a link.") % {"what": what}
    return ""


def role_of(words: str, known: Mapping[str, str] | None = None) -> str | None:
    """The role that these words name ("Co facilitator", "moderator"), "" for none, None if there is no such role."""
    wanted = _plain(words)
    if not wanted:
        return ""
    kinds = known or _roles(get_language() or "")
    return next((kind for kind, label in kinds.items() if wanted in (_plain(kind), _plain(label))), None)


@lru_cache(maxsize=16)
def _roles(_language: str) -> dict[str, str]:
    """{role: its words} in the language of the page; looked up once, as a list asks for them in each row."""
    return {kind: str(Role.Kind(kind).label) for kind in Role.Kind.values}


def _plain(words: str) -> str:
    return re.sub(r"[\s_-]+", "", words.casefold())
