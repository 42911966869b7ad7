"""Dates as people write them at the head of a day, in English, German, French and Spanish, and in numbers."""

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    "january|jan|januar|jänner|jän|janvier|janv|enero|ene",
    "february|feb|februar|feber|février|fevrier|févr|fév|febrero",
    "march|mar|märz|mär|maerz|mars|marzo",
    "april|apr|avril|avr|abril|abr",
    "may|mai|mayo",
    "june|jun|juni|juin|junio",
    "july|jul|juli|juillet|juil|julio",
    "august|aug|août|aout|agosto|ago",
    "september|sept|sep|septembre|septiembre|setiembre",
    "october|oct|oktober|okt|octobre|octubre",
    "november|nov|novembre|noviembre",
    "december|dec|dezember|dez|décembre|decembre|déc|diciembre|dic",
)
_WEEKDAYS = (
    "monday|mon|montag|mo|lundi|lun|lunes",
    "tuesday|tues|tue|dienstag|di|mardi|mar|martes",
    "wednesday|wed|mittwoch|mi|mercredi|mer|miércoles|miercoles|mié|mie",
    "thursday|thurs|thur|thu|donnerstag|do|jeudi|jeu|jueves|jue",
    "friday|fri|freitag|fr|vendredi|ven|viernes|vie",
    "saturday|sat|samstag|sonnabend|sa|samedi|sam|sábado|sabado|sáb|sab",
    "sunday|sun|sonntag|so|dimanche|dim|domingo|dom",
)
MONTHS = {word: n for n, words in enumerate(_MONTHS, 1) for word in words.split("|")}
WEEKDAYS = {word: n for n, words in enumerate(_WEEKDAYS) for word in words.split("|")}


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_WEEKDAY = rf"(?:(?P<weekday>{_any(WEEKDAYS)})(?![\w])\.?\s*,?\s+(?:(?:the|den|dem|der|le|am|el)\s+)?)?"
_YEAR = r"(?:19|20|21)\d{2}"
_MONTH = rf"(?P<month>{_any(MONTHS)})(?!\w)\.?"
_DAY = r"(?P<day>\d{1,2})(?:\s?(?:st|nd|rd|th|er|re|e|ter|ten)(?!\w)|\.?º|\.)?"
_WORDS = rf"{_DAY}\s*(?:of\s+|de\s+)?{_MONTH}(?:,?\s*(?:del?\s+)?(?P<year>{_YEAR})(?!\d))?"
_MONTH_FIRST = rf"{_MONTH}\s+{_DAY}(?![\d:.h–-]\d)(?:,?\s+(?P<year>{_YEAR})(?!\d))?"
_ISO = r"(?P<year>\d{4})(?P<between>[-/.])(?P<month>\d{2})(?P=between)(?P<day>\d{2})(?!\d)"
_NUMBERS = (
    r"(?P<day>\d{1,2})(?P<sign>[./-])\s?(?P<month>\d{1,2})"
    r"(?:(?P=sign)\s?(?P<year>\d{4}|\d{2})(?!\d|[:.h]\d)|\.(?=\D|$))"
)
_FORMS = tuple(
    re.compile(rf"{_WEEKDAY}{form}", re.IGNORECASE) for form in (_ISO, _NUMBERS, _WORDS, _MONTH_FIRST)
)

_COUNT = (
    r"first|second|third|fourth|fifth|sixth|seventh|erster|zweiter|dritter|vierter|fünfter|sechster|siebter"
    r"|premier|première|deuxième|troisième|quatrième|cinquième|sixième|septième|primer|segundo|tercer|cuarto|quinto|sexto|séptimo"
)
_COUNTED = (
    r"\d{1,2}|one|two|three|four|five|six|seven|eins|zwei|drei|vier|fünf|sechs|un|deux|trois|quatre|cinq"
    r"|uno|dos|tres|cuatro|cinco|seis|siete"
)
DAY_HEAD = re.compile(
    rf"(?:(?:day|tag|jour|journée|día|dia|jornada)\s+(?:{_COUNTED})(?!\w)|(?:\d{{1,2}}\.|{_COUNT})\s+(?:day|tag|jour|journée|día|jornada)(?!\w))"
    r"\s*(?P<separator>[:,.|/–—-]+|(?=\()|$)?\s*",
    re.IGNORECASE,
)
# "1 – 8 February 2022", "1 February to 8 February 2022": the days of the academy, not the head of one.
_UNTIL = re.compile(
    r"\s*(?:[-–—]+|to\b|until\b|till\b|bis\b|au\b|jusqu'au\b|al?\b|hasta\b)\s*", re.IGNORECASE
)
_LONE_DAY = re.compile(
    r"(?:(?:from|von|vom|du|del)\s+)?\d{1,2}\.?(?:st|nd|rd|th|er)?\s*(?=[-–—]|to\b|bis\b|au\b|al?\b)",
    re.IGNORECASE,
)
_MONTH_PERIOD = re.compile(
    rf"(?:{_any(MONTHS)})(?!\w)\.?\s+\d{{1,2}}\s*(?:[-–—]|to|through)\s*(?:{_DAY}),?\s+(?P<year>{_YEAR})(?!\d)",
    re.IGNORECASE,
)
_OPENING = re.compile(r"(?:from|von|vom|du|del)\s+", re.IGNORECASE)
_LONE_WEEKDAY = re.compile(rf"\(?\s*(?:{_any(WEEKDAYS)})\.?\s*\)?", re.IGNORECASE)
_WEEKDAY_BEHIND = re.compile(rf"\s*\((?:{_any(WEEKDAYS)})\.?\)(?=\s*[:,|/–—-])", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*\)?\s*(?:[:,|/–—-]+|\(|\)|$)\s*")


