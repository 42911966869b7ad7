"""The report of a day: one page with pictures, to be read without a script, by light and by dark. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

from bench.soak.pictures import STYLE, Band, lines, said, spreads

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title}</title><style>
:root {{ color-scheme: light dark; --ink: #1d1d1f; --quiet: #55565c; --paper: #fff; --line: #b9bac2; --band: #f6d9d3;
  --band-quiet: #d5e8d8; --good: #14622f; --bad: #a3201d; --c0: #0057a3; --c1: #b34a00; --c2: #00735a; --c3: #8a1c5c;
  --c4: #5b5b00; --c5: #4b3fa7; --c6: #333; --c7: #a3201d; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #ececf0; --quiet: #b0b1ba; --paper: #17181c; --line: #5a5c66;
  --band: #55302b; --band-quiet: #24452c; --good: #7fd69b; --bad: #ff9d92; --c0: #74b9ff; --c1: #ffb070; --c2: #5fd9b8;
  --c3: #f29ccb; --c4: #d9d96a; --c5: #b9aeff; --c6: #ddd; --c7: #ff9d92; }} }}
body {{ font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  padding: 1rem; max-width: 64rem; }}
h1 {{ font-size: 1.6rem; line-height: 1.2; }} h2 {{ font-size: 1.2rem; margin-top: 2.2rem; }}
figure {{ margin: 1rem 0; }} figcaption {{ font-weight: 600; margin-bottom: .3rem; }} .quiet {{ color: var(--quiet); }}
.good {{ color: var(--good); font-weight: 600; }} .bad {{ color: var(--bad); font-weight: 600; }}
.wide {{ overflow-x: auto; }} table {{ border-collapse: collapse; }}
th, td {{ text-align: end; padding: .25rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: start; white-space: normal; min-width: 9rem; }} th {{ font-weight: 600; }}
{style}</style></head><body><main>{body}</main></body></html>
"""
Cells = Sequence[Any]


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page of these parts."""
    body = f"<h1>{escape(title)}</h1>" + "".join(parts)
    return PAGE.format(title=escape(title), style=STYLE, body=body)


def table(heads: Sequence[str], rows: Iterable[Cells]) -> str:
    """A table; numbers are written as people write them."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide" tabindex="0"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return '<span class="good">yes</span>' if value else '<span class="bad">no</span>'
    return said(float(value)) if isinstance(value, int | float) else escape(str(value))


