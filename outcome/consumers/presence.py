"""Who is there while a document is written together, under which name, and where they write. Kept nowhere."""

from dataclasses import dataclass
from typing import Any

# How many colours cursors have.
COLOURS = 6
# A process that has not been heard of for so long is gone, and its people with it.
GONE_SECONDS = 30.0


def is_cursor(said: Any) -> bool:
    """Whether this is a cursor as an editor tells it: nothing, or from where to where.

    Everybody else's editor looks these places up in its text, and stops at what is none.
    """
    is_pair = isinstance(said, dict) and set(said) == {"anchor", "head"}
    return said is None or (is_pair and all(map(_is_place, said.values())))


def _is_place(said: Any) -> bool:
    """A relative position of Yjs (src/utils/RelativePosition.js): at a letter, or at the end of a node."""
    if not isinstance(said, dict) or not set(said) <= {"type", "tname", "item", "assoc"}:
        return False
    ids = [said[name] for name in ("type", "item") if said.get(name) is not None]
    is_number = type(said.get("assoc", 0)) is int
    return bool(ids) and all(map(_is_id, ids)) and is_number and said.get("tname") is None


def _is_id(said: Any) -> bool:
    is_pair = isinstance(said, dict) and set(said) == {"client", "clock"}
    return is_pair and all(type(number) is int and 0 <= number < 2**53 for number in said.values())


@dataclass
class Person:
    """Somebody who is there: a line may be one of several of the same person."""

    name: str
    writes: bool
    colour: int
    cursor: Any = None

    def facts(self, key: str) -> dict[str, Any]:
        return {
            "key": key,
            "name": self.name,
            "writes": self.writes,
            "colour": self.colour,
            "cursor": self.cursor,
        }


class Presence:
    """The people at one hub, and what other hubs said of theirs."""

    SECONDS = 0.2
    REPEAT_SECONDS = 10.0

    def __init__(self, hub: str) -> None:
        self.hub = hub
        self.here: dict[str, Person] = {}
        self.changed: set[str] = set()
        self.elsewhere: dict[str, tuple[float, dict[str, dict[str, Any]]]] = {}
        self.to_tell: dict[str, dict[str, Any] | None] = {}
        self.repeated = 0.0
        self.number = 0

    def join(self, key: str, name: str, *, writes: bool) -> None:
        self.number += 1
        colour = (int(self.hub, 16) + self.number) % COLOURS
        self.here[key] = Person(name, writes, colour)
        self.changed.add(key)

    def move(self, key: str, cursor: Any) -> None:
        """Somebody's cursor is elsewhere; None while they write nowhere."""
        if key in self.here and self.here[key].cursor != cursor:
            self.here[key].cursor = cursor
            self.changed.add(key)

    def leave(self, key: str) -> None:
        if self.here.pop(key, None):
            self.changed.add(key)

    def everybody(self) -> list[dict[str, Any]]:
        others = [person for _at, people in self.elsewhere.values() for person in people.values()]
        return [person.facts(key) for key, person in self.here.items()] + others

    def hear(self, event: dict[str, Any], now: float) -> None:
        """Take in what another hub said: all of its people."""
        people = {person["key"]: person for person in event["people"]}
        _at, before = self.elsewhere.get(event["hub"], (0.0, {}))
        for key in before.keys() - people.keys():
            self.to_tell[key] = None
        for key, person in people.items():
            if before.get(key) != person:
                self.to_tell[key] = person
        self.elsewhere[event["hub"]] = now, people

    def news(self, now: float) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """(what other hubs should hear, what the lines here should), each None if there is nothing to say."""
        for hub, (at, people) in list(self.elsewhere.items()):
            if now - at > GONE_SECONDS:
                del self.elsewhere[hub]
                self.to_tell.update(dict.fromkeys(people))
        for key in self.changed:
            person = self.here.get(key)
            self.to_tell[key] = person.facts(key) if person else None
        is_due = bool(self.changed) or (bool(self.here) and now - self.repeated > self.REPEAT_SECONDS)
        here = None
        if is_due:
            self.repeated = now
            here = {"people": [person.facts(key) for key, person in self.here.items()]}
        news = None
        if self.to_tell:
            news = {
                "changed": [person for person in self.to_tell.values() if person],
                "gone": [key for key, person in self.to_tell.items() if person is None],
            }
        self.changed, self.to_tell = set(), {}
        return here, news
