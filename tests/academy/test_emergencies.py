"""What the runbook has somebody do at night: close an account, see what it did, show less of a person."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command

from academy import clock
from academy.closing import IsClosed, IsErased, IsOpen, close_account, open_account
from academy.consent import LISTED, consents_to
from academy.errors import NotAllowed
from academy.history import entries_by, record
from academy.management.verification import verify_all
from academy.models import Edition, HistoryEntry, Message, Participant, User, Visibility
from academy.privacy.erased import noted
from academy.privacy.erasure import erase
from academy.privacy.less import NotLess, show_less, ways_to_show_less
from academy.registration import participant_words
from academy.roles import grant_role
from tests.factories import make_participant, make_user
from tests.second_steps import code_of, give_app

OWN_PAGE = "/2022/my/"
PASSWORD = "from-intentions-2022"


def tell_history(edition: Edition) -> None:
    """Write into the history who is registered, so that everything can be verified."""
    for row in edition.participants.order_by("pk"):
        record(edition, "registered", row, by=None, content=participant_words(row))


def said_by(*words: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def logged_in(client, user: User, secret: str = "") -> bool:
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    if secret:
        client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    return bool(client.get(OWN_PAGE).status_code == 200)


# --- An account in other hands ----------------------------------------------------------------------------------------


def test_a_closed_account_is_out_everywhere_and_lets_nobody_in(edition, amara, client):
    tell_history(edition)
    secret = give_app(amara)
    assert logged_in(client, amara, secret)
    said, warned = said_by("close_account", amara.email.upper())
    assert said.startswith("Closed")
    assert "2022 has no organiser now" in warned
    assert not UserSession.objects.filter(user=amara).exists()
    assert not Authenticator.objects.filter(user=amara).exists()
    assert client.get(OWN_PAGE).status_code == 302
    assert not logged_in(client, amara)
    assert amara.roles.filter(ended_at=None).exists()
    assert HistoryEntry.objects.latest("number").verb == "account closed"
    assert verify_all() == []


def test_it_is_opened_for_who_reads_its_mail_and_not_for_who_had_the_password(edition, dawit, client):
    close_account(dawit)
    client.post("/accounts/password/reset/", {"email": dawit.email})
    assert not Message.objects.filter(to=dawit.email, body__contains="/reset/key/").exists()
    said, _warned = said_by("close_account", dawit.email, "--reopen", "--address", dawit.email)
    assert said.startswith("Open again")
    assert not logged_in(client, dawit)
    client.post("/accounts/password/reset/", {"email": dawit.email})
    assert Message.objects.filter(to=dawit.email, body__contains="/reset/key/").exists()


def test_a_link_from_before_the_closing_chooses_no_password_after_it(edition, dawit, client):
    client.post("/accounts/password/reset/", {"email": dawit.email})
    body = Message.objects.get(to=dawit.email, body__contains="/reset/key/").body
    (link,) = (word for word in body.split() if "/reset/key/" in word)
    path = link[link.index("/accounts/") :]
    assert client.get(path).status_code == 302  # the control: it would have
    close_account(dawit)
    open_account(dawit, dawit.email)
    page = client.get(path)
    assert page.status_code == 200
    assert 'name="password1"' not in page.content.decode()


def test_nobody_is_closed_or_opened_twice_and_who_was_erased_stays_so(edition, amara, dawit):
    with pytest.raises(IsOpen):
        open_account(dawit, dawit.email)
    close_account(dawit)
    with pytest.raises(IsClosed):
        close_account(dawit)
    open_account(dawit, dawit.email)
    erase(dawit, by=dawit)
    with pytest.raises(IsErased):
        open_account(dawit, dawit.email)
    with pytest.raises(CommandError, match="was erased"):
        said_by("close_account", str(dawit.pk), "--reopen", "--address", "dawit@example.org")
    with pytest.raises(CommandError, match="no such person"):
        said_by("close_account", "nobody@example.org")


def test_where_somebody_else_organises_no_warning_is_given(edition, amara):
    grant_role(make_user("bea"), edition, "organiser", by=amara)
    assert said_by("close_account", amara.email)[1] == ""


# --- What was done ----------------------------------------------------------------------------------------------------


def test_the_history_says_what_an_account_did_and_nothing_of_others(edition, amara, dawit):
    other = make_user("bea")
    before = clock.now()
    grant_role(other, edition, "observer", by=amara)
    with clock.set_to(before + timedelta(hours=2)):
        grant_role(other, edition, "speaker", by=amara)
    assert [entry.verb for entry in entries_by(amara)][-2:] == ["role granted", "role granted"]
    said, counted = said_by(
        "history", "--by", amara.email, "--since", (before + timedelta(hours=1)).isoformat()
    )
    assert len(said.splitlines()) == 1
    assert said.split("\t")[0] == "2022"
    assert "role granted" in said
    assert "academy.role" in said
    assert counted.strip() == "1 entry."
    assert "example.org" not in said
    assert said_by("history", "--by", str(other.pk))[0] == ""
    until = said_by("history", "--by", amara.email, "--until", before.isoformat())[0]
    assert said not in until


def test_a_moment_without_a_zone_is_utc_and_one_that_is_none_is_refused(edition, amara):
    said_by("history", "--by", amara.email, "--since", "2022-02-01", "--edition", "2022")
    with pytest.raises(CommandError, match="since"):
        said_by("history", "--by", amara.email, "--since", "yesterday")
    with pytest.raises(CommandError, match="no edition"):
        said_by("history", "--by", amara.email, "--edition", "1999")


def test_moments_in_the_wrong_order_are_said_and_not_answered_with_no_entries(edition, amara):
    words = ["history", "--by", amara.email, "--since", "2030-01-01", "--until"]
    with pytest.raises(CommandError, match=r"--since 2030-01-01T00:00:00\+00:00 comes after --until 2022-"):
        said_by(*words, "2022-01-01")
    assert said_by(*words, "2030-01-01") == ("", "0 entries.\n")


def test_a_role_in_an_edition_that_is_none_names_it(edition, amara):
    with pytest.raises(CommandError, match="There is no edition '1999'"):
        said_by("grant_role", amara.email, "1999", "organiser")
    assert "organiser" in said_by("grant_role", amara.email, "2022", "organiser")[0]


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize(
    ("first", "last"), [("0001-01-01T00:00", "+14:00"), ("9999-12-31T23:59:59", "-12:00")]
)
def test_a_moment_at_the_end_of_the_calendar_is_answered_and_one_beyond_is_refused(
    edition, amara, option, first, last
):
    grant_role(make_user("bea"), edition, "observer", by=amara)
    everything = said_by("history", "--by", amara.email)[0]
    # The control: the first and the last moment of all leave out everything or nothing.
    is_all = (option == "--since") is first.startswith("0001")
    assert said_by("history", "--by", amara.email, option, first)[0] == (everything if is_all else "")
    with pytest.raises(CommandError, match=f"{option}: '{re.escape(first + last)}' is no moment that can be"):
        said_by("history", "--by", amara.email, f"{option}={first}{last}")


# --- A name that leaked -----------------------------------------------------------------------------------------------


@pytest.fixture
def listed(edition) -> Participant:
    return make_participant(make_user("nadia"), edition, name="Nadia Leaked", visibility="listed")


def test_an_organiser_shows_less_of_somebody_at_once_and_the_list_of_erasures_knows(
    edition, listed, amara, client_of, noted_in
):
    tell_history(edition)
    page = f"/2022/people/{listed.pk}/less/"
    browser = client_of(amara)
    assert "Show less of Nadia Leaked?" in browser.get(page).content.decode()
    before = Message.objects.count()
    answer = browser.post(page, {"seen": "protected"}, follow=True)
    listed.refresh_from_db()
    assert listed.visibility == "protected"
    assert listed.pseudonym.startswith("Participant ")
    assert listed.pseudonym in answer.content.decode()
    assert not consents_to(listed, LISTED)
    assert Message.objects.count() == before
    entry = HistoryEntry.objects.get(verb="shown less")
    assert entry.object_id == str(listed.pk)
    assert entry.actor.user == amara
    assert verify_all() == []


def test_another_pseudonym_is_called_so_in_what_was_done(edition, listed, amara, client_of):
    for _twice in range(2):
        show_less(listed, Visibility.PROTECTED, by=amara)
    assert HistoryEntry.objects.filter(verb="pseudonym replaced").count() == 1
    text = client_of(amara).get(f"/2022/people/{listed.pk}/").content.decode()
    assert "Another pseudonym in place of the one that they had" in text
    assert text.count("Shown less than the person had chosen") == 1


@pytest.mark.django_db(transaction=True)
def test_a_backup_from_before_does_not_show_more_again(edition, listed, amara, noted_in):
    show_less(listed, Visibility.UNLISTED, by=amara)
    assert noted(noted_in).seen == {listed.pk: "unlisted"}


@pytest.mark.parametrize(
    ("now", "ways"),
    [
        ("listed", ["unlisted", "protected"]),
        ("unlisted", ["protected"]),
        ("protected", ["protected"]),
    ],
)
def test_only_what_shows_less_is_offered(edition, listed, amara, client_of, now, ways):
    Participant.objects.filter(pk=listed.pk).update(
        visibility=now, pseudonym="Heron" if now == "protected" else ""
    )
    listed.refresh_from_db()
    assert ways_to_show_less(listed) == ways
    page = f"/2022/people/{listed.pk}/less/"
    for wrong in {"listed", "unlisted", "protected"} - set(ways):
        assert client_of(amara).post(page, {"seen": wrong}).status_code == 422
        with pytest.raises(NotLess):
            show_less(listed, Visibility(wrong), by=amara)
    assert Participant.objects.get(pk=listed.pk).visibility == now


def test_whoever_is_protected_gets_another_pseudonym(edition, listed, amara):
    first = show_less(listed, Visibility.PROTECTED, by=amara).pseudonym
    second = show_less(listed, Visibility.PROTECTED, by=None).pseudonym
    assert first != second


def test_nobody_but_organisers_shows_less_of_others(edition, listed, bruno, dawit):
    for other in (bruno, dawit, listed.user):
        with pytest.raises(NotAllowed):
            show_less(listed, Visibility.UNLISTED, by=other)


def test_the_command_shows_less_in_every_edition_and_says_where_it_was_so_already(edition, listed):
    said = said_by("show_less", listed.user.email, "protected")[0]
    listed.refresh_from_db()
    assert said.strip() == f"2022: protected, as “{listed.pseudonym}”."
    assert "as before" in said_by("show_less", listed.user.email, "unlisted", "--edition", "2022")[0]
    with pytest.raises(CommandError, match="not registered"):
        said_by("show_less", make_user("nobody").email, "protected")
    with pytest.raises(CommandError, match="no edition"):
        said_by("show_less", listed.user.email, "protected", "--edition", "1999")
