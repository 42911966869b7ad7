"""The words of a clause as amendments compare them: short title, text and remark, under one digest. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from academy.canonical import digest
from academy.word_changes import Segment, changed_share, word_changes
from outcome.revisions import clauses_of


@dataclass(frozen=True)
class Words:
    """What a clause says."""

    heading: str = ""
    text: str = ""
    remark: str = ""

    @property
    def digest(self) -> str:
        return digest(asdict(self))


@dataclass(frozen=True)
class Changes:
    """What becomes of a clause's words, as runs of words for each of its parts; parts without words are empty."""

    heading: list[Segment]
    text: list[Segment]
    remark: list[Segment]

    @property
    def is_empty(self) -> bool:
        return not _any_change([*self.heading, *self.text, *self.remark])

    @property
    def of_heading(self) -> bool:
        """Whether the short title changes."""
        return _any_change(self.heading)

    @property
    def of_remark(self) -> bool:
        """Whether the explanatory remark changes."""
        return _any_change(self.remark)


def _any_change(segments: Sequence[Segment]) -> bool:
    return any(segment.kind != "same" for segment in segments)


NOTHING = Words()


def words_of(clause: Mapping[str, Any]) -> Words:
    """The words of a clause as a revision's content holds it."""
    remark = clause["remark"]["text"] if clause["remark"] else ""
    return Words(clause["heading"], clause["text"], remark)


def words_by_clause(content: Mapping[str, Any] | None) -> dict[str, Words]:
    """{clause: its words} of a whole content; nothing for none."""
    return {clause["id"]: words_of(clause) for _section, clause in clauses_of(content)} if content else {}


def changes_between(before: Words, after: Words) -> Changes:
    """What changes from some words to others, word by word."""
    return Changes(
        word_changes(before.heading, after.heading),
        word_changes(before.text, after.text),
        word_changes(before.remark, after.remark),
    )


def reach(before: Words, after: Words) -> float:
    """How far a change goes: the share of characters that differ, 0 to 1."""
    changes = changes_between(before, after)
    return changed_share([*changes.heading, *changes.text, *changes.remark])