def _errors(errors: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {words}" for words, count in errors.items()) or "none"


def soak_report(figures: Mapping[str, Any]) -> str:
    """The report of one day."""
    return page(
        f"An academy's day with {figures['people']} people",
        [
            _verdict(figures),
            *_kept(figures),
            *_faults(figures),
            *_times(figures),
            *_over_time(figures),
            *growth_parts(figures.get("growth")),
        ],
    )


def _verdict(figures: Mapping[str, Any]) -> str:
    about = (
        f"<p>{escape(figures['machine'])}. {figures['people']} people and {figures['writers']} writers, "
        f"{figures['minutes']:g} minutes, {escape(figures['shape'])}. {escape(figures['at'])}.</p>"
    )
    if not figures["complaints"]:
        return f'{about}<p class="good">Everything went as it must.</p>'
    listed = "".join(f"<li>{escape(words)}</li>" for words in figures["complaints"])
    return f'{about}<p class="bad">Not as it must be:</p><ul>{listed}</ul>'


def _kept(figures: Mapping[str, Any]) -> list[str]:
    rows = [
        (
            row["kind"],
            row["acknowledged"],
            row["stored"],
            row["missing"] + row["different"],
            row["doubled"],
            row["untold"],
            row["equal"],
        )
        for row in figures["accounts"]
    ]
    heads = ("what", "acknowledged", "in the database", "lost", "doubled", "stored, not told", "equal")
    waits = [
        (kind, each["count"], each["p50"], each["p95"], each["p99"], each["worst"])
        for kind, each in figures["until acknowledged"].items()
    ]
    return [
        "<h2>What was acknowledged, and what is in the database</h2>",
        table(heads, rows),
        "<h2>From the first try until it was acknowledged, faults included, ms</h2>",
        table(("what", "times", "p50", "p95", "p99", "worst"), waits),
    ]


def _faults(figures: Mapping[str, Any]) -> list[str]:
    rows = [
        (
            f"{number}. {row['name']}",
            row["begins"],
            row["seconds"],
            row["failures"],
            _errors(row["errors"]),
            row["back"]["count"],
            row["back"]["p50"] / 1000,
            row["back"]["p95"] / 1000,
            row["back"]["worst"] / 1000,
        )
        for number, row in enumerate(figures["faults"], 1)
    ]
    heads = (
        "fault",
        "at, s",
        "lasted, s",
        "5xx",
        "what was told",
        "lines broken",
        "back after, s (p50)",
        "p95",
        "worst",
    )
    words = (
        "<p>Of the rolling restart, lines count from the moment they broke. Of an outage they count from the moment it "
        "was over, or from when they broke if that was later. While it lasts, 5xx are expected, and what was to be "
        "saved is sent again.</p>"
    )
    outside = figures["unannounced"]
    return [
        "<h2>What was made to fail</h2>",
        words,
        table(heads, rows),
        f"<p>Outside of these faults: {escape(_errors(outside))}.</p>",
        f"<p>Worth a look: {escape(_errors(figures['oddities']))}.</p>",
    ]


def _times(figures: Mapping[str, Any]) -> list[str]:
    rows = figures["actions"]
    picture = spreads(
        "Each action while nothing failed",
        {row["name"]: (row["quiet"]["p50"], row["quiet"]["p95"], row["quiet"]["p99"]) for row in rows},
    )
    cells = [
        (
            row["name"],
            row["quiet"]["count"],
            row["quiet"]["p50"],
            row["quiet"]["p95"],
            row["quiet"]["p99"],
            row["altogether"]["p95"],
            row["altogether"]["p99"],
            _errors(row["errors"]),
        )
        for row in rows
    ]
    heads = (
        "action, ms",
        "times",
        "p50",
        "p95",
        "p99",
        "p95, faults included",
        "p99, faults included",
        "errors",
    )
    return ["<h2>How long each action took</h2>", picture, table(heads, cells)]


def bands_of(figures: Mapping[str, Any]) -> list[Band]:
    return [
        Band(row["begins"], row["begins"] + row["seconds"], row["name"], quiet=row["quiet"])
        for row in figures["faults"]
    ]


def _over_time(figures: Mapping[str, Any]) -> list[str]:
    bands, each = bands_of(figures), figures["a second"]
    time = partial(lines, x_words="seconds since the first came", bands=bands)
    begun = ", ".join(f"{name} from {at:.0f} s" for name, at in figures["phases"].items() if name != "over")
    return [
        "<h2>Over the day</h2>",
        f"<p>{escape(begun)}. The numbers in the bands are those of the faults above.</p>",
        time(
            "Answers and errors a second",
            {"answers": each["answers"], "errors": each["errors"]},
            y_words="a second",
        ),
        time("The p95 of all answers", {"p95": each["p95"]}, y_words="ms"),
        time("Memory of each process with its children", figures["memory"], y_words="MB"),
        _memory(figures["memory"]),
    ]


def _memory(memory: Mapping[str, Sequence[Sequence[float]]]) -> str:
    rows = [
        (name, line[0][1], max(size for _at, size in line), line[-1][1])
        for name, line in memory.items()
        if line
    ]
    return table(("process, MB", "at first", "at most", "in the end"), rows)


def growth_parts(growth: Mapping[str, Any] | None) -> list[str]:
    """How cost grows: {"people": {action: [[size, ms]]}, "findings": …}."""
    if not growth:
        return []
    parts = ["<h2>How cost grows</h2>"]
    for key, words in (("people", "participants"), ("findings", "findings in a group")):
        series = growth.get(key, {})
        parts.append(
            lines(
                f"Median of each action by the number of {words}",
                series,
                x_words=words,
                y_words="ms",
                logarithmic=True,
            )
        )
        sizes = [point[0] for point in next(iter(series.values()), [])]
        heads = ("action, ms", *(said(size) for size in sizes), "times as much")
        rows = [
            (name, *(point[1] for point in line), line[-1][1] / line[0][1] if line[0][1] else 0.0)
            for name, line in series.items()
        ]
        parts.append(table(heads, rows))
    return parts
