"""`make check-security`: what was found is said, and what could not be asked is never called clean."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bin import advisories
from bin.advisories import CLEAN, FOUND, NOT_CHECKED, Verdict, code_verdict, frontend_verdict, python_verdict
from bin.speech import Problem

ROOT = Path(__file__).resolve().parent.parent


def packages(**flaws: list[str]) -> str:
    rows = [{"name": n, "version": "1", "vulns": [{"id": i} for i in ids]} for n, ids in flaws.items()]
    return json.dumps({"dependencies": rows})


def test_packages_without_advisories_are_clean():
    assert python_verdict(0, packages(django=[]), "").state == CLEAN
    clean = json.dumps({"metadata": {"vulnerabilities": {"total": 0}}})
    assert frontend_verdict(clean, "").state == CLEAN


def test_an_advisory_is_found_and_named():
    said = python_verdict(1, packages(django=["CVE-1"], pillow=[]), "")
    assert said == Verdict("pip-audit", FOUND, ("django 1: CVE-1",))
    known = {"metadata": {"vulnerabilities": {"total": 1}}, "vulnerabilities": {"esbuild": {}}}
    assert frontend_verdict(json.dumps(known), "") == Verdict("npm audit", FOUND, ("esbuild",))


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        ("", "ERROR: amqp: Dependency not found on PyPI and could not be audited: amqp (5.4.2)"),
        ("", "requests.exceptions.ConnectionError: Max retries exceeded"),
        (json.dumps({"dependencies": []}), ""),
        (json.dumps({"dependencies": [{"name": "django", "skip_reason": "unknown"}]}), ""),
    ],
)
def test_python_packages_that_could_not_be_asked_about_are_not_clean(output, complaint):
    assert python_verdict(0, output, complaint).state == NOT_CHECKED
    assert python_verdict(1, output, complaint).state == NOT_CHECKED


@pytest.mark.parametrize(
    "output", ["", "{}", json.dumps({"message": "405 Method Not Allowed", "statusCode": 405})]
)
def test_a_front_end_that_could_not_be_asked_about_is_not_clean(output):
    assert frontend_verdict(output, "npm error audit endpoint returned an error").state == NOT_CHECKED


def test_a_tool_that_fails_for_another_reason_is_a_problem():
    with pytest.raises(Problem, match="gave no report"):
        python_verdict(2, "", "usage: unknown option")


def test_a_finding_of_bandit_counts_unless_its_line_says_why_it_may_be():
    found = {
        "filename": "a.py",
        "test_id": "B608",
        "issue_text": "SQL",
        "line_number": 1,
        "line_range": [1, 2],
    }
    for line, state in (
        ("execute(f'{x}')", FOUND),
        ("execute(f'{x}')  # noqa: S603  # another rule", FOUND),
        ("execute(f'{x}')  # noqa: S608  # our own names", CLEAN),
    ):
        assert code_verdict({"results": [found]}, lambda _name, line=line: ["", line]).state == state


def test_not_checked_is_loud_and_no_failure_and_found_is_one(monkeypatch, capsys):
    monkeypatch.setattr(advisories, "judge_code", lambda: Verdict("bandit", CLEAN))
    monkeypatch.setattr(advisories, "judge_frontend", lambda: Verdict("npm audit", CLEAN))
    monkeypatch.setattr(advisories, "write_components", list)
    monkeypatch.setattr(advisories, "judge_python", lambda: Verdict("pip-audit", NOT_CHECKED))
    assert advisories.check_all() == 0
    said = capsys.readouterr().out
    assert "!!! NOT CHECKED, which does not mean clean: pip-audit" in said
    assert "pip-audit: clean" not in said
    monkeypatch.setattr(advisories, "judge_python", lambda: Verdict("pip-audit", FOUND))
    assert advisories.check_all() == 1


def test_it_is_no_part_of_the_checks_that_need_nothing_from_outside():
    makefile = (ROOT / "Makefile").read_text()
    checks = re.search(r"^CHECKS = ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)[1]
    assert "check-security" not in checks
    assert "check-security: setup" in makefile
