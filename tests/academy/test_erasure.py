"""Erasing a person: nothing about them is left anywhere, what they found stays, and the history still verifies."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from academy import clock
from academy.access_needs import keep_need
from academy.errors import NotAllowed
from academy.history import record, verify_history
from academy.invitations.inviting import invitation_words
from academy.mail.letters import Words, begin_letter, letter_words, verify_letters
from academy.management.verification import verify_edition
from academy.models import HistoryActor, Invitation, Mailing, Message, Participant, Role, SavedView, User
from academy.outbox import queue_message
from academy.people.asking import Asking
from academy.people.filtering import PeopleFilters
from academy.people.keeping import keep_view
from academy.privacy.erasure import HandOverFirst, erase, what_erasure_does
from academy.roles import grant_role
from outcome.models import Elector, Position
from programme.calendar_keys import give_key
from programme.models import Attendance, CalendarKey, Edit, Star
from tests.dumps import dumped, files, found_in
from tests.factories import make_edition, make_participant, make_user
from workshops.models import Finding, Seat

NAME, HOUSE, MAIL, SECOND = "Qxname Larkspur", "Qxhouse Council", "qxmail@example.org", "qxsecond@example.org"
OTHERS = ("Qxmotive", "Qxanswer", "Qxneed", "Qxreason", "Qxpseudonym", "Qxagent", "Qxcalendarkey", "Qxsecret")
CANARIES = (NAME, NAME.replace(" ", "+"), HOUSE, MAIL, SECOND, *OTHERS)


@pytest.fixture
def traced(academy_at, client_of) -> Participant:
    """Chiara, who noted findings, sat in groups and took a position, with canaries wherever a text can stand."""
    edition = academy_at("adopted")
    row = Participant.objects.get(edition=edition, user__email="chiara@example.org")
    user = row.user
    row.name, row.organisation, row.motivation, row.reason = NAME, HOUSE, "Qxmotive", "Qxreason"
    row.answers, row.pseudonym = {"q": "Qxanswer"}, "Qxpseudonym"
    row.save()
    keep_need(row, "Qxneed")
    user.email = MAIL
    user.set_password("Qxpassword")
    user.save()
    EmailAddress.objects.filter(user=user).update(email=MAIL)
    EmailAddress.objects.create(user=user, email=SECOND, verified=True)
    Message.objects.filter(to="chiara@example.org").update(to=MAIL)
    queue_message(key="to the second address", to=SECOND, subject=NAME, body=f"Dear {NAME}", edition=edition)
    Star.objects.create(participant=row, session=edition.sessions.get(slug="day-1-opening"))
    give_key(row, by=user)
    CalendarKey.objects.filter(participant=row).update(key="Qxcalendarkey")
    Seat.objects.filter(participant=row).update(reason="Qxreason")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "Qxsecret"})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "Qxsecret"})
    _browse(user, client_of(user))
    _as_others_know_them(row)
    return row


def _browse(user: User, browser: Client) -> None:
    browser.get("/", headers={"user-agent": "Qxagent"})
    session = browser.session
    session["account_login"] = {"email": MAIL}
    session.save()
    UserSession.objects.get_or_create(
        user=user, session_key=session.session_key, defaults={"ip": "192.0.2.7", "user_agent": "Qxagent"}
    )
    UserSession.objects.update(user_agent="Qxagent")


def _as_others_know_them(row: Participant) -> None:
    """An invitation to another academy, a saved view that asks for them, what an administrator changed."""
    amara, elsewhere = User.objects.get(email="amara@example.org"), make_edition("2032")
    now = clock.now()
    invitation = Invitation.objects.create(
        edition=elsewhere,
        email=SECOND,
        name=NAME,
        organisation=HOUSE,
        token_digest="0" * 64,
        invited_by=amara,
        invited_at=now,
        expires_at=now + timedelta(days=14),
    )
    record(elsewhere, "invited", invitation, by=amara, content=invitation_words(invitation))
    views = {row.user: {"q": MAIL}, amara: {"q": NAME}}
    for user, query in views.items():
        text = "&".join(f"{key}={value.replace(' ', '+')}" for key, value in query.items())
        SavedView.objects.create(edition=row.edition, user=user, name="Kept", query=text, created_at=now)
    begin_letter(row.edition, Words("en", "Hello", "Hello"), audience={"q": NAME}, by=amara)
    LogEntry.objects.create(
        user=amara,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(row.user_id),
        object_repr=MAIL,
        action_flag=CHANGE,
        change_message=f"was {MAIL}",
    )


@pytest.mark.django_db(transaction=True)
def test_no_canary_is_left_in_the_database_its_files_the_media_and_the_outbox(traced):
    everything = [*CANARIES, str(traced.user.password)]
    before = found_in(dumped(), everything)
    assert sorted(before) == sorted(everything)
    erase(traced.user, by=traced.user)
    assert found_in(dumped(), everything) == []
    assert found_in(files(), everything) == []
    media = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert [path for path in media if found_in(path.read_bytes(), everything)] == []
    for edition in {traced.edition, *(row.edition for row in Invitation.objects.all())}:
        assert list(verify_edition(edition)) == []


def left_in_file(path: Path, pragma: str) -> bool:
    """Whether SQLite's file still holds what was deleted from it."""
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute(pragma)
    base.execute("CREATE TABLE people (name TEXT)")
    base.executemany("INSERT INTO people VALUES (?)", [(f"{NAME} {number}",) for number in range(500)])
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.execute("DELETE FROM people WHERE name LIKE '%7%'")
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    return f"{NAME} 17".encode() in path.read_bytes()


