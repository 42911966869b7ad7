"""The pages of a registration: what is refused, what is kept, deadlines, offers, reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.forms.registering import tells_who_it_is
from academy.history import verify_history
from academy.models import Edition, Message, Participant
from academy.profile import change_profile, profile_of
from academy.regions import REGIONS, countries_in, region_of
from academy.registration import (
    ChangesClosed,
    address_verified,
    confirm,
    decline,
    register,
    verify_registrations,
    withdraw,
)
from academy.registration.addresses import without_confirmed_address
from academy.registration.applying import Profile
from academy.roles import grant_role
from programme.models import Strand
from tests.factories import make_edition, make_participant, make_user

SAID = {"name": "Farid", "actor": "research", "country": "MA", "visibility": "unlisted", "consent": "on"}
FARID = Profile(name="Farid", actor="research", country="MA", visibility="listed")


@pytest.fixture
def edition(db):
    return make_edition(mode="open")


@pytest.fixture
def amara(edition):
    user = make_user("amara")
    grant_role(user, edition, "organiser", by=None)
    return user


@pytest.fixture
def farid(db):
    return make_user("farid")


def test_every_country_lies_in_one_region_or_none():
    found = [country for key, _words in REGIONS for country in countries_in(key)]
    assert len(found) == len(set(found)) == 248
    assert [region_of(code) for code in ("MA", "SN", "BR", "PS", "AT", "AQ", "XX")] == [
        "015", "202", "419", "145", "155", "", "",
    ]  # fmt: skip


def test_strands_of_interest_are_those_of_the_programme(edition, farid, client_of):
    Strand.objects.create(edition=edition, slug="homes", title="Homes for all", short_title="Homes")
    client = client_of(farid)
    assert client.post("/2031/register/", {**SAID, "interests": ["castles"]}).status_code == 422
    client.post("/2031/register/", {**SAID, "interests": ["homes"]})
    assert Participant.objects.get(user=farid).interests == ["homes"]


def test_whoever_withdrew_sees_the_form_with_what_was_said_and_comes_back(edition, farid, client_of):
    register(farid, edition, FARID, verified=True)
    client = client_of(farid)
    client.post("/2031/withdraw/")
    assert 'value="Farid"' in client.get("/2031/register/").content.decode()
    assert client.post("/2031/register/", SAID).status_code == 302
    assert Participant.objects.get(user=farid).state == "confirmed"


def test_whoever_was_declined_does_not_come_back_by_registering(edition, amara, farid, client_of):
    participant = make_participant(farid, edition, state="applied")
    decline(participant, by=amara)
    assert client_of(farid).post("/2031/register/", SAID).status_code == 302
    assert Participant.objects.get(user=farid).state == "declined"


def test_the_page_after_registering_lets_the_browser_forget_what_was_typed(edition, client_of):
    anew = {**SAID, "password1": "seven-wells-of-water", "password2": "seven-wells-of-water"}
    said = {**anew, "email": "gulnara@example.org"}
    page = client_of(None).post("/2031/register/", said, follow=True).content.decode()
    assert "data-arrived" in page


# --- The time to correct ----------------------------------------------------------------------------------------------


def test_after_the_deadline_only_how_one_is_seen_changes(edition, farid, client_of):
    participant = register(farid, edition, replace(FARID, organisation="A firm"), verified=True)
    edition.changes_until = datetime(2031, 1, 1, tzinfo=UTC)
    edition.save()
    with clock.set_to(edition.changes_until):
        with pytest.raises(ChangesClosed):
            change_profile(participant, replace(profile_of(participant), name="Else"), by=farid)
        client = client_of(farid)
        assert 'name="organisation"' not in client.get("/2031/profile/").content.decode()
        assert (
            client.post("/2031/profile/", {"visibility": "protected", "pseudonym": "Farid"}).status_code
            == 422
        )
        client.post("/2031/profile/", {"visibility": "protected", "pseudonym": "Heron"})
    participant.refresh_from_db()
    said = (participant.pseudonym, participant.name, participant.organisation)
    assert said == ("Heron", "Farid", "A firm")


def test_whoever_becomes_protected_is_not_listed_any_more(edition, farid):
    participant = register(farid, edition, FARID, verified=True)
    assert participant.consents.get(purpose="listed").withdrawn_at is None
    change_profile(participant, replace(FARID, visibility="protected", pseudonym="Heron"), by=farid)
    assert participant.consents.get(purpose="listed").withdrawn_at is not None


@pytest.mark.parametrize(
    ("name", "pseudonym"),
    [
        ("Li Na", "Li Na"),
        ("Li Na", "lina"),
        ("Li Na", "Li the heron"),
        ("李明", "李明"),
        ("李明", "李明老师"),
        ("José Pérez", "Jose Perez"),
        ("Jose Perez", "JOSÉ of the hills"),
        ("Nguyễn Văn", "Nguyen Van"),
        ("Łukasz Ø", "Lukasz"),
        ("Farid", "Faridun"),
        ("J P", "J. P."),
    ],
)
def test_a_pseudonym_that_tells_the_name_is_refused(name, pseudonym):
    assert tells_who_it_is(pseudonym, name, "")


@pytest.mark.parametrize(
    ("name", "organisation", "pseudonym"),
    [
        ("Li Na", "", "Kingfisher"),
        ("Li Na", "", "Lilian Nadir"),
        ("李明", "", "翠鸟"),
        ("J P Lo", "City of Examples", "Bird of Joy"),
        ("José Pérez", "", "Heron"),
    ],
)
def test_a_pseudonym_that_tells_nothing_is_accepted(name, organisation, pseudonym):
    assert not tells_who_it_is(pseudonym, name, organisation)


def test_the_form_refuses_the_own_name_as_a_pseudonym(edition, farid, client_of):
    said = {**SAID, "name": "Li Na", "visibility": "protected"}
    client = client_of(farid)
    assert client.post("/2031/register/", {**said, "pseudonym": "Li Na"}).status_code == 422
    assert client.post("/2031/register/", {**said, "pseudonym": "Kingfisher"}).status_code == 302


# --- Reasons ----------------------------------------------------------------------------------------------------------


def test_a_reason_is_told_word_by_word_and_nothing_in_it_is_a_placeholder(edition, amara, farid):
    participant = make_participant(farid, edition, state="applied")
    reason = (
        "100 % full: %(title)s {name} {{ user }} <a href='https://example.org'>x</a>\r\nBcc: all@example.org"
    )
    decline(participant, by=amara, reason=reason)
    participant.refresh_from_db()
    mail = Message.objects.get(to=farid.email)
    assert participant.reason == reason.replace("\r\n", "\n")
    assert mail.body.endswith("The organisers say why:\n" + participant.reason)
    assert "Bcc" not in mail.subject


def test_a_reason_with_control_characters_is_refused_for_all(edition, amara, farid):
    participant = make_participant(farid, edition, state="applied")
    for reason in ("a\x07b", "x" * 1001):
        with pytest.raises(Invalid):
            confirm(participant, by=amara, reason=reason)
    assert Participant.objects.get(pk=participant.pk).state == "applied"


def test_a_reason_goes_with_the_decision(edition, amara, farid):
    participant = make_participant(farid, edition, state="applied")
    confirm(participant, by=amara, reason="Welcome.")
    assert withdraw(participant, by=farid).reason == ""


# --- Offers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def offered(edition, farid):
    until = clock.now() + timedelta(hours=1)
    return make_participant(farid, edition, state="offered", offered_until=until)


def test_an_offer_is_accepted_by_a_button(offered, farid, client_of):
    client = client_of(farid)
    assert "A place is free for you" in client.get("/2031/my/offer/").content.decode()
    assert client.post("/2031/my/offer/", {"answer": "accept"})["Location"] == "/2031/my/"
    assert Participant.objects.get(pk=offered.pk).state == "confirmed"


def test_an_offer_is_left_to_the_next_by_a_button(offered, farid, client_of):
    client_of(farid).post("/2031/my/offer/", {"answer": "decline"})
    assert Participant.objects.get(pk=offered.pk).state == "withdrawn"


@pytest.mark.parametrize("said", [{}, {"answer": ""}, {"answer": "Accept"}, {"answer": "declined"}])
def test_what_is_no_answer_changes_nothing(offered, farid, client_of, said):
    response = client_of(farid).post("/2031/my/offer/", said)
    assert (response.status_code, "Nothing was changed." in response.content.decode()) == (422, True)
    assert Participant.objects.get(pk=offered.pk).state == "offered"


def test_leaving_the_place_to_the_next_one_asks_once(offered, farid, client_of):
    client = client_of(farid)
    first = client.get("/2031/my/offer/").content.decode()
    assert 'value="decline"' not in first
    assert 'href="/2031/my/offer/?answer=decline"' in first
    page = client.get("/2031/my/offer/?answer=decline").content.decode()
    assert "Leave the place to the next person?" in page
    assert 'value="decline"' in page
    assert Participant.objects.get(pk=offered.pk).state == "offered"


def test_an_offer_that_ran_out_is_said_so_and_taken_back(offered, edition, farid, client_of):
    edition.capacity = 1
    edition.save()
    make_participant(make_user("other"), edition)
    with clock.set_to(offered.offered_until + timedelta(minutes=1)):
        response = client_of(farid).post("/2031/my/offer/", {"answer": "accept"})
    assert (response.status_code, "No place is offered to you now" in response.content.decode()) == (
        409,
        True,
    )
    assert Participant.objects.get(pk=offered.pk).state == "waiting"


# --- The terms --------------------------------------------------------------------------------------------------------


def test_the_terms_are_set_in_the_academys_time(edition, amara, client_of):
    client = client_of(amara)
    said = {
        "mode": "approval",
        "capacity": "30",
        "offer_hours": "24",
        "registration_opens": "2030-12-01T09:00",
    }
    assert client.post("/2031/people/settings/", said).status_code == 302
    edition.refresh_from_db()
    assert (edition.mode, edition.capacity) == ("approval", 30)
    assert edition.registration_opens == datetime(2030, 12, 1, 8, tzinfo=UTC)
    assert 'value="2030-12-01T09:00"' in client.get("/2031/people/settings/").content.decode()


def test_a_window_that_closes_before_it_opens_is_refused_with_what_was_typed(edition, amara, client_of):
    said = {
        "mode": "open",
        "offer_hours": "24",
        "registration_opens": "2030-12-01T09:00",
        "registration_closes": "2030-11-01T09:00",
    }
    response = client_of(amara).post("/2031/people/settings/", said)
    assert (response.status_code, b"Registration closes before it opens." in response.content) == (422, True)
    assert b'value="2030-11-01T09:00"' in response.content


def test_only_organisers_decide_with_reasons(edition, farid):
    participant = make_participant(farid, edition, state="applied")
    with pytest.raises(NotAllowed):
        decline(participant, by=farid, reason="No.")
    assert Participant.objects.get(pk=participant.pk).reason == ""


@pytest.mark.parametrize("field", ["registration_opens", "registration_closes", "changes_until"])
@pytest.mark.parametrize("year", ["0001", "1999", "2101", "9999"])
def test_a_year_in_which_no_academy_lies_is_refused(edition, amara, client_of, field, year):
    said = {"mode": "open", "offer_hours": "24", field: f"{year}-12-31T23:59"}
    response = client_of(amara).post("/2031/people/settings/", said)
    assert (response.status_code, b"Choose a year from 2000 to 2100." in response.content) == (422, True)


# --- Withdrawing ------------------------------------------------------------------------------------------------------


def test_what_was_told_goes_with_the_withdrawal_and_page_and_mail_say_what_stays(edition, farid, client_of):
    told = replace(FARID, organisation="A firm", motivation="To learn", interests=["homes"])
    row = register(farid, edition, told, verified=True)
    Participant.objects.filter(pk=row.pk).update(answers={"a": "b"})
    page = client_of(farid).get("/2031/withdraw/").content.decode()
    withdraw(row, by=farid)
    row.refresh_from_db()
    assert (row.organisation, row.motivation, row.interests, row.answers) == ("", "", [], {})
    assert (row.name, row.country) == ("Farid", "MA")
    mail = Message.objects.get(key__contains=":withdrawn:").body
    for text in (page, mail):
        assert "until two years after the academy" in text
    assert [*verify_history(edition), *verify_registrations(edition)] == []


# --- Applications before organisers -----------------------------------------------------------------------------------


def arrived(user):
    return Message.objects.filter(to=user.email, body__startswith="Your registration has arrived").count()


def test_where_organisers_decide_the_mail_that_it_arrived_follows_the_address(edition, farid):
    Edition.objects.filter(pk=edition.pk).update(mode="approval")
    EmailAddress.objects.filter(user=farid).update(verified=False)
    register(farid, edition, FARID, verified=False)
    assert (address_verified(farid), arrived(farid)) == ([], 0)
    EmailAddress.objects.filter(user=farid).update(verified=True)
    assert [row.state for row in address_verified(farid)] == ["applied"]
    assert (address_verified(farid), arrived(farid)) == ([], 1)


@pytest.mark.parametrize("verified", [True, False])
def test_who_is_before_organisers_gets_no_place_by_one_more_address(edition, farid, verified):
    """The edition is opened afterwards: the decision about who had applied stays the organisers'."""
    Edition.objects.filter(pk=edition.pk).update(mode="approval")
    row = register(farid, edition, FARID, verified=verified)
    if not verified:
        address_verified(farid)
    Edition.objects.filter(pk=edition.pk).update(mode="open")
    EmailAddress.objects.create(user=farid, email="second@example.org", verified=True)
    assert address_verified(farid) == []
    row.refresh_from_db()
    assert row.state == "applied"


def test_another_address_than_the_accounts_gives_no_place(edition, farid):
    EmailAddress.objects.filter(user=farid).update(verified=False)
    register(farid, edition, FARID, verified=False)
    EmailAddress.objects.create(user=farid, email="second@example.org", verified=True)
    assert address_verified(farid) == []


def test_the_desk_says_whose_address_is_not_confirmed(edition, amara, farid, client_of):
    row = make_participant(farid, edition, state="applied")
    client = client_of(amara)
    pages = (f"/2031/people/{row.pk}/", f"/2031/people/decide/?decision=confirm&people={row.pk}")
    words = ("address not confirmed", "has not confirmed the e-mail address")
    for page, said in zip(pages, words, strict=True):
        assert said not in client.get(page).content.decode()
    EmailAddress.objects.filter(user=farid).update(verified=False)
    for page, said in zip(pages, words, strict=True):
        assert said in client.get(page).content.decode()


def test_whose_address_is_confirmed_is_asked_once_for_all(edition, django_assert_num_queries):
    people = [make_participant(make_user(f"p{number}"), edition) for number in range(10)]
    EmailAddress.objects.filter(user=people[3].user).update(verified=False)
    with django_assert_num_queries(1):
        assert without_confirmed_address(people) == {people[3].pk}
