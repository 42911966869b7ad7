"""The form in which an app declares what its models hold about people.

Each app has a module `privacy` (the ground floor: `academy.privacy.ground` and `.accounts`) with two names:

    DECLARATIONS     what is kept about people, one declaration a model or a part of it
    NOT_ABOUT_PEOPLE {model: reason} for the models that hold nothing about anybody

A model in neither, or a text of a declared model that the declaration does not name, fails a test.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from academy.models import User

Words = str | Promise
Rows = QuerySet[Any, Any]
MODULES = (
    "academy.privacy.ground",
    "academy.privacy.accounts",
    "programme.privacy",
    "workshops.privacy",
    "outcome.privacy",
)


class Basis(Enum):
    """Why the law allows it: the points of Article 6 (1) GDPR that are used here."""

    CONSENT = _("consent, Art. 6 (1) (a) GDPR")
    EXPLICIT_CONSENT = _("explicit consent, Art. 6 (1) (a) and Art. 9 (2) (a) GDPR")
    TAKING_PART = _("to carry out the taking part that was asked for, Art. 6 (1) (b) GDPR")
    INTEREST = _("legitimate interest, Art. 6 (1) (f) GDPR")


class Fate(Enum):
    """What becomes of the rows of a person who is erased, and of rows whose time is over."""

    DELETED = _("deleted")
    BLANKED = _("blanked: the row stays, what it said is gone")
    PSEUDONYMOUS = _("stays, and leads to nobody any more")


@dataclass(frozen=True)
class Fading:
    """How rows are made to say nothing about anybody any more; `act` returns how many there were."""

    fate: Fate
    act: Callable[[Rows], int]
    because: Words = ""


@dataclass(frozen=True)
class Period:
    """For how long something is kept.

    Args:
        words: in words, for the register.
        over: the rows whose time is over at a moment; none for what goes with its person.
        edition: the way from the row to its edition, so that what was forgotten is counted in its history.
    """

    words: Words
    over: Callable[[datetime], Rows] | None = None
    edition: str = ""


@dataclass(frozen=True)
class Declaration:
    """What one model holds about people, why, for how long, and what erasure does to it.

    Args:
        key: its name in the export.
        model: "app.Model".
        title: as a heading for the person themself.
        rows: the rows that are about a person.
        fields: what of it is about the person.
        shows: the values that the person reads and takes along, as paths of fields ("session__title").
        plain: texts of the model that are about nobody; every text is either in `fields` or here.
        collected_from: who tells it, if not the person themself.
        readable: of the rows those that the person reads on a page, if not all of them.
    """

    key: str
    model: str
    title: Words
    rows: Callable[[User], Rows]
    fields: tuple[str, ...]
    purpose: Words
    basis: Basis
    readers: Words
    kept: Period
    erasure: Fading
    shows: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    collected_from: Words = ""
    readable: Callable[[Rows], Rows] | None = None

    @property
    def table(self) -> type[Model]:
        return apps.get_model(self.model)

    def shown(self, user: User) -> list[dict[str, Any]]:
        """What the person reads of it: {path of the field: value} a row."""
        if not self.shows:
            return []
        rows = self.readable(self.rows(user)) if self.readable else self.rows(user)
        return list(rows.order_by("pk").values(*self.shows))

    def field(self, path: str) -> Any:
        """The field of the database that a path leads to."""
        *way, last = path.split("__")
        model: Any = self.table
        for step in way:
            model = model._meta.get_field(step).related_model
        return model._meta.get_field(last)

    def label(self, path: str) -> str:
        """What a value is called on a page; the name of another thing is called as that thing."""
        way, _dots, last = path.rpartition("__")
        return str(self.field(way if way and last in NAMES else path).verbose_name)


# Fields by which a row of another table is named.
NAMES = ("title", "name")


# --- Whose rows, and when their time is over --------------------------------------------------------------------------


def of(model: str, path: str) -> Callable[[User], Rows]:
    """The rows of a model that a field, or a way of fields, leads from to the person."""
    return lambda user: rows_of(model).filter(Q((path, user.pk)))


def rows_of(model: str) -> Rows:
    found: Rows = apps.get_model(model)._default_manager.all()
    return found


def with_the_account(words: Words = "") -> Period:
    """Kept until the person is erased."""
    return Period(words or _("as long as the account"))


def after_the_edition(model: str, path: str, days: int, fading: Fading | None = None) -> Period:
    """Kept for some days after the last day of the edition that `path` leads to; `edition` is the model itself."""

    def over(moment: datetime) -> Rows:
        rows = rows_of(model).filter(Q((f"{path}__ends__lt", last_day(moment, days))))
        left: Rows = getattr(fading.act, "left", _all)(rows) if fading else rows
        return left

    return Period(_in_days(days), over, path)


def last_day(moment: datetime, days: int) -> date:
    """An edition that ended before this date ended more than some days ago."""
    return (moment - timedelta(days=days)).date()


def after_the_moment(model: str, field: str, days: int, fading: Fading | None = None) -> Period:
    """Kept for some days after a moment that the row names."""

    def over(moment: datetime) -> Rows:
        first = datetime.combine(last_day(moment, days), time(), moment.tzinfo)
        rows = rows_of(model).filter(Q((f"{field}__lt", first)))
        left: Rows = getattr(fading.act, "left", _all)(rows) if fading else rows
        return left

    return Period(format_lazy(_("{days} days"), days=days), over)


def _in_days(days: int) -> Words:
    return format_lazy(_("until {days} days after the last day of the academy"), days=days)


def _all(rows: Rows) -> Rows:
    return rows


# --- What becomes of rows ---------------------------------------------------------------------------------------------


def deleted() -> Fading:
    """The rows are deleted."""

    def act(rows: Rows) -> int:
        return int(
            rows.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()[0]
        )

    return Fading(Fate.DELETED, act)


class Blanking:
    """Fields set to values that say nothing; rows that say nothing already are not counted again."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def left(self, rows: Rows) -> Rows:
        """The rows that still say something."""
        return rows.exclude(**self.values)

    def __call__(self, rows: Rows) -> int:
        return self.left(rows).update(**self.values)


def blanked(because: Words = "", **values: Any) -> Fading:
    """The rows stay, and these fields say nothing any more."""
    return Fading(Fate.BLANKED, Blanking(values), because)


def stays(because: Words) -> Fading:
    """The rows stay as they are: the person they belong to has no name any more."""
    return Fading(Fate.PSEUDONYMOUS, lambda _rows: 0, because)


# --- All of them ------------------------------------------------------------------------------------------------------


def declarations() -> list[Declaration]:
    """Everything that is kept about people, of all apps: the ground floor first, what rests on it after it."""
    return [one for module in _modules() for one in module.DECLARATIONS]


def not_about_people() -> dict[str, Words]:
    """{model: why it holds nothing about anybody}, of all apps."""
    return {model: reason for module in _modules() for model, reason in module.NOT_ABOUT_PEOPLE.items()}


def _modules() -> Iterator[Any]:
    return map(import_module, MODULES)
