"""No letter goes out that an account had a hand in which was closed, as it was in other hands."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command

from academy import clock
from academy.closing import close_account, open_account
from academy.history import verify_history
from academy.mail.due import write_what_is_due
from academy.mail.letters import Words, begin_letter, choose_audience, plan, verify_letters, write_letter
from academy.models import Mailing, Message, User
from academy.outbox import send_waiting
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


def test_once_it_is_open_again_its_owner_sends_letters(edition, amara, bea):
    close_account(amara)
    open_account(amara, amara.email)
    plan(begun(edition, amara), send_at=LATER, by=amara)
    assert sent_until(LATER + timedelta(minutes=1)) == ["amara@example.org", "nadia@example.org"]
