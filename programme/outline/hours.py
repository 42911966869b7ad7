"""Times as people write them before an item: 11:30-12:00, 13.30–14.15, 9:00 am - 10:30 am, 9h30 à 11h, 9 bis 10 Uhr."""

import re
from dataclasses import dataclass
from datetime import time

from django.utils.translation import gettext_lazy as _

_CLOCK = (
    r"(?P<h{n}>\d{{1,2}})(?:\s?[:.h]\s?(?P<m{n}>\d{{2}})(?!\d)|(?P<o{n}>\s?h(?![a-z])))?"
    r"(?:\s?(?P<u{n}>uhr|hrs|h(?![a-z])))?(?:\s?(?P<x{n}>[ap]\.?\s?m(?![a-z])\.?|(?<=\d)[ap](?![a-zà-ÿ.])))?"
)
_WORD = (
    r"(?P<w{n}>12 noon|noon|midday|midi|mittags?|mediodía|midnight|minuit|mitternacht|medianoche)(?![a-zà-ÿ])"
)
_SIDE = rf"(?:{_WORD}|(?P<f{{n}}>\d{{{{4}}}})(?!\d)|{_CLOCK})"
_UNTIL = r"\s*(?:[-–—−‒~]{1,2}|\b(?:to|until|till|bis|à|a|au|jusqu'à|hasta)\b)\s*"
_OPEN_END = r"(?:late|open end|open-end|end|ende offen|offenes ende|tard|fin)(?!\w)"
_ZONE = r"(?:\s?(?:cet|cest|utc|gmt|mez|mesz|hec|uhr|hrs|h)(?![a-z]))?"
_FROM = r"(?:(?:from|von|de|ab|dès|at|um|desde|a las)\s+)?"
_AFTER = r"\s*[\])]?\s*(?:[:|,–—-]+(?=\s|\*|$))?\s*"
RANGE = re.compile(
    rf"[\[(]?\s*{_FROM}{_SIDE.format(n=1)}{_ZONE}{_UNTIL}{_SIDE.format(n=2)}{_ZONE}{_AFTER}", re.IGNORECASE
)
SINGLE = re.compile(
    rf"[\[(]?\s*{_FROM}{_SIDE.format(n=1)}{_ZONE}(?:\s?[-–—](?:\s?{_OPEN_END}|(?=\s|$)))?{_AFTER}",
    re.IGNORECASE,
)
UNKNOWN = re.compile(
    r"(?:tb[acd]|t\.b\.[acd]\.|time to be (?:announced|confirmed)|uhrzeit (?:offen|folgt)|n\.\s?n\.|"
    r"heure à (?:préciser|confirmer))(?:\s*[:|,–—-]+\s+|\s+|$)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    rf"(?:\s*[,–—|(\[-]\s*|\s\()(?P<range>{_FROM}\d[^()\[\]]{{3,30}}?)[\])]?$", re.IGNORECASE
)
# "Coffee 10:30-11:00": without a sign before the times only in a short title, and not after "between" or "at".
_LOOSE = re.compile(
    r"(?P<title>\D{3,50}?(?<!between)(?<!from)(?<!at)(?<!von)(?<!zwischen)(?<!um)(?<!de)(?<!entre))\s"
    r"(?P<range>\d{1,2}[:.h]\d{2}\s?[-–—]\s?\d{1,2}[:.h]\d{2})$",
    re.IGNORECASE,
)
# "Tea 11:00": a start alone, in a title of a few words that does not lead up to it ("doors open at", "ends by").
_ALONE = re.compile(
    r"(?P<title>(?:\S*[^\W\d]\S*\s+){0,4}\S*[^\W\d_]{2,})"
    r"(?<!\bat)(?<!\bby)(?<!from)(?<!until)(?<!till)(?<!\bto)(?<!before)(?<!after)(?<!about)(?<!since)"
    r"(?<!\bum)(?<!\bbis)(?<!\bab)(?<!\bvor)(?<!nach)(?<!gegen)(?<!\bde)(?<!vers)(?<!dès)(?<!avant)(?<!après)"
    r"(?:(?:\s*[,|–—]\s*|\s-\s+)(?P<set>\d{1,2}[:.h]\d{2}|\d{1,2}\s?[ap]m)|\s+(?P<bare>\d{1,2}[:h]\d{2}|\d{1,2}\s?[ap]m))$",
    re.IGNORECASE,
)
_NOON = {"midnight": 0, "minuit": 0, "mitternacht": 0, "medianoche": 0}

NOT_A_TIME = _("this is no time of day")
BACKWARDS = _("it ends before it starts")


@dataclass(frozen=True)
class Span:
    """When an item starts and ends. `problem` says why the times cannot be right; then they are None."""

    starts: time | None = None
    ends: time | None = None
    problem: str = ""


def read_span(text: str) -> tuple[Span, str] | None:
    """The times at the start of a text and what follows them; None if it starts with no time."""
    if match := UNKNOWN.match(text):
        return Span(), text[match.end() :]
    for pattern in (RANGE, SINGLE):
        match = pattern.match(text[:200])
        if match and _is_time(match, pattern) and not _glued(text, match.end()):
            return _span(match), text[match.end() :]
    return None


def read_trailing_span(text: str) -> tuple[Span, str] | None:
    """The times in brackets or after a comma at the end of a text, and what stands before them.

    Behind a title of a few words, a start alone is enough.
    """
    alone = _ALONE.fullmatch(text[:80])
    if alone and text[:1].isupper() and "://" not in text:
        times = read_span(alone["set"] or alone["bare"])
        return (times[0], alone["title"].strip()) if times and not times[0].problem else None
    if loose := _LOOSE.match(text):
        times = read_span(loose["range"])
        return (times[0], loose["title"].strip()) if times and not times[0].problem else None
    found = _TRAILING.search(text[-60:])
    if not found:
        return None
    match = RANGE.fullmatch(found["range"].strip())
    if not match or not _is_time(match, RANGE):
        return None
    span = _span(match)
    return None if span.problem else (span, text[: len(text) - len(text[-60:]) + found.start()].rstrip(" ,("))


def _glued(text: str, end: int) -> bool:
    """Whether what looks like a time goes straight on, as in "10:30x" or "2.50%"."""
    before = text[:end]
    return bool(text[end:]) and before[-1:].isalnum() and not text[end].isspace() and text[end] not in "*_"


def _is_time(match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    """Whether the digits are meant as a time: bare numbers are one only beside am, pm, h, Uhr or minutes."""
    found = match.groupdict()
    signs = [found.get(f"{kind}{n}") for kind in "moxuwf" for n in (1, 2)]
    if pattern is RANGE:
        fours = [found["f1"], found["f2"]]
        # 2021-2022 is no time; 0930-1000 is one.
        if all(fours):
            return _minutes_fit(found, 1) and _minutes_fit(found, 2) and not _looks_like_years(fours)
        return any(signs) and not any(fours)
    return any(found.get(f"{kind}1") for kind in "moxuw")


def _minutes_fit(found: dict[str, str | None], n: int) -> bool:
    four = found[f"f{n}"] or ""
    return int(four[:2]) <= 24 and int(four[2:]) <= 59


def _looks_like_years(fours: list[str | None]) -> bool:
    return all(four is not None and four[:2] in {"19", "20"} and four[2:] > "15" for four in fours)


def _span(match: re.Match[str]) -> Span:
    found = match.groupdict()
    first, second = _halves(found)
    starts = _clock(found, 1, first)
    if starts is None:
        return Span(problem=str(NOT_A_TIME))
    if starts == (24, 0):
        return Span(problem=str(NOT_A_TIME))
    if "h2" not in found:
        return Span(_time(starts))
    ends = _clock(found, 2, second)
    if ends is None:
        return Span(problem=str(NOT_A_TIME))
    if is_backwards(starts, ends):
        return Span(problem=str(BACKWARDS))
    return Span(_time(starts), _time(ends))


def is_backwards(starts: tuple[int, int], ends: tuple[int, int]) -> bool:
    """Whether (hour, minute) to (hour, minute) goes back in time; from an evening it may go on into the night."""
    into_the_night = ends == (24, 0) or (starts >= (18, 0) and ends <= (6, 0))
    return ends <= starts and not into_the_night


def _halves(found: dict[str, str | None]) -> tuple[str, str]:
    """Whether each side is in the morning ("a"), after noon ("p"), or says nothing; one side may speak for both."""
    first, second = ((found.get(f"x{n}") or "").lower()[:1] for n in (1, 2))
    if second and not first and not found.get("w1"):
        fits = (_clock(found, 1, second) or (99, 0)) < (_clock(found, 2, second) or (0, 0))
        first = second if fits else ("a" if second == "p" else "p")
    elif first and not second and not found.get("w2"):
        fits = (_clock(found, 1, first) or (99, 0)) < (_clock(found, 2, first) or (0, 0))
        second = first if fits else ("p" if first == "a" else "a")
    return first, second


def _clock(found: dict[str, str | None], n: int, half: str) -> tuple[int, int] | None:
    """Hour and minute of one side, 24:00 included; None if there is no such time."""
    if word := found.get(f"w{n}"):
        return _NOON.get(word.lower(), 12), 0
    if four := found.get(f"f{n}"):
        hour, minute = int(four[:2]), int(four[2:])
    else:
        hour, minute = int(found.get(f"h{n}") or 0), int(found.get(f"m{n}") or 0)
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return (hour, minute) if minute <= 59 and (hour <= 23 or (hour, minute) == (24, 0)) else None


def _time(clock: tuple[int, int]) -> time:
    return time(clock[0] % 24, clock[1])
