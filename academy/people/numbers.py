"""People in numbers: breakdowns that name nobody, not even by subtraction. Pure.

A number under five could be somebody whom a colleague knows, so it is hidden. In a breakdown whose parts add up to a
known whole, one hidden part could be worked out; then the next smallest are hidden as well, until at least two parts
that are together at least five are hidden (complementary suppression). Zero is no person and is shown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

LEAST = 5
NEXT_GENERATION = "next_generation"


@dataclass(frozen=True)
class Person:
    """What is counted of one registration."""

    state: str
    actor: str
    region: str
    country: str
    languages: tuple[str, ...]
    visibility: str
    registered_at: datetime


@dataclass(frozen=True)
class Part:
    """One part of a breakdown, and how many people are in it.

    Hidden parts have no name: those of a whole are one part together, those that overlap are not counted (None).
    `hides` says how many parts it stands for; `nearly_all` is all but one to four.
    """

    key: str
    count: int | None
    hides: int = 0
    nearly_all: bool = False


@dataclass(frozen=True)
class Numbers:
    """All breakdowns of the people who were asked for; none where they are fewer than five."""

    total: int | None
    countries: int
    over_time: list[tuple[date, int]]
    by: Mapping[str, list[Part]]


def hidden_parts(counts: Mapping[str, int]) -> set[str]:
    """Which parts of a whole stay hidden: those under five, and as many more as subtraction would need."""
    hidden = {key for key, count in counts.items() if 0 < count < LEAST}
    rest = sorted((key for key in counts if counts[key] >= LEAST), key=lambda key: (counts[key], key))
    while hidden and rest and (len(hidden) < 2 or sum(counts[key] for key in hidden) < LEAST):
        hidden.add(rest.pop(0))
    return hidden


def parts_of(counts: Mapping[str, int], hidden: set[str]) -> list[Part]:
    """The parts of a whole that there are; the hidden ones together at the end."""
    shown = [Part(key, count) for key, count in counts.items() if count and key not in hidden]
    together = sum(counts[key] for key in hidden)
    return [*shown, Part("", together, hides=len(hidden))] if hidden else shown


def overlapping_parts(counts: Mapping[str, int], total: int) -> list[Part]:
    """A breakdown whose parts overlap, such as languages: few who do are hidden, and few who do not as well."""
    known = {key: count for key, count in counts.items() if count >= LEAST}
    few = sum(0 < count < LEAST for count in counts.values())
    shown = [
        Part(key, None, nearly_all=True) if 0 < total - count < LEAST else Part(key, count)
        for key, count in known.items()
    ]
    return [*shown, Part("", None, hides=few)] if few else shown


def steps_of(moments: Iterable[datetime], zone: ZoneInfo, *, least: int = LEAST) -> list[tuple[date, int]]:
    """(day, how many up to it): each step is at least five people, so that none shows when somebody registered.

    Those who came after the last whole step belong to it; it stands on the day of the last of them.
    """
    days = sorted(Counter(moment.astimezone(zone).date() for moment in moments).items())
    steps: list[tuple[date, int]] = []
    total = 0
    for day, count in days:
        total += count
        if total - (steps[-1][1] if steps else 0) >= least:
            steps.append((day, total))
    if steps and steps[-1][1] < total:
        steps[-1] = (days[-1][0], total)
    return steps


def numbers_of(people: Sequence[Person], keys: Mapping[str, Sequence[str]], zone: ZoneInfo) -> Numbers:
    """Count people in all ways; `keys` gives the parts of each breakdown in their order."""
    total = len(people)
    if total < LEAST:
        return Numbers(None if total else 0, 0, [], {})
    whole = {
        name: _counted((getattr(person, name) for person in people), keys[name])
        for name in ("state", "region", "actor", "visibility")
    }
    young = whole["actor"].get(NEXT_GENERATION, 0)
    whole["next_generation"] = {"yes": young, "no": total - young}
    hidden = {name: hidden_parts(counts) for name, counts in whole.items()}
    if NEXT_GENERATION in hidden["actor"]:
        # The same people in another table: what is hidden there must not be read here.
        hidden["next_generation"] = {"yes", "no"}
    languages = _counted((code for person in people for code in set(person.languages)), keys["languages"])
    by = {name: parts_of(counts, hidden[name]) for name, counts in whole.items()}
    return Numbers(
        total=total,
        countries=len({person.country for person in people}),
        over_time=steps_of((person.registered_at for person in people), zone),
        by={**by, "languages": overlapping_parts(languages, total)},
    )


def _counted(values: Iterable[str], keys: Sequence[str]) -> dict[str, int]:
    """{part: how many} in the order of the parts; what is none of them comes last."""
    counts = Counter(values)
    return {key: counts.get(key, 0) for key in [*keys, *sorted(set(counts) - set(keys))]}
