"""The way of twin groups: matched by keyboard, presented as slides, found again in the browser of findings."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from academy.management.demo.keys import key_of
from tests.journeys.conftest import Served
from tests.journeys.looking import WIDTHS, Looker
from workshops.models import TwinDecision

pytestmark = pytest.mark.journey

CLOSED = "2022-02-03T15:20+01:00"
SIZES: list[dict[str, object]] = [{"viewport": {"width": width, "height": 800}} for width in WIDTHS]


def decided(one: str, other: str) -> list[str]:
    first, second = sorted((key_of(one), key_of(other)))
    return list(TwinDecision.objects.filter(one=first, other=second).values_list("verdict", flat=True))


def press_to(page: Page, name: str, *, within: str) -> None:
    """Press the button of this name with the keyboard alone."""
    button = page.locator(within).get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def seen(look: Looker, page: Page, name: str, size: dict[str, object]) -> None:
    """Look at the page at both widths once, in the wide journey, and go on as before."""
    if size == SIZES[0]:
        look(page, name)


@pytest.mark.parametrize("size", SIZES, ids=("wide", "phone"))
def test_an_organiser_confirms_rejects_and_matches_by_keyboard(
    serve: Callable[..., Served], look: Looker, size: dict[str, object]
) -> None:
    academy = serve("drafting", now=CLOSED)
    page = academy.person("amara", **size)
    # The first comparison loads scikit-learn, which takes a while on a busy machine.
    page.goto("/2022/workshops/1/twins/", timeout=60_000)
    seen(look, page, "twins", size)
    proposed = page.locator(".twin-line.is-proposed")
    expect(proposed).to_have_count(3)
    line = f"#line-{key_of('f007')}"
    press_to(page, "Both said it", within=line)
    expect(page.locator(line)).to_have_class(re.compile("is-both"))
    press_to(page, "Not the same", within=f"#line-{key_of('f004')}")
    expect(proposed).to_have_count(1)
    assert (decided("f007", "f031"), decided("f004", "f028")) == (["same"], ["apart"])
    page.locator("#one-A").focus()
    page.locator("#one-A").select_option(str(key_of("f012")))
    page.locator("#other-A").select_option(str(key_of("f036")))
    press_to(page, "Opposed", within="#by-hand-A")
    expect(page.locator(f"#line-{key_of('f012')}")).to_have_class(re.compile("is-opposed"))
    expect(page.get_by_text("Kept: opposed.")).to_be_visible()
    # Whoever still looks at the page as it was is told, and nothing is overwritten.
    old = academy.person("bruno", **size)
    old.goto("/2022/workshops/1/twins/")
    old.locator(f"#line-{key_of('f012')} summary", has_text="Change").click()
    page.locator(f"#line-{key_of('f012')} summary", has_text="Change").click()
    press_to(page, "Take apart", within=f"#line-{key_of('f012')}")
    expect(page.get_by_text("Kept: not the same.")).to_be_visible()
    academy.complaints.clear()
    old.locator(f"#line-{key_of('f012')}").get_by_role("button", name="Both said it").click()
    expect(old.get_by_role("alert")).to_contain_text("Somebody else decided about these two findings")
    assert decided("f012", "f036") == ["opposed", "apart"]


@pytest.mark.parametrize("size", SIZES, ids=("wide", "phone"))
def test_the_closing_is_presented_with_the_keyboard(
    serve: Callable[..., Served], look: Looker, size: dict[str, object]
) -> None:
    academy = serve("drafting", now=CLOSED)
    page = academy.person("dawit", **size)
    page.goto("/2022/workshops/days/day-2/")
    seen(look, page, "closing", size)
    page.get_by_role("link", name="Present as slides").click()
    seen(look, page, "slides", size)
    slides = page.locator(".slide")
    count = slides.count()
    assert count > 8
    page.get_by_role("button", name="Start the presentation").focus()
    page.keyboard.press("Enter")
    shown = page.locator(".slide:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_have_id("slide-1")
    for key, at in (
        ("ArrowRight", 2),
        ("Space", 3),
        ("PageDown", 4),
        ("ArrowLeft", 3),
        ("PageUp", 2),
        ("End", count),
        ("ArrowRight", count),
        ("Home", 1),
        ("ArrowLeft", 1),
    ):
        page.keyboard.press(key)
        expect(shown).to_have_id(f"slide-{at}")
    expect(page.locator("[data-voice]")).to_contain_text(f"Slide 1 of {count}")
    page.locator("[data-next]").click()
    expect(page.locator("[data-place-words]")).to_have_text(f"Slide 2 of {count}")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Notes")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-elapsed]")).to_have_text(re.compile(r"^\d+:\d\d$"))
    seen(look, page, "presenting", size)
    page.keyboard.press("Escape")
    expect(page.locator(".slide:visible")).to_have_count(count)
    assert academy.complaints == []


def test_slides_can_be_read_and_findings_browsed_without_javascript(serve: Callable[..., Served]) -> None:
    academy = serve("drafting", now=CLOSED)
    page = academy.person("dawit", java_script_enabled=False)
    page.goto("/2022/workshops/days/day-1/slides/")
    assert page.locator(".slide").count() == page.locator(".slide:visible").count() > 8
    expect(page.get_by_role("button", name="Start the presentation")).to_be_hidden()
    page.goto("/2022/document/findings/browse/?q=kerb")
    expect(page.locator(".thread > li")).to_have_count(1)


@pytest.mark.parametrize("size", SIZES, ids=("wide", "phone"))
def test_a_participant_finds_a_finding_again(
    serve: Callable[..., Served], look: Looker, size: dict[str, object]
) -> None:
    academy = serve("drafting", now=CLOSED)
    page = academy.person("dawit", **size)
    page.goto("/2022/document/findings/browse/")
    page.get_by_text("More filters").click()
    seen(look, page, "browser", size)
    page.get_by_label("Words").fill("Council")
    page.get_by_label("Kind", exact=True).select_option("requirement")
    page.get_by_label("Words").press("Enter")
    expect(page.locator(".thread > li")).to_have_count(1)
    assert "q=Council" in page.url
    other = academy.person("bruno", **size)
    other.goto(page.url)
    expect(other.locator(".thread > li")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "2022-findings.csv"
    assert academy.complaints == []
