"""`make bench` runs every part that is measured, or those that are asked for."""

import subprocess
import sys

import pytest

from bench import __main__ as bench
from bench.keeping import ROOT


def started(*words: str) -> subprocess.CompletedProcess[str]:
    """What a command of the measurements answers."""
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """The parts that were run, instead of minutes of measuring; `desk` does not end well."""
    seen: list[tuple[str, list[str]]] = []

    def ends_well(part: str, words: list[str]) -> bool:
        seen.append((part, words))
        return part != "desk"

    monkeypatch.setattr(bench, "ends_well", ends_well)
    return seen


@pytest.mark.parametrize("part", bench.PARTS)
def test_every_part_is_a_command_of_its_own(part: str) -> None:
    done = started(f"bench.{part}", "--help")
    assert (done.returncode, f"python -m bench.{part}" in done.stdout) == (0, True), done.stderr


def test_without_a_word_all_parts_are_run_whatever_one_ends_with(ran: list[tuple[str, list[str]]]) -> None:
    assert bench.main([]) == 1
    assert ran == [(part, []) for part in bench.PARTS]


def test_parts_are_chosen_and_what_stands_after_two_dashes_is_theirs(
    ran: list[tuple[str, list[str]]],
) -> None:
    assert bench.main(["--only", "pages", "registration", "--", "--seconds", "1"]) == 0
    assert ran == [("pages", ["--seconds", "1"]), ("registration", ["--seconds", "1"])]


def test_a_part_that_does_not_exist_is_refused_with_the_names_of_those_that_do() -> None:
    done = started("bench", "--only", "nothing")
    assert done.returncode == 2
    assert all(part in done.stderr for part in bench.PARTS)


def test_a_part_that_breaks_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--only", "desk", "--", "--seconds", "not a number"]) == 1
    assert "Not as it must be: desk" in capfd.readouterr().out
