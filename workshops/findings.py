"""Findings: noted, reworded, agreed, parked, merged. Nothing is deleted; every change is a line of the ledger."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid, NotAllowed
from academy.models import User
from academy.permissions import insist, participation
from academy.text import tidy
from workshops.ledger import append, next_number, open_board
from workshops.models import FINDING_LENGTH, Finding, FindingEvent, Group, GuidingQuestion, Part
from workshops.permissions import may_reword, runs_group, sits_in


class OfAnotherGroup(Invalid):
    """The part, question or finding belongs to another workshop or group."""

    message = gettext_lazy("This does not belong to this group. Nothing was changed.")


class IntoItself(OfAnotherGroup):
    """A finding was to be merged into itself."""

    message = gettext_lazy("This is the number of the finding itself. Please give that of another one.")


class WritingIsForLeads(NotAllowed):
    """The moderator does not let participants write, or not any more."""

    message = gettext_lazy(
        "Your moderator and co-facilitator write on this board now. Nothing was saved; say it in the call."
    )


class AlreadyMerged(DomainError):
    """A merged finding stands for another one and is not changed."""

    message = gettext_lazy("This finding was merged into another one. Change that one instead.")


class StandsForOthers(DomainError):
    """A finding that others were merged into is not merged itself."""

    message = gettext_lazy(
        "Others were merged into this finding, so it stays. Merge the other one into it instead."
    )


@transaction.atomic
def note_finding(
    group: Group,
    *,
    key: UUID,
    part: Part,
    question: GuidingQuestion | None,
    kind: str,
    text: str,
    language: str = "en",
    on_behalf: bool = False,
    by: User,
) -> Finding:
    """Write down what the group found. Repeated with the same key, it is the same finding.

    Args:
        key: made by the client, so that a write whose answer was lost can be repeated.
        on_behalf: for somebody without a connection, by those who run the group; it has no author.

    Raises:
        NotAllowed, WritingIsForLeads, BoardClosed, Invalid
        OfAnotherGroup: the part or question is not of this workshop, or the key is taken by another group.
    """
    runs = runs_group(by, group)
    insist(runs if on_behalf else runs or sits_in(by, group))
    # A write that arrived is acknowledged again, also after the board was closed or writing was taken back.
    if known := Finding.objects.filter(pk=key).first():
        return _same(known, group)
    words = tidy(text, limit=FINDING_LENGTH, what=_("The finding"))
    insist_on_place(group, part, question)
    _insist_on_kind(kind)
    group = open_board(group)
    if not (runs or group.participants_write):
        raise WritingIsForLeads
    if known := Finding.objects.filter(pk=key).first():
        return _same(known, group)
    finding = Finding.objects.create(
        id=key,
        group=group,
        part=part,
        question=question,
        number=next_number(group),
        kind=kind,
        text=words,
        language=language,
        author=None if on_behalf else participation(by, group.workshop.edition),
        on_behalf=on_behalf,
        noted_at=clock.now(),
    )
    append(group, finding.number, finding, FindingEvent.Verb.NOTED, by=by)
    return finding


def insist_on_place(group: Group, part: Part, question: GuidingQuestion | None) -> None:
    """Refuse a part or question of another workshop.

    Raises:
        OfAnotherGroup: it is.
    """
    if part.workshop_id != group.workshop_id or (question and question.part_id != part.pk):
        raise OfAnotherGroup


def _insist_on_kind(kind: str) -> None:
    if kind not in Finding.Kind.values:
        raise Invalid(_("Please choose what kind of finding this is."))


def _same(finding: Finding, group: Group) -> Finding:
    if finding.group_id != group.pk:
        raise OfAnotherGroup
    return finding


@transaction.atomic
def reword_finding(finding: Finding, *, text: str, by: User) -> Finding:
    """Change the words; the earlier ones stay in the ledger. Who noted it may too, until the room has agreed.

    Raises:
        NotAllowed, BoardClosed, Invalid, AlreadyMerged
    """
    insist(runs_group(by, finding.group) or sits_in(by, finding.group))
    words = tidy(text, limit=FINDING_LENGTH, what=_("The finding"))
    group = open_board(finding.group)
    fresh = Finding.objects.get(pk=finding.pk)
    if fresh.state == Finding.State.MERGED:
        raise AlreadyMerged
    insist(may_reword(by, group, fresh))
    fresh.text = words
    return change(group, fresh, FindingEvent.Verb.REWORDED, by=by)


@transaction.atomic
def agree_on_finding(finding: Finding, *, by: User) -> Finding:
    """Keep that the room agrees with the finding.

    Raises:
        NotAllowed, BoardClosed, AlreadyMerged
    """
    group, finding = open_finding(finding, by=by)
    finding.state, finding.reason = Finding.State.AGREED, ""
    return change(group, finding, FindingEvent.Verb.AGREED, by=by)


@transaction.atomic
def park_finding(finding: Finding, *, reason: str, by: User) -> Finding:
    """Put a finding aside in the room, with the reason.

    Raises:
        NotAllowed, BoardClosed, Invalid, AlreadyMerged
    """
    words = tidy(reason, limit=300, what=_("The reason"))
    group, finding = open_finding(finding, by=by)
    finding.state, finding.reason = Finding.State.PARKED, words
    return change(group, finding, FindingEvent.Verb.PARKED, by=by)


@transaction.atomic
def reopen_finding(finding: Finding, *, by: User) -> Finding:
    """Take back that a finding was agreed or parked; one that was merged stands for itself again.

    Raises:
        NotAllowed, BoardClosed
    """
    insist(runs_group(by, finding.group))
    group = open_board(finding.group)
    fresh = Finding.objects.get(pk=finding.pk)
    fresh.state, fresh.reason, fresh.merged_into = Finding.State.NOTED, "", None
    return change(group, fresh, FindingEvent.Verb.REOPENED, by=by)


@transaction.atomic
def merge_finding(finding: Finding, into: Finding, *, by: User) -> Finding:
    """Let another finding of the same group stand for this one too.

    Raises:
        NotAllowed, BoardClosed, AlreadyMerged
        StandsForOthers: others were merged into this finding.
        OfAnotherGroup: `into` is of another group.
        IntoItself
    """
    if into.pk == finding.pk:
        raise IntoItself
    if into.group_id != finding.group_id:
        raise OfAnotherGroup
    group, finding = open_finding(finding, by=by)
    target = Finding.objects.get(pk=into.pk)
    if target.state == Finding.State.MERGED:
        raise AlreadyMerged
    if finding.merged.exists():
        raise StandsForOthers
    finding.state, finding.reason, finding.merged_into = Finding.State.MERGED, "", target
    return change(group, finding, FindingEvent.Verb.MERGED, by=by)


def open_finding(finding: Finding, *, by: User) -> tuple[Group, Finding]:
    """The finding and its group, locked for a change by those who run it.

    Raises:
        NotAllowed, BoardClosed, AlreadyMerged
    """
    insist(runs_group(by, finding.group))
    group = open_board(finding.group)
    fresh = Finding.objects.get(pk=finding.pk)
    if fresh.state == Finding.State.MERGED:
        raise AlreadyMerged
    return group, fresh


def change(group: Group, finding: Finding, verb: FindingEvent.Verb, *, by: User) -> Finding:
    """Save a finding of a locked group as it now is, with a line of the ledger."""
    number = next_number(group)
    finding.save(update_fields=["part", "question", "text", "state", "reason", "merged_into"])
    append(group, number, finding, verb, by=by)
    return finding
