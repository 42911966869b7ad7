"""The journeys run in a real Chromium; this module finds it, and gets it where that is possible.

The order is: the program that CHROMIUM names, the system's browser, Playwright's own, then an attempt to install
one (Playwright's download, then Debian's package where we may). A missing browser is an error, never a skipped test.

    python -m tests.browser     prints where the browser is, or ends with an error
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import playwright
from playwright.sync_api import sync_playwright

from bin import frontend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Playwright

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOAD_SECONDS = 240
PACKAGE_SECONDS = 900
# Playwright brings a Node for itself, which needs libatomic: no bare Debian has it.
PLAYWRIGHTS_NODE = Path(playwright.__file__).parent / "driver" / "node"
NODE_SETTING = "PLAYWRIGHT_NODEJS_PATH"
# Every flag keeps Chromium from talking to hosts other than ours, or from needing a graphics card.
QUIET_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright as start\n"
    "with start() as playwright: print(playwright.chromium.executable_path)"
)


class BrowserMissing(Exception):
    """There is no Chromium, and none could be installed."""


def find_chromium() -> Path | None:
    """The first Chromium on this machine that starts, or None; installs nothing.

    Raises BrowserMissing when CHROMIUM names a program that does not start: a wrong setting is not overlooked.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        if not starts(Path(named)):
            raise BrowserMissing(f"CHROMIUM names {named}, which is not a browser that starts.")
        return Path(named)
    return next((path for path in _candidates() if starts(path)), None)


def ensure_chromium() -> Path:
    """A Chromium that starts, installed first if need be.

    Raises BrowserMissing, with what was tried, when there is none.
    """
    found = find_chromium()
    attempts: tuple[Callable[[], str], ...] = (install_with_playwright, install_with_apt)
    reasons = []
    for attempt in attempts:
        if found:
            break
        reasons.append(attempt())
        found = find_chromium()
    if found is None:
        raise BrowserMissing(
            "The browser tests need Chromium, and this machine has none.\n"
            + "".join(f"  - {reason}\n" for reason in reasons)
            + "Install it (Debian: apt-get install chromium), or name one: CHROMIUM=/path/to/chromium make test"
        )
    return found


def starts(path: Path) -> bool:
    """Whether the program is there and tells its version (one without its libraries, or a stub, does not)."""
    try:
        result = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def install_with_playwright() -> str:
    """Let Playwright download its own Chromium; the answer says how it went."""
    _say("No Chromium on this machine; asking Playwright to download one …")
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    environment = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000", **os.environ, **node_of_playwright()}
    problem = _attempt(command, DOWNLOAD_SECONDS, environment)
    return f"Playwright's download {problem or 'succeeded, but its browser does not start here'}"


def install_with_apt() -> str:
    """Install Debian's chromium package where we are root and have apt; the answer says how it went."""
    if not shutil.which("apt-get") or not _is_root():
        return "Debian's package cannot be installed from here (that needs apt-get and root)"
    _say("Installing Debian's package chromium …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    problem = _attempt(["apt-get", "update", "-q"], PACKAGE_SECONDS, environment) or _attempt(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"],
        PACKAGE_SECONDS,
        environment,
    )
    return f"Debian's package {problem or 'was installed, but its browser does not start here'}"


@contextmanager
def started_playwright() -> Iterator[Playwright]:
    """Playwright, on a Node that starts here."""
    os.environ |= node_of_playwright()
    with sync_playwright() as started:
        yield started


def node_of_playwright() -> dict[str, str]:
    """What the environment must name besides: the Node of the front end where Playwright's own does not start."""
    if os.environ.get(NODE_SETTING) or starts(PLAYWRIGHTS_NODE):
        return {}
    return {NODE_SETTING: str(frontend.node_folder() / "node")}


def launch(playwright: Playwright) -> Browser:
    """Start a headless Chromium for the journeys."""
    flags = [*QUIET_FLAGS, *(["--no-sandbox"] if _is_root() else [])]
    return playwright.chromium.launch(executable_path=ensure_chromium(), headless=True, args=flags)


def _candidates() -> Iterator[Path]:
    for name in SYSTEM_NAMES:
        if path := shutil.which(name):
            yield Path(path)
    for path in (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ):
        yield Path(path)
    # A process of its own, because Playwright cannot be started twice in one thread.
    answer = subprocess.run(
        [sys.executable, "-c", ASK_PLAYWRIGHT],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **node_of_playwright()},
    )
    if answer.returncode == 0:
        yield Path(answer.stdout.strip())


def _attempt(command: list[str], seconds: int, environment: dict[str, str]) -> str:
    """Run an installing command; empty when it went well, otherwise what happened."""
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return f"did not finish within {seconds} seconds"
    except OSError as error:
        return f"could not start: {error}"
    if result.returncode == 0:
        return ""
    lines = [line.strip() for line in (result.stderr + result.stdout).splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("Error", "E:"))] or lines[-1:]
    return f"failed: {(telling or ['no reason given'])[0]}"


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def main() -> int:
    try:
        print(f"Browser: {ensure_chromium()}")
    except BrowserMissing as problem:
        _say(f"\n{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
