"""Stage "registration": 70 people from all regions register, and get their roles."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from academy import clock
from academy.management.content import content
from academy.management.demo.wishes import ACCESS_NEEDS, ask_questions, more_of
from academy.models import Edition, Participant, Role, User
from academy.registration import Profile, register
from academy.roles import grant_role
from programme.casting import cast
from programme.models import JoinLink, Session
from workshops.models import Group

PASSWORD = "from-intentions-2022"  # noqa: S105  # the demo's password is printed for everybody
KINDS = {"co_facilitator": "co-facilitator"}

People = dict[str, Participant]


def address_of(key: str) -> str:
    """The demo address of a person: `amara@example.org`."""
    return f"{key}@example.org"


def seed_people(edition: Edition) -> People:
    """Register everybody, a few an hour from the day that registration opened; {key: participant}."""
    zone = ZoneInfo(edition.time_zone)
    password = make_password(PASSWORD)
    people: People = {}
    ask_questions(edition)
    for number, entry in enumerate(content("demo-people")):
        with clock.set_to(datetime(2021, 11, 10, 9, tzinfo=zone) + timedelta(hours=17 * number)):
            profile = replace(_profile(entry), **more_of(edition, number))
            people[entry["key"]] = _person(entry, edition, profile, password)
    for session in Session.objects.filter(edition=edition, parent=None).exclude(kind__in=("break",)):
        JoinLink.objects.create(session=session, url=f"https://meet.example.org/2022/{session.slug}")
    for group in Group.objects.filter(workshop__edition=edition).select_related("session"):
        JoinLink.objects.create(
            session=group.session, url=f"https://meet.example.org/2022/{group.session.slug}"
        )
    return people


def _profile(entry: dict[str, Any]) -> Profile:
    """What a person of the demo says about themselves."""
    names = set(Profile.__dataclass_fields__) & set(entry)
    return Profile(**{name: entry[name] for name in names})


def _person(entry: dict[str, Any], edition: Edition, profile: Profile, password: str) -> Participant:
    user = User(email=address_of(entry["key"]), time_zone=entry["time_zone"], password=password)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    need = ACCESS_NEEDS.get(entry["key"], "")
    participant = register(user, edition, profile, verified=True, access_need=need)
    for kind in entry["roles"]:
        grant_role(user, edition, Role.Kind(KINDS.get(kind, kind)), by=None)
    for lead in entry["leads"]:
        group = Group.objects.select_related("session__edition").get(
            workshop__edition=edition, workshop__number=lead["workshop"], slug=f"group-{lead['group']}"
        )
        cast(participant, group.session, KINDS.get(lead["as"], lead["as"]), by=None)
    return participant
