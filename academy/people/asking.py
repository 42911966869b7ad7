"""What the organisers' list is asked for: whom, in which columns, in which order.

All of it stands in the address, but for words that are searched for: a key stands for them (`academy.searches`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy

from academy.models import Edition, Participant
from academy.people.columns import DEFAULT
from academy.people.filtering import PeopleFilters

KEY = re.compile(r"[a-z][-a-z0-9_]{0,60}")
MOST = 40
NAME = ("name_key", "id")
ORDERS: dict[str, tuple[Any, ...]] = {
    "name": NAME,
    "newest": ("-registered_at", "id"),
    "oldest": ("registered_at", "id"),
    "organisation": ("organisation_key", *NAME),
    "country": ("country", *NAME),
    "actor": ("actor", *NAME),
    "state": ("state", *NAME),
    "waiting": (F("waiting_number").asc(nulls_last=True), *NAME),
}
ORDER_WORDS = (
    ("name", gettext_lazy("by name")),
    ("newest", gettext_lazy("newest first")),
    ("oldest", gettext_lazy("oldest first")),
    ("organisation", gettext_lazy("by organisation")),
    ("country", gettext_lazy("by country")),
    ("actor", gettext_lazy("by kind of actor")),
    ("state", gettext_lazy("by state")),
    ("waiting", gettext_lazy("by the waiting list")),
)
# The order that a heading of the list stands for.
OF_COLUMN = {
    "organisation": "organisation",
    "country": "country",
    "actor": "actor",
    "state": "state",
    "registered": "newest",
    "waiting": "waiting",
}


@dataclass(frozen=True)
class Asking:
    """Whom, in which columns, in which order; as parsed from an address or from a view that somebody keeps."""

    filters: PeopleFilters
    columns: tuple[str, ...] = DEFAULT
    sort: str = "name"
    # What stands in the address for the words that are searched for.
    find: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, Any]) -> Self:
        """What an address asks for; what it does not know is as not asked for."""
        getlist = getattr(query, "getlist", None)
        raw = getlist("columns") if getlist else [query.get("columns") or ""]
        keys = [key for text in raw if isinstance(text, str) for key in text.split(",")]
        columns = tuple(dict.fromkeys(key for key in keys if KEY.fullmatch(key)))[:MOST]
        sort = query.get("sort", "")
        return cls(PeopleFilters.parse(query), columns or DEFAULT, sort if sort in ORDERS else "name")

    def query(self) -> dict[str, str]:
        """The parameters of an address that asks for the same again, without what goes without saying."""
        said = self.kept_query()
        if self.find and said.pop("q", ""):
            said = {"find": self.find, **said}
        return said

    def kept_query(self) -> dict[str, str]:
        """The same with the words that are searched for, as a view keeps it."""
        said = self.filters.query()
        if self.columns != DEFAULT:
            said["columns"] = ",".join(self.columns)
        if self.sort != "name":
            said["sort"] = self.sort
        return said

    def __str__(self) -> str:
        """The query of the address: "state=applied&sort=newest"; empty for the list as it opens."""
        return urlencode(self.query(), safe=",")

    @property
    def as_query(self) -> str:
        """The same as `str`, for templates."""
        return str(self)

    @property
    def as_kept(self) -> str:
        """What a view keeps: `kept_query` as text."""
        return urlencode(self.kept_query(), safe=",")

    def of(self, edition: Edition) -> QuerySet[Participant]:
        """The registrations that were asked for, in the order that was asked for."""
        return self.filters.of(edition).select_related("user").order_by(*ORDERS[self.sort])
