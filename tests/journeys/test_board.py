"""A whole session in two groups: clock, live findings, merging by keyboard, blind dots, reading back, closing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from academy.models import User
from tests.journeys.conftest import Served, beside
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import findings_of_axe
from workshops.models import Group, Support
from workshops.seating import pin

if TYPE_CHECKING:
    from playwright.sync_api import WebSocketRoute

pytestmark = pytest.mark.journey

DAY_3 = "2022-02-03T13:40+01:00"
BOARD = "/2022/workshops/3/group-1/"
OTHER = "/2022/workshops/3/group-2/"
WIDTHS = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 375, "height": 800}}


def seat(key: str, slug: str) -> None:
    def act() -> None:
        group = Group.objects.select_related("workshop__edition", "session").get(
            workshop__number=3, slug=slug
        )
        pin(User.objects.get(email=f"{key}@example.org").participations.get(), group, reason="Test", by=None)

    beside(act)


def card_of(page: Page, text: str):
    return page.locator("li.finding").filter(has_text=text)


def note(page: Page, text: str) -> None:
    page.locator("[data-entry] [name=text]").fill(text)
    page.locator("[data-entry]").get_by_role("button", name="Add", exact=True).click()
    expect(card_of(page, text).locator(".save-state.is-saved")).to_be_visible()


def merge_by_keyboard(page: Page, text: str, into: str) -> None:
    """Nothing but keys: to the finding, open what can be done with it, and name the number it is merged into."""
    keyboard = Keyboard(page)
    card = card_of(page, text)
    number = card_of(page, into).get_attribute("data-number")
    card.locator("details.tools:not([data-own]) > summary").focus()
    keyboard.press("Enter")
    keyboard.write(card.locator("[name=into]"), str(number))
    page.keyboard.press("Enter")
    expect(card_of(page, into).locator("[data-merged]")).to_be_visible()
    # The card with the focus is gone: it goes on with the one that stands for it.
    expect(card_of(page, into).locator("details.tools:not([data-own]) > summary")).to_be_focused()


@pytest.mark.parametrize("width", list(WIDTHS))
def test_a_whole_session(serve, look, width):
    academy: Served = serve("workshops", now=DAY_3)
    seat("dawit", "group-1")
    seat("esi", "group-2")
    bruno, dawit, esi = (academy.person(key, viewport=WIDTHS[width]) for key in ("bruno", "dawit", "esi"))
    for page in (bruno, dawit):
        page.goto(BOARD)
        expect(page.locator("[data-line]")).to_have_text("live")
    esi.goto(OTHER)
    assert esi.goto(BOARD).status == 403
    esi.goto(OTHER)
    run_the_clock(bruno, dawit)
    note(bruno, "Plain words help the administration.")
    note(bruno, "Plain words help the town hall.")
    expect(card_of(dawit, "help the town hall")).to_be_visible()
    expect(dawit.locator("[data-announce]")).to_contain_text("New finding: Plain words help the town hall.")
    expect(card_of(esi, "Plain words")).to_have_count(0)
    merge_by_keyboard(bruno, "help the town hall", "help the administration")
    expect(card_of(dawit, "help the administration").locator("[data-merged]")).to_be_visible()
    without_a_connection(bruno)
    participants_write(bruno, dawit)
    dots_are_blind(bruno, dawit)
    bruno.locator("[data-entry] [name=text]").fill("a word without end".replace(" ", "") * 25)
    look(bruno, f"board-{width}-open")
    bruno.locator("[data-entry] [name=text]").fill("")
    nothing_peeks_out(bruno, width)
    read_back(bruno, dawit, look, width)
    close(bruno, dawit, look, width)
    # What the other board answered to somebody who may not read it yet, and what was asked without a connection.
    expected = ("403", "ERR_INTERNET_DISCONNECTED")
    assert [said for said in academy.complaints if not any(word in said for word in expected)] == []


def nothing_peeks_out(bruno: Page, width: str) -> None:
    """Where the bar stays in sight, what is scrolled away under it does not come out again above it."""
    bruno.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    bar = bruno.locator(".board-bar").bounding_box()
    assert bar is not None
    if width == "narrow":
        assert bar["y"] < 0
        return
    middle = [bar["x"] + bar["width"] / 2, bar["y"] / 2]
    over = bruno.evaluate("([x, y]) => document.elementFromPoint(x, y).className", middle)
    assert (bar["y"] > 0, over) == (True, "board-bar")


def run_the_clock(bruno: Page, dawit: Page) -> None:
    """Stopped, the clock stands for everybody; it goes on with five minutes more."""
    bruno.get_by_text("Clock, writing and dots").click()
    bruno.get_by_role("button", name="Stop the clock").click()
    expect(dawit.locator("[data-clock-stands]")).to_be_visible()
    bruno.get_by_role("button", name="5 minutes more").click()
    bruno.get_by_role("button", name="Let the clock go on").click()
    expect(dawit.locator("[data-clock-stands]")).to_be_hidden()
    expect(dawit.locator("live-clock")).to_contain_text(":")


def without_a_connection(bruno: Page) -> None:
    """A finding cannot be opened now; the board stays, with what waits on it."""
    bruno.context.set_offline(True)
    card_of(bruno, "help the administration").locator("[data-no]").click()
    dialog = bruno.locator("dialog[data-more]")
    expect(dialog).to_contain_text("There is no connection.")
    dialog.get_by_role("button", name="Close").click()
    bruno.context.set_offline(False)
    card_of(bruno, "help the administration").locator("[data-no]").click()
    expect(dialog.get_by_role("heading", name="What happened to it")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()


def participants_write(bruno: Page, dawit: Page) -> None:
    """The moderator lets participants write, and takes it back; both hold at once on the open page."""
    expect(dawit.locator("[data-entry]")).to_be_hidden()
    bruno.get_by_role("button", name="Let participants write", exact=True).click()
    expect(dawit.locator("[data-entry]")).to_be_visible()
    note(dawit, "We counted it ourselves.")
    own = card_of(dawit, "We counted it ourselves.").locator("[data-own]")
    expect(own).to_be_visible()
    expect(card_of(bruno, "We counted it ourselves.").locator("[data-own]")).to_be_hidden()
    own.locator("summary").click()
    own.get_by_role("button", name="Let my name stand here").click()
    expect(card_of(bruno, "We counted it ourselves.").locator("[data-name]")).not_to_be_empty()
    own.locator("summary").click()
    own.get_by_role("button", name="Take my name back").click()
    expect(card_of(bruno, "We counted it ourselves.").locator("[data-name]")).to_be_empty()
    bruno.get_by_role("button", name="Let participants write no more").click()
    expect(dawit.locator("[data-entry]")).to_be_hidden()


def dots_are_blind(bruno: Page, dawit: Page) -> None:
    """Dots are one's own until the room moves on; then everybody sees how many."""
    mine, theirs = card_of(dawit, "help the administration"), card_of(bruno, "help the administration")
    for dots in (1, 2):
        mine.get_by_role("button", name="one dot more").click()
        expect(mine.locator("[data-own-dots]")).to_have_text(f"your dots: {dots}")
    expect(dawit.locator("[data-part]:not([hidden]) [data-left]")).to_contain_text("1 of your 3 dots left")
    assert Support.objects.filter(dots=2).count() == 1
    expect(theirs.locator("[data-dots]")).to_be_empty()
    expect(theirs.locator("[data-own-dots]")).to_have_text("your dots: none")
    bruno.get_by_role("button", name="Go to Part B").click()
    for page in (bruno, dawit):
        page.get_by_role("link", name="Part A").click()
        expect(card_of(page, "help the administration").locator("[data-dots]")).to_contain_text("2 dots")
    expect(mine.locator("form.own-dots")).to_be_hidden()


