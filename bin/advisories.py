"""`make check-security`: bandit over the code, known advisories for the packages, and the list of components.

An advisory service that does not answer is said loudly to be *not checked*; it is never taken for *clean*.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bin import environment, frontend
from bin.project import var
from bin.speech import ROOT, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

CODE = ("academy", "programme", "workshops", "outcome", "bin", "manage.py")
CLEAN, FOUND, NOT_CHECKED = "clean", "FOUND", "NOT CHECKED"
# What tools say when the service of advisories is away, refuses, or knows nothing of a package that it must know.
UNREACHABLE = re.compile(
    r"could not be audited|connection|timed? ?out|temporary failure|name resolution|max retries|proxy"
    r"|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|audit endpoint|\b(?:40[3-5]|429|5\d\d)\b",
    re.IGNORECASE,
)
# Where bandit and ruff have one rule under two numbers.
AS_IN_RUFF = {"B703": "S308"}


@dataclass(frozen=True)
class Verdict:
    """What became of one check: its state, and the lines to read."""

    name: str
    state: str
    lines: tuple[str, ...] = ()


def check_all() -> int:
    """Run every check and write the lists of components; 1 if something was found, else 0."""
    verdicts = [judge_code(), judge_python(), judge_frontend()]
    for verdict in verdicts:
        print(f"{verdict.name}: {verdict.state}")
        for line in verdict.lines:
            print(f"  {line}")
    for path in write_components():
        print(f"components: {path}")
    missed = [verdict.name for verdict in verdicts if verdict.state == NOT_CHECKED]
    if missed:
        print(f"\n!!! NOT CHECKED, which does not mean clean: {', '.join(missed)}. Run it again elsewhere.")
    return 1 if any(verdict.state == FOUND for verdict in verdicts) else 0


def judge_code() -> Verdict:
    """bandit, from medium severity on; what a `noqa` of the same rule explains at its line is judged already."""
    folders = [name for name in CODE if (ROOT / name).exists()]
    words = [
        "-m",
        "bandit",
        "--quiet",
        "-ll",
        "--format",
        "json",
        "--exclude",
        "*/migrations/*",
        "-r",
        *folders,
    ]
    done = _ask([str(environment.PYTHON), *words])
    report = _json(done.stdout)
    if report is None or report.get("errors"):
        raise Problem(f"bandit could not read the code.\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return code_verdict(report, lambda name: (ROOT / name).read_text(encoding="utf-8").splitlines())


def code_verdict(report: dict[str, Any], lines_of: Any) -> Verdict:
    """The findings of bandit's report that nobody has judged."""
    left = []
    for one in report["results"]:
        rule = AS_IN_RUFF.get(one["test_id"], "S" + one["test_id"][1:])
        source = lines_of(one["filename"])
        if not any(rule in source[number - 1].partition("# noqa:")[2] for number in one["line_range"]):
            left.append(f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}")
    return Verdict("bandit", FOUND if left else CLEAN, tuple(left))


def judge_python() -> Verdict:
    """pip-audit over what Academy runs on, with its hashes and without installing anything."""
    words = ["--strict", "--disable-pip", "--progress-spinner", "off", "--format", "json", "-r"]
    done = _ask([str(environment.PYTHON), "-m", "pip_audit", *words, environment.RUNTIME.name])
    return python_verdict(done.returncode, done.stdout, done.stderr)


def python_verdict(code: int, output: str, complaint: str) -> Verdict:
    """What pip-audit said; without a report of its own it is not clean, whatever it returned."""
    report = _json(output)
    packages = report.get("dependencies") if report else None
    if packages is None:
        return _without_report("pip-audit", complaint or output)
    found = [
        f"{package['name']} {package.get('version', '')}: {flaw['id']}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if found:
        return Verdict("pip-audit", FOUND, tuple(found))
    if skipped or not packages or code:
        return Verdict("pip-audit", NOT_CHECKED, (f"Passed over: {', '.join(skipped) or 'everything'}",))
    return Verdict("pip-audit", CLEAN)


def judge_frontend() -> Verdict:
    """npm audit over the packages that the front end is built with."""
    done = frontend.npm_output("audit", "--json")
    return frontend_verdict(done.stdout, done.stderr)


def frontend_verdict(output: str, complaint: str) -> Verdict:
    """What npm said; only a report with counts is one."""
    report = _json(output) or {}
    counts = report.get("metadata", {}).get("vulnerabilities")
    if not isinstance(counts, dict) or "total" not in counts:
        return _without_report("npm audit", f"{report.get('message', '')}\n{complaint}".strip())
    if not counts["total"]:
        return Verdict("npm audit", CLEAN)
    names = sorted(report.get("vulnerabilities", {}))
    return Verdict("npm audit", FOUND, tuple(names) or (str(counts),))


def write_components() -> list[str]:
    """Write what Academy is made of as CycloneDX, for Python and for the front end; returns the places."""
    folder = var()
    folder.mkdir(parents=True, exist_ok=True)
    python, pages = folder / "components-python.cdx.json", folder / "components-frontend.cdx.json"
    program = environment.PYTHON.parent / "cyclonedx-py"
    words = ["requirements", environment.RUNTIME.name, "--output-format", "JSON", "-o", str(python)]
    done = _ask([str(program), *words])
    if done.returncode:
        raise Problem(f"The list of Python components could not be written.\n{done.stderr}")
    listed = frontend.npm_output("sbom", "--sbom-format", "cyclonedx", "--package-lock-only")
    if listed.returncode:
        raise Problem(f"The list of the front end's components could not be written.\n{listed.stderr}")
    pages.write_text(listed.stdout, encoding="utf-8")
    return [str(python), str(pages)]


def _without_report(name: str, complaint: str) -> Verdict:
    """Not checked if the service is away; anything else has to be put right."""
    said = tuple(line.strip() for line in complaint.strip().splitlines() if line.strip())[:3]
    if not UNREACHABLE.search(complaint):
        raise Problem(f"{name} gave no report.\n" + "\n".join(said))
    return Verdict(name, NOT_CHECKED, said)


def _json(text: str) -> dict[str, Any] | None:
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _ask(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
