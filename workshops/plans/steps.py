"""The steps of a draft, each of which can be taken back; and the turn in which organisers change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError
from academy.history import record
from academy.models import Edition, User
from academy.permissions import insist
from workshops.models import Plan, PlanChange, PlannedSeat, PlanStep
from workshops.permissions import may_allocate

Verb = PlanStep.Verb


class NotADraft(DomainError):
    """The plan was published or discarded."""

    message = gettext_lazy(
        "This draft is not open any more: it was published or discarded. Nothing was changed."
    )


class DraftMoved(DomainError):
    """Somebody else changed the draft since it was looked at."""

    message = gettext_lazy(
        "Somebody changed this draft since you opened the page. Look at it as it is now, then decide again. "
        "Nothing was changed."
    )


class NothingToUndo(DomainError):
    """There is no step left to take back."""

    message = gettext_lazy("There is nothing to take back in this draft.")


@dataclass(frozen=True)
class Place:
    """Where somebody sits at one time, and why they stay there; nowhere without a group."""

    group: UUID | None = None
    lock: str = ""


NOWHERE = Place()
# From (slot, participant) to where they sat before and after.
Changes = Mapping[tuple[UUID, UUID], tuple[Place, Place]]


def in_turn(plan: Plan) -> Plan:
    """The plan as it is now; others who want to change it wait until the transaction ends."""
    return Plan.objects.select_for_update(of=("self",)).select_related("edition").get(pk=plan.pk)


def hold(plan: Plan, *, seen: int, by: User | None) -> Plan:
    """The draft, locked, if it is still what the organiser saw.

    Args:
        seen: the number of the last step on the page that they decide from.

    Raises:
        NotAllowed, NotADraft, DraftMoved
    """
    insist(by is None or may_allocate(by, plan.edition))
    row = in_turn(plan)
    if row.state != Plan.State.DRAFT:
        raise NotADraft
    if row.number != seen:
        raise DraftMoved
    return row


def write_step(plan: Plan, verb: str, changes: Changes, *, by: User | None) -> PlanStep:
    """Carry out changes of a draft that is held, and write down what was before."""
    plan.number += 1
    plan.save(update_fields=["number"])
    step = PlanStep.objects.create(plan=plan, number=plan.number, verb=verb, at=clock.now())
    PlanChange.objects.bulk_create(
        (
            PlanChange(
                step=step,
                slot_id=slot,
                participant_id=person,
                group_before_id=before.group,
                group_after_id=after.group,
                lock_before=before.lock,
                lock_after=after.lock,
            )
            for (slot, person), (before, after) in changes.items()
        ),
        batch_size=500,
    )
    _carry_out(plan, changes)
    facts = {"step": plan.number, "seats": len(changes)}
    record(plan.edition, f"draft of groups {verb}", plan, by=by, data=facts)
    return step


def _carry_out(plan: Plan, changes: Changes) -> None:
    rows = {(seat.slot_id, seat.participant_id): seat for seat in PlannedSeat.objects.filter(plan=plan)}
    gone, moved, made = [], [], []
    for key, (_before, after) in changes.items():
        row = rows.get(key)
        if after.group is None:
            gone += [row.pk] if row else []
        elif row is None:
            slot, person = key
            made.append(
                PlannedSeat(
                    plan=plan, slot_id=slot, participant_id=person, group_id=after.group, lock=after.lock
                )
            )
        else:
            row.group_id, row.lock = after.group, after.lock
            moved.append(row)
    PlannedSeat.objects.filter(pk__in=gone).delete()
    PlannedSeat.objects.bulk_update(moved, ["group", "lock"], batch_size=500)
    PlannedSeat.objects.bulk_create(made, batch_size=500)


def last_step(plan: Plan) -> PlanStep | None:
    """The step that would be taken back next."""
    steps = PlanStep.objects.filter(plan=plan, is_undone=False)
    return steps.exclude(verb__in=(Verb.UNDONE, Verb.BEGUN)).order_by("-number").first()


@transaction.atomic
def undo(plan: Plan, *, seen: int, by: User | None) -> PlanStep:
    """Take back the last step that was not taken back yet; returns it.

    Raises:
        NotAllowed, NotADraft, DraftMoved, NothingToUndo
    """
    plan = hold(plan, seen=seen, by=by)
    step = last_step(plan)
    if step is None:
        raise NothingToUndo
    PlanStep.objects.filter(pk=step.pk).update(is_undone=True)
    changes = {
        (change.slot_id, change.participant_id): (
            Place(change.group_after_id, change.lock_after),
            Place(change.group_before_id, change.lock_before),
        )
        for change in step.changes.all()
    }
    write_step(plan, Verb.UNDONE, changes, by=by)
    return step


def open_plans(edition: Edition) -> list[Plan]:
    """The drafts of an edition that are neither published nor discarded."""
    return list(Plan.objects.filter(edition=edition, state=Plan.State.DRAFT).select_related("edition"))
