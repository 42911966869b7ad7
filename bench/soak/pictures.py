"""Pictures of figures as SVG that stands in a page: lines over time or over size, and spreads. No colour alone.

Each is a string; colours and text are the page's own (`STYLE`), light and dark. What a picture shows stands in a table
too.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

Points = Sequence[Sequence[float]]
WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 34, 44
SERIES = 8

STYLE = """
figure { overflow-x: auto; }
svg { display: block; width: 100%; height: auto; min-width: 36rem; max-width: 60rem; font: 13px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .quiet { fill: var(--quiet); }
svg .axis { stroke: var(--line); stroke-width: 1; } svg .grid { stroke: var(--line); stroke-width: .5; }
svg .band { fill: var(--band); } svg .band-quiet { fill: var(--band-quiet); }
svg .series { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .s0 { stroke: var(--c0); } svg .s1 { stroke: var(--c1); stroke-dasharray: 7 3; }
svg .s2 { stroke: var(--c2); stroke-dasharray: 2 3; } svg .s3 { stroke: var(--c3); stroke-dasharray: 9 3 2 3; }
svg .s4 { stroke: var(--c4); stroke-dasharray: 12 4; } svg .s5 { stroke: var(--c5); stroke-dasharray: 4 2; }
svg .s6 { stroke: var(--c6); stroke-dasharray: 1 2; } svg .s7 { stroke: var(--c7); stroke-dasharray: 6 2 1 2 1 2; }
svg .bar { stroke: none; } svg .f0 { fill: var(--c0); } svg .f1 { fill: var(--c1); } svg .f2 { fill: var(--c3); }
"""


@dataclass(frozen=True)
class Band:
    """A stretch of time in which something was made to fail; a quiet one is a restart that nobody may notice."""

    begins: float
    ends: float
    label: str
    quiet: bool = False


@dataclass(frozen=True)
class Scale:
    """Where a value stands: between two ends of a picture, on a plain or a logarithmic axis."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = self.low, self.high, value
        if self.logarithmic:
            low, high, at = math.log10(low), math.log10(high), math.log10(max(value, self.low))
        share = (at - low) / (high - low) if high > low else 0.0
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """Values that are good to read: powers of ten, or about five even steps."""
        if self.logarithmic:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            found = [10.0**power for power in range(first, last + 1)]
            return [value for value in found if self.low * 0.999 <= value <= self.high * 1.001]
        rough = (self.high - self.low) / 5 or 1
        size = 10 ** math.floor(math.log10(rough))
        step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
        count = int((self.high - self.low) / step + 1e-9)
        return [self.low + number * step for number in range(count + 1)]


def said(value: float) -> str:
    """A number as people write it."""
    if value >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.3g}"


def lines(
    title: str,
    series: Mapping[str, Points],
    *,
    x_words: str,
    y_words: str,
    bands: Sequence[Band] = (),
    logarithmic: bool = False,
) -> str:
    """Lines, each with a dash of its own, over time with bands, or over size on logarithmic axes."""
    points = [point for line in series.values() for point in line]
    if not points:
        return f'<p class="quiet">{escape(title)}: nothing was measured.</p>'
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    x_scale = _scale(xs, LEFT, WIDTH - RIGHT, logarithmic=logarithmic, from_zero=False)
    y_scale = _scale(ys, HEIGHT - BOTTOM, TOP, logarithmic=logarithmic, from_zero=True)
    drawn = [
        *(_band(band, number, x_scale) for number, band in enumerate(bands)),
        *_axes(x_scale, y_scale, x_words, y_words),
        *(_line(line, number, x_scale, y_scale) for number, line in enumerate(series.values())),
    ]
    legend, bottom = _legend(list(series))
    return _picture(title, drawn + legend, bottom)


def _scale(values: Sequence[float], start: float, end: float, *, logarithmic: bool, from_zero: bool) -> Scale:
    low, high = min(values), max(values)
    if logarithmic:
        low = max(low, 0.01)
        low, high = (
            (10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(max(high, low))))
            if (from_zero)
            else (low, high)
        )
        return Scale(low, high if high > low else low * 10, start, end, logarithmic=True)
    low = 0.0 if from_zero or 0 < low < high / 10 else low
    return Scale(low, high * (1.05 if from_zero else 1) if high > low else low + 1, start, end)


