"""docs/security/asvs.md: what it names is there, each number stands once, and its counts agree."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "security" / "asvs.md"
STATES = ("met", "partly", "not met", "not applicable", "operator")
# How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has.
CHAPTERS = (27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7)
LEVELS = {"1": 70, "2": 183}
ROW = re.compile(r"^\| (\d+)\.(\d+)\.(\d+) \|")
# A path of ours: with a folder, or a file of the root that we name.
PLACE = re.compile(r"^(?:[\w.@-]+/)+[\w.@-]*$|^[\w-]+\.(?:txt|toml|json|md)$")

Row = tuple[str, str, str, str, str, str]


def rows_of(text: str) -> list[Row]:
    """(number, level, what it asks, state, how, shown by) of every requirement."""
    found = []
    for line in text.splitlines():
        if ROW.match(line):
            cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
            assert len(cells) == 6, line
            found.append(cells)
    return found


@cache
def functions_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, functions))


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def not_there(text: str) -> list[str]:
    """What a page names between backticks and that does not exist: files, folders, modules, tests."""
    missing = []
    for name in quoted(text):
        path, marked, test = name.partition("::")
        if marked:
            is_there = (ROOT / path).is_file() and test in functions_in(ROOT / path)
        else:
            is_there = not PLACE.match(path) or path.startswith("ACADEMY_VAR/") or (ROOT / path).exists()
        if not is_there:
            missing.append(name)
    return missing


def wrong_rows(text: str) -> list[str]:
    """Rows that stand twice, under another chapter, in no known state, or that are met by nothing."""
    wrong = []
    seen: set[str] = set()
    for chapter, part in enumerate(re.split(r"^## V\d+ ", text, flags=re.MULTILINE)):
        for number, level, asks, state, how, shown in rows_of(part):
            tests = [name for name in quoted(shown) if "::" in name]
            is_right = (
                number not in seen
                and number.startswith(f"{chapter}.")
                and level in LEVELS
                and state in STATES
                and asks
                and how
                and (shown == "–") == (not tests)
            )
            seen.add(number)
            if not is_right:
                wrong.append(number)
    return wrong


def test_every_file_and_test_that_is_named_is_there():
    assert not_there(PAGE.read_text(encoding="utf-8")) == []
    assert not_there((PAGE.parent / "inventory.md").read_text(encoding="utf-8").replace("/etc/", "")) == []


def test_every_requirement_stands_once_in_its_chapter_with_its_state():
    assert wrong_rows(PAGE.read_text(encoding="utf-8")) == []


def test_no_requirement_of_levels_one_and_two_is_left_out():
    rows = rows_of(PAGE.read_text(encoding="utf-8"))
    chapters = Counter(int(row[0].split(".")[0]) for row in rows)
    assert tuple(chapters[number] for number in range(1, 18)) == CHAPTERS
    assert Counter(row[1] for row in rows) == LEVELS


def test_the_counts_are_those_of_the_rows():
    text = PAGE.read_text(encoding="utf-8")
    counted = Counter((row[3], row[1]) for row in rows_of(text))
    for state in STATES:
        one, two = counted[state, "1"], counted[state, "2"]
        assert f"| {state} | {one} | {two} | {one + two} |" in text
    assert f"| all | {LEVELS['1']} | {LEVELS['2']} | {sum(LEVELS.values())} |" in text


def test_what_is_not_met_is_named_as_open():
    text = PAGE.read_text(encoding="utf-8")
    head = re.search(r"^## Open\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)[1]
    named = re.findall(r"\d+\.\d+\.\d+", head)
    assert named == [row[0] for row in rows_of(text) if row[3] == "not met"]


GOOD = (
    "## V1 One\n| 1.1.1 | 2 | Once | met | `academy/text.py` | "
    "`tests/test_asvs.py::test_a_doctored_row_is_caught` |\n"
)


def test_a_doctored_row_is_caught():
    assert (wrong_rows(GOOD), not_there(GOOD)) == ([], [])
    for told, doctored in (
        ("academy/text.py", "academy/no_such_module.py"),
        ("tests/test_asvs.py", "tests/test_nothing.py"),
        ("test_a_doctored_row_is_caught", "test_that_nobody_wrote"),
    ):
        assert len(not_there(GOOD.replace(told, doctored))) == 1, doctored
    row = GOOD.splitlines()[1]
    assert wrong_rows(f"{GOOD}{row}\n") == ["1.1.1"]
    assert wrong_rows(GOOD.replace("1.1.1", "2.1.1")) == ["2.1.1"]
    assert wrong_rows(GOOD.replace("| met |", "| fine |")) == ["1.1.1"]
    assert wrong_rows(GOOD.replace("| 2 |", "| 3 |")) == ["1.1.1"]
    assert wrong_rows(GOOD.replace("`academy/text.py`", "")) == ["1.1.1"]
    assert wrong_rows(re.sub(r"`tests[^`]*`", "", GOOD)) == ["1.1.1"]
