"""Backups: everything comes back exactly, and a file that is not whole is refused before anything is touched."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.db import connection, connections

from academy.management.verification import verify_all
from academy.models import Edition, HistoryHead, Pulse, User
from academy.safekeeping import archive
from academy.safekeeping.backups import back_up
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.filling import sequences_of
from academy.safekeeping.locking import identities_in
from academy.safekeeping.marking import mark, take_off_mark
from academy.safekeeping.refusals import NoBackup, NotEmpty, NotSafe
from academy.safekeeping.restoring import Source, restore
from academy.safekeeping.retaining import backups_in
from academy.safekeeping.rows import read_rows, total_of
from academy.safekeeping.seals import seals_of
from academy.safekeeping.tables import SESSIONS, in_order, migrations_of, tables_after
from outcome.models import Revision
from tests.conftest import bring_to, lift_seals
from tests.elsewhere import empty_database, totals
from tests.factories import make_user
from tests.serving import database_of_the_test

ROOT = Path(__file__).resolve().parents[2]


def own() -> dict[str, Any]:
    return settings_for(database_of_the_test())


def found_in(folder: Path) -> list[str]:
    """What lies in a folder of backups."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(names)


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    (folder / "materials").mkdir(parents=True)
    (folder / "materials" / "a plan – ü.pdf").write_bytes(os.urandom(200_000))
    (folder / "empty.txt").touch()
    return folder


@pytest.fixture
def made(transactional_db: None, media: Path, tmp_path: Path) -> Path:
    """A backup of an academy with a person and a file."""
    make_user("farid")
    return back_up(own(), media, tmp_path / "backups").path


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """A file with the secret half of a key, and its public half."""
    said = io.StringIO()
    call_command("backup_key", str(tmp_path / "key"), stdout=said)
    return tmp_path / "key", said.getvalue().strip()


# --- There and back ---------------------------------------------------------------------------------------------------


def test_a_whole_academy_comes_back_exactly_sealed_and_verified(transactional_db, media, tmp_path, key):
    edition = bring_to("adopted")
    gone = make_user("late")
    UserSession.objects.create(user=gone, session_key="late", ip="192.0.2.1", user_agent="a browser")
    gone.delete()
    secret, public = key
    backup = back_up(own(), media, tmp_path / "backups", recipients=[public])
    assert [path.name for path in backups_in(tmp_path / "backups")] == [backup.path.name]
    assert oct(backup.path.stat().st_mode)[-3:] == "600"
    with empty_database(tmp_path) as address:
        settings = settings_for(address)
        restored = restore(
            Source(backup.path, identities_in(secret)), settings, tmp_path / "back", verify=verify_all
        )
        assert restored.mismatches == []
        assert restored.heads == {"2022": [edition.history_head.number, edition.history_head.digest]}
        with another(settings, "back") as back:
            assert seals_of(back) == seals_of(connection)
            before, after = totals(connection), totals(back)
            assert {name: after[name] for name in after if name not in SESSIONS} == {
                name: before[name] for name in before if name not in SESSIONS
            }
            tables = [
                table
                for table in tables_after(connection, migrations_of(connection))
                if table.name not in SESSIONS
            ]
            assert sequences_of(tables, back) == sequences_of(tables, connection)
            with as_default(back), lift_seals("outcome_revision"):
                Revision.objects.filter(number=1).update(label="x")
                assert len(verify_all()) == 1
    copied = {
        p.relative_to(tmp_path / "back"): p.read_bytes()
        for p in (tmp_path / "back").rglob("*")
        if p.is_file()
    }
    assert copied == {p.relative_to(media): p.read_bytes() for p in media.rglob("*") if p.is_file()}


def test_who_is_logged_in_is_not_in_a_backup(transactional_db, client_of, tmp_path):
    client_of(make_user("farid"))
    assert totals(connection)["django_session"]["rows"] == 1
    with tarfile.open(back_up(own(), tmp_path / "media", tmp_path / "backups").path) as tar:
        tables = {name.split("/")[1] for name in tar.getnames() if name.startswith("tables/")}
    assert "academy_user" in tables
    assert tables & SESSIONS == set()


