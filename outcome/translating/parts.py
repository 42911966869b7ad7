"""The parts of a revision that are translated one by one: its head, its sections' titles, its clauses. Pure.

A clause keeps its key, its number and its name in addresses in every language, so that the versions stand aligned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outcome.publishing.publication import named_clauses
from outcome.translating.marks import has_marks, typed_lines

HEAD = "head"
# The words that pages and prints put around the text; a translation says them in its language.
ENCOURAGEMENT, REMARK = "Encouragement", "Explanatory remark."
NOTICE = "This is a translation. The authoritative text is in English."
# What every field is called, and how long its translation may be.
FIELDS: dict[str, tuple[Promise, int]] = {
    "title": (_("Title"), 400),
    "lead": (_("Opening words"), 2000),
    "encouragement": (_("The word for an encouragement"), 80),
    "remark_word": (_("The words before an explanatory remark"), 80),
    "notice": (_("A sentence that says that it is a translation"), 300),
    "heading": (_("Short title"), 240),
    "text": (_("Text"), 8000),
    "remark": (_("Explanatory remark"), 8000),
}
OPTIONAL = frozenset({"notice"})
LONG = frozenset({"lead", "text", "remark"})


@dataclass(frozen=True)
class Part:
    """A part of the authoritative text: its key, its name in addresses, and its words by field.

    Args:
        kind: "head", "section" or "clause".
        name: "e7", "p2" or "s1"; "head" for the head.
        section: the title of the section that it belongs to.
        has_lists: whether its text is partly a list, whose lines begin with "- " or "1. ".
        marked: the fields with emphasis or links, whose words are those that are typed (`marks.py`).
    """

    key: str
    kind: str
    name: str
    fields: Mapping[str, str]
    number: int | None = None
    section: str = ""
    colour: str = "slate"
    has_lists: bool = False
    marked: frozenset[str] = frozenset()

    @property
    def is_clause(self) -> bool:
        return self.kind == "clause"

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields without which the part is not translated."""
        return tuple(name for name in self.fields if name not in OPTIONAL)


def parts_of(content: Mapping[str, Any]) -> list[Part]:
    """The parts of a revision's content, in order: the head, then each section that has clauses, with them."""
    names = {clause["id"]: name for name, clause in named_clauses(content)}
    parts = [Part(HEAD, "head", HEAD, head_fields(content))]
    for place, section in enumerate(content["sections"], start=1):
        if not section["clauses"]:
            continue
        title, colour = section["title"], section["colour"]
        parts.append(Part(section["id"], "section", f"s{place}", {"title": title}, None, title, colour))
        parts += [_clause(clause, names[clause["id"]], title, colour) for clause in section["clauses"]]
    return parts


def head_fields(content: Mapping[str, Any]) -> dict[str, str]:
    """The title, the opening words if there are any, and the words that are put around the text."""
    clauses = [clause for section in content["sections"] for clause in section["clauses"]]
    fields = {"title": content["title"]}
    if content["lead"]:
        fields["lead"] = content["lead"]
    if any(clause["number"] for clause in clauses):
        fields["encouragement"] = ENCOURAGEMENT
    if any(clause["remark"] for clause in clauses):
        fields["remark_word"] = REMARK
    return {**fields, "notice": NOTICE}


def _clause(clause: Mapping[str, Any], name: str, section: str, colour: str) -> Part:
    bodies = {"text": clause, "remark": clause["remark"] or {}}
    lines = {field: body.get("formats") or () for field, body in bodies.items()}
    marked = frozenset(field for field, formats in lines.items() if has_marks(formats))
    said = {
        field: typed_lines(lines[field]) if field in marked else body.get("text", "")
        for field, body in bodies.items()
    }
    fields = {field: words for field, words in {"heading": clause["heading"], **said}.items() if words}
    has_lists = any(line["kind"] != "paragraph" for formats in lines.values() for line in formats)
    return Part(clause["id"], "clause", name, fields, clause["number"], section, colour, has_lists, marked)
