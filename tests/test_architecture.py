"""The walls of the house: names, import directions, budgets. Each rule is shown to bite on a wrong example."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("academy", "programme", "workshops", "outcome")
EDGES = {
    "models",
    "permissions",
    "forms",
    "views",
    "urls",
    "consumers",
    "routing",
    "tasks",
    "admin",
    "apps",
    "api",
    "feeds",
}
# Joins all apps, or stands between a request and a view; not a rule.
SHELL = {
    "settings", "asgi", "wsgi", "urls", "routing", "celery", "home", "health", "middleware", "context_processors",
    "requests", "accounts", "logins", "kept_pages", "limiting", "measuring", "watchers", "own_pages", "warming",
}  # fmt: skip
NAMELESS = {"utils", "helpers", "services", "managers", "misc", "common"}
NOT_IN_RULES = ("django.http", "django.shortcuts", "django.template", "channels", "celery", "asgiref")
FILE_LINES, FUNCTION_LINES, CONSUMER_LINES = 400, 50, 100


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts and "__pycache__" not in path.parts:
                yield path


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_rule(path: Path) -> bool:
    """Whether a file of an app holds rules: no edge, not the shell, no command, no template tags."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] not in APPS or set(parts) & {"management", "templatetags"} or parts[-1] == "__init__":
        return False
    edge_folder = len(parts) > 2 and parts[1] in EDGES
    return not edge_folder and parts[-1] not in EDGES and not (parts[0] == "academy" and parts[1] in SHELL)


def wrong_imports(tree: ast.AST) -> list[str]:
    return [
        name
        for name in imports(tree)
        if any(name == bad or name.startswith(f"{bad}.") for bad in NOT_IN_RULES)
    ]


def long_functions(tree: ast.AST, limit: int = FUNCTION_LINES) -> list[str]:
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > limit
    ]


def catch_all(tree: ast.AST) -> list[int]:
    """Lines that catch `Exception` or everything."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
        )
    ]


def wall_clocks(tree: ast.AST) -> list[int]:
    """Lines that ask somebody else than the clock what time it is."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "today", "utcnow"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date", "timezone"}
    ]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [p for p in sources(*APPS) if is_rule(p)], ids=place)
def test_rules_know_no_http(path):
    assert wrong_imports(parsed(path)) == []


@pytest.mark.parametrize("path", list(sources(*APPS, "bin", "bench")), ids=place)
def test_files_and_functions_keep_their_budget(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES
    assert long_functions(parsed(path)) == []


@pytest.mark.parametrize("path", list(sources(*APPS)), ids=place)
def test_nobody_catches_everything(path):
    assert catch_all(parsed(path)) == []


@pytest.mark.parametrize(
    "path", [p for p in sources(*APPS) if place(p) not in {"academy/clock.py", "academy/logs.py"}], ids=place
)
def test_only_the_clock_knows_the_time(path):
    assert wall_clocks(parsed(path)) == []


@pytest.mark.parametrize("path", list(sources(*APPS)), ids=place)
def test_every_module_has_a_name_that_says_something(path):
    assert path.stem not in NAMELESS


@pytest.mark.parametrize(
    "path", [p for p in sources(*APPS) if p.name != "__init__.py" and p.stem != "apps"], ids=place
)
def test_every_module_says_what_it_is_for(path):
    tree = parsed(path)
    has_help = any("help" in ast.dump(node) for node in tree.body if isinstance(node, ast.ClassDef))
    assert ast.get_docstring(tree) or ("commands" in path.parts and has_help)


def test_consumers_stay_short():
    lengths = {place(p): len(p.read_text().splitlines()) for p in sources(*APPS) if p.stem == "consumers"}
    assert [name for name, lines in lengths.items() if lines > CONSUMER_LINES] == []


def test_no_template_holds_a_script_or_a_style():
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)
    assert [
        place(p) for p in sorted((ROOT / "templates").rglob("*.html")) if inline.search(p.read_text())
    ] == []


def test_every_journey_is_marked_as_one():
    """What is not would be run where journeys are left out."""
    journeys = (ROOT / "tests" / "journeys").glob("test_*.py")
    assert [place(p) for p in journeys if "pytestmark = pytest.mark.journey" not in p.read_text()] == []


def test_no_signal_of_a_model_is_used():
    assert [place(p) for p in sources(*APPS) if "django.db.models.signals" in set(imports(parsed(p)))] == []


def test_every_exemption_gives_its_reason():
    silent = re.compile(r"#\s*(noqa(?!: [A-Z0-9, ]+\s+#)|type: ignore(?!\[[a-z-]+(, [a-z-]+)*\]\s+#))")
    found = [
        f"{place(p)}:{n}"
        for p in sources(*APPS)
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if silent.search(line)
    ]
    assert found == []


# --- The rules bite: each finds what it is there for. -----------------------------------------------------------------


def test_the_rules_find_what_they_forbid():
    assert wrong_imports(ast.parse("def f():\n    from django.http import Http404")) == [
        "django.http",
        "django.http.Http404",
    ]
    assert wrong_imports(ast.parse("import channelsomething")) == []
    assert long_functions(ast.parse("def f():\n" + "    x = 1\n" * 50)) == ["f"]
    assert long_functions(ast.parse("def f():\n" + "    x = 1\n" * 49)) == []
    assert catch_all(ast.parse("try:\n    x\nexcept Exception:\n    pass")) == [3]
    assert wall_clocks(ast.parse("from datetime import datetime\ndatetime.now()")) == [2]


def test_a_rule_module_is_told_from_an_edge():
    assert is_rule(ROOT / "outcome" / "adoption.py")
    assert not is_rule(ROOT / "outcome" / "views" / "reading.py")
    assert not is_rule(ROOT / "academy" / "home.py")
