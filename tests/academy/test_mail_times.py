"""When letters go out: the history says it in every zone alike, and what is hours late is read again by somebody."""

from datetime import UTC, datetime, timedelta

import pytest

from academy import clock
from academy.mail.due import write_what_is_due
from academy.mail.letters import Words, begin_letter, plan, verify_letters
from academy.mail.times import LATE
from academy.mail.turning import Back, reasons_back
from academy.models import Edition, HistoryEntry, Mailing, Message, User
from programme.models import Session

NOW = datetime(2022, 1, 20, 12, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _in_january(db):
    with clock.set_to(NOW):
        yield


def begun(edition: Edition, amara: User, **more) -> Mailing:
    words = Words("en", "News", "Hello {name}", **more)
    return begin_letter(edition, words, audience={"state": "confirmed"}, by=amara)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York", "UTC"])
def test_a_time_chosen_on_the_page_verifies_in_every_zone(edition, amara, client_of, zone):
    Edition.objects.filter(pk=edition.pk).update(time_zone=zone)
    letter = begun(edition, amara)
    answer = client_of(amara).post(
        f"/2022/people/mail/{letter.pk}/send/", {"when": "at", "at": "2022-01-21T12:00"}
    )
    assert answer.status_code == 302
    letter.refresh_from_db()
    assert letter.state == "planned"
    assert list(verify_letters(edition)) == []


@pytest.mark.parametrize("about_a_session", [True, False])
def test_a_letter_that_is_hours_late_becomes_a_draft_again_and_nobody_gets_it(
    edition, amara, about_a_session
):
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    if about_a_session:
        letter = plan(begun(edition, amara, session=session.pk), minutes=-60, by=amara)
        due = session.starts_at - timedelta(hours=1)
    else:
        due = NOW + timedelta(days=1)
        letter = plan(begun(edition, amara), send_at=due, by=amara)
    with clock.set_to(due + LATE + MOMENT):
        assert write_what_is_due() == 0
        assert write_what_is_due() == 0
    letter.refresh_from_db()
    assert (letter.state, reasons_back([letter]), Message.objects.count()) == (
        "draft",
        {letter.pk: Back.LATE},
        0,
    )
    assert HistoryEntry.objects.filter(verb="letter put back").count() == 1
    assert list(verify_letters(edition)) == []


def test_a_letter_that_is_a_little_late_goes_out(edition, amara):
    letter = plan(begun(edition, amara), by=amara)
    assert letter.send_at is not None
    with clock.set_to(letter.send_at + LATE):
        assert write_what_is_due() > 0


def test_a_letter_that_came_back_is_planned_like_any_other(edition, amara):
    letter = plan(begun(edition, amara), by=amara)
    with clock.set_to(NOW + timedelta(days=1)):
        write_what_is_due()
        plan(letter, by=amara)
    with clock.set_to(NOW + timedelta(days=1, minutes=2)):
        assert write_what_is_due() > 0
