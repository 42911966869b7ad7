"""Whom a group brought together, as far as it may be told: kinds of actors and regions of five people or more."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from academy.models import Edition
from academy.people.numbers import LEAST
from academy.regions import region_of
from workshops.models import Seat


@dataclass
class Profile:
    """The kinds of actors, and the regions (M49 codes), of which at least five people had a seat in a group."""

    actors: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


@dataclass
class _Counts:
    actors: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)


def profiles_of(edition: Edition) -> dict[UUID, Profile]:
    """{group: its profile}, in one query. A kind or region of fewer than five people is as if there were none."""
    counts: dict[UUID, _Counts] = defaultdict(_Counts)
    seats = Seat.objects.filter(workshop__edition=edition)
    for group, actor, country in seats.values_list("group", "participant__actor", "participant__country"):
        counts[group].actors[actor] += 1
        counts[group].regions[region_of(country)] += 1
    return {group: Profile(_enough(each.actors), _enough(each.regions)) for group, each in counts.items()}


def _enough(counts: Counter[str]) -> frozenset[str]:
    return frozenset(key for key, count in counts.items() if key and count >= LEAST)
