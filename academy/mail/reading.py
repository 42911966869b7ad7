"""In which language somebody reads our mail, and writing in it.

The academy's own words can be written in every language that has a catalog (`locale/<code>/LC_MESSAGES`, compiled at
set-up). In any other a mail is in the language of the pages as a whole: Django knows days and months in many more
languages, but half a mail in each of two languages helps nobody.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from academy.models import Participant, User

AT_ONCE = 500
CATALOG = "*/LC_MESSAGES/django.mo"


def default_language() -> str:
    """The language of the pages, as people name their working languages: "en"."""
    return settings.LANGUAGE_CODE.partition("-")[0]


@lru_cache(maxsize=1)
def catalogs() -> tuple[str, ...]:
    """The languages in which the academy's own words can be written, that of the pages first."""
    made = sorted(path.parts[-3] for folder in settings.LOCALE_PATHS for path in Path(folder).glob(CATALOG))
    return tuple(dict.fromkeys([default_language(), *made]))


def language_for(participant: Participant, written: Collection[str]) -> str:
    """The language that somebody chose for mail, else the first of their working languages, that there are words in.

    Where there are none in any of them: the language of the pages, else any.
    """
    for code in (participant.user.language, *participant.languages):
        if code and code in written:
            return str(code)
    return default_language() if default_language() in written else min(written, default="")


def language_of(user: User | None, participant: Participant | None = None) -> str:
    """The language of what the academy itself writes to somebody.

    Args:
        participant: the registration whose working languages count if no language was chosen; else the newest one.
    """
    if user is None:
        return default_language()
    if user.language in catalogs():
        return user.language
    rows = Participant.objects.filter(user=user).order_by("-registered_at")
    spoken = participant.languages if participant else rows.values_list("languages", flat=True).first()
    return next((code for code in spoken or () if code in catalogs()), default_language())


def languages_at(addresses: Iterable[str]) -> dict[str, str]:
    """{address: the language in which its owner reads mail} of the accounts that say something about it."""
    wanted, found = list(addresses), {}
    for start in range(0, len(wanted), AT_ONCE):
        users = User.objects.filter(email__in=wanted[start : start + AT_ONCE])
        for user in users.prefetch_related("participations"):
            newest = max(user.participations.all(), key=lambda row: row.registered_at, default=None)
            if newest or user.language:
                found[user.email] = language_of(user, newest)
    return found


def language_of_letter(wanted: str, otherwise: str) -> str:
    """The language of a letter to somebody without an account: the one that is wanted, if we have words in it."""
    return wanted if wanted in catalogs() else otherwise


def language_of_browser(accepted: str) -> str:
    """The first language that a browser asks for and that mail can be written in; empty if there is none.

    Args:
        accepted: what the browser says in its header Accept-Language.
    """
    return first_written(code.partition("-")[0] for code, _weight in parse_accept_lang_header(accepted))


def first_written(codes: Iterable[str]) -> str:
    return next((code for code in codes if code in catalogs()), "")


@contextmanager
def writing_in(language: str) -> Iterator[str]:
    """Write what follows in a language, wholly; yields the one that it is, which is another if there is no catalog."""
    found = language if language in catalogs() else default_language()
    with translation.override(settings.LANGUAGE_CODE if found == default_language() else found):
        yield found


@contextmanager
def writing_to(user: User | None, participant: Participant | None = None) -> Iterator[str]:
    """Write what follows in the language in which somebody reads mail; yields that language."""
    with writing_in(language_of(user, participant)) as language:
        yield language


def language_written() -> str:
    """The language that `writing_in` writes in now."""
    return (translation.get_language() or settings.LANGUAGE_CODE).partition("-")[0]
