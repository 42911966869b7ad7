"""A waiting list for the demo: all places taken, one offered, two people waiting, one declined with a reason."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress

from academy import clock
from academy.management.demo.people import PASSWORD, People, address_of
from academy.models import Edition, Participant, User
from academy.registration import Profile, change_terms, decline, register, terms_of

LATECOMERS = (
    ("w1", "Hana Sato", "City of Examples, Japan", "local_authority", "JP"),
    ("w2", "Ibrahim Diallo", "Young Voices Network", "next_generation", "GN"),
    ("w3", "Juana Flores", "Neighbours' Assembly", "civil_society", "BO"),
    ("w4", "Karl Berg", "Berg Consulting", "other", "DE"),
)


def seed_waiting_list(edition: Edition, people: People) -> dict[str, Participant]:
    """Close the places behind those who are confirmed, and let four more people register; {key: participant}."""
    by, zone = people["amara"].user, ZoneInfo(edition.time_zone)
    taken = Participant.objects.confirmed().filter(edition=edition).count()
    begin = datetime(2022, 1, 28, 10, tzinfo=zone)
    with clock.set_to(begin):
        terms = replace(terms_of(edition), capacity=taken, contact="organisers@example.org")
        change_terms(edition, terms, by=by)
    late = {}
    for number, (key, name, organisation, actor, country) in enumerate(LATECOMERS, start=1):
        with clock.set_to(begin + timedelta(hours=number)):
            user = User.objects.create_user(address_of(key), PASSWORD)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            profile = Profile(
                name=name,
                organisation=organisation,
                actor=actor,
                country=country,
                visibility="unlisted",
                languages=["en"],
            )
            late[key] = register(user, edition, profile, verified=True)
    with clock.set_to(datetime(2022, 1, 31, 18, tzinfo=zone)):
        reason = "This academy is for people who work with or in local authorities."
        decline(late["w4"], by=by, reason=reason)
        change_terms(edition, replace(terms, capacity=taken + 1), by=by)
    return late
