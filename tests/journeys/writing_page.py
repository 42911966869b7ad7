"""The writing page as two people have it open: coming to it, typing, being cut off, and what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from academy.models import Edition, User
from academy.roles import grant_role
from outcome.live.showing import show_written
from outcome.models import Clause, Document
from outcome.restructuring import open_for_writing
from tests.journeys.conftest import beside

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.journeys.conftest import Served

PAGE = "/2022/document/desk/write/"
DAY_4 = "2022-02-04T13:40+01:00"
STATE = "[data-state]"


def open_to_two(serve: Callable[..., Served]) -> Served:
    """The draft, opened for writing; Dawit is a second organiser."""
    served = serve("drafting", now=DAY_4)

    def open_it() -> None:
        dawit, edition = User.objects.get(email="dawit@example.org"), Edition.objects.get(slug="2022")
        grant_role(dawit, edition, "organiser", by=None)
        open_for_writing(Document.objects.get(), by=amara())

    beside(open_it)
    return served


def amara() -> User:
    return User.objects.get(email="amara@example.org")


def first() -> Clause:
    return Clause.objects.standing().filter(kind="encouragement").select_related("document", "section")[0]


def come(academy: Served, key: str, **options: object) -> Page:
    page = academy.person(key, **options)
    arrive(page)
    return page


def arrive(page: Page) -> None:
    """Until the line stands: what is kept on the device is shown before, and cannot be typed into yet."""
    page.goto(PAGE)
    expect(page.locator(STATE)).to_have_text("Saved", timeout=20_000)


def body(page: Page, clause: Clause) -> Locator:
    return page.locator(f"#clause-{clause.pk} .live-body .ProseMirror").first


def type_at_start(page: Page, clause: Clause, words: str) -> None:
    body(page, clause).click()
    page.keyboard.press("Control+Home")
    page.keyboard.type(words)


def stored(clause: Clause) -> str:
    show_written(clause.document)
    return Clause.objects.get(pk=clause.pk).text


def cut_off(page: Page) -> None:
    """The line is gone, as in a tunnel; what is written stays here for now."""
    page.context.set_offline(True)
    expect(page.locator(STATE)).to_contain_text("kept on this device")


def clause_with_focus(page: Page, *, other_than: str = "") -> str:
    """The identity of the clause in which the cursor is, once it is in another one than this."""
    focused = """(other) => {
      const clause = document.activeElement.closest(".live-body")?.closest(".live-clause");
      return clause && clause.dataset.clause !== other ? clause.dataset.clause : null;
    }"""
    return str(page.wait_for_function(focused, arg=other_than).json_value())


def tell_nothing_of_the_cursor(page: Page) -> None:
    """As in a busy browser, which tells some keys later where they moved the cursor; here it never does."""
    page.evaluate(
        "() => window.addEventListener('selectionchange', "
        "(event) => event.isTrusted && event.stopImmediatePropagation(), true)"
    )
