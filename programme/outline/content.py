"""An outline as JSON, and the content of a programme as an outline."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from programme.outline.values import (
    KINDS,
    Day,
    Item,
    Outline,
    Part,
    Reading,
    joined,
    paragraphs,
    plain,
    plain_title,
)


def as_json(reading: Reading) -> dict[str, Any]:
    """What was understood, and which lines of the source were placed and which not."""
    outline = reading.outline
    return {
        "label": outline.label,
        "title": outline.title,
        "subtitle": outline.subtitle,
        "motto": outline.motto,
        "introduction": outline.introduction,
        "aims": outline.aims,
        "days": [
            {
                "date": day.date.isoformat(),
                "title": day.title,
                "description": day.description,
                "sessions": [item_as_json(item) for item in day.items],
                "lines": list(day.lines),
            }
            for day in outline.days
        ],
        "placed_lines": list(reading.placed),
        "unplaced": [
            {"line": gone.line, "text": gone.text, "reason": gone.reason} for gone in reading.unplaced
        ],
        "remarks": [{"line": remark.line, "words": remark.words} for remark in reading.remarks],
    }


def item_as_json(item: Item) -> dict[str, Any]:
    """An item with its children; `questions` holds those of all its parts, in order."""
    return {
        "starts": _clock(item.starts),
        "ends": _clock(item.ends),
        "title": item.title,
        "subtitle": item.subtitle,
        "kind": item.kind,
        "number": item.number,
        "minutes": item.minutes,
        "hosts": item.hosts,
        "description": item.description,
        "aim": item.aim,
        "points": list(item.points),
        "footnote": item.footnote,
        "questions": list(item.all_questions),
        "parts": [
            {
                "letter": part.letter,
                "title": part.title,
                "minutes": part.minutes,
                "questions": list(part.questions),
            }
            for part in item.parts
        ],
        "children": [item_as_json(child) for child in item.children],
        "lines": list(item.lines),
    }


def _clock(moment: time | None) -> str | None:
    return f"{moment:%H:%M}" if moment else None


def outline_of(content: dict[str, Any], *, label: str = "") -> Outline:
    """The content of a programme (a release's, or the draft's) as an outline, for writing it."""
    zone = ZoneInfo(content["edition"]["time_zone"])
    return Outline(
        label=plain(label),
        title=plain(content["edition"]["title"]),
        days=tuple(
            Day(
                date.fromisoformat(day["date"]),
                plain_title(day["title"]),
                text_of(day["aim"]),
                tuple(item_of(node, zone) for node in day["sessions"]),
            )
            for day in content["days"]
        ),
    )


def item_of(node: dict[str, Any], zone: ZoneInfo) -> Item:
    """A session of a programme's content as an item."""
    workshop = node.get("workshop") or {}
    return Item(
        kind=node["kind"] if node["kind"] in KINDS else "plenary",
        title=plain_title(node["title"]),
        subtitle=plain_title(node["subtitle"]),
        starts=_local(node["starts"], zone),
        ends=_local(node["ends"], zone) if node["starts"] else None,
        minutes=node["minutes"] or None,
        number=workshop.get("number") if node["kind"] == "workshop" else None,
        hosts=plain(node["hosts"]),
        description=text_of(node["description"]),
        aim=plain_title(workshop.get("aim", "")),
        footnote=text_of(node["footnote"]),
        points=tuple(words for point in node["points"] if (words := plain(str(point)))),
        parts=tuple(_part_of(part) for part in workshop.get("parts", ())),
        children=tuple(item_of(child, zone) for child in node["children"]),
    )


def _part_of(part: dict[str, Any]) -> Part:
    questions = tuple(words for question in part["questions"] if (words := plain(question)))
    return Part(part["letter"], plain_title(part["title"]), part["minutes"] or None, questions)


def text_of(text: str) -> str:
    """A text in the normal form of an outline."""
    return joined(paragraphs(text))


def _local(moment: str | None, zone: ZoneInfo) -> time | None:
    if not moment:
        return None
    local = datetime.fromisoformat(moment).astimezone(zone)
    return time(local.hour, local.minute)
