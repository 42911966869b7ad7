"""What `restore` is asked for and refuses, and which lists it follows."""

from __future__ import annotations

import io
import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import DataError, IntegrityError, connection, connections

from academy.management.commands import restore as command
from academy.models import HistoryHead, Participant, User
from academy.privacy.erased import note_visibility, noted
from academy.privacy.erasure import erase
from academy.roles import grant_role
from academy.safekeeping.databases import name_of, settings_for
from academy.safekeeping.marking import FOUND, RESTORED, is_marked, note
from academy.safekeeping.marking import noted as marked_with
from academy.safekeeping.refusals import NotSafe
from academy.safekeeping.restoring import restore
from academy.safekeeping.sessions import is_same_database
from programme.models import Day, Material, Session
from tests.coming_back import back_up, restored, said_by
from tests.elsewhere import empty_database
from tests.factories import make_edition

if TYPE_CHECKING:
    from pathlib import Path

    from academy.models import Edition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noted_in")]
ON_POSTGRESQL = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="a file has one name after resolving"
)


@pytest.fixture
def edition(db) -> Edition:
    return make_edition(mode="open")


# --- The copy of the list and the academy's own -----------------------------------------------------------------------


@pytest.fixture
def copy(people, noted_in, tmp_path) -> Path:
    """A copy of the list that was made before two people chose something else."""
    back_up()
    note_visibility(people["quiet"].pk, "protected")
    path: Path = tmp_path / "copy.jsonl"
    path.write_bytes(noted_in.read_bytes())
    note_visibility(people["same"].pk, "protected")
    erase(people["erased"].user, by=people["erased"].user)
    return path


def who_is_back() -> tuple[bool, set[str]]:
    """Whether who was erased is back, and who is protected."""
    hidden = Participant.objects.filter(visibility="protected").exclude(pseudonym="Heron")
    return User.objects.filter(email="erased@example.org").exists(), set(
        hidden.values_list("name", flat=True)
    )


def test_a_copy_is_followed_with_what_the_own_list_knows_since(copy, tmp_path):
    with restored(tmp_path, "--erased", str(copy)) as said:
        assert who_is_back() == (False, {"quiet", "same"})
        assert "Erased again: 1 of 1 who are listed." in said
        assert "damaged" not in said


def test_a_copy_alone_would_bring_back_whoever_was_erased_since_it_was_made(copy, noted_in, tmp_path):
    """The control: where the own list is gone, only the copy is followed."""
    noted_in.unlink()
    with restored(tmp_path, "--erased", str(copy)):
        assert who_is_back() == (True, {"quiet"})


def test_what_can_be_read_of_a_damaged_list_is_followed_and_the_rest_is_told(copy, noted_in, tmp_path):
    lines = noted_in.read_text().splitlines()
    noted_in.write_text("\n".join(["", "{garbled", *lines[1:]]))
    with restored(tmp_path, "--erased", str(copy)) as said:
        assert who_is_back() == (False, {"quiet", "same"})
        assert f"own list of erasures {noted_in} is damaged: line 2 makes no sense" in said
    assert noted(noted_in).strange == [2]


# --- Whose database, whose files --------------------------------------------------------------------------------------


def other_spelling() -> str:
    """The address of the database of this test, as its name does not say it."""
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return ""
    whose = f"{own['USER']}:{own['PASSWORD']}@" if own["USER"] else ""
    if str(own["HOST"]).startswith("/"):
        directory = str(own["HOST"]).replace("/", "%2F")
        return f"postgres://{whose}{directory}%2F.:{own['PORT'] or 5432}/{own['NAME']}"
    host = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}[own["HOST"]]
    return f"postgres://{whose}{host}:{own['PORT'] or 5432}/{own['NAME']}"


@ON_POSTGRESQL
def test_the_own_database_is_known_under_another_spelling(people, tmp_path):
    address = other_spelling()
    assert command.place_of(settings_for(address)) != command.place_of(configured.DATABASES["default"])
    said_by("--into", address, "--media", str(tmp_path / "m"), "--replace", fails="own database")
    assert User.objects.count() == len(people)


@ON_POSTGRESQL
def test_compared_by_its_address_alone_the_own_database_would_have_been_another(tmp_path, people):
    """The control: nothing but the lock tells them from each other."""
    own = dict(connection.settings_dict)
    assert is_same_database(own, settings_for(other_spelling()))
    with empty_database(tmp_path) as address:
        assert not is_same_database(own, settings_for(address))


def test_a_file_under_another_name_is_the_same_database(tmp_path):
    (tmp_path / "one.sqlite3").touch()
    (tmp_path / "two.sqlite3").hardlink_to(tmp_path / "one.sqlite3")
    (tmp_path / "other.sqlite3").touch()
    one, two, other = (
        settings_for(f"sqlite:///{tmp_path}/{name}.sqlite3") for name in ("one", "two", "other")
    )
    assert is_same_database(one, two)
    assert not is_same_database(one, other)


def test_where_the_own_database_is_away_that_is_told_and_the_addresses_are_compared(
    people, tmp_path, settings, monkeypatch
):
    back_up()
    away = settings_for("postgres://nobody@127.0.0.1:1/academy")
    with empty_database(tmp_path) as address:
        monkeypatch.setattr(command, "settings_or", lambda said: settings_for(said) if said else away)
        if connection.vendor == "sqlite":
            other = "postgres://nobody@127.0.0.1:2/other"
            said = said_by("--into", other, "--media", str(tmp_path / "m"), fails="cannot be reached")
        else:
            said = said_by("--into", address, "--media", str(tmp_path / "m"))
        assert "told by its address alone" in said
        assert name_of(away) in said