def _axes(x_scale: Scale, y_scale: Scale, x_words: str, y_words: str) -> list[str]:
    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    drawn = [
        f'<path class="axis" d="M{LEFT} {TOP}V{floor}H{right}" fill="none"/>',
        f'<text class="quiet" x="{right}" y="{HEIGHT - 8}" text-anchor="end">{escape(x_words)}</text>',
        f'<text class="quiet" x="4" y="{TOP - 16}">{escape(y_words)}</text>',
    ]
    for value in y_scale.ticks():
        at = y_scale(value)
        drawn.append(f'<path class="grid" d="M{LEFT} {at}H{right}"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{at + 4}" text-anchor="end">{said(value)}</text>')
    for value in x_scale.ticks():
        at = x_scale(value)
        drawn.append(f'<path class="axis" d="M{at} {floor}v4"/>')
        drawn.append(f'<text x="{at}" y="{floor + 18}" text-anchor="middle">{said(value)}</text>')
    return drawn


def _line(points: Points, number: int, x_scale: Scale, y_scale: Scale) -> str:
    steps = " ".join(f"{x_scale(x)},{y_scale(y)}" for x, y in points)
    return f'<polyline class="series s{number % SERIES}" points="{steps}"/>'


def _band(band: Band, number: int, x_scale: Scale) -> str:
    begins = x_scale(max(band.begins, x_scale.low))
    width = max(2.0, x_scale(min(max(band.ends, x_scale.low), x_scale.high)) - begins)
    kind = "band-quiet" if band.quiet else "band"
    return (
        f'<rect class="{kind}" x="{begins}" y="{TOP}" width="{width:.1f}" height="{HEIGHT - BOTTOM - TOP}"/>'
        f'<text x="{begins + 2}" y="{TOP + 12}">{number + 1}</text><title>{escape(band.label)}</title>'
    )


def _legend(names: Sequence[str]) -> tuple[list[str], float]:
    """Names below the picture, each with its line; and how high it became."""
    drawn, across, down = [], float(LEFT), HEIGHT + 14.0
    for number, name in enumerate(names):
        width = 46 + 7.4 * len(name)
        if across + width > WIDTH and across > LEFT:
            across, down = float(LEFT), down + 22
        drawn.append(f'<path class="series s{number % SERIES}" d="M{across:.0f} {down - 4:.0f}h28"/>')
        drawn.append(f'<text x="{across + 34:.0f}" y="{down:.0f}">{escape(name)}</text>')
        across += width
    return drawn, down + 8


def spreads(title: str, rows: Mapping[str, tuple[float, float, float]]) -> str:
    """For each row three bars on a logarithmic axis: p50, p95, p99 in milliseconds."""
    kept = {name: values for name, values in rows.items() if values[2] > 0}
    if not kept:
        return f'<p class="quiet">{escape(title)}: nothing was measured.</p>'
    names, bar = 210, 9
    height = TOP + len(kept) * 3 * (bar + 1) + 10 * len(kept)
    scale = _scale(
        [v for three in kept.values() for v in three], names, WIDTH - 60, logarithmic=True, from_zero=True
    )
    drawn = []
    for value in scale.ticks():
        drawn.append(f'<path class="grid" d="M{scale(value)} {TOP}V{height}"/>')
        drawn.append(f'<text x="{scale(value)}" y="{TOP - 8}" text-anchor="middle">{said(value)}</text>')
    top = float(TOP + 4)
    for name, values in kept.items():
        drawn.append(f'<text x="{names - 8}" y="{top + 19:.0f}" text-anchor="end">{escape(name)}</text>')
        for number, value in enumerate(values):
            width = max(1.0, scale(value) - names)
            drawn.append(
                f'<rect class="bar f{number}" x="{names}" y="{top:.0f}" width="{width:.1f}" height="{bar}"/>'
            )
            drawn.append(
                f'<text class="quiet" x="{names + width + 4:.0f}" y="{top + 9:.0f}">{said(value)}</text>'
            )
            top += bar + 1
        top += 10
    drawn.append(f'<text class="quiet" x="4" y="{TOP - 8}">p50, p95, p99 in ms</text>')
    return _picture(title, drawn, height + 6)


def _picture(title: str, drawn: Sequence[str], height: float) -> str:
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-label="{escape(title)}">{"".join(drawn)}</svg></figure>'
    )