@dataclass(frozen=True)
class Dated:
    """A date as it was written, before it is known whether it exists."""

    day: int
    month: int
    year: int | None
    weekday: int | None
    in_figures: bool = False

    def resolve(self, *, year: int | None, month_first: bool) -> date | None:
        """The date itself; None if there is none such, or its year is said nowhere."""
        day, month = (self.month, self.day) if self.in_figures and month_first else (self.day, self.month)
        if self.in_figures and self.month > 12 >= self.day:
            day, month = self.month, self.day
        found = self.year or year
        try:
            return date(found, month, day) if found else None
        except ValueError:
            return None

    def says_month_first(self) -> bool | None:
        """Whether the figures can only be meant with the month first, or only with the day first; None: either."""
        if not self.in_figures or (self.day <= 12 and self.month <= 12 and self.weekday is None):
            return None
        if self.day > 12 or self.month > 12:
            return self.month > 12
        day_first = self.resolve(year=None, month_first=False)
        month_first = self.resolve(year=None, month_first=True)
        fits = [bool(found and found.weekday() == self.weekday) for found in (day_first, month_first)]
        return fits[1] if fits[0] != fits[1] else None


@dataclass(frozen=True)
class DayHead:
    """The head of a day: its date, and the title that stands beside it."""

    dated: Dated
    title: str


def read_date(text: str) -> tuple[Dated, str] | None:
    """The date at the start of a text, and what follows it."""
    for form in _FORMS:
        match = form.match(text[:80])
        if match and (dated := _dated(match)):
            return dated, text[match.end() :]
    return None


def _dated(match: re.Match[str]) -> Dated | None:
    found = match.groupdict()
    month, weekday = (found["month"] or "").lower(), (found["weekday"] or "").lower()
    year = int(found["year"]) if found["year"] else None
    sign = found.get("sign")
    if sign and year is None and not weekday:
        return None
    if year is not None and year < 100:
        year += 2000
    in_figures = month.isdigit()
    return Dated(
        day=int(found["day"]),
        month=int(month) if in_figures else MONTHS[month],
        year=year,
        weekday=WEEKDAYS[weekday] if weekday else None,
        in_figures=bool(sign) and sign != ".",
    )


def read_period(text: str) -> Dated | None:
    """The last day of a period such as "1 – 8 February 2022"; None if the text starts with no period."""
    text = _OPENING.sub("", text, count=1) if _OPENING.match(text) else text
    if month_first := _MONTH_PERIOD.match(text):
        return Dated(
            int(month_first["day"]),
            MONTHS[month_first[0].split()[0].lower().strip(".")],
            int(month_first["year"]),
            None,
        )
    first = read_date(text)
    rest = first[1] if first else ""
    if not first and (lone := _LONE_DAY.match(text)):
        rest = text[lone.end() :]
    between = _UNTIL.match(rest)
    last = read_date(rest[between.end() :]) if between else None
    return last[0] if last else None


def read_day_head(text: str, *, stands_out: bool) -> DayHead | None:
    """The head of a day, if this line is one.

    Args:
        stands_out: whether the line is a heading or bold, so that its date may also stand at the end.
    """
    counted = DAY_HEAD.match(text)
    has_count = counted is not None and counted["separator"] is not None
    body = text[counted.end() :] if counted and has_count else text
    opens = body.startswith("(")
    body = body.lstrip("( ")
    if read_period(body):
        return None
    if found := read_date(body):
        dated, rest = found
        rest = _WEEKDAY_BEHIND.sub("", rest, count=1)
        separator = _SEPARATOR.match(rest)
        said = dated.weekday is not None or dated.year is not None
        if separator or (said and len(rest) <= 120 and not rest.rstrip().endswith(".")):
            title = rest[separator.end() :] if separator else rest
            title = "" if _LONE_WEEKDAY.fullmatch(title) else title
            closes = opens and "(" not in title
            return DayHead(dated, title.strip().removesuffix(")") if closes else title.strip())
    return _dated_at_the_end(body) if stands_out or has_count else None


def _dated_at_the_end(text: str) -> DayHead | None:
    """A title with its date after it: "Drivers and actors (Tuesday, 1 February 2022)"."""
    for start in re.finditer(r"(?:[,:|(]|\s[–—-])\s*(?=\S)", text[-90:]):
        end = text[-90:][start.end() :]
        found = read_date(end)
        if found and found[1].strip(" ).:") == "":
            return DayHead(found[0], text[: len(text) - len(text[-90:]) + start.start()].strip())
    return None
