"""What changed between two revisions: clause by clause, and within a clause word by word. Pure.

Clauses are matched by their identity, never by their number. A clause of which more than 60 % changed is shown as
replaced: marks on nearly every word help nobody (Antragsgrün's rule of legibility).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

REPLACED_ABOVE = 0.6
TOKEN = re.compile(r"\s+|\w+(?:[’'\-]\w+)*|[^\w\s]", re.UNICODE)


@dataclass(frozen=True)
class Segment:
    """A run of words: "same", "inserted" or "deleted"."""

    kind: str
    text: str


@dataclass(frozen=True)
class ClauseChange:
    """One clause between two revisions.

    `what` is "same", "new", "removed", "reworded" or "replaced"; `moved` says that it stands elsewhere than before.
    `clause` is the newer state (the older one if it was removed), `old` the older one.
    """

    what: str
    moved: bool
    clause: dict[str, Any]
    old: dict[str, Any] | None
    text: list[Segment]
    remark: list[Segment]

    @property
    def changed(self) -> bool:
        return self.what != "same" or self.moved


@dataclass(frozen=True)
class SectionChange:
    """A section with its clauses in the newer order; removed ones stand where they stood."""

    title: str
    colour: str
    kind: str
    clauses: list[ClauseChange]


def word_changes(old: str, new: str) -> list[Segment]:
    """What became of a text, as runs of words; deletions stand before the insertions that replace them."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    segments: list[Segment] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            segments.append(Segment("same", "".join(after[j1:j2])))
            continue
        if i2 > i1:
            segments.append(Segment("deleted", "".join(before[i1:i2])))
        if j2 > j1:
            segments.append(Segment("inserted", "".join(after[j1:j2])))
    return _joined(segments)


def changed_share(segments: Sequence[Segment]) -> float:
    """The share of characters, of old and new together, that are not the same: 0 to 1."""
    same = sum(2 * len(s.text) for s in segments if s.kind == "same")
    other = sum(len(s.text) for s in segments if s.kind != "same")
    return other / (same + other) if same + other else 0.0


def _joined(segments: list[Segment]) -> list[Segment]:
    """Runs that only a blank separates become one, so that a reader meets whole phrases."""
    joined: list[Segment] = []
    pending: dict[str, str] = {"deleted": "", "inserted": ""}

    def flush() -> None:
        joined.extend(Segment(kind, text) for kind, text in pending.items() if text)
        pending.update(deleted="", inserted="")

    for number, segment in enumerate(segments):
        if segment.kind != "same":
            pending[segment.kind] += segment.text
        elif segment.text.isspace() and any(pending.values()) and number + 1 < len(segments):
            pending["deleted"] += segment.text if pending["deleted"] else ""
            pending["inserted"] += segment.text if pending["inserted"] else ""
            if not (pending["deleted"] and pending["inserted"]):
                _keep_blank(pending, segment.text)
        else:
            flush()
            joined.append(segment)
    flush()
    return joined


def _keep_blank(pending: dict[str, str], blank: str) -> None:
    """A blank kept beside a one-sided change stands on both sides, so that old and new texts can be read off."""
    for kind, text in pending.items():
        if not text:
            pending[kind] = blank


def old_text(segments: Sequence[Segment]) -> str:
    """The older text, read off the segments."""
    return "".join(s.text for s in segments if s.kind != "inserted")


def new_text(segments: Sequence[Segment]) -> str:
    """The newer text, read off the segments."""
    return "".join(s.text for s in segments if s.kind != "deleted")


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[SectionChange]:
    """What changed from one revision's content to another's, in the order of the newer one."""
    before = {c["id"]: (section["id"], c) for section in old["sections"] for c in section["clauses"]}
    moved = _moved(old, new)
    sections = []
    old_sections = {section["id"]: section for section in old["sections"]}
    kept = {clause["id"] for section in new["sections"] for clause in section["clauses"]}
    for section in new["sections"]:
        changes = [_clause_change(clause, before.get(clause["id"], (None, None))[1], moved) for clause in section["clauses"]]
        was = old_sections.pop(section["id"], None)
        if was:
            changes = _with_removed(changes, was["clauses"], kept)
        sections.append(SectionChange(section["title"], section["colour"], section["kind"], changes))
    for section in old_sections.values():
        gone = _with_removed([], section["clauses"], kept)
        sections.append(SectionChange(section["title"], section["colour"], section["kind"], gone))
    return sections


def _clause_change(new: dict[str, Any], old: dict[str, Any] | None, moved: set[str]) -> ClauseChange:
    if old is None:
        text, remark = [Segment("inserted", new["text"])], _whole("inserted", new)
        return ClauseChange("new", False, new, None, text, remark)
    text = word_changes(old["text"], new["text"])
    remark = word_changes(_remark(old), _remark(new))
    headings_differ = old["heading"] != new["heading"]
    what = "same"
    if changed_share(text) > REPLACED_ABOVE:
        what, text = "replaced", [Segment("deleted", old["text"]), Segment("inserted", new["text"])]
    elif headings_differ or any(s.kind != "same" for s in (*text, *remark)):
        what = "reworded"
    return ClauseChange(what, new["id"] in moved, new, old, text, remark)


def _with_removed(
    changes: list[ClauseChange], was: list[dict[str, Any]], kept: set[str]
) -> list[ClauseChange]:
    """The changes with the removed clauses put in after the clause that they followed."""
    result = list(changes)
    for number, clause in enumerate(was):
        if clause["id"] in kept:
            continue
        gone = ClauseChange(
            "removed", False, clause, clause, [Segment("deleted", clause["text"])], _whole("deleted", clause)
        )
        before = {c["id"] for c in was[:number]}
        place = max((i + 1 for i, c in enumerate(result) if c.clause["id"] in before), default=0)
        result.insert(place, gone)
    return result


def _moved(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """The clauses that stand elsewhere: not in the longest run of clauses that kept their order."""
    before = [(section["id"], c["id"]) for section in old["sections"] for c in section["clauses"]]
    after = [(section["id"], c["id"]) for section in new["sections"] for c in section["clauses"]]
    shared = {key for _section, key in before} & {key for _section, key in after}
    left = [entry for entry in before if entry[1] in shared]
    right = [entry for entry in after if entry[1] in shared]
    kept: set[str] = set()
    for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
        kept |= {key for _section, key in right[block.b : block.b + block.size]}
    return shared - kept


def _remark(clause: dict[str, Any]) -> str:
    return clause["remark"]["text"] if clause["remark"] else ""


def _whole(kind: str, clause: dict[str, Any]) -> list[Segment]:
    return [Segment(kind, _remark(clause))] if _remark(clause) else []
