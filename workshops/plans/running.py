"""A search over a draft: asked for, carried out behind the pages, and left whenever one likes."""

from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.canonical import digest
from academy.errors import DomainError
from academy.history import record
from academy.models import User
from workshops.allocation import Result, Task, by_lot, cost_of, search
from workshops.allocation.proving import prove
from workshops.models import Lock, Plan, PlanRun, PlanStep
from workshops.plans.contradicting import Contradictory, contradictions_of
from workshops.plans.moving import objective_of, place_of
from workshops.plans.reading import Draft, read_draft, task_of
from workshops.plans.steps import Changes, Place, hold, in_turn, write_step

Kind, State = PlanRun.Kind, PlanRun.State
ACTIVE = (State.WAITING, State.RUNNING)
# A search tells how far it is at least this often; one that does not has died.
SILENT_AFTER = timedelta(minutes=3)
PROOF_SECONDS = 30
LOTS = 20  # draws by lot that a plan is compared with
# What moving one person costs, in pairs; the stronger, the fewer are moved.
FEW, SOME = 1_000, 25
VERBS = {Kind.DRAW: PlanStep.Verb.DRAWN, Kind.RERUN: PlanStep.Verb.RERUN, Kind.PROVE: PlanStep.Verb.PROVEN}


class AlreadyRunning(DomainError):
    """Another search over this draft is not over."""

    message = gettext_lazy("A search over this draft is running already. Wait until it is done.")


class NoSolverHere(DomainError):
    """OR-Tools is not installed on this server."""

    message = gettext_lazy(
        "The solver that proves plans (OR-Tools) is not installed on this server. The search works without it."
    )


def has_solver() -> bool:
    """Whether a plan can be proven here."""
    return find_spec("ortools") is not None


@transaction.atomic
def begin_run(plan: Plan, kind: str, *, seed: int, moving: int = 0, seen: int, by: User | None) -> PlanRun:
    """Ask for a search over the draft as it is now.

    Args:
        seed: the same number gives the same groups for the same draft.
        moving: for a rerun, what it costs to move one person.

    Raises:
        NotAllowed, NotADraft, DraftMoved, AlreadyRunning, NoSolverHere
        Contradictory: the rules cannot hold together; the sentences say why.
    """
    plan = hold(plan, seen=seen, by=by)
    if kind == Kind.PROVE and not has_solver():
        raise NoSolverHere
    give_up_silent(plan)
    if PlanRun.objects.filter(plan=plan, state__in=ACTIVE).exists():
        raise AlreadyRunning
    if sentences := contradictions_of(read_draft(plan)):
        raise Contradictory(sentences)
    moment = clock.now()
    run = PlanRun.objects.create(
        plan=plan, kind=kind, seed=seed, moving=moving, seen=seen, asked_at=moment, heard_at=moment
    )
    record(plan.edition, "search for groups asked for", plan, by=by, data={"kind": kind, "seed": seed})
    announce("groups searched", run=str(run.pk))
    return run


def give_up_silent(plan: Plan) -> None:
    """Mark the search of a draft that nothing was heard of for long, so that another one can begin."""
    silent = clock.now() - SILENT_AFTER
    rows = PlanRun.objects.filter(plan=plan, state__in=ACTIVE, heard_at__lt=silent)
    rows.update(state=State.SILENT)


def current_run(plan: Plan) -> PlanRun | None:
    """The last search over a draft, in whatever state."""
    return PlanRun.objects.filter(plan=plan).order_by("-asked_at").first()


def waiting_runs() -> list[UUID]:
    """The searches that nobody began yet, the oldest first."""
    return list(PlanRun.objects.filter(state=State.WAITING).order_by("asked_at").values_list("pk", flat=True))


