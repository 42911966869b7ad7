"""From a draft to one's own group: organisers draw, lock, move, rerun and publish; a participant reads why.

The same for the roundtables of day 4: a participant ranks the tables, an organiser rotates them, the participant sees
when to sit where.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from academy import clock
from academy.models import Edition, Participant
from programme.models import Session
from tests.factories import make_participant, make_user
from tests.journeys.conftest import Served, beside
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import Looker
from workshops.models import PlannedSeat, RoundtableSeat, Seat
from workshops.wishes import ask_for_wishes

pytestmark = pytest.mark.journey

NOW = "2022-01-25T13:40+01:00"
DESK = "/2022/workshops/desk/"
PHONE = {"width": 375, "height": 800}


def arrive_late() -> None:
    make_participant(make_user("late"), Edition.objects.get(slug="2022"), name="Late Arrival", country="KE")


def ask_for_tables() -> None:
    with clock.set_to(datetime(2022, 1, 25, 12, tzinfo=UTC)):
        slot = Session.objects.select_related("edition").get(slug="day-4-roundtables")
        ask_for_wishes(slot, closes_at=datetime(2022, 2, 3, 17, tzinfo=UTC), by=None)


def seat_of(who: str) -> tuple[str, str]:
    """The group of somebody in the draft of workshop 1, and why they stay there."""
    seat = PlannedSeat.objects.get(
        participant__user__email=f"{who}@example.org", slot__slug="day-1-workshop-1"
    )
    return seat.group.slug, seat.lock


def drawn(page: Page) -> None:
    """A draft of workshops 1 and 2, drawn."""
    page.goto(DESK)
    for time in page.locator("[name=slots]").all():
        time.uncheck()
    for words in ("Workshop 1", "Workshop 2"):
        page.get_by_label(words, exact=True).check()
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


def published(page: Page, look: Looker, name: str = "73-publish-groups") -> None:
    page.get_by_role("link", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish the groups")
    look(page, name)
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
    assert "Workshop 1" in academy.mails("dawit@example.org", "Workshop 1")[-1]
    assert academy.complaints == []


def test_a_participant_ranks_the_tables_on_a_phone_and_sees_when_to_sit_where(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration", now=NOW)
    beside(ask_for_tables)
    mine = academy.person("dawit", viewport=PHONE)
    mine.goto("/2022/my/")
    keys = Keyboard(mine)
    keys.to(mine.get_by_role("link", name="Choose: Roundtable sessions"))
    keys.go()
    mine.get_by_label("First choice").select_option(index=3)
    mine.get_by_label("Second choice").select_option(index=1)
    look(mine, "74-choices")
    mine.set_viewport_size({"width": 375, "height": 800})
    keys.to(mine.get_by_role("button", name="Keep my choices"))
    keys.go()
    expect(mine.locator("#messages")).to_contain_text("Your choices are kept")
    page = academy.person("amara")
    page.goto(f"{DESK}roundtables/day-4-roundtables/")
    expect(page.get_by_role("main")).to_contain_text(
        "2 rotations of up to 35 minutes, with 5 to change tables"
    )
    page.get_by_label("Rotations").fill("2")
    page.get_by_label("Minutes for each").fill("35")
    page.get_by_role("button", name="Keep this").click()
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("it cannot be less than", timeout=60_000)
    look(page, "75-rotations")
    mine.goto("/2022/my/")
    expect(mine.get_by_role("heading", name="My roundtables")).to_have_count(0)
    page.get_by_role("button", name="Publish the tables").click()
    expect(page.locator("#messages")).to_contain_text("mails are on their way")
    mine.reload()
    expect(mine.get_by_role("heading", name="My roundtables")).to_be_visible()
    row = Participant.objects.get(user__email="dawit@example.org")
    own = RoundtableSeat.objects.filter(participant=row, is_draft=False).values_list(
        "table__number", flat=True
    )
    assert sorted(own) == [1, 3]
    look(mine, "76-my-tables")
    assert academy.complaints == []
