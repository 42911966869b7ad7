"""From a comment to the next revision: commenting on a passage, amending by phone, a round with a conflict, merging."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from academy import clock
from academy.models import Edition, Participant, User
from outcome.amending.opening import set_rules
from outcome.models import Document
from programme.casting import cast
from tests.journeys.conftest import Served
from tests.journeys.looking import Looker
from workshops.models import Workshop

pytestmark = pytest.mark.journey
NOW = "2022-02-07T13:35+01:00"
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title = 1</script>'


def prepare() -> None:
    """The document takes amendments and comments, and Bruno moderates a group of workshop 10."""
    edition = Edition.objects.get(slug="2022")
    amara, bruno = (User.objects.get(email=f"{key}@example.org") for key in ("amara", "bruno"))
    with clock.set_to(datetime.fromisoformat("2022-02-06T10:00+01:00")):
        set_rules(
            Document.objects.get(edition=edition),
            takes_amendments=True,
            amendments_from=clock.now(),
            takes_comments=True,
            comments_from=clock.now(),
            by=amara,
        )
        group = Workshop.objects.get(edition=edition, number=10).groups.earliest("slug")
        cast(Participant.objects.get(edition=edition, user=bruno), group.session, "moderator", by=amara)


def open_clause(page: Page, name: str = "Anchor the commitment") -> None:
    page.goto("/2022/document/")
    clause = page.locator(".clause", has=page.locator(".clause-no", has_text="1")).first
    expect(clause).to_be_visible()
    clause.locator(".clause-talk a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def comment_on_a_passage(page: Page, look: Looker) -> None:
    """Marks words of the clause, takes them into the form, writes; the quote is marked in the words."""
    open_clause(page)
    page.evaluate(
        """() => {
          const node = document.querySelector("[data-words] p").firstChild
          const range = document.createRange()
          range.setStart(node, node.data.indexOf("anchor"))
          range.setEnd(node, node.data.indexOf("promise") + 7)
          getSelection().removeAllRanges(); getSelection().addRange(range)
        }"""
    )
    page.get_by_role("button", name="Comment on this passage").click()
    expect(page.locator("textarea[name=quote]")).to_have_value("anchor what they promise")
    page.locator("#comment-form textarea[name=text]").fill(f"Is this enough? {HOSTILE}")
    page.locator("#comment-form").get_by_role("button", name="Comment").click()
    expect(page.locator("mark.passage")).to_have_text("anchor what they promise")
    expect(page.locator(".comment-text")).to_contain_text("<script>")
    look(page, "clause-with-comment")


def amend_by_phone(page: Page, change: tuple[str, str], reason: str) -> str:
    """Edits a copy of the clause on a phone, and proposes it; returns the amendment's heading."""
    page.set_viewport_size({"width": 375, "height": 720})
    open_clause(page)
    page.get_by_role("link", name="Propose a change").click()
    text = page.locator("textarea[name=text]")
    text.fill(text.input_value().replace(*change))
    page.locator("textarea[name=reason]").fill(reason)
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.locator("ins").first).to_contain_text(change[1].split()[1])
    return page.get_by_role("heading", level=1).inner_text()


def hold_the_round(page: Page, look: Looker) -> None:
    """The moderator sees the conflict, adopts one by vote and the other by consensus, and closes the round."""
    page.goto("/2022/document/rounds/")
    page.get_by_role("link", name="Workshop 10").click()
    expect(page.get_by_text("conflicts with amendment 2").first).to_be_visible()
    look(page, "round")
    for number, manner in ((1, "vote"), (2, "consensus of the room")):
        page.get_by_role("link", name=f"What the room says : {number}").or_(
            page.get_by_role("link", name=f"What the room says: {number}")
        ).click()
        page.get_by_label("adopt", exact=True).check()
        page.get_by_label(manner, exact=True).check()
        if manner == "vote":
            page.get_by_label("For", exact=True).fill("14")
            page.get_by_label("Against", exact=True).fill("3")
            page.get_by_label("Abstentions", exact=True).fill("2")
            look(page, "treat")
        page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("14 for, 3 against, 2 abstained")).to_be_visible()
    page.get_by_role("link", name="Close the round").click()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("closed").first).to_be_visible()


def merge_and_publish(page: Page, look: Looker) -> None:
    """The drafting group combines what conflicts by hand, sees the result, and publishes it."""
    page.goto("/2022/document/desk/merging/")
    page.get_by_role("link", name="Choose and combine").click()
    expect(page.get_by_text("does not go together")).to_be_visible()
    look(page, "merge")
    text = page.locator("textarea[name=text]")
    text.fill(text.input_value().replace("to openly ", "to openly and formally "))
    page.get_by_role("button", name="Write it into the draft").click()
    expect(page.get_by_text("The draft has the new words.")).to_be_visible()
    page.goto("/2022/document/desk/publish/")
    page.get_by_label("Label").fill("After the rounds")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("to openly and formally anchor")).to_be_visible()


def test_from_a_comment_to_the_next_revision(serve: Callable[..., Served], look: Looker) -> None:
    academy = serve("drafting", now=NOW)
    prepare()
    dawit, bruno, amara = (academy.person(key) for key in ("dawit", "bruno", "amara"))
    comment_on_a_passage(dawit, look)
    assert amend_by_phone(dawit, ("to anchor", "to openly anchor"), "Both groups said so.") == "Amendment 1"
    esi = academy.person("esi", has_touch=True)
    assert amend_by_phone(esi, ("to anchor", "to formally anchor"), "It outlasts people.") == "Amendment 2"
    look(esi, "amendment")
    expect(esi.get_by_text("Proposed by Kingfisher")).to_be_visible()
    amara.goto("/2022/document/desk/rounds/")
    amara.get_by_role("button", name="Open").click()
    expect(amara.get_by_text("3 rounds are open.")).to_be_visible()
    hold_the_round(bruno, look)
    merge_and_publish(amara, look)
    dawit.goto("/2022/document/amendments/1/")
    expect(dawit.get_by_text("took its words into the text, edited").first).to_be_visible()
    look(dawit, "amendment-after")
    dawit.goto("/2022/document/compare/2/3/?view=sides")
    look(dawit, "compare-sides")
    between = "li => getComputedStyle(li, '::before').content"
    assert (
        dawit.locator(".change-counts li + li").first.evaluate(between) == "none"
    )  # badges stand apart without dots
    dawit.goto("/2022/document/thread/")
    look(dawit, "thread")
    assert dawit.title() != "1"
    assert academy.complaints == []