def carry_out(key: UUID) -> PlanRun:
    """Search, and write what was found into the draft, unless the draft was changed meanwhile.

    Carried out twice, the same is found, and written once.
    """
    run = PlanRun.objects.select_related("plan__edition").get(pk=key)
    claimed = PlanRun.objects.filter(pk=key, state__in=ACTIVE).update(
        state=State.RUNNING, heard_at=clock.now()
    )
    if not claimed:
        return run
    draft = read_draft(run.plan)
    if draft.plan.number != run.seen or contradictions_of(draft):
        return _end(run, State.OVERTAKEN)
    task = task_of(draft, moving=run.moving)
    try:
        result = _search(run, draft, task)
    except ValueError:
        return _end(run, State.FAILED)
    # A lot knows no pairs: what it breaks of them would drown what the two are compared in.
    free = replace(draft, pairs=[])
    lot = sum(objective_of(free, by_lot(task, seed=seed).plan) for seed in range(LOTS)) // LOTS
    return _write(run, draft, task, result, lot)


def _search(run: PlanRun, draft: Draft, task: Task) -> Result:
    told = -1

    def tell(share: float) -> None:
        nonlocal told
        hundredths = min(99, int(100 * share))
        if hundredths > told:
            told = hundredths
            PlanRun.objects.filter(pk=run.pk).update(share=hundredths, heard_at=clock.now())

    if run.kind != Kind.PROVE:
        return search(task, seed=run.seed, start=draft.placed() if run.kind == Kind.RERUN else (), tell=tell)
    found = search(task, seed=run.seed, tell=tell)
    placed = draft.placed()
    is_whole = all(seats.keys() == draft.people.keys() for seats in placed)
    best = placed if is_whole and cost_of(task, placed) <= found.cost else found.plan
    proof = prove(task, seconds=PROOF_SECONDS, seed=run.seed, hint=best)
    if proof.cost < cost_of(task, best):
        return proof
    return Result(task, best, cost=cost_of(task, best), bound=proof.bound)


@transaction.atomic
def _write(run: PlanRun, draft: Draft, task: Task, result: Result, lot: int) -> PlanRun:
    """Put what was found into the draft."""
    plan = in_turn(run.plan)
    if plan.state != Plan.State.DRAFT or plan.number != run.seen:
        return _end(run, State.OVERTAKEN)
    if not PlanRun.objects.filter(pk=run.pk, state=State.RUNNING).exists():
        return run
    changes = _changes(draft, result)
    moved = sum(
        before.group is not None and before.group != after.group for before, after in changes.values()
    )
    if run.kind == Kind.PROVE:
        plan.proven, plan.proven_for = result.bound, question_of(task)
        plan.save(update_fields=["proven", "proven_for"])
    write_step(plan, VERBS[Kind(run.kind)], changes, by=None)
    run.cost, run.bound = objective_of(draft, result.plan), result.bound
    run.lot, run.moved = lot, moved
    return _end(run, State.DONE)


def _changes(draft: Draft, result: Result) -> Changes:
    found = {}
    for slot, seats in zip(draft.keys, result.plan, strict=True):
        for person, group in seats.items():
            before = place_of(draft, slot, person)
            after = Place(UUID(group), Lock.LEADS if person in draft.leads[slot] else before.lock)
            if after != before:
                found[UUID(slot), UUID(person)] = (before, after)
    return found


def _end(run: PlanRun, state: str) -> PlanRun:
    run.state, run.share, run.heard_at = state, 100, clock.now()
    run.save(update_fields=["state", "share", "heard_at", "cost", "bound", "lot", "moved"])
    return run


def question_of(task: Task) -> str:
    """A digest of what is asked: a bound that was proven holds as long as nothing of it changes."""
    return digest(
        {
            "people": [[one.id, sorted(one.traits)] for one in task.people],
            "days": [[[room.id, room.least, room.most] for room in day] for day in task.days],
            "fixed": [dict(seats) for seats in task.fixed],
            "together": sorted(map(sorted, task.together)),
            "apart": sorted(map(sorted, task.apart)),
            "wishes": {f"{person} {room}": cost for (person, room), cost in task.wishes.items()},
        }
    )
