"""Rules that cannot hold together, found before anything is searched. Pure.

Whether groups can be told apart at all is the question of colouring a graph: the people who sit together are one
point, "apart" is an edge, the groups are the colours. It is answered by trying, which is quick for as few rules as
people write down.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_TRIES = 50_000

Pairs = Iterable[tuple[str, str]]


class Clash(StrEnum):
    """What kind of contradiction it is."""

    TOO_FEW_PLACES = "too-few-places"
    OVERFULL = "overfull"
    BOTH = "both"
    TORN = "torn"
    FORCED = "forced"
    TOO_MANY_TOGETHER = "too-many-together"
    TOO_FEW_GROUPS = "too-few-groups"


@dataclass(frozen=True)
class Contradiction:
    """Rules that cannot hold together.

    Args:
        day: the number of the day; None for all of them.
        people: who is concerned.
        rooms: which groups.
        have, need: how many there are, and how many there would have to be.
    """

    kind: Clash
    day: int | None = None
    people: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    have: int = 0
    need: int = 0


def contradictions_in(
    people: Sequence[str],
    days: Sequence[Mapping[str, int | None]],
    *,
    fixed: Sequence[Mapping[str, str]] = (),
    together: Pairs = (),
    apart: Pairs = (),
) -> list[Contradiction]:
    """What cannot hold, the same for the same rules in whatever order.

    Args:
        days: for each day {room: how many it holds, or None for no limit}.
        fixed: for each day {person: room}.
    """
    known = set(people)
    circles = _circles(people, [pair for pair in together if known.issuperset(pair)])
    edges = sorted({_ordered(pair) for pair in apart if known.issuperset(pair)})
    found = [Contradiction(Clash.BOTH, people=pair) for pair in edges if circles[pair[0]] == circles[pair[1]]]
    possible = [pair for pair in edges if circles[pair[0]] != circles[pair[1]]]
    for day, rooms in enumerate(days):
        kept = {one: room for one, room in (fixed[day] if day < len(fixed) else {}).items() if one in known}
        found += _of_places(day, len(people), rooms, kept)
        found += _of_circles(day, rooms, kept, circles, possible)
    return found


def _ordered(pair: tuple[str, str]) -> tuple[str, str]:
    return (min(pair), max(pair))


def _circles(people: Iterable[str], together: Pairs) -> dict[str, str]:
    """{person: the first of those who sit together with them}, by chains of pairs."""
    leader = {person: person for person in people}

    def find(person: str) -> str:
        while leader[person] != person:
            person = leader[person]
        return person

    for one, other in together:
        first, second = sorted((find(one), find(other)))
        leader[second] = first
    return {person: find(person) for person in leader}


def _of_places(
    day: int, count: int, rooms: Mapping[str, int | None], kept: Mapping[str, str]
) -> Iterator[Contradiction]:
    """Too few places for all, or for those who are fixed."""
    held = Counter(kept.values())
    places = [max(capacity, held[room]) for room, capacity in rooms.items() if capacity is not None]
    if len(places) == len(rooms) and sum(places) < count:
        yield Contradiction(Clash.TOO_FEW_PLACES, day, have=sum(places), need=count)
    for room, capacity in rooms.items():
        if capacity is not None and held[room] > capacity:
            yield Contradiction(Clash.OVERFULL, day, rooms=(room,), have=capacity, need=held[room])


def _of_circles(
    day: int,
    rooms: Mapping[str, int | None],
    kept: Mapping[str, str],
    circles: Mapping[str, str],
    apart: Sequence[tuple[str, str]],
) -> list[Contradiction]:
    """People who sit together and are torn, too many for any room, or who cannot be parted."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for person, circle in sorted(circles.items()):
        members[circle].append(person)
    found, place = [], {}
    largest = max((len(circles) if size is None else size for size in rooms.values()), default=0)
    for circle, people in sorted(members.items()):
        fixed = {kept[person]: person for person in people if person in kept}
        if len(fixed) > 1:
            who, where = list(fixed.values())[:2], list(fixed)[:2]
            found.append(Contradiction(Clash.TORN, day, tuple(who), tuple(where)))
        if len(people) > max(1, largest):
            found.append(
                Contradiction(Clash.TOO_MANY_TOGETHER, day, tuple(people), have=largest, need=len(people))
            )
        if fixed:
            place[circle] = next(iter(fixed))
    for one, other in apart:
        room = place.get(circles[one])
        if room is not None and room == place.get(circles[other]):
            found.append(Contradiction(Clash.FORCED, day, (one, other), (room,)))
    return found or list(_of_colours(day, list(rooms), place, circles, apart))


def _of_colours(
    day: int,
    rooms: Sequence[str],
    place: Mapping[str, str],
    circles: Mapping[str, str],
    apart: Sequence[tuple[str, str]],
) -> Iterator[Contradiction]:
    """Each set of people who are linked by "apart" and cannot be spread over the rooms."""
    near: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in apart:
        near[circles[one]].add(circles[other])
        near[circles[other]].add(circles[one])
    seen: set[str] = set()
    for circle in sorted(near):
        if circle not in seen:
            linked = _linked(circle, near)
            seen |= linked
            if not _can_be_parted(linked, near, rooms, place):
                people = sorted({one for pair in apart for one in pair if circles[one] in linked})
                yield Contradiction(Clash.TOO_FEW_GROUPS, day, tuple(people), have=len(rooms))


def _linked(start: str, near: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        fresh = near[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found


def _can_be_parted(
    circles: set[str], near: Mapping[str, set[str]], rooms: Sequence[str], place: Mapping[str, str]
) -> bool:
    """Whether there is a room for each circle that none of its neighbours has; yes if too much had to be tried."""
    order = sorted(circles, key=lambda circle: (circle not in place, -len(near[circle]), circle))
    given: dict[str, str] = {}
    tries = 0

    def fits(position: int) -> bool:
        nonlocal tries
        if position == len(order):
            return True
        circle = order[position]
        for room in [place[circle]] if circle in place else rooms:
            tries += 1
            if tries > MOST_TRIES:
                return True
            if all(given.get(other) != room for other in near[circle]):
                given[circle] = room
                if fits(position + 1):
                    return True
                del given[circle]
        return False

    return fits(0)
