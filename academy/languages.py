"""The languages that people work in, and how languages are called."""

import re
from collections.abc import Iterable
from functools import lru_cache

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, gettext_lazy, override

# The languages that people work in, by their own names.
WORKING_LANGUAGES = (
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("sw", "Kiswahili"),
    ("zh", "中文"),
)

# Written from right to left; Azerbaijani and Kurdish are mostly not.
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "ur"})

# Django knows Chinese only by how it is written, and these not at all.
NOT_IN_DJANGO = {
    "zh": gettext_lazy("Chinese"),
    "ak": gettext_lazy("Akan"),
    "am": gettext_lazy("Amharic"),
    "bm": gettext_lazy("Bambara"),
    "cr": gettext_lazy("Cree"),
    "fj": gettext_lazy("Fijian"),
    "ha": gettext_lazy("Hausa"),
    "ht": gettext_lazy("Haitian Creole"),
    "ku": gettext_lazy("Kurdish"),
    "lo": gettext_lazy("Lao"),
    "mi": gettext_lazy("Māori"),
    "ps": gettext_lazy("Pashto"),
    "qu": gettext_lazy("Quechua"),
    "rn": gettext_lazy("Rundi"),
    "rw": gettext_lazy("Kinyarwanda"),
    "si": gettext_lazy("Sinhala"),
    "sn": gettext_lazy("Shona"),
    "so": gettext_lazy("Somali"),
    "st": gettext_lazy("Southern Sotho"),
    "ti": gettext_lazy("Tigrinya"),
    "wo": gettext_lazy("Wolof"),
    "yo": gettext_lazy("Yoruba"),
    "zu": gettext_lazy("Zulu"),
}


def language_name(code: str) -> str:
    """A language by its own name, as far as it is known here; else as the reader calls it, else its code."""
    known = dict(WORKING_LANGUAGES)
    local = known.get(code) or LANG_INFO.get(code, {}).get("name_local")
    return str(local or NOT_IN_DJANGO.get(code, code))


def direction_of(code: str) -> str:
    """In which direction a language is written, as HTML says it: "rtl" or "ltr"."""
    return "rtl" if code.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def in_words(codes: Iterable[str]) -> str:
    """Languages as the page's reader calls them: "French, Spanish"; a code that nobody knows stays as it is."""
    return ", ".join(_in_words(code) for code in codes)


def language_called(words: str) -> str | None:
    """The code of the language that these words name ("fr", "fr-CA", "French", "français"), "" for none, None if no
    language is called so."""
    wanted = _plain(words)
    if not wanted:
        return ""
    known = _called()
    return known.get(wanted) or known.get(re.split(r"[-_]", wanted)[0])


@lru_cache(maxsize=1)
def _called() -> dict[str, str]:
    """{what a language is called, in its own words and in English: its code}."""
    codes = [code for code in (*LANG_INFO, *NOT_IN_DJANGO, *dict(WORKING_LANGUAGES)) if "-" not in code]
    found = {code: code for code in codes}
    with override(None):
        for code in found.copy():
            facts = LANG_INFO.get(code, {})
            names = {str(facts.get(name, "")) for name in ("name", "name_local")}
            names |= {str(NOT_IN_DJANGO.get(code, "")), dict(WORKING_LANGUAGES).get(code, "")}
            found |= {_plain(name): code for name in names if name}
    return found


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _in_words(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return str(NOT_IN_DJANGO.get(code) or language_name(code))
