"""All that is kept about one person, for themself: as sections of a page, and as one JSON value."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_countries import countries

from academy import clock
from academy.browsers import browser_in_words
from academy.interests import interests_of
from academy.languages import language_name
from academy.models import Edition, Question, User
from academy.people.wording import verb_in_words
from academy.privacy.choices import TITLES
from academy.privacy.declarations import Declaration, Words, declarations

FORMAT, VERSION = "academy-my-data", 1
# More rows of a kind than this are in the file only.
LONGEST = 50
# What values of other packages, and of the history, are called for whom they are about.
LABELS = {
    "email": _lazy("e-mail address"),
    "verified": _lazy("confirmed"),
    "primary": _lazy("to which mail goes"),
    "created_at": _lazy("since"),
    "last_seen_at": _lazy("last seen"),
    "ip": _lazy("internet address"),
    "user_agent": _lazy("browser"),
    "verb": _lazy("what was done"),
    "at": _lazy("when"),
}
# What tells machines something and people nothing stands in the file only.
IN_THE_FILE = frozenset({"entry__object_type", "wording_digest"})
EMPTY: tuple[Any, ...] = ("", None, [], {})


@dataclass(frozen=True)
class Section:
    """One kind of data on the page: what it is for, and its rows; `facts` are the (label, value) of a single row."""

    key: str
    title: Words
    purpose: Words
    readers: Words
    kept: Words
    labels: list[str]
    rows: list[list[str]]
    more: int

    @property
    def facts(self) -> list[tuple[str, str]]:
        return list(zip(self.labels, self.rows[0], strict=True)) if len(self.rows) == 1 else []


def sections_of(user: User) -> list[Section]:
    """What the page shows: every kind of data of which there is something, in the order of the declarations."""
    found, strands = [], strands_of(user)
    for one in declarations():
        rows = _with_titles(_spoken(one.shown(user)), strands)
        shown = [path for path in one.shows if path not in IN_THE_FILE]
        paths = [path for path in shown if any(row[path] not in EMPTY for row in rows)]
        texts = [[in_words(one, path, row[path]) for path in paths] for row in rows[:LONGEST]]
        if paths:
            labels = [label_of(one, path) for path in paths]
            more = max(0, len(rows) - LONGEST)
            found.append(
                Section(one.key, one.title, one.purpose, one.readers, one.kept.words, labels, texts, more)
            )
    return found


def label_of(one: Declaration, path: str) -> str:
    """What a value is called: in our own words, where its field is another package's."""
    last = path.rpartition("__")[2]
    is_ours = one.model.startswith("academy.") and one.model != "academy.HistoryActor"
    return str(one.label(path)) if is_ours or last not in LABELS else str(LABELS[last])


def strands_of(user: User) -> dict[str, str]:
    """{strand's address: its title} of the editions that somebody is registered for."""
    editions = Edition.objects.filter(participants__user=user)
    return {slug: title for edition in editions for slug, title in interests_of(edition)}


def _with_titles(rows: list[dict[str, Any]], strands: dict[str, str]) -> list[dict[str, Any]]:
    """Rows whose strands of interest are called by their titles."""
    return [
        {**row, "interests": [strands.get(slug, slug) for slug in row["interests"] or ()]}
        if "interests" in row
        else row
        for row in rows
    ]


def everything_of(user: User) -> dict[str, Any]:
    """The whole of a person's data as a JSON value: {kind of data: rows}, empty kinds as well."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": clock.now().isoformat(),
        "data": {
            one.key: [
                {path: as_json(value) for path, value in row.items()} for row in _spoken(one.shown(user))
            ]
            for one in declarations()
            if one.shows
        },
    }


def as_json(value: Any) -> Any:
    """A value of the database as a JSON value."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def in_words(one: Declaration, path: str, value: Any) -> str:
    """A value as a person reads it; nothing for what is empty."""
    if value in EMPTY and not isinstance(value, bool):
        return ""
    match value:
        case bool():
            words = _("yes") if value else _("no")
        case datetime():
            words = f"{date_format(value.astimezone(UTC), 'j M Y, H:i')} UTC"
        case list():
            words = ", ".join(
                language_name(str(part)) if path == "languages" else str(part) for part in value
            )
        case dict():
            words = "; ".join(f"{key}: {_flat(answer)}" for key, answer in value.items())
        case _ if path == "purpose":
            titles = {wording.purpose: str(title) for wording, title, *_choices in TITLES}
            words = titles.get(value, value)
        case _ if path.endswith("verb"):
            words = verb_in_words(value)
        case _ if path == "user_agent":
            words = browser_in_words(value)
        case _ if path == "country":
            words = str(countries.name(value)) or value
        case _:
            words = str(dict(getattr(one.field(path), "flatchoices", ())).get(value, value))
    return words


def _flat(answer: Any) -> str:
    if isinstance(answer, bool):
        return _("yes") if answer else _("no")
    return ", ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def _spoken(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows whose answers to extra questions stand under the questions' words instead of their keys."""
    keys = {key for row in rows for key in row.get("answers") or ()}
    if not keys:
        return rows
    labels = {str(pk): label for pk, label in Question.objects.values_list("pk", "label")}
    return [
        {**row, "answers": {labels.get(key, key): said for key, said in (row["answers"] or {}).items()}}
        for row in rows
    ]
