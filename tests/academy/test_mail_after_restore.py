"""After a restore no mail goes out by itself, neither what waited nor what was planned."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail

from academy import announcements, clock
from academy.invitations.inviting import invite
from academy.invitations.inviting import take_back as take_invitation_back
from academy.invitations.wording import Invitee
from academy.mail.bounces import with_bounces
from academy.mail.due import write_what_is_due
from academy.mail.letters import Words, begin_letter, due_letters, plan, verify_letters
from academy.mail.refusals import RESTORED
from academy.mail.turning import Back, reasons_back
from academy.models import Invitation, InvitationList, Message, Participant
from academy.outbox import held_back, hold_everything, queue_message, send_waiting, undelivered
from academy.registration import Profile, register, withdraw
from academy.tasks import wake_mail
from academy.watching import lost_mail
from tests.coming_back import NAMES, afterwards, back_up, restored
from tests.factories import make_edition, make_user

if TYPE_CHECKING:
    from academy.models import Edition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noted_in")]


@pytest.fixture
def edition(db) -> Edition:
    return make_edition(mode="open")


def wait(edition: Edition, *keys: str) -> None:
    for key in keys:
        of = None if key.startswith("account:") else edition
        queue_message(key=key, to="farid@example.org", subject="Hello", body="https://x.example", edition=of)


@pytest.fixture
def unsent(monkeypatch) -> None:
    """A worker that is slow: what is queued waits."""
    monkeypatch.setitem(announcements._listeners, "message queued", [])


def test_a_restored_academy_sends_nothing_by_itself(edition, people, unsent, tmp_path):
    wait(edition, "news", "invitation:1:2", "account:code:1", "trial:1:2")
    Message.objects.filter(key="news").update(state="sending", claimed_at=clock.now() - timedelta(days=1))
    waiting = Message.objects.filter(state__in=("queued", "sending")).count()
    back_up()
    mail.outbox.clear()
    with restored(tmp_path, "--without-erased") as said:
        assert f"Mails held back: {waiting}." in said
        assert f"{waiting - 1} of {edition.slug}: see /{edition.slug}/people/mail/outbox/?show=held" in said
        assert "1 of no edition" in said
        assert (send_waiting(), mail.outbox) == (0, [])
        assert not Message.objects.filter(state__in=("queued", "sending")).exists()
        bodies = dict(Message.objects.filter(key__contains=":1:").values_list("key", "body"))
        assert bodies["invitation:1:2"] == "https://x.example"
        assert bodies["trial:1:2"] == ""
        assert Message.objects.get(key="account:code:1").body == ""
    assert (
        send_waiting() == waiting - 1
    )  # the control: where nothing is held back, all but the trial goes out


def test_erasing_again_wakes_no_mail_before_it_is_held(edition, people, unsent, monkeypatch, settings):
    """Where nothing works behind the pages, whatever is written sends a share of what waits."""
    settings.CELERY_TASK_ALWAYS_EAGER = True
    type(edition).objects.update(capacity=len(NAMES))
    for number in (1, 2):
        profile = Profile(
            name="Late", actor="research", country="MA", visibility="unlisted", languages=["en"]
        )
        register(make_user(f"late{number}"), edition, profile, verified=True)
    wait(edition, "news")
    monkeypatch.setitem(announcements._listeners, "message queued", [wake_mail])
    mail.outbox.clear()
    afterwards(accounts=[people["left"].user_id])
    assert mail.outbox == []
    assert Message.objects.filter(to="late1@example.org", error=RESTORED).count() == 2
    withdraw(
        people["same"], by=people["same"].user
    )  # the control: elsewhere a place that is handed on wakes the mail
    assert {address for message in mail.outbox for address in message.to} == {
        "same@example.org",
        "late2@example.org",
    }


def test_holding_twice_holds_once_and_what_was_sent_stays_so(edition, unsent):
    wait(edition, "a", "b", "c")
    Message.objects.filter(key="c").update(state="sent")
    assert dict(hold_everything()) == {edition.slug: 2}
    assert dict(hold_everything()) == {}
    assert set(Message.objects.values_list("key", "state")) == {
        ("a", "failed"),
        ("b", "failed"),
        ("c", "sent"),
    }


def test_what_is_held_back_is_not_counted_as_what_did_not_arrive(edition, people, unsent):
    row = people["same"]
    wait(edition, "a", "b")
    Message.objects.update(user=row.user, to=row.user.email)
    hold_everything()
    assert (lost_mail(), undelivered(edition).count(), held_back(edition).count() > 1) == (0, 0, True)
    assert not with_bounces(Participant.objects.filter(pk=row.pk)).get().is_bouncing
    Message.objects.filter(key="b").update(error="550 5.1.1")  # the control: what was refused is
    assert (lost_mail(), undelivered(edition).count()) == (1, 1)
    assert with_bounces(Participant.objects.filter(pk=row.pk)).get().is_bouncing


def test_an_invitation_that_is_taken_back_is_not_let_go_any_more(edition, amara, unsent):
    (one,) = invite(
        edition, [Invitee("new@example.org")], days=7, link="https://x.example/{}".format, by=amara
    )
    hold_everything()
    assert held_back(edition).exclude(body="").count() == 1
    take_invitation_back(edition, Invitation.objects.filter(pk=one.pk), by=amara)
    assert held_back(edition).count() == 0


def test_letters_whose_time_had_come_are_drafts_again_and_later_ones_stay_planned(
    edition, amara, people, unsent
):
    letters, now = [], clock.now()
    for wait_for in (timedelta(hours=1), timedelta(days=3)):
        words = Words("en", "News", "Hello {name}")
        letter = begin_letter(edition, words, audience={"state": "confirmed"}, by=amara)
        letters.append(plan(letter, send_at=now + wait_for, by=amara))
    due, later = letters
    with clock.set_to(now + timedelta(hours=2)):
        assert due_letters() == [due.pk]  # the control: it would be written now
        report = afterwards()
        assert write_what_is_due() == 0
    for letter in letters:
        letter.refresh_from_db()
    assert list(verify_letters(edition)) == []
    assert (due.state, later.state) == ("draft", "planned")
    assert reasons_back([due, later]) == {due.pk: Back.RESTORED}
    assert "Letters whose time had come are drafts again: 1." in report.done
    assert any(
        line.startswith("Letters that are planned for later, as they were in the backup: 1.")
        for line in report.done
    )


def test_a_long_list_that_was_being_invited_from_is_stopped_with_the_reason(edition, amara):
    lists = InvitationList.objects
    for state in ("inviting", "read"):
        lists.create(
            edition=edition,
            state=state,
            uploaded_by=amara,
            uploaded_at=clock.now(),
            days=7,
            worked_at=clock.now(),
        )
    assert "Long lists that were being invited from are stopped: 1." in afterwards().done
    assert set(lists.values_list("state", flat=True)) == {"stopped", "read"}
    assert "restored from a backup" in lists.get(state="stopped").note
