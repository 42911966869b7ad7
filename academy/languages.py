"""The languages that people work in, and how languages are called."""

from collections.abc import Iterable

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, gettext_lazy

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

# Django knows Chinese only by how it is written.
NOT_IN_DJANGO = {"zh": gettext_lazy("Chinese")}


def language_name(code: str) -> str:
    """A language by its own name, as far as it is known here; else its code."""
    known = dict(WORKING_LANGUAGES)
    return known.get(code) or str(LANG_INFO.get(code, {}).get("name_local", code))


def in_words(codes: Iterable[str]) -> str:
    """Languages as the page's reader calls them: "French, Spanish"; a code that nobody knows stays as it is."""
    return ", ".join(_in_words(code) for code in codes)


def _in_words(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return str(NOT_IN_DJANGO.get(code) or language_name(code))