def test_without_overwriting_the_file_would_still_say_it(tmp_path):
    """The control: SQLite leaves what was deleted in its file unless it is told to overwrite it, as ours is."""
    assert left_in_file(tmp_path / "as-it-comes", "PRAGMA secure_delete=OFF")
    assert not left_in_file(tmp_path / "as-ours", "PRAGMA secure_delete=ON")
    if connection.vendor == "sqlite":
        assert "PRAGMA secure_delete=ON" in connection.settings_dict["OPTIONS"]["init_command"]


def _kept(row: Participant) -> dict[str, Any]:
    """What of a person stays, in numbers."""
    return {
        "findings": Finding.objects.filter(author=row).count(),
        "seats": Seat.objects.filter(participant=row).count(),
        "attendance": Attendance.objects.filter(participant=row).count(),
        "electors": Elector.objects.filter(participant=row).count(),
        "positions": Position.objects.filter(elector__participant=row).count(),
        "roles": Role.objects.filter(user=row.user_id).count(),
        "consents": row.consents.count(),
    }


def test_what_was_found_stays_and_leads_to_nobody(traced):
    before = _kept(traced)
    assert before["findings"] > 5
    assert before["seats"] > 2
    erase(traced.user, by=traced.user)
    assert _kept(traced) == before
    traced.refresh_from_db()
    assert (traced.name, traced.organisation, traced.pseudonym, traced.country) == ("", "", "", "ZZ")
    assert (traced.visibility, traced.state, traced.erased_at is None) == ("unlisted", "withdrawn", False)
    assert not Role.objects.active().filter(user=traced.user_id).exists()
    assert not traced.consents.filter(withdrawn_at=None).exists()
    shown = Participant.objects.as_shown().get(pk=traced.pk)
    assert (shown.shown_name, shown.shown_organisation) == ("", "")
    assert not PeopleFilters().of(traced.edition).filter(pk=traced.pk).exists()


def test_a_position_in_the_record_stays(academy_at):
    edition = academy_at("adopted")
    elector = Elector.objects.filter(positions__isnull=False, participant__edition=edition).first()
    assert elector is not None
    row = elector.participant
    record_before = elector.procedure.record.content
    erase(row.user, by=None)
    assert elector.positions.count() == 1
    elector.procedure.record.refresh_from_db()
    assert elector.procedure.record.content == record_before
    assert list(verify_edition(edition)) == []


