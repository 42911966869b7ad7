"""Who appears in a programme: guests as a release names them, participants as they may be shown today."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from academy.models import Participant


@dataclass(frozen=True)
class Shown:
    """A participant as others may see them: a protected one by the pseudonym, without an organisation."""

    name: str
    organisation: str


@dataclass(frozen=True)
class Person:
    """Somebody in a session as a page, a file or the API shows them."""

    role: str
    name: str
    organisation: str
    biography: str = ""


def shown_people(content: dict[str, Any]) -> dict[str, Shown]:
    """{participant id: how they appear today} for everybody whom a release refers to, in one query.

    Whoever may not be named at all is not in it.
    """
    keys: set[str] = set()

    def collect(items: list[dict[str, Any]]) -> None:
        for item in items:
            keys.update(person["participant"] for person in item["people"] if "participant" in person)
            collect(item["children"])

    for day in content["days"]:
        collect(day["sessions"])
    if not keys:
        return {}
    rows = Participant.objects.filter(pk__in=keys).as_shown()
    return {str(row.pk): Shown(row.shown_name, row.shown_organisation) for row in rows if row.shown_name}


def people_of(session: dict[str, Any], shown: Mapping[str, Shown]) -> list[Person]:
    """The people of a session in their order; whoever may not be named is left out. Pure.

    Args:
        session: a node of a release.
        shown: as `shown_people` gives it for the release.
    """
    found = []
    for person in session["people"]:
        if "guest" in person:
            biography = person.get("biography", "")
            found.append(Person(person["role"], person["guest"], person["affiliation"], biography))
        elif row := shown.get(person["participant"]):
            found.append(Person(person["role"], row.name, row.organisation))
    return found
