"""The page of one's own data and the list of participants: who reads them, what stands there, and what never does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import Value
from django.test import Client
from django.test.utils import CaptureQueriesContext

from academy.consent import LISTED, give_consent
from academy.models import Edition, Participant, Question, User
from academy.outbox import queue_message
from academy.privacy.declarations import declarations
from academy.privacy.ground import messages_of
from academy.privacy.listing import listed_people
from academy.privacy.showing import everything_of
from academy.roles import grant_role
from tests.factories import make_edition, make_participant, make_user

if TYPE_CHECKING:
    from collections.abc import Callable


def recently(browser: Client) -> Client:
    """A browser in which the person has just typed the password again."""
    assert browser.post("/accounts/reauthenticate/", {"password": "from-intentions-2022"}).status_code == 302
    return browser


def person(key: str) -> User:
    return User.objects.get(email=f"{key}@example.org")


@pytest.fixture
def adopted(academy_at) -> Edition:
    edition: Edition = academy_at("adopted")
    return edition


def test_the_file_holds_every_kind_of_data_of_oneself_and_nobody_elses(adopted, client_of):
    answer = client_of(person("dawit")).get("/my/data/file")
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = json.loads(answer.content)["data"]
    assert set(data) == {one.key for one in declarations() if one.shows}
    row = Participant.objects.get(user=person("dawit"))
    assert data["registrations"][0]["name"] == row.name
    assert data["account"][0]["email"] == "dawit@example.org"
    assert data["positions"][0]["choice"] in ("join", "stand-aside")
    assert len(data["history"]) > 0
    others = Participant.objects.exclude(pk=row.pk).values_list("name", "user__email")
    text = answer.content.decode()
    assert [name for pair in others for name in pair if name in text] == []


def test_the_page_says_the_same_in_words(adopted, client_of):
    page = client_of(person("esi")).get("/my/data/").content.decode()
    row = Participant.objects.get(user=person("esi"))
    for words in (row.name, row.organisation, row.pseudonym, "esi@example.org", "What you agreed to"):
        assert words in page
    assert "argon2" not in page
    assert "Registered, and agreed to what is kept" in page
    for raw in ("profile changed", "session joined", "igest of the wording", "To what"):
        assert raw not in page


def test_answers_stand_under_the_words_of_their_questions(db):
    edition, user = make_edition("2031"), make_user("dawit")
    question = Question.objects.create(edition=edition, label="Do you come by train?", kind="yes")
    make_participant(user, edition, answers={str(question.pk): True})
    assert everything_of(user)["data"]["registration_texts"][0]["answers"] == {"Do you come by train?": True}


def test_who_has_no_registration_reads_and_erases_the_account(farid, client_of):
    browser = recently(client_of(farid))
    page = browser.get("/my/data/").content.decode()
    assert "You agreed to nothing yet" in page
    assert "farid@example.org" in page
    wrong = browser.post("/my/data/erase/", {"email": "somebody@example.org"})
    assert (wrong.status_code, User.objects.filter(pk=farid.pk).exists()) == (422, True)
    assert "This is not the address of your account. Nothing was erased." in wrong.content.decode()
    done = browser.post("/my/data/erase/", {"email": " Farid@Example.org "})
    assert (done.status_code, User.objects.filter(pk=farid.pk).exists()) == (302, False)
    assert browser.get("/my/data/").status_code == 302


def test_a_code_that_lets_somebody_in_is_read_in_the_mailbox_only(farid, client_of):
    queue_message(key="account:reset:1", to=farid.email, subject="Reset", body="Your code is 4711-0815")
    queue_message(key="hello", to=farid.email, subject="Hello", body="Welcome to you")
    texts = [client_of(farid).get(address).content.decode() for address in ("/my/data/", "/my/data/file")]
    assert [("4711-0815" in text, "Welcome to you" in text) for text in texts] == [
        (False, True),
        (False, True),
    ]


def test_erasure_asks_for_the_password_again(dawit, client_of):
    """Somebody at a browser that was left open erases nobody."""
    answer = client_of(dawit).post("/my/data/erase/", {"email": "dawit@example.org"})
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/reauthenticate/")
    assert User.objects.get(pk=dawit.pk).is_active


def test_the_only_organiser_is_told_to_hand_over(db, client_of):
    user, edition = make_user("amara"), make_edition("2031")
    grant_role(user, edition, "organiser", by=None)
    browser = recently(client_of(user))
    page = browser.get("/my/data/erase/").content.decode()
    assert "Give this role to somebody else first" in page
    assert browser.post("/my/data/erase/", {"email": user.email}).status_code == 422
    assert User.objects.get(pk=user.pk).is_active


# --- The list of participants -----------------------------------------------------------------------------------------


@pytest.fixture
def listing(db: None) -> Edition:
    """Somebody of every kind; only Ada and Berit stand in the list."""
    edition = make_edition("2031")
    everybody: dict[str, dict[str, object]] = {
        "ada": {
            "actor": "research",
            "country": "PT",
            "languages": ["en", "pt"],
            "organisation": "Harbour Lab",
        },
        "berit": {"actor": "local_authority", "country": "NO", "languages": ["en"]},
        "unlisted": {"visibility": "unlisted"},
        "protected": {"visibility": "protected", "pseudonym": "Kingfisher", "country": "IS"},
        "withdrawn": {"state": "withdrawn"},
        "waiting": {"state": "waiting", "waiting_number": 1},
        "without": {},
    }
    for key, fields in everybody.items():
        row = make_participant(make_user(key), edition, **fields)
        if key != "without":
            give_consent(row, LISTED)
    return edition


def names(edition: Edition) -> list[str]:
    return [row.shown_name for row in listed_people(edition)]


def test_only_who_is_listed_confirmed_and_agreed_stands_in_the_list(listing, client_of):
    assert names(listing) == ["Ada", "Berit"]
    page = client_of(person("unlisted")).get("/2031/participants/").content.decode()
    for absent in ("Kingfisher", "Protected", "Withdrawn", "Waiting", "Without", "Iceland"):
        assert absent not in page


def test_without_the_question_for_consent_somebody_would_stand_in_it_who_did_not_agree(listing, monkeypatch):
    """The control: with the question for a consent removed, who never agreed is in the list."""
    monkeypatch.setattr("academy.privacy.listing.Exists", lambda _rows: Value(value=True))
    assert names(listing) == ["Ada", "Berit", "Without"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ada", ["Ada"]),
        ("q=harbour+ADA", ["Ada"]),
        ("q=kingfisher", []),
        ("q=ada@example.org", []),
        ("actor=local_authority", ["Berit"]),
        ("country=PT", ["Ada"]),
        ("language=pt", ["Ada"]),
        ("language=en", ["Ada", "Berit"]),
        ("actor=nonsense&country=IS&language=%22", ["Ada", "Berit"]),
        ("q=%00&page=x", ["Ada", "Berit"]),
    ],
)
def test_the_list_is_searched_and_filtered(query, found, listing, client_of):
    answer = client_of(person("ada")).get(f"/2031/participants/?{query}", follow=True)
    assert [row.shown_name for row in answer.context["page"].object_list] == found


def test_only_who_takes_part_reads_the_list(listing, client_of):
    statuses = {
        key: client_of(person(key)).get("/2031/participants/").status_code
        for key in ("ada", "protected", "waiting", "withdrawn")
    }
    assert statuses == {"ada": 200, "protected": 200, "waiting": 403, "withdrawn": 403}
    assert Client().get("/2031/participants/").status_code == 302


def test_the_list_asks_the_database_as_often_for_ten_as_for_three(db, client_of: Callable[[User], Client]):
    edition = make_edition("2031")
    browser = client_of(make_participant(make_user("me"), edition).user)

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            give_consent(make_participant(make_user(f"p{number}"), edition), LISTED)

    counts = []
    for first, last in ((0, 3), (3, 10)):
        fill(first, last)
        with CaptureQueriesContext(connection) as asked:
            assert len(browser.get("/2031/participants/").context["page"].object_list) == last
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_an_address_that_was_only_typed_in_shows_no_mail_of_its_owner(edition, dawit):
    EmailAddress.objects.create(user=dawit, email="stranger@example.org", verified=False)
    theirs = queue_message(key="x:1", to="stranger@example.org", subject="For a stranger", body="Words")
    assert theirs not in messages_of(dawit)
    EmailAddress.objects.filter(email="stranger@example.org").update(verified=True)
    assert theirs in messages_of(dawit)
