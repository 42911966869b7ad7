"""The pages of mail: what they take, what they refuse with what was typed kept, and the link that ends such mail."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from academy import clock
from academy.mail.letters import Words, begin_letter, due_letters, plan, put_back_due, write_letter
from academy.mail.posting import stop_token
from academy.models import Mailing, Message, Participant
from academy.outbox import hold_everything, queue_message
from programme.models import Session
from tests.factories import make_edition, make_participant, make_user


@pytest.fixture
def desk(edition, amara, client_of):
    return client_of(amara)


def begun(edition, amara, **more) -> Mailing:
    words = Words("en", "News", "Hello {name}", **more)
    return begin_letter(edition, words, audience={"state": "confirmed"}, by=amara)


def page(name: str, *arguments: object) -> str:
    return reverse(name, args=("2022", *arguments))


def queries(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(address).status_code == 200
    return len(seen)


# --- The desk ---------------------------------------------------------------------------------------------------------


def test_a_letter_begins_for_the_people_that_the_address_asks_for(desk, edition):
    answer = desk.post(
        f"{page('new_mailing')}?state=applied,waiting&nonsense=1",
        {"language": "en", "subject": "News", "body": "Hello {name}"},
    )
    letter = Mailing.objects.get()
    assert answer["Location"] == f"{page('mailing', letter.pk)}?language=en"
    assert letter.audience == {"state": "applied,waiting"}


def test_what_cannot_be_filled_is_refused_and_what_was_typed_stays(desk, edition, amara):
    letter = begun(edition, amara)
    answer = desk.post(
        page("mailing", letter.pk),
        {"language": "fr", "subject": "Bonjour", "body": "https://example.org/{name}"},
    )
    assert answer.status_code == 422
    assert "a placeholder cannot be part of an address" in answer.content.decode()
    assert 'value="Bonjour"' in answer.content.decode()
    letter.refresh_from_db()
    assert set(letter.texts) == {"en"}


def version_in(answer) -> str:
    found = re.search(r'name="version" value="(\w+)"', answer.content.decode())
    assert found
    return found[1]


def test_words_sent_to_a_letter_that_was_planned_meanwhile_are_refused_and_kept(desk, edition, amara):
    letter = begun(edition, amara)
    typed = {"language": "en", "subject": "Better news", "body": "An hour of work"}
    plan(letter, by=amara)
    answer = desk.post(page("mailing", letter.pk), typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "your words were not kept" in text
    assert "An hour of work" in text
    assert 'value="Better news"' in text
    assert "Keep the draft" not in text
    letter.refresh_from_db()
    assert letter.texts["en"]["subject"] == "News"


def test_of_two_who_write_one_draft_the_later_reads_what_the_earlier_wrote_first(desk, edition, amara):
    letter = begun(edition, amara)
    address = page("mailing", letter.pk)
    opened = version_in(desk.get(address))

    def write(body: str, version: str):
        typed = {"language": "en", "subject": "News", "body": body, "version": version}
        return desk.post(address, typed)

    assert write("Of the first", opened).status_code == 302
    answer = write("Of the second", opened)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else has changed this draft" in text
    assert "Of the first" in text
    assert "Of the second" in text
    letter.refresh_from_db()
    assert letter.texts["en"]["body"] == "Of the first"
    assert write("Of the second", version_in(answer)).status_code == 302
    letter.refresh_from_db()
    assert letter.texts["en"]["body"] == "Of the second"


def test_two_who_write_in_two_languages_are_not_in_each_others_way(desk, edition, amara):
    address = page("mailing", begun(edition, amara).pk)
    versions = {code: version_in(desk.get(f"{address}?language={code}")) for code in ("en", "fr")}
    for code, version in versions.items():
        typed = {"language": code, "subject": "News", "body": f"In {code}", "version": version}
        assert desk.post(address, typed).status_code == 302
    assert {code: words["body"] for code, words in Mailing.objects.get().texts.items()} == {
        "en": "In en",
        "fr": "In fr",
    }


def test_a_letter_that_was_late_says_so_on_its_page_and_in_the_list(desk, edition, amara):
    letter = plan(begun(edition, amara), by=amara)
    Mailing.objects.update(send_at=clock.now() - timedelta(hours=7))
    desk.get(page("mailings"))
    write_letter(letter.pk)
    assert "could not go out at its time:" in desk.get(page("mailing", letter.pk)).content.decode()
    assert "its time has passed" in desk.get(page("mailings")).content.decode()
    assert Message.objects.count() == 0


def test_letters_to_sessions_take_as_many_queries_as_they_are_few(desk, edition, amara):
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    counts, found = [], []
    with clock.set_to(session.starts_at - timedelta(days=1)):
        for number in (2, 6):
            for _one in range(number):
                plan(begun(edition, amara, session=session.pk), minutes=-60, by=amara)
            counts.append(queries(desk, page("mailings")))
            with CaptureQueriesContext(connection) as seen:
                assert due_letters() == []
            found.append(len(seen))
    assert counts[0] == counts[1]
    assert found[0] == found[1]


def test_the_question_says_to_how_many_and_in_which_languages(desk, edition, amara, dawit, esi):
    Participant.objects.filter(user=dawit).update(languages=["fr"])
    Participant.objects.filter(user=esi).update(wants_news=False)
    letter = begun(edition, amara)
    desk.post(page("mailing", letter.pk), {"language": "fr", "subject": "Nouvelles", "body": "Bonjour"})
    text = " ".join(desk.get(page("mailing_send", letter.pk)).content.decode().split())
    assert "Send this letter to 2 people?" in text
    assert "English (1), Français (1)" in text
    assert "1: no news wanted" in text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"when": "at"}, "Say when."),
        ({"when": "at", "at": "2001-01-01T12:00"}, "This time has passed."),
        ({"when": "session", "minutes": "60"}, "Select a valid choice."),
        ({"when": "at", "at": "tomorrow"}, "Enter a valid date/time."),
        ({}, "This field is required."),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(desk, edition, amara, sent, words):
    letter = begun(edition, amara)
    answer = desk.post(page("mailing_send", letter.pk), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    letter.refresh_from_db()
    assert letter.state == "draft"


def test_a_time_is_that_of_the_academy(desk, edition, amara):
    letter = begun(edition, amara)
    desk.post(page("mailing_send", letter.pk), {"when": "at", "at": "2035-07-01T12:00"})
    letter.refresh_from_db()
    assert letter.send_at.isoformat() == "2035-07-01T10:00:00+00:00"


def test_before_a_session_is_minutes_before_it(desk, edition, amara):
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    letter = begun(edition, amara, session=session.pk)
    with clock.set_to(session.starts_at - timedelta(days=1)):
        desk.post(page("mailing_send", letter.pk), {"when": "session", "minutes": "60", "side": "before"})
    letter.refresh_from_db()
    assert (letter.state, letter.minutes, letter.send_at) == ("planned", -60, None)


def test_the_mail_in_the_frame_runs_nothing_and_leads_nowhere(desk, edition, amara):
    answer = desk.get(page("mailing_page", begun(edition, amara).pk))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src 'none'" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_the_link_that_ends_somebodys_mail_is_not_shown_to_others(desk, edition, amara, dawit):
    letter = begun(edition, amara)
    for name in ("mailing_preview", "mailing_page"):
        text = desk.get(f"{page(name, letter.pk)}?person={dawit.participations.get().pk}").content.decode()
        assert "/2022/mail/stop/…/" in text
        assert dawit.pk.hex not in text


def test_a_letter_about_to_go_out_is_looked_at_again_by_itself(desk, edition, amara):
    letter = begun(edition, amara)
    desk.post(page("mailing_send", letter.pk), {"when": "now"})
    assert 50 < int(desk.get(page("mailing", letter.pk))["Refresh"]) <= 62
    Mailing.objects.update(send_at=clock.now() + timedelta(hours=1))
    assert "Refresh" not in desk.get(page("mailing", letter.pk))


def test_nobody_reads_a_letter_as_somebody_who_does_not_get_it(desk, edition, amara, dawit, esi):
    Participant.objects.filter(user=esi).update(wants_news=False)
    letter, esi_key = begun(edition, amara), esi.participations.get().pk
    for name in ("mailing_preview", "mailing_page"):
        assert desk.get(f"{page(name, letter.pk)}?person={esi_key}").status_code == 404


def test_a_letter_of_another_academy_is_not_here(desk, edition, amara):
    other = make_edition("2031")
    letter = Mailing.objects.create(edition=other, created_at=clock.now())
    for name in ("mailing", "mailing_preview", "mailing_send", "mailing_progress"):
        assert desk.get(page(name, letter.pk)).status_code == 404


def test_what_goes_out_by_itself_is_turned_on_and_off(desk, edition):
    desk.post(page("standing_mail", "reminder"), {"minutes": "30", "with_calendar": "on"})
    desk.post(page("standing_mail", "summary"), {"at": "19:30"})
    rows = Mailing.objects.order_by("kind").values_list("kind", "state", "minutes", "with_calendar")
    assert list(rows) == [("reminder", "planned", 30, True), ("summary", "planned", 1170, False)]
    desk.post(page("standing_mail", "reminder"), {"off": "1"})
    assert Mailing.objects.get(kind="reminder").state == "cancelled"
    assert desk.post(page("standing_mail", "summary"), {"at": "03:00"}).status_code == 422
    assert desk.get(page("standing_mail", "letter")).status_code == 404


def test_what_did_not_arrive_is_listed_with_its_reason_and_sent_again_one_by_one_or_all(desk, edition):
    for name in ("a", "b", "c"):
        queue_message(key=name, to=f"{name}@example.org", subject="News", body="Hello", edition=edition)
    Message.objects.exclude(key="c").update(state="failed", error="550 5.1.1")
    Message.objects.filter(key="c").update(state="bounced", error="5.2.2")
    text = desk.get(page("outbox_messages")).content.decode()
    assert text.count("There is no mailbox at this address.") == 2
    assert text.count("The mailbox is full.") == 1
    desk.post(page("outbox_messages"), {"message": Message.objects.get(key="a").pk})
    assert set(Message.objects.values_list("key", "state")) == {
        ("a", "queued"),
        ("b", "failed"),
        ("c", "bounced"),
    }
    desk.post(page("outbox_messages"))
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}
    assert desk.post(page("outbox_messages"), {"message": "x"}).status_code == 404


def test_what_a_restore_holds_back_is_listed_by_itself_and_let_go_one_by_one_or_all(desk, edition):
    for name in ("a", "b", "c"):
        queue_message(key=name, to=f"{name}@example.org", subject="News", body="Hello", edition=edition)
    assert "held back" not in desk.get(page("outbox_messages")).content.decode()
    hold_everything()
    Message.objects.filter(key="c").update(error="550 5.1.1")
    held = f"{page('outbox_messages')}?show=held"
    assert "2 mails are held back" in desk.get(page("mailings")).content.decode()
    text = desk.get(held).content.decode()
    assert ("a@example.org" in text, "b@example.org" in text, "c@example.org" in text) == (True, True, False)
    assert "may have gone out since" in text
    assert "Let all 2 mails go out" in text
    assert "a@example.org" not in desk.get(page("outbox_messages")).content.decode()
    desk.post(page("outbox_messages"))
    assert set(Message.objects.filter(state="failed").values_list("key", flat=True)) == {"a", "b"}
    answer = desk.post(held, {"message": Message.objects.get(key="a").pk})
    assert (answer.status_code, answer["Location"]) == (302, held)
    assert Message.objects.get(key="b").state == "failed"
    desk.post(held)
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}
    assert "No mail is held back any more" in desk.get(held).content.decode()


def test_a_letter_that_may_have_gone_out_says_so_on_its_draft(desk, edition, amara):
    letter = plan(begun(edition, amara), by=amara)
    with clock.set_to(clock.now() + timedelta(hours=1)):
        assert put_back_due() == 1
        text = desk.get(page("mailing", letter.pk)).content.decode()
    assert "it may have gone out already" in text
    assert "could not go out at its time" not in text


def test_the_lists_ask_as_often_for_ten_rows_as_for_three(desk, edition, amara):
    counts = {}
    for number in (3, 7):
        for one in range(number):
            letter = begun(edition, amara)
            plan(letter, by=amara)
            queue_message(key=f"{number}:{one}", to="a@example.org", subject="s", body="b", edition=edition)
            make_participant(make_user(f"p{number}-{one}"), edition)
        names = ("mailings", "outbox_messages", "new_mailing")
        counts[number] = {name: queries(desk, f"{page(name)}?show=waiting") for name in names}
        counts[number]["preview"] = queries(desk, page("mailing_preview", letter.pk))
    assert counts[3] == counts[7]


def test_the_zone_that_somebody_chooses_is_that_of_their_mails(client_of, edition, dawit):
    client_of(dawit).post("/zone/", {"zone": "Asia/Dhaka", "next": "/2022/"})
    Client().post("/zone/", {"zone": "Africa/Lagos"})
    dawit.refresh_from_db()
    assert dawit.time_zone == "Asia/Dhaka"
    client_of(dawit).post("/zone/", {"zone": ""})
    dawit.refresh_from_db()
    assert dawit.time_zone == ""


# --- The link that ends such mail -------------------------------------------------------------------------------------


def test_one_click_ends_it_without_a_login_or_a_token_of_a_form(edition, dawit):
    browser = Client(enforce_csrf_checks=True)
    address = page("mail_stop", stop_token(dawit, edition))
    assert "No more mail that is not essential?" in browser.get(address).content.decode()
    assert Participant.objects.get(user=dawit).wants_news, "looking ends nothing"
    answer = browser.post(address, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert not Participant.objects.get(user=dawit).wants_news
    browser.post(address, {"List-Unsubscribe": "One-Click"})
    browser.post(address, {"again": "1"})
    assert Participant.objects.get(user=dawit).wants_news
    assert "Dawit" not in answer.content.decode()


def test_a_link_that_was_not_made_for_this_academy_opens_nothing(edition, dawit, esi):
    token = stop_token(dawit, edition)
    key, seal = token.split(":")
    make_edition("2031")
    for wrong in (
        f"{esi.pk.hex}:{seal}",
        key,
        f"{key}:",
        f"{token}x",
        stop_token(make_user("nobody"), edition),
    ):
        assert Client().post(page("mail_stop", wrong)).status_code == 404
    assert Client().post(reverse("mail_stop", args=("2031", token))).status_code == 404
    assert Participant.objects.filter(wants_news=False).count() == 0
