"""Long lists of people to invite: read and invited from in parts, whole again after a crash, a report for every row."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from academy import clock
from academy.errors import NotAllowed
from academy.forms import inviting
from academy.history import verify_history
from academy.invitations import long_lists
from academy.invitations.inviting import invite, verify_invitations
from academy.invitations.lists import MOST_ROWS, Unreadable
from academy.invitations.long_lists import (
    LEFT,
    NotReady,
    OneAtATime,
    counts_of,
    discard,
    invite_the_good,
    keep_list,
    left_lists,
    stop,
    work_on,
)
from academy.invitations.wording import Invitee
from academy.models import Edition, Invitation, InvitationList, ListedPerson, Message, User
from academy.privacy.erasure import erase
from academy.privacy.expiring import forget_expired
from academy.roles import end_role, grant_role
from tests.factories import make_edition, make_user
from tests.longlist import faults, long_list

WRONG = "not an address,X,,\np1@example.org,Again,,\np77@example.org,=1+1,,\nxx@example.org,X,,king\n"
TEN = (
    "email,name,organisation,role\n" + "".join(f"p{n}@example.org,Person {n},,\n" for n in range(10)) + WRONG
)


@pytest.fixture
def here(db: None) -> Edition:
    return make_edition("2031")


@pytest.fixture
def organiser(here: Edition) -> User:
    user = make_user("olga")
    grant_role(user, here, "organiser", by=None)
    return user


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_lists, "READ", 4)
    monkeypatch.setattr(long_lists, "INVITE", 3)


def kept(here: Edition, organiser: User, text: str = TEN) -> InvitationList:
    return keep_list(here, text, encoding="UTF-8", days=14, by=organiser)


def worked(row: InvitationList) -> InvitationList:
    while work_on(row.pk):
        pass
    row.refresh_from_db()
    return row


def addresses() -> list[str]:
    return sorted(Invitation.objects.values_list("email", flat=True))


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_each_row_is_reported_on_and_nobody_is_invited_before_a_yes(here, organiser):
    row = worked(kept(here, organiser))
    assert (row.state, counts_of(row)) == ("read", {"rows": 14, "good": 10, "bad": 4, "invited": 0})
    problems = {one.line: one.problems for one in ListedPerson.objects.filter(is_good=False)}
    assert sorted(problems) == [12, 13, 14, 15]
    assert problems[13] == ["The same address stands in line 3."]
    assert "begins like a formula" in problems[14][0]
    assert "There is no role “king”" in problems[15][0]
    assert Invitation.objects.count() == 0
    assert bytes(row.source) == b""


def test_who_is_registered_or_invited_already_is_named(here, organiser):
    invite(here, [Invitee("p3@example.org")], days=14, link=str, by=organiser)
    row = worked(kept(here, organiser))
    (known,) = ListedPerson.objects.filter(email="p3@example.org")
    assert "is invited already" in known.problems[0]
    assert counts_of(row)["good"] == 9


def test_a_list_that_breaks_off_is_refused_as_a_whole(here, organiser):
    row = worked(kept(here, organiser, TEN + '"open,quote\n'))
    assert row.state == "unreadable"
    assert "a quotation mark is not closed" in row.note
    assert ListedPerson.objects.count() == 0


def test_without_a_column_of_addresses_nothing_is_kept(here, organiser):
    with pytest.raises(Unreadable):
        kept(here, organiser, "a,b\n1,2\n")
    assert InvitationList.objects.count() == 0


def test_who_may_not_invite_keeps_no_list(here, organiser):
    with pytest.raises(NotAllowed):
        kept(here, make_user("nobody"))


def test_one_list_is_worked_on_at_a_time(here, organiser):
    first = kept(here, organiser)
    with pytest.raises(OneAtATime):
        kept(here, organiser)
    worked(first)
    assert kept(here, organiser).state == "reading"


def test_of_thousands_of_rows_each_is_reported_on_once_and_the_good_ones_are_kept(
    here, organiser, monkeypatch
):
    monkeypatch.setattr(long_lists, "READ", 700)
    expected = long_list(3_000)
    row = kept(here, organiser, expected.text)
    assert faults(row.pk, expected)[0] == "It is reading."
    row = worked(row)
    assert faults(row.pk, expected) == []
    assert (len(expected.good), len(expected.bad)) == (2_926, 74)


def test_the_control_a_row_that_is_lost_or_reported_otherwise_is_seen(here, organiser, monkeypatch):
    monkeypatch.setattr(long_lists, "READ", 700)
    expected = long_list(300)
    row = worked(kept(here, organiser, expected.text))
    lost = ListedPerson.objects.filter(is_good=True).first()
    assert lost is not None
    lost.delete()
    ListedPerson.objects.filter(line=min(expected.bad)).update(problems=["Something."])
    assert len(faults(row.pk, expected)) == 2


# --- Inviting ---------------------------------------------------------------------------------------------------------


def test_the_good_rows_are_invited_once_each_and_the_others_left_out(here, organiser):
    row = worked(kept(here, organiser))
    row = worked(invite_the_good(row, by=organiser))
    assert (row.state, counts_of(row)["invited"]) == ("done", 10)
    assert addresses() == sorted(f"p{n}@example.org" for n in range(10))
    assert Message.objects.filter(key__startswith="invitation:").count() == 10
    assert list(verify_invitations(here)) == []
    assert list(verify_history(here)) == []


def test_each_of_a_long_list_is_written_to_in_the_language_of_their_row(here, organiser, client_of):
    text = "email,language\na@b.co,French\nb@b.co,\nc@b.co,pt\nd@b.co,Klingon\n"
    row = worked(keep_list(here, text, encoding="UTF-8", days=14, language="es", by=organiser))
    browser = client_of(organiser)
    page = browser.get(f"/2031/people/invitations/list/{row.pk}/?show=good").content.decode()
    assert re.findall(r'data-label="Language">(.*?)</td>', page) == ["Français", "Español", "Español"]
    report = browser.get(f"/2031/people/invitations/list/{row.pk}/errors.csv").content.decode("utf-8-sig")
    assert report.splitlines()[0] == "line,email,name,organisation,role,language,what is wrong"
    worked(invite_the_good(row, by=organiser))
    letters = Message.objects.filter(key__startswith="invitation:")
    assert dict(letters.values_list("to", "language")) == {"a@b.co": "fr", "b@b.co": "es", "c@b.co": "es"}


def test_a_part_that_is_killed_leaves_nothing_half_done_and_is_done_again(here, organiser, monkeypatch):
    row = invite_the_good(worked(kept(here, organiser)), by=organiser)
    assert work_on(row.pk)
    real = long_lists.invite

    def killed(*people: object, **more: object) -> None:
        real(*people, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(long_lists, "invite", killed)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        work_on(row.pk)
    assert (Invitation.objects.count(), counts_of(row)["invited"]) == (3, 3)
    monkeypatch.setattr(long_lists, "invite", real)
    worked(row)
    assert addresses() == sorted(f"p{n}@example.org" for n in range(10))
    assert Message.objects.filter(key__startswith="invitation:").count() == 10


def test_a_list_whose_worker_was_killed_is_taken_up_again(here, organiser):
    row = kept(here, organiser)
    assert left_lists() == []
    with clock.set_to(clock.now() + LEFT * 2):
        assert left_lists() == [row.pk]
    worked(row)
    with clock.set_to(clock.now() + LEFT * 2):
        assert left_lists() == []


def test_who_registers_or_is_invited_meanwhile_is_left_out_and_named(here, organiser):
    row = worked(kept(here, organiser))
    invite(here, [Invitee("p4@example.org")], days=14, link=str, by=organiser)
    row = worked(invite_the_good(row, by=organiser))
    assert counts_of(row) == {"rows": 14, "good": 9, "bad": 5, "invited": 9}
    assert Invitation.objects.filter(email="p4@example.org").count() == 1


def test_stopped_it_invites_nobody_else_and_goes_on_when_asked(here, organiser):
    row = invite_the_good(worked(kept(here, organiser)), by=organiser)
    work_on(row.pk)
    stop(row, by=organiser)
    assert not work_on(row.pk)
    assert Invitation.objects.count() == 3
    worked(invite_the_good(row, by=organiser))
    assert Invitation.objects.count() == 10


def test_it_stops_by_itself_when_whoever_started_it_may_not_invite_any_more(here, organiser):
    grant_role(make_user("other"), here, "organiser", by=None)
    row = invite_the_good(worked(kept(here, organiser)), by=organiser)
    end_role(organiser.roles.get(), by=organiser)
    row = worked(row)
    assert (row.state, Invitation.objects.count()) == ("stopped", 0)
    assert row.note != ""


def test_it_is_not_forgotten_while_it_invites_and_is_afterwards(here, organiser):
    row = invite_the_good(worked(kept(here, organiser)), by=organiser)
    with pytest.raises(NotReady):
        discard(row, by=organiser)
    discard(worked(row), by=organiser)
    assert (ListedPerson.objects.count(), Invitation.objects.count()) == (0, 10)


# --- People in it -----------------------------------------------------------------------------------------------------


def test_erasure_takes_the_rows_of_a_person(here, organiser):
    worked(kept(here, organiser))
    user = make_user("p5")
    erase(user, by=None)
    assert not ListedPerson.objects.filter(email="p5@example.org").exists()
    assert ListedPerson.objects.filter(email="p6@example.org").exists()


def test_rows_are_forgotten_after_two_weeks(here, organiser):
    worked(kept(here, organiser))
    forget_expired(clock.now())
    assert ListedPerson.objects.exists()
    forget_expired(clock.now() + timedelta(days=16))
    assert not ListedPerson.objects.exists()


# --- The pages --------------------------------------------------------------------------------------------------------


def test_a_file_that_is_too_long_for_a_preview_leads_to_its_page(here, organiser, client_of, monkeypatch):
    monkeypatch.setattr(inviting, "MOST_ROWS", 5)
    assert MOST_ROWS == 5_000
    browser: Client = client_of(organiser)
    file = SimpleUploadedFile("list.csv", TEN.encode())
    answer = browser.post("/2031/people/invitations/list/", {"file": file, "days": "14", "step": "read"})
    row = InvitationList.objects.get()
    assert answer["Location"] == f"/2031/people/invitations/list/{row.pk}/"
    waiting = browser.get(answer["Location"])
    assert "row" in waiting.content.decode()
    worked(row)
    text = " ".join(browser.get(answer["Location"]).content.decode().split())
    assert "Invite the 10 good ones, leave out 4" in text
    assert "The same address stands in line 3." in text
    good = browser.get(f"{answer['Location']}?show=good").content.decode()
    assert "p9@example.org" in good
    report = browser.get(f"{answer['Location']}errors.csv").content.decode("utf-8-sig")
    assert report.count("\r\n") == 5
    assert "'=1+1" in report
    progress = browser.get(f"{answer['Location']}progress/").json()
    assert progress["counts"]["rows"] == 14
    browser.post(answer["Location"], {"action": "invite"})
    worked(row)
    assert Invitation.objects.count() == 10
    assert browser.post(answer["Location"], {"action": "discard"}).status_code == 302
    assert browser.get(answer["Location"]).status_code == 404


def test_a_list_of_another_academy_is_not_there(here, organiser, client_of):
    row = kept(here, organiser)
    make_edition("2032")
    grant_role(organiser, Edition.objects.get(slug="2032"), "organiser", by=None)
    assert client_of(organiser).get(f"/2032/people/invitations/list/{row.pk}/").status_code == 404
