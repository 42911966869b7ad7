"""The filters of the people desk: what an address asks for, whom it finds, and that nothing typed can break it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.http import QueryDict

from academy.models import AccessNeed, Edition, Participant, User
from academy.people.asking import Asking
from academy.people.columns import DEFAULT
from academy.people.filtering import PeopleFilters, choices_of, names
from academy.roles import grant_role
from tests.factories import make_edition, make_participant, make_user

MOMENT = datetime(2022, 1, 3, tzinfo=UTC)


@pytest.fixture
def here(db: None) -> Edition:
    return make_edition("2031")


def person(here: Edition, key: str, **fields: object) -> Participant:
    return make_participant(make_user(key), here, **fields)


def found(here: Edition, query: str) -> set[str]:
    """The names of those whom an address asks for."""
    return set(PeopleFilters.parse(QueryDict(query)).of(here).values_list("name", flat=True))


@pytest.fixture
def three(here: Edition) -> Edition:
    person(
        here,
        "ada",
        state="applied",
        country="KE",
        languages=["en", "sw"],
        actor="research",
        interests=["drivers"],
    )
    person(here, "ben", country="AT", languages=["de"], organisation="City of Wells", visibility="unlisted")
    person(here, "cleo", country="NG", languages=["en"], visibility="protected", pseudonym="Heron")
    return here


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"Ada", "Ben", "Cleo"}),
        ("state=applied", {"Ada"}),
        ("state=applied,confirmed", {"Ada", "Ben", "Cleo"}),
        ("state=applied&state=waiting", {"Ada"}),
        ("actor=research", {"Ada"}),
        ("country=AT,NG", {"Ben", "Cleo"}),
        ("region=202", {"Ada", "Cleo"}),
        ("region=155", {"Ben"}),
        ("language=en", {"Ada", "Cleo"}),
        ("language=sw,de", {"Ada", "Ben"}),
        ("visibility=protected", {"Cleo"}),
        ("interest=drivers", {"Ada"}),
        ("interest=driver", set()),
        ("q=heron", {"Cleo"}),
        ("q=WELLS", {"Ben"}),
        ("q=ben+wells", {"Ben"}),
        ("q=ben+heron", set()),
        ("q=ada@example", {"Ada"}),
        ("state=confirmed&region=202", {"Cleo"}),
        ("needs=yes", set()),
        ("needs=no", {"Ada", "Ben", "Cleo"}),
    ],
)
def test_an_address_finds_those_of_whom_all_of_it_is_true(three, query, names):
    assert found(three, query) == names


def test_people_are_found_by_a_role_that_they_have_now(three):
    ada, ben = (Participant.objects.get(name=name).user for name in ("Ada", "Ben"))
    grant_role(ada, three, "delegate", by=None)
    grant_role(ben, three, "speaker", by=None)
    assert found(three, "role=delegate") == {"Ada"}
    assert found(three, "role=none") == {"Cleo"}
    assert found(three, "role=delegate,none") == {"Ada", "Cleo"}


def test_people_are_found_by_access_needs(three):
    AccessNeed.objects.create(
        participant=Participant.objects.get(name="Ben"), text="captions", written_at=MOMENT
    )
    assert (found(three, "needs=yes"), found(three, "needs=no")) == ({"Ben"}, {"Ada", "Cleo"})


def test_whoever_has_a_group_or_came_is_found(academy_at):
    edition = academy_at("workshops")
    make_participant(make_user("late"), edition)
    assert found(edition, "has_group=no&state=confirmed&role=none") == {"Late"}
    came = found(edition, "came=yes")
    assert len(came) > 50
    assert found(edition, "came=no").isdisjoint(came)


def test_nobody_of_another_academy_and_nobody_erased_is_found(three):
    make_participant(make_user("stranger"), make_edition("2032"))
    Participant.objects.filter(name="Ben").update(erased_at=MOMENT)
    assert found(three, "") == {"Ada", "Cleo"}


def test_what_is_not_known_is_as_not_asked_for():
    hostile = "state=x&role=%00&region=../..&country=xx&language=en%27&visibility=&has_group=maybe&came=yes,no&page=3"
    assert PeopleFilters.parse(QueryDict(hostile)) == PeopleFilters()
    assert not PeopleFilters.parse({"q": ["a"], "state": 3, "country": None})
    assert PeopleFilters.parse({"q": "\x00 a\tb \u202e"}) == PeopleFilters()


def test_the_query_asks_for_the_same_again():
    said = PeopleFilters.parse(
        QueryDict("state=waiting&state=applied&q= Ada  Example &interest=drivers&came=no")
    )
    assert said == PeopleFilters(q="Ada Example", state="applied,waiting", interest="drivers", came="no")
    assert PeopleFilters.parse(said.query()) == said
    assert (bool(said), bool(PeopleFilters())) == (True, False)


def test_every_field_has_its_words(three):
    every = {name: (choices_of(name, three) or [("drivers", "")])[0][0] for name in names()}
    every |= {"q": "ada", "only": str(uuid4())}
    filters = PeopleFilters.parse(every)
    assert set(filters.query()) == set(names())
    assert filters.in_words(three).startswith(
        "Search: “ada”; State: applied; Role: organiser; Kind of actor:"
    )
    assert PeopleFilters().in_words(three) == "everybody"


def test_a_value_is_taken_away_without_the_others():
    filters = PeopleFilters(state="applied,waiting", q="a")
    assert filters.without("state", "applied") == PeopleFilters(state="waiting", q="a")
    assert filters.without("q") == PeopleFilters(state="applied,waiting")


def test_columns_and_order_stand_in_the_address():
    asking = Asking.parse(QueryDict("state=applied&columns=email&columns=state,email&sort=newest"))
    assert str(asking) == "state=applied&columns=email,state&sort=newest"
    assert Asking.parse(QueryDict(str(asking))) == asking
    assert Asking.parse(QueryDict("columns=<b>&sort=nothing")).columns == DEFAULT
    assert str(Asking(PeopleFilters())) == ""


def test_those_whose_address_is_not_confirmed_are_asked_for(three):
    unproven = User.objects.get(participations__name="Ben")
    unproven.emailaddress_set.update(verified=False)
    assert (found(three, "address=no"), found(three, "address=yes")) == ({"Ben"}, {"Ada", "Cleo"})
    # Another address that is proven says nothing of the one that mail goes to.
    EmailAddress.objects.create(user=unproven, email="elsewhere@example.org", verified=True)
    assert found(three, "address=no") == {"Ben"}


def test_people_are_asked_for_one_by_one(three):
    ada, ben = (Participant.objects.get(name=name) for name in ("Ada", "Ben"))
    assert found(three, f"only={ada.pk},{ben.pk}&language=de") == {"Ben"}
    filters = PeopleFilters.parse(QueryDict(f"only={ada.pk},{ben.pk},nonsense,{ada.pk}"))
    assert filters.query() == {"only": f"{ada.pk},{ben.pk}"}
    assert filters.in_words(three) == "Chosen one by one: 2 people"
