"""The stamp of an edition: it changes whenever something changes that its kept pages show.

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
        "outcome.document",
        "outcome.procedure",
        "outcome.record",
        "outcome.revision",
    }
)


def stamp_of(slug: str) -> str | None:
    """The stamp of an edition's pages; None if the cache does not answer, and nothing may be used again."""
    try:
        return str(cache.get_or_set(f"stamp:{slug}", _fresh, timeout=None))
    except RedisError:
        return None


def renew(edition: str, kind: str) -> None:
    """Renew the stamp of an edition, given by its slug, if objects of this kind are shown on its pages."""
    if kind in SHOWN:
        cache.set(f"stamp:{edition}", _fresh(), timeout=None)


def _fresh() -> str:
    return secrets.token_hex(8)
