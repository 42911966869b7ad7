"""Filters of the programme: which sessions an address asks for. Pure: takes values, returns values.

The agenda, the calendars and the files read the same parameters, so that "this view as a calendar" is the same
query on another address:

    ?day=2022-02-03       sessions that start on this date in the zone of the page (calendars: the academy's)
    ?strand=drivers       of this strand (its address)
    ?kind=panel           of this kind
    ?language=fr          spoken in this language or interpreted into it
    ?person=Ada+Example   with this person in any role: a guest by name, a participant by the name shown today
    ?q=budget+rights      in which every word stands (titles, texts, questions, materials, people), whatever its accents
    ?show=workshops       or plenaries, interpretation (sessions with any), mine, starred

All that are given must hold for the same session. In use:

    filters = Filters.parse(request.GET, release.content)             # raises NoSuchFilter (404, in words)
    content = sift(release.content, filters, zone=zone, people=shown_people(release.content), own=…, starred=…)
    choices = choices_of(release.content, people)                     # what the selects of a page offer

`sift` returns content of the same shape, for `agenda_days` and everything else that reads a release.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from academy.errors import DomainError
from academy.ordering import sort_key
from academy.text import has_forbidden_characters
from programme.agenda import SHOWN_KINDS, moment
from programme.models import Session
from programme.people import Shown, people_of

Node = dict[str, Any]

# What `?show=` may ask for. The personal ones need to know who asks.
STARRED = "starred"
PERSONAL = frozenset({"mine", STARRED})
SHOWS = PERSONAL | SHOWN_KINDS.keys() | {"interpretation"}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
LONGEST = 200


class NoSuchFilter(DomainError):
    """The address asks for something that the programme cannot be narrowed to."""

    status = 404
    message = _("The programme cannot be narrowed like this.")


@dataclass(frozen=True)
class Filters:
    """What was asked for; an empty field asks for nothing in particular.

    `str(filters)` is the query that asks for the same again: "strand=drivers&show=workshops", "" for everything.
    """

    day: date | None = None
    strand: str = ""
    kind: str = ""
    language: str = ""
    person: str = ""
    q: str = ""
    show: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, Any], content: dict[str, Any]) -> Self:
        """The filters of an address's query; other parameters are somebody else's.

        Args:
            query: such as `request.GET`; of a repeated parameter the last counts.
            content: of the release that is narrowed; it says which strands there are.

        Raises:
            NoSuchFilter: a date that is none, an unknown strand, kind or show, no language, control characters.
        """
        said = {name: _plain(query.get(name)) for name in cls.__dataclass_fields__}
        day = _date(said.pop("day"))
        strands = {strand["slug"] for strand in content["strands"]}
        _insist(not said["strand"] or said["strand"] in strands, _("The programme has no such strand."))
        _insist(
            not said["kind"] or said["kind"] in Session.Kind.values, _("There are no sessions of this kind.")
        )
        _insist(
            not said["language"] or LANGUAGE.fullmatch(said["language"]),
            _("A language is written as en, fr or pt-BR."),
        )
        _insist(
            not said["show"] or said["show"] in SHOWS,
            _("The programme can be narrowed to mine, starred, workshops, plenaries or interpretation."),
        )
        return cls(day=day, **said)

    def __str__(self) -> str:
        return urlencode(
            {name: str(value) for name in self.__dataclass_fields__ if (value := getattr(self, name))}
        )

    def __bool__(self) -> bool:
        """Whether anything in particular is asked for."""
        return self != type(self)()

    @property
    def narrows(self) -> bool:
        """Whether fewer sessions are asked for than those of a day."""
        return replace(self, day=None) != type(self)()

    @property
    def is_detailed(self) -> bool:
        """Whether something is asked for beyond `day` and `show`."""
        return replace(self, day=None, show="") != type(self)()

    @property
    def is_personal(self) -> bool:
        """Whether the answer depends on who asks."""
        return self.show in PERSONAL


@dataclass(frozen=True)
class Choices:
    """What there is to choose from: dates, strands as a release has them, and kinds, languages, names in order."""

    days: list[date]
    strands: list[dict[str, Any]]
    kinds: list[str]
    languages: list[str]
    people: list[str]
    has_interpretation: bool


def sift(
    content: dict[str, Any],
    filters: Filters,
    *,
    zone: ZoneInfo,
    people: Mapping[str, Shown],
    own: frozenset[str] = frozenset(),
    starred: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The content with only the sessions that were asked for; days without any are left out.

    A session that matches keeps all its parts. One that does not stays as the frame of those of its parts that do,
    and has "is_frame": True. Without filters the content itself is returned.

    Args:
        zone: in whose dates `filters.day` is meant.
        people: as `programme.people.shown_people` gives it, so that nobody is found by a name that is not shown.
        own: ids of the viewer's own sessions, for show=mine; `starred` for show=starred.

    Raises:
        NoSuchFilter: nothing starts on that day.
    """
    if not filters:
        return content
    is_wanted = _predicate(filters, people, {"mine": own, "starred": starred}.get(filters.show, frozenset()))
    days = [{**day, "sessions": _on_day(day, filters.day, zone)} for day in content["days"]]
    _insist(
        filters.day is None or any(day["sessions"] for day in days),
        _("The academy has no sessions on that day."),
    )
    sifted = [
        {**day, "sessions": kept}
        for day in days
        if (kept := [node for item in day["sessions"] if (node := _pruned(item, None, is_wanted))])
    ]
    return {**content, "days": sifted}


