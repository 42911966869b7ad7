"""The control: the same watch finds every payload of the corpus once it stands somewhere as it came.

What is no program in one place is one in another: the end of an attribute in an attribute, an entity where it is
resolved twice, a letter that looks like "<" where letters are made plain. For each there is a careless page here.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from django.template import Context, Template, TemplateSyntaxError

from tests.hostile_words import CORPUS, RUN
from tests.journeys.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.journey
POLICY = {"Content-Security-Policy": "default-src 'self'"}
MARKDOWN_LINK = re.compile(r"\[(\w+)\](?:\(|: )([^)\s]+)\)?|<(javascript:[^>]+)>")


def filled_in(words: str) -> str:
    """As where words become part of a template, of Django's or of another kind."""
    with suppress(TemplateSyntaxError):
        words = Template(words).render(Context())
    return re.sub(r"[$#]\{31337\*3\}|\{\{ 31337\*3 \}\}", str(31337 * 3), words)


def plain_letters(words: str) -> str:
    """As where letters are made plain after the words were looked at."""
    letters = unicodedata.normalize("NFKD", words.translate({0x2039: "<", 0x203A: ">"}))
    return "".join(one for one in letters if unicodedata.category(one) not in ("Mn", "Cf"))


def markdown(words: str) -> str:
    """As where Markdown leads anywhere."""
    return MARKDOWN_LINK.sub(lambda m: f'<a href="{m[2] or m[3]}">{m[1]}</a>', words)


CARELESS: dict[str, Callable[[str], str]] = {
    "between tags": lambda words: f"<p>{words}</p>",
    "in an attribute": lambda words: f'<input value="{words}">',
    "in an attribute in single quotes": lambda words: f"<input value='{words}'>",
    "in an attribute in back quotes": lambda words: f'<input value="{words}">'.replace("`", '"'),
    "as an address": lambda words: f'<a href="{words}">x</a>',
    "in a script": lambda words: f"<script>var words = '{words}'</script>",
    "in a script in double quotes": lambda words: f'<script>var words = "{words}"</script>',
    "resolved twice": unescape,
    "resolved three times": lambda words: unescape(unescape(words)),
    "decoded from an address": unquote,
    "decoded from a string": lambda words: words.encode("ascii", "ignore").decode("unicode_escape"),
    "decoded as UTF-7": lambda words: words.encode("ascii", "ignore").decode("utf-7", "ignore"),
    "once cleaned": lambda words: words.replace("<script>", "").replace("</script>", ""),
    "without its declaration": lambda words: re.sub(r"^<[!?][^<]*(?=<script|href)", "<a ", words),
    "in a template": filled_in,
    "with plain letters": plain_letters,
    "as Markdown": markdown,
}


def seen(browser: Browser, pages: list[str], headers: dict[str, str]) -> list[list[str]]:
    """What the watch finds on each of the pages, served as they are."""
    page = browser.new_context(base_url="http://127.0.0.1:9").new_page()

    def answer(route: Route) -> None:
        place = route.request.url.rpartition("/")[2]
        if place.isdecimal():
            head = "<!doctype html><title>t</title>"
            route.fulfill(
                body=head + pages[int(place)], content_type="text/html; charset=utf-8", headers=headers
            )
        else:
            route.fulfill(status=404)

    page.route("**/*", answer)
    watch, found = Watch(page), []
    for number in range(len(pages)):
        watch.found.clear()
        watch.open(f"/{number}")
        found.append(list(watch.found))
    page.context.close()
    return found


def test_every_payload_is_found_where_it_is_not_words(browser: Browser) -> None:
    left = list(CORPUS)
    for careless in CARELESS.values():
        found = seen(browser, [careless(payload) for payload in left], {})
        left = [payload for payload, what in zip(left, found, strict=True) if not what]
    assert left == []


def test_a_payload_that_tried_to_run_under_the_policy_is_found_by_what_the_policy_stopped(
    browser: Browser,
) -> None:
    pages = [
        f"<script>{RUN}</script>",
        f"<svg onload={RUN}></svg>",
        "<style>p {color: red}</style>",
        "<p>words</p>",
    ]
    stopped = [any("the policy" in one for one in found) for found in seen(browser, pages, POLICY)]
    assert stopped == [True, True, True, False]
