"""Nothing goes out to many that an account had a hand in which was closed, as it was in other hands."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command

from academy import clock, outbox
from academy.closing import close_account, open_account
from academy.history import verify_history
from academy.invitations.accepting import given_role
from academy.invitations.inviting import invite, send_again, verify_invitations
from academy.invitations.wording import Invitee
from academy.mail.due import write_what_is_due
from academy.mail.letters import (
    Words,
    begin_letter,
    choose_audience,
    discard,
    edit_letter,
    plan,
    take_back,
    verify_letters,
    write_letter,
)
from academy.mail.standing import turn_off, turn_on, write_standing
from academy.mail.standing_words import Said, change_words
from academy.mail.turning import Back, reasons_back
from academy.models import HistoryEntry, Invitation, Mailing, Message, User
from academy.outbox import queue_all, send_waiting
from academy.privacy.erasure import erase
from academy.registration.terms import change_terms, terms_of
from academy.roles import grant_role
from tests.factories import make_edition, make_participant, make_user

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
    assert "drafts again now: 1\n" in out.getvalue()
    assert "that are kept back: 0\n" in out.getvalue()
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
            assert close_account(amara).kept_back.mails == 1  # this one may go out: it is not counted
        raise OSError("busy")

    monkeypatch.setattr(outbox, "compose", refuse)
    with clock.set_to(LATER):
        write_letter(letter.pk)
        for waits in Message.objects.filter(mailing=letter).order_by("pk")[:1]:
            outbox.send_message(str(waits.pk))
    expected = {"queued"} if can_wait else {"cancelled"}
    assert {row.state for row in Message.objects.filter(mailing=letter)} == expected


def test_what_arrives_all_the_same_is_shown_as_sent(edition, amara, bea, monkeypatch):
    letter = plan(begun(edition, amara), send_at=LATER, by=amara)
    monkeypatch.setattr(EmailMultiAlternatives, "send", lambda _mail: close_account(amara))
    with clock.set_to(LATER):
        write_letter(letter.pk)
        first = Message.objects.filter(mailing=letter).order_by("pk").first()
        assert first is not None
        assert outbox.send_message(str(first.pk))
    assert sorted(Message.objects.filter(mailing=letter).values_list("state", flat=True)) == [
        "cancelled",
        "sent",
    ]


def test_what_came_with_a_backup_or_failed_is_not_sent_again(edition, amara, bea):
    """Whoever restores closes again what was closed since."""
    letter = plan(begun(edition, amara), send_at=LATER, by=amara)
    with clock.set_to(LATER):
        write_letter(letter.pk)
        outbox.hold_everything()
        assert close_account(amara).kept_back.mails == 2
        assert outbox.send_again(outbox.held_back(edition)) == 0


def test_a_letter_that_was_discarded_is_no_draft_again(edition, amara, bea, client_of):
    letter = plan(begun(edition, amara), send_at=LATER, by=amara)
    close_account(amara)
    letter.refresh_from_db()
    discard(letter, by=bea)
    words = {"language": "en", "subject": "News", "body": "Hello"}
    answer = client_of(bea).post(f"/2022/people/mail/{letter.pk}/", words)
    assert answer.status_code == 422
    assert "It is a draft again" not in answer.content.decode()


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


# --- Other mail, and invitations --------------------------------------------------------------------------------------


@pytest.fixture
def waiting(edition) -> list[Message]:
    """Mails that others may have caused as well, one that lets somebody in, one of another academy."""
    rows = [
        ("release:1:2", "queued", edition),
        ("registration:3:declined:", "queued", edition),
        ("mention:4:5", "sending", edition),
        ("account:code:6", "queued", edition),
        ("release:7:8", "queued", make_edition(slug="2023")),
    ]
    made = {"to": "nadia@example.org", "body": "Pay at evil.example", "created_at": NOW}
    return [
        Message.objects.create(key=key, subject=key, state=state, edition=of, **made)
        for key, state, of in rows
    ]


def test_what_else_waits_is_held_until_an_organiser_has_read_it(edition, amara, bea, waiting, client_of):
    said = closed(amara)
    assert (
        "2022, other mails that waited and are held back: 3, see /2022/people/mail/outbox/?show=held" in said
    )
    assert "2023" not in said
    assert set(Message.objects.filter(state="queued").values_list("key", flat=True)) == {
        "account:code:6",
        "release:7:8",
    }
    page = " ".join(client_of(bea).get("/2022/people/mail/outbox/?show=held").content.decode().split())
    assert "was closed that was in other hands" in page
    assert "restored" not in page
    # What organisers wrote is read there; other words are nobody's but the recipient's.
    assert page.count("Pay at evil.example") == 2
    assert "3 mails are held back" in client_of(bea).get("/2022/people/mail/").content.decode()
    client_of(bea).post(
        "/2022/people/mail/outbox/?show=held", {"message": Message.objects.get(key="release:1:2").pk}
    )
    assert Message.objects.get(key="release:1:2").state == "queued"
    assert outbox.held_back(edition).count() == 2


def test_a_moderators_closing_holds_no_mail(edition, bea, bruno, waiting):
    grant_role(bruno, edition, "moderator", by=bea)
    assert close_account(bruno).kept_back.held == {}


@pytest.mark.parametrize("is_sent_again", [False, True])
def test_its_invitations_give_no_role_any_more_also_once_it_is_open(edition, amara, bea, is_sent_again):
    guests = [Invitee("evil@evil.example", role="organiser"), Invitee("guest@example.org")]
    rows = invite(edition, guests, days=14, link=lambda token: f"https://a.example/{token}", by=amara)
    assert "sends them again: 1" in closed(amara)
    open_account(amara, amara.email)
    found = Invitation.objects.get(pk=rows[0].pk)
    assert given_role(found) == ""
    if is_sent_again:
        send_again(edition, [found], days=14, link=lambda token: f"https://a.example/{token}", by=bea)
        assert given_role(Invitation.objects.get(pk=rows[0].pk)) == "organiser"
    # The others open the registration as before, and still say whose they are.
    assert Invitation.objects.get(pk=rows[1].pk).invited_by == amara
    assert [*verify_history(edition), *verify_invitations(edition)] == []


def test_where_answers_go_is_said_and_whoever_changed_it_is_in_the_history(edition, amara, bea):
    change_terms(edition, replace(terms_of(edition), contact="evil@evil.example"), by=amara)
    assert HistoryEntry.objects.get(verb="terms of registration changed").data["contact"] == "changed"
    assert "2022: answers to its mails go to evil@evil.example." in closed(amara)


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
    for subject in ("queued", "sending", "sent", "failed"):
        Message.objects.create(key=subject, state=subject, subject=subject, body=EVIL.body, **row)
    assert "that are kept back: 2\n" in closed(amara)
    assert dict(Message.objects.values_list("subject", "state")) == {
        "queued": "cancelled",
        "sending": "cancelled",
        "sent": "sent",
        "failed": "cancelled",
    }
    assert HistoryEntry.objects.get(verb=f"{standing.kind} stopped").data == {"count": 2}


def test_turned_on_anew_they_are_written_anew_to_whoever_got_none(edition, amara, bea, standing):
    change_words(edition, standing.kind, "en", EVIL, by=amara)
    row = {"edition": edition, "mailing": standing, "to": "nadia@example.org", "created_at": NOW, "body": "b"}
    for state in ("queued", "sent"):
        Message.objects.create(key=f"mailing:{state}", state=state, subject="Soon", **row)
    for _twice in range(2):
        close_account(amara)
        open_account(amara, amara.email)
    assert (
        queue_all([Message(key=f"mailing:{state}", subject="Soon", **row) for state in ("queued", "sent")])
        == 1
    )


@pytest.mark.parametrize("planned_by_others", ["letter", "reminder"])
def test_whoever_only_ended_it_had_no_hand_in_it(edition, amara, bea, planned_by_others):
    if planned_by_others == "letter":
        letter = take_back(plan(begun(edition, bea), send_at=LATER, by=bea), by=amara)
        plan(letter, send_at=LATER, by=bea)
    else:
        turn_on(edition, "reminder", minutes=60, by=bea)
        turn_off(edition, "reminder", by=amara)
        turn_on(edition, "reminder", minutes=60, by=bea)
    kept = close_account(amara).kept_back
    assert (kept.letters, kept.turned_off) == (0, [])
    assert Mailing.objects.get().state == "planned"


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
