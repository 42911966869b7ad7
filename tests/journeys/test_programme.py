"""The programme in a real browser: stars before and after the login, zones, versions compared, on paper."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import ViewportSize, expect

from academy.models import Edition, User
from programme.models import Session
from programme.releases import release
from tests.journeys.conftest import PASSWORD, Served
from tests.journeys.looking import WIDTHS, Looker

pytestmark = pytest.mark.journey

AGENDA = "/2022/programme/"
at_both_widths = pytest.mark.parametrize("width", WIDTHS)


def window(width: int) -> ViewportSize:
    return {"width": width, "height": 900}


def starred(page) -> list[str]:
    """The names of the buttons that are pressed."""
    return [text.strip() for text in page.locator('.star[aria-pressed="true"]').all_inner_texts()]


@at_both_widths
def test_stars_are_kept_before_the_login_and_handed_over_after_it(
    serve: Callable[..., Served], width: int
) -> None:
    academy = serve("workshops")
    page = academy.visitor(viewport=window(width))
    page.goto(AGENDA)
    page.get_by_role("button", name="Star Plenary session A").click()
    page.get_by_role("button", name="Star Closing discussion").click()
    page.reload()
    assert starred(page) == ["Star Plenary session A", "Star Closing discussion"]
    page.get_by_role("button", name="Starred", exact=True).click()
    assert page.locator(".slot:visible").count() == 2
    page.wait_for_url("**/2022/programme/?show=starred")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator(".slot:visible").count() == 2
    if width == min(WIDTHS):
        page.locator("summary", has_text="Menu").click()
    page.get_by_role("link", name="Log in").locator("visible=true").first.click()
    page.get_by_label("Email").fill("dawit@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/2022/")
    with page.expect_response("**/programme/star/"):
        page.goto(AGENDA)
    page.goto(f"{AGENDA}?show=starred")
    assert starred(page) == ["Star Plenary session A", "Star Closing discussion"]
    with page.expect_response("**/programme/star/"):
        page.get_by_role("button", name="Star Plenary session A").click()
    other = academy.person("dawit", viewport=window(width))
    other.goto(f"{AGENDA}?show=starred")
    assert starred(other) == ["Star Closing discussion"]
    assert academy.complaints == []


def test_a_star_that_does_not_arrive_is_taken_back_and_said(serve: Callable[..., Served]) -> None:
    page = serve("workshops").person("dawit")
    page.goto(AGENDA)
    page.context.set_offline(True)
    page.get_by_role("button", name="Star Plenary session A").click()
    page.get_by_text("The star was not saved. Please try again.").wait_for()
    assert starred(page) == []


def test_stars_work_without_javascript_for_participants(serve: Callable[..., Served]) -> None:
    academy = serve("workshops")
    page = academy.person("dawit", java_script_enabled=False)
    page.goto(AGENDA)
    page.get_by_role("button", name="Star Plenary session A").click()
    page.wait_for_url(f"**{AGENDA}")
    assert starred(page) == ["Star Plenary session A"]
    visitor = academy.visitor(java_script_enabled=False)
    visitor.goto(AGENDA)
    assert visitor.locator(".star:visible").count() == 0


@at_both_widths
def test_ones_own_zone_is_offered_chosen_and_remembered(
    serve: Callable[..., Served], look: Looker, width: int
) -> None:
    page = serve("programme").visitor(timezone_id="Pacific/Tongatapu", viewport=window(width))
    page.goto(f"{AGENDA}?day=2022-02-01")
    page.get_by_role("button", name="show Tongatapu time").click()
    page.wait_for_url("**day=2022-02-01")
    assert "Wed 00:00" in page.locator(".slot", has_text="Plenary session A").inner_text()
    page.get_by_role("button", name="show Tongatapu time first").click()
    days = ["Tue 1 Feb", "Wed 2 Feb", "Thu 3 Feb", "Fri 4 Feb", "Sat 5 Feb", "Mon 7 Feb", "Tue 8 Feb"]
    expect(page.locator(".day-tab")).to_have_text(["All days", *days])
    look(page, "programme-tonga")
    page.goto(AGENDA)
    expect(page.locator(".day-tab")).to_have_text(["All days", *days])
    page.get_by_role("button", name="show the academy's time first").click()
    expect(page.locator(".day-tab")).to_have_text(["All days", *(day for day in days if day != "Sat 5 Feb")])


@at_both_widths
def test_two_versions_are_compared(serve: Callable[..., Served], look: Looker, width: int) -> None:
    academy = serve("workshops")

    def second_version() -> None:
        edition = Edition.objects.get(slug="2022")
        Session.objects.filter(slug="day-1-opening").update(
            title="Welcome", language="en", interpretation=["fr"]
        )
        release(edition, label="version: 24 January 2022", by=User.objects.get(email="amara@example.org"))
        connection.close()

    with ThreadPoolExecutor(1) as beside:
        beside.submit(second_version).result()
    page = academy.visitor(viewport=window(width))
    page.goto(AGENDA)
    page.get_by_role("link", name="what changed").click()
    look(page, "programme-versions")
    page.set_viewport_size(window(width))
    page.get_by_role("link", name="What changed since version: 9 November 2021").click()
    changed = page.locator(".change", has_text="Welcome")
    assert "Opening ceremony" in changed.locator("del").first.inner_text()
    look(page, "programme-compared")
    page.set_viewport_size(window(width))
    page.get_by_role("link", name="version: 9 November 2021").click()
    assert "You are reading an old version of the programme" in page.locator("main").inner_text()
    look(page, "programme-old-version")


@at_both_widths
def test_on_paper_there_is_the_programme_and_nothing_else(serve: Callable[..., Served], width: int) -> None:
    page = serve("programme").visitor(viewport=window(width))
    page.goto(AGENDA)
    page.emulate_media(media="print")
    hidden = (".masthead nav", ".day-tabs", ".filters", ".agenda-search", ".star", ".page-foot")
    assert {css: page.locator(css).first.is_visible() for css in hidden} == dict.fromkeys(hidden, False)
    assert page.get_by_role("link", name="Opening ceremony").is_visible()
    assert page.get_by_text("11:30").first.is_visible()