def test_nobody_can_log_in_any_more_and_the_address_is_free_again(traced, client_of):
    browser = client_of(traced.user)
    erase(traced.user, by=traced.user)
    assert browser.get("/my/data/").status_code == 302
    assert not Session.objects.filter(pk=browser.session.session_key).exists()
    user = User.objects.get(pk=traced.user_id)
    assert (user.is_active, user.has_usable_password(), user.is_staff) == (False, False, False)
    assert user.email.endswith("@erased.invalid")
    login = Client().post("/accounts/login/", {"login": MAIL, "password": "from-intentions-2022"})
    assert login.status_code == 200
    assert not User.objects.filter(email__iexact=MAIL).exists()
    assert not EmailAddress.objects.filter(email__in=(MAIL, SECOND)).exists()
    make_user("qxmail")


def test_mail_that_was_not_sent_is_never_sent(traced):
    erase(traced.user, by=traced.user)
    rows = Message.objects.filter(to="").values_list("state", "subject", "body", "user")
    assert {tuple(row[1:]) for row in rows} == {("", "", None)}
    assert {row[0] for row in rows} <= {"sent", "cancelled"}


def test_nobody_did_it_but_it_was_done(traced):
    assert HistoryActor.objects.filter(user=traced.user).exists()
    entries = traced.edition.history.count()
    erase(traced.user, by=traced.user)
    assert not HistoryActor.objects.filter(user=traced.user_id).exists()
    assert traced.edition.history.count() > entries
    assert not HistoryActor.objects.filter(entry__verb="registration forgotten").exists()


def test_edits_and_letters_stay_without_their_maker(academy_at):
    edition = academy_at("registration")
    amara = User.objects.get(email="amara@example.org")
    grant_role(User.objects.get(email="bruno@example.org"), edition, "organiser", by=amara)
    edit = Edit.objects.create(
        edition=edition,
        by=amara,
        at=clock.now(),
        number=900,
        of="day",
        row=edition.pk,
        words="x",
        before={},
        after={},
    )
    letter = begin_letter(edition, Words("en", "News", "Hello"), audience={"state": "confirmed"}, by=amara)
    keep_view(edition, "Who applied", Asking(PeopleFilters(state="applied")), is_shared=True, by=amara)
    erase(amara, by=amara)
    edit.refresh_from_db()
    letter.refresh_from_db()
    assert (edit.by, letter.written_by) == (None, None)
    assert list(verify_edition(edition)) == []


def test_a_person_without_any_registration_is_deleted(farid):
    key = farid.pk
    queue_message(key="hello", to=farid.email, subject="Hello", body="Hello")
    erase(farid, by=farid)
    assert not User.objects.filter(pk=key).exists()
    assert found_in(dumped(), ["farid@example.org"]) == []


def test_a_place_that_becomes_free_is_handed_on(db):
    edition = make_edition("2040", starts=date(2040, 2, 1), ends=date(2040, 2, 8), capacity=1)
    first, second = (make_participant(make_user(key), edition) for key in ("first", "second"))
    for row, state in ((first, "confirmed"), (second, "waiting")):
        Participant.objects.filter(pk=row.pk).update(
            state=state, waiting_number=1 if state == "waiting" else None
        )
    with clock.set_to(datetime(2039, 12, 1, tzinfo=UTC)):
        erase(first.user, by=None)
    second.refresh_from_db()
    assert second.state in ("offered", "confirmed")


def test_the_last_organiser_hands_over_first(db):
    edition, amara, bruno = make_edition("2033"), make_user("amara"), make_user("bruno")
    grant_role(amara, edition, "organiser", by=None)
    with pytest.raises(HandOverFirst):
        erase(amara, by=amara)
    assert User.objects.get(pk=amara.pk).email == "amara@example.org"
    grant_role(bruno, edition, "organiser", by=amara)
    erase(amara, by=amara)
    assert not User.objects.filter(email="amara@example.org").exists()


def test_nobody_erases_somebody_else(dawit, esi):
    with pytest.raises(NotAllowed):
        erase(esi, by=dawit)


def test_erasing_twice_changes_nothing_more(traced):
    erase(traced.user, by=None)
    entries = traced.edition.history.count()
    erase(User.objects.get(pk=traced.user_id), by=None)
    assert traced.edition.history.count() == entries


