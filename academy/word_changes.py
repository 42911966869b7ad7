"""What changed from one text to another, word by word. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

TOKEN = re.compile(r"\s+|\w+(?:[’'\-]\w+)*|[^\w\s]", re.UNICODE)


@dataclass(frozen=True)
class Segment:
    """A run of words: "same", "inserted" or "deleted"."""

    kind: str
    text: str


def word_changes(old: str, new: str) -> list[Segment]:
    """What became of a text, as runs of words; deletions stand before the insertions that replace them."""
    if old == new:  # most of what is compared; its words need not be told apart
        return [Segment("same", new)] if new else []
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    begins, ends = _shared(before, after)
    segments = [Segment("same", "".join(before[:begins]))] if begins else []
    before, rest, after = (
        before[begins : len(before) - ends],
        after[len(after) - ends :],
        after[begins : len(after) - ends],
    )
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            segments.append(Segment("same", "".join(after[j1:j2])))
            continue
        if i2 > i1:
            segments.append(Segment("deleted", "".join(before[i1:i2])))
        if j2 > j1:
            segments.append(Segment("inserted", "".join(after[j1:j2])))
    return _joined([*segments, Segment("same", "".join(rest))] if rest else segments)


def _shared(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """How many words both begin with, and how many of the others both end with: mostly all but a few."""
    shorter = min(len(before), len(after))
    begins = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    left = shorter - begins
    ends = next((n for n in range(left) if before[-1 - n] != after[-1 - n]), left)
    return begins, ends


def changed_share(segments: Sequence[Segment]) -> float:
    """The share of characters, of old and new together, that are not the same: 0 to 1."""
    same = sum(2 * len(s.text) for s in segments if s.kind == "same")
    other = sum(len(s.text) for s in segments if s.kind != "same")
    return other / (same + other) if same + other else 0.0


def _joined(segments: list[Segment]) -> list[Segment]:
    """Replacements that only blanks separate become one, so that a reader meets whole phrases."""
    joined: list[Segment] = []
    group: list[Segment] = []
    for segment in segments:
        if segment.kind == "same" and not (group and segment.text.isspace()):
            joined += [*_merged(group), segment]
            group = []
        else:
            group.append(segment)
    return joined + _merged(group)


def _merged(group: list[Segment]) -> list[Segment]:
    """A run of changes with the blanks between them, as one deletion before one insertion.

    Where words only came, or only went, nothing is joined: a blank would have to be marked as a change.
    """
    blanks_after = next((n for n, s in enumerate(reversed(group)) if s.kind != "same"), len(group))
    inner, after = group[: len(group) - blanks_after], group[len(group) - blanks_after :]
    if len({s.kind for s in inner} - {"same"}) < 2:
        return group
    return [Segment("deleted", old_text(inner)), Segment("inserted", new_text(inner)), *after]


def old_text(segments: Sequence[Segment]) -> str:
    """The older text, read off the segments."""
    return "".join(s.text for s in segments if s.kind != "inserted")


def new_text(segments: Sequence[Segment]) -> str:
    """The newer text, read off the segments."""
    return "".join(s.text for s in segments if s.kind != "deleted")
