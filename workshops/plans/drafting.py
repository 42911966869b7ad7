"""Beginning a draft from what is published, and discarding one."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Edition, Participant, User
from academy.permissions import insist
from programme.models import Session
from workshops.models import Group, Lock, Plan, PlanChange, PlannedSeat, PlanSlot, PlanStep, Seat
from workshops.permissions import may_allocate
from workshops.plans.steps import NOWHERE, Changes, Place, hold, write_step
from workshops.seating import GroupsHaveMet, NoGroups, groups_at


class AlreadyDrafted(DomainError):
    """One of the times lies in another open draft."""

    message = gettext_lazy(
        "A draft for one of these times is open already. Go on with it, or discard it first."
    )


@transaction.atomic
def begin_plan(edition: Edition, slots: Sequence[Session], *, by: User | None) -> Plan:
    """Begin a draft for some times of the programme, from the seats that are published there.

    Nobody but organisers sees it. Pinned seats are locked in it, and the leads sit in the groups that they run.

    Raises:
        NotAllowed
        Invalid: no time, or one of another academy.
        NoGroups: nothing meets at one of the times.
        GroupsHaveMet: a board of one of the times was opened.
        AlreadyDrafted
    """
    insist(by is None or may_allocate(by, edition))
    if not slots or any(slot.edition_id != edition.pk for slot in slots):
        raise Invalid(_("Please choose at least one time at which groups meet."))
    rows = hold_slots(slots)
    groups = list(groups_at(rows))
    met = {group.workshop.session.parent_id or group.workshop.session_id for group in groups}
    if met != {row.pk for row in rows}:
        raise NoGroups
    insist_on_planned(groups)
    if PlanSlot.objects.filter(slot__in=rows, is_open=True).exists():
        raise AlreadyDrafted
    plan = Plan.objects.create(edition=edition, begun_at=clock.now())
    PlanSlot.objects.bulk_create(PlanSlot(plan=plan, slot=row) for row in rows)
    write_step(plan, PlanStep.Verb.BEGUN, _as_published(rows), by=by)
    return plan


def hold_slots(slots: Iterable[Session]) -> list[Session]:
    """The times, locked in one order, so that nobody waits for whoever waits for them."""
    keys = [slot.pk for slot in slots]
    rows = Session.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return list(rows.select_related("edition"))


def insist_on_planned(groups: Iterable[Group]) -> None:
    """Refuse where a group is at work or has closed its board.

    Raises:
        GroupsHaveMet
    """
    if any(group.state != Group.State.PLANNED for group in groups):
        raise GroupsHaveMet


def _as_published(slots: list[Session]) -> Changes:
    """From nowhere to the seats that are published."""
    confirmed = Participant.State.CONFIRMED
    seats = Seat.objects.filter(slot__in=slots, participant__state=confirmed)
    return {
        (seat.slot_id, seat.participant_id): (
            NOWHERE,
            Place(seat.group_id, Lock.LOCKED if seat.pinned else ""),
        )
        for seat in seats.order_by("pk")
    }


@transaction.atomic
def discard_plan(plan: Plan, *, seen: int, by: User | None) -> None:
    """Give up a draft; who sits where stays as it is published.

    Raises:
        NotAllowed, NotADraft, DraftMoved
    """
    plan = hold(plan, seen=seen, by=by)
    end_plan(plan, Plan.State.DISCARDED)
    record(plan.edition, "draft of groups discarded", plan, by=by)


def end_plan(plan: Plan, state: str) -> None:
    """Close a draft that is held, and forget who sat where in it and in its steps."""
    plan.state, plan.decided_at = state, clock.now()
    plan.save(update_fields=["state", "decided_at"])
    PlanSlot.objects.filter(plan=plan).update(is_open=False)
    PlannedSeat.objects.filter(plan=plan).delete()
    PlanChange.objects.filter(step__plan=plan).delete()
