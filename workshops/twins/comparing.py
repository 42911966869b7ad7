"""Whether two groups support a finding differently, or by how much chance alone would make them differ. Pure.

Each group's share is the number of its people who gave the finding a dot, of those who gave any dots in that part.
Two shares are compared by the two-proportion test with pooled variance and one added to all four counts, so that small
rooms say nothing too loudly (the formula of Polis: Small et al. 2021, RECERCA 26(2), doi 10.6035/recerca.5516). As a
workshop has many findings, some would differ by chance; so the p-values of a workshop are corrected together after
Benjamini and Hochberg (1995, J. R. Stat. Soc. B 57, 289-300).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

# Of the differences that are called so, at most one in ten is expected to be chance.
RARELY = 0.10
# Fewer people than these in a group are not compared.
LEAST = 5


@dataclass(frozen=True)
class Share:
    """How many people of those who gave dots gave some to a finding."""

    supporters: int
    voters: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 where nobody gave dots."""
        return self.supporters / self.voters if self.voters else 0.0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.supporters + other.supporters, self.voters + other.voters)


@dataclass(frozen=True)
class Comparison:
    """A comparison of one share with another: z is positive where the first is larger.

    `p` is the two-sided probability of a difference as large by chance; `adjusted` is p after the correction for all
    comparisons of the workshop, and at least as large.
    """

    z: float
    p: float
    adjusted: float

    @property
    def reversed(self) -> "Comparison":
        """The same comparison seen from the other side."""
        return Comparison(-self.z, self.p, self.adjusted)

    @property
    def differs(self) -> bool:
        """Whether chance alone would rarely make such a difference."""
        return self.adjusted <= RARELY


def comparable(one: Share, other: Share) -> bool:
    """Whether enough people gave dots on both sides."""
    return min(one.voters, other.voters) >= LEAST


def z_of(one: Share, other: Share) -> float:
    """The test statistic of two shares; 0 where everybody supported both."""
    first, second = one.supporters + 1, other.supporters + 1
    of_first, of_second = one.voters + 1, other.voters + 1
    pooled = (first + second) / (of_first + of_second)
    if pooled >= 1:
        return 0.0
    spread = sqrt(pooled * (1 - pooled) * (1 / of_first + 1 / of_second))
    return (first / of_first - second / of_second) / spread


def p_of(z: float) -> float:
    """The probability of a value at least as far from 0 as z under the normal distribution."""
    return erfc(abs(z) / sqrt(2))


def adjusted(values: Sequence[float]) -> list[float]:
    """The p-values after the correction of Benjamini and Hochberg, in the order in which they came."""
    count = len(values)
    order = sorted(range(count), key=lambda place: values[place], reverse=True)
    result, least = [1.0] * count, 1.0
    for step, place in enumerate(order):
        least = min(least, values[place] * (count / (count - step)))
        result[place] = least
    return result


def compared(pairs: Sequence[tuple[Share, Share]]) -> list[Comparison]:
    """The comparisons of a workshop, corrected together."""
    z_values = [z_of(one, other) for one, other in pairs]
    p_values = [p_of(z) for z in z_values]
    return [Comparison(z, p, q) for z, p, q in zip(z_values, p_values, adjusted(p_values), strict=True)]