def test_the_own_media_folder_is_not_for_another_database(people, settings):
    said_by(
        "--into",
        "sqlite:////nowhere/x.sqlite3",
        "--media",
        str(settings.MEDIA_ROOT),
        fails="own media folder",
    )


def test_the_own_database_does_not_come_with_another_media_folder(people, tmp_path):
    """`verify` looked there, and said that everything matches, while the academy's own folder was empty."""
    back_up()
    with restored(tmp_path, "--media", str(tmp_path / "other"), fails="--media is for --into"):
        assert connection.introspection.table_names() == []


# --- Before the mark is taken off -------------------------------------------------------------------------------------


MISSING = "The file materials/plan.pdf is not in the media folder."


def name_a_file(edition: Edition) -> None:
    """A session has a material whose file is not in the media folder."""
    day = Day.objects.create(edition=edition, date="2022-06-01")
    session = Session.objects.create(
        edition=edition, day=day, kind="plenary", slug="plenary", title="Plenary"
    )
    Material.objects.create(session=session, title="Plan", file="materials/plan.pdf", name="plan.pdf")


@pytest.fixture
def listed_nobody(people, noted_in) -> None:
    note_visibility(people["same"].pk, "listed")


@pytest.mark.usefixtures("listed_nobody", "owing")
def test_what_is_done_afterwards_leaves_the_mark_while_something_does_not_match(people):
    head = HistoryHead.objects.get()
    HistoryHead.objects.update(digest="0" * 64)
    said_by("--only-afterwards", fails="Do not start the academy until the 1 above")
    assert is_marked(connection)
    HistoryHead.objects.update(digest=head.digest)
    said_by("--only-afterwards")
    assert not is_marked(connection)


@pytest.mark.usefixtures("listed_nobody", "owing")
def test_what_is_done_afterwards_leaves_the_mark_while_files_are_missing(people, settings):
    name_a_file(people["same"].edition)
    assert MISSING in said_by("--only-afterwards", fails="Do not start the academy")
    assert is_marked(connection)
    settings.MEDIA_ROOT.joinpath("materials").mkdir(parents=True)
    settings.MEDIA_ROOT.joinpath("materials", "plan.pdf").write_bytes(b"%PDF")
    said_by("--only-afterwards")
    assert not is_marked(connection)


@pytest.mark.usefixtures("listed_nobody", "owing")
def test_what_was_missing_in_the_backup_already_is_told_and_keeps_nobody_away(people):
    name_a_file(people["same"].edition)
    note(connection, FOUND, [command.NOT_IN_BACKUP % "materials/plan.pdf"])
    assert "So it was in the backup already: The file materials/plan.pdf" in said_by("--only-afterwards")
    assert not is_marked(connection)


def test_a_restore_keeps_with_the_mark_what_did_not_match_in_the_backup(people, amara, noted_in, tmp_path):
    """Somebody cannot be erased again, so that the mark stays and is looked at."""
    edition = people["same"].edition
    grant_role(amara, edition, "organiser", by=None)
    name_a_file(edition)
    with pytest.raises(CommandError, match="names files"):
        back_up()
    noted_in.parent.mkdir(exist_ok=True)
    noted_in.write_text(json.dumps({"account": str(amara.pk), "at": "2022-02-02T10:00:00+00:00"}) + "\n")
    with restored(tmp_path, fails="do not match") as said:
        assert "Do not start the academy" in said
        assert command.NOT_IN_BACKUP % "materials/plan.pdf" in marked_with(connection)[FOUND]


def test_told_to_stop_right_after_a_restore_the_mark_has_what_did_not_match_in_the_backup(
    people, tmp_path, monkeypatch
):
    """It was noted afterwards: whoever was stopped between could not have the mark taken off any more."""
    name_a_file(people["same"].edition)
    with pytest.raises(CommandError, match="names files"):
        back_up()

    def stopped(*words: Any, **more: Any) -> None:
        restore(*words, **more)
        connections.close_all()
        raise CommandError("told to stop")

    monkeypatch.setattr(command, "restore", stopped)
    with restored(tmp_path, "--without-erased", fails="told to stop"):
        monkeypatch.undo()
        assert {RESTORED, FOUND} <= set(marked_with(connection))
        assert "So it was in the backup already" in said_by("--only-afterwards", "--without-erased")
        assert not is_marked(connection)


# --- What is said -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("listed_nobody", "owing")
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DataError('invalid input syntax for type uuid: "Amara"'), "DataError: a value does not fit"),
        (IntegrityError("duplicate key\nDETAIL: Key (name)=(Amara)"), "IntegrityError: duplicate key"),
        (OSError(28, "No space left on device"), "OSError: No space left on device"),
        (NotSafe("Farid is in use."), "NotSafe: Farid is in use."),
    ],
    ids=["a value", "a row", "a disk", "control: our own words"],
)
def test_a_step_that_breaks_says_why_without_what_stands_in_a_row(monkeypatch, error, words):
    def breaks(*_words: object) -> None:
        raise error

    monkeypatch.setattr(command, "take", breaks)
    said = said_by("--only-afterwards", fails=re.escape(words))
    assert "This did not happen" in said
    with pytest.raises(CommandError) as told:
        call_command("restore", "--only-afterwards", stdout=io.StringIO(), stderr=io.StringIO())
    assert "Amara" not in str(told.value)


# --- The drill --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="only root works in the folders of others")
def test_root_holds_no_drill_in_a_folder_whose_owner_could_not_tidy_up_after_it(people, settings):
    back_up()
    call_command("drill", stdout=io.StringIO())
    os.chown(settings.BACKUP_DIR, 12345, 12345)
    with pytest.raises(CommandError, match="belongs to another account than root"):
        call_command("drill", stdout=io.StringIO())
    assert not (settings.BACKUP_DIR / ".academy-work").exists()
