"""CP-SAT of OR-Tools, an optional extra (`pip install ortools`): finds a best plan and proves that it is one."""

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

from workshops.allocation.task import MET, Plan, Result, Task, cost_of, least_possible

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

# x[day][person][room]: whether the person sits in the room on that day
Seated = list[list[list["cp_model.IntVar"]]]


class NoSolver(RuntimeError):
    """OR-Tools is not installed."""


def prove(task: Task, *, seconds: float, seed: int = 0, hint: Plan | None = None, workers: int = 2) -> Result:
    """The best plan that CP-SAT finds in so many seconds, with the bound that it proved.

    Args:
        hint: a plan to start from, such as that of the search.

    Raises:
        NoSolver: OR-Tools is not installed.
        ValueError: the rules contradict each other, or no plan was found in time.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise NoSolver from error
    model = cp_model.CpModel()
    seated = _seats(model, task)
    _rules(model, task, seated)
    cost = sum(_traits(model, task, seated)) + sum(_meetings(model, task, seated)) + _wishes(task, seated)
    model.add(cost >= least_possible(task))  # known beforehand: whoever reaches it need not prove more
    model.minimize(cost)
    if hint:
        _suggest(model, task, seated, hint)
    solver: Any = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise ValueError("No plan was found: the rules contradict each other, or the time was too short.")
    plan = tuple(
        {
            person.id: next(room.id for room, x in zip(day, row, strict=True) if solver.value(x))
            for person, row in zip(task.people, rows, strict=True)
        }
        for day, rows in zip(task.days, seated, strict=True)
    )
    bound = max(least_possible(task), round(solver.best_objective_bound))
    # Stopped in time, the solver may count more pairs than there are: its counts are bounds from above.
    return Result(task, plan, cost=cost_of(task, plan), bound=bound)


def _seats(model: "cp_model.CpModel", task: Task) -> Seated:
    """One room a person and day, sizes within their bounds, fixed seats kept."""
    seated: Seated = []
    for number, day in enumerate(task.days):
        rows = [[model.new_bool_var("") for _room in day] for _person in task.people]
        for row in rows:
            model.add_exactly_one(row)
        for position, room in enumerate(day):
            column = [row[position] for row in rows]
            model.add_linear_constraint(sum(column), room.least, room.most)
        fixed: Mapping[str, str] = task.seats_fixed(number)
        for person, row in zip(task.people, rows, strict=True):
            for room, x in zip(day, row, strict=True):
                if fixed.get(person.id) == room.id:
                    model.add(x == 1)
        seated.append(rows)
    return seated


def _rules(model: "cp_model.CpModel", task: Task, seated: Seated) -> None:
    place = {person.id: position for position, person in enumerate(task.people)}
    for rows in seated:
        for one, other in task.together:
            for x, y in zip(rows[place[one]], rows[place[other]], strict=True):
                model.add(x == y)
        for one, other in task.apart:
            for x, y in zip(rows[place[one]], rows[place[other]], strict=True):
                model.add(x + y <= 1)


def _paired(model: "cp_model.CpModel", count: Any, most: int) -> "cp_model.IntVar":
    """A variable that is at least the number of pairs among `count` people: above each chord of n(n-1)/2."""
    found = model.new_int_var(0, most * (most - 1) // 2, "")
    for size in range(1, most):
        model.add(found >= size * count - size * (size + 1) // 2)
    return found


def _traits(model: "cp_model.CpModel", task: Task, seated: Seated) -> list[Any]:
    carriers: dict[str, list[int]] = {}
    for number, person in enumerate(task.people):
        for trait in sorted(set(person.traits)):
            carriers.setdefault(trait, []).append(number)
    found: list[Any] = []
    for day, rows in zip(task.days, seated, strict=True):
        for trait, people in carriers.items():
            if len(people) > 1:
                for room in range(len(day)):
                    count = sum(rows[person][room] for person in people)
                    found.append(task.weight(trait) * _paired(model, count, len(people)))
    return found


def _meetings(model: "cp_model.CpModel", task: Task, seated: Seated) -> list[Any]:
    """For two days the pairs that share a room on both: people counted by their rooms of the two days."""
    found: list[Any] = []
    for one, other in combinations(range(len(task.days)), 2):
        for first in range(len(task.days[one])):
            for second in range(len(task.days[other])):
                both = []
                for a, b in zip(seated[one], seated[other], strict=True):
                    x = model.new_bool_var("")
                    model.add_bool_or([a[first].negated(), b[second].negated(), x])
                    model.add_implication(x, a[first])
                    model.add_implication(x, b[second])
                    both.append(x)
                found.append(MET * _paired(model, sum(both), len(task.people)))
    return found


def _wishes(task: Task, seated: Seated) -> Any:
    return sum(
        task.wishes.get((person.id, room.id), 0) * x
        for day, rows in zip(task.days, seated, strict=True)
        for person, row in zip(task.people, rows, strict=True)
        for room, x in zip(day, row, strict=True)
        if task.wishes.get((person.id, room.id), 0)
    )


def _suggest(model: "cp_model.CpModel", task: Task, seated: Seated, hint: Plan) -> None:
    for day, rows, seats in zip(task.days, seated, hint, strict=True):
        for person, row in zip(task.people, rows, strict=True):
            for room, x in zip(day, row, strict=True):
                model.add_hint(x, seats[person.id] == room.id)
