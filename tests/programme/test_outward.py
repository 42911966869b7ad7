"""What leaves the site: files for everybody, one secret calendar each, nothing of a protected person."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from PIL import Image

from academy.errors import NotAllowed
from academy.kept_pages import forget_pages
from academy.models import Edition, HistoryEntry, Participant
from programme.calendar_keys import calendar_sessions, give_key, key_of, owner_of, revoke_key
from programme.casting import cast
from programme.filtering import SHOWS
from programme.models import CalendarKey, JoinLink, Session, SessionRole
from programme.releases import release
from programme.stars import mark
from tests.factories import make_edition
from tests.programme.frab_rules import faults_of_json, faults_of_xml
from workshops.models import Group
from workshops.seating import pin

HOME = "/2022/programme/"
FILES = {
    "calendar.ics": "text/calendar; charset=utf-8",
    "schedule.json": "application/json",
    "schedule.xml": "application/xml; charset=utf-8",
    "programme.csv": "text/csv; charset=utf-8",
    "programme.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "day-1-opening/session.ics": "text/calendar; charset=utf-8",
}


def events_at(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return {str(event["summary"]): event for event in Calendar.from_ical(response.content).events}


def participant_of(user):
    return Participant.objects.get(user=user, edition__slug="2022")


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_a_file_is_for_everybody_and_sent_once(edition, name, kind):
    first = Client().get(HOME + name)
    assert (first.status_code, first["Content-Type"]) == (200, kind)
    assert (first["Cache-Control"], first["Access-Control-Allow-Origin"]) == (
        "public, max-age=0, must-revalidate",
        "*",
    )
    again = Client().get(HOME + name, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert Client().head(HOME + name).status_code == 200
    assert Client().post(HOME + name).status_code == 405


@pytest.mark.parametrize("name", ["calendar.ics", "schedule.json", "schedule.xml", "programme.csv"])
def test_somebody_logged_in_gets_the_same_file(edition, name, client_of, dawit):
    own = client_of(dawit)
    first = own.get(HOME + name)
    assert first.content == Client().get(HOME + name).content
    assert own.get(HOME + name, headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "name", ["calendar.ics", "schedule.json", "schedule.xml", "programme.csv", "programme.xlsx"]
)
def test_a_file_costs_the_same_queries_for_more_people(edition, bruno, chiara, name):
    counts = []
    for count in (1, 3):
        forget_pages()
        for slug in ["day-1-opening", "day-2-closing", "day-3-closing"][:count]:
            cast(participant_of(bruno), Session.objects.get(slug=slug), "speaker", by=None)
            cast(participant_of(chiara), Session.objects.get(slug=slug), "host", by=None)
        release(edition, label=str(count), by=None)
        Client().get(HOME + name)
        with CaptureQueriesContext(connection) as queries:
            Client().get(f"{HOME}{name}?x={count}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_files_keep_the_rules_of_their_formats(edition):
    assert faults_of_json(Client().get(HOME + "schedule.json").content) == []
    assert faults_of_xml(Client().get(HOME + "schedule.xml?show=workshops").content) == []


def test_a_filtered_calendar_holds_what_the_page_shows(edition, client):
    assert set(events_at(client, HOME + "calendar.ics?show=plenaries&day=2022-02-01")) == {
        "Opening ceremony",
        "Plenary session A",
        "Closing",
    }
    response = client.get(HOME + "calendar.ics?strand=drivers&show=workshops")
    # The package knows no type for the name and leaves its escapes.
    name = Calendar.from_ical(response.content).calendar_name.replace("\\,", ",")
    assert name == f"{edition.title}: Drivers and actors of commitment, workshops"


@pytest.mark.parametrize(
    "query",
    ["?day=2022-02-05", "?day=x", "?strand=x", "?kind=x", "?show=x", "?show=mine", "?show=starred", "?q=%00"],
)
@pytest.mark.parametrize("name", ["calendar.ics", "schedule.json", "programme.csv", "subscribe/"])
def test_what_cannot_be_asked_for_is_not_found(edition, client, name, query):
    assert client.get(HOME + name + query).status_code == 404


@pytest.mark.parametrize("name", [*FILES, "subscribe/"])
def test_before_the_first_release_there_is_nothing(db, client, name):
    make_edition("2031")
    assert client.get(f"/2031/programme/{name}").status_code == 404


def test_what_moved_is_a_higher_sequence_and_what_went_is_cancelled(edition, client):
    before = events_at(client, HOME + "calendar.ics?x=1")
    Session.objects.filter(slug="day-1-opening").update(starts_at=datetime(2022, 2, 1, 10, tzinfo=UTC))
    Session.objects.filter(slug="day-6-conference").update(removed_at=datetime(2022, 1, 1, tzinfo=UTC))
    release(edition, label="second", by=None)
    after = events_at(client, HOME + "calendar.ics?x=2")
    assert set(before) == set(after)
    moved = {name for name in after if after[name]["sequence"] != before[name]["sequence"]}
    assert moved == {"Opening ceremony", "High-level conference"}
    assert {str(event["uid"]) for event in before.values()} == {str(event["uid"]) for event in after.values()}
    assert after["High-level conference"]["status"] == "CANCELLED"
    assert after["Opening ceremony"]["status"] == "CONFIRMED"
    single = events_at(client, HOME + "day-6-conference/session.ics")
    assert single["High-level conference"]["status"] == "CANCELLED"
    assert client.get(HOME + "day-9-nothing/session.ics").status_code == 404


def test_no_file_names_a_protected_person(edition, esi, amara, client):
    person = participant_of(esi)
    Participant.objects.filter(pk=person.pk).update(visibility="listed")
    cast(person, Session.objects.get(slug="day-1-opening"), "speaker", by=None)
    made = release(edition, label="with people", by=None)
    names = [*FILES, f"/api/v1/editions/2022/releases/{made.number}", "/api/v1/editions/2022/sessions"]
    addresses = [name if name.startswith("/") else HOME + name for name in names]
    named = [a for a in addresses if person.name.encode() in client.get(f"{a}?x=1").content]
    # Guests only in a calendar; a workbook is compressed; a release refers to people.
    assert named == [
        HOME + "schedule.json",
        HOME + "schedule.xml",
        HOME + "programme.csv",
        "/api/v1/editions/2022/sessions",
    ]
    Participant.objects.filter(pk=person.pk).update(visibility="protected")
    for address in addresses:
        text = client.get(f"{address}?x=2").content
        assert person.name.encode() not in text
        assert person.organisation.encode() not in text
    assert b"Kingfisher" in client.get(f"{HOME}schedule.json?x=2").content


# --- The secret calendar ---------------------------------------------------------------------------------------------


def test_a_calendar_of_ones_own_holds_groups_roles_and_stars(edition, client, dawit):
    person = participant_of(dawit)
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-2")
    pin(person, group, reason="for the test", by=None)
    cast(person, Session.objects.get(slug="day-3-closing"), SessionRole.Kind.SPEAKER, by=None)
    mark(person, [Session.objects.get(slug="day-6-conference").pk], by=dawit)
    key = give_key(person, by=dawit)
    response = client.get(f"{HOME}mine/{key.key}.ics")
    assert set(events_at(client, f"{HOME}mine/{key.key}.ics")) == {
        "Workshop session 1: Group 2",
        "Closing discussion",
        "High-level conference",
    }
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("private, no-cache", "noindex")
    assert person.name.encode() not in response.content
    assert b"/join/" in response.content.replace(b"\r\n ", b"")


def test_a_link_to_a_room_is_in_no_calendar(edition, client, dawit):
    session, person = Session.objects.get(slug="day-1-opening"), participant_of(dawit)
    JoinLink.objects.create(session=session, url="https://rooms.example.org/secret")
    mark(person, [session.pk], by=dawit)
    for name in ("calendar.ics", "day-1-opening/session.ics", f"mine/{give_key(person, by=dawit).key}.ics"):
        text = client.get(HOME + name).content.replace(b"\r\n ", b"")
        assert b"rooms.example.org" not in text
        assert b"/day-1-opening/join/" in text


def test_a_key_is_long_new_each_time_and_the_old_one_dies(edition, client, dawit):
    person = participant_of(dawit)
    first, second = give_key(person, by=dawit), give_key(person, by=dawit)
    assert len(first.key) >= 32
    assert first.key != second.key
    assert key_of(person) == second
    assert client.get(f"{HOME}mine/{first.key}.ics").status_code == 404
    assert client.get(f"{HOME}mine/{second.key}.ics").status_code == 200
    assert revoke_key(person, by=dawit) is True
    assert revoke_key(person, by=dawit) is False
    assert client.get(f"{HOME}mine/{second.key}.ics").status_code == 404
    verbs = HistoryEntry.objects.filter(object_type="programme.calendarkey").values_list("verb", "data")
    assert list(verbs.order_by("number")) == [
        ("calendar address made", {}),
        ("calendar address made", {}),
        ("calendar address revoked", {}),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_wishes_at_once_leave_one_key(edition, dawit, at_once):
    person = participant_of(dawit)
    made = at_once(4, lambda: give_key(person, by=dawit))
    assert {type(result) for result in made} == {CalendarKey}
    assert CalendarKey.objects.filter(participant=person, revoked_at=None).count() == 1


def test_a_key_opens_nothing_for_who_is_out_of_another_edition_or_without_an_account(edition, client, dawit):
    person = participant_of(dawit)
    key = give_key(person, by=dawit).key
    make_edition("2031")
    assert owner_of(key, Edition.objects.get(slug="2031")) is None
    for unknown in ("x", key[:-1], key.swapcase(), "%00", "a" * 500, "../mine"):
        assert client.get(f"{HOME}mine/{unknown}.ics").status_code == 404
    Participant.objects.filter(pk=person.pk).update(state="withdrawn")
    assert client.get(f"{HOME}mine/{key}.ics").status_code == 404
    Participant.objects.filter(pk=person.pk).update(state="confirmed")
    assert client.get(f"{HOME}mine/{key}.ics").status_code == 200
    dawit.is_active = False
    dawit.save()
    assert client.get(f"{HOME}mine/{key}.ics").status_code == 404


def test_nobody_makes_or_revokes_somebody_elses_key(edition, dawit, esi):
    person = participant_of(dawit)
    with pytest.raises(NotAllowed):
        give_key(person, by=esi)
    with pytest.raises(NotAllowed):
        revoke_key(person, by=esi)
    Participant.objects.filter(pk=person.pk).update(state="applied")
    with pytest.raises(NotAllowed):
        give_key(person, by=dawit)
    assert CalendarKey.objects.count() == 0


def test_the_calendar_costs_the_same_queries_for_more_stars(edition, dawit, client):
    person = participant_of(dawit)
    key = give_key(person, by=dawit).key
    counts = []
    for slugs in (["day-1-opening"], ["day-2-closing", "day-3-closing"]):
        mark(person, [Session.objects.get(slug=slug).pk for slug in slugs], by=dawit)
        client.get(f"{HOME}mine/{key}.ics")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{HOME}mine/{key}.ics")
        counts.append(len(queries))
    assert len(calendar_sessions(person)) == 3
    assert counts[0] == counts[1]


# --- The page --------------------------------------------------------------------------------------------------------


def test_the_page_offers_addresses_that_work(edition, client):
    text = client.get(HOME + "subscribe/").content.decode()
    assert 'href="webcal://testserver/2022/programme/calendar.ics"' in text
    assert 'href="webcal://testserver/2022/programme/calendar.ics?strand=drivers"' in text
    assert "Make my secret address" not in text


def test_a_view_of_the_agenda_can_be_subscribed_to(edition, client):
    query = "kind=panel&q=frameworks"
    text = client.get(f"{HOME}subscribe/?{query}").content.decode()
    assert 'webcal://testserver/2022/programme/calendar.ics?kind=panel&amp;q=frameworks"' in text
    assert set(events_at(client, f"{HOME}calendar.ics?{query}")) == {
        "Plenary session C: Panel A – Frameworks of responsibility",
        "Plenary session C: Panel B – How to implement the frameworks",
    }


def test_a_secret_address_is_made_shown_replaced_and_stopped(edition, client_of, dawit):
    browser = client_of(dawit)
    assert "Make my secret address" in browser.get(HOME + "subscribe/").content.decode()
    assert browser.post(HOME + "subscribe/make/")["Location"] == HOME + "subscribe/"
    key = key_of(participant_of(dawit)).key
    text = browser.get(HOME + "subscribe/").content.decode()
    assert f"webcal://testserver/2022/programme/mine/{key}.ics" in text
    browser.post(HOME + "subscribe/make/")
    assert key not in browser.get(HOME + "subscribe/").content.decode()
    browser.post(HOME + "subscribe/revoke/")
    assert key_of(participant_of(dawit)) is None


@pytest.mark.parametrize("name", ["subscribe/make/", "subscribe/revoke/"])
def test_a_secret_address_is_for_participants(edition, client_of, farid, name):
    assert client_of(farid).post(HOME + name).status_code == 403
    assert client_of(None).post(HOME + name)["Location"].startswith("/accounts/login/")
    assert client_of(farid).get(HOME + name).status_code == 405


NAMES = ["day", "strand", "kind", "language", "person", "q", "show", "tz", "times", "next", "x", ""]
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            *SHOWS,
            "2022-02-01",
            "drivers",
            "panel",
            "en",
            "UTC",
            "Asia/Dhaka",
            "0001-01-01",
            "9999-12-31",
            "\x00",
        ]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4),
    name=st.sampled_from([*FILES, "subscribe/"]),
)
def test_no_query_breaks_an_address(edition, query, name):
    encoded = urlencode([(key, value.encode("utf-8", "surrogatepass")) for key, value in query])
    response = Client().get(f"{HOME}{name}?{encoded}")
    assert response.status_code in {200, 400, 404}
    if name == "schedule.json" and response.status_code == 200:
        assert json.loads(response.content)


def test_a_shared_address_has_a_picture_with_the_title_and_nobodys_name(edition, client):
    page = client.get("/2022/programme/").content.decode()
    address = re.search(r'property="og:image" content="([^"]+)"', page)[1]
    assert address == "http://testserver/2022/programme/card.png"
    answer = client.get("/2022/programme/card.png")
    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
    edition.title = "W" * 200
    edition.save()
    forget_pages()
    longer = client.get("/2022/programme/card.png").content
    assert Image.open(io.BytesIO(longer)).size == (1200, 630)
    assert longer != answer.content
