"""The search of our own: people change places two by two, or one moves where a room has space."""

import random
from collections.abc import Callable, Iterable
from itertools import combinations

from workshops.allocation.annealing import anneal
from workshops.allocation.task import (
    BROKEN,
    MET,
    Day,
    Plan,
    Result,
    Task,
    broken_rules,
    least_possible,
    pairs,
)

STEPS_EACH = 1_500  # a person and day; more did not find better plans at our size
STARTS, SMALL = 3, 1_000  # so many tries, up to so many people times days
MOST_STEPS = 3_000_000
COLD = 0.1  # pairs: at the end hardly any step that costs more is taken
MOVE_EVERY = 4  # of so many steps one is the move of one person, where sizes may differ

# (day, person, the other person or -1 for a move, room)
Step = tuple[int, int, int, int]
Seats = list[list[int]]


class Rooms:
    """Everybody in a room on each day, and how many of each kind sit in each room."""

    def __init__(self, task: Task, seats: Seats) -> None:
        """Count from the beginning; `seats[day][person]` is the number of a room of that day."""
        self.task, self.seats = task, seats
        self.cost: float = 0
        names = sorted({trait for person in task.people for trait in person.traits})
        number = {name: position for position, name in enumerate(names)}
        self.weights = [task.weight(name) for name in names]
        self.traits = [frozenset(number[trait] for trait in person.traits) for person in task.people]
        self.counts = [[[0] * len(names) for _room in day] for day in task.days]
        self.sizes = [[0] * len(day) for day in task.days]
        self.met = {
            (one, other): [[0] * len(task.days[other]) for _room in task.days[one]]
            for one in range(len(task.days))
            for other in range(len(task.days))
            if one != other
        }
        self._read_rules()
        for day, rooms in enumerate(seats):
            for person, room in enumerate(rooms):
                self.sizes[day][room] += 1
                for trait in self.traits[person]:
                    self.counts[day][room][trait] += 1
                for other in range(len(seats)):
                    if other != day:
                        self.met[day, other][room][seats[other][person]] += 1
        self.cost = self._counted()

    def _read_rules(self) -> None:
        task = self.task
        place = {person.id: position for position, person in enumerate(task.people)}
        self.free = [
            [n for n, person in enumerate(task.people) if person.id not in task.seats_fixed(day)]
            for day in range(len(task.days))
        ]
        self.may_move = [any(room.least != room.most for room in day) for day in task.days]
        self.bound: list[list[tuple[int, int]]] = [[] for _person in task.people]
        for sign, rule in ((-BROKEN, task.together), (BROKEN, task.apart)):
            for one, other in rule:
                self.bound[place[one]].append((place[other], sign))
                self.bound[place[other]].append((place[one], sign))
        self.wishes = [
            [[task.wishes.get((person.id, room.id), 0) for room in day] for day in task.days]
            for person in task.people
        ]

    def _counted(self) -> int:
        """The cost of the whole, from the counts: the same as `cost_of`, which looks at every pair."""
        task, weights = self.task, self.weights
        total = sum(
            weights[trait] * pairs(count)
            for day in self.counts
            for room in day
            for trait, count in enumerate(room)
        )
        for one, other in combinations(range(len(self.seats)), 2):
            total += MET * sum(pairs(count) for row in self.met[one, other] for count in row)
        for day, seats in enumerate(self.seats):
            total += sum(wishes[day][room] for wishes, room in zip(self.wishes, seats, strict=True))
        plan = plan_of(task, self.seats)
        return total + BROKEN * len(broken_rules(task, plan))

    def step(self, draw: random.Random) -> tuple[float, Step] | None:
        chance = draw.random
        day = int(chance() * len(self.seats)) if len(self.seats) > 1 else 0
        free, seats = self.free[day], self.seats[day]
        if not free:
            return None
        person = free[int(chance() * len(free))]
        here = seats[person]
        if self.may_move[day] and chance() * MOVE_EVERY < 1:
            rooms = self.task.days[day]
            there = int(chance() * len(rooms))
            sizes = self.sizes[day]
            if here == there or sizes[here] <= rooms[here].least or sizes[there] >= rooms[there].most:
                return None
            return self.moved(day, person, there), (day, person, -1, there)
        other = free[int(chance() * len(free))]
        there = seats[other]
        if here == there:
            return None
        return self.swapped(day, person, other), (day, person, other, there)

    def moved(self, day: int, person: int, there: int) -> float:
        """What it adds to the cost if one person goes to another room."""
        here = self.seats[day][person]
        change = self._kinds(day, self.traits[person], here, there)
        for other, seats in enumerate(self.seats):
            if other != day:
                met, room = self.met[day, other], seats[person]
                change += MET * (met[there][room] - met[here][room] + 1)
        return change + self._rules(day, person, here, there)

    def swapped(self, day: int, one: int, two: int) -> float:
        """What it adds to the cost if two people change places."""
        seats = self.seats[day]
        here, there = seats[one], seats[two]
        mine, theirs = self.traits[one], self.traits[two]
        change = self._kinds(day, mine - theirs, here, there) + self._kinds(day, theirs - mine, there, here)
        for other, rooms in enumerate(self.seats):
            if other != day and rooms[one] != rooms[two]:
                met, first, second = self.met[day, other], rooms[one], rooms[two]
                change += MET * (met[there][first] - met[here][first] + 1)
                change += MET * (met[here][second] - met[there][second] + 1)
        if self.bound[one] or self.bound[two] or self.task.wishes:
            change += self._rules(day, one, here, there, beside=two)
            change += self._rules(day, two, there, here, beside=one)
        return change

    def _kinds(self, day: int, traits: Iterable[int], here: int, there: int) -> int:
        leaving, joining, weights = self.counts[day][here], self.counts[day][there], self.weights
        return sum([weights[t] * (joining[t] - leaving[t] + 1) for t in traits])

    def _rules(self, day: int, person: int, here: int, there: int, *, beside: int = -1) -> int:
        """What rules and wishes add; a pair that changes places stays apart, and is not counted."""
        seats, wishes = self.seats[day], self.wishes[person][day]
        change = wishes[there] - wishes[here]
        for other, sign in self.bound[person]:
            if other != beside:
                change += sign * ((seats[other] == there) - (seats[other] == here))
        return change

    def take(self, change: float, step: Step) -> None:
        day, person, other, there = step
        here = self.seats[day][person]
        self._seat(day, person, here, there)
        if other >= 0:
            self._seat(day, other, there, here)
        self.cost += change

    def _seat(self, day: int, person: int, here: int, there: int) -> None:
        self.seats[day][person] = there
        self.sizes[day][here] -= 1
        self.sizes[day][there] += 1
        leaving, joining = self.counts[day][here], self.counts[day][there]
        for trait in self.traits[person]:
            leaving[trait] -= 1
            joining[trait] += 1
        for other, seats in enumerate(self.seats):
            if other != day:
                room = seats[person]
                met, back = self.met[day, other], self.met[other, day]
                met[here][room] -= 1
                met[there][room] += 1
                back[room][here] -= 1
                back[room][there] += 1

    def keep(self) -> Seats:
        return [list(rooms) for rooms in self.seats]