def test_the_page_says_what_goes_and_what_stays(traced):
    said = what_erasure_does(traced.user)
    titles = {what: {str(line.title) for line in lines} for what, lines in said.items()}
    assert {
        "Account",
        "Registrations",
        "Access needs",
        "Invitations to your addresses",
        "Mail to you",
    } <= titles["lost"]
    assert {"Findings that you noted", "Consent"} <= titles["stays"]


def test_an_administrator_erases_by_the_shell(traced):
    out = StringIO()
    call_command("erase", MAIL, "--dry-run", stdout=out)
    assert "stays: " in out.getvalue()
    assert User.objects.filter(email=MAIL).exists()
    call_command("erase", MAIL.upper(), stdout=out)
    assert not User.objects.filter(email=MAIL).exists()
    with pytest.raises(CommandError):
        call_command("erase", MAIL, stdout=out)


def test_after_a_backup_was_restored_an_account_is_erased_by_its_key(farid, caplog):
    """The log says which account it was, and nothing else about it."""
    with caplog.at_level("INFO", logger="academy.privacy.erasure"):
        call_command("erase", farid.email, stdout=StringIO())
    assert [record.getMessage() for record in caplog.records] == [f"Erased account {farid.pk}"]
    again = User.objects.create(pk=farid.pk, email="farid@example.org")
    call_command("erase", str(again.pk), stdout=StringIO())
    assert not User.objects.filter(pk=again.pk).exists()


# --- Searches that others keep ----------------------------------------------------------------------------------------


def searches_after_erasing(name: str, *asked: str) -> list[str]:
    """What an organiser's views, and planned letters, still search for when a person of this name is erased."""
    edition, amara = make_edition("2034"), make_user("amara")
    grant_role(amara, edition, "organiser", by=None)
    make_participant(make_user("reader"), edition)
    views, letters = [], []
    for number, text in enumerate(asked):
        filters = PeopleFilters(q=text, state="confirmed")
        views.append(keep_view(edition, f"View {number}", Asking(filters), is_shared=True, by=amara))
        letter = begin_letter(edition, Words("en", "Hello", "Hello"), audience=filters.query(), by=amara)
        Mailing.objects.filter(pk=letter.pk).update(state="planned", send_at=clock.now() + timedelta(days=1))
        letter.refresh_from_db()
        record(edition, "letter planned", letter, by=amara, content=letter_words(letter))
        letters.append(letter)
    user = make_user("somebody")
    make_participant(user, edition, name=name)
    erase(user, by=user)
    left = []
    for text, view, letter in zip(asked, views, letters, strict=True):
        view.refresh_from_db()
        letter.refresh_from_db()
        found = dict(parse_qsl(view.query))
        assert (found.pop("q", ""), letter.audience["state"]) == (letter.audience.get("q", ""), "confirmed")
        assert found == {"state": "confirmed"}
        searches = letter.audience.get("q", "") == text
        assert (letter.state, letter.send_at is None) == (("planned", False) if searches else ("draft", True))
        left.append(letter.audience.get("q", ""))
    assert [*verify_history(edition), *verify_letters(edition)] == []
    return left


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Jane Doe", "jane  DOE"),
        ("Jane Doe", "Doe Jane"),
        ("Jane Doe", "Somebody@Example.org"),
        ("Ana", "ana"),
    ],
)
def test_a_search_for_the_whole_name_or_address_is_emptied_and_nothing_else_of_it(db, name, asked):
    assert searches_after_erasing(name, asked) == [""]


@pytest.mark.parametrize("name", ["state", "confirmed", "Ana", "q", "Vienna", "Doe"])
def test_whoever_registers_under_a_word_empties_no_search_of_others(db, name):
    asked = ("Anaïs", "asia", "ana maria", "houses vienna", "jane doe", "")
    assert searches_after_erasing(name, *asked) == list(asked)


def test_a_search_for_a_part_of_the_name_stays(db):
    """By itself it says nothing about anybody (docs/decisions/0017-erasure.md)."""
    assert searches_after_erasing("Jane Doe", "doe") == ["doe"]
