"""People in numbers: pictures and tables of whom the filters ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from academy.languages import WORKING_LANGUAGES, in_words
from academy.models import Actor, Edition, Participant
from academy.people.asking import Asking
from academy.people.charts import Curve, curve_of, share, spread_days
from academy.people.filtering import VISIBILITIES, PeopleFilters, choices_of
from academy.people.numbers import LEAST, Numbers, Part, Person, numbers_of
from academy.regions import REGIONS, SCHEME, region_of
from academy.requests import EditionRequest
from academy.views.people import filter_context, organiser_at
from academy.views.searching import asking_of, words_out_of_address

# Width, height, and how many days are written below: for a wide and for a narrow screen.
WIDE, NARROW = (720, 240, 6), (340, 220, 3)


@dataclass(frozen=True)
class Bar:
    """A line of a breakdown: its words, how many, and the length of its bar in hundredths."""

    key: str
    words: str
    part: Part
    length: str
    percent: int | None = None


@dataclass(frozen=True)
class Breakdown:
    key: str
    title: str
    bars: Sequence[Bar]
    note: str = ""


@require_safe
def people_numbers(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Registrations over time, by state, region, actor, language, next generation and visibility."""
    organiser_at(request, edition)
    if moved := words_out_of_address(request, edition, "people_numbers"):
        return moved
    asking = asking_of(request)
    zone = ZoneInfo(edition.time_zone)
    found = numbers_of(_people(edition, asking.filters), _keys(), zone)
    steps = found.over_time
    context = {
        "numbers": found,
        "steps": steps,
        "curves": [_curve(steps, *size, _limit(edition, asking.filters)) for size in (WIDE, NARROW)]
        if steps
        else [],
        "breakdowns": _breakdowns(found),
        "least": LEAST,
        "in_words": asking.filters.in_words(edition) if asking.filters else "",
        "states": Participant.State.choices,
        **filter_context(edition, Asking(asking.filters, find=asking.find)),
    }
    return render(request, "academy/people/numbers.html", context)


def _people(edition: Edition, filters: PeopleFilters) -> list[Person]:
    """What is counted of each person, in one query."""
    columns = ("state", "actor", "country", "languages", "visibility", "registered_at")
    rows = filters.of(edition).order_by().values_list(*columns)
    return [
        Person(state, actor, region_of(country), country, tuple(languages), visibility, moment)
        for state, actor, country, languages, visibility, moment in rows
    ]


def _keys() -> dict[str, list[str]]:
    return {
        "state": list(Participant.State.values),
        "region": [key for key, _words in REGIONS],
        "actor": list(Actor.values),
        "visibility": [str(value) for value, _words in VISIBILITIES],
        "languages": [code for code, _name in WORKING_LANGUAGES],
    }


def _limit(edition: Edition, filters: PeopleFilters) -> int | None:
    """The number of places, where all who registered are counted against it."""
    return None if filters else edition.capacity


def _curve(
    steps: Sequence[tuple[Any, int]], width: int, height: int, places: int, limit: int | None
) -> Curve:
    days = spread_days(steps[0][0], steps[-1][0], places)
    words = [(day, date_format(day, "j M")) for day in days]
    return curve_of(steps, width=width, height=height, days=words, limit=limit)


def _breakdowns(found: Numbers) -> list[Breakdown]:
    """The breakdowns with their words, the largest parts first where the parts have no order of their own."""
    if not found.by:
        return []
    by, yes_no = found.by, {"yes": _("next generation"), "no": _("others")}
    regions = {**{key: str(words) for key, words in REGIONS}, "": _("elsewhere")}
    visibilities = {str(value): str(words) for value, words in VISIBILITIES}
    languages = {part.key: in_words([part.key]) for part in by["languages"]}
    return [
        Breakdown(
            "state",
            _("State"),
            _bars(by["state"], dict(choices_of("state")), keeps_order=True, total=found.total),
        ),
        Breakdown("region", _("Region"), _bars(by["region"], regions, total=found.total), str(SCHEME)),
        Breakdown(
            "actor", _("Kind of actor"), _bars(by["actor"], dict(choices_of("actor")), total=found.total)
        ),
        Breakdown(
            "languages",
            _("Working language"),
            _bars(by["languages"], languages, largest=found.total, total=found.total),
            _("Most people work in several, so the bars add up to more than everybody."),
        ),
        Breakdown(
            "next-generation",
            _("Next generation"),
            _bars(by["next_generation"], yes_no, keeps_order=True, total=found.total),
        ),
        Breakdown(
            "visibility",
            _("Visibility"),
            _bars(by["visibility"], visibilities, keeps_order=True, total=found.total),
        ),
    ]


def _bars(
    parts: Sequence[Part],
    words: dict[str, str],
    *,
    keeps_order: bool = False,
    largest: int | None = None,
    total: int | None = None,
) -> list[Bar]:
    """The parts with the lengths of their bars and their share of the whole; those that are hidden come last."""
    top = largest or max((part.count or 0 for part in parts), default=0)
    made = [
        Bar(
            part.key,
            _part_words(part, words),
            part,
            "100" if part.nearly_all else share(part.count, top),
            round(100 * part.count / total) if part.count and total else None,
        )
        for part in parts
    ]
    if keeps_order:
        return made
    return sorted(
        made, key=lambda bar: (bar.part.hides, not bar.part.nearly_all, -(bar.part.count or 0), bar.words)
    )


def _part_words(part: Part, words: dict[str, str]) -> str:
    """How a part is called; those that are hidden have no name."""
    if not part.hides:
        return str(words.get(part.key, part.key))
    if part.count is None:
        return ngettext("%(count)s more", "%(count)s more", part.hides) % {"count": part.hides}
    return ngettext("%(count)s other", "%(count)s others together", part.hides) % {"count": part.hides}
