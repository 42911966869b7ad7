"""Real browsers on a real server: the academy served by its own process on the test's database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from academy import clock
from academy.models import Message
from tests.browser import launch, started_playwright
from tests.conftest import bring_to
from tests.journeys.looking import Looker
from tests.nursery import Nursery, Server, nursery
from tests.serving import database_of_the_test, free_port, wait_until_ready

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "from-intentions-2022"
FAILED = pytest.StashKey[bool]()
# Milliseconds in which something must have come about. A slow machine is no failure; speed is measured in `bench/`.
PATIENCE = 20_000


@pytest.fixture(scope="package", autouse=True)
def _orm_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop running in this thread; the tests use the ORM beside it, one after the other."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE)
    with started_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = launch(playwright)
    yield chromium
    chromium.close()


@pytest.fixture(scope="package")
def servers() -> Iterator[Nursery]:
    with nursery() as opened:
        yield opened


class Served:
    """A running academy: where it is, its mail, and browsers for its people."""

    mail_seconds = PATIENCE / 1000

    def __init__(self, address: str, mail: Path, browser: Browser) -> None:
        self.address, self.mail, self.browser = address, mail, browser
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def visitor(self, **options: object) -> Page:
        """A new browser in which nobody is logged in; what its console complains about is kept."""
        settings = {"viewport": {"width": 1280, "height": 900}, "timezone_id": "Asia/Dhaka", **options}
        context = self.browser.new_context(base_url=self.address, **settings)  # type: ignore[arg-type]
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def person(self, key: str, **options: object) -> Page:
        """A new browser in which this person of the demo has logged in through the form."""
        page = self.visitor(**options)
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(f"{key}@example.org")
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url("**/2022/")
        return page

    def show_open_pages(self, folder: Path) -> None:
        """Keep a picture of every open page, for whoever asks why a test failed."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, context in enumerate(self.contexts):
            for page in context.pages:
                page.screenshot(path=folder / f"{number}.png", full_page=True)

    def mails(self, to: str, saying: str = "") -> list[str]:
        """The texts of the mails to an address, oldest first, once one has arrived that says this."""
        until = time.monotonic() + self.mail_seconds
        while time.monotonic() < until:
            if any(saying in mail for mail in self._arrived(to)):
                break
            time.sleep(0.2)
        return self._arrived(to)

    def _arrived(self, to: str) -> list[str]:
        found = []
        for path in sorted(self.mail.glob("*"), key=lambda path: path.stat().st_mtime):
            for part in path.read_bytes().split(b"-" * 79):
                mail = message_from_bytes(part.strip(), policy=policy.default)
                body = mail.get_body(("plain",)) if mail["To"] == to else None
                if body:
                    found.append(str(body.get_content()))
        return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A journey that fails is gone once more, and the report says so (decision 30)."""
    if not config.pluginmanager.hasplugin("rerunfailures"):
        return
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tell the fixtures whether the test failed."""
    report = yield
    item.stash.setdefault(FAILED, False)
    item.stash[FAILED] |= bool(report.failed)  # type: ignore[attr-defined]
    return report


def _send_what_waits() -> None:
    """Mails of the demo that wait go first, and a server sends for a second at a time: they are as good as sent."""
    waiting = Message.objects.filter(state=Message.State.QUEUED)
    waiting.update(state=Message.State.SENT, sent_at=clock.now())


@pytest.fixture
def serve(
    request: pytest.FixtureRequest, transactional_db: None, browser: Browser, servers: Nursery, tmp_path: Path
) -> Iterator[Callable[..., Served]]:
    """Serves the demo academy at a stage and a moment; a failed test leaves pictures of its open pages."""
    running: list[tuple[Server, Served]] = []

    def start(
        stage: str, *, now: str = "2022-02-01T13:35+01:00", debug: bool = False, second_factor: bool = False
    ) -> Served:
        beside(partial(bring_to, stage))
        beside(_send_what_waits)
        mail = Path(os.environ["ACADEMY_VAR"]) / "mail"
        for old in mail.glob("*"):
            old.unlink()
        port = free_port()
        environment = {
            **os.environ,
            "DATABASE_URL": database_of_the_test(),
            "ACADEMY_NOW": now,
            "EMAIL_URL": "",
            "CELERY_EAGER": "1",
            "LOG_LEVEL": "ERROR",
            "DEBUG": "1" if debug else "0",
            "SECOND_FACTOR": "1" if second_factor else "0",
        }
        arguments = ["academy.asgi:application", "--port", str(port), "--log-level", "error"]
        process = servers.start(environment, arguments, tmp_path / "server.log")
        served = Served(f"http://127.0.0.1:{port}", mail, browser)
        running.append((process, served))
        wait_until_ready(served.address)
        return served

    yield start
    for process, served in running:
        if request.node.stash.get(FAILED, False):
            served.show_open_pages(ROOT / "var" / "pictures" / "failed")
        for context in served.contexts:
            context.close()
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def look() -> Looker:
    """Looks at a page as a person would; keeps the pictures in the folder ACADEMY_PICTURES, if that is set."""
    return Looker(pictures() if os.environ.get("ACADEMY_PICTURES") else None)


def pictures() -> Path:
    """Where the pictures of a walk are kept."""
    return Path(os.environ.get("ACADEMY_PICTURES") or ROOT / "var" / "pictures")


def beside(action: Callable[[], object]) -> None:
    """Let something happen in the academy, in a thread without an event loop: its announcements meet no other."""

    def act() -> None:
        try:
            action()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(act).result()
