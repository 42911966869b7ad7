"""The list of participants that participants read: who takes part, is listed, and agreed to stand in it.

Nobody else stands in it: the unlisted are not named anywhere, and a pseudonym beside a country and a kind of actor
would say too much about somebody who is protected.
"""

from django.db.models import Exists, OuterRef, Q

from academy.consent import LISTED
from academy.models import Actor, Consent, Edition, Visibility
from academy.models.people import Participant
from academy.querysets import ParticipantQuerySet


def listed_people(edition: Edition) -> ParticipantQuerySet:
    """Everybody in the list, by name; read it by `shown_name` and `shown_organisation`."""
    agreed = Consent.objects.filter(participant=OuterRef("pk"), purpose=LISTED.purpose, withdrawn_at=None)
    rows = Participant.objects.confirmed().filter(
        Exists(agreed), edition=edition, visibility=Visibility.LISTED, erased_at=None
    )
    return rows.as_shown().exclude(Q(("shown_name", ""))).order_by("name_key", "pk")


def found_among(
    people: ParticipantQuerySet, *, words: str = "", actor: str = "", country: str = "", language: str = ""
) -> ParticipantQuerySet:
    """Those in whose name or organisation every word stands, and of whom all that is asked for is so."""
    for word in words.split()[:10]:
        people = people.filter(Q(shown_name__icontains=word) | Q(shown_organisation__icontains=word))
    if actor in Actor.values:
        people = people.filter(actor=actor)
    if country:
        people = people.filter(country=country)
    if language:
        people = people.filter(languages__icontains=f'"{language}"')
    return people


def countries_among(people: ParticipantQuerySet) -> list[str]:
    """The countries of those in the list; others would tell of people who are not in it."""
    return sorted(set(people.order_by().values_list("country", flat=True)))


def languages_among(people: ParticipantQuerySet) -> list[str]:
    """The working languages of those in the list."""
    return sorted({code for codes in people.order_by().values_list("languages", flat=True) for code in codes})
