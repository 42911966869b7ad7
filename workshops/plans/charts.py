"""How evenly people are spread over groups, attribute by attribute, before and after: numbers and lengths of bars."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.languages import in_words
from academy.models import Actor, Participant
from academy.people.charts import share
from academy.regions import region_name, region_of

# In what every group should mirror the whole, with its title on the page.
ATTRIBUTES: dict[str, Promise] = {
    "actor": gettext_lazy("Kind of actor"),
    "region": gettext_lazy("Region"),
    "language": gettext_lazy("Working language"),
    "next_generation": gettext_lazy("Next generation"),
}
# Kinds of so few people are folded: groups cannot differ much in them.
FEW = 2


@dataclass(frozen=True)
class Bar:
    """How many people of a kind sit in one group, and how long the bar for that is, in hundredths."""

    count: int
    length: str


@dataclass(frozen=True)
class Line:
    """One kind of people: their bars in each group, before and after, and how far the groups are apart."""

    words: str
    before: list[Bar]
    after: list[Bar]

    @property
    def apart_before(self) -> int:
        return apart(bar.count for bar in self.before)

    @property
    def apart_after(self) -> int:
        return apart(bar.count for bar in self.after)


@dataclass(frozen=True)
class Chart:
    """An attribute, with a line for each kind of people; `rest` are those of whom there are one or two."""

    key: str
    title: str
    lines: list[Line]
    rest: list[Line]

    @property
    def apart_before(self) -> int:
        return max((line.apart_before for line in self.lines), default=0)

    @property
    def apart_after(self) -> int:
        return max((line.apart_after for line in self.lines), default=0)


def apart(counts: Iterable[int]) -> int:
    """The largest number minus the smallest."""
    found = list(counts)
    return max(found) - min(found) if found else 0


def values_of(person: Participant, attribute: str) -> tuple[str, ...]:
    """What somebody is in an attribute; several languages, one of everything else."""
    if attribute == "language":
        return tuple(sorted(set(person.languages)))
    if attribute == "region":
        return (region_of(person.country),)
    if attribute == "next_generation":
        return ("yes" if person.actor == Actor.NEXT_GENERATION else "no",)
    return (person.actor,)


def words_of(attribute: str, value: str) -> str:
    """A kind of people in words."""
    if attribute == "language":
        return in_words([value])
    if attribute == "region":
        return region_name(value) or _("no region")
    if attribute == "next_generation":
        return _("next generation") if value == "yes" else _("others")
    return str(Actor(value).label) if value in Actor.values else value


def charts_of(
    people: Mapping[str, Participant],
    rooms: Sequence[str],
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> list[Chart]:
    """A chart for each attribute of people over the groups of one time.

    Args:
        rooms: the groups, in the order of the page.
        before, after: {person: group}.
    """
    return [_chart(key, people, rooms, before, after) for key in ATTRIBUTES]


def _chart(
    attribute: str,
    people: Mapping[str, Participant],
    rooms: Sequence[str],
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> Chart:
    counts = [_counted(attribute, people, seats) for seats in (before, after)]
    total = Counter(value for person in people.values() for value in values_of(person, attribute))
    largest = max((number for count in counts for number in count.values()), default=0)
    order = sorted(total, key=lambda value: (-total[value], value))
    lines = [
        Line(
            words_of(attribute, value),
            *(
                [Bar(count[room, value], share(count[room, value], largest)) for room in rooms]
                for count in counts
            ),
        )
        for value in order
    ]
    many = sum(total[value] > FEW for value in order)
    return Chart(attribute, str(ATTRIBUTES[attribute]), lines[:many], lines[many:])


def _counted(
    attribute: str, people: Mapping[str, Participant], seats: Mapping[str, str]
) -> Counter[tuple[str, str]]:
    return Counter(
        (room, value)
        for person, room in seats.items()
        if person in people
        for value in values_of(people[person], attribute)
    )
