"""What follows an adoption, in the browser: endorsing, committing, reporting, deciding, withdrawing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from outcome.models import Endorsement
from tests.journeys.conftest import Served
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import findings_of_axe, sticks_out
from tests.journeys.test_style_sheets import MISSED

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.journeys.looking import Looker

    Serve = Callable[..., Served]

pytestmark = pytest.mark.journey

NOW = "2022-12-12T12:00+01:00"
LIST = "/2022/document/endorsements/"
DESK = "/2022/document/desk/endorsements/"


def is_fine(page: Page, look: Looker, name: str) -> None:
    """In light and in dark, at both widths: nothing that axe-core finds, nothing that sticks out."""
    look(page, name)
    page.emulate_media(color_scheme="dark")
    look(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")
    assert findings_of_axe(page) == []
    assert not sticks_out(page)


@pytest.mark.parametrize("width", [1280, 375])
def test_an_organisation_endorses_commits_itself_and_reports(serve: Serve, look: Looker, width: int) -> None:
    academy = serve("adopted", now=NOW)
    screen = {"width": width, "height": 800}
    dawit, visitor = academy.person("dawit", viewport=screen), academy.visitor(viewport=screen)
    visitor.goto("/2022/document/")
    visitor.get_by_role("main").get_by_role("link", name="Endorsements and commitments").last.click()
    expect(visitor.get_by_role("heading", name="Endorsements and commitments")).to_be_visible()
    is_fine(visitor, look, f"endorsements-{width}")
    endorses(dawit, look, width)
    commits(dawit, look, width)
    everybody_sees_it(visitor, look, width)
    withdraws(dawit, look, width)
    visitor.goto(LIST)
    over = visitor.get_by_role("region", name="Withdrawn")
    expect(over.get_by_role("link", name="Circle of City Lawyers")).to_be_visible()
    expect(visitor.get_by_text("Dawit")).to_have_count(0)
    # Chromium complains of the refusal of the website; of nothing else.
    assert [said for said in academy.complaints if "422" not in said] == []


def endorses(page: Page, look: Looker, width: int) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="Endorse for your organisation").click()
    expect(page.get_by_label("Your name*")).to_have_value("Dawit Bekele")
    is_fine(page, look, f"endorse-{width}")
    page.get_by_label("Local government or organisation").fill("Circle of City Lawyers")
    page.get_by_label("Website").fill("no website")
    page.get_by_label("Your function").fill("Speaker")
    page.get_by_label("I am authorised").check()
    page.get_by_role("button", name="Endorse").click()
    expect(page.get_by_text("Please write the address of a website")).to_be_visible()
    expect(page.get_by_label("Local government or organisation")).to_have_value("Circle of City Lawyers")
    is_fine(page, look, f"endorse-refused-{width}")
    page.get_by_label("Website").fill("https://www.example.org/")
    page.get_by_label("Show my name").check()
    page.get_by_role("button", name="Endorse").click()
    expect(page.get_by_text("The endorsement is public; you can add commitments now.")).to_be_visible()
    expect(page.get_by_text("confirmed by an e-mail address at example.org")).to_be_visible()


def commits(page: Page, look: Looker, width: int) -> None:
    page.get_by_role("link", name="Add a commitment").click()
    page.get_by_label("9 · Say it in plain words").check()
    page.get_by_label("What you commit to").fill("Say it in the words of the quarter.")
    page.get_by_label("Who is responsible").fill("Office of the circle")
    page.get_by_label("By when").fill("2023-12-31")
    page.get_by_label("What will show that it is done").fill("https://example.org/plain-words")
    page.get_by_label("Next review").fill("2023-06-30")
    is_fine(page, look, f"commitment-form-{width}")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("The commitment is added.")).to_be_visible()
    page.get_by_role("link", name="Report on it").click()
    page.get_by_label("under way").check()
    page.get_by_label("What was done").fill("Two leaflets are written.")
    is_fine(page, look, f"progress-form-{width}")
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_text("Two leaflets are written.")).to_be_visible()
    is_fine(page, look, f"endorsement-{width}")


def everybody_sees_it(page: Page, look: Looker, width: int) -> None:
    page.goto("/2022/document/")
    line = page.get_by_role("link", name="commitments to encouragement 9")
    expect(line).to_contain_text("2 commitments")
    line.scroll_into_view_if_needed()
    is_fine(page, look, f"document-followed-{width}")
    line.click()
    expect(page).to_have_url(re.compile(r"\?clause=e9#list$"))
    expect(page.get_by_role("link", name="Say it in the words of the quarter.")).to_be_visible()
    expect(page.get_by_text("Signed by Dawit Bekele, Speaker")).to_be_visible()
    expect(page.get_by_role("link", name="Town of Björkvik")).to_have_count(0)
    is_fine(page, look, f"endorsements-of-clause-{width}")
    page.get_by_label("Encouragement", exact=True).select_option("")
    page.get_by_label("Kind", exact=True).select_option(label="local government")
    page.get_by_role("main").get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("link", name="Town of Björkvik")).to_be_visible()
    expect(page.get_by_role("link", name="Circle of City Lawyers")).to_have_count(0)
    page.get_by_role("link", name="Show all").click()
    misses_nothing(page)
    page.get_by_role("link", name="Circle of City Lawyers").click()
    expect(page.get_by_role("heading", name="Circle of City Lawyers")).to_be_visible()
    misses_nothing(page)


def misses_nothing(page: Page) -> None:
    """The short style sheet of the reading pages has every rule that this page could need."""
    page.wait_for_load_state("networkidle")
    assert page.evaluate(MISSED, "app.css") == []


def withdraws(page: Page, look: Looker, width: int) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="Yours: Circle of City Lawyers").click()
    page.get_by_role("link", name="Withdraw the endorsement").click()
    is_fine(page, look, f"withdraw-{width}")
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("The endorsement is withdrawn.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 375])
def test_an_organiser_decides_at_the_desk(serve: Serve, look: Looker, width: int) -> None:
    academy = serve("adopted", now=NOW)
    amara = academy.person("amara", viewport={"width": width, "height": 800})
    amara.goto(LIST)
    amara.get_by_role("link", name="The desk for endorsements").click()
    is_fine(amara, look, f"endorsement-desk-{width}")
    amara.get_by_role("link", name="Municipality of Vila do Farol").click()
    amara.get_by_label("Decline").check()
    amara.get_by_role("button", name="Decide").click()
    expect(amara.get_by_text("Please write why: who asked reads it.").first).to_be_visible()
    is_fine(amara, look, f"endorsement-decision-{width}")
    amara.get_by_label("Confirm: this person may speak for it").check()
    amara.get_by_role("button", name="Decide").click()
    expect(amara.get_by_text("The endorsement is confirmed.")).to_be_visible()
    visitor = academy.visitor()
    visitor.goto(LIST)
    expect(visitor.get_by_role("link", name="Municipality of Vila do Farol")).to_be_visible()
    expect(visitor.get_by_text("Signed by Miguel Arantes, Mayor")).to_be_visible()
    is_handed_over(amara, academy.person("dawit", viewport={"width": width, "height": 800}), look, width)


def is_handed_over(organiser: Page, successor: Page, look: Looker, width: int) -> None:
    """The mayor leaves: an organiser offers it to another address, whose owner accepts on a page."""
    organiser.goto(LIST)
    organiser.get_by_role("link", name="Municipality of Vila do Farol").click()
    organiser.get_by_role("link", name="Hand it over, or take it off the list").click()
    organiser.get_by_label("E-mail address of who acts for it from now on").fill("dawit@example.org")
    organiser.get_by_role("button", name="Offer it").click()
    expect(organiser.get_by_text("It was not accepted yet.")).to_be_visible()
    is_fine(organiser, look, f"endorsement-offered-{width}")
    address = organiser.url.replace("/desk/endorsements/", "/endorsements/")
    successor.goto(f"{address}take-over/")
    is_fine(successor, look, f"take-over-{width}")
    successor.get_by_label("Your name").fill("Dawit Bekele")
    successor.get_by_label("Your function").fill("Head of the mayor’s office")
    successor.get_by_label("I am authorised to act for this organisation").check()
    successor.get_by_role("button", name="Act for it").click()
    expect(successor.get_by_text("You act for the organisation now.")).to_be_visible()
    expect(successor.get_by_role("link", name="Add a commitment")).to_be_visible()


def test_a_protected_person_endorses_with_the_keyboard_and_is_named_nowhere(
    serve: Serve, look: Looker
) -> None:
    academy = serve("adopted", now=NOW)
    page = academy.person("esi")
    page.goto("/2022/document/endorsements/endorse/")
    expect(page.get_by_text("people who know it may conclude who signed.", exact=False)).to_be_visible()
    is_fine(page, look, "endorse-protected")
    keys = Keyboard(page)
    keys.write(page.get_by_label("Local government or organisation"), "Assembly of the Coast")
    keys.to(page.get_by_label("local government", exact=True))
    page.keyboard.press("Space")
    keys.choose(page.get_by_label("Country"), "Ghana")
    keys.write(page.get_by_label("Website"), "example.org")
    keys.write(page.get_by_label("Your name"), "E. M.")
    keys.write(page.get_by_label("Your function"), "Clerk")
    for words in ("I am authorised", "I know that the organisation"):
        keys.to(page.get_by_label(words))
        page.keyboard.press("Space")
    keys.to(page.get_by_role("button", name="Endorse"))
    keys.go()
    expect(page.get_by_role("heading", name="Assembly of the Coast")).to_be_visible()
    expect(page.get_by_text("You asked to be protected, so it is never shown.")).to_be_visible()
    keys.to(page.get_by_role("link", name="Add a commitment"))
    keys.go()
    expect(page.get_by_role("heading", name="Add a commitment")).to_be_visible()
    visitor = academy.visitor()
    visitor.goto(LIST)
    expect(visitor.get_by_role("link", name="Assembly of the Coast")).to_be_visible()
    expect(visitor.get_by_text("Clerk")).to_have_count(0)
    assert Endorsement.objects.get(organisation="Assembly of the Coast").signer == "E. M."
