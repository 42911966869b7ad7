"""What is searched for is a name: it stands in no address, no log and no history, and nobody else can read it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from academy import clock, searches
from academy.invitations.inviting import invite
from academy.invitations.wording import Invitee
from academy.logs import JsonFormatter
from academy.models import HistoryEntry, Mailing, SavedView
from academy.people.asking import Asking
from academy.people.filtering import PeopleFilters
from academy.people.keeping import keep_view
from academy.roles import grant_role
from academy.searches import LONGEST, MOST, SECONDS, SearchIsOver, recall, remember
from tests.factories import make_participant, make_user

LIST, SEARCH = "/2022/people/", "/2022/search/"
NAME = "Canarina"


@pytest.fixture
def sought(edition):
    return make_participant(
        make_user("sought"), edition, name=f"{NAME} Okafor", country="KE", state="applied"
    )


def searched(client, page="people", words=NAME, **others):
    """Where a search leads to."""
    return client.post(f"{SEARCH}{page}/", {"q": words, **others})["Location"]


# --- The addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("people", LIST),
        ("people_numbers", f"{LIST}numbers/"),
        ("people_roles", f"{LIST}roles/"),
        ("invitations", f"{LIST}invitations/"),
        ("participants", "/2022/participants/"),
    ],
)
def test_no_page_that_is_searched_says_the_words_in_an_address(client_of, amara, sought, page, address):
    client = client_of(amara)
    found = searched(client, page, state="applied", q2="")
    assert found.startswith(f"{address}?find=")
    assert NAME not in found
    text = client.get(found).content.decode()
    links = [part.split('"')[0] for part in text.split('href="')[1:] + text.split('src="')[1:]]
    assert [link for link in links if NAME in link] == []
    assert f'value="{NAME}"' in text or page == "people_numbers"
    old = client.get(address, {"q": NAME, "state": "applied"})
    assert (old.status_code, old["Location"]) == (302, found)


def test_the_other_filters_stay_in_the_address_beside_the_key(client_of, amara, sought):
    said = {"q": NAME, "country": "KE", "state": "applied", "page": "7", "columns": "email"}
    found = client_of(amara).post(f"{SEARCH}people/", said)["Location"]
    assert found.partition("&")[2] == "country=KE&state=applied&columns=email"


def test_an_empty_search_asks_for_nothing(client_of, amara):
    assert searched(client_of(amara), words="  ", state="applied") == f"{LIST}?state=applied"


def test_what_is_chosen_from_a_search_is_decided_on_exported_and_written_to_without_its_words(
    client_of, amara, sought
):
    client = client_of(amara)
    query = searched(client).partition("?")[2]
    for page in ("decide/?decision=confirm&all=1&", "export/?all=1&", "grant/?all=1&"):
        text = client.get(f"{LIST}{page}{query}").content.decode()
        assert f"{NAME} Okafor" in text or "1 person" in " ".join(text.split())
    written = client.get(f"{LIST}write/?all=1&{query}")["Location"]
    assert written == f"{LIST}mail/new/?{query}"
    client.post(written, {"language": "en", "subject": "Hello", "body": "Hello {name}"})
    assert Mailing.objects.get().audience == {"q": NAME}
    draft = client.get(f"{LIST}mail/{Mailing.objects.get().pk}/").content.decode()
    assert f"q={NAME}" not in draft
    assert f"audience/?{query}" in draft


def test_live_counts_follow_the_key(client_of, amara, sought):
    client = client_of(amara)
    query = searched(client).partition("?")[2]
    assert client.get(f"{LIST}counts/?{query}").json()["counts"]["all"] == 1


# --- Whose it is, and for how long ------------------------------------------------------------------------------------


def test_a_key_says_nothing_to_another_organiser(edition, client_of, amara, bruno, sought):
    grant_role(bruno, edition, "organiser", by=None)
    query = searched(client_of(amara)).partition("?")[2]
    for page in (
        "",
        "counts/",
        "numbers/",
        "decide/?decision=confirm&all=1",
        "export/",
        "write/",
        "mail/new/",
    ):
        address = f"{LIST}{page}{'&' if '?' in page else '?'}{query}"
        response = client_of(bruno).get(address)
        assert response.status_code == 410
        assert "Okafor" not in response.content.decode()


def test_a_key_that_was_forgotten_shows_nobody_instead_of_everybody(client_of, amara, sought):
    response = client_of(amara).get(f"{LIST}?find=AAAAAAAAAAAA")
    assert (response.status_code, "search again" in response.content.decode()) == (410, True)


def test_a_visitor_who_is_not_logged_in_keeps_nothing(client, edition):
    response = client.post(f"{SEARCH}people/", {"q": NAME})
    assert response["Location"].startswith("/accounts/login/")
    assert searches.SEARCHES not in client.session


def test_only_pages_that_are_searched_can_be_led_to(client_of, amara, edition):
    assert client_of(amara).post(f"{SEARCH}my_data/", {"q": NAME}).status_code == 404


def test_the_last_searches_are_kept_for_some_hours_and_the_same_words_have_the_same_key():
    session: dict[str, object] = {}
    keys = [remember(session, f"word {number}") for number in range(MOST + 1)]
    assert remember(session, " word  20 ") == keys[-1]
    assert recall(session, keys[1]) == "word 1"
    with pytest.raises(SearchIsOver):
        recall(session, keys[0])
    later = clock.now() + timedelta(seconds=SECONDS + 60)
    with clock.set_to(later), pytest.raises(SearchIsOver):
        recall(session, keys[-1])


def test_what_nobody_types_is_not_searched_for():
    session: dict[str, object] = {}
    assert remember(session, "\u202eabc") == ""
    assert recall(session, remember(session, "a" * 500)) == "a" * LONGEST
    assert recall(session, "") == ""


# --- What is kept besides ---------------------------------------------------------------------------------------------


def test_a_view_keeps_the_words_and_opens_without_them(edition, client_of, amara, sought):
    client = client_of(amara)
    query = searched(client, state="applied").partition("?")[2]
    client.post(f"{LIST}views/", {"name": "Mine", "query": query})
    view = SavedView.objects.get()
    assert view.query == f"q={NAME}&state=applied"
    opened = client_of(amara).get(f"{LIST}views/{view.pk}/open/")
    assert NAME not in opened["Location"]
    assert "find=" in opened["Location"]
    assert NAME not in client.get(f"{LIST}views/").content.decode().replace(f"“{NAME}”", "")


def test_somebody_elses_view_does_not_open(edition, client_of, amara, bruno):
    grant_role(bruno, edition, "organiser", by=None)
    view = keep_view(edition, "Mine", Asking(PeopleFilters(q=NAME)), is_shared=False, by=amara)
    assert client_of(bruno).get(f"{LIST}views/{view.pk}/open/").status_code == 404


def test_neither_logs_nor_history_hold_the_words(edition, client_of, amara, sought, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(JsonFormatter())
    client = client_of(amara)
    query = searched(client).partition("?")[2]
    client.get(f"{LIST}?{query}")
    client.get(f"{LIST}?q={NAME}")
    client.get(f"{LIST}?find=nothing")
    client.post(f"{LIST}export/?all=1&{query}", {"kind": "csv"})
    assert NAME not in caplog.text
    assert NAME not in str(list(HistoryEntry.objects.values_list("data", flat=True)))
    assert HistoryEntry.objects.get(verb="people exported").data["filters"] == ["q"]


def test_invitations_are_searched_without_the_address_in_the_address(edition, client_of, amara):
    people = [Invitee("noor@example.org", "Noor", "", ""), Invitee("li@example.org", "Li", "", "")]
    invite(edition, people, days=14, link=lambda token: token, by=amara)
    client = client_of(amara)
    text = client.get(searched(client, "invitations", "noor@", state="open")).content.decode()
    assert ("noor@example.org" in text, "li@example.org" in text) == (True, False)
