"""Reminders and summaries: off until they are turned on, once to each, at their time; and how they end."""

from datetime import UTC, datetime, timedelta

import pytest

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.mail.due import write_what_is_due
from academy.mail.refusals import RESTORED
from academy.mail.standing import turn_off, turn_on
from academy.mail.stopping import choose_news
from academy.models import Edition, Message
from academy.privacy.after_restore import Report, steps, take
from academy.privacy.erased import Noted
from outcome.drafting import add_clause, start_document
from outcome.revisions import publish_revision
from programme.editing import change_session
from programme.models import Session
from programme.releases import release
from workshops.models import Group


@pytest.fixture
def opening(edition: Edition, bruno):
    """The session of group 1 on day 1, which Bruno moderates."""
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    return Session.objects.get(pk=group.session_id)


def starts(session):
    return session.starts_at or session.parent.starts_at


def at(moment):
    return clock.set_to(moment)


def keys() -> set[str]:
    return set(Message.objects.values_list("to", flat=True))


def test_nothing_goes_out_until_somebody_turns_it_on(edition, amara, opening):
    with at(starts(opening) - timedelta(minutes=30)):
        assert write_what_is_due() == 0


def test_a_reminder_goes_to_those_whose_session_it_is_once(edition, amara, bruno, dawit, opening):
    with at(starts(opening) - timedelta(hours=2)):
        turn_on(edition, "reminder", minutes=60, with_calendar=True, by=amara)
        assert write_what_is_due() == 0
    with at(starts(opening) - timedelta(minutes=59)):
        assert write_what_is_due() == 1
        assert write_what_is_due() == 0
    message = Message.objects.get()
    assert (message.to, message.user, message.is_essential) == (bruno.email, bruno, False)
    assert f"/2022/programme/{opening.slug}/" in message.body
    assert message.calendar.startswith("BEGIN:VCALENDAR")
    with at(starts(opening) + timedelta(minutes=1)):
        assert write_what_is_due() == 0


def test_a_restored_academy_does_not_remind_of_a_session_that_it_may_have_reminded_of(
    edition, amara, bruno, opening
):
    with at(starts(opening) - timedelta(hours=2)):
        turn_on(edition, "reminder", minutes=60, by=amara)
    with at(starts(opening) - timedelta(minutes=59)):
        for step in steps(Noted()):
            take(step, Report())
        assert write_what_is_due() == 0
        assert Message.objects.values_list("to", "state", "error").get() == (bruno.email, "failed", RESTORED)


def test_to_a_session_that_moved_there_is_another_reminder(edition, amara, bruno, opening):
    parent = opening.parent
    with at(starts(opening) - timedelta(minutes=50)):
        turn_on(edition, "reminder", minutes=60, by=amara)
        assert write_what_is_due() == 1
        later = {name: getattr(parent, name) + timedelta(minutes=5) for name in ("starts_at", "ends_at")}
        change_session(parent, **later, by=None)
        if opening.starts_at:
            change_session(opening, **later, by=None)
        release(edition, label="later", by=None)
        assert write_what_is_due() == 1
        assert write_what_is_due() == 0


def test_whoever_wants_no_news_gets_none_and_what_waits_is_kept_back(edition, amara, bruno, opening):
    participant = bruno.participations.get()
    with at(starts(opening) - timedelta(minutes=50)):
        turn_on(edition, "reminder", minutes=60, by=amara)
        write_what_is_due()
        assert choose_news(participant, False, by=bruno) is True
        assert choose_news(participant, False, by=bruno) is False
        assert Message.objects.get().state == "cancelled"
        Message.objects.all().delete()
        assert write_what_is_due() == 0


def test_the_summary_comes_in_the_evening_with_tomorrows_sessions_and_what_was_published(
    edition, amara, bruno, dawit, opening
):
    evening = datetime(2022, 1, 31, 17, tzinfo=UTC)  # 18:00 in Vienna, the day before
    with at(evening - timedelta(minutes=1)):
        turn_on(edition, "summary", minutes=18 * 60, by=amara)
        assert write_what_is_due() == 0
    with at(evening):
        assert write_what_is_due() == 1
        assert write_what_is_due() == 0
    message = Message.objects.get()
    assert message.to == bruno.email
    assert "Your sessions tomorrow:\n\n- Tue 1 Feb 2022" in message.body
    assert "Published" not in message.body
    with at(datetime(2022, 2, 6, 12, tzinfo=UTC)):
        document = start_document(edition, title="From intentions to commitments", by=amara)
        add_clause(document.sections.first(), text="to keep their promises;", by=amara)
        publish_revision(document, label="For us", audience="organisers", by=amara)
        add_clause(document.sections.first(), text="to begin;", by=amara)
        publish_revision(document, label="Zero draft", audience="participants", by=amara)
    with at(datetime(2022, 2, 6, 18, tzinfo=UTC)):
        assert write_what_is_due() == 3
    body = Message.objects.filter(to=dawit.email).get().body
    assert "- The outcome document: Zero draft: http://localhost:8000/2022/document/revisions/2/" in body
    assert "For us" not in body


def test_a_summary_that_is_late_or_after_the_academy_is_not_written(edition, amara, bruno, opening):
    with at(datetime(2022, 1, 31, 22, tzinfo=UTC)):
        turn_on(edition, "summary", minutes=18 * 60, by=amara)
        assert write_what_is_due() == 0
    with at(datetime(2022, 2, 20, 18, tzinfo=UTC)):
        assert write_what_is_due() == 0


def test_turned_off_nothing_more_goes_out(edition, amara, bruno, opening):
    with at(starts(opening) - timedelta(minutes=50)):
        turn_on(edition, "reminder", minutes=60, by=amara)
        turn_off(edition, "reminder", by=amara)
        assert write_what_is_due() == 0
        turn_on(edition, "reminder", minutes=60, by=amara)
        assert write_what_is_due() == 1


def test_only_organisers_turn_it_on_and_off_within_limits(edition, amara, dawit):
    for rule in (
        lambda: turn_on(edition, "reminder", minutes=60, by=dawit),
        lambda: turn_off(edition, "summary", by=dawit),
    ):
        with pytest.raises(NotAllowed):
            rule()
    for kind, minutes in (("reminder", 4), ("reminder", 1441), ("summary", 700), ("summary", 1439)):
        with pytest.raises(Invalid):
            turn_on(edition, kind, minutes=minutes, by=amara)


def test_somebody_else_cannot_end_my_mail(edition, dawit, esi):
    with pytest.raises(NotAllowed):
        choose_news(dawit.participations.get(), False, by=esi)
