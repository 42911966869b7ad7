"""What a restore must do again is noted beside the database: how people are seen, and what they took back."""

from __future__ import annotations

import ast
import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from academy import clock
from academy.access_needs import keep_need
from academy.consent import WORDINGS
from academy.mail.stopping import choose_news
from academy.models import Participant
from academy.privacy.choices import agree, take_back
from academy.privacy.erased import CONSENTS, note, note_shown, note_visibility, noted
from academy.privacy.erasure import erase
from academy.privacy.expiring import forget_expired
from academy.profile import change_profile, profile_of
from academy.registration import Profile, register, withdraw
from tests.factories import make_edition, make_user

ROOT = Path(__file__).resolve().parents[2]
APPS = ("academy", "programme", "workshops", "outcome")
FARID = Profile(name="Farid", actor="research", country="MA", visibility="listed", languages=["en"])
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listed(settings, tmp_path) -> Path:
    path: Path = tmp_path / "var" / "erased.jsonl"
    settings.ERASED_LIST = path
    return path


@pytest.fixture
def row(listed) -> Participant:
    """Farid's registration, listed."""
    return register(make_user("farid"), make_edition(mode="open"), FARID, verified=True)


def last(listed: Path, row: Participant) -> tuple[str, dict[str, bool]]:
    said = noted(listed)
    assert said.strange == []
    return said.seen.get(row.pk, ""), said.consents.get(row.pk, {})


# --- Every way in which somebody is seen in another way than before ---------------------------------------------------


def protect(row: Participant) -> None:
    change_profile(row, replace(profile_of(row), visibility="protected", pseudonym="Heron"), by=row.user)


def again(row: Participant) -> None:
    withdraw(row, by=row.user)
    hidden = replace(FARID, visibility="unlisted")
    register(row.user, row.edition, hidden, verified=True)


def long_after(row: Participant) -> None:
    forget_expired(clock.now() + timedelta(days=3_650))


WAYS = {
    "corrects the registration": (protect, "protected"),
    "takes the consent back": (lambda row: take_back(row, "listed", by=row.user), "unlisted"),
    "withdraws and registers again": (again, "unlisted"),
    "is erased": (lambda row: erase(row.user, by=row.user), "unlisted"),
    "is forgotten when the time is over": (long_after, "unlisted"),
}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_is_seen_less_is_noted_by_key_alone(row, listed, way):
    act, seen = WAYS[way]
    act(row)
    assert last(listed, row)[0] == seen == Participant.objects.get().visibility
    text = listed.read_text()
    assert not any(word in text for word in ("Farid", "farid", "Heron", "example.org"))
    assert oct(listed.stat().st_mode & 0o777) == "0o600"


def test_the_page_of_the_registration_notes_it_too(row, listed, client_of):
    said = {**vars(FARID), "visibility": "protected", "pseudonym": "Heron"}
    answer = client_of(row.user).post(reverse("profile", args=[row.edition.slug]), said)
    assert answer.status_code == 302
    assert last(listed, row)[0] == "protected"


def test_whoever_lets_themselves_be_named_again_is_noted_last(row, listed):
    take_back(row, "listed", by=row.user)
    agree(row, "listed", by=row.user)
    assert last(listed, row) == ("listed", {"listed": True})


def test_what_was_chosen_first_is_not_noted(row, listed):
    """A registration that is new is in no backup; and what stays as it is changes nothing."""
    change_profile(row, replace(profile_of(row), name="Farid B."), by=row.user)
    assert not listed.exists()


def test_what_was_rolled_back_is_not_noted(row, listed):
    with transaction.atomic():
        protect(row)
        transaction.set_rollback(True)
    assert not listed.exists()
    protect(row)
    assert listed.exists()


