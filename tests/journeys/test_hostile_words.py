"""Words that would like to be a program, pasted into a clause or sent over the socket: words wherever they are shown.

Everything is looked at twice: in a browser that heeds the page's policy and says what the policy stopped, and in one
that does not heed it, where whatever could run would.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from pycrdt import XmlElement, XmlText

from outcome.live.showing import show_written
from outcome.models import Clause, Document, LogLine
from outcome.revisions import publish_revision
from tests.hostile_words import CORPUS, FORBIDDEN, HOSTILE_CURSORS, MARKS, NODES, ODD_LINKS, RUN, titles
from tests.journeys.conftest import beside
from tests.journeys.hostile_editor import HostileEditor
from tests.journeys.watching import Watch
from tests.journeys.writing_page import (
    STATE,
    amara,
    body,
    first,
    open_to_two,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.journeys.conftest import Served

pytestmark = pytest.mark.journey
PASTE = """(node, htmls) => {
  for (const html of htmls) {
    const data = new DataTransfer();
    data.setData("text/html", html);
    node.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }
}"""
READING = (
    "/2022/document/",
    "/2022/document/revisions/{number}/",
    "/2022/document/compare/1/{number}/",
    "/2022/document/compare/1/{number}/?show=all&view=sides",
    "/2022/document/clauses/{clause}/",
    "/2022/document/thread/",
    "/2022/document/desk/",
    "/2022/document/desk/clauses/{clause}/",
    "/2022/document/revisions/{number}.json",
)


@pytest.fixture
def academy(serve: Callable[..., Served]) -> Served:
    return open_to_two(serve)


def watched(academy: Served, key: str, **options: object) -> Watch:
    """Somebody's browser, watched from before the first page that shows anything hostile."""
    return Watch(academy.person(key, **options))


def both(academy: Served) -> tuple[Watch, Watch]:
    """A browser that heeds the policy, and one that does not."""
    return watched(academy, "amara"), watched(academy, "dawit", bypass_csp=True)


def write(watch: Watch) -> Page:
    watch.page.goto("/2022/document/desk/write/")
    expect(watch.page.locator(STATE)).to_have_text("Saved", timeout=20_000)
    return watch.page


def read_everywhere(watches: Iterable[Watch], clause: Clause, folder: Path) -> None:
    """Publish what was written, open every page that shows it, and the files from a disk, as whoever kept them does."""
    number: list[int] = []
    beside(
        lambda: number.append(
            publish_revision(
                Document.objects.get(), label=titles(120)[0], audience="public", by=amara()
            ).number
        )
    )
    for watch in watches:
        for address in READING:
            watch.open(address.format(number=number[0], clause=clause.pk))
        for form in ("html", "xml"):
            answer = watch.page.request.get(f"/2022/document/revisions/{number[0]}.{form}")
            assert answer.status == 200
            path = folder / f"kept.{form}"
            path.write_bytes(answer.body())
            watch.open(path.as_uri())


def test_what_is_pasted_into_a_clause_runs_nowhere(academy: Served, tmp_path: Path) -> None:
    """Pasted where the policy is not heeded: Chromium says “stopped” of every handler that is parsed, also inertly."""
    clause, watches = first(), both(academy)
    other, page = (write(watch) for watch in watches)
    body(page, clause).click()
    body(page, clause).evaluate(PASTE, CORPUS)
    page.keyboard.type(" END")
    expect(page.locator(STATE)).to_have_text("Saved", timeout=20_000)
    expect(body(other, clause)).to_contain_text("END")
    for watch in watches:
        tags = body(watch.page, clause).evaluate(
            "(node) => [...new Set([...node.querySelectorAll('*')].map((one) => one.localName))]"
        )
        assert set(tags) <= {"p", "ul", "ol", "li", "em", "strong", "a", "br", "span", "img", "div"}
        assert body(watch.page, clause).locator("img:not(.ProseMirror-separator)").count() == 0
        watch.look()
    read_everywhere(watches, clause, tmp_path)
    assert [watch.found for watch in watches] == [[], []]


