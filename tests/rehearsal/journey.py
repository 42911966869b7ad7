"""The walk from the programme to an adopted document through the door of the production shape."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from outcome.models import Revision
from tests.browser import launch, started_playwright
from tests.journeys import test_walk
from tests.journeys.conftest import Served, pictures
from tests.journeys.looking import Looker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.production import Shape

DRAIN = 30
# A page that is asked of a process while it starts comes once it has started; the proxy waits as long, in milliseconds.
PATIENCE = 60_000
# What a browser says of a socket whose server was restarted under it is no complaint.
ABOUT_SOCKETS = ("WebSocket", "/ws/")


class AtTheDoor(Served):
    """The academy behind its proxy; mail goes out by the worker, so that one waits longer for it."""

    mail_seconds = 60

    def visitor(self, **options: object) -> Page:
        page = super().visitor(ignore_https_errors=True, **options)
        page.set_default_timeout(PATIENCE)
        return page


class Glancing(Looker):
    """Looks at pages without pictures and without axe: the tests do that."""

    def __call__(self, page: Page, name: str) -> None:
        self.seen.append(name)


def walk(shape: Shape, say: Callable[[str], None]) -> None:
    """Every step of the journey; a process is restarted before each."""
    expect.set_options(timeout=PATIENCE)
    with started_playwright() as playwright:
        academy = AtTheDoor(
            shape.address, Path(shape.environment["ACADEMY_VAR"]) / "mail", launch(playwright)
        )
        look = Glancing(pictures())
        visitor = academy.visitor()
        test_walk.visitor_reads_the_programme(visitor, look)
        say("a visitor read the programme")
        newcomer = test_walk.somebody_registers(academy, look)
        say("somebody registered, with a mail sent by the worker")
        amara = academy.person("amara")
        with restarting(shape, ("web-1",), say):
            test_walk.amara_spreads_people(amara, newcomer, look)
        with restarting(shape, ("live-1", "live-2"), say):
            test_walk.group_meets(academy, amara, look)
        say("a group met at a live board, while both live processes were restarted")
        with restarting(shape, ("web-2", "worker", "beat"), say):
            test_walk.amara_drafts(amara, look)
            test_walk.everybody_reads(academy, visitor, look)
        test_walk.document_is_adopted(academy, amara, look)
        test_walk.public_reads_the_record(visitor, look)
        say(f"the document was adopted ({Revision.objects.count()} revisions) and its record read")
        closed_and_open_again(shape, visitor, say)
        complaints = [said for said in academy.complaints if not any(word in said for word in ABOUT_SOCKETS)]
        assert [said for said in complaints if "503" not in said] == []


@contextmanager
def restarting(shape: Shape, names: tuple[str, ...], say: Callable[[str], None]) -> Iterator[None]:
    """Restart processes one after the other while the block goes on.

    Raises:
        AssertionError: one of them did not end within 30 seconds.
    """
    took: dict[str, float] = {}

    def work() -> None:
        for name in names:
            time.sleep(1)
            took[name] = shape.stop(name)
            shape.start(name)
            time.sleep(6)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    slowest = max(took.values(), default=DRAIN + 1)
    assert set(took) == set(names)
    assert slowest <= DRAIN, took
    say(
        f"restarted under it: {', '.join(f'{name} (ended in {seconds:.1f} s)' for name, seconds in took.items())}"
    )


def closed_and_open_again(shape: Shape, page: Page, say: Callable[[str], None]) -> None:
    """The maintenance page, for as long as its file is there."""
    if not shape.has_proxy:
        return
    closed = shape.folder / "maintenance"
    closed.touch()
    answer = page.goto("/2022/")
    assert answer is not None
    assert (answer.status, answer.header_value("Retry-After")) == (503, "60")
    assert "being looked after" in page.inner_text("h1")
    closed.unlink()
    answer = page.goto("/2022/")
    assert answer is not None
    assert answer.status == 200
    metrics = page.request.get("/metrics")
    assert metrics.status == 404
    say("the maintenance page was shown and taken away; /metrics is closed at the door")
