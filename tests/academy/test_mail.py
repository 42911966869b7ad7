"""Letters: for whom, in which language, what a placeholder may carry, when they go out, and that none does so twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.mail.audience import left_out, recipients
from academy.mail.due import write_what_is_due
from academy.mail.letters import (
    UNDO,
    NobodyToWriteTo,
    NotADraft,
    NotPlanned,
    TimeUnknown,
    Words,
    begin_letter,
    choose_audience,
    discard,
    drop_words,
    edit_letter,
    plan,
    stop,
    take_back,
    verify_letters,
    write_letter,
)
from academy.mail.placeholders import as_words, fill
from academy.mail.sessions import session_of
from academy.mail.stopping import choose_news
from academy.mail.times import goes_out_at
from academy.mail.trying import as_read_by, send_trial
from academy.models import Mailing, Message, Participant
from academy.outbox import send_waiting
from academy.privacy.erasure import erase
from programme.editing import change_session
from programme.models import Session
from programme.releases import release
from tests.factories import make_edition, make_participant, make_user
from tests.postbox import postbox

__all__ = ["postbox"]

NOW = datetime(2022, 1, 20, 12, tzinfo=UTC)
CONFIRMED = {"state": "confirmed"}
HOSTILE = "http://evil.example click\r\nBcc: all@example.org <a href=//evil.example>[x](https://evil.example)"


@pytest.fixture(autouse=True)
def _in_january(db):
    with clock.set_to(NOW):
        yield


def words(subject="News", body="Hello {name}", language="en", **more):
    return Words(language, subject, body, **more)


def begun(edition, amara, audience=CONFIRMED, **more) -> Mailing:
    return begin_letter(edition, words(**more), audience=audience, by=amara)


def gone(letter) -> dict[str, str]:
    """{address: text} of what was written of a letter."""
    return dict(Message.objects.filter(mailing=letter).values_list("to", "body"))


def after(minutes: float):
    return clock.set_to(NOW + timedelta(minutes=minutes))


# --- Words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("Ana María O’Neill-Søren", "Ana María O’Neill-Søren"),
        ("J.R. Smith (Kofi)", "J. R. Smith (Kofi)"),
        ("http://evil.example click", "http evil. example click"),
        ("www.evil.example", "www. evil. example"),
        ("evil\u200b.example", "evil. example"),
        ("evil．example", "evil． example"),
        ("a@evil.example", "a evil. example"),
        ("mailto:a", "mailto a"),
        ("A\r\nBcc: b", "A Bcc: b"),
        ("<b>x</b> [y](z) `w` {name}", "b x b y (z) w name"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_name_is_words_and_nothing_to_click_on(said, stands):
    assert as_words(said) == stands


def test_what_is_filled_in_is_not_filled_again():
    assert fill("{name} {other}", {"name": "{edition}", "edition": "x"}) == "{edition} {other}"


def test_a_hostile_name_becomes_no_link_no_header_and_no_second_recipient(edition, amara):
    make_participant(make_user("mallory"), edition, name=HOSTILE[:120])
    letter = begun(
        edition, amara, audience={"q": "mallory"}, subject="Dear {name}", body="Dear {name}, hello."
    )
    plan(letter, by=amara)
    with after(1):
        write_what_is_due()
        send_waiting()
    sent = mail.outbox[-1]
    raw = sent.message().as_string()
    assert sent.recipients() == ["mallory@example.org"]
    assert sent.message()["Bcc"] is None
    assert "\n" not in sent.subject
    assert "evil.example" not in raw
    assert "//evil" not in raw
    page = sent.alternatives[0][0]
    assert page.count("<a href=") == 1  # the link that ends such mail
    assert page.count("/2022/mail/stop/") == 1


def test_the_control_without_taking_the_links_out_the_name_would_be_one(edition, amara, monkeypatch):
    monkeypatch.setattr("academy.mail.filling.as_words", lambda text: text)
    person = make_participant(make_user("mallory"), edition, name="http://evil.example click")
    message = as_read_by(person, begun(edition, amara))
    assert message.body == "Hello http://evil.example click"


@pytest.mark.parametrize(
    "body",
    [
        "https://example.org/{name}",
        "www.{name}",
        "{name}.example",
        "mail@{name}",
        "see {nobody}",
        "at {time}",
    ],
)
def test_a_placeholder_is_refused_that_nobody_can_fill_or_that_is_part_of_an_address(edition, amara, body):
    with pytest.raises(Invalid):
        begun(edition, amara, body=body)
    assert Mailing.objects.count() == 0


def test_everybody_reads_the_first_of_their_languages_that_there_are_words_in(edition, amara):
    Participant.objects.all().delete()
    for key, languages in (("ana", ["pt", "es"]), ("bo", ["zh"]), ("cleo", ["fr", "en"]), ("dov", [])):
        make_participant(make_user(key), edition, languages=languages)
    letter = begun(edition, amara, body="Hello")
    for code, text in (("es", "Hola"), ("fr", "Bonjour")):
        edit_letter(letter, words(body=text, language=code), by=amara)
    letter.refresh_from_db()
    found = {p.user.email: as_read_by(p, letter).body for p in recipients(letter)}
    assert found == {
        "ana@example.org": "Hola",
        "bo@example.org": "Hello",
        "cleo@example.org": "Bonjour",
        "dov@example.org": "Hello",
    }
    drop_words(letter, "en", by=amara)
    letter.refresh_from_db()
    assert as_read_by(Participant.objects.get(user__email="bo@example.org"), letter).body == "Hola"


def test_a_protected_person_is_called_by_the_pseudonym_and_reads_nobody_else(edition, amara, dawit, esi):
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    body = " ".join(f"{{{name}}}" for name in ("name", "edition", "session", "time", "group", "programme"))
    letter = begun(edition, amara, body=body, session=session.pk)
    message = as_read_by(esi.participations.get(), letter)
    assert message.body.startswith("Kingfisher ")
    names = [p.name for p in Participant.objects.exclude(user=esi)] + ["Esi"]
    assert [name for name in names if name in message.body] == []


def test_the_time_stands_in_the_zone_of_whoever_reads_it(edition, amara, dawit):
    dawit.time_zone = "Asia/Dhaka"
    dawit.save()
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    letter = begun(edition, amara, body="{time}", session=session.pk)
    here = session.starts_at.astimezone(UTC) + timedelta(hours=6)
    expected = f"Tue 1 Feb 2022, {here:%H:%M} (Dhaka time, UTC+6)"
    assert as_read_by(dawit.participations.get(), letter).body == expected
    zone = as_read_by(amara.participations.get(), letter).body
    assert zone == f"Tue 1 Feb 2022, {here - timedelta(hours=5):%H:%M} (Central European Time)"


# --- For whom ---------------------------------------------------------------------------------------------------------


def test_it_reaches_those_who_confirmed_their_address_and_want_news(edition, amara, dawit, esi, farid):
    letter = begun(edition, amara)
    everybody = recipients(letter).count()
    choose_news(dawit.participations.get(), False, by=dawit)
    esi.emailaddress_set.update(verified=False)
    assert (recipients(letter).count(), left_out(letter)) == (everybody - 2, 2)
    edit_letter(letter, words(is_essential=True, because="The link has changed"), by=amara)
    letter.refresh_from_db()
    assert (recipients(letter).count(), left_out(letter)) == (everybody - 1, 1)


def test_who_withdrew_gets_an_essential_letter_only_if_asked_for_by_state(edition, amara, dawit):
    Participant.objects.filter(user=dawit).update(state="withdrawn")
    for audience, essential, expected in (
        ({}, False, False),
        ({}, True, False),
        ({"state": "withdrawn"}, False, False),
        ({"state": "withdrawn"}, True, True),
    ):
        letter = begun(edition, amara, audience=audience, is_essential=essential, because="A cancellation")
        assert recipients(letter).filter(user=dawit).exists() is expected


# --- When -------------------------------------------------------------------------------------------------------------


def test_sent_now_it_can_be_taken_back_for_a_minute_and_goes_out_once_after(edition, amara, dawit):
    letter = plan(begun(edition, amara), by=amara)
    assert write_what_is_due() == 0
    letter = take_back(letter, by=amara)
    assert (letter.state, letter.send_at) == ("draft", None)
    with after(2):
        assert write_what_is_due() == 0
        plan(letter, by=amara)
    with after(2 + UNDO.total_seconds() / 60):
        count = recipients(letter).count()
        assert write_what_is_due() == count > 1
        assert write_what_is_due() == 0
        with pytest.raises(NotPlanned):
            take_back(letter, by=amara)
    assert len(gone(letter)) == count
    assert set(Message.objects.values_list("key", flat=True)) == {
        f"mailing:{letter.pk}:{p.pk}" for p in recipients(letter)
    }


def test_written_again_after_a_crash_nothing_is_written_twice(edition, amara, dawit):
    letter = plan(begun(edition, amara), by=amara)
    with after(1):
        first = write_letter(letter.pk)
        Mailing.objects.filter(pk=letter.pk).update(state="planned")
        assert write_letter(letter.pk) == 0
    assert Message.objects.count() == first


def test_one_hour_before_a_session_moves_with_the_session(edition, amara, dawit):
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    letter = plan(begun(edition, amara, session=session.pk), minutes=-60, by=amara)
    starts = session.starts_at
    assert goes_out_at(letter) == starts - timedelta(hours=1)
    later = {"starts_at": starts + timedelta(minutes=30), "ends_at": session.ends_at + timedelta(minutes=30)}
    change_session(session, **later, by=None)
    assert goes_out_at(letter) == starts - timedelta(hours=1), "the draft of the programme counts for nothing"
    release(edition, label="moved", by=None)
    assert goes_out_at(letter) == starts - timedelta(minutes=30)
    with clock.set_to(starts - timedelta(minutes=45)):
        assert write_what_is_due() == 0
    with clock.set_to(starts - timedelta(minutes=30)):
        assert write_what_is_due() > 0


def test_a_time_that_has_passed_and_a_session_nobody_knows_are_refused(edition, amara):
    letter = begun(edition, amara)
    with pytest.raises(Invalid):
        plan(letter, send_at=NOW - timedelta(minutes=1), by=amara)
    with pytest.raises(TimeUnknown):
        plan(letter, minutes=-60, by=amara)
    with pytest.raises(TimeUnknown):
        edit_letter(letter, words(session=letter.pk), by=amara)
    choose_audience(letter, {"q": "nobody is called so"}, by=amara)
    with pytest.raises(NobodyToWriteTo):
        plan(letter, by=amara)
    letter.refresh_from_db()
    assert letter.state == "draft"


def test_a_planned_letter_is_no_draft_and_a_discarded_one_has_no_words(edition, amara):
    letter = plan(begun(edition, amara), by=amara)
    for change in (
        lambda: edit_letter(letter, words(), by=amara),
        lambda: choose_audience(letter, {}, by=amara),
        lambda: discard(letter, by=amara),
        lambda: plan(letter, by=amara),
    ):
        with pytest.raises(NotADraft):
            change()
    take_back(letter, by=amara)
    assert discard(letter, by=amara).texts == {}


def test_what_has_not_gone_out_can_be_stopped(edition, amara, dawit, esi):
    letter = plan(begun(edition, amara), by=amara)
    with after(1):
        count = write_letter(letter.pk)
        Message.objects.filter(to=dawit.email).update(state="sent")
        assert stop(letter, by=amara) == count - 1
        assert stop(letter, by=amara) == 0
        assert send_waiting() == 0


def test_only_organisers_of_this_academy_write(edition, amara, dawit):
    other = make_edition("2031")
    letter = begun(edition, amara)
    for rule in (
        lambda: begin_letter(other, words(), audience={}, by=amara),
        lambda: begun(edition, dawit),
        lambda: edit_letter(letter, words(), by=dawit),
        lambda: choose_audience(letter, {}, by=dawit),
        lambda: drop_words(letter, "en", by=dawit),
        lambda: plan(letter, by=dawit),
        lambda: take_back(letter, by=dawit),
        lambda: stop(letter, by=dawit),
        lambda: discard(letter, by=dawit),
        lambda: send_trial(letter, None, by=dawit),
    ):
        with pytest.raises(NotAllowed):
            rule()


def test_a_trial_goes_to_oneself_and_counts_for_nothing(edition, amara, dawit):
    letter = begun(edition, amara)
    send_trial(letter, dawit.participations.get(), by=amara)
    message = Message.objects.get()
    assert (message.to, message.subject, message.body) == (amara.email, "Trial: News", "Hello Dawit")
    assert message.mailing is None


@pytest.mark.parametrize("to", ["fine@example.org", "gone@example.org"])
def test_a_trial_is_forgotten_once_it_is_sent_or_failed(edition, amara, dawit, postbox, to):
    amara.email = to
    send_trial(begun(edition, amara, subject="For {name}"), dawit.participations.get(), by=amara)
    send_waiting()
    message = Message.objects.get()
    assert message.state in ("sent", "failed")
    assert (message.subject, message.body, message.calendar) == ("", "", "")


def test_a_trial_in_the_words_of_somebody_erased_meanwhile_is_not_sent(edition, amara, dawit):
    send_trial(begun(edition, amara), dawit.participations.get(), by=amara)
    erase(dawit, by=dawit)
    assert send_waiting() == 0
    message = Message.objects.get(user=amara)
    assert (message.state, message.subject, message.body) == ("cancelled", "", "")


def test_words_changed_behind_the_academys_back_are_found(edition, amara):
    letter = begun(edition, amara)
    assert list(verify_letters(edition)) == []
    Mailing.objects.filter(pk=letter.pk).update(texts={"en": {"subject": "x", "body": "y"}})
    assert [m.object for m in verify_letters(edition)] == [f"mailing {letter.pk}"]


def test_a_letter_about_a_session_can_bring_it_along_for_the_calendar(edition, amara, dawit):
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    letter = begun(edition, amara, session=session.pk, with_calendar=True)
    calendar = as_read_by(dawit.participations.get(), letter).calendar
    assert calendar.startswith("BEGIN:VCALENDAR\r\n")
    assert calendar.count("BEGIN:VEVENT") == 1
    assert session_of(edition, session.pk).title in calendar.replace("\r\n ", "")


def test_many_people_take_as_many_queries_as_few(edition, amara):
    counts = []
    for number in (3, 30):
        for one in range(number):
            make_participant(make_user(f"p{number}-{one}"), edition)
        letter = plan(begun(edition, amara), by=amara)
        with after(1), CaptureQueriesContext(connection) as seen:
            write_letter(letter.pk)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_taken_back_in_the_moment_in_which_it_is_written_it_is_one_or_the_other(
    edition, amara, dawit, at_once
):
    """Four times a letter is written by two workers while two organisers take it back."""
    for _round in range(4):
        letter = plan(begun(edition, amara), by=amara)
        Mailing.objects.filter(pk=letter.pk).update(send_at=datetime.now(UTC) - timedelta(minutes=1))
        turns = iter([write_letter, write_letter, None, None])

        def act(turns=turns, letter=letter):
            write = next(turns)
            return write(letter.pk) if write else take_back(letter, by=amara).state

        results = [str(result) for result in at_once(4, act)]
        letter.refresh_from_db()
        count = Message.objects.filter(mailing=letter).count()
        if letter.state == "draft":
            assert (count, results.count("draft")) == (0, 1)
        else:
            assert (letter.state, results.count("draft")) == ("written", 0)
            assert count == 2
            assert sorted(results)[:2] == ["0", "2"]