def test_a_full_database_and_a_full_folder_are_refused_unless_told(made, media, tmp_path):
    before = totals(connection)
    with pytest.raises(NotEmpty, match="The database is not empty"):
        restore(Source(made), own(), tmp_path / "nothing", verify=verify_all)
    with empty_database(tmp_path) as address:
        with pytest.raises(NotEmpty, match="The media folder"):
            restore(Source(made), settings_for(address), media, verify=verify_all)
        restore(Source(made), settings_for(address), tmp_path / "back", verify=verify_all)
        with another(settings_for(address), "back") as back, as_default(back):
            User.objects.update(email="changed@example.org")
        restore(Source(made), settings_for(address), tmp_path / "back", verify=verify_all, replace=True)
        with another(settings_for(address), "back") as back, as_default(back):
            assert User.objects.get().email == "farid@example.org"
    assert totals(connection) == before
    assert len(list((tmp_path / "back").glob(".before-*"))) == 1


def test_a_restore_that_fails_leaves_nothing_behind(made, tmp_path):
    """The last check, verification, breaks: the database is as empty as before, and no file lies about."""

    def breaks() -> list[str]:
        raise NotSafe("no")

    with empty_database(tmp_path) as address:
        with pytest.raises(NotSafe):
            restore(Source(made), settings_for(address), tmp_path / "back", verify=breaks)
        with another(settings_for(address), "back") as back:
            assert back.introspection.table_names() == []
    assert not (tmp_path / "back").exists()
    assert list(tmp_path.rglob(".academy-work")) == []


def test_the_drill_restores_the_newest_backup_and_says_what_verify_finds(
    transactional_db, tmp_path, settings
):
    """What was changed behind the academy's back is restored as it was backed up, and named; nothing is touched."""
    settings.BACKUP_DIR = tmp_path / "backups"
    bring_to("programme")
    older = back_up(own(), tmp_path / "media", settings.BACKUP_DIR).path
    older_name = "academy-20200101T000000Z.tar.gz"
    older.rename(older.with_name(older_name))
    HistoryHead.objects.update(digest="0" * 64)
    newest = back_up(own(), tmp_path / "media", settings.BACKUP_DIR).path
    before, said = totals(connection), io.StringIO()
    with pytest.raises(CommandError, match="exactly what was backed up, but verify finds 1"):
        call_command("drill", stdout=said, stderr=said)
    assert said.getvalue().startswith(f"{newest.name} of ")
    assert "2022: history head: the chain ends at entry" in said.getvalue()
    after = totals(connection)
    assert Pulse.objects.get(name="drill").is_well is False
    assert {name for name in after if after[name] != before[name]} == {"academy_pulse"}
    assert found_in(settings.BACKUP_DIR) == sorted([older_name, newest.name])


# --- Files that are refused -------------------------------------------------------------------------------------------


def refused(path: Path, *identities: Any) -> str:
    with pytest.raises(NoBackup) as refusal:
        Source(path, identities).check()
    return str(refusal.value)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.9999])
def test_a_file_that_was_cut_off_is_refused(made, share):
    data = made.read_bytes()
    made.write_bytes(data[: int(len(data) * share)])
    assert "cut off" in refused(made)


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.99])
def test_a_file_with_one_changed_byte_is_refused(made, place):
    data = bytearray(made.read_bytes())
    data[int(len(data) * place)] ^= 0x41
    made.write_bytes(data)
    # Where the byte stands in what says that this is a backup, it is none.
    assert any(words in refused(made) for words in ("damaged", "is no backup of an academy"))


