"""The summary of a day as a PDF. What the groups found is handed to Typst as data, never as markup."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programme.cleaning import clean, one_line
from workshops.models import Thought
from workshops.slides import Said, said_of
from workshops.summing_up import DaySummary, LeftOut, Part
from workshops.twins.lines import Line

SOURCE = Path(__file__).parent / "summary.typ"


def summary_pdf(summary: DaySummary, thoughts: Sequence[Thought], *, address: str) -> bytes:
    """The summary of a day as PDF bytes.

    Args:
        thoughts: those that are published.
        address: where it is to be read online, for the foot of each page.
    """
    day = summary.day
    data = {
        "title": _("Summary of the workshop findings"),
        "subtitle": one_line(day.title),
        "label": f"{one_line(day.short_title)} · {date_format(day.date, 'j F Y')}",
        "edition": one_line(day.edition.title),
        "colour": day.colour,
        "address": address,
        "language": (get_language() or "en").split("-")[0],
        "words": {
            "page": _("page"),
            "thoughts": _("Thoughts on the day"),
            "left_out": _("Left out, and why"),
        },
        "workshops": [_workshop(part) for part in summary.parts],
        "waiting": _waiting(summary),
        "thoughts": [
            {
                "text": clean(thought.text),
                "by": one_line(", ".join(filter(None, (thought.speaker, thought.affiliation)))),
            }
            for thought in thoughts
        ],
    }
    return typst.compile(SOURCE.read_bytes(), sys_inputs={"summary": json.dumps(data)}, format="pdf")


def _waiting(summary: DaySummary) -> str:
    if not summary.waiting:
        return ""
    names = ", ".join(one_line(group.name) for group in summary.waiting)
    return _("Not closed yet: %(names)s.") % {"names": names}


def _workshop(part: Part) -> dict[str, Any]:
    workshop = part.twins.workshop
    agreed = _("What both groups said") if len(part.twins.groups) == 2 else _("What several groups said")
    chapters = [
        {"title": agreed, "lines": _lines(part.agreement)},
        {"title": _("Where the groups contradict each other"), "lines": _lines(part.dissent)},
        *(
            {"title": _("Only in %(group)s") % {"group": one_line(group.name)}, "lines": _lines(lines)}
            for group, lines in part.of_each
        ),
    ]
    title = _("Workshop %(number)s: %(title)s") % {"number": workshop.number, "title": workshop.title}
    return {
        "title": one_line(title),
        "colour": workshop.strand.colour,
        "summaries": [
            {"group": one_line(group.name), "text": clean(group.summary.text)} for group in part.closed
        ],
        "chapters": [chapter for chapter in chapters if chapter["lines"]],
        "left_out": [_left_out(each) for each in part.with_reason],
    }


def _lines(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [_said(said_of(line)) for line in lines]


def _said(said: Said) -> dict[str, Any]:
    return {
        "texts": [
            {"group": one_line(group), "language": language.split("-")[0], "text": one_line(text)}
            for group, language, text in said.texts
        ],
        "words": " · ".join(said.words),
    }


def _left_out(each: LeftOut) -> dict[str, Any]:
    return _said(said_of(each.line)) | {"reason": one_line(each.reason)}
