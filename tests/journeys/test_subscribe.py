"""A participant keeps the programme in a calendar: an address made, copied, replaced and stopped, keys only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from programme.models import CalendarKey
from tests.journeys.conftest import Served
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import Looker

pytestmark = pytest.mark.journey

SUBSCRIBE = "/2022/programme/subscribe/"


def copied(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("width", [1280, 375])
def test_a_secret_address_is_made_copied_replaced_and_stopped(
    serve: Callable[..., Served], look: Looker, width: int
) -> None:
    academy = serve("registration")
    page = academy.person(
        "dawit",
        viewport={"width": width, "height": 800},
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.goto("/2022/programme/")
    page.get_by_role("link", name="Subscribe").first.click()
    page.wait_for_url(f"**{SUBSCRIBE}*")
    keys = Keyboard(page)
    main = page.get_by_role("main")
    keys.to(main.get_by_role("button", name="Make my secret address"))
    keys.go()
    if width == 1280:
        look(page, "47-subscribe")
        page.set_viewport_size({"width": width, "height": 800})
    own = main.get_by_role("region", name="Only my sessions")
    first = own.locator("#own-address").inner_text()
    copies(page, keys, first)
    keys.to(own.get_by_role("button", name="Replace the address by a new one"))
    keys.go()
    second = own.locator("#own-address").inner_text()
    assert second != first
    assert [page.request.get(address).status for address in (first, second)] == [404, 200]
    keys.to(own.get_by_role("button", name="Stop the address from working"))
    keys.go()
    expect(own.get_by_role("button", name="Make my secret address")).to_be_visible()
    assert page.request.get(second).status == 404
    assert CalendarKey.objects.filter(revoked_at=None).count() == 0
    assert academy.complaints == []


def copies(page: Page, keys: Keyboard, address: str) -> None:
    button = page.get_by_role("region", name="Only my sessions").locator("copy-button button")
    keys.to(button)
    keys.press("Enter")
    expect(button).to_have_text("Copied")
    assert copied(page) == address
    expect(page.locator("copy-button [role=status]").first).to_have_text("Copied")


def test_where_nothing_can_be_copied_the_address_is_marked_to_be_copied_by_hand(
    serve: Callable[..., Served],
) -> None:
    academy = serve("registration")
    page = academy.visitor()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(SUBSCRIBE)
    page.locator("copy-button button").first.click()
    assert page.evaluate("String(getSelection())") == page.locator("#calendar-1").inner_text()
    assert academy.complaints == []


def test_without_a_script_no_button_is_dead(serve: Callable[..., Served]) -> None:
    page = serve("registration").visitor(java_script_enabled=False)
    page.goto(SUBSCRIBE)
    expect(page.locator("#calendar-1")).to_be_visible()
    expect(page.locator("copy-button button").first).to_be_hidden()