def read_back(bruno: Page, dawit: Page, look, width: str) -> None:
    """The draft stands on everybody's screen; a correction is asked for and made, and asked about anew."""
    bruno.get_by_role("link", name="Read back").click()
    bruno.get_by_label("Draft of the summary").fill("Plain words help. Somebody counts.")
    bruno.get_by_role("button", name="Read it back").click()
    expect(dawit.locator(".read-back")).to_be_visible()
    second = dawit.locator("[data-sentence]").nth(1)
    second.get_by_text("Ask for a correction").click()
    second.locator("[name=correction]").fill("Who counts?")
    second.get_by_role("button", name="Ask", exact=True).click()
    expect(bruno.locator(".read-back-ask")).to_contain_text("Who counts?")
    look(dawit, f"board-{width}-read-back")
    correcting = bruno.locator("[data-sentence]").nth(1)
    correcting.locator("textarea").fill("Residents count.")
    correcting.get_by_role("button", name="Correct", exact=True).click()
    expect(dawit.locator("[data-sentence]").nth(1)).to_contain_text("Residents count.")
    first = dawit.locator("[data-sentence]").first
    first.get_by_role("button", name="Confirm").press("Enter")
    expect(first).to_contain_text("you confirmed this")
    expect(first.get_by_text("Ask for a correction")).to_be_focused()
    dawit.get_by_role("button", name="that is left").click()
    expect(bruno.locator("[data-reading-sum]")).to_contain_text("1 of")


