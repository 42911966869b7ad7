"""Filters of the organisers' desk: which registrations of an edition an address asks for.

The list, the numbers, the exports and the audience of a letter read the same parameters, so that "these people" is
the same query everywhere:

    ?q=budget+vienna        in whose name, pseudonym, organisation or e-mail address every word stands
    ?state=applied,waiting  in one of these states; the same for role, actor, region, country, language, visibility
                            and interest (a strand's address), also as ?state=applied&state=waiting
    ?has_group=no           yes or no; the same for came, needs and address (whether it was confirmed)
    ?only=0b6e…,77fa…       these registrations

All that are given must hold for the same person. What the ground floor cannot know (who has a group, who came) other
apps tell it with `know`. In use:

    filters = PeopleFilters.parse(request.GET)
    people = filters.of(edition)
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import reduce
from operator import or_
from typing import Any, Self
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from academy import regions
from academy.interests import interests_of
from academy.languages import WORKING_LANGUAGES, in_words
from academy.models import AccessNeed, Actor, Edition, Participant, Role, Visibility
from academy.ordering import sort_key
from academy.searches import tidy_words

# From an edition to the keys of its registrations of which something is so.
Knowing = Callable[[Edition], QuerySet[Any, Any]]
MOST, MOST_ONLY = 40, 200
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,64}")
YES, NO, NONE = "yes", "no", "none"
# What is asked for with yes or no; of these the ground floor knows its own.
EITHER = ("has_group", "came", "needs", "address")
OWN = frozenset({"needs", "address"})

_known: dict[str, Knowing] = {}

LABELS: dict[str, str | Promise] = {
    "q": gettext_lazy("Search"),
    "only": gettext_lazy("Chosen one by one"),
    "state": gettext_lazy("State"),
    "role": gettext_lazy("Role"),
    "actor": gettext_lazy("Kind of actor"),
    "region": gettext_lazy("Region"),
    "country": gettext_lazy("Country"),
    "language": gettext_lazy("Working language"),
    "visibility": gettext_lazy("Visibility"),
    "interest": gettext_lazy("Strand of interest"),
    "has_group": gettext_lazy("In a group"),
    "came": gettext_lazy("Came to a session"),
    "needs": gettext_lazy("Access needs"),
    "address": gettext_lazy("E-mail address confirmed"),
}
VISIBILITIES = (
    (Visibility.LISTED, gettext_lazy("listed")),
    (Visibility.UNLISTED, gettext_lazy("unlisted")),
    (Visibility.PROTECTED, gettext_lazy("protected")),
)
YES_OR_NO = ((YES, gettext_lazy("yes")), (NO, gettext_lazy("no")))


def know(field: str, knowing: Knowing) -> None:
    """Have this function say of whom something is so, such as "has_group"."""
    _known[field] = knowing


def choices_of(field: str, edition: Edition | None = None) -> list[tuple[str, str]]:
    """What a filter can be asked for: (value, words); strands of interest belong to an edition."""
    return [(str(value), str(words)) for value, words in _vocabulary(field, edition)]


def _vocabulary(field: str, edition: Edition | None) -> Any:
    known: dict[str, Callable[[], Any]] = {
        "state": lambda: Participant.State.choices,
        "role": lambda: [*Role.Kind.choices, (NONE, _("none"))],
        "actor": lambda: Actor.choices,
        "region": lambda: regions.REGIONS,
        "country": lambda: [(code, code) for code in countries.countries],
        "language": lambda: [(code, in_words([code])) for code, _name in WORKING_LANGUAGES],
        "visibility": lambda: VISIBILITIES,
        "interest": lambda: interests_of(edition) if edition else (),
    }
    return known[field]() if field in known else YES_OR_NO


@dataclass(frozen=True)
class PeopleFilters:
    """What was asked for; an empty field asks for nothing in particular. Several values are separated by commas."""

    q: str = ""
    state: str = ""
    role: str = ""
    actor: str = ""
    region: str = ""
    country: str = ""
    language: str = ""
    visibility: str = ""
    interest: str = ""
    has_group: str = ""
    came: str = ""
    needs: str = ""
    address: str = ""
    only: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, Any]) -> Self:
        """The filters of an address's query or of a letter's audience; what it does not know is as not asked for."""
        said = {name: _values(query, name) for name in names() if name not in ("q", "only")}
        only = ",".join(keys_in(_texts(query, "only"), most=MOST_ONLY))
        return cls(
            q=_plain(query.get("q")), only=only, **{name: ",".join(values) for name, values in said.items()}
        )

    def __bool__(self) -> bool:
        """Whether anything in particular is asked for."""
        return self != type(self)()

    def query(self) -> dict[str, str]:
        """The parameters that ask for the same again; empty for everybody."""
        return {name: value for name in names() if (value := getattr(self, name))}

    def without(self, field: str, value: str = "") -> Self:
        """The same without one field, or without one of its values."""
        kept = [known for known in getattr(self, field).split(",") if value and known != value]
        return replace(self, **{field: ",".join(kept)})

    def of(self, edition: Edition) -> QuerySet[Participant]:
        """The registrations of an edition that were asked for, without those that were erased; in no order."""
        rows: QuerySet[Participant] = Participant.objects.filter(edition=edition, erased_at=None)
        for word in self.q.split():
            rows = rows.filter(_says(word))
        for field in ("state", "actor", "country", "visibility"):
            if values := getattr(self, field):
                rows = rows.filter(**{f"{field}__in": values.split(",")})
        if self.region:
            inside = [code for key in self.region.split(",") for code in regions.countries_in(key)]
            rows = rows.filter(country__in=inside)
        rows = _holding(_holding(rows, "languages", self.language), "interests", self.interest)
        if self.role:
            rows = rows.filter(_with_role(edition, self.role.split(",")))
        if self.only:
            rows = rows.filter(pk__in=self.only.split(","))
        for field in EITHER:
            if (value := getattr(self, field)) in (YES, NO) and (field in _known or field in OWN):
                found = Q(pk__in=_told(field, edition))
                rows = rows.filter(found if value == YES else ~found)
        return rows

    def in_words(self, edition: Edition | None = None) -> str:
        """What is asked for, as one line: "State: confirmed; Region: Africa"."""
        said = [f"{label}: {words}" for label, words in self.labelled(edition)]
        return "; ".join(said) or _("everybody")

    def labelled(self, edition: Edition | None = None) -> list[tuple[str, str]]:
        """(what the field is called, what is asked of it in words) for each field that asks for something."""
        return [
            (
                str(LABELS[name]),
                ", ".join(value_words(name, value, edition) for value in parts_of(name, said)),
            )
            for name, said in self.query().items()
        ]


def names() -> list[str]:
    """The fields of the filters, in their order."""
    return [field.name for field in fields(PeopleFilters)]


def parts_of(field: str, said: str) -> list[str]:
    """The values of a field that stand for something each; a search and a choice of people are one thing."""
    return [said] if field in ("q", "only") else said.split(",")


def value_words(field: str, value: str, edition: Edition | None = None) -> str:
    """One value of a field in words; the value itself if nobody knows it any more."""
    if field == "q":
        return f"“{value}”"
    if field == "only":
        count = len(value.split(","))
        return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
    if field == "country":
        return countries.name(value) or value
    return dict(choices_of(field, edition)).get(value, value)


def _plain(value: Any) -> str:
    """What is searched for, in one Unicode form; nothing if it holds characters that nobody types."""
    text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
    return tidy_words(text)


def _texts(query: Mapping[str, Any], field: str) -> list[str]:
    getlist = getattr(query, "getlist", None)
    return [text for text in (getlist(field) if getlist else [query.get(field)]) if isinstance(text, str)]


def keys_in(texts: Iterable[str], *, most: int) -> list[str]:
    """The keys of registrations in these texts, each once; what is no key names nobody."""
    found = []
    for value in (value for text in texts for value in text.split(",")):
        try:
            found.append(str(UUID(value)))
        except ValueError:
            continue
    return list(dict.fromkeys(found))[:most]


def _says(word: str) -> Q:
    """In whose name, pseudonym, organisation or address a word stands, with or without its accents."""
    texts = ("name", "pseudonym", "organisation", "user__email")
    wanted: list[Any] = [(f"{field}__icontains", word) for field in texts]
    if key := sort_key(word):
        wanted += [(f"{field}__contains", key) for field in ("name_key", "organisation_key")]
    return Q.create(wanted, Q.OR)


def _values(query: Mapping[str, Any], field: str) -> list[str]:
    """The values of a field that there are, each once, in the order of the choices."""
    said = {value.strip() for text in _texts(query, field) for value in text.split(",")[:MOST]}
    if not said - {""}:
        return []
    if field == "interest":
        return sorted(value for value in said if SLUG.fullmatch(value))[:MOST]
    known = [value for value, _words in choices_of(field) if value in said]
    return known if field not in EITHER or len(known) == 1 else []


def _holding(rows: QuerySet[Participant], column: str, values: str) -> QuerySet[Participant]:
    """The rows whose list in a JSON column holds one of the values; written for both databases."""
    if not values:
        return rows
    text = f"{column}_text"
    wanted = [Q(**{f"{text}__contains": f'"{value}"'}) for value in values.split(",")]
    return rows.alias(**{text: Cast(column, TextField())}).filter(reduce(or_, wanted))


def _with_role(edition: Edition, kinds: list[str]) -> Q:
    """Who has one of these roles now; "none" asks for those without any."""
    roles = Role.objects.active().filter(edition=edition)
    found = Q(user__in=roles.filter(kind__in=kinds).values("user"))
    return found | ~Q(user__in=roles.values("user")) if NONE in kinds else found


def _told(field: str, edition: Edition) -> QuerySet[Any, Any]:
    if field == "address":
        own = EmailAddress.objects.filter(verified=True, email__iexact=F("user__email"))
        return Participant.objects.filter(edition=edition, user__in=own.values("user")).values("pk")
    if field == "needs":
        return AccessNeed.objects.filter(participant__edition=edition).values("participant")
    return _known[field](edition)
