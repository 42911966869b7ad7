"""Open amendments beside the clauses of the writing page: a conflict is seen where it is written, as it comes in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from outcome.amending.opening import set_rules
from outcome.models import Document
from tests.journeys.conftest import beside
from tests.journeys.looking import findings_of_axe, sticks_out
from tests.journeys.writing_page import STATE, amara, body, come, first, open_to_two

if TYPE_CHECKING:
    from collections.abc import Callable

    from outcome.models import Clause
    from tests.journeys.conftest import Served
    from tests.journeys.looking import Looker

pytestmark = pytest.mark.journey


def take_amendments() -> None:
    set_rules(
        Document.objects.get(),
        takes_amendments=True,
        amendments_from=None,
        takes_comments=False,
        comments_from=None,
        by=amara(),
    )


@pytest.fixture
def academy(serve: Callable[..., Served]) -> Served:
    served = open_to_two(serve)
    beside(take_amendments)
    return served


def propose(academy: Served, clause: Clause, old: str, new: str, *, key: str) -> None:
    """Somebody proposes to replace a word of the newest revision."""
    page = academy.person(key)
    page.goto(f"/2022/document/clauses/{clause.pk}/amend/")
    box = page.locator("[name=text]")
    assert old in box.input_value()
    box.fill(box.input_value().replace(old, new, 1))
    page.locator("[name=reason]").fill("Because.")
    page.locator("form:has([name=reason]) [type=submit]").click()
    expect(page).to_have_url(re.compile(r"/amendments/\d+/$"))


def test_what_is_proposed_comes_in_and_conflicts_are_seen_while_writing(
    academy: Served, look: Looker
) -> None:
    clause, page = first(), come(academy, "amara")
    word = clause.text.split()[1]
    notice = page.locator(f"#clause-{clause.pk} .live-notice")
    propose(academy, clause, word, "openly", key="dawit")
    expect(notice).to_have_text("1 open amendment: Encouragement 1")
    propose(academy, clause, word, "formally", key="esi")
    expect(notice).to_have_text("2 open amendments: Encouragement 1 · 1 conflicts with 2")
    assert page.locator(".live-notice").count() == 1
    # An edit of the same word, by hand; the clauses show it once it is quiet, and the page asks then.
    body(page, clause).locator("p").evaluate(
        """(node, word) => {
          const text = node.firstChild, range = document.createRange();
          range.setStart(text, text.data.indexOf(word));
          range.setEnd(text, text.data.indexOf(word) + word.length);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        word,
    )
    page.keyboard.type("quickly")
    expect(page.locator(STATE)).to_have_text("Saved")
    said = "2 open amendments: Encouragement 1 · 1 conflicts with 2 · 1, 2 conflict with later edits"
    expect(notice).to_have_text(said, timeout=30_000)
    looks_well(academy, look, said)
    notice.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Amendments")).to_be_visible()
    assert academy.complaints == []


def looks_well(academy: Served, look: Looker, said: str) -> None:
    """After loading again, for who reads along, in light and dark and on a small phone."""
    page = come(academy, "dawit")
    expect(page.locator(".live-notice")).to_have_text(said)
    look(page, "writing-with-amendments")
    page.emulate_media(color_scheme="dark")
    look(page, "writing-with-amendments-dark")
    page.set_viewport_size({"width": 320, "height": 700})
    assert findings_of_axe(page) == []
    assert not sticks_out(page)


def test_without_amendments_nothing_stands_beside_the_clauses(academy: Served) -> None:
    """The control: the lines above come from what is proposed."""
    page = come(academy, "amara")
    asked = page.context.request.get("/2022/document/desk/write/amendments/")
    assert asked.json() == {"clauses": {}}
    expect(page.locator(STATE)).to_have_text("Saved", timeout=20_000)
    assert page.locator(".live-notice").count() == 0
