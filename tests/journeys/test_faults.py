"""Servers and tabs are killed while a group writes: nothing acknowledged is lost, nothing is doubled, screens heal."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.boardwriters import Writer
from tests.mortals import Town, town

pytestmark = pytest.mark.journey

UVICORN = ["-m", "uvicorn", "--port", "{port}", "--log-level", "error"]
QUIET, HEAL_SECONDS = 2.0, 10.0


def fill(made: Town) -> None:
    made.run("manage.py", "migrate", "-v0")
    made.run("manage.py", "load_edition", "2022")
    made.setting = json.loads(made.run("-m", "tests.boardsetting", "4"))  # type: ignore[attr-defined]


@pytest.fixture
def academy() -> Iterator[Callable[[str], Any]]:
    """Starts an academy with servers of its own, which may be killed."""
    opened = []

    def start(application: str) -> Town:
        manager = town([*UVICORN, application], setting=fill)
        opened.append(manager)
        return manager.__enter__()

    yield start
    for manager in opened:
        manager.__exit__(None, None, None)


def writers_of(made: Town, every: float = 0.4) -> list[Writer]:
    setting = made.setting  # type: ignore[attr-defined]
    cookies = setting["cookies"][1:]
    return [Writer(made.address, setting, cookie, every, f"writer {n}") for n, cookie in enumerate(cookies)]


def found(made: Town) -> Counter[str]:
    """How often each text stands on the board."""
    return Counter(text for (text,) in made.ask("SELECT text FROM workshops_finding"))


def lost_and_doubled(made: Town, acknowledged: list[str]) -> tuple[list[str], list[str]]:
    there = found(made)
    return [text for text in acknowledged if not there[text]], [text for text, n in there.items() if n > 1]


def open_board(made: Town, browser: Browser) -> Page:
    """The board in the browser of the moderator."""
    setting = made.setting  # type: ignore[attr-defined]
    context = browser.new_context(base_url=made.address, viewport={"width": 1280, "height": 900})
    name, _, value = setting["cookies"][0].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": made.address}])
    page = context.new_page()
    page.goto(setting["board"])
    return page


def write(page: Page, text: str) -> None:
    page.locator("[data-entry] [name=text]").fill(text)
    page.locator("[data-entry]").get_by_role("button", name="Add", exact=True).click()


def on_screen(page: Page) -> Counter[str]:
    cards = page.locator("li.finding:has(.save-state.is-saved) > [data-text]")
    return Counter(cards.all_text_contents())


def seconds_until_right(made: Town, page: Page) -> float:
    """How long the screen takes to show what stands in the database, while it is written on."""
    begun = time.monotonic()
    while time.monotonic() < begun + 3 * HEAL_SECONDS:
        if not found(made) - on_screen(page):
            return time.monotonic() - begun
        time.sleep(0.2)
    return float("inf")


def test_nothing_acknowledged_is_lost_whoever_is_killed(academy, browser):
    made = academy("academy.asgi:application")
    page = open_board(made, browser)
    writers = writers_of(made)
    for writer in writers:
        writer.start()
    own, took = [], {}
    for server in (made.web[0], made.redis, made.postgres):
        time.sleep(QUIET)
        own.append(f"written as {server.name} went")
        server.kill()
        write(page, own[-1])
        time.sleep(QUIET)
        server.start()
        took[server.name] = seconds_until_right(made, page)
    own.append("written as the tab went")
    page.context.set_offline(True)
    write(page, own[-1])
    page.locator("li.finding").filter(has_text=own[-1]).locator(".save-state.is-offline").wait_for()
    page.close()
    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto(made.setting["board"])
    took["tab"] = seconds_until_right(made, page)
    for writer in writers:
        writer.over.set()
        writer.join()
    page.locator("li.finding").filter(has_text=own[-1]).locator(".save-state.is-saved").wait_for()
    acknowledged = [text for writer in writers for text in writer.acknowledged.values()]
    assert len(acknowledged) > 10
    assert lost_and_doubled(made, [*acknowledged, *own]) == ([], [])
    assert seconds_until_right(made, page) <= HEAL_SECONDS
    assert on_screen(page) == found(made)
    assert {name: seconds for name, seconds in took.items() if seconds > HEAL_SECONDS} == {}


def test_an_academy_that_acknowledges_before_it_commits_is_caught(academy):
    """The control: the same loss, with a server that says "saved" a moment too early."""
    made = academy("tests.hasty:application")
    writers = writers_of(made, every=0.2)
    for writer in writers:
        writer.start()
    time.sleep(QUIET)
    made.web[0].kill()
    for writer in writers:
        writer.over.set()
    made.web[0].start()
    for writer in writers:
        writer.join()
    acknowledged = [text for writer in writers for text in writer.acknowledged.values()]
    lost, _doubled = lost_and_doubled(made, acknowledged)
    assert lost != []


def test_half_an_hour_without_a_connection_loses_nothing_and_keeps_the_order(academy, browser):
    """The page's own clock goes on by half an hour between fifty findings written without a connection."""
    made = academy("academy.asgi:application")
    setting = made.setting
    context = browser.new_context(base_url=made.address)
    name, _, value = setting["cookies"][0].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": made.address}])
    page = context.new_page()
    page.clock.install()
    page.goto(setting["board"])
    page.locator("[data-line].is-live").wait_for()
    context.set_offline(True)
    texts = [f"entry {number:02}" for number in range(1, 51)]
    for text in texts:
        write(page, text)
        page.clock.run_for(36_000)
    page.locator("li.finding").filter(has_text="entry 50").locator(".save-state.is-offline").wait_for()
    context.set_offline(False)
    page.clock.resume()
    page.locator("li.finding").filter(has_text="entry 50").locator(".save-state.is-saved").wait_for(
        timeout=60_000
    )
    rows = [text for (text,) in made.ask("SELECT text FROM workshops_finding ORDER BY number")]
    assert rows == texts
    context.close()


def test_while_redis_is_away_reading_and_saving_go_on_and_the_page_says_so(academy, browser):
    made = academy("academy.asgi:application")
    page, other = open_board(made, browser), open_board(made, browser)
    page.locator("[data-line].is-live").wait_for()
    made.redis.kill()
    write(page, "Saved without Redis.")
    page.locator("li.finding").filter(has_text="Saved without Redis.").locator(
        ".save-state.is-saved"
    ).wait_for()
    other.locator("li.finding").filter(has_text="Saved without Redis.").wait_for(timeout=15_000)
    other.locator("[data-line].is-paused").wait_for(timeout=15_000)
    assert "live paused" in other.locator("[data-line]").inner_text()
    made.redis.start()
    other.locator("[data-line].is-live").wait_for(timeout=45_000)
