"""The languages that a revision can be translated into. Pure."""

from academy.languages import WORKING_LANGUAGES, language_name
from academy.mail.reading import default_language
from academy.ordering import sort_key
from outcome.publishing.language_codes import ISO_639_2

# Written in two ways that readers tell apart.
WRITTEN_IN_TWO_WAYS = {"zh": ("zh-hans", "zh-hant"), "pt": ("pt", "pt-br")}


def languages_to_translate_into() -> list[tuple[str, str]]:
    """(code, own name) of every language but that of the authoritative text; the academy's working languages first."""
    first = [code for code, _name in WORKING_LANGUAGES]
    others = sorted(set(ISO_639_2) - set(first), key=lambda code: sort_key(language_name(code)))
    codes = [way for code in (*first, *others) for way in WRITTEN_IN_TWO_WAYS.get(code, (code,))]
    return [(code, language_name(code)) for code in codes if code != authoritative_language()]


def authoritative_language() -> str:
    """The language in which the document is written and adopted: that of the academy's pages."""
    return default_language()
