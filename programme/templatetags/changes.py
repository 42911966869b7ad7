"""Changes of the programme in templates."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from academy import languages
from programme import comparing, wording
from programme.comparing import Comparison
from programme.models import Session, SessionRole

register = template.Library()


@register.filter
def in_words(comparison: Comparison) -> str:
    """What a version changed, in one sentence."""
    return wording.in_words(comparison)


@register.filter
def whole_title(state: dict[str, Any]) -> str:
    """A session with the one that it is part of: "Workshop session 1: Group 2"."""
    return comparing.whole_title(state)


@register.filter
def field_name(name: str) -> str:
    """How a field of the programme is called: "subtitle", or "Part A" as it is."""
    names = {
        "title": _("title"),
        "subtitle": _("subtitle"),
        "description": _("description"),
        "hosts": _("with"),
        "points": _("points"),
        "footnote": _("footnote"),
        "workshop": _("title of the workshop"),
        "aim": _("aim"),
        "kind": _("kind"),
        "strand": _("strand"),
        "minutes": _("length in minutes"),
        "language": _("language"),
        "interpretation": _("interpretation into"),
        "date": _("date"),
        "short_title": _("short title"),
        "colour": _("colour"),
        "slug": _("address"),
        "starts": _("first day"),
        "ends": _("last day"),
        "time_zone": _("time zone"),
    }
    return names.get(name, name)


@register.filter
def fact_words(value: Any, name: str) -> str:
    """A fact as words: languages by their names, kinds as they are called, "none" for nothing."""
    if value in (None, "", []):
        return _("none")
    if name in ("language", "interpretation"):
        return languages.in_words([value] if isinstance(value, str) else value)
    if name == "kind":
        return str(Session.Kind(value).label)
    return str(value)


@register.filter
def person_words(person: Mapping[str, str], people: Mapping[str, Any]) -> str:
    """Somebody in a session: "Ada Example (speaker)"; whoever may not be named is "a participant"."""
    role = str(SessionRole.Kind(person["role"]).label)
    if "guest" in person:
        name = person["guest"]
    else:
        shown = people.get(person["participant"])
        name = shown.name if shown else _("a participant")
    return _("%(name)s (%(role)s)") % {"name": name, "role": role}
