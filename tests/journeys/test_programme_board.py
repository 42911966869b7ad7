"""The board of a day under a finger, in right-to-left writing, with parts that move, beside a second organiser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from programme.editing import change_session, move_session
from programme.models import Session
from programme.undoing import latest_edits, undo
from tests.journeys.conftest import Served, beside
from tests.journeys.looking import Looker
from tests.journeys.test_programme_desk import DAY, DESK, block, session, times, voice

pytestmark = pytest.mark.journey


class Finger:
    """A finger on the screen, as the browser's own protocol moves it."""

    def __init__(self, page: Page) -> None:
        self.page, self.protocol = page, page.context.new_cdp_session(page)

    def down(self, x: float, y: float) -> None:
        self._send("touchStart", [{"x": x, "y": y}])

    def move(self, x: float, y: float) -> None:
        self._send("touchMove", [{"x": x, "y": y}])

    def up(self) -> None:
        self._send("touchEnd", [])

    def _send(self, kind: str, points: list[dict[str, float]]) -> None:
        self.protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_a_session_is_dragged_by_a_finger_on_a_phone(serve: Callable[..., Served]) -> None:
    academy = serve("registration")
    page = academy.person("amara", viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True)
    page.goto(DAY)
    expect(page.locator("day-board.is-live")).to_be_visible()
    grip = block(page).get_by_role("button", name="Move Plenary session A")
    grip.scroll_into_view_if_needed()
    found = grip.bounding_box()
    assert found is not None
    assert min(found["width"], found["height"]) >= 40
    assert grip.evaluate("one => getComputedStyle(one).touchAction") == "none"
    x, y = found["x"] + found["width"] / 2, found["y"] + found["height"] / 2
    scrolled = page.evaluate("scrollY")
    finger = Finger(page)
    finger.down(x, y)
    for step in range(1, 7):
        finger.move(x, y + 8 * step)
    expect(block(page).locator("[data-times]").first).to_have_text("12:30–13:30")
    finger.up()
    expect(voice(page)).to_have_text("Plenary session A now stands at 12:30–13:30.")
    assert (times(), page.evaluate("scrollY")) == (("01 11:30", "01 12:30"), scrolled)
    scrolls_elsewhere(page, finger)
    assert academy.complaints == []


def scrolls_elsewhere(page: Page, finger: Finger) -> None:
    """A finger that is not on a handle scrolls the page, and moves nothing."""
    before, title = times(), block(page).locator("[data-times]").first
    title.scroll_into_view_if_needed()
    found = title.bounding_box()
    assert found is not None
    start = page.evaluate("scrollY")
    finger.down(found["x"] + 5, found["y"] + 5)
    for step in range(1, 11):
        finger.move(found["x"] + 5, found["y"] + 5 - 20 * step)
    finger.up()
    page.wait_for_function("start => scrollY > start", arg=start)
    assert times() == before


def test_arrows_follow_the_direction_of_the_writing(serve: Callable[..., Served]) -> None:
    academy = serve("registration")
    page = academy.person("amara")
    page.goto(DAY)
    page.evaluate("document.documentElement.dir = 'rtl'")
    block(page).get_by_role("button", name="Move Plenary session A").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    expect(voice(page)).to_have_text("Wed 2 Feb, 12:00–13:00")
    page.keyboard.press("ArrowRight")
    expect(voice(page)).to_have_text("12:00–13:00")
    page.keyboard.press("Escape")
    assert times() == ("01 11:00", "01 12:00")


def test_a_part_with_times_of_its_own_is_moved_by_keyboard_and_by_drag(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    part = session("day-3-panel-a")
    slot = datetime(2022, 2, 3, 12, 10, tzinfo=UTC), datetime(2022, 2, 3, 12, 30, tzinfo=UTC)
    beside(partial(change_session, part, starts_at=slot[0], ends_at=slot[1], by=None))
    page = academy.person("amara")
    page.goto(f"{DESK}days/day-3/")
    look(page, "45-board-with-parts")
    row = page.locator(f"#session-{part.pk}")
    grip = row.get_by_role("button", name="Move Panel A")
    grip.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(voice(page)).to_have_text("13:15–13:35")
    page.keyboard.press("ArrowRight")  # a part stays on its day
    expect(voice(page)).to_have_text("13:15–13:35")
    page.keyboard.press("Space")
    expect(voice(page)).to_have_text("Panel A now stands at 13:15–13:35.")
    expect(grip).to_be_focused()
    assert times("day-3-panel-a") == ("03 12:15", "03 12:35")
    drag(page, row.locator(".grip").bounding_box(), 60)
    expect(voice(page)).to_contain_text("Panel A now stands at")
    assert times("day-3-panel-a") > ("03 12:15", "03 12:35")
    assert academy.complaints == []


def drag(page: Page, box: object, down: int) -> None:
    assert isinstance(box, dict)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + down / 2)
    page.mouse.move(x, y + down, steps=3)
    page.mouse.up()


def test_a_second_organiser_is_told_of_a_change_and_keeps_what_was_typed(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    page = academy.person("amara")
    page.goto(DAY)
    block(page).get_by_text("Set the time").click()
    block(page).get_by_label("Start").fill("14:45")
    opening = session("day-1-opening")
    assert opening.starts_at is not None
    moved = opening.starts_at.replace(hour=10, minute=20)
    beside(partial(move_session, opening, day=opening.day, starts_at=moved, by=None))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # or ten seconds later
    news = page.locator(".board-news")
    expect(news).to_contain_text(
        "This day was changed meanwhile. Moved: “Opening ceremony” from Tue 1 Feb, 11:30"
    )
    expect(block(page, "day-1-opening").locator("[data-times]")).not_to_contain_text("11:20")
    look(page, "46-somebody-changed-this-day")
    page.get_by_role("button", name="Show the day as it is now").click()
    expect(block(page, "day-1-opening").locator("[data-times]").first).to_contain_text("11:20")
    expect(block(page).get_by_label("Start")).to_have_value("14:45")
    expect(news).to_be_empty()
    block(page).get_by_role("button", name=re.compile("^Move ?:")).click()
    expect(block(page)).to_contain_text("14:45–15:45")
    assert academy.complaints == []


def test_the_board_hears_of_it_by_itself(serve: Callable[..., Served]) -> None:
    academy = serve("registration")
    page = academy.person("amara")
    page.goto(DAY)
    edition = session().edition
    beside(partial(change_session, session(), title="Who decides?", by=None))
    expect(page.locator(".board-news")).to_contain_text("Changed: “Plenary session A”", timeout=15_000)
    beside(lambda: undo(latest_edits(edition)[0], by=None))
    expect(page.locator(".board-news")).to_contain_text("Undone", timeout=15_000)
    assert Session.objects.get(slug="day-1-plenary-a").title == "Plenary session A"
