"""Findings find their place: moved to another question, split into several, and the last step taken back."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.models import User
from academy.permissions import insist
from academy.text import tidy
from workshops.dots import give_back_dots
from workshops.findings import change, insist_on_place, open_finding
from workshops.ledger import append, next_number, open_board
from workshops.models import FINDING_LENGTH, Finding, FindingEvent, Group, GuidingQuestion, Part
from workshops.permissions import runs_group

MOST_PIECES = 8


class NothingToUndo(DomainError):
    """There is no step to take back, or something happened after it."""

    message = gettext_lazy(
        "This step cannot be taken back: something else happened to the finding since. Nothing was changed."
    )


@transaction.atomic
def move_finding(finding: Finding, *, part: Part, question: GuidingQuestion | None, by: User) -> Finding:
    """Put a finding under another question, or into another part; dots not counted yet are given back.

    Raises:
        NotAllowed, BoardClosed, AlreadyMerged
        OfAnotherGroup: the part or question is of another workshop.
    """
    insist_on_place(finding.group, part, question)
    group, fresh = open_finding(finding, by=by)
    if (fresh.part_id, fresh.question_id) == (part.pk, question.pk if question else None):
        return fresh
    if fresh.part_id != part.pk:
        give_back_dots(group, fresh)
    fresh.part, fresh.question = part, question
    return change(group, fresh, FindingEvent.Verb.MOVED, by=by)


@transaction.atomic
def split_finding(finding: Finding, texts: Sequence[str], *, key: UUID, by: User) -> list[Finding]:
    """Make several findings of one: it keeps the first piece, the others stand beside it and lead back to it.

    Args:
        key: made by the client, so that a split whose answer was lost can be repeated.

    Raises:
        NotAllowed, BoardClosed, AlreadyMerged
        Invalid: fewer than two pieces, too many, or words that cannot stand.
    """
    words = [tidy(text, limit=FINDING_LENGTH, what=_("Each piece")) for text in texts if text.strip()]
    if not 2 <= len(words) <= MOST_PIECES:
        raise Invalid(
            _("Please write the pieces on lines of their own, two at least and %(most)s at most.")
            % {"most": MOST_PIECES}
        )
    group, origin = open_finding(finding, by=by)
    keys = [uuid5(key, str(number)) for number in range(1, len(words))]
    if Finding.objects.filter(pk__in=keys).exists():
        return [origin, *Finding.objects.filter(pk__in=keys, group=group).order_by("number")]
    origin.text = words[0]
    change(group, origin, FindingEvent.Verb.SPLIT, by=by)
    return [
        origin,
        *(_split_off(group, origin, pk, text, by=by) for pk, text in zip(keys, words[1:], strict=True)),
    ]


def _split_off(group: Group, origin: Finding, key: UUID, text: str, *, by: User) -> Finding:
    number = next_number(group)
    piece = Finding.objects.create(
        id=key,
        group=group,
        part_id=origin.part_id,
        question_id=origin.question_id,
        number=number,
        kind=origin.kind,
        text=text,
        language=origin.language,
        author_id=origin.author_id,
        on_behalf=origin.on_behalf,
        split_from=origin,
        noted_at=clock.now(),
    )
    append(group, number, piece, FindingEvent.Verb.SPLIT_OFF, by=by)
    return piece


@transaction.atomic
def undo_step(finding: Finding, number: int, *, by: User) -> Finding:
    """Take back the last thing that happened to a finding; undone again, it is as if it had stayed.

    What was split is put together again: the other pieces are merged into the first, as nothing is deleted.

    Args:
        number: of the line in the ledger, so that nobody takes back what they have not seen.

    Raises:
        NotAllowed, BoardClosed
        NothingToUndo: the finding was only noted, or something happened after this step.
    """
    insist(runs_group(by, finding.group))
    group = open_board(finding.group)
    fresh = Finding.objects.get(pk=finding.pk)
    lines = list(fresh.events.order_by("-number")[:2])
    if len(lines) < 2 or lines[0].number != number:
        raise NothingToUndo
    if lines[0].verb == FindingEvent.Verb.SPLIT:
        _put_together(group, fresh, number, by=by)
    return _as_before(group, fresh, lines[1], by=by)


def _as_before(group: Group, finding: Finding, line: FindingEvent, *, by: User) -> Finding:
    """The finding as an earlier line of the ledger has it."""
    was = line.data
    into = Finding.objects.filter(pk=was["merged_into"]).first() if was["merged_into"] else None
    if into and (into.state == Finding.State.MERGED or finding.merged.exists()):
        raise NothingToUndo
    if str(finding.part_id) != was["part"]:
        give_back_dots(group, finding)
    finding.part_id, finding.question_id = UUID(was["part"]), was["question"] and UUID(was["question"])
    finding.text, finding.state, finding.reason = was["text"], was["state"], was["reason"]
    finding.merged_into = into
    return change(group, finding, FindingEvent.Verb.UNDONE, by=by)


def _put_together(group: Group, origin: Finding, number: int, *, by: User) -> None:
    """Merge the pieces that this split made into their origin, if nothing has happened to them since."""
    for piece in origin.pieces.order_by("number"):
        lines = list(piece.events.order_by("number").values_list("number", "verb"))
        if lines[0][0] < number:
            continue
        if len(lines) > 1 or piece.merged.exists():
            raise NothingToUndo
        piece.state, piece.merged_into = Finding.State.MERGED, origin
        change(group, piece, FindingEvent.Verb.MERGED, by=by)
