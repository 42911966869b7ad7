"""The academy without a mouse: each person of the cast does their work with the keyboard only."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from academy.models import User
from outcome.adoption import freeze
from outcome.models import Clause, Document, Position
from outcome.revisions import publish_revision
from tests.factories import opened_adoption
from tests.journeys.conftest import PASSWORD, Served, beside
from tests.journeys.keyboard import FocusLost, Keyboard

pytestmark = pytest.mark.journey

Serve = Callable[..., Served]


def skip_to_the_content(page: Page) -> Keyboard:
    """The first stop of a page leads past its header."""
    keys = Keyboard(page)
    keys.tab()
    link = page.get_by_role("link", name="Skip to the content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    keys.press("Enter")
    expect(page.locator("main")).to_be_focused()
    return keys


def log_in(page: Page, key: str) -> None:
    page.goto("/accounts/login/")
    keys = skip_to_the_content(page)
    keys.write(page.get_by_label("Email"), f"{key}@example.org")
    keys.write(page.locator("input[name=password]"), PASSWORD)
    keys.go()
    page.wait_for_url("**/2022/")


def test_a_visitor_registers_and_finds_the_menus(serve: Serve) -> None:
    academy = serve("registration", now="2022-01-15T12:00+01:00")
    page = academy.visitor()
    page.goto("/2022/register/")
    registers(page)
    logged_in = academy.visitor()
    log_in(logged_in, "dawit")
    opens_a_menu(logged_in, "Your account:", "E-mail addresses")
    logged_in.set_viewport_size({"width": 375, "height": 720})
    opens_a_menu(logged_in, "Menu", "Programme")
    assert academy.complaints == []


def registers(page: Page) -> None:
    keys = skip_to_the_content(page)
    keys.write(page.get_by_label("Email"), "gulnara@example.org")
    keys.write(page.locator("#id_password1"), "seven-wells-of-water")
    keys.write(page.locator("#id_password2"), "seven-wells-of-water")
    keys.write(page.locator("#id_name"), "Gulnara Seitova")
    keys.choose(page.locator("#id_actor"), "Local")
    keys.choose(page.locator("#id_country"), "Kazakh")
    keys.to(page.get_by_label("Русский"))
    keys.press("Space")
    keys.to(page.locator("input[name=visibility]:checked"))
    keys.press("ArrowUp")
    keys.to(page.get_by_role("main").get_by_role("button", name="Register"))
    keys.press("Enter")  # the browser leads to what is missing
    expect(page.locator("#id_consent")).to_be_focused()
    keys.press("Space")
    keys.go()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()


def opens_a_menu(page: Page, name: str, first: str) -> None:
    """Enter opens the menu, Tab goes into it, Escape closes it and leads back to where it was opened."""
    page.goto("/2022/")
    keys = Keyboard(page)
    summary = page.locator("summary").filter(has_text=name).locator("visible=true")
    menu = page.locator("details.menu", has=summary)
    keys.to(summary)
    keys.press("Enter")
    expect(menu).to_have_attribute("open", "")
    keys.tab()
    expect(menu.get_by_role("link", name=first)).to_be_focused()
    keys.tab()
    keys.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_a_moderator_notes_findings_and_changes_one(serve: Serve) -> None:
    academy = serve("workshops", now="2022-02-03T13:40+01:00")
    page = academy.visitor(viewport={"width": 1024, "height": 560})
    log_in(page, "bruno")
    page.goto("/2022/workshops/3/group-1/")
    expect(page.locator("[data-line]")).to_have_text("live")
    keys = Keyboard(page)
    keys.tab()
    keys.tab()
    expect(page.get_by_role("link", name="Skip to the content")).not_to_be_focused()
    keys.to(page.get_by_role("link", name="Write a finding"))
    keys.press("Enter")
    text = page.locator("[data-entry] [name=text]")
    expect(text).to_be_focused()
    for words in ("Written without a mouse.", "And a second one."):
        page.keyboard.type(words)
        keys.press("Control+Enter")
        expect(text).to_be_focused()
        expect(card_of(page, words).locator(".save-state.is-saved")).to_be_visible()
    keys.press("Control+Enter")  # nothing is written: nothing is sent, and one stays where one was
    expect(text).to_be_focused()
    changes_a_finding(page, keys)
    assert academy.complaints == []


def changes_a_finding(page: Page, keys: Keyboard) -> None:
    card = card_of(page, "Written without a mouse.")
    summary = card.locator("details.tools > summary", has_text="Change")
    keys.to(summary, "Shift+Tab")
    keys.press("Enter")
    keys.tab()
    keys.press("Escape")
    expect(summary).to_be_focused()
    keys.press("Enter")
    keys.write(card.locator("textarea[name=text]"), "Said better, without a mouse.")
    keys.to(card.get_by_role("button", name="Reword"))
    keys.press("Enter")
    card = card_of(page, "Said better, without a mouse.")
    expect(card.locator("[data-text]")).to_be_visible()
    expect(card.locator("details.tools > summary", has_text="Change")).to_be_focused()
    keys.press("Enter")
    keys.to(card.get_by_role("button", name="The room agrees"))
    keys.press("Enter")
    expect(card).to_have_class(re.compile("is-agreed"))
    expect(card.locator("details.tools > summary", has_text="Change")).to_be_focused()


def card_of(page: Page, words: str) -> Locator:
    return page.locator("li.finding").filter(has=page.locator("[data-text]", has_text=words))


def test_an_organiser_drafts_and_a_delegate_takes_a_position(serve: Serve) -> None:
    academy = serve("drafting", now="2022-02-04T13:40+01:00")
    amara = academy.visitor()
    log_in(amara, "amara")
    drafts_a_clause(amara)
    beside(open_the_adoption)
    dawit = academy.visitor()
    log_in(dawit, "dawit")
    takes_a_position(dawit)
    assert academy.complaints == []


def drafts_a_clause(page: Page) -> None:
    page.goto("/2022/document/desk/#findings")
    keys = Keyboard(page)
    findings = page.locator(".desk-findings input[name=finding]")
    for number in (0, 1):
        keys.to(findings.nth(number))
        keys.press("Space")
    keys.to(page.get_by_role("button", name="Start a clause"), "Shift+Tab")
    keys.go()
    keys = skip_to_the_content(page)
    keys.write(page.get_by_label("Short title"), "Without a mouse")
    keys.write(page.locator("#id_text"), "to make sure that nobody needs a mouse;")
    keys.to(page.get_by_role("button", name="Add the clause"))
    keys.go()
    expect(page.get_by_role("status").first).to_contain_text("added")
    clause = Clause.objects.get(heading="Without a mouse")
    assert clause.sources.count() == 2
    keys.to(page.locator(f"#clause-{clause.pk}").get_by_role("button", name="Move up"))
    keys.go()
    expect(page.locator(f"#clause-{clause.pk}").get_by_role("status")).to_have_text("The clause was moved.")


def open_the_adoption() -> None:
    amara = User.objects.get(email="amara@example.org")
    document = Document.objects.get(edition__slug="2022")
    publish_revision(document, label="Last draft", audience="public", by=amara)
    freeze(document, by=amara)
    document.refresh_from_db()
    opened_adoption(document, method="consensus", quorum="half", by=amara)


def takes_a_position(page: Page) -> None:
    page.goto("/2022/document/adoption/")
    keys = skip_to_the_content(page)
    choices = page.locator("input[name=choice]")
    keys.to(page.get_by_role("button", name="Go on"))
    keys.press("Enter")  # nothing is chosen: the browser leads to the choices
    expect(choices.first).to_be_focused()
    keys.press("Space")
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    expect(choices.first).to_be_checked()
    keys.to(page.get_by_role("button", name="Go on"))
    keys.go()
    keys = skip_to_the_content(page)
    keys.to(page.get_by_role("button", name="Confirm my position"))
    keys.press("Enter")
    expect(page.locator("[data-said]")).to_contain_text("Recorded")
    page.goto("/2022/document/adoption/")
    expect(page.locator(".receipt")).to_contain_text("Recorded as your position number 1")
    assert Position.objects.count() == 1


def test_the_keyboard_notices_what_is_wrong(serve: Serve) -> None:
    """The control: focus without an outline, focus that falls to the page, and focus under something are found."""
    page = serve("programme").visitor()
    page.goto("/2022/")
    page.evaluate("document.querySelector('main').innerHTML = '<button>one</button><button>two</button>'")
    keys = Keyboard(page)
    one, two = page.get_by_role("button", name="one"), page.get_by_role("button", name="two")
    keys.to(one)
    one.evaluate("element => { element.style.outline = 'none'; element.style.boxShadow = 'none' }")
    with pytest.raises(FocusLost, match="looks the same"):
        keys.tab()
    keys.tab()
    two.evaluate("element => { element.onclick = () => element.remove() }")
    keys.to(two, "Shift+Tab")
    with pytest.raises(FocusLost, match="fell to the page"):
        keys.press("Enter")
    page.evaluate("document.querySelector('main').innerHTML = '<button>three</button><div>over it</div>'")
    page.locator("main > div").evaluate(
        "element => { element.style = 'position: fixed; inset: 0; background: #fff; z-index: 99' }"
    )
    with pytest.raises(FocusLost, match="where nobody can see it"):
        keys.to(page.get_by_role("button", name="three"))
