"""A group's hour: opened, moved from part to part, closed with the co-facilitator's summary."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, User
from academy.permissions import insist
from academy.text import tidy
from workshops.dots import close_part, verify_dots
from workshops.findings import OfAnotherGroup
from workshops.ledger import open_board
from workshops.models import Group, Part, Summary
from workshops.permissions import may_reopen, runs_group
from workshops.reading_back import end_reading, verify_sentences

SUMMARY_LENGTH = 4000


class AlreadyOpen(DomainError):
    """The board was opened before."""

    message = gettext_lazy("This board is open already.")


@transaction.atomic
def open_group(group: Group, *, by: User) -> Group:
    """Open the board, at its first part; a closed board is opened again by an organiser only.

    Raises:
        NotAllowed, AlreadyOpen
    """
    insist(runs_group(by, group))
    group = _locked(group)
    if group.state == Group.State.OPEN:
        raise AlreadyOpen
    insist(group.state == Group.State.PLANNED or may_reopen(by, group))
    verb = "board opened" if group.state == Group.State.PLANNED else "board opened again"
    group.state, group.closed_at = Group.State.OPEN, None
    first = group.workshop.parts.order_by("letter").first()
    if group.part is None and first is not None:
        group.part, group.part_ends_at = first, clock.now() + timedelta(minutes=first.minutes)
    group.save(update_fields=["state", "closed_at", "part", "part_ends_at"])
    record(group.workshop.edition, verb, group, by=by, content=group_words(group))
    announce("board changed", group=str(group.pk), number=group.head)
    return group


@transaction.atomic
def go_to_part(group: Group, part: Part, *, by: User) -> Group:
    """Move the room to a part of the workshop and start its clock; the dots of the part that is left are counted.

    Raises:
        NotAllowed, BoardClosed
        OfAnotherGroup: the part is not of this workshop.
    """
    insist(runs_group(by, group))
    if part.workshop_id != group.workshop_id:
        raise OfAnotherGroup
    group = open_board(group)
    if group.part_id and group.part_id != part.pk:
        close_part(group, Part.objects.get(pk=group.part_id), by=by)
    group.part, group.part_ends_at, group.part_left = (
        part,
        clock.now() + timedelta(minutes=part.minutes),
        None,
    )
    group.save(update_fields=["part", "part_ends_at", "part_left"])
    record(group.workshop.edition, "part begun", group, by=by, data={"part": part.letter})
    announce("board changed", group=str(group.pk), number=group.head)
    return group


@transaction.atomic
def close_group(group: Group, *, summary: str, by: User) -> Summary:
    """Close the board with the summary that is presented in the day's closing; all dots are counted.

    Raises:
        NotAllowed, BoardClosed, Invalid
    """
    insist(runs_group(by, group))
    words = tidy(summary, limit=SUMMARY_LENGTH, what=_("The summary"))
    group = open_board(group)
    written, _fresh = Summary.objects.update_or_create(
        group=group, defaults={"text": words, "written_at": clock.now()}
    )
    for part in group.workshop.parts.order_by("letter"):
        close_part(group, part, by=by)
    end_reading(group)
    group.state, group.closed_at = Group.State.CLOSED, clock.now()
    group.part_ends_at, group.part_left = None, None
    group.save(update_fields=["state", "closed_at", "part_ends_at", "part_left"])
    edition = group.workshop.edition
    record(edition, "summary written", written, by=by, content=summary_words(written))
    facts = {"findings": group.findings.count()}
    record(edition, "board closed", group, by=by, data=facts, content=group_words(group))
    announce("board changed", group=str(group.pk), number=group.head)
    return written


def group_words(group: Group) -> dict[str, str]:
    """What the history commits to of a group."""
    return {"state": group.state}


def summary_words(summary: Summary) -> dict[str, str]:
    """What the history commits to of a summary."""
    return {"group": str(summary.group_id), "text": summary.text}


def verify_closings(edition: Edition) -> Iterator[Mismatch]:
    """Yield the boards and summaries that are not as they were written."""
    met = Group.objects.filter(workshop__edition=edition).exclude(state=Group.State.PLANNED)
    yield from verify_contents(edition, Group, {str(row.pk): group_words(row) for row in met})
    summaries = Summary.objects.filter(group__workshop__edition=edition)
    yield from verify_contents(edition, Summary, {str(row.pk): summary_words(row) for row in summaries})
    yield from verify_dots(edition)
    yield from verify_sentences(edition)


def _locked(group: Group) -> Group:
    return (
        Group.objects.select_for_update(of=("self",))
        .select_related("workshop__edition", "part", "session")
        .get(pk=group.pk)
    )
