"""Who came to what: counted by session for organisers, told on a person's page."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy import clock
from academy.models import Participant
from programme.coming import turnout_of
from programme.models import Attendance, Session
from tests.factories import make_participant, make_user

SINCE = datetime(2022, 2, 1, 12, tzinfo=UTC)


def come(session: Session, *keys: str) -> None:
    for key in keys:
        person = make_participant(make_user(key), session.edition)
        Attendance.objects.create(participant=person, session=session, since=SINCE)


def test_a_session_says_how_many_came_and_one_to_come_says_nothing(edition, client_of, amara):
    opening = Session.objects.get(slug="day-1-opening")
    come(opening, "ola", "pia")
    with clock.set_to(datetime.fromisoformat("2022-02-01T18:00+01:00")):
        found = {row.session.slug: row.came for row in turnout_of(edition)}
        text = client_of(amara).get("/2022/programme/attendance/").content.decode()
    assert found["day-1-opening"] == 2
    assert set(found.values()) <= {2, 0, None}
    assert "2 people came to at least one session." in " ".join(text.split())
    with clock.set_to(datetime.fromisoformat("2022-01-31T18:00+01:00")):
        assert {row.came for row in turnout_of(edition)} == {None}


def test_the_list_finds_who_came_and_counts_their_sessions(edition, client_of, amara):
    come(Session.objects.get(slug="day-1-opening"), "ola")
    text = client_of(amara).get("/2022/people/?came=yes&columns=came").content.decode()
    assert "Choose Ola" in text
    assert "Choose Amara" not in text
    cell = text.split('class="column-came')[1].split("</td>")[0]
    assert cell.split(">")[1].strip() == "1"


def test_the_page_costs_the_same_for_more_people(edition, client_of, amara):
    opening = Session.objects.get(slug="day-1-opening")
    come(opening, "a1", "a2", "a3")
    client = client_of(amara)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/2022/programme/attendance/")
        return len(captured)

    queries()
    before = queries()
    come(opening, *(f"b{number}" for number in range(7)))
    assert queries() == before
    assert Participant.objects.filter(attendances__isnull=False).count() == 10
