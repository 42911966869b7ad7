"""Dots: how strongly people hold a finding. Blind until the part closes, a few for each person and part.

Until then nobody learns how many dots a finding has, nor who gave any, those who run the group least of all; one sees
one's own, and what is left. Once the room has moved on, the dots of that part are counted, shown, and stay: going back
to the part opens nothing again.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, Participant, User
from academy.permissions import insist, participation
from workshops.findings import AlreadyMerged
from workshops.ledger import open_board
from workshops.models import ClosedPart, Finding, Group, Part, Support
from workshops.permissions import may_give_dots

MOST_DOTS = 20


class DotsAreCounted(DomainError):
    """The part is closed: its dots stay as they are."""

    message = gettext_lazy("The dots of this part are counted, and stay as they are. Nothing was changed.")


class NotEnoughDots(DomainError):
    """More dots than the person has left in this part."""


@transaction.atomic
def give_dots(finding: Finding, dots: int, *, by: User) -> Support:
    """Give a finding so many dots, instead of those that one gave it before; none takes them back.

    The group's row is held until the commit: two windows of one person do not spend the same dots, and nobody's come
    after the part was counted.

    Raises:
        NotAllowed, BoardClosed, Invalid, AlreadyMerged, DotsAreCounted
        NotEnoughDots: it would be more than `Group.dots` in this part.
    """
    insist(may_give_dots(by, finding.group))
    group = open_board(finding.group)
    participant = participation(by, group.workshop.edition)
    insist(participant is not None and may_give_dots(by, group))
    fresh = Finding.objects.unattributed().get(pk=finding.pk)
    if fresh.state == Finding.State.MERGED:
        raise AlreadyMerged
    if _is_counted(group, fresh):
        raise DotsAreCounted
    if dots < 0:
        raise Invalid(_("Please say how many dots you give: none, or some."))
    folded = Finding.objects.filter(merged_into=fresh, part=fresh.part_id)
    _insist_on_enough(group, fresh, folded, dots, participant)
    support, _fresh = Support.objects.update_or_create(
        finding=fresh, participant=participant, defaults={"dots": dots, "changed_at": clock.now()}
    )
    given = Support.objects.filter(finding__in=folded, participant=participant, dots__gt=0)
    given.update(dots=0, changed_at=clock.now())
    record(group.workshop.edition, "dots given", support, by=by)
    return support


def _insist_on_enough(
    group: Group, finding: Finding, folded: QuerySet[Finding], dots: int, participant: Participant | None
) -> None:
    """Refuse more dots than are left beside those on the other findings of the part."""
    spent = _spent(group, participant).filter(finding__part=finding.part_id)
    elsewhere = (
        spent.exclude(finding=finding).exclude(finding__in=folded).aggregate(sum=Sum("dots"))["sum"] or 0
    )
    if elsewhere + dots > group.dots:
        left = max(0, group.dots - elsewhere)
        raise NotEnoughDots(
            ngettext(
                "You have %(left)s dot for this finding, as %(all)s is what each person has in a part.",
                "You have %(left)s dots for this finding, as %(all)s is what each person has in a part.",
                left,
            )
            % {"left": left, "all": group.dots}
        )


def _spent(group: Group, participant: Participant | None) -> QuerySet[Support]:
    """What a person has given in a group and is not counted yet."""
    counted = [UUID(key) for key, dots in tally_of(group).items() if dots]
    given = Support.objects.filter(finding__group=group, participant=participant, dots__gt=0)
    return given.exclude(finding__in=counted)


def own_dots(group: Group, participant: Participant | None) -> dict[str, int]:
    """{finding: the dots that this person gave it}; nobody else is told."""
    if participant is None:
        return {}
    given = Support.objects.filter(finding__group=group, participant=participant, dots__gt=0)
    return {str(finding): dots for finding, dots in given.values_list("finding", "dots")}


def dots_left(group: Group, participant: Participant | None) -> dict[str, int]:
    """{part: the dots that this person still has in it}, for the parts that are not closed."""
    spent = dict(_spent(group, participant).order_by().values_list("finding__part").annotate(sum=Sum("dots")))
    closed = set(group.closed_parts.values_list("part", flat=True))
    parts = group.workshop.parts.values_list("pk", flat=True)
    return {str(part): max(0, group.dots - spent.get(part, 0)) for part in parts if part not in closed}


def tallies_of(group: Group) -> dict[str, dict[str, int]]:
    """{part that the group has closed: {finding: its dots}}"""
    return {str(part): tally for part, tally in group.closed_parts.values_list("part", "tally")}


def tally_of(group: Group) -> dict[str, int]:
    """{finding: its dots} of the parts that the group has closed; of the others nothing."""
    return all_in(tallies_of(group))


def all_in(tallies: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """{finding: its dots} of all parts in `tallies_of`."""
    return {finding: dots for tally in tallies.values() for finding, dots in tally.items()}


def _is_counted(group: Group, finding: Finding) -> bool:
    """Whether the finding takes no more dots: its part is closed, or it brought counted dots from one."""
    if group.closed_parts.filter(part=finding.part_id).exists():
        return True
    return bool(tally_of(group).get(str(finding.pk)))


def give_back_dots(group: Group, finding: Finding) -> None:
    """Give the dots of a finding that moves to another part back to their givers, unless they are counted."""
    if not _is_counted(group, finding):
        Support.objects.filter(finding=finding, dots__gt=0).update(dots=0, changed_at=clock.now())


def close_part(group: Group, part: Part, *, by: User) -> ClosedPart | None:
    """Count the dots of a part of a locked group, for good; None if they were counted before."""
    if ClosedPart.objects.filter(group=group, part=part).exists():
        return None
    before = set(tally_of(group))
    given = Support.objects.filter(finding__group=group, finding__part=part, dots__gt=0)
    sums = given.order_by().values_list("finding").annotate(sum=Sum("dots"))
    tally = {str(finding): dots for finding, dots in sums if str(finding) not in before}
    closed = ClosedPart.objects.create(group=group, part=part, tally=tally, closed_at=clock.now())
    record(group.workshop.edition, "dots counted", closed, by=by, content=tally_words(closed))
    return closed


def tally_words(closed: ClosedPart) -> dict[str, Any]:
    """What the history commits to of counted dots: how many each finding has, and nothing of who gave them."""
    return {"group": str(closed.group_id), "part": str(closed.part_id), "dots": closed.tally}


def verify_dots(edition: Edition) -> Iterator[Mismatch]:
    """Yield the counts that are not as they were written, and those that the dots do not add up to any more."""
    rows = list(ClosedPart.objects.filter(group__workshop__edition=edition))
    yield from verify_contents(edition, ClosedPart, {str(row.pk): tally_words(row) for row in rows})
    counted = {UUID(key): dots for row in rows for key, dots in row.tally.items()}
    sums = (
        Support.objects.filter(finding__in=counted)
        .order_by()
        .values_list("finding")
        .annotate(sum=Sum("dots"))
    )
    given = dict(sums)
    for finding, dots in counted.items():
        if given.get(finding, 0) != dots:
            yield Mismatch(f"dots of finding {finding}", "they are not those that were counted")
