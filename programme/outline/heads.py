"""What stands beside a time, or after a bullet: the title of an item, taken apart."""

import re
from dataclasses import dataclass

from programme.outline.values import capitalised, plain_title
from programme.outline.wording import (
    BARE_WORKSHOP,
    DURATION,
    VERBATIM,
    designation,
    kind_of,
    means_groups,
    one_of,
    parallel,
)

_BRACKETS = re.compile(r"\s*\((?P<inner>[^()]+)\)$")
UNKNOWN_KIND = "plenary"


@dataclass(frozen=True)
class Head:
    """The title of an item, taken apart. `parallel` says how many of `parallel_kind` it announces."""

    title: str
    kind: str
    subtitle: str = ""
    hosts: str = ""
    number: int | None = None
    minutes: int | None = None
    parallel: int = 0
    parallel_kind: str = ""
    word: str = ""
    is_verbatim: bool = False
    is_designated: bool = False
    is_guessed: bool = False

    @property
    def is_bare_workshop(self) -> bool:
        """Whether it says "workshop session" and nothing more, so that the workshop itself is named below."""
        return self.kind == "workshop" and not self.is_verbatim and bool(BARE_WORKSHOP.fullmatch(self.title))


def read_head(text: str) -> Head:
    """The parts of a title.

    "Workshop 10: Drivers" has a number and a subtitle, "Panel A: Frameworks (members of …)" hosts, "Plenary
    discussion (25 min)" a length, "Three parallel roundtable sessions: 45 min" announces three of 45 minutes.
    """
    if text.startswith(VERBATIM):
        title = plain_title(text.removeprefix(VERBATIM))
        return Head(title, kind_of(title) or UNKNOWN_KIND, is_verbatim=True)
    title, minutes = plain_title(text), None
    if (length := DURATION.search(title)) and 0 < int(length["minutes"]) <= 600 and length.start():
        title, minutes = plain_title(title[: length.start()]), int(length["minutes"])
    title, count, what = _announced(title)
    if named := designation(title):
        return _designated(named.kind, named.name, named.mark, named.rest, minutes=minutes)
    kind = kind_of(title)
    return Head(
        title,
        kind or UNKNOWN_KIND,
        minutes=minutes,
        parallel=count,
        parallel_kind=_parallel_kind(what),
        word=one_of(what),
        is_guessed=not kind,
    )


def _announced(title: str) -> tuple[str, int, str]:
    """The title without how many run in parallel; how many, and of what."""
    if found := parallel(title):
        count, what = found
        rest = title[title.lower().index(what.lower()) :] if what else title
        return capitalised(rest), count, what
    for sign in (":", "("):
        name, found_sign, rest = title.partition(sign)
        if found_sign and (found := parallel(rest.strip())):
            return plain_title(name), *found
    return title, 0, ""


def _parallel_kind(what: str) -> str:
    """What kind of children is announced; groups of a workshop are groups."""
    if not what:
        return ""
    return "group" if means_groups(what) else kind_of(what)


def _designated(kind: str, name: str, mark: str, rest: str, *, minutes: int | None) -> Head:
    hosts = ""
    if kind == "panel" and (brackets := _BRACKETS.search(rest)):
        rest, hosts = rest[: brackets.start()], capitalised(brackets["inner"].strip())
    return Head(
        name,
        kind,
        subtitle=plain_title(rest),
        hosts=hosts,
        number=int(mark) if kind == "workshop" and mark.isdigit() and int(mark) else None,
        minutes=minutes,
        is_designated=True,
    )
