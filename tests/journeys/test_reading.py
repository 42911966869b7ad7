"""Reading without JavaScript, and no inline script or style: what every visitor may read works everywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Served
from tests.journeys.looking import WIDTHS, Looker, findings_of_axe, sticks_out

pytestmark = pytest.mark.journey

# Page, and words that stand in its main part.
PUBLIC = {
    "/2022/": "From intentions to commitments",
    "/2022/programme/": "Plenary session C",
    "/2022/programme/?day=2022-02-03&tz=Asia/Dhaka": "Dhaka time, UTC+6",
    "/2022/programme/day-1-workshop-1/": "What moves a local government most strongly to commit itself?",
    "/2022/programme/versions/": "Version: 9 November 2021",
    "/2022/workshops/": "Local development of commitment",
    "/2022/workshops/2/": "Requirements and recommendations",
    "/2022/document/": "Explanatory remark",
    "/2022/document/revisions/": "Zero draft",
    "/2022/document/compare/1/2/": "Anchor the commitment",
    "/2022/document/record/": "Kingfisher",
    "/2022/privacy/": "pseudonym",
    "/2022/register/": "Your name, as it should appear",
    "/accounts/login/": "Log in",
}
KNOWN = {
    "/2022/my/": "My sessions",
    "/2022/workshops/days/day-1/": "Thoughts on the day",
    "/2022/workshops/1/group-1/": "It began with a public failure",
    "/2022/document/findings/": "set aside",
    "/2022/document/adoption/": "The document is adopted.",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_can_be_read_without_javascript(serve: Callable[..., Served], scheme: str) -> None:
    academy = serve("adopted", now="2022-02-08T13:00+01:00")
    visitor = academy.visitor(java_script_enabled=False, color_scheme=scheme)
    dawit = academy.person("dawit", java_script_enabled=False, color_scheme=scheme)
    for page, pages in ((visitor, PUBLIC), (dawit, KNOWN)):
        for address, words in pages.items():
            answer = page.goto(address)
            assert answer is not None
            assert (address, answer.status) == (address, 200)
            assert words in page.locator("main").inner_text(), address
    assert academy.complaints == []


def test_public_pages_have_no_findings_in_the_dark(serve: Callable[..., Served], look: Looker) -> None:
    academy = serve("adopted", now="2022-02-08T13:00+01:00")
    visitor = academy.visitor(color_scheme="dark")
    found: dict[str, list[str]] = {}
    for address in PUBLIC:
        visitor.goto(address)
        for width in (*WIDTHS, 320):
            visitor.set_viewport_size({"width": width, "height": 900})
            problems = findings_of_axe(visitor) + (["sticks out sideways"] if sticks_out(visitor) else [])
            if problems:
                found[f"{address} at {width}"] = problems
    assert found == {}


def test_looking_finds_what_is_wrong(serve: Callable[..., Served]) -> None:
    """The control: a page with a picture without words, and one that is too wide, do not pass."""
    page = serve("programme").visitor()
    page.goto("/2022/")
    page.evaluate("document.querySelector('main').innerHTML = '<h1>x</h1><img src=\"/static/x.png\">'")
    assert [line.split(":")[0] for line in findings_of_axe(page)] == ["image-alt"]
    page.evaluate("document.querySelector('h1').style.width = '3000px'")
    assert sticks_out(page)
