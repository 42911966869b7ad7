"""The sessions of a release one by one, with what each has of those it is part of. Pure.

Calendars, exchange files, tables and the API are made of entries: they know when a part without a time of its own
runs, in which languages, and how it is called apart from its parent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from programme.agenda import PARALLEL, moment
from programme.cleaning import clean, one_line


@dataclass(frozen=True)
class Entry:
    """A session of a release.

    `starts` and `ends` are its own times, else those of the session it is part of; both None if it has neither.
    `has_own_time` is False for a part that has just its parent's times. `position` counts from 0 among the parts.
    """

    node: dict[str, Any]
    day: dict[str, Any]
    parent: "Entry | None"
    position: int
    starts: datetime | None
    ends: datetime | None
    has_own_time: bool
    is_parallel: bool
    language: str = ""
    interpretation: tuple[str, ...] = field(default=())

    @property
    def id(self) -> str:
        return str(self.node["id"])

    @property
    def slug(self) -> str:
        return str(self.node["slug"])

    @property
    def date(self) -> date:
        """The date of its day in the programme, which is all that is known of a session without a time."""
        return date.fromisoformat(self.day["date"])

    @property
    def title(self) -> str:
        """In one line: "Workshop session 1 – Drivers and actors of commitment"; the address where no title is left."""
        title, subtitle = one_line(self.node["title"]) or self.slug, one_line(self.node["subtitle"])
        return f"{title} – {subtitle}" if subtitle else title

    @property
    def full_title(self) -> str:
        """Also with the session that it is part of: "Workshop session 1: Group 2"."""
        return f"{one_line(self.parent.node['title'])}: {self.title}" if self.parent else self.title

    @property
    def minutes(self) -> int | None:
        """The length: between its times, or as it says itself if it has none of its own."""
        said = self.node["minutes"]
        if said is not None and not self.has_own_time:
            return int(said)
        return int((self.ends - self.starts).total_seconds() // 60) if self.starts and self.ends else said


def entries_of(content: dict[str, Any]) -> list[Entry]:
    """Every session of a release in the order of the programme, parents before their parts.

    Frames that a filter left (see `programme.filtering.sift`) are among them, with their "is_frame".
    """
    return [
        entry
        for day in content["days"]
        for position, node in enumerate(day["sessions"])
        for entry in _with_parts(node, day, None, position)
    ]


def _with_parts(
    node: dict[str, Any], day: dict[str, Any], parent: Entry | None, position: int
) -> Iterator[Entry]:
    starts, ends = moment(node["starts"]), moment(node["ends"])
    if parent and not starts:
        starts, ends = parent.starts, parent.ends
    language, interpretation = node.get("language", ""), tuple(node.get("interpretation", ()))
    if parent and not language and not interpretation:
        language, interpretation = parent.language, parent.interpretation
    entry = Entry(
        node=node,
        day=day,
        parent=parent,
        position=position,
        starts=starts,
        ends=ends,
        has_own_time=parent is None or (starts, ends) != (parent.starts, parent.ends),
        is_parallel=parent is not None and node["kind"] in PARALLEL,
        language=language,
        interpretation=interpretation,
    )
    yield entry
    for place, child in enumerate(node["children"]):
        yield from _with_parts(child, day, entry, place)


def details(entry: Entry) -> str:
    """What there is to read about a session, as plain paragraphs; names of participants are not in it."""
    node = entry.node
    workshop = node.get("workshop") or {}
    points = "\n".join(f"- {one_line(point)}" for point in node["points"])
    paragraphs = [node["description"], points, workshop.get("aim", ""), *_questions(workshop), _parts(node)]
    if node["hosts"]:
        paragraphs.append(_("With %(hosts)s") % {"hosts": node["hosts"]})
    if languages := spoken(entry):
        paragraphs.append(languages)
    paragraphs.append(node["footnote"])
    return "\n\n".join(text for paragraph in paragraphs if (text := clean(paragraph).strip()))


def spoken(entry: Entry) -> str:
    """In which languages a session can be followed: "Language: en, with interpretation into fr, es"."""
    if not entry.language:
        return ""
    if not entry.interpretation:
        return _("Language: %(language)s") % {"language": entry.language}
    return _("Language: %(language)s, with interpretation into %(others)s") % {
        "language": entry.language,
        "others": ", ".join(entry.interpretation),
    }


def _questions(workshop: dict[str, Any]) -> Iterator[str]:
    """The parts of a workshop with their guiding questions."""
    for part in workshop.get("parts", []):
        heading = _("Part %(letter)s: %(title)s") % {
            "letter": part["letter"],
            "title": one_line(part["title"]),
        }
        yield "\n".join([heading, *(f"- {one_line(question)}" for question in part["questions"])])


def _parts(node: dict[str, Any]) -> str:
    """The titles of what a session is made of."""
    titles = []
    for child in node["children"]:
        title, subtitle = one_line(child["title"]), one_line(child["subtitle"])
        titles.append(f"- {title} – {subtitle}" if subtitle else f"- {title}")
    return "\n".join([_("Parts:"), *titles]) if titles else ""
