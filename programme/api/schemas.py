"""The shapes of what the API says and is asked; OpenAPI is made from them."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from ninja import Field, Schema

from programme.filtering import LANGUAGE, LONGEST, PERSONAL, SHOWS
from programme.models import Session

Item = TypeVar("Item")
MOST = 200
USUAL = 100

Text = Annotated[str, Field(max_length=LONGEST)]


def one_of(values: list[str]) -> Any:
    """A parameter that is one of these, or is left out."""
    return Field("", pattern=rf"^({'|'.join(values)})?$", json_schema_extra={"enum": ["", *values]})


class Problem(Schema):
    """Why there is no answer (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, str]] = []


class Page(Schema, Generic[Item]):
    """Some of a list: `count` is how many there are in all, `next` and `previous` are addresses or null."""

    items: list[Item]
    count: int
    limit: int
    offset: int
    next: str | None
    previous: str | None


class Paging(Schema):
    limit: int = Field(USUAL, ge=1, le=MOST, description="how many items at most")
    offset: int = Field(0, ge=0, le=1_000_000, description="how many items to pass over")


class Narrowing(Schema):
    """The filters of the agenda; all that are given must hold for the same session."""

    day: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="a date in the academy's time zone")
    strand: Text = Field("", description="the slug of a strand")
    kind: str = one_of(Session.Kind.values)
    language: str = Field("", pattern=rf"^({LANGUAGE.pattern})?$", description="spoken or interpreted into")
    person: Text = Field("", description="the name of somebody who appears in the session")
    q: Text = Field("", description="words that the session must hold")
    show: str = one_of(sorted(SHOWS - PERSONAL))


class EditionValue(Schema):
    slug: str
    title: str
    starts: date
    ends: date
    time_zone: str
    release: int
    url: str
    api_url: str


class StrandValue(Schema):
    slug: str
    title: str
    short_title: str
    colour: str


class EditionDetails(EditionValue):
    strands: list[StrandValue]


class DayValue(Schema):
    slug: str
    date: date
    title: str
    short_title: str
    colour: str
    strand: str | None
    aim: str
    sessions: list[str]


class PersonValue(Schema):
    role: str
    name: str
    organisation: str
    biography: str


class MaterialValue(Schema):
    title: str
    url: str


class SessionValue(Schema):
    """A session; `starts` and `ends` of a part without a time of its own are those of its parent."""

    id: str
    slug: str
    kind: str
    title: str
    subtitle: str
    description: str
    footnote: str
    hosts: str
    points: list[str]
    day: str
    strand: str | None
    parent: str | None
    parts: list[str]
    starts: datetime | None
    ends: datetime | None
    has_own_time: bool
    minutes: int | None
    language: str
    interpretation: list[str]
    people: list[PersonValue]
    materials: list[MaterialValue]
    workshop: dict[str, Any] | None
    url: str
    calendar_url: str


class ReleaseValue(Schema):
    number: int
    label: str
    note: str
    digest: str
    released_at: datetime
    api_url: str


class ReleaseDetails(ReleaseValue):
    """A release with its content: `digest` is the SHA-256 of the content's canonical form (RFC 8785)."""

    content: dict[str, Any]
