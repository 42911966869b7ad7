"""Moving, locking and pinning people in a draft by hand, with the effect shown before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid
from academy.models import Participant, User
from academy.regions import region_of
from workshops.allocation import Task, broken_rules, measured
from workshops.allocation.task import Plan as Seating
from workshops.models import Group, Lock, Plan, PlanStep
from workshops.plans.reading import Draft, candidates, costs_of, read_draft
from workshops.plans.steps import NOWHERE, Changes, Place, hold, write_step
from workshops.seating import WEIGHTS

Verb = PlanStep.Verb
# From (slot, person) to a group.
Moves = dict[tuple[str, str], str]


class RunsAGroup(DomainError):
    """Whoever runs a group sits in it."""

    message = gettext_lazy(
        "This person runs a group at this time and sits in it. Change who runs the group at the programme’s desk."
    )


class NobodyToPin(DomainError):
    """Nobody is as the organiser asked."""

    message = gettext_lazy("Nobody who is to be spread is like that. Nothing was changed.")


@dataclass(frozen=True)
class Effect:
    """What moves would change: the objective before and after, the sizes, the rules that would be broken."""

    before: int
    after: int
    sizes: list[tuple[Group, int, int]]
    broken: list[tuple[int, str, str]]

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def overfull(self) -> list[Group]:
        """The groups that would hold more people than they have places."""
        return [
            group
            for group, before, after in self.sizes
            if group.capacity is not None and after > max(before, group.capacity)
        ]


def moves_of(draft: Draft, slot: str, person: str, group: str, instead: str = "") -> Moves:
    """One person into a group; `instead` takes the place that they leave.

    Raises:
        Invalid: somebody or the group is not of this draft.
        RunsAGroup
    """
    groups = {str(row.pk) for row in draft.groups.get(slot, [])}
    known = draft.people.keys() | draft.guests.keys()
    if group not in groups or person not in known or (instead and instead not in known):
        raise Invalid(_("This person or this group is not of this draft."))
    leads = draft.leads[slot]
    if person in leads or instead in leads:
        raise RunsAGroup
    moves = {(slot, person): group}
    if instead:
        seat = draft.seats[slot].get(person)
        other = draft.seats[slot].get(instead)
        if seat is None or other is None or str(other.group_id) != group:
            raise Invalid(_("Two people can change places if both have a seat, in two groups."))
        moves[slot, instead] = str(seat.group_id)
    return moves


def effect_of(draft: Draft, moves: Moves) -> Effect:
    """What the moves would change, before anything is saved."""
    before = draft.placed()
    after = tuple(
        seats
        | {person: group for (at, person), group in moves.items() if at == slot and person in draft.people}
        for slot, seats in zip(draft.keys, before, strict=True)
    )
    task = measuring_task(draft)
    touched = {slot for slot, _person in moves}
    sizes = []
    for slot in touched:
        here = {person: str(seat.group_id) for person, seat in draft.seats[slot].items()}
        there = here | {person: group for (at, person), group in moves.items() if at == slot}
        for group in draft.groups[slot]:
            key = str(group.pk)
            sizes.append((group, list(here.values()).count(key), list(there.values()).count(key)))
    return Effect(measured(task, before), measured(task, after), sizes, broken_rules(task, after))


def measuring_task(draft: Draft) -> Task:
    """The task by which a draft is measured as it is: without bounds for sizes, and with the wishes."""
    return Task(
        candidates(draft.people.values(), draft.met),
        (),
        weights=WEIGHTS,
        together=draft.rules("together"),
        apart=draft.rules("apart"),
        wishes=costs_of(draft, draft.placed(), 0),
    )


def objective_of(draft: Draft, seating: Seating) -> int:
    """What a seating of these people costs."""
    return measured(measuring_task(draft), seating)


@transaction.atomic
def move(
    plan: Plan,
    slot: str,
    person: str,
    group: str,
    *,
    instead: str = "",
    keeps: bool,
    seen: int,
    by: User | None,
) -> PlanStep:
    """Move somebody to another group of the draft, or give them a seat in it.

    Args:
        instead: who takes the place that they leave.
        keeps: whether those who are moved stay there whatever is drawn.

    Raises:
        NotAllowed, NotADraft, DraftMoved, Invalid, RunsAGroup
    """
    plan = hold(plan, seen=seen, by=by)
    draft = read_draft(plan)
    moves = moves_of(draft, slot, person, group, instead)
    return write_step(plan, Verb.MOVED, _changes(draft, moves, lambda lock: lock or _lock_if(keeps)), by=by)


def _lock_if(keeps: bool) -> str:
    return Lock.LOCKED if keeps else ""


def _changes(draft: Draft, moves: Moves, lock: Callable[[str], str]) -> Changes:
    """The moves as changes of a step; `lock` says from the lock before which one follows."""
    found = {}
    for (slot, person), group in moves.items():
        before = place_of(draft, slot, person)
        after = Place(UUID(group), lock(before.lock))
        if after != before:
            found[UUID(slot), UUID(person)] = (before, after)
    return found


def place_of(draft: Draft, slot: str, person: str) -> Place:
    seat = draft.seats[slot].get(person)
    return Place(seat.group_id, seat.lock) if seat else NOWHERE


@transaction.atomic
def lock(plan: Plan, slot: str, person: str, *, locked: bool, seen: int, by: User | None) -> PlanStep:
    """Keep somebody where they sit whatever is drawn, or let them be drawn again.

    Raises:
        NotAllowed, NotADraft, DraftMoved
        Invalid: the person has no seat at this time.
        RunsAGroup: a lead cannot be let go.
    """
    plan = hold(plan, seen=seen, by=by)
    draft = read_draft(plan)
    seat = draft.seats.get(slot, {}).get(person)
    if seat is None:
        raise Invalid(_("This person has no seat at this time."))
    if not locked and person in draft.leads[slot]:
        raise RunsAGroup
    before = Place(seat.group_id, seat.lock)
    after = Place(seat.group_id, (seat.lock or Lock.LOCKED) if locked else "")
    changes = {(UUID(slot), UUID(person)): (before, after)} if before != after else {}
    return write_step(plan, Verb.LOCKED if locked else Verb.UNLOCKED, changes, by=by)


@transaction.atomic
def pin_people(
    plan: Plan, slot: str, people: Iterable[str], group: str, *, because: str, seen: int, by: User | None
) -> PlanStep:
    """Give people a locked seat in a group, before or after anything is drawn; leads stay where they run a group.

    Raises:
        NotAllowed, NotADraft, DraftMoved
        Invalid: somebody or the group is not of this draft, or the reason is none.
        NobodyToPin
    """
    plan = hold(plan, seen=seen, by=by)
    draft = read_draft(plan)
    if because not in Lock.values:
        raise Invalid(_("Please choose a reason."))
    chosen = list(people)
    known = draft.people | draft.guests | _confirmed(plan, chosen)
    groups = {str(row.pk) for row in draft.groups.get(slot, [])}
    if group not in groups or not known.keys() >= set(chosen):
        raise Invalid(_("This person or this group is not of this draft."))
    moves = {(slot, person): group for person in chosen if person not in draft.leads[slot]}
    if not moves:
        raise RunsAGroup if chosen else NobodyToPin
    return write_step(plan, Verb.PINNED, _changes(draft, moves, lambda _lock: because), by=by)


def _confirmed(plan: Plan, people: list[str]) -> dict[str, Participant]:
    """Who has a confirmed place without being spread, such as an observer: they can be placed by hand."""
    rows = Participant.objects.confirmed().filter(edition=plan.edition_id, pk__in=people)
    return {str(row.pk): row for row in rows}


def who_speaks(draft: Draft, slot: str, group: str) -> list[str]:
    """Whom to pin for a group's language: who works in it and in the language of no other group of this time."""
    own = draft.group(group).language
    others = {row.language for row in draft.groups[slot]} - {own}
    return [
        key
        for key, person in draft.people.items()
        if own in person.languages and others.isdisjoint(person.languages)
    ]


def who_comes_from(draft: Draft, region: str) -> list[str]:
    """Whom to pin for the sake of the time zone: the people of a region."""
    return [key for key, person in draft.people.items() if region_of(person.country) == region]
