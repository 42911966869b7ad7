"""An organiser's way through the programme desk, in a real browser: moved, undone, overtaken, a picture uploaded."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from programme.editing import add_session, change_session
from programme.guests import cast_guest
from programme.materials import add_link
from programme.models import Edit, Material, Session
from programme.removing import take_out
from tests.journeys.conftest import Served
from tests.journeys.looking import WIDTHS, Looker, findings_of_axe, sticks_out
from tests.programme.test_materials import WORDS, photo

pytestmark = pytest.mark.journey

DESK = "/2022/programme/desk/"
DAY = f"{DESK}days/day-1/"


def session(slug: str = "day-1-plenary-a") -> Session:
    return Session.objects.select_related("edition", "day").get(slug=slug)


def times(slug: str = "day-1-plenary-a") -> tuple[str, str]:
    """When a session starts and ends, in UTC."""
    row = session(slug)
    assert row.starts_at is not None
    assert row.ends_at is not None
    return f"{row.starts_at.astimezone(UTC):%d %H:%M}", f"{row.ends_at.astimezone(UTC):%d %H:%M}"


def block(page: Page, slug: str = "day-1-plenary-a") -> Locator:
    return page.locator(f"#session-{session(slug).pk}")


def voice(page: Page) -> Locator:
    return page.locator(".board-voice")


def test_a_session_is_moved_by_keyboard_by_drag_and_by_form_and_each_is_undone(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    page = academy.person("amara")
    page.goto(DESK)
    look(page, "40-programme-desk")
    page.get_by_role("link", name="Drivers and actors").first.click()
    expect(page.locator("day-board.is-live")).to_be_visible()
    look(page, "41-day-board")
    by_keyboard(page)
    by_drag(page)
    by_form(page)
    page.set_viewport_size({"width": 375, "height": 800})
    by_keyboard(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    to_another_day(page)
    assert academy.complaints == []


def undo_last(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    expect(page.locator("#messages .alert-success")).to_be_visible()
    assert times() == ("01 11:00", "01 12:00")


def by_keyboard(page: Page) -> None:
    grip = block(page).get_by_role("button", name="Move Plenary session A")
    grip.focus()
    page.keyboard.press("Space")
    expect(voice(page)).to_contain_text("Plenary session A picked up, 12:00–13:00.")
    page.keyboard.press("ArrowDown")
    expect(voice(page)).to_have_text("12:05–13:05")
    page.keyboard.press("PageDown")
    expect(voice(page)).to_have_text("12:35–13:35")
    page.keyboard.press("Escape")
    expect(voice(page)).to_have_text("Plenary session A stays at 12:00–13:00.")
    assert times() == ("01 11:00", "01 12:00")
    page.keyboard.press("Space")
    for _press in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(voice(page)).to_have_text("Plenary session A now stands at 11:45–12:45.")
    expect(grip).to_be_focused()
    assert times() == ("01 10:45", "01 11:45")
    expect(block(page)).to_contain_text("Overlaps with “Opening ceremony” of the same strand.")
    undo_last(page)


def by_drag(page: Page) -> None:
    """Down by the height of half an hour; then once more, given up with Escape."""
    page.set_viewport_size({"width": 1280, "height": 1600})
    for is_dropped in (True, False):
        found = block(page).bounding_box()
        later = block(page, "day-1-break-1").bounding_box()
        assert found is not None
        assert later is not None
        x, y = found["x"] + found["width"] - 8, found["y"] + found["height"] - 4
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + 30)
        page.mouse.move(x, y + later["y"] - found["y"], steps=6)
        if is_dropped:
            page.mouse.up()
            expect(voice(page)).to_have_text("Plenary session A now stands at 13:00–14:00.")
            assert times() == ("01 12:00", "01 13:00")
            undo_last(page)
        else:
            page.keyboard.press("Escape")
            page.mouse.up()
            expect(voice(page)).to_have_text("Plenary session A stays at 12:00–13:00.")
            assert times() == ("01 11:00", "01 12:00")
    page.set_viewport_size({"width": 1280, "height": 900})


def by_form(page: Page) -> None:
    block(page).get_by_text("Set the time").click()
    block(page).get_by_label("Start").fill("12:20")
    block(page).get_by_label(re.compile("End .empty")).fill("12:50")
    block(page).get_by_role("button", name=re.compile("^Move ?:")).click()
    expect(block(page)).to_contain_text("12:20–12:50")
    assert times() == ("01 11:20", "01 11:50")
    undo_last(page)


def to_another_day(page: Page) -> None:
    """By keyboard to the next day; the page goes along, and the handle keeps the focus. By drag back."""
    block(page).get_by_role("button", name="Move Plenary session A").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(voice(page)).to_have_text("Wed 2 Feb, 12:00–13:00")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("days/day-2/"))
    expect(block(page).get_by_role("button", name="Move Plenary session A")).to_be_focused()
    assert times() == ("02 11:00", "02 12:00")
    tab = page.locator("a[data-drop-day=day-1]")
    tab.scroll_into_view_if_needed()
    target, found = tab.bounding_box(), block(page).bounding_box()
    assert target is not None
    assert found is not None
    page.mouse.move(found["x"] + found["width"] - 8, found["y"] + found["height"] - 4)
    page.mouse.down()
    page.mouse.move(found["x"] + found["width"] - 8, found["y"])
    page.mouse.move(target["x"] + 10, target["y"] + 10, steps=5)
    expect(tab).to_have_class(re.compile("is-target"))
    page.mouse.up()
    page.wait_for_url(re.compile("days/day-1/"))
    assert times() == ("01 11:00", "01 12:00")


def test_somebody_faster_refuses_the_board_and_the_form_and_nothing_typed_is_lost(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    page, other = academy.person("amara"), academy.person("amara")
    row = session()
    page.goto(f"{DESK}sessions/{row.pk}/")
    look(page, "42-session-at-the-desk")
    other.goto(DAY)
    block(other).get_by_role("button", name="Move Plenary session A").focus()
    change_session(
        row, title="Somebody was faster", starts_at=datetime(2022, 2, 1, 10, 30, tzinfo=UTC), by=None
    )
    other.keyboard.press("Space")
    other.keyboard.press("ArrowDown")
    other.keyboard.press("Space")
    expect(voice(other)).to_contain_text("Somebody changed “Somebody was faster” after you opened this board")
    expect(other.locator(".board-news")).to_contain_text("This day was changed meanwhile.")
    other.get_by_role("button", name="Show the day as it is now").click()
    expect(block(other)).to_contain_text("Somebody was faster")
    page.locator("#id_title").fill("What moves councils")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Somebody changed this while you were writing")).to_be_visible()
    expect(page.locator(".meanwhile")).to_contain_text("Somebody was faster")
    expect(page.locator(".meanwhile")).to_contain_text("what the other person wrote: Start.")
    expect(page.locator("#id_title")).to_have_value("What moves councils")
    look(page, "43-somebody-was-faster")
    assert session().title == "Somebody was faster"
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#messages .alert-success")).to_be_visible()
    assert (session().title, times()) == ("What moves councils", ("01 10:30", "01 12:00"))
    page.goto(f"{DESK}sessions/{row.pk}/")
    expect(page.locator("dirty-guard [role=status]")).to_have_count(0)  # what was saved is not offered again
    expected = [text for text in academy.complaints if "status of 4" not in text]
    assert expected == []


def test_a_picture_with_a_place_in_it_comes_back_without(
    serve: Callable[..., Served], look: Looker, tmp_path: Path
) -> None:
    academy = serve("registration")
    page = academy.person("amara")
    taken = tmp_path / "room.jpg"
    taken.write_bytes(photo())
    assert WORDS in taken.read_bytes()
    page.goto(f"{DESK}sessions/{session().pk}/")
    page.get_by_text("Add a file or a link").click()
    page.get_by_label("File").set_input_files(taken)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#messages .alert-success")).to_be_visible()
    with page.expect_download() as begun:
        page.get_by_role("link", name="room.jpg").click()
    content = Path(begun.value.path()).read_bytes()
    assert begun.value.suggested_filename == "room.jpg"
    assert (WORDS in content, b"Exif" in content) == (False, False)
    with Image.open(io.BytesIO(content)) as image:
        assert (dict(image.getexif()), image.size) == ({}, (20, 40))
    Material.objects.get().file.delete(save=False)
    assert academy.complaints == []


def test_every_page_of_the_desk_is_clean_in_the_dark_and_narrow(serve: Callable[..., Served]) -> None:
    academy = serve("registration")
    crowd_the_first_day()
    page = academy.person("amara", color_scheme="dark")
    row = session("day-1-workshop-1")
    pages = (
        DESK,
        DAY,
        f"{DESK}edits/",
        f"{DESK}days/add/",
        f"{DESK}days/day-1/change/",
        f"{DESK}days/day-1/take-out/",
        f"{DESK}strands/add/",
        f"{DESK}strands/drivers/change/",
        f"{DESK}strands/drivers/take-out/",
        f"{DESK}sessions/add/?day=day-1",
        f"{DESK}sessions/{row.pk}/",
        f"{DESK}sessions/{row.pk}/people/?q=a",
        f"{DESK}sessions/{row.pk}/take-out/",
        f"{DESK}sessions/{row.pk}/link/remove/",
    )
    found: dict[str, list[str]] = {}
    for address in pages:
        page.goto(address)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        for width in (*WIDTHS, 320):
            page.set_viewport_size({"width": width, "height": 900})
            problems = findings_of_axe(page) + (["sticks out sideways"] if sticks_out(page) else [])
            if problems:
                found[f"{address} at {width}"] = problems
    assert found == {}
    assert academy.complaints == []


def crowd_the_first_day() -> None:
    """Sessions side by side, with warnings, parts, people, materials, and one without a time."""
    day = session().day
    slot: dict[str, Any] = {
        "starts_at": datetime(2022, 2, 1, 11, 15, tzinfo=UTC),
        "ends_at": datetime(2022, 2, 1, 11, 30, tzinfo=UTC),
    }
    for title in (
        "A long title of a talk about budgets, mayors and everything else that matters",
        "Side event",
    ):
        made = add_session(day, title=title, kind="discussion", by=None, **slot)
        cast_guest(made, "Noor Haddad", "speaker", by=None)
        for name in ("Part one", "Part two"):
            add_session(day, title=name, kind="group", parent=made, by=None)
    add_session(day, title="Without a time", kind="discussion", by=None)
    workshop = session("day-1-workshop-1")
    cast_guest(workshop, "Noor Haddad", "host", affiliation="City of Tyre", biography="A mayor.", by=None)
    add_link(workshop, title="Guide", url="https://example.org/guide", by=None)
    take_out(add_session(day, title="Given up", kind="plenary", by=None), by=None)


def test_the_desk_works_without_javascript(serve: Callable[..., Served]) -> None:
    academy = serve("registration")
    page = academy.person("amara", java_script_enabled=False, viewport={"width": 375, "height": 800})
    page.goto(DAY)
    expect(page.locator(".grip").first).to_be_hidden()
    block(page).get_by_text("Set the time").click()
    block(page).get_by_label("Start").fill("12:10")
    block(page).get_by_role("button", name=re.compile("^Move ?:")).click()
    expect(block(page)).to_contain_text("12:10–13:10")
    assert times() == ("01 11:10", "01 12:10")
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    expect(block(page)).to_contain_text("12:00–13:00")
    assert Edit.objects.count() == 2
