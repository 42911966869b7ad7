"""Consent on the page of one's data: read, given, taken back; what it allowed ends in the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from academy import clock
from academy.access_needs import keep_need
from academy.consent import (
    ACCESS_NEEDS,
    LISTED,
    NEWS,
    REGISTRATION,
    consents_to,
    follow_visibility,
    give_consent,
)
from academy.errors import NotAllowed
from academy.history import record
from academy.management.verification import verify_edition
from academy.models import AccessNeed, Consent, HistoryEntry, Participant, User
from academy.privacy.choices import ChosenElsewhere, NoLongerRegistered, agree, choices_of, take_back
from academy.registration import participant_words, withdraw
from programme.models import SessionRole
from programme.releases import release
from tests.factories import make_participant, make_user

NAME, HOUSE = "Zephyrine Quandt", "Council of Quillenburg"


@pytest.fixture
def speaker(academy_at) -> Participant:
    """A listed speaker, named in the released programme and in the list of participants."""
    edition = academy_at("registration")
    amara = User.objects.get(email="amara@example.org")
    row = make_participant(make_user("zephyrine"), edition, name=NAME, organisation=HOUSE, country="PT")
    follow_visibility(row, was=None)
    give_consent(row, REGISTRATION)
    record(edition, "registered", row, by=row.user, content=participant_words(row))
    session = edition.sessions.get(slug="day-1-opening")
    SessionRole.objects.create(session=session, participant=row, kind="speaker")
    release(edition, label="With a speaker", note="", by=amara)
    return row


LIST = "/2022/participants/?q=Zephyrine"
PLACES = ("/2022/programme/", "/2022/programme/day-1-opening/", "/2022/programme/schedule.json", LIST)


def shown(client_of, *people: User | None) -> set[str]:
    """Where the name or the organisation stands, of the addresses that these people may open."""
    found = set()
    for person in people:
        for address in PLACES:
            answer = client_of(person).get(address, follow=True)
            text = answer.content.decode()
            if NAME in text or HOUSE in text:
                found.add(address)
    return found


@pytest.mark.django_db(transaction=True)
def test_a_consent_that_is_taken_back_ends_at_once_and_nothing_is_shown_five_minutes_later(
    speaker, client_of
):
    dawit = User.objects.get(email="dawit@example.org")
    before = shown(client_of, None, dawit)
    assert {"/2022/programme/day-1-opening/", LIST} <= before
    assert shown(client_of, None, dawit) == before  # also from the pages that are kept
    page = client_of(speaker.user)
    answer = page.post(
        "/my/data/", {"registration": str(speaker.pk), "purpose": "listed", "answer": "take-back"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/my/data/")
    assert shown(client_of, None, dawit) == set()
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        assert shown(client_of, None, dawit) == set()


@pytest.mark.django_db(transaction=True)
def test_without_the_entry_in_the_history_a_kept_page_would_still_name_the_person(speaker, client_of):
    """The control: the same change behind the academy's back leaves the name on a kept page for a while."""
    with clock.set_to(clock.now()):
        assert "/2022/programme/day-1-opening/" in shown(client_of, None)
        Participant.objects.filter(pk=speaker.pk).update(visibility="unlisted")
        assert "/2022/programme/day-1-opening/" in shown(client_of, None)


def test_taking_back_and_giving_again_leaves_a_row_each_with_the_wordings_digest(speaker):
    take_back(speaker, "listed", by=speaker.user)
    agree(speaker, "listed", by=speaker.user)
    rows = Consent.objects.filter(participant=speaker, purpose="listed").order_by("given_at")
    assert [(row.wording_digest, row.withdrawn_at is None) for row in rows] == [
        (LISTED.digest, False),
        (LISTED.digest, True),
    ]
    speaker.refresh_from_db()
    assert speaker.visibility == "listed"
    last = HistoryEntry.objects.filter(object_id=str(speaker.pk)).order_by("number").last()
    assert last is not None
    assert (last.verb, last.data["purpose"], last.data["consent"]) == (
        "consent given",
        "listed",
        LISTED.digest,
    )


def test_the_access_needs_are_deleted_with_their_consent(speaker):
    keep_need(speaker, "A ramp, and captions.")
    assert consents_to(speaker, ACCESS_NEEDS)
    take_back(speaker, ACCESS_NEEDS.purpose, by=speaker.user)
    assert not AccessNeed.objects.filter(participant=speaker).exists()
    assert not consents_to(speaker, ACCESS_NEEDS)


def test_news_end_and_begin_again(speaker):
    take_back(speaker, NEWS.purpose, by=speaker.user)
    speaker.refresh_from_db()
    assert not speaker.wants_news
    agree(speaker, NEWS.purpose, by=speaker.user)
    speaker.refresh_from_db()
    assert speaker.wants_news
    assert consents_to(speaker, NEWS)


def test_some_consents_belong_to_a_form_of_their_own(speaker):
    for purpose, act in (
        (REGISTRATION.purpose, take_back),
        (ACCESS_NEEDS.purpose, agree),
        ("nothing", agree),
    ):
        with pytest.raises(ChosenElsewhere):
            act(speaker, purpose, by=speaker.user)


def test_nobody_decides_for_somebody_else(speaker, amara):
    with pytest.raises(NotAllowed):
        take_back(speaker, "listed", by=amara)


def test_somebody_elses_registration_is_not_found_by_the_form(speaker, client_of, dawit):
    answer = client_of(dawit).post(
        "/my/data/", {"registration": str(speaker.pk), "purpose": "listed", "answer": "take-back"}
    )
    assert answer.status_code == 422
    speaker.refresh_from_db()
    assert speaker.visibility == "listed"


def test_who_withdrew_has_nothing_to_give(speaker):
    withdraw(speaker, by=speaker.user)
    with pytest.raises(NoLongerRegistered):
        agree(speaker, "listed", by=speaker.user)


def test_the_page_says_that_the_words_have_changed(speaker):
    Consent.objects.filter(participant=speaker, purpose="listed").update(wording_digest="0" * 64)
    old = {choice.wording.purpose: choice.is_old for choice in choices_of(speaker)}
    assert old == {"registration": False, "listed": True, "access needs": False, "news": False}


def test_the_history_still_verifies(speaker):
    take_back(speaker, "listed", by=speaker.user)
    agree(speaker, "listed", by=speaker.user)
    take_back(speaker, NEWS.purpose, by=speaker.user)
    assert list(verify_edition(speaker.edition)) == []


def test_a_protected_person_is_not_named_by_one_word_on_this_page(speaker, client_of):
    Participant.objects.filter(pk=speaker.pk).update(visibility="protected", pseudonym="Heron")
    speaker.refresh_from_db()
    follow_visibility(speaker, was=None)
    page = client_of(speaker.user)
    assert "Choose who sees me" in page.get("/my/data/").content.decode()
    answer = page.post("/my/data/", {"registration": str(speaker.pk), "purpose": "listed", "answer": "give"})
    assert (answer.status_code, "You are protected" in answer.content.decode()) == (422, True)
    speaker.refresh_from_db()
    assert (speaker.visibility, speaker.pseudonym) == ("protected", "Heron")
    assert shown(client_of, User.objects.get(email="dawit@example.org")) == set()
