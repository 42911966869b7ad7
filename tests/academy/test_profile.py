"""Correcting one's own registration: whose it is, what others see from then on, what is refused."""

import re
from html import unescape

import pytest

from academy.errors import NotAllowed
from academy.history import verify_history
from academy.models import HistoryEntry, Participant, Visibility
from academy.privacy.less import show_less
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


PAGE = "/2031/profile/"


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


# --- Shown less while the form is open --------------------------------------------------------------------------------


@pytest.fixture
def opened(farids, client_of):
    """Farid's browser, and what an open page of his registration sends when it is saved."""
    browser = client_of(farids.user)
    form = browser.get(PAGE).context["form"]
    said = {name: form[name].value() for name in form.fields}
    return browser, {name: value for name, value in said.items() if value not in (None, False, "")}


@pytest.mark.parametrize("less", [Visibility.PROTECTED, Visibility.UNLISTED])
def test_a_form_from_before_does_not_show_more_of_somebody_of_whom_less_is_shown(farids, opened, less):
    browser, said = opened
    show_less(farids, less, by=None)
    response = browser.post(PAGE, {**said, "organisation": "City of Elsewhere"})
    row = Participant.objects.get()
    assert (response.status_code, row.visibility, row.organisation) == (422, less, "")
    text = unescape(response.content.decode())
    assert "Meanwhile it was changed who sees you" in text
    # What was typed is there, and who sees one as it is now; saved once more, that is what counts.
    form = response.context["form"]
    shown = [form[name].value() for name in ("organisation", "visibility", "pseudonym")]
    assert shown == ["City of Elsewhere", less, row.pseudonym]
    assert re.search(r"<dirty-guard [^>]*\bmerged\b", text)
    again = {
        **said,
        **{name: form[name].value() for name in ("organisation", "visibility", "pseudonym", "seen")},
    }
    assert browser.post(PAGE, again).status_code == 302
    row.refresh_from_db()
    assert (row.visibility, row.organisation) == (less, "City of Elsewhere")


def test_a_pseudonym_that_was_replaced_does_not_come_back_from_an_open_form(farids, client_of):
    change_profile(farids, Profile(**HIDDEN), by=farids.user)
    browser = client_of(farids.user)
    seen = browser.get(PAGE).context["form"]["seen"].value()
    show_less(farids, Visibility.PROTECTED, by=None)
    assert browser.post(PAGE, {**HIDDEN, "seen": seen}).status_code == 422
    assert Participant.objects.get().pseudonym.startswith("Participant ")


def test_other_words_are_saved_though_somebody_else_changed_who_sees_one_to_the_same(farids, opened):
    browser, said = opened
    show_less(farids, Visibility.UNLISTED, by=None)
    assert browser.post(PAGE, {**said, "visibility": "unlisted"}).status_code == 302


def test_whoever_looks_at_it_anew_may_choose_to_be_seen_again(farids, opened, client_of):
    browser, said = opened
    show_less(farids, Visibility.UNLISTED, by=None)
    seen = browser.get(PAGE).context["form"]["seen"].value()
    assert browser.post(PAGE, {**said, "seen": seen}).status_code == 302
    assert Participant.objects.get().visibility == "listed"
