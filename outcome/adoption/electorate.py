"""Who may take a position: people of chosen roles, of chosen kinds and regions, as they stand at the opening."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from academy.errors import Invalid
from academy.models import Actor, Edition, Participant, Role
from academy.regions import REGIONS, countries_in
from academy.rights import Right, roles_with

# Who observes takes no position, whatever else they are.
ELECTORAL_ROLES = tuple(kind for kind in Role.Kind.values if kind != Role.Kind.OBSERVER)


def default_electorate() -> dict[str, list[str]]:
    """The delegates, of every kind and from every region."""
    return {"roles": sorted(roles_with(Right.BE_ELECTOR)), "actors": [], "regions": []}


def checked_electorate(asked: Mapping[str, Sequence[str]] | None) -> dict[str, list[str]]:
    """What was asked for, in the form in which it is kept.

    Raises:
        Invalid: no role, or something that there is not.
    """
    if asked is None:
        return default_electorate()
    known = {
        "roles": set(ELECTORAL_ROLES),
        "actors": set(Actor.values),
        "regions": {code for code, _name in REGIONS},
    }
    found = {part: sorted(set(asked.get(part, ()))) for part in known}
    if not found["roles"]:
        raise Invalid(_("Choose at least one role for the electorate."))
    if any(not set(found[part]) <= known[part] for part in known):
        raise Invalid(_("The electorate names a role, a kind of actor or a region that there is not."))
    return found


def electorate_now(edition: Edition, asked: Mapping[str, Any] | None = None) -> list[Participant]:
    """Everybody who would be in the electorate of an adoption opened now, once each."""
    wanted = asked or default_electorate()
    active = Role.objects.active().filter(edition=edition)
    people = (
        Participant.objects.confirmed()
        .filter(edition=edition, user__in=active.filter(kind__in=wanted["roles"]).values("user"))
        .exclude(user__in=active.filter(kind=Role.Kind.OBSERVER).values("user"))
    )
    if wanted.get("actors"):
        people = people.filter(actor__in=wanted["actors"])
    if wanted.get("regions"):
        countries = [country for region in wanted["regions"] for country in countries_in(region)]
        people = people.filter(country__in=countries)
    return list(people)


def electorate_words(wanted: Mapping[str, Any]) -> str:
    """Who may take a position, in words."""
    labels = dict(Role.Kind.choices)
    words = ", ".join(str(labels.get(kind, kind)) for kind in wanted.get("roles", ()))
    of = [str(dict(Actor.choices).get(actor, actor)) for actor in wanted.get("actors", ())]
    places = [str(dict(REGIONS).get(region, region)) for region in wanted.get("regions", ())]
    parts = [words, *(["; ".join(of)] if of else []), *(["; ".join(places)] if places else [])]
    return " · ".join(parts)
