"""Moving to another database: the same in every row, interrupted at any moment, and never half but whole-looking."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from academy.management.verification import verify_all
from academy.models import HistoryHead, Message, Participant, User
from academy.safekeeping import marking, moving
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.filling import sequences_of
from academy.safekeeping.marking import LOOKED_AT, RESTORED, insist_on_whole, is_marked, mark, noted
from academy.safekeeping.moving import move
from academy.safekeeping.refusals import DoesNotFit, NotEmpty, NotSafe, Unfinished
from academy.safekeeping.seals import seals_of
from academy.safekeeping.tables import make_tables, migrations_of, tables_after
from tests.conftest import bring_to
from tests.elsewhere import empty_database, totals
from tests.factories import make_user
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def target(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    with empty_database(tmp_path) as address:
        yield address


def own() -> dict[str, Any]:
    return settings_for(database_of_the_test())


def test_an_academy_moves_to_sqlite_and_back_and_is_the_same(target, tmp_path):
    """Every row, number, seal and history; with moments to the microsecond, and JSON of every kind."""
    edition = bring_to("adopted")
    odd = {
        "big": 12345678901234567890123,
        "small": 1e-7,
        "round": 1e16,
        "one": 1.0,
        "text": "ü\u2028",
        "none": None,
    }
    Participant.objects.update(interests=["en", odd])
    Message.objects.update(created_at=datetime(2022, 2, 1, 12, 0, 0, 1, tzinfo=UTC))
    path = tmp_path / "moved.sqlite3"
    file = settings_for(f"sqlite:///{path}")
    for source, to in ((own(), file), (file, settings_for(target))):
        rows, mismatches = move(source, to, tmp_path, verify=verify_all)
        assert mismatches == []
        with another(to, "moved") as moved:
            assert totals(moved) == totals(connection)
            assert rows == sum(int(str(total["rows"])) for total in totals(connection).values())
            with as_default(moved):
                assert Participant.objects.all()[0].interests == ["en", odd]
                assert HistoryHead.objects.get().digest == edition.history_head.digest
    assert oct(path.stat().st_mode)[-3:] == "600"
    tables = tables_after(connection, migrations_of(connection))
    with another(settings_for(target), "moved") as moved:
        assert seals_of(moved) == seals_of(connection)
        assert sequences_of(tables, moved) == sequences_of(tables, connection)


def test_a_move_that_was_killed_is_never_whole_and_goes_on(target, tmp_path):
    bring_to("registration")
    environment = {**os.environ, "DATABASE_URL": database_of_the_test(), "BACKUP_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "move_to", target]
    with subprocess.Popen(
        command, cwd=ROOT, env={**environment, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert next(line for line in process.stdout if line.startswith("academy_participant "))
        process.send_signal(signal.SIGKILL)
    with another(settings_for(target), "half") as half:
        done = set(noted(half)["done"])
        assert "academy_user" in done
        with pytest.raises(Unfinished, match="Call it again with the same address"):
            insist_on_whole(half)
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    said = again.stdout
    assert again.returncode == 0, again.stderr
    assert "Everything matches." in said
    assert [line for line in said.splitlines() if line.startswith("academy_user ")] == []
    with another(settings_for(target), "moved") as moved:
        insist_on_whole(moved)
        assert totals(moved) == totals(connection)
        assert seals_of(moved) == seals_of(connection)
    with pytest.raises(NotEmpty):
        move(own(), settings_for(target), tmp_path, verify=verify_all)


@pytest.mark.parametrize(
    "write",
    [lambda: HistoryHead.objects.update(number=99), lambda: make_user("late")],
    ids=["in the history", "an account, of which no history knows"],
)
def test_what_was_written_meanwhile_is_noticed(target, tmp_path, monkeypatch, write):
    """The academy goes on while it moves: the new database stays marked, and a move afresh carries everything."""
    bring_to("programme")
    copy_all = moving._copy_all

    def written_meanwhile(*words: Any) -> Any:
        done = copy_all(*words)
        monkeypatch.setattr(moving, "_copy_all", copy_all)
        write()
        return done

    monkeypatch.setattr(moving, "_copy_all", written_meanwhile)
    with pytest.raises(NotSafe, match="was used while it was moved"):
        move(own(), settings_for(target), tmp_path, verify=list)
    with pytest.raises(NotSafe, match=r"from another state of the academy|was written to since the move"):
        move(own(), settings_for(target), tmp_path, verify=list)
    move(own(), settings_for(target), tmp_path, verify=list, afresh=True)
    with another(settings_for(target), "moved") as moved:
        assert totals(moved) == totals(connection)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", "This is no address of a database"),
        ("mysql://a:b@localhost/x", "This is no address of a database"),
        ("postgres://", "This is no address of a database"),
        ("postgres://nobody:x@127.0.0.1:1/x", "cannot be reached"),
        ("sqlite:////nowhere/at/all/x.sqlite3", "cannot be reached"),
    ],
)
def test_an_address_of_nothing_is_refused_in_words(transactional_db, address, sentence, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path
    make_user("farid")
    with pytest.raises(CommandError, match=sentence):
        call_command("move_to", address, stdout=io.StringIO())


def test_the_own_database_and_a_full_one_are_refused(target, tmp_path):
    before = totals(connection)
    with pytest.raises(NotSafe, match="in already"):
        move(own(), own(), tmp_path, verify=verify_all)
    with another(settings_for(target), "full") as full, full.cursor() as cursor:
        cursor.execute("CREATE TABLE somebody (name varchar(10))")
    for afresh in (False, True):
        with pytest.raises(NotEmpty, match="somebody"):
            move(own(), settings_for(target), tmp_path, verify=verify_all, afresh=afresh)
    assert totals(connection) == before


MARKS: dict[str, tuple[dict[str, Any], str]] = {
    "something is owed": ({RESTORED: "2022-02-02T10:00:00+00:00"}, "what is done afterwards was not done"),
    "to be looked at": ({LOOKED_AT: "2022-02-02T10:00:00+00:00"}, "it was restored with --into"),
    "restored, whatever else": (
        {RESTORED: "", "heads": {}, "migrations": [], "done": {}},
        "was restored from",
    ),
    "nobody’s": ({"heads": {}}, "its mark does not say what put it there"),
}


def somebody_elses(address: str, kept: dict[str, Any]) -> None:
    """Another academy with an account, under a mark that no move put there."""
    with another(settings_for(address), "marked") as marked, as_default(marked):
        make_tables(marked)
        make_user("nadia")
        mark(marked, kept)


@pytest.mark.parametrize("afresh", [False, True])
@pytest.mark.parametrize("what", MARKS)
def test_a_mark_that_no_move_put_there_is_refused_and_nothing_is_emptied(target, tmp_path, what, afresh):
    """A restored academy, after which something is owed, was taken for a move that was interrupted, and emptied."""
    kept, words = MARKS[what]
    somebody_elses(target, kept)
    with pytest.raises(NotEmpty, match=f"not by a move: .*{words}") as refused:
        move(own(), settings_for(target), tmp_path, verify=list, afresh=afresh)
    assert "--afresh" not in str(refused.value)
    with another(settings_for(target), "seen") as seen, as_default(seen):
        assert User.objects.get().email == "nadia@example.org"
        assert noted(seen) == kept


def test_the_control_without_that_afresh_empties_it(target, tmp_path, monkeypatch):
    monkeypatch.setattr(moving, "insist_on_mark_of_a_move", lambda _connection: None)
    somebody_elses(target, MARKS["something is owed"][0])
    with pytest.raises(NotEmpty, match="--afresh"):
        move(own(), settings_for(target), tmp_path, verify=list)
    move(own(), settings_for(target), tmp_path, verify=list, afresh=True)
    with another(settings_for(target), "seen") as seen, as_default(seen):
        assert not User.objects.exists()


@pytest.mark.parametrize("whole", [True, False])
def test_a_move_that_is_killed_while_it_marks_leaves_nothing(target, tmp_path, monkeypatch, whole):
    """Half a mark is nobody’s, and would be refused for good."""
    if not whole:  # the control
        monkeypatch.setattr(marking, "transaction", SimpleNamespace(atomic=lambda **_words: nullcontext()))

    def stops(execute: Any, sql: str, *words: Any) -> Any:
        if sql.startswith(f"INSERT INTO {marking.TABLE}"):
            raise KeyboardInterrupt
        return execute(sql, *words)

    with another(settings_for(target), "marked") as new:
        with pytest.raises(KeyboardInterrupt), new.execute_wrapper(stops):
            mark(new, {"heads": {}, "migrations": [], "done": {}})
        assert is_marked(new) is not whole
    with nullcontext() if whole else pytest.raises(NotEmpty, match="does not say"):
        move(own(), settings_for(target), tmp_path, verify=list)


@pytest.mark.skipif("os.environ.get('ACADEMY_TEST_SQLITE') == '1'", reason="SQLite takes any text")
@pytest.mark.parametrize(("city", "why"), [("x" * 200, "200 characters, "), ("a\x00b", "null character")])
def test_a_row_that_the_new_database_does_not_take_is_named(target, tmp_path, city, why):
    user = make_user("farid")
    file = settings_for(f"sqlite:///{tmp_path / 'source.sqlite3'}")
    move(own(), file, tmp_path, verify=list)
    with another(file, "source") as source, source.cursor() as cursor:
        cursor.execute("UPDATE academy_user SET time_zone = %s", [city])
    with pytest.raises(DoesNotFit, match=f"academy_user, row .*: the column time_zone .*{why}"):
        move(file, settings_for(target), tmp_path, verify=list)
    with another(settings_for(target), "half") as half, pytest.raises(Unfinished):
        insist_on_whole(half)
    assert user.pk
    assert set(connections) == {"default"}
