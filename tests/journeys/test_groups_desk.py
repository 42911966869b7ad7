"""From a draft to one's own group: organisers draw, lock, move, rerun and publish; a participant reads why."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from academy.models import Edition
from tests.factories import make_participant, make_user
from tests.journeys.conftest import Served, beside
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import Looker
from workshops.models import PlannedSeat, Seat

pytestmark = pytest.mark.journey

NOW = "2022-01-25T13:40+01:00"
DESK = "/2022/workshops/desk/"
PHONE = {"width": 375, "height": 800}


def arrive_late() -> None:
    make_participant(make_user("late"), Edition.objects.get(slug="2022"), name="Late Arrival", country="KE")


def seat_of(who: str) -> tuple[str, str]:
    """The group of somebody in the draft of workshop 1, and why they stay there."""
    seat = PlannedSeat.objects.get(
        participant__user__email=f"{who}@example.org", slot__slug="day-1-workshop-1"
    )
    return seat.group.slug, seat.lock


def drawn(page: Page) -> None:
    """A draft of workshops 1 and 2, drawn."""
    page.goto(DESK)
    for words in ("Workshop 3", "Workshops 10, 11, 12"):
        page.get_by_label(words).uncheck()
    page.get_by_role("button", name="Begin a draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draft of the groups")
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("table", name="How good the draft is")).to_be_visible(timeout=60_000)


def locked(page: Page, keys: Keyboard) -> None:
    """Dawit is locked where he sits, by keyboard."""
    first = page.get_by_role("button", name="Lock Dawit Bekele").first
    keys.to(first)
    keys.go()
    expect(page.get_by_role("button", name="Unlock Dawit Bekele").first).to_be_visible()


def moved(page: Page, keys: Keyboard, look: Looker) -> None:
    """He goes to the other group; what that changes is read before it is saved."""
    before = seat_of("dawit")
    keys.to(page.get_by_role("link", name="Move Dawit Bekele").first)
    keys.go()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move Dawit Bekele")
    page.get_by_label("To", exact=False).first.select_option(index=1)
    keys.to(page.get_by_role("button", name="Show what that changes"))
    keys.go()
    expect(page.get_by_role("heading", name="What that changes")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("people, then")
    assert seat_of("dawit") == before
    look(page, "72-move")
    keys.to(page.get_by_role("button", name="Move", exact=True))
    keys.go()
    expect(page.locator("#messages")).to_contain_text("Dawit Bekele was moved.")
    assert seat_of("dawit")[0] != before[0]


def placed_late(page: Page) -> None:
    """Who was confirmed after the draw gets a seat, and nobody else is moved."""
    beside(arrive_late)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("2 seats are missing.")
    page.get_by_role("button", name="Place them").click()
    expect(page.get_by_role("main")).to_contain_text("0 seats that were taken were changed.", timeout=60_000)
    expect(page.get_by_role("main")).not_to_contain_text("seats are missing")


def published(page: Page, look: Looker) -> None:
    page.get_by_role("link", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish the groups")
    look(page, "73-publish-groups")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#messages")).to_contain_text(re.compile(r"Published: 138 seats. 69 mails"))


def test_a_draft_is_drawn_locked_moved_rerun_and_published_and_a_participant_reads_why(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration", now=NOW)
    page = academy.person("amara")
    page.set_default_timeout(60_000)
    drawn(page)
    look(page, "71-draft")
    keys = Keyboard(page)
    locked(page, keys)
    moved(page, keys, look)
    placed_late(page)
    mine = academy.person("dawit", viewport=PHONE)
    mine.goto("/2022/my/")
    expect(mine.get_by_role("main")).to_contain_text("Your groups will be here")
    assert not Seat.objects.exists()
    published(page, look)
    look(page, "70-groups-desk")
    mine.reload()
    expect(mine.get_by_role("main")).to_contain_text("Why this group: placed by the organisers")
    assert not any(name in mine.content() for name in ("Late Arrival", "Esi", "Kingfisher"))
    assert "Workshop 1" in academy.mails("dawit@example.org")[-1]
    assert academy.complaints == []