def test_a_list_that_cannot_be_written_stops_nobody(row, settings, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    settings.ERASED_LIST = tmp_path / "file" / "erased.jsonl"
    with caplog.at_level(logging.ERROR):
        protect(row)
    assert Participant.objects.get().visibility == "protected"
    assert f"would bring back {row.pk}" in caplog.text


SEEN = {"visibility", "wants_news", "pseudonym"}
SHOWN = {"taken_back_at", "is_named", "is_withdrawn", "shows_signer"}
WRITING = {"update", "bulk_update", "update_or_create", "setattr"}


def writers(tree: ast.AST, fields: set[str]) -> set[str]:
    """The functions that write one of the fields of a row that is there: by name, or with all of a profile."""
    return {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        if any(writes(node, fields) for node in ast.walk(function))
    }


def writes(node: ast.AST, fields: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in fields and isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        words = {word.arg for word in node.keywords}
        words |= {str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)}
        return called in WRITING and bool(words & fields)
    if isinstance(node, ast.For) and "visibility" in fields:
        return any(whole in ast.unparse(node.iter) for whole in ("vars(profile)", "nobody()"))
    return False


def writers_in_the_apps(fields: set[str]) -> set[str]:
    return {
        f"{path.relative_to(ROOT)}: {name}"
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
        for name in writers(ast.parse(path.read_text(encoding="utf-8")), fields)
    }


def test_nobody_else_writes_how_somebody_is_seen():
    """`stand` numbers the pseudonym of a registration that was shown to nobody yet."""
    assert writers_in_the_apps(SEEN) == {
        "academy/mail/stopping.py: choose_news",
        "academy/privacy/choices.py: agree",
        "academy/privacy/choices.py: unlist",
        "academy/privacy/forgetting.py: forget_participants",
        "academy/privacy/less.py: narrow",
        "academy/privacy/narrowing.py: _rename",
        "academy/profile.py: change_profile",
        "academy/registration/applying.py: _as_applied",
        "academy/registration/standing.py: stand",
    }


def test_nobody_else_ends_what_other_apps_show_of_people():
    """A writer's line in the editor is no row: whether it has a name is not kept."""
    assert writers_in_the_apps(SHOWN) == {
        "outcome/adoption/statements.py: _withdraw",
        "outcome/consumers/editing.py: _name",
        "outcome/following/endorsing.py: withdraw_endorsement",
        "outcome/following/handing_over.py: take_over",
        "outcome/following/naming.py: _name",
        "outcome/translating/beginning.py: _name",
        "workshops/attributing.py: _end",
        "workshops/attributing.py: put_name",
    }


def test_the_search_for_writers_finds_them():
    """The control: each way of writing is found."""
    for line in (
        "row.visibility = 1",
        "a, row.visibility = 1, 2",
        "row.visibility: str = 1",
        "row.visibility += 1",
        "rows.update(visibility=1)",
        "rows.bulk_update(found, ['visibility'])",
        "rows.update_or_create(pk=1, defaults={'visibility': 1})",
        "setattr(row, 'visibility', 1)",
        "for name in vars(profile): pass",
    ):
        assert writers(ast.parse(f"def f():\n    {line}"), SEEN) == {"f"}
        assert writers(ast.parse(f"async def f():\n    {line}"), SEEN) == {"f"}
    assert writers(ast.parse("def f():\n    return row.visibility == 1"), SEEN) == set()
    assert writers(ast.parse("def f():\n    row.is_named = 1"), SEEN) == set()


# --- Consents ---------------------------------------------------------------------------------------------------------


def test_every_consent_that_can_be_taken_back_is_known_to_the_list():
    assert set(CONSENTS) == set(WORDINGS)


def test_access_needs_that_are_taken_back_are_noted_and_given_again_too(row, listed):
    keep_need(row, "A ramp")
    assert last(listed, row)[1] == {"access needs": True}
    keep_need(row, "")
    assert last(listed, row)[1] == {"access needs": False}
    keep_need(row, "A ramp")
    assert last(listed, row)[1] == {"access needs": True}


def test_whoever_withdraws_is_noted_and_whoever_registers_again_too(row, listed):
    withdraw(row, by=row.user)
    assert last(listed, row)[1] == {"registration": False, "listed": False}
    register(row.user, row.edition, FARID, verified=True)
    assert last(listed, row)[1] == {"registration": True, "listed": True}


@pytest.mark.parametrize("way", ["page of data", "link in a mail"])
def test_whoever_ends_news_is_noted_and_whoever_wants_them_again_too(row, listed, client_of, way):
    if way == "page of data":
        take_back(row, "news", by=row.user)
    else:
        choose_news(row, False, by=None)
    assert last(listed, row)[1] == {"news": False}
    agree(row, "news", by=row.user)
    assert last(listed, row)[1] == {"news": True}


# --- The list itself --------------------------------------------------------------------------------------------------


def test_the_last_moment_counts_and_not_the_last_line(listed):
    """Two writers may come to the file in another order than to the row."""
    key = uuid4()
    for at, seen in (("2022-02-02T10:00:01+00:00", "protected"), ("2022-02-02T10:00:00+00:00", "listed")):
        listed.parent.mkdir(exist_ok=True)
        with listed.open("a") as file:
            file.write(json.dumps({"participant": str(key), "visibility": seen, "at": at}) + "\n")
    assert noted(listed).seen == {key: "protected"}


def test_a_line_that_was_torn_does_not_take_the_next_one_with_it(listed):
    listed.parent.mkdir()
    listed.write_text('{"account": "4c1f')
    key = uuid4()
    note(key)
    note_visibility(uuid4(), "unlisted")
    said = noted(listed)
    assert (said.strange, said.accounts, len(said.seen)) == ([1], [key], 1)


def renamed(row: Participant) -> bool:
    return row.pk in noted(Path(settings.ERASED_LIST)).renamed


def rename(row: Participant, **change: str) -> None:
    change_profile(row, replace(profile_of(row), **change), by=row.user)  # type: ignore[arg-type]
    row.refresh_from_db()


def test_another_pseudonym_is_noted_without_any_of_the_two(row, listed):
    protect(row)
    row.refresh_from_db()
    before = listed.read_text()
    rename(row, name="Farid B.")
    assert listed.read_text() == before
    rename(row, pseudonym="Crane")
    (line,) = listed.read_text().removeprefix(before).splitlines()
    assert {**json.loads(line), "at": ""} == {"participant": str(row.pk), "pseudonym": "replaced", "at": ""}


def test_a_pseudonym_that_is_taken_after_being_listed_or_with_another_registration_is_noted(row, listed):
    rename(row, visibility="protected", pseudonym="Crane")
    assert renamed(row)
    listed.unlink()
    rename(row, visibility="listed", pseudonym="")
    assert not renamed(row)
    rename(row, visibility="protected", pseudonym="Crane")
    assert renamed(row)
    listed.unlink()
    withdraw(row, by=row.user)
    hidden = replace(FARID, visibility="protected", pseudonym="Egret")
    register(row.user, row.edition, hidden, verified=True)
    assert renamed(row)


def test_the_last_of_what_is_shown_counts_and_a_kind_that_nobody_knows_is_not_written(listed):
    key = uuid4()
    for stands in (True, False, True, False):
        note_shown("statement", key, stands=stands)
    note_shown("name of a translator", key, stands=True)
    said = noted(listed)
    assert said.shown == {("statement", key): False, ("name of a translator", key): True}
    assert (said.strange, said.participants) == ([], [])
    with pytest.raises(ValueError, match="rumour"):
        note_shown("rumour", key, stands=False)


def test_what_is_shown_no_longer_is_ended_also_if_the_list_cannot_be_written(settings, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    settings.ERASED_LIST = tmp_path / "file" / "erased.jsonl"
    key = uuid4()
    with caplog.at_level(logging.ERROR):
        note_shown("statement", key, stands=False)
    assert str(key) in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        {"shown": "rumour"},
        {"shown": ["statement"]},
        {"key": "x"},
        {"stands": 1},
        {"at": ""},
        {"participant": "x"},
    ],
    ids=str,
)
def test_a_line_of_what_is_shown_of_which_something_is_not_known_makes_no_sense(listed, change):
    good = {"shown": "statement", "key": str(uuid4()), "stands": False, "at": "2022-02-02T10:00:00+00:00"}
    listed.parent.mkdir()
    listed.write_text(f"{json.dumps(good)}\n{json.dumps({**good, **change})}\n")
    said = noted(listed)
    assert (said.strange, len(said.shown)) == ([2], 1)


@pytest.mark.parametrize(
    "change",
    [
        {"visibility": "everywhere"},
        {"pseudonym": "replaced"},
        {"stands": True},
        {"at": "yesterday"},
        {"at": "2022-02-02T10:00:00"},
        {"participant": "Farid"},
        {"participant": 7},
        {"name": "Farid"},
        {"consent": "listed"},
    ],
    ids=str,
)
def test_a_line_of_which_something_is_not_known_makes_no_sense(listed, change):
    good = {"participant": str(uuid4()), "visibility": "unlisted", "at": "2022-02-02T10:00:00+00:00"}
    listed.parent.mkdir()
    listed.write_text(f"{json.dumps(good)}\n{json.dumps({**good, **change})}\n")
    said = noted(listed)
    assert (said.strange, len(said.seen)) == ([2], 1)
