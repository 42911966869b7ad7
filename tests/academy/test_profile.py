"""Correcting one's own registration: whose it is, what others see from then on, what is refused."""

import pytest

from academy.errors import NotAllowed
from academy.history import verify_history
from academy.models import HistoryEntry, Participant
from academy.profile import change_profile, profile_of
from academy.registration import NotWaiting, Profile, register, verify_registrations, withdraw
from programme.casting import cast
from programme.models import Session
from tests.factories import make_edition, make_participant, make_user

FARID = Profile(name="Farid", actor="research", country="MA", visibility="listed", languages=["en"])
HIDDEN = {
    "name": "Farid",
    "actor": "research",
    "country": "MA",
    "visibility": "protected",
    "pseudonym": "Heron",
}


@pytest.fixture
def farids(db):
    """Farid's registration."""
    return register(make_user("farid"), make_edition(mode="open"), FARID, verified=True)


def test_somebody_elses_registration_is_refused(farids):
    with pytest.raises(NotAllowed):
        change_profile(farids, Profile(**HIDDEN), by=make_user("bruno"))
    assert profile_of(Participant.objects.get()) == FARID


def test_a_withdrawn_registration_is_refused(farids):
    withdraw(farids, by=farids.user)
    with pytest.raises(NotWaiting):
        change_profile(farids, Profile(**HIDDEN), by=farids.user)
    assert profile_of(Participant.objects.get()) == FARID


def test_the_history_says_how_the_person_appears_and_no_name(farids):
    change_profile(farids, Profile(**HIDDEN), by=farids.user)
    entry = HistoryEntry.objects.latest("number")
    assert (entry.verb, entry.data["visibility"]) == ("profile changed", "protected")
    assert sorted(entry.data) == ["content", "visibility"]
    assert [*verify_history(farids.edition), *verify_registrations(farids.edition)] == []


def test_whoever_becomes_protected_is_not_named_on_a_session_any_more(edition, client, client_of):
    participant = make_participant(make_user("farid"), edition)
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    cast(participant, session, "speaker", by=None)
    address = f"/2022/programme/{session.slug}/"
    response = client_of(participant.user).post("/2022/profile/", HIDDEN)
    assert (response.status_code, response["Location"]) == (302, "/2022/my/")
    text = client.get(address).content.decode()
    assert ("Farid" in text, "City of Examples" in text) == (False, False)


def test_a_taken_pseudonym_is_refused_with_what_was_typed(farids, client_of):
    make_participant(make_user("esi"), farids.edition, visibility="protected", pseudonym="heron")
    response = client_of(farids.user).post("/2031/profile/", HIDDEN)
    assert response.status_code == 422
    assert b"This pseudonym is taken" in response.content
    assert b'value="Heron"' in response.content
    assert profile_of(Participant.objects.get(user=farids.user)) == FARID


def test_ones_own_pseudonym_is_not_taken(farids, client_of):
    client = client_of(farids.user)
    assert [client.post("/2031/profile/", HIDDEN).status_code for _time in range(2)] == [302, 302]


def test_control_characters_are_refused(farids, client_of):
    response = client_of(farids.user).post("/2031/profile/", {**HIDDEN, "name": "Fa\x07rid"})
    assert response.status_code == 422
    assert b'<a href="#id_name">' in response.content
    assert profile_of(Participant.objects.get(user=farids.user)) == FARID


def test_the_form_holds_what_was_said_before(farids, client_of):
    text = client_of(farids.user).get("/2031/profile/").content.decode()
    assert 'value="Farid"' in text
    assert '<option value="MA" selected>' in text