def rewritten(path: Path, change: Any) -> None:
    """The same tar with its pieces changed, properly packed again."""
    with tarfile.open(path) as tar:
        pieces = [(info, tar.extractfile(info).read()) for info in tar]  # type: ignore[union-attr]
    with tarfile.open(path, "w:gz") as tar:
        for info, data in change(pieces):
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def test_a_piece_that_was_exchanged_added_or_taken_out_is_named(made):
    data = made.read_bytes()
    rewritten(
        made, lambda p: [(i, d.replace(b"farid", b"amara") if "academy_user" in i.name else d) for i, d in p]
    )
    assert "tables/academy_user/000000.jsonl is not what was written" in refused(made)
    made.write_bytes(data)
    rewritten(made, lambda p: [one for one in p if "academy_user" not in one[0].name])
    assert "tables/academy_user/000000.jsonl is not what was written" in refused(made)
    made.write_bytes(data)
    rewritten(made, lambda p: [*p, (tarfile.TarInfo("media/late"), b"x")])
    assert "not in order" in refused(made)
    made.write_bytes(data)
    rewritten(made, lambda p: p[:-1])
    assert "its last piece is missing" in refused(made)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "media/../../x",
        "..\\x",
        "media//etc/x",
        "media/./x",
        "media/a//b",
        "media/",
        "tables//x",
        "x",
        "other/x",
    ],
)
def test_a_file_that_would_write_outside_of_its_folder_is_refused(made, name):
    rewritten(made, lambda p: [p[0], (tarfile.TarInfo(name), b"x"), *p[1:]])
    assert repr(name) in refused(made)


def test_foreign_files_are_refused(tmp_path):
    foreign = tmp_path / "foreign.tar.gz"
    for data in (b"", b"hello", b"PK\x03\x04", gzip.compress(b"hello"), b"age-encryption.org/v1\nnonsense"):
        foreign.write_bytes(data)
        assert foreign.name in refused(foreign)
    with tarfile.open(foreign, "w:gz") as tar:
        tar.add(ROOT / "README.md", "README.md")
    assert "no backup of an academy" in refused(foreign)
    assert "cannot be read" in refused(tmp_path / "missing")


def test_a_newer_form_and_a_newer_program_are_refused_before_anything_is_touched(made, tmp_path):
    data = made.read_bytes()

    def newer(change: dict[str, Any]) -> Any:
        def rewrite(pieces: list[Any]) -> list[Any]:
            header = json.dumps(json.loads(pieces[0][1]) | change).encode()
            manifest = json.loads(pieces[-1][1])
            manifest["members"]["header.json"] = [len(header), hashlib.sha256(header).hexdigest()]
            return [(pieces[0][0], header), *pieces[1:-1], (pieces[-1][0], json.dumps(manifest).encode())]

        return rewrite

    rewritten(made, newer({"version": 2}))
    assert "has the form 2, and this program reads the form 1" in refused(made)
    made.write_bytes(data)
    rewritten(made, newer({"migrations": [["academy", "9999_from_the_future"]]}))
    with empty_database(tmp_path) as address:
        with pytest.raises(NotSafe, match=r"too old: it does not know academy\.9999_from_the_future"):
            restore(Source(made), settings_for(address), tmp_path / "back", verify=verify_all)
        with another(settings_for(address), "back") as back:
            assert back.introspection.table_names() == []


def test_a_locked_backup_opens_with_its_key_only(transactional_db, tmp_path, key):
    secret, public = key
    path = back_up(own(), tmp_path / "media", tmp_path / "backups", recipients=[public]).path
    assert path.read_bytes().startswith(b"age-encryption.org/v1")
    Source(path, identities_in(secret)).check()
    assert "is locked. Name the file" in refused(path)
    call_command("backup_key", str(tmp_path / "other"), stdout=io.StringIO())
    assert "locked with another key" in refused(path, *identities_in(tmp_path / "other"))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert "cut off or damaged" in refused(path, *identities_in(secret))


def test_a_key_that_is_none_is_refused(transactional_db, tmp_path):
    with pytest.raises(NotSafe, match="begins with age1"):
        back_up(own(), tmp_path / "media", tmp_path / "backups", recipients=["hello"])
    (tmp_path / "no-key").write_text("hello")
    for path in (tmp_path / "no-key", tmp_path / "missing"):
        with pytest.raises(NotSafe, match="key"):
            identities_in(path)


