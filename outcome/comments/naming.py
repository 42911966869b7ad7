"""Whom comments and amendments show, and how: by name only who may be named today, and by a pseudonym who chose one.

In the words of a comment a person stands as "@{identifier}". Whoever is typed as "@Name" becomes one, if that name
stands in the list of participants; every other "@Name" stays as it was typed.
"""

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from academy.models import Edition, Participant
from academy.privacy.listing import listed_people

PLACE = re.compile(r"@\{([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}")
MENTIONS = 20


def shown_names(keys: Iterable[UUID | None]) -> dict[UUID, str]:
    """{participant: what others may read of them}; "a participant" for whoever is not named."""
    wanted = {key for key in keys if key}
    rows = Participant.objects.filter(pk__in=wanted).as_shown()
    return {row.pk: row.shown_name or _("a participant") for row in rows}


def name_of(key: UUID | None, names: Mapping[UUID, str]) -> str:
    """How somebody stands in a line: nobody in particular is the organisers."""
    if key is None:
        return _("the organisers")
    return names.get(key, _("a participant"))


def with_places(text: str, edition: Edition) -> tuple[str, list[UUID]]:
    """The text with an identifier for each "@Name" that may be named, and who they are."""
    # Nobody types an identifier: one that is typed would be somebody whom the list does not name.
    text = PLACE.sub(lambda found: found[0].replace("{", "(").replace("}", ")"), text)
    if "@" not in text:
        return text, []
    people = {row.shown_name: row.pk for row in listed_people(edition)}
    mentioned: list[UUID] = []
    for name in sorted(people, key=len, reverse=True):
        typed = re.compile(rf"(?<!\w)@{re.escape(name)}(?!\w)", re.IGNORECASE)
        if len(mentioned) < MENTIONS and typed.search(text):
            text = typed.sub(f"@{{{people[name]}}}", text)
            mentioned.append(people[name])
    return text, mentioned


def mentioned_in(texts: Iterable[str]) -> set[UUID]:
    """Everybody who stands in these texts by identifier."""
    return {UUID(found) for text in texts for found in PLACE.findall(text)}


def with_names(text: str, names: Mapping[UUID, str]) -> str:
    """The text with what may be shown of everybody in it."""
    return PLACE.sub(lambda found: "@" + names.get(UUID(found[1]), _("a participant")), text)
