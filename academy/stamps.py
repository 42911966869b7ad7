"""Stamps: an edition's and a person's, which change whenever something changes that kept pages show.

A page that was kept is used again only under the stamp that it was made under. The stamp lies in the cache, where all
processes see it; if the cache loses it, the next one is new, and every page is made again.
"""

import secrets

from django.core.cache import cache
from redis.exceptions import RedisError

# What visitors' pages show: the kinds of object, as the history names them, whose every change renews the stamp.
SHOWN = frozenset(
    {
        "academy.edition",
        "academy.participant",
        "programme.release",
        "outcome.commitment",
        "outcome.document",
        "outcome.endorsement",
        "outcome.languageversion",
        "outcome.procedure",
        "outcome.progressnote",
        "outcome.record",
        "outcome.revision",
        "outcome.translation",
    }
)

# What nobody's own page keeps: written every few seconds while groups work. Every other kind renews what is somebody's
# own, also a kind that nobody has thought of yet.
NOBODYS_OWN = frozenset(
    {
        "outcome.clause",
        "outcome.disposition",
        "outcome.position",
        "outcome.source",
        "outcome.translatedpart",
        "programme.attendance",
        "workshops.closedpart",
        "workshops.finding",
        "workshops.findingevent",
        "workshops.readback",
        "workshops.sentence",
        "workshops.support",
    }
)


def stamp_of(slug: str) -> str | None:
    """The stamp of an edition's pages; None if the cache does not answer, and nothing may be used again."""
    try:
        return str(cache.get_or_set(f"stamp:{slug}", _fresh, timeout=None))
    except RedisError:
        return None


def stamp_for(slug: str, person: str) -> str | None:
    """The stamp of the pages that an edition shows to one person, given by the key of the account.

    None if the cache does not answer, and nothing may be used again.
    """
    names = (f"stamp:{slug}", f"stamp:own:{slug}", f"stamp:person:{person}")
    try:
        found = cache.get_many(names)
        return " ".join(
            str(found.get(name) or cache.get_or_set(name, _fresh, timeout=None)) for name in names
        )
    except RedisError:
        return None


def renew(edition: str, kind: str) -> None:
    """Renew the stamps of an edition, given by its slug, if objects of this kind are shown on its pages."""
    if kind in SHOWN:
        cache.set(f"stamp:{edition}", _fresh(), timeout=None)
    if kind not in NOBODYS_OWN:
        cache.set(f"stamp:own:{edition}", _fresh(), timeout=None)


def renew_own(person: str) -> None:
    """Renew the stamp of what one person is shown: for changes that no history records."""
    cache.set(f"stamp:person:{person}", _fresh(), timeout=None)


def _fresh() -> str:
    return secrets.token_hex(8)
