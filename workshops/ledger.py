"""A group's ledger: every change of a finding as one numbered line, in the order of the commits.

The number is taken from the group's row, which stays locked until the commit; so a reader who has seen number n and
asks for what came after it misses nothing.
"""

from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Any
from uuid import UUID

from cachetools import LRUCache
from django.utils.translation import gettext_lazy as _

from academy import clock
from academy.announcements import announce
from academy.canonical import digest_or_none
from academy.errors import DomainError
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, HistoryEntry, User
from workshops.models import Finding, FindingEvent, Group

PAGE = 200
_lines: LRUCache[tuple[UUID, int, int], list[dict[str, Any]]] = LRUCache(maxsize=64)
_reading = Lock()


class BoardClosed(DomainError):
    """The group's board takes no findings now."""

    message = _("The board of this group is not open. Nothing was changed.")


def open_board(group: Group) -> Group:
    """The group's row, locked for a write on its board; call it inside the rule's transaction.

    Raises:
        BoardClosed: the board is not open.
    """
    locked = (
        Group.objects.select_for_update(of=("self",))
        .select_related("workshop__edition", "session", "workshop")
        .get(pk=group.pk)
    )
    if locked.state != Group.State.OPEN:
        raise BoardClosed
    return locked


def next_number(group: Group) -> int:
    """Take the next number of a locked group's ledger."""
    group.head += 1
    group.save(update_fields=["head"])
    return group.head


def append(group: Group, number: int, finding: Finding, verb: str, *, by: User | None) -> FindingEvent:
    """Write a line of the ledger with the finding as it now is, its history, and announce the number."""
    content = snapshot(finding)
    event = FindingEvent.objects.create(
        group=group, number=number, finding=finding, verb=verb, data=content, at=clock.now()
    )
    record(
        group.workshop.edition,
        f"finding {verb}",
        finding,
        by=by,
        data={"group": str(group.pk), "event": number},
        content=content,
    )
    announce("board changed", group=str(group.pk), number=number)
    return event


def snapshot(finding: Finding) -> dict[str, Any]:
    """A finding as readers of the board may see it: everything but who said it.

    What came to findings later stands in it only where it is so: what the history wrote down of others stays true.
    """
    content: dict[str, Any] = {
        "id": str(finding.pk),
        "number": finding.number,
        "part": str(finding.part_id),
        "question": str(finding.question_id) if finding.question_id else None,
        "kind": finding.kind,
        "text": finding.text,
        "language": finding.language,
        "state": finding.state,
        "merged_into": str(finding.merged_into_id) if finding.merged_into_id else None,
        "reason": finding.reason,
    }
    if finding.split_from_id:
        content["split_from"] = str(finding.split_from_id)
    if finding.on_behalf:
        content["on_behalf"] = True
    return content


def events_after(group: Group, number: int) -> list[dict[str, Any]]:
    """The lines of the ledger after this number, oldest first, at most `PAGE` of them."""
    return _lines_of(FindingEvent.objects.filter(group=group, number__gt=number).order_by("number")[:PAGE])


def lines_with(group: Group, number: int) -> list[dict[str, Any]]:
    """The line of this number, as in `events_after`; nothing if there is none."""
    return _lines_of(FindingEvent.objects.filter(group=group, number=number))


def _lines_of(events: Iterable[FindingEvent]) -> list[dict[str, Any]]:
    return [{"number": event.number, "verb": event.verb, "finding": event.data} for event in events]


def lines_up_to_head(group: Group, number: int) -> list[dict[str, Any]]:
    """The lines after a number and up to the group's last, as `events_after`; asked again, from memory.

    Many ask for the same lines at once, after a connection broke; what is committed of them never changes.
    """
    if number >= group.head:
        return []
    key = (group.pk, number, group.head)
    with _reading:
        kept = _lines.get(key)
    if kept is None:
        kept = [event for event in events_after(group, number) if event["number"] <= group.head]
        with _reading:
            _lines[key] = kept
    return kept


def forget_lines() -> None:
    """Forget the lines that are kept in memory, when the database was put back to an earlier state."""
    with _reading:
        _lines.clear()


def verify_findings(edition: Edition) -> Iterator[Mismatch]:
    """Yield the findings whose words are not those that the history last wrote down."""
    findings = Finding.objects.of_edition(edition).unattributed()
    yield from verify_contents(edition, Finding, {str(f.pk): snapshot(f) for f in findings.iterator()})
    yield from _verify_ledgers(edition)


def _verify_ledgers(edition: Edition) -> Iterator[Mismatch]:
    """Yield the lines of the ledgers that are not those that the history wrote down, and those that are missing."""
    written = {
        (data["group"], data["event"]): data["content"]
        for data in HistoryEntry.objects.filter(edition=edition, object_type="workshops.finding")
        .values_list("data", flat=True)
        .iterator()
        if "event" in data
    }
    events = FindingEvent.objects.filter(group__workshop__edition=edition).values_list(
        "group", "number", "data"
    )
    for group, number, data in events.iterator():
        if digest_or_none(data) != written.pop((str(group), number), None):
            yield Mismatch(
                f"line {number} of the ledger of group {group}", "it is not what the history wrote down"
            )
    for group, number in written:
        yield Mismatch(
            f"line {number} of the ledger of group {group}", "the history knows it, but it is gone"
        )