def choices_of(content: dict[str, Any], people: Mapping[str, Shown]) -> Choices:
    """What a programme can be narrowed to, so that a page offers nothing that finds nothing."""
    nodes = [node for day in content["days"] for item in day["sessions"] for node in _with_parts(item)]
    kinds = {node["kind"] for node in nodes}
    strands = {node["strand"] for node in nodes}
    languages = {language for node in nodes for language in _languages(node) if language}
    names = {person.name for node in nodes for person in people_of(node, people)}
    return Choices(
        days=[date.fromisoformat(day["date"]) for day in content["days"]],
        strands=[strand for strand in content["strands"] if strand["slug"] in strands],
        kinds=[kind for kind in Session.Kind.values if kind in kinds],
        languages=sorted(languages),
        people=sorted(names, key=sort_key),
        has_interpretation=any(node.get("interpretation") for node in nodes),
    )


def _plain(value: Any) -> str:
    """A parameter's text in one Unicode form, without blanks around it.

    Raises:
        NoSuchFilter: it is too long, or holds characters that nobody types.
    """
    text = unicodedata.normalize("NFC", str(value or "")).strip()
    _insist(
        len(text) <= LONGEST and not has_forbidden_characters(text),
        _("A filter is a plain text of at most 200 characters."),
    )
    return text


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise NoSuchFilter(_("A day is written as 2022-02-03.")) from error
    _insist(found.isoformat() == text, _("A day is written as 2022-02-03."))
    return found


def _insist(holds: object, message: Any) -> None:
    if not holds:
        raise NoSuchFilter(message)


def _on_day(day: dict[str, Any], wanted: date | None, zone: ZoneInfo) -> list[Node]:
    """The items of a programme day that start on a date in a zone; those without a time are on the day's own."""
    if wanted is None:
        return list(day["sessions"])
    fallback = date.fromisoformat(day["date"])

    def falls_on(item: Node) -> date:
        starts = moment(item["starts"])
        return starts.astimezone(zone).date() if starts else fallback

    return [item for item in day["sessions"] if falls_on(item) == wanted]


def _pruned(item: Node, parent: Node | None, is_wanted: Callable[[Node], bool]) -> Node | None:
    """The item with all its parts, or as the frame of those that are wanted, or None."""
    heir = {**item, **_inherited(item, parent)}
    if is_wanted(heir):
        return item
    children = [node for child in item["children"] if (node := _pruned(child, heir, is_wanted))]
    return {**item, "children": children, "is_frame": True} if children else None


def _inherited(item: Node, parent: Node | None) -> Node:
    """What a part has of the session it is part of: its languages, unless it says its own."""
    own = {"language": item.get("language", ""), "interpretation": item.get("interpretation", [])}
    if parent is None or own["language"] or own["interpretation"]:
        return own
    return {"language": parent["language"], "interpretation": parent["interpretation"]}


def _predicate(
    filters: Filters, people: Mapping[str, Shown], personal: frozenset[str]
) -> Callable[[Node], bool]:
    """Whether a node (with its languages inherited) is what was asked for, apart from the day."""
    words = plain_words(filters.q).split()
    person, language = plain_words(filters.person), filters.language.casefold()
    checks: list[Callable[[Node], bool]] = []
    if filters.strand:
        checks.append(lambda node: node["strand"] == filters.strand)
    if filters.kind:
        checks.append(lambda node: node["kind"] == filters.kind)
    if language:
        checks.append(lambda node: language in _languages(node))
    if filters.show == "interpretation":
        checks.append(lambda node: bool(node["interpretation"]))
    elif filters.show in PERSONAL:
        checks.append(lambda node: node["id"] in personal)
    elif filters.show:
        checks.append(lambda node: node["kind"] in SHOWN_KINDS[filters.show])
    if person:
        checks.append(lambda node: person in {plain_words(who.name) for who in people_of(node, people)})
    if words:
        checks.append(lambda node: _says(node, words, people))
    return lambda node: all(check(node) for check in checks)


def _says(node: Node, words: list[str], people: Mapping[str, Shown]) -> bool:
    """Whether every word stands somewhere in what a session says of itself."""
    workshop = node.get("workshop") or {}
    texts = [
        node["title"],
        node["subtitle"],
        node["description"],
        node["footnote"],
        node["hosts"],
        *node["points"],
    ]
    texts += [workshop.get("title", ""), workshop.get("aim", "")]
    for part in workshop.get("parts", []):
        texts += [part["title"], *part["questions"]]
    texts += [material["title"] for material in node.get("materials", [])]
    for who in people_of(node, people):
        texts += [who.name, who.organisation, who.biography]
    said = plain_words("\n".join(texts))
    return all(word in said for word in words)


def plain_words(text: str) -> str:
    """A text for comparing: without case and accents, so that "Zoe" finds "Zoë"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _languages(node: Node) -> set[str]:
    """The languages in which a session can be followed, in lower case."""
    return {language.casefold() for language in (node.get("language", ""), *node.get("interpretation", []))}


def _with_parts(item: Node) -> list[Node]:
    return [item, *(node for child in item["children"] for node in _with_parts(child))]
