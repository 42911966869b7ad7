"""A board of many findings: those between a list's first and its latest are one press away, and never in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from academy.models import User
from tests.journeys.conftest import Served, beside
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import findings_of_axe, sticks_out
from workshops.closing import close_group
from workshops.findings import merge_finding, note_finding
from workshops.models import Finding, Group

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.journey

DAY_3 = "2022-02-03T13:40+01:00"
BOARD = "/2022/workshops/3/group-1/"
AT_EACH_END, MANY = 24, 100


def bruno() -> User:
    return User.objects.get(email="bruno@example.org")


def room() -> Group:
    return Group.objects.select_related("workshop__edition", "session").get(
        workshop__number=3, slug="group-1"
    )


def note_many(count: int, begin: int = 0) -> None:
    """So many findings under the first guiding question of the board."""

    def act() -> None:
        group = room()
        part = group.workshop.parts.get(letter="A")
        for number in range(begin, begin + count):
            note_finding(
                group,
                key=uuid4(),
                part=part,
                question=part.questions.first(),
                kind="challenge",
                text=f"What was found, {number:03}",
                by=bruno(),
            )

    beside(act)


def shown(page: Page) -> list[str]:
    """The findings of the part that can be seen, in their order."""
    texts: list[str] = page.locator("#part-A li.finding:visible [data-text]").all_text_contents()
    return texts


def all_of_them() -> list[str]:
    """The findings that stand in the column, in their order: those of the demo, and the many."""

    texts: list[str] = []

    def ask() -> None:
        standing = Finding.objects.standing().filter(group=room(), part__letter="A").order_by("number")
        texts.extend(standing.values_list("text", flat=True))

    beside(ask)
    return texts


def both_ends(texts: list[str]) -> list[str]:
    return texts[:AT_EACH_END] + texts[-AT_EACH_END:]


@pytest.fixture
def board(serve) -> Callable[..., tuple[Served, Page]]:
    def come(**how) -> tuple[Served, Page]:
        academy: Served = serve("workshops", now=DAY_3)
        note_many(MANY)
        page = academy.person("bruno", **how)
        page.goto(BOARD)
        expect(page.locator("[data-line]")).to_have_text("live")
        return academy, page

    return come


@pytest.mark.parametrize("width", [1280, 375])
def test_what_is_between_the_first_and_the_latest_is_one_press_away(board, look, width):
    academy, page = board(viewport={"width": width, "height": 900})
    texts = all_of_them()
    between = page.get_by_role("link", name=f"Show the {len(texts) - 2 * AT_EACH_END} findings in between")
    assert shown(page) == both_ends(texts)
    between.scroll_into_view_if_needed()
    look(page, f"long-board-{width}")
    assert (findings_of_axe(page), sticks_out(page)) == ([], False)
    keyboard = Keyboard(page)
    between.focus()
    keyboard.press("Enter")
    assert shown(page) == texts
    expect(between).to_have_count(0)
    focused = "document.activeElement.closest('.finding').querySelector('[data-text]').textContent"
    assert page.evaluate(focused) == texts[AT_EACH_END]
    note_many(AT_EACH_END * 3, begin=MANY)
    expect(page.get_by_text(f"What was found, {MANY + AT_EACH_END * 3 - 1:03}", exact=True)).to_be_visible()
    assert shown(page) == all_of_them()
    assert academy.complaints == []


def test_who_stays_on_the_board_sees_the_first_and_the_latest(board):
    """What arrives is seen; what has been opened stays where it is."""
    academy, page = board()
    last = page.locator("li.finding:visible").filter(has_text=f"What was found, {MANY - 1:03}")
    last.locator("details.tools:not([data-own]) > summary").click()
    note_many(AT_EACH_END * 2, begin=MANY)
    newest = f"What was found, {MANY + AT_EACH_END * 2 - 1:03}"
    expect(page.locator("li.finding").filter(has_text=newest)).to_be_visible()
    expect(last).to_be_visible()
    folded = page.locator("li.finding[hidden]").count()
    expect(page.get_by_role("link", name=f"Show the {folded} findings in between")).to_have_count(1)
    texts = all_of_them()
    assert folded > len(texts) - 4 * AT_EACH_END
    assert shown(page) == [text for text in texts if text in set(shown(page))]
    assert academy.complaints == []


def test_a_folded_finding_is_found_by_its_address_by_searching_and_on_paper(board):
    _academy, page = board()
    middle = page.locator("li.finding").filter(has_text="What was found, 050")
    expect(middle).to_be_hidden()
    page.evaluate("(id) => { location.hash = id }", middle.get_attribute("id"))
    expect(middle).to_be_in_viewport()
    for act in ("window.dispatchEvent(new Event('beforeprint'))", None):
        page.reload()
        page.goto(BOARD)
        expect(page.locator("[data-line]")).to_have_text("live")
        expect(middle).to_be_hidden()
        if act:
            page.evaluate(act)
        else:
            page.keyboard.press("Control+f")
        expect(middle).to_be_visible()


def test_what_was_folded_counts_moves_and_is_merged_as_anything_else(board):
    _academy, page = board()
    texts = all_of_them()
    counted = page.locator("[data-tab][aria-current] [data-tab-count]").inner_text()

    def merge() -> None:
        one, other = (Finding.objects.get(text=f"What was found, {number:03}") for number in (40, 41))
        merge_finding(one, other, by=bruno())

    beside(merge)
    page.get_by_role("link", name=f"Show the {len(texts) - 2 * AT_EACH_END - 1} findings in between").click()
    expect(
        page.locator("li.finding").filter(has_text="What was found, 041").locator("[data-merged]")
    ).to_be_visible()
    expect(page.locator("[data-tab][aria-current] [data-tab-count]")).to_have_text(counted)


def test_without_a_script_a_link_shows_all_and_a_closed_board_shows_them_at_once(serve):
    academy: Served = serve("workshops", now=DAY_3)
    note_many(MANY)
    texts = all_of_them()
    plain = academy.person("bruno", java_script_enabled=False)
    plain.goto(BOARD)
    assert shown(plain) == both_ends(texts)
    middle = plain.locator("li.finding").filter(has_text="What was found, 050")
    plain.goto(f"{BOARD}#{middle.get_attribute('id')}")
    expect(middle).to_be_visible()
    plain.goto(BOARD)
    plain.get_by_role("link", name="findings in between").click()
    plain.wait_for_url("**/?all")
    assert shown(plain) == texts
    beside(lambda: close_group(room(), summary="What we found.", by=bruno()))
    page = academy.person("bruno")
    page.goto(BOARD)
    expect(page.get_by_text("What was found, 050")).to_be_visible()
    assert shown(page) == texts