# --- Over the socket, without a page ----------------------------------------------------------------------------------


def paragraph(blocks: Any, clause: Clause, words: str, marks: dict[str, Any] | None = None) -> None:
    """Hang a paragraph at the end of a clause."""
    node = blocks[str(clause.pk)]["body"].children.append(XmlElement("paragraph"))
    node.children.append(XmlText()).insert(0, words, marks)


def send_the_corpus(editor: HostileEditor, clauses: list[Clause]) -> None:
    """Every payload as text in some clause, in its short titles where it fits, and under every mark."""
    for number, payload in enumerate(CORPUS):
        clause = clauses[number % len(clauses)]
        assert editor.write(lambda blocks: paragraph(blocks, clause, payload)) == "saved"  # noqa: B023  # at once
    for clause, payload in zip(clauses, titles(120), strict=False):
        assert editor.write(lambda blocks: blocks[str(clause.pk)]["heading"].insert(0, payload)) == "saved"  # noqa: B023
    for link in ODD_LINKS:
        marks: dict[str, Any] = {"link": {"href": link}, "em": {}, "strong": {}}
        assert editor.write(lambda blocks: paragraph(blocks, clauses[0], link, marks)) == "saved"  # noqa: B023


def send_what_no_clause_has(come_in: Callable[[], HostileEditor], clause: Clause) -> None:
    """Nodes, attributes, marks, addresses and characters that no editor of ours writes: each is refused."""
    key = str(clause.pk)
    tried: dict[str, Callable[[Any], object]] = {
        "a kind": lambda blocks: blocks[key].update({"kind": f"<img src=x onerror={RUN}>"})
    }
    for name, attributes in NODES.items():
        node = XmlElement(name, attributes)
        tried[name] = partial(lambda one, blocks: blocks[key]["body"].children.append(one), node)
    for name, value in MARKS:
        tried[f"{name} {value}"] = partial(paragraph, clause=clause, words="marked", marks={name: value})
    for words in FORBIDDEN:
        tried[words] = partial(paragraph, clause=clause, words=words)
    answers = {}
    for what, change in tried.items():
        with come_in() as editor:
            answers[what] = editor.write(change)
    assert {what: answer for what, answer in answers.items() if answer != "broken"} == {}


def point_with_words(come_in: Callable[[], HostileEditor]) -> None:
    """Cursors that are no places: nobody else is told of them, and whoever sent one is hung up on."""
    for cursor in HOSTILE_CURSORS:
        with come_in() as editor:
            editor.point(cursor)
            assert editor.is_hung_up()


def test_what_is_sent_over_the_socket_runs_nowhere(academy: Served, tmp_path: Path) -> None:
    watches = both(academy)
    pages = [write(watch) for watch in watches]
    clauses = list(Clause.objects.standing().filter(kind="encouragement").select_related("document"))
    (session,) = (one for one in pages[0].context.cookies() if one["name"] == "sessionid")
    come_in = partial(HostileEditor, academy, clauses[0].document_id, f"sessionid={session['value']}")
    with come_in() as editor:
        send_the_corpus(editor, clauses)
        lines = LogLine.objects.count()
        send_what_no_clause_has(come_in, clauses[0])
        point_with_words(come_in)
        assert LogLine.objects.count() == lines
        for watch in watches:
            # The last that was sent has arrived, as the words that it is.
            expect(body(watch.page, clauses[0])).to_contain_text(ODD_LINKS[-1], timeout=20_000)
            expect(watch.page.locator(STATE)).to_have_text("Saved")
            watch.look()
    for watch in watches:
        write(watch)
        watch.look()
    beside(lambda: show_written(Document.objects.get()))
    said = "\n".join(Clause.objects.values_list("text", flat=True))
    assert [payload for payload in CORPUS if payload not in said] == []
    read_everywhere(watches, clauses[0], tmp_path)
    assert [watch.found for watch in watches] == [[], []]
