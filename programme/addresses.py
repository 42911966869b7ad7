"""Whole addresses of the programme's pages, for everything that leaves the site. Pure."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    """Where things are, beginning with the scheme and the host.

    `site` ends with a slash; `session`, `join` and `material` give the address for a session's slug or a file's id.
    """

    site: str
    programme: str
    session: Callable[[str], str]
    join: Callable[[str], str]
    material: Callable[[str], str]
