"""Nothing goes out to many that an account had a hand in which was closed, as it was in other hands."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command

from academy import clock, outbox
from academy.closing import close_account, open_account
from academy.history import verify_history
from academy.mail.due import write_what_is_due
from academy.mail.letters import (
    Words,
    begin_letter,
    choose_audience,
    edit_letter,
    plan,
    verify_letters,
    write_letter,
)
from academy.mail.standing import turn_off, turn_on, write_standing
from academy.mail.standing_words import Said, change_words
from academy.mail.turning import Back, reasons_back
from academy.models import HistoryEntry, Mailing, Message, User
from academy.outbox import send_waiting
from academy.privacy.erasure import erase
from academy.roles import grant_role
from tests.factories import make_participant, make_user

NOW = datetime(2022, 1, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
CONFIRMED = {"state": "confirmed"}


@pytest.fixture(autouse=True)
def _in_january(db):
    with clock.set_to(NOW):
        yield


@pytest.fixture
def bea(edition, amara):
    """Another organiser, and somebody who would get the letters."""
    make_participant(make_user("nadia"), edition)
    bea = make_user("bea")
    grant_role(bea, edition, "organiser", by=amara)
    return bea


def begun(edition, by: User) -> Mailing:
    return begin_letter(edition, Words("en", "News", "Hello {name}"), audience=CONFIRMED, by=by)


def sent_until(moment: datetime) -> list[str]:
    """Whom the letters reach when all that is due by then goes out."""
    with clock.set_to(moment):
        write_what_is_due()
        send_waiting()
    return sorted(one.to[0] for one in mail.outbox)


def test_a_letter_that_it_planned_is_a_draft_again_and_the_shell_says_so(edition, amara, bea):
    letter = plan(begun(edition, amara), send_at=LATER, by=amara)
    out = io.StringIO()
    call_command("close_account", str(amara.pk), stdout=out, stderr=io.StringIO())
    assert "1 planned are drafts again, 0 mails are kept back" in out.getvalue()
    assert Mailing.objects.get().state == "draft"
    assert sent_until(LATER + timedelta(minutes=1)) == []
    assert [*verify_history(edition), *verify_letters(edition)] == []
    with clock.set_to(LATER + timedelta(minutes=2)):  # whoever organises now may send it
        plan(letter, by=bea)
    assert sent_until(LATER + timedelta(minutes=4)) == ["nadia@example.org"]


def test_a_letter_of_others_goes_out(edition, amara, bea):
    plan(begun(edition, bea), send_at=LATER, by=bea)
    assert close_account(amara).kept_back.letters == 0
    assert sent_until(LATER + timedelta(minutes=1)) == ["nadia@example.org"]


@pytest.mark.parametrize("hand", ["changed", "planned"])
def test_it_is_enough_that_the_account_changed_or_planned_it(edition, amara, bea, hand):
    letter = begun(edition, bea)
    if hand == "changed":
        choose_audience(letter, {**CONFIRMED, "actor": "research"}, by=amara)
        choose_audience(letter, CONFIRMED, by=bea)
    plan(letter, send_at=LATER, by=bea if hand == "changed" else amara)
    assert close_account(amara).kept_back.letters == 1
    assert sent_until(LATER + timedelta(minutes=1)) == []


def test_what_was_written_and_waits_does_not_go_out(edition, amara, bea):
    letter = plan(begun(edition, amara), send_at=LATER, by=amara)
    with clock.set_to(LATER):
        assert write_letter(letter.pk) == 2  # to nadia, and to amara herself
    assert close_account(amara).kept_back.mails == 2
    assert sent_until(LATER + timedelta(minutes=1)) == []
    assert {row.state for row in Message.objects.filter(mailing=letter)} == {"cancelled"}


def test_what_was_planned_while_the_account_was_being_closed_is_not_written(edition, amara, bea):
    letter = begun(edition, amara)
    close_account(amara)
    # A page that was let in just before and waited for its turn.
    plan(letter, send_at=LATER, by=amara)
    assert sent_until(LATER + timedelta(minutes=1)) == []
    assert Mailing.objects.get().state == "draft"


@pytest.mark.parametrize("can_wait", [True, False])
def test_what_is_being_sent_is_not_tried_again(edition, amara, bea, monkeypatch, can_wait):
    """A mail server that is busy says so: without the closing it is tried again a minute later."""
    letter = plan(begun(edition, amara), send_at=LATER, by=amara)

    def refuse(one: Message) -> None:
        if not can_wait:
            assert close_account(amara).kept_back.mails == 2
        raise OSError("busy")

    monkeypatch.setattr(outbox, "compose", refuse)
    with clock.set_to(LATER):
        write_letter(letter.pk)
        for waits in Message.objects.filter(mailing=letter).order_by("pk")[:1]:
            outbox.send_message(str(waits.pk))
    expected = {"queued"} if can_wait else {"cancelled"}
    assert {row.state for row in Message.objects.filter(mailing=letter)} == expected


def test_its_page_says_why_until_somebody_plans_it_anew(edition, amara, bea, client_of):
    letter = plan(begun(edition, amara), send_at=NOW + timedelta(days=3), by=amara)
    close_account(amara)
    said = ("and has been closed. It is a draft again", "of an account that was closed")
    for text, words in zip(page_and_list(client_of(bea), letter), said, strict=True):
        assert words in text
        assert "Hours have passed" not in text
        assert "its time has passed" not in text
    letter.refresh_from_db()
    edit_letter(letter, Words("en", "News", "Other words"), by=bea)
    assert reasons_back([letter]) == {letter.pk: Back.CLOSED}
    letter.refresh_from_db()
    plan(letter, by=bea)
    assert reasons_back([letter]) == {}


def page_and_list(client, letter: Mailing) -> list[str]:
    addresses = (f"/2022/people/mail/{letter.pk}/", "/2022/people/mail/")
    return [" ".join(client.get(address).content.decode().split()) for address in addresses]


def test_what_whoever_was_erased_had_planned_goes_out(edition, amara, bea):
    """The control: they did nothing wrong, and their account is as shut as a closed one."""
    plan(begun(edition, amara), send_at=LATER, by=amara)
    turn_on(edition, "reminder", minutes=60, by=amara)
    erase(amara, by=amara)
    assert not User.objects.get(pk=amara.pk).is_active
    assert sent_until(LATER + timedelta(minutes=1)) == ["nadia@example.org"]
    assert Mailing.objects.get(kind="reminder").state == "planned"


# --- What goes out by itself ------------------------------------------------------------------------------------------

KINDS = {"reminder": 60, "summary": 18 * 60}
EVIL = Said("Soon", "Pay at evil.example")


@pytest.fixture(params=KINDS)
def standing(edition, bea, request) -> Mailing:
    """Reminders, or summaries, that another organiser has turned on."""
    return turn_on(edition, request.param, minutes=KINDS[request.param], by=bea)


def closed(user: User) -> str:
    out = io.StringIO()
    call_command("close_account", str(user.pk), stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.mark.parametrize("hand", ["worded", "turned on"])
def test_reminders_and_summaries_that_it_had_a_hand_in_are_off(
    edition, amara, bea, standing, hand, client_of
):
    kind = standing.kind
    if hand == "worded":
        change_words(edition, kind, "en", EVIL, by=amara)
        turn_on(edition, kind, minutes=KINDS[kind], by=bea)  # without reading what it says by now
    else:
        turn_on(edition, kind, minutes=KINDS[kind], by=amara)
    words = {"reminder": "the reminders are off", "summary": "the summaries of the day are off"}[kind]
    assert f"2022: {words}" in closed(amara)
    assert Mailing.objects.get().state == "cancelled"
    assert [*verify_history(edition), *verify_letters(edition)] == []
    for address in ("/2022/people/mail/", f"/2022/people/mail/standing/{kind}/"):
        assert "has been closed" in client_of(bea).get(address).content.decode()
    turn_on(edition, kind, minutes=KINDS[kind], by=bea)
    assert "has been closed" not in client_of(bea).get("/2022/people/mail/").content.decode()


def test_those_of_others_stay_on(edition, amara, bea, standing):
    assert "are off" not in closed(amara)
    assert Mailing.objects.get().state == "planned"
    assert write_standing(standing.pk) == 0
    assert Mailing.objects.get().state == "planned"


def test_words_that_wait_for_somebody_to_turn_it_on_are_named(edition, amara, bea, standing, client_of):
    change_words(edition, standing.kind, "en", EVIL, by=amara)
    turn_off(edition, standing.kind, by=amara)
    assert "are off, as" not in closed(amara)  # they were already
    assert "has been closed" in client_of(bea).get("/2022/people/mail/").content.decode()


def test_mails_of_it_that_wait_are_kept_back(edition, amara, bea, standing):
    change_words(edition, standing.kind, "en", EVIL, by=amara)
    row = {"edition": edition, "mailing": standing, "to": "nadia@example.org", "created_at": NOW}
    for state in ("queued", "sending", "sent"):
        Message.objects.create(key=state, state=state, subject="Soon", body=EVIL.body, **row)
    assert "1 mails" not in (said := closed(amara))
    assert "2 mails are kept back" in said
    assert set(Message.objects.values_list("key", "state")) == {
        ("queued", "cancelled"),
        ("sending", "cancelled"),
        ("sent", "sent"),
    }
    assert HistoryEntry.objects.get(verb=f"{standing.kind} stopped").data == {"count": 2}


@pytest.mark.parametrize("hand", ["worded", "turned on"])
def test_what_was_turned_on_while_the_account_was_being_closed_is_off(edition, amara, bea, standing, hand):
    """A page that was let in just before and waited for its turn."""
    kind = standing.kind
    close_account(amara)
    if hand == "worded":
        change_words(edition, kind, "en", EVIL, by=amara)
    else:
        turn_on(edition, kind, minutes=KINDS[kind], by=amara)
    assert write_standing(standing.pk) == 0
    assert Mailing.objects.get().state == "cancelled"
    assert reasons_back([Mailing.objects.get()]) == {standing.pk: Back.CLOSED}


def test_once_it_is_open_again_its_owner_sends_letters(edition, amara, bea):
    close_account(amara)
    open_account(amara, amara.email)
    plan(begun(edition, amara), send_at=LATER, by=amara)
    assert sent_until(LATER + timedelta(minutes=1)) == ["amara@example.org", "nadia@example.org"]
