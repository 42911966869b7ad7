"""The thread as a picture: days, groups and what their findings came to, as bands between columns. Pure.

A finding is one unit wide. One that several clauses rest on is divided among them, so that every band is a share of
the findings and nothing is counted twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

WIDTH, NODE, GAP = 1000, 14, 9
# Where the columns stand: days, groups, clauses.
COLUMNS = (0, 300, 640)
UNIT, SMALLEST = 5, 12


@dataclass(frozen=True)
class Place:
    """Something that bands begin or end at: its key, its words, its colour, where a link leads.

    Places of a column stand by their `order`, those of the same by their first appearance.
    """

    key: str
    label: str
    colour: str = "slate"
    address: str = ""
    order: int = 0


@dataclass(frozen=True)
class Node:
    """A place as a bar of the picture."""

    place: Place
    x: float
    y: float
    height: float
    label_x: float
    anchor: str

    @property
    def middle(self) -> float:
        return round(self.y + self.height / 2 + 4, 1)


@dataclass(frozen=True)
class Band:
    """What flows from one place to another: how many findings, and the outline of its area."""

    start: Place
    end: Place
    count: Fraction
    path: str
    is_last: bool

    @property
    def findings(self) -> float:
        """How many findings that is, rounded to tenths; a share where others rest on them as well."""
        rounded = round(float(self.count), 1)
        return int(rounded) if rounded == int(rounded) else rounded


@dataclass(frozen=True)
class Flow:
    """The whole picture."""

    nodes: list[Node]
    bands: list[Band]
    height: int


Route = Sequence[Place]


def flow_of(routes: Iterable[tuple[Route, Fraction]], *, is_mirrored: bool = False) -> Flow:
    """The picture of these routes, each a place in every column with its share of a finding.

    Args:
        is_mirrored: for languages that are written from the right.
    """
    known = [(list(route), share) for route, share in routes]
    columns: list[dict[Place, Fraction]] = [{} for _column in COLUMNS]
    flows: defaultdict[tuple[int, Place, Place], Fraction] = defaultdict(Fraction)
    for route, share in known:
        for number, place in enumerate(route):
            columns[number][place] = columns[number].get(place, Fraction()) + share
        for number in range(len(route) - 1):
            flows[(number, route[number], route[number + 1])] += share
    nodes = [_column(number, column, is_mirrored) for number, column in enumerate(columns)]
    height = max((column[-1].y + column[-1].height for column in nodes if column), default=0.0)
    bands = _bands(flows, [{node.place: node for node in column} for column in nodes], is_mirrored)
    return Flow([node for column in nodes for node in column], bands, int(height) + GAP)


def _column(number: int, places: Mapping[Place, Fraction], is_mirrored: bool) -> list[Node]:
    nodes, y = [], float(GAP)
    for place, share in sorted(places.items(), key=lambda entry: entry[0].order):
        height = max(float(share) * UNIT, SMALLEST)
        x = float(COLUMNS[number])
        label = x + NODE + 6
        if is_mirrored:
            x, label = WIDTH - x - NODE, WIDTH - label
        nodes.append(Node(place, x, round(y, 1), round(height, 1), label, "end" if is_mirrored else "start"))
        y += height + GAP
    return nodes


def _bands(
    flows: Mapping[tuple[int, Place, Place], Fraction],
    columns: Sequence[Mapping[Place, Node]],
    is_mirrored: bool,
) -> list[Band]:
    """The bands in the order of what they lead to, so that they cross as little as can be."""
    order = {place: n for column in columns for n, place in enumerate(column)}
    left: defaultdict[tuple[int, Place], float] = defaultdict(float)
    right: defaultdict[tuple[int, Place], float] = defaultdict(float)
    bands = []
    for (number, start, end), share in sorted(
        flows.items(), key=lambda flow: (flow[0][0], order[flow[0][1]], order[flow[0][2]])
    ):
        source, target = columns[number][start], columns[number + 1][end]
        wide = float(share) * UNIT
        y1, y2 = source.y + left[(number, start)], target.y + right[(number, end)]
        left[(number, start)] += wide
        right[(number, end)] += wide
        x1, x2 = (source.x, target.x + NODE) if is_mirrored else (source.x + NODE, target.x)
        is_last = number == len(COLUMNS) - 2
        bands.append(Band(start, end, share, _area(x1, y1, x2, y2, wide), is_last))
    return bands


def _area(x1: float, y1: float, x2: float, y2: float, wide: float) -> str:
    """The outline of a band, as the value of a path's "d"."""
    middle = (x1 + x2) / 2
    return (
        f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        f"V{y2 + wide:.1f}C{middle:.1f} {y2 + wide:.1f} {middle:.1f} {y1 + wide:.1f} {x1:.1f} {y1 + wide:.1f}Z"
    )