# --- Writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locked", [False, True])
def test_a_full_disk_is_said_and_leaves_no_file(transactional_db, tmp_path, key, locked):
    """A limit on the size of files stands for the full disk; without it the same call writes the file."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_of_the_test(),
        "BACKUP_DIR": str(tmp_path / "backups"),
    }
    environment["BACKUP_RECIPIENTS"] = key[1] if locked else ""
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "big").write_bytes(os.urandom(9_000_000))

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (6_000_000, 6_000_000))

    command = [sys.executable, "-c", CALL, str(tmp_path / "media")]
    full = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, preexec_fn=limited, check=False
    )
    assert "The disk is full" in full.stderr, full.stderr
    assert found_in(tmp_path / "backups") == []
    fine = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert ("not locked" not in fine.stdout) is locked


CALL = """
import sys, django
from django.conf import settings
django.setup()
settings.MEDIA_ROOT = sys.argv[1]
from django.core.management import call_command, CommandError
try:
    call_command("backup")
except CommandError as error:
    sys.exit(str(error))
"""


def test_a_killed_backup_never_has_the_name_of_one(made, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*_words: object) -> None:
        raise Killed

    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(Killed):
        back_up(own(), made.parent.with_name("media"), made.parent)
    assert found_in(made.parent) == [made.name]


def test_a_file_that_shrinks_while_it_is_backed_up_is_no_backup(
    transactional_db, tmp_path, media, monkeypatch
):
    original = archive.Writer.add_file
    monkeypatch.setattr(
        archive.Writer, "add_file", lambda self, name, file, size: original(self, name, file, size + 1)
    )
    with pytest.raises(NotSafe, match="changed while it was backed up"):
        back_up(own(), media, tmp_path / "backups")
    assert found_in(tmp_path / "backups") == []


def test_what_is_written_while_a_backup_is_made_is_whole_or_absent(transactional_db, tmp_path, monkeypatch):
    """Somebody registers after the first table was read: the backup knows nothing of it, in no table."""
    bring_to("programme")
    read, late = archive.Writer.add_rows, []

    def add_rows(self: Any, table: str, rows: Any) -> None:
        if not late:
            late.append(make_user("late"))
            Edition.objects.update(motto="Changed meanwhile")
        read(self, table, rows)

    monkeypatch.setattr(archive.Writer, "add_rows", add_rows)
    path = back_up(own(), tmp_path / "media", tmp_path / "backups").path
    with tarfile.open(path) as tar:
        everything = b"".join(tar.extractfile(info).read() for info in tar)
    assert User.objects.filter(email="late@example.org").exists()
    assert b"late@example.org" not in everything
    assert b"Changed meanwhile" not in everything


# --- Order and starts -------------------------------------------------------------------------------------------------


def test_every_table_comes_after_those_that_it_leads_to(db):
    tables = tables_after(connection, migrations_of(connection))
    filled: set[str] = set()
    for group in in_order(tables):
        names = {table.name for table in group}
        for table in group:
            assert table.leads_to() - names <= filled
        filled |= names
    assert filled == {table.name for table in tables}
    assert filled == set(connection.introspection.table_names()) - {"django_migrations"}


def test_a_total_does_not_depend_on_order_and_tells_every_difference(db):
    edition = bring_to("registration")
    (table,) = (
        t for t in tables_after(connection, migrations_of(connection)) if t.name == "academy_participant"
    )
    rows = list(read_rows(table, connection))
    assert len(rows) == edition.participants.count()
    whole = total_of(table, rows)
    assert total_of(table, reversed(rows)) == whole
    assert total_of(table, rows[1:]).digest != whole.digest
    rows[0][-1] = "different"
    assert total_of(table, rows).digest != whole.digest


def test_an_academy_does_not_start_on_a_database_that_was_filled_half(transactional_db, client):
    mark(connection, {"done": {}})
    try:
        assert client.get("/health/ready").status_code == 503
        environment = {**os.environ, "DATABASE_URL": database_of_the_test()}
        for module in ("academy.wsgi", "academy.asgi"):
            started = subprocess.run(
                [sys.executable, "-c", f"import {module}"],
                cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert started.returncode == 1
            assert "This database was filled only half" in started.stderr
    finally:
        take_off_mark(connections["default"])
    assert client.get("/health/ready").status_code == 200