def plan_of(task: Task, seats: Seats) -> Plan:
    return tuple(
        {person.id: task.days[day][rooms[number]].id for number, person in enumerate(task.people)}
        for day, rooms in enumerate(seats)
    )


def drawn(task: Task, draw: random.Random, start: Plan = ()) -> Seats:
    """A plan by lot: fixed seats kept, sizes within their bounds, nothing else considered.

    Args:
        start: where people sit already; they stay there as long as there is room, and the others are drawn.
    """
    seats = []
    for number, day in enumerate(task.days):
        place = {room.id: position for position, room in enumerate(day)}
        fixed = task.seats_fixed(number)
        kept = start[number] if number < len(start) else {}
        rooms = [place[fixed[person.id]] if person.id in fixed else -1 for person in task.people]
        _stay(rooms, [place.get(kept.get(person.id, ""), -1) for person in task.people], day)
        sizes = [rooms.count(room) for room in range(len(day))]
        chairs = [room for room, limits in enumerate(day) for _ in range(limits.least - sizes[room])]
        spare = [
            room
            for room, limits in enumerate(day)
            for _ in range(limits.most - max(limits.least, sizes[room]))
        ]
        draw.shuffle(spare)
        chairs += spare[: rooms.count(-1) - len(chairs)]
        draw.shuffle(chairs)
        seats.append([room if room >= 0 else chairs.pop() for room in rooms])
    return seats


def _stay(rooms: list[int], wanted: list[int], day: Day) -> None:
    """Leave people where they sit, in their order, while the least sizes of the other rooms can still be filled."""
    sizes = [rooms.count(room) for room in range(len(day))]
    waiting = rooms.count(-1)
    needed = sum(max(0, limits.least - size) for limits, size in zip(day, sizes, strict=True))
    for person, room in enumerate(wanted):
        if rooms[person] >= 0 or room < 0 or sizes[room] >= day[room].most:
            continue
        fills = sizes[room] < day[room].least
        if not fills and needed >= waiting:
            continue
        rooms[person], sizes[room] = room, sizes[room] + 1
        waiting, needed = waiting - 1, needed - fills


def search(
    task: Task,
    *,
    seed: int,
    steps: int | None = None,
    start: Plan = (),
    tell: Callable[[float], None] | None = None,
) -> Result:
    """The best plan that the search meets; the same task, seed and start give the same plan.

    Args:
        steps: how many steps each of the `STARTS` tries takes; by default enough for our size.
        start: where people sit already; the search begins there instead of with a draw by lot.
        tell: is called now and then with the share of the search that is done.
    """
    draw = random.Random(seed)  # noqa: S311  # a reproducible draw, not a secret
    size = len(task.people) * len(task.days)
    wanted = steps or min(MOST_STEPS, max(2_000, STEPS_EACH * size))
    goal, found = least_possible(task), []
    tries = STARTS if size <= SMALL else 1
    for number in range(tries):
        rooms = Rooms(task, drawn(task, draw, start))
        warm = max(2.0, 2 * sum(rooms.weights) / max(1, len(rooms.weights)))
        report = _part_of(tell, number, tries) if tell else None
        found.append(anneal(rooms, warm=warm, cold=COLD, draw=draw, steps=wanted, goal=goal, tell=report))
        if found[-1][0] <= goal:
            break
    best, seats = min(found, key=lambda result: result[0])
    return Result(task, plan_of(task, seats), cost=round(best), bound=goal)


def _part_of(tell: Callable[[float], None], number: int, tries: int) -> Callable[[float], None]:
    """Tells the share of all the tries that is done, from that of one of them."""
    return lambda share: tell((number + share) / tries)


def by_lot(task: Task, *, seed: int) -> Result:
    """What a draw that considers nothing gives: what every search is compared with."""
    rooms = Rooms(task, drawn(task, random.Random(seed)))  # noqa: S311  # as above
    return Result(task, plan_of(task, rooms.seats), cost=round(rooms.cost), bound=least_possible(task))
