"""What changed between two revisions: clause by clause, and within a clause word by word. Pure.

Clauses are matched by their identity, never by their number. A clause of which more than 60 % changed is shown as
replaced: marks on nearly every word help nobody (Antragsgrün's rule of legibility).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from academy.word_changes import Segment, changed_share, word_changes

REPLACED_ABOVE = 0.6
COUNTED = ("new", "removed", "reworded", "replaced", "moved", "resourced", "unchanged")


@dataclass(frozen=True)
class ClauseChange:
    """One clause between two revisions.

    `what` is "same", "new", "removed", "reworded" or "replaced"; `moved` says that it stands elsewhere than before.
    `clause` is the newer state (the older one if it was removed), `old` the older one. `cited` and `uncited` are the
    sources that came and went; one whose wording or relation changed is in both.
    """

    what: str
    moved: bool
    clause: dict[str, Any]
    old: dict[str, Any] | None
    text: list[Segment]
    remark: list[Segment]
    heading: list[Segment] = field(default_factory=list)
    cited: list[dict[str, Any]] = field(default_factory=list)
    uncited: list[dict[str, Any]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return self.what != "same" or self.moved or self.resourced

    @property
    def resourced(self) -> bool:
        """Whether a clause that was there and still is rests on other findings than before."""
        return self.what not in ("new", "removed") and bool(self.cited or self.uncited)


@dataclass(frozen=True)
class SectionChange:
    """A section with its clauses in the newer order; removed ones stand where they stood."""

    title: str
    colour: str
    kind: str
    clauses: list[ClauseChange]

    @property
    def changed(self) -> bool:
        return any(change.changed for change in self.clauses)


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[SectionChange]:
    """What changed from one revision's content to another's, in the order of the newer one."""
    before = {c["id"]: (section["id"], c) for section in old["sections"] for c in section["clauses"]}
    moved = _moved(old, new)
    sections = []
    old_sections = {section["id"]: section for section in old["sections"]}
    kept = {clause["id"] for section in new["sections"] for clause in section["clauses"]}
    for section in new["sections"]:
        changes = [
            _clause_change(clause, before.get(clause["id"], (None, None))[1], moved)
            for clause in section["clauses"]
        ]
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
        return _whole_change("new", "inserted", new)
    text = word_changes(old["text"], new["text"])
    remark = word_changes(_remark(old), _remark(new))
    heading = word_changes(old["heading"], new["heading"])
    what = "same"
    if changed_share(text) > REPLACED_ABOVE:
        what, text = "replaced", [Segment("deleted", old["text"]), Segment("inserted", new["text"])]
    elif any(s.kind != "same" for s in (*heading, *text, *remark)):
        what = "reworded"
    cited = [source for source in new["sources"] if source not in old["sources"]]
    uncited = [source for source in old["sources"] if source not in new["sources"]]
    return ClauseChange(what, new["id"] in moved, new, old, text, remark, heading, cited, uncited)


def _whole_change(what: str, kind: str, clause: dict[str, Any]) -> ClauseChange:
    """A clause that came or went as a whole."""
    remark, heading = (
        [Segment(kind, words)] if words else [] for words in (_remark(clause), clause["heading"])
    )
    old = clause if what == "removed" else None
    return ClauseChange(what, False, clause, old, [Segment(kind, clause["text"])], remark, heading)


def _with_removed(
    changes: list[ClauseChange], was: list[dict[str, Any]], kept: set[str]
) -> list[ClauseChange]:
    """The changes with the removed clauses put in after the clause that they followed."""
    result = list(changes)
    for number, clause in enumerate(was):
        if clause["id"] in kept:
            continue
        gone = _whole_change("removed", "deleted", clause)
        before = {c["id"] for c in was[:number]}
        place = max((i + 1 for i, c in enumerate(result) if c.clause["id"] in before), default=0)
        result.insert(place, gone)
    return result


def _moved(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """The clauses that stand elsewhere: in another section, or not in the longest run that kept its order."""
    before = [(section["id"], c["id"]) for section in old["sections"] for c in section["clauses"]]
    after = [(section["id"], c["id"]) for section in new["sections"] for c in section["clauses"]]
    places = {entry: place for place, entry in enumerate(before)}
    stayed = [entry for entry in after if entry in places]
    kept = _longest_run([places[entry] for entry in stayed])
    in_order = {key for entry, key in stayed if places[(entry, key)] in kept}
    shared = {key for _section, key in before} & {key for _section, key in after}
    return shared - in_order


def _longest_run(places: Sequence[int]) -> set[int]:
    """The longest increasing subsequence of distinct numbers (patience sorting), as a set."""
    tops: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        pile = bisect_left(tops, place)
        before[place] = tops[pile - 1] if pile else None
        tops[pile : pile + 1] = [place]
    run: set[int] = set()
    last = tops[-1] if tops else None
    while last is not None:
        run.add(last)
        last = before[last]
    return run


def _remark(clause: dict[str, Any]) -> str:
    return clause["remark"]["text"] if clause["remark"] else ""


def counts_of(sections: Sequence[SectionChange]) -> dict[str, int]:
    """How many clauses are new, removed, reworded, replaced, moved, rest on other findings, and are unchanged.

    A clause that moved and was reworded is counted under both.
    """
    counts: Counter[str] = Counter()
    for change in (change for section in sections for change in section.clauses):
        if change.what != "same":
            counts[change.what] += 1
        counts["moved"] += change.moved
        counts["resourced"] += change.resourced
        counts["unchanged"] += not change.changed
    return {what: counts[what] for what in COUNTED}
