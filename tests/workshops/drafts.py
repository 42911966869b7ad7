"""Drafts of groups for tests: begun, drawn and looked at in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from academy.models import Participant
from workshops.models import Plan, PlannedSeat, PlanRun, Seat, Workshop
from workshops.plans.drafting import begin_plan
from workshops.plans.running import begin_run, carry_out
from workshops.seating import slot_of

if TYPE_CHECKING:
    from academy.models import Edition, User
    from programme.models import Session


def slot(edition: Edition, number: int) -> Session:
    """The time of a workshop."""
    rows = Workshop.objects.select_related("session__parent__edition", "session__edition")
    return slot_of(rows.get(edition=edition, number=number))


def begun(edition: Edition, *numbers: int) -> Plan:
    """A draft for the times of these workshops."""
    return begin_plan(edition, [slot(edition, number) for number in numbers], by=None)


def fresh(plan: Plan) -> Plan:
    return Plan.objects.select_related("edition").get(pk=plan.pk)


def drawn(plan: Plan, *, kind: str = "draw", seed: int = 7, moving: int = 0) -> PlanRun:
    """Have a search over the draft carried out, as a worker does."""
    run = begin_run(plan, kind, seed=seed, moving=moving, seen=fresh(plan).number, by=None)
    return carry_out(run.pk)


def planned(plan: Plan) -> set[tuple[str, str, str]]:
    """(slot, person, group) of everybody in the draft."""
    rows = PlannedSeat.objects.filter(plan=plan).values_list("slot", "participant", "group")
    return {(str(slot), str(person), str(group)) for slot, person, group in rows}


def published(edition: Edition, *numbers: int) -> set[tuple[str, str, str]]:
    """(slot, person, group) of everybody as participants see it."""
    slots = [slot(edition, number).pk for number in numbers]
    rows = Seat.objects.filter(slot__in=slots).values_list("slot", "participant", "group")
    return {(str(one), str(person), str(group)) for one, person, group in rows}


def person(user: User, edition: Edition) -> Participant:
    return Participant.objects.select_related("edition").get(user=user, edition=edition)