def close(bruno: Page, dawit: Page, look, width: str) -> None:
    """The board is closed with what was read back, and becomes a page to be read."""
    bruno.get_by_role("link", name="Close with the summary").click()
    expect(bruno.get_by_label("Summary of the core results")).to_have_value(
        "Plain words help.\nResidents count."
    )
    look(bruno, f"board-{width}-close")
    answering = dawit.locator("[data-sentence]").first
    answering.get_by_text("Ask for a correction").click()
    answering.locator("[name=correction]").fill("Which words are plain?")
    bruno.get_by_role("button", name="Close the board").click()
    expect(bruno.locator(".board-summary")).to_contain_text("Residents count.")
    # In the middle of words the page does not go away under them.
    again = dawit.locator("[data-notices]").get_by_role("button", name="Load the page again")
    expect(again).to_be_visible()
    expect(answering.locator("[name=correction]")).to_have_value("Which words are plain?")
    again.click()
    expect(dawit.locator(".board-summary")).to_contain_text("Residents count.")
    assert findings_of_axe(dawit) == []
    look(dawit, f"board-{width}-closed")


def test_a_quiet_sign_says_that_five_minutes_are_left(serve):
    """It is seen, and said politely to screen readers once; nothing sounds, and nothing takes the focus."""
    bruno = serve("workshops", now=DAY_3).person("bruno")
    bruno.clock.install()
    bruno.goto(BOARD)
    sign, voice = bruno.locator(".clock-sign"), bruno.locator(".clock-sign + [aria-live=polite]")
    expect(voice).to_have_count(1)  # the clock has begun, and is not what the server wrote
    expect(sign).to_be_hidden()
    before = bruno.evaluate("document.activeElement.tagName")
    bruno.clock.fast_forward("16:00")
    expect(sign).to_be_visible()
    expect(sign).to_have_text("Five minutes left")
    expect(voice).to_have_text("Five minutes left")
    assert bruno.evaluate("document.activeElement.tagName") == before
    assert bruno.locator("audio, video").count() == 0


def test_a_line_on_which_nobody_ever_answers_is_opened_again(serve):
    """A network that swallows packets says nothing at all, and a browser waits for minutes."""
    bruno, opened = serve("workshops", now=DAY_3).person("bruno"), []

    def swallow_the_first(ours: WebSocketRoute) -> None:
        opened.append(ours.url)
        if len(opened) > 1:
            ours.connect_to_server()

    bruno.route_web_socket("**/ws/**", swallow_the_first)
    bruno.clock.install()
    bruno.goto(BOARD)
    line = bruno.locator("[data-line]")
    while not opened:
        bruno.wait_for_timeout(50)
    bruno.clock.run_for(27_000)
    expect(line).not_to_have_class(re.compile("is-live"))
    assert len(opened) == 1
    bruno.clock.run_for(4_000)
    expect(line).to_have_class(re.compile("is-live"))
    assert len(opened) == 2
