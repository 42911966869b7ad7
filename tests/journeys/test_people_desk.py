"""An organiser's way through the people desk, by keyboard: many approved at once, a view kept, a file downloaded."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from academy.models import Edition, Participant, SavedView
from tests.factories import make_participant, make_user
from tests.journeys.conftest import Served, beside
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import Looker

pytestmark = pytest.mark.journey

LIST = "/2022/people/"
PHONE = {"width": 375, "height": 800}


def apply_for_a_place(*keys: str) -> None:
    edition = Edition.objects.get(slug="2022")
    for key in keys:
        make_participant(make_user(key), edition, state="applied", country="KE")


def states() -> dict[str, str]:
    rows = Participant.objects.filter(
        user__email__in=[f"{key}@example.org" for key in ("ola", "pia", "qin", "rui")]
    )
    return dict(rows.values_list("name", "state"))


def opened(academy: Served, **options: object) -> Page:
    """The list of those who applied, as the organiser sees it."""
    page = academy.person("amara", **options)
    page.goto(f"{LIST}?state=applied")
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    return page


def tick(keys: Keyboard, page: Page, name: str) -> None:
    box = page.get_by_role("checkbox", name=f"Choose {name}")
    keys.to(box)
    keys.press("Space")
    expect(box).to_be_checked()


def test_many_are_approved_at_once_by_keyboard(serve: Callable[..., Served], look: Looker) -> None:
    academy = serve("registration")
    beside(partial(apply_for_a_place, "ola", "pia", "qin", "rui"))
    page = opened(academy)
    look(page, "60-people")
    page.goto(f"{LIST}?state=applied")
    keys = Keyboard(page)
    tick(keys, page, "Ola")
    tick(keys, page, "Pia")
    keys.to(page.get_by_role("button", name="Confirm", exact=True))
    keys.go()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirm 2 registrations?")
    expect(page.get_by_role("main")).to_contain_text("2 people get a place")
    assert states() == dict.fromkeys(("Ola", "Pia", "Qin", "Rui"), "applied")
    look(page, "61-people-confirm")
    keys.to(page.get_by_role("button", name="Confirm them"))
    keys.go()
    expect(page.locator("#messages")).to_contain_text("2 registrations were decided: 2 confirmed.")
    assert page.url.endswith(f"{LIST}?state=applied")
    decline_on_a_phone(academy, look)
    assert states() == {"Ola": "confirmed", "Pia": "confirmed", "Qin": "declined", "Rui": "applied"}
    assert academy.complaints == []


def decline_on_a_phone(academy: Served, look: Looker) -> None:
    page = opened(academy, viewport=PHONE)
    keys = Keyboard(page)
    tick(keys, page, "Qin")
    keys.to(page.get_by_role("button", name="Decline", exact=True))
    keys.go()
    keys.write(page.get_by_label("Reason"), "All places of your city are taken.")
    keys.to(page.get_by_role("button", name="Decline them"))
    keys.go()
    expect(page.locator("#messages")).to_contain_text("1 registration was decided: 1 declined.")
    person = Participant.objects.get(name="Qin")
    assert person.reason == "All places of your city are taken."
    page.goto(f"{LIST}{person.pk}/")
    expect(page.locator(".trail")).to_contain_text("Declined")
    look(page, "62-person")


def test_a_view_is_kept_and_a_file_taken_away_by_keyboard(
    serve: Callable[..., Served], look: Looker, tmp_path: Path
) -> None:
    academy = serve("registration")
    beside(partial(apply_for_a_place, "ola", "pia"))
    page = opened(academy)
    keys = Keyboard(page)
    open_panel(keys, page, "Filters")
    keys.to(page.get_by_label("Sub-Saharan Africa"))
    keys.press("Space")
    look(page, "63-people-filters")
    keys.to(page.get_by_role("button", name="Show these people"))
    keys.go()
    assert page.url.endswith("?state=applied&region=202")
    open_panel(keys, page, "Columns and order")
    keys.to(page.get_by_role("checkbox", name="E-mail address"))
    keys.press("Space")
    keys.to(page.get_by_role("button", name="Show the list like this"))
    keys.go()
    open_panel(keys, page, "Views")
    keys.write(page.locator("#id_name"), "To decide, Africa")
    keys.to(page.get_by_role("button", name="Keep this view"))
    keys.go()
    expect(page.locator("#messages")).to_contain_text("Kept as “To decide, Africa”.")
    assert "email" in SavedView.objects.get().query
    take_the_file(keys, page, look, tmp_path)
    page.goto(f"{LIST}views/")
    look(page, "65-people-views")
    page.get_by_role("link", name="To decide, Africa", exact=True).click()
    expect(page.get_by_role("columnheader", name="E-mail address")).to_be_visible()
    assert academy.complaints == []


def open_panel(keys: Keyboard, page: Page, name: str) -> None:
    keys.to(page.locator(".desk-panel > summary").filter(has_text=name))
    keys.press("Enter")


def take_the_file(keys: Keyboard, page: Page, look: Looker, folder: Path) -> None:
    """Nobody is ticked, so that the file has all who match."""
    keys.to(page.get_by_role("button", name="Take away as a file"))
    keys.go()
    look(page, "64-people-file")
    keys.to(page.get_by_role("button", name="Download the file"))
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    assert re.fullmatch(r"people-2022-\d{4}-\d\d-\d\d\.xlsx", path.name)
    sheet = load_workbook(io.BytesIO(path.read_bytes())).active
    assert sheet is not None
    names = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert names == ["Name", "Ola", "Pia"]


def test_counts_stay_true_while_somebody_looks_and_numbers_are_drawn_without_a_script(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    page = opened(academy)
    expect(page.locator("live-counts")).to_have_attribute("every", "10")
    count = page.locator("[data-count=all]")
    before = int(count.inner_text())
    page.clock.install()
    page.reload()
    beside(partial(apply_for_a_place, "ola"))
    page.clock.run_for(11_000)
    expect(count).to_have_text(str(before + 1))
    expect(page.locator("live-counts [aria-live=polite]")).to_contain_text(f"{before + 1} registrations")
    page.goto(f"{LIST}numbers/")
    look(page, "66-people-numbers")
    for name, address in (
        ("67-attendance", "/2022/programme/attendance/"),
        ("68-gaps", "/2022/workshops/without-a-group/"),
    ):
        page.goto(address)
        look(page, name)
    plain = academy.person("amara", java_script_enabled=True)
    state = plain.context.storage_state()
    bare = academy.visitor(java_script_enabled=False, storage_state=state)
    bare.goto(f"{LIST}numbers/")
    assert bare.locator("svg.bar").count() > 10
    bare.goto(f"{LIST}?state=applied")
    bare.get_by_role("checkbox", name="Choose Ola").check()
    bare.get_by_role("button", name="Confirm", exact=True).click()
    bare.get_by_role("button", name="Confirm them").click()
    expect(bare.locator("#messages")).to_contain_text("1 registration was decided")
    assert academy.complaints == []


def listed(name: str) -> None:
    edition = Edition.objects.get(slug="2022")
    make_participant(make_user("nadia"), edition, name=name, visibility="listed", country="KE")


def test_less_is_shown_of_somebody_by_keyboard(serve: Callable[..., Served], look: Looker) -> None:
    academy = serve("registration")
    beside(partial(listed, "Nadia Leaked"))
    page = academy.person("amara")
    page.goto(f"{LIST}?q=Nadia")
    page.get_by_role("link", name="Nadia Leaked").click()
    keys = Keyboard(page)
    keys.to(page.get_by_role("link", name="Show less"))
    keys.go()
    expect(page.get_by_role("heading", level=1)).to_have_text("Show less of Nadia Leaked?")
    look(page, "63-show-less")
    keys.to(page.get_by_role("button", name="Show less"))
    keys.go()
    expect(page.locator("#messages")).to_contain_text("From now on others see “Participant ")
    expect(page.get_by_text("protected: Participant")).to_be_visible()
    expect(page.get_by_role("link", name="Another pseudonym")).to_be_visible()
    assert academy.complaints == []
