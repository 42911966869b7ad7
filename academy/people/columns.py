"""Columns of the organisers' list: what can be shown of a registration, in the list and in a file.

A column reads its values for all the rows of a page at once, so that a longer page costs no more queries. Other apps
offer columns of what they know with `offer`. Access needs are no column: they have a page of their own, for few.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from academy.interests import interests_of
from academy.languages import in_words
from academy.models import Actor, Edition, Participant, Question, Role
from academy.people.filtering import VISIBILITIES
from academy.questions import answer_words
from academy.regions import region_name, region_of

Rows = Sequence[Participant]
# From an edition and some of its registrations to {registration: what stands in the column}; empty where nothing does.
Reading = Callable[[Edition, Rows], Mapping[UUID, str]]
QUESTION = "question-"
SAYS_ITSELF = frozenset({"organisation", "actor", "country", "region", "roles", "state", "email"})


@dataclass(frozen=True)
class Column:
    """A column: its key in addresses, its heading, and how it is read; in a file it may be read differently."""

    key: str
    label: str | Promise
    values: Reading
    in_file: Reading | None = None

    @property
    def needs_label(self) -> bool:
        """Whether what stands in it does not say by itself what it is, where there is no heading above it."""
        return self.key not in SAYS_ITSELF

    def cells(self, edition: Edition, rows: Rows, *, is_file: bool = False) -> list[str]:
        """What stands in the column for each row, in the order of the rows."""
        read = self.in_file if is_file and self.in_file else self.values
        found = read(edition, rows)
        return [found.get(row.pk, "") for row in rows]


_offered: dict[str, Column] = {}


def offer(column: Column) -> None:
    """Let the organisers choose this column as well."""
    _offered[column.key] = column


def _said(tell: Callable[[Participant], Any]) -> Reading:
    """A column that a row itself knows."""

    def read(_edition: Edition, rows: Rows) -> dict[UUID, str]:
        return {row.pk: str(tell(row) or "") for row in rows}

    return read


def _worded(field: str, words: Callable[[str], str]) -> Reading:
    """A column of a value that many rows share: put into words once."""

    def read(_edition: Edition, rows: Rows) -> dict[UUID, str]:
        known = {value: words(value) for value in {getattr(row, field) for row in rows}}
        return {row.pk: known[getattr(row, field)] for row in rows}

    return read


def _of(choices: Any) -> Callable[[str], str]:
    return lambda value: str(dict(choices).get(value, value))


def _moment(field: str, *, is_file: bool = False) -> Reading:
    """A moment in the academy's time: in words on the page, as a spreadsheet can sort it in a file."""

    def words(moment: datetime, zone: ZoneInfo) -> str:
        local = moment.astimezone(zone)
        return f"{local:%Y-%m-%d %H:%M}" if is_file else f"{date_format(local, 'j M Y')}, {local:%H:%M}"

    def read(edition: Edition, rows: Rows) -> dict[UUID, str]:
        zone = ZoneInfo(edition.time_zone)
        return {row.pk: words(moment, zone) for row in rows if (moment := getattr(row, field))}

    return read


def roles_among(edition: Edition, rows: Rows) -> dict[UUID, str]:
    """{registration: the roles that the person has now, in words}, in one query."""
    by_user = {row.user_id: row.pk for row in rows}
    wanted = Role.objects.active().filter(edition=edition, user__in=list(by_user)).order_by("kind")
    found: dict[UUID, list[str]] = {}
    for role in wanted:
        found.setdefault(by_user[role.user_id], []).append(role.get_kind_display())
    return {key: ", ".join(words) for key, words in found.items()}


def _languages(_edition: Edition, rows: Rows) -> dict[UUID, str]:
    known = {code: in_words([code]) for code in {code for row in rows for code in row.languages}}
    return {row.pk: ", ".join(known[code] for code in row.languages) for row in rows}


def _strands(edition: Edition, rows: Rows) -> dict[UUID, str]:
    titles = dict(interests_of(edition))
    return {row.pk: ", ".join(titles.get(slug, slug) for slug in row.interests) for row in rows}


def _visibility(row: Participant) -> str:
    words = str(dict(VISIBILITIES).get(row.visibility, row.visibility))  # type: ignore[call-overload]  # its keys are text
    return f"{words} ({row.pseudonym})" if row.visibility == "protected" else words


BUILT_IN: tuple[Column, ...] = (
    Column("organisation", gettext_lazy("Organisation"), _said(lambda row: row.organisation)),
    Column("actor", gettext_lazy("Kind of actor"), _worded("actor", _of(Actor.choices))),
    Column("country", gettext_lazy("Country"), _worded("country", lambda code: countries.name(code) or code)),
    Column("region", gettext_lazy("Region"), _worded("country", lambda code: region_name(region_of(code)))),
    Column("languages", gettext_lazy("Working languages"), _languages),
    Column("roles", gettext_lazy("Roles"), roles_among),
    Column("interests", gettext_lazy("Strands of interest"), _strands),
    Column("visibility", gettext_lazy("Visibility"), _said(_visibility)),
    Column("email", gettext_lazy("E-mail address"), _said(lambda row: row.user.email)),
    Column("motivation", gettext_lazy("Motivation"), _said(lambda row: row.motivation)),
    Column(
        "news",
        gettext_lazy("Wants news"),
        _said(lambda row: _("yes") if row.wants_news else _("no")),
    ),
    Column(
        "registered",
        gettext_lazy("Registered"),
        _moment("registered_at"),
        _moment("registered_at", is_file=True),
    ),
    Column("waiting", gettext_lazy("Place on the waiting list"), _said(lambda row: row.waiting_number)),
    Column("decided", gettext_lazy("Decided"), _moment("decided_at"), _moment("decided_at", is_file=True)),
    Column("reason", gettext_lazy("Reason of the decision"), _said(lambda row: row.reason)),
    Column("state", gettext_lazy("State"), _worded("state", _of(Participant.State.choices))),
)
DEFAULT = ("organisation", "actor", "country", "roles", "registered", "state")


def columns_of(edition: Edition) -> dict[str, Column]:
    """{key: column} of all the columns that an edition's list can have, in their order."""
    questions = [_answers(question) for question in Question.objects.filter(edition=edition)]
    return {column.key: column for column in (*BUILT_IN, *_offered.values(), *questions)}


def _answers(question: Question) -> Column:
    key = str(question.pk)
    return Column(f"{QUESTION}{key}", question.label, _said(lambda row: answer_words(row.answers.get(key))))
