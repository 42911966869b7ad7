"""The reading pages' short style sheet: it has every rule of the whole one that they can need, whoever reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Served

pytestmark = pytest.mark.journey

READING = [
    "/2022/",
    "/2022/programme/",
    "/2022/programme/?day=2022-02-02",
    "/2022/programme/?q=nothing-of-this-kind",
    "/2022/programme/versions/1/",
    "/2022/programme/day-1-workshop-1/",
    "/2022/programme/day-3-panel-a/",
    "/2022/document/",
    "/2022/document/revisions/1/",
]
# The selectors of rules that only the other sheet has, and that find something on this page in any state.
MISSED = r"""async other => {
  const mine = document.querySelector("link[rel=stylesheet]");
  const link = mine.cloneNode();
  link.href = mine.href.replace(/[a-z]+(\.[0-9a-f]+)?\.css$/, other);
  link.media = "not all";
  await new Promise((done, failed) => { link.onload = done; link.onerror = failed; document.head.append(link); });
  const rules = (list, around) => [...list].flatMap(rule =>
    rule.selectorText ? [[around + rule.cssText, rule.selectorText]]
    : rule.cssRules ? rules(rule.cssRules, around + rule.conditionText) : []);
  const known = new Set(rules(mine.sheet.cssRules, "").map(([text]) => text));
  const state = /::?(before|after|marker|placeholder|backdrop|hover|focus(-visible|-within)?|active)/g;
  const finds = selector => document.querySelector(selector.replace(state, "") || "*");
  return rules(link.sheet.cssRules, "")
    .filter(([text, selector]) => !known.has(text) && selector.split(/,(?![^(]*\))/).some(finds))
    .map(([text, selector]) => selector);
}"""


@pytest.mark.parametrize("who", [None, "dawit", "amara"])
def test_the_reading_pages_miss_nothing_of_the_whole_style_sheet(
    serve: Callable[..., Served], who: str | None
) -> None:
    academy = serve("drafting", now="2022-02-02T13:35+01:00")
    page = academy.person(who) if who else academy.visitor()
    for address in READING:
        answer = page.goto(address)
        assert answer is not None
        assert (address, answer.status) == (address, 200)
        assert "reading" in str(page.locator("link[rel=stylesheet]").get_attribute("href")), address
        page.wait_for_load_state("networkidle")
        assert (address, page.evaluate(MISSED, "app.css")) == (address, [])


def test_a_page_of_the_desk_would_miss_something(serve: Callable[..., Served]) -> None:
    """The control: on a page that needs the whole style sheet, what the short one leaves out is named."""
    page = serve("drafting").person("amara")
    answer = page.goto("/2022/people/")
    assert answer is not None
    assert answer.status == 200
    page.evaluate("""() => new Promise(done => {
      const link = document.querySelector("link[rel=stylesheet]");
      link.onload = done;
      link.href = link.href.replace(/app(\\.[0-9a-f]+)?\\.css$/, "reading.css");
    })""")
    assert ".state-tabs" in str(page.evaluate(MISSED, "app.css"))
