"""Simulated annealing: a search that takes small steps, also bad ones while it is warm.

Kirkpatrick, Gelatt and Vecchi, "Optimization by Simulated Annealing", Science 220 (1983): a step that costs `c` more is
taken with the probability exp(-c / temperature), and the temperature falls by a constant factor from step to step.
"""

import math
import random
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

Step = TypeVar("Step")
Kept_co = TypeVar("Kept_co", covariant=True)

CHECKED_EVERY = 512


class Landscape(Protocol[Step, Kept_co]):
    """What is searched: where it stands, the steps from there, and what they cost."""

    cost: float

    def step(self, draw: random.Random) -> tuple[float, Step] | None:
        """A random step and what it adds to the cost; None if the one that was drawn cannot be taken."""

    def take(self, change: float, step: Step) -> None:
        """Go there."""

    def keep(self) -> Kept_co:
        """Where it stands, to be found again."""


def anneal(
    place: Landscape[Step, Kept_co],
    *,
    warm: float,
    cold: float,
    draw: random.Random,
    steps: int | None = None,
    seconds: float | None = None,
    goal: float = -math.inf,
    tell: Callable[[float], None] | None = None,
) -> tuple[float, Kept_co]:
    """The cheapest place that was met, and its cost.

    With `steps` the same draw gives the same result; with `seconds` it is what the machine can do in that time.

    Args:
        warm, cold: the temperatures at the beginning and at the end, in the unit of the costs.
        goal: a cost below which there is none; whoever reaches it need not search on.
        tell: is called now and then with the share of the search that is done.
    """
    best, kept = place.cost, place.keep()
    chance, exp = draw.random, math.exp
    began, number, temperature = time.perf_counter(), 0, warm
    while True:
        if number % CHECKED_EVERY == 0:
            share = number / steps if steps else (time.perf_counter() - began) / (seconds or 1)
            if share >= 1 or best <= goal:
                return best, kept
            if tell:
                tell(share)
            temperature = warm * (cold / warm) ** share
        number += 1
        drawn = place.step(draw)
        if drawn is None:
            continue
        change, step = drawn
        if change <= 0 or chance() < exp(-change / temperature):
            place.take(change, step)
            if place.cost < best - 1e-9:
                best, kept = place.cost, place.keep()
