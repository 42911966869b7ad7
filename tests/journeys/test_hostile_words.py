"""Words that would like to be a program, pasted into a clause: they are words wherever they are shown.

Nothing of them runs, also in browsers that do not heed the page's policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from outcome.models import Document
from outcome.revisions import publish_revision
from tests.journeys.conftest import beside
from tests.journeys.writing_page import (
    STATE,
    amara,
    body,
    come,
    first,
    open_to_two,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.journeys.conftest import Served

pytestmark = pytest.mark.journey
# Each would set `pwned` if it ran; after the collections of OWASP and of DOMPurify.
CORPUS = (
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "</textarea></title></style><script>window.pwned=1</script>",
    '"><img src=x onerror=window.pwned=1>',
    "' autofocus onfocus=window.pwned=1 x='",
    "<svg/onload=window.pwned=1>",
    "<svg><animate onbegin=window.pwned=1 attributeName=x dur=1s>",
    "<math><mi xlink:href=javascript:window.pwned=1>m</mi></math>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=window.pwned=1&gt;">',
    '<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>',
    "<details open ontoggle=window.pwned=1>",
    "<input autofocus onfocus=window.pwned=1>",
    "<form><button formaction=javascript:window.pwned=1>go</button></form>",
    "<a href=javascript:window.pwned=1>link</a>",
    '<a href="java\tscript:window.pwned=1">link</a>',
    "<base href=//example.org/>",
    "<meta http-equiv=refresh content='0;url=javascript:window.pwned=1'>",
    "<object data=data:text/html,<script>parent.pwned=1</script>></object>",
    "<template><script>window.pwned=1</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=window.pwned=1>'>",
    "<xmp><p title='</xmp><img src=x onerror=window.pwned=1>'>",
    "<video><source onerror=window.pwned=1></video>",
    "{{ constructor.constructor('window.pwned=1')() }} ${window.pwned=1} {% debug %}",
    "javascript:/*--></title></style></textarea></script><svg/onload=window.pwned=1>",
    "\u2028<img src=x onerror=window.pwned=1>\u2029",
)
PASTE = """(node, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  node.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def academy(serve: Callable[..., Served]) -> Served:
    return open_to_two(serve)


def assert_nothing_ran(*pages: Page) -> None:
    for page in pages:
        page.wait_for_timeout(300)
        assert page.evaluate("() => [window.pwned, window.parent.pwned]") == [None, None]


def test_what_is_pasted_into_a_clause_runs_nowhere(academy: Served) -> None:
    clause, page, other = (
        first(),
        come(academy, "amara", bypass_csp=True),
        come(academy, "dawit", bypass_csp=True),
    )
    body(page, clause).click()
    for html in CORPUS:
        body(page, clause).evaluate(PASTE, html)
    page.keyboard.type(" END")
    expect(page.locator(STATE)).to_have_text("Saved", timeout=20_000)
    expect(body(other, clause)).to_contain_text("END")
    for window in (page, other):
        tags = body(window, clause).evaluate(
            "(node) => [...node.querySelectorAll('*')].flatMap((one) => "
            "[one.localName, ...one.getAttributeNames().filter((name) => name.startsWith('on'))])"
        )
        assert set(tags) <= {"p", "ul", "ol", "li", "em", "strong", "a", "br", "span", "img", "div"}
        assert body(window, clause).locator("img:not(.ProseMirror-separator)").count() == 0
        assert body(window, clause).locator("a[href^='javascript' i]").count() == 0
    beside(lambda: publish_revision(Document.objects.get(), label="Pasted", audience="public", by=amara()))
    other.goto("/2022/document/")
    assert_nothing_ran(page, other)
