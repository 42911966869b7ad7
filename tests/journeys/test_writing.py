"""Writing together in the browser: commands meet typing, bad connections, fixed texts, pasted pages, two widths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from outcome.adoption import freeze
from outcome.drafting import move_clause, remove_clause
from outcome.models import Clause, Document
from outcome.restructuring import merge_clauses, split_clause
from tests.journeys.conftest import beside
from tests.journeys.looking import findings_of_axe
from tests.journeys.writing_page import (
    PAGE,
    STATE,
    amara,
    arrive,
    body,
    clause_with_focus,
    come,
    cut_off,
    first,
    open_to_two,
    stored,
    tell_nothing_of_the_cursor,
    type_at_start,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import WebSocketRoute

    from tests.journeys.conftest import Served
    from tests.journeys.looking import Looker

pytestmark = pytest.mark.journey


@pytest.fixture
def academy(serve: Callable[..., Served]) -> Served:
    return open_to_two(serve)


def test_what_is_written_without_a_connection_arrives_when_it_is_back(academy: Served) -> None:
    clause, one, other = first(), come(academy, "amara"), come(academy, "dawit")
    cut_off(one)
    type_at_start(one, clause, "Offline ")
    type_at_start(other, clause, "Meanwhile ")
    expect(other.locator(STATE)).to_have_text("Saved")
    one.context.set_offline(False)
    expect(one.locator(STATE)).to_have_text("Saved", timeout=20_000)
    assert stored(clause).count("Offline ") == stored(clause).count("Meanwhile ") == 1
    expect(body(other, clause)).to_contain_text("Offline")


def test_words_kept_on_the_device_outlive_the_closed_tab(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    cut_off(page)
    type_at_start(page, clause, "Kept ")
    page.wait_for_timeout(300)
    page.close(run_before_unload=False)
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(PAGE)
    expect(body(again, clause)).to_contain_text("Kept ")
    expect(again.locator(STATE)).to_have_text("Saved", timeout=20_000)
    assert stored(clause).count("Kept ") == 1


def test_where_sockets_are_blocked_the_words_go_over_plain_http(academy: Served) -> None:
    page = academy.person("dawit")
    page.route_web_socket("**/ws/**", lambda socket: socket.close())
    page.goto(PAGE)
    expect(page.locator(STATE)).to_have_text("Saved", timeout=30_000)
    clause, other = first(), come(academy, "amara")
    type_at_start(page, clause, "By post ")
    expect(page.locator(STATE)).to_have_text("Saved", timeout=20_000)
    assert stored(clause).startswith("By post ")
    expect(body(other, clause)).to_contain_text("By post")
    type_at_start(other, clause, "Answered ")
    expect(body(page, clause)).to_contain_text("Answered", timeout=15_000)
    expect(page.locator("[data-people]")).to_have_text(
        "Your network lets no live connection through: who else is here cannot be shown."
    )


def test_a_server_that_lost_words_is_asked_ever_less_often_and_nothing_is_called_saved(
    academy: Served,
) -> None:
    """Such a server refuses what builds on the lost words, until a comparison gave them back to it."""
    page, asked, lacks = academy.person("amara"), [], [True]

    def between(ours: WebSocketRoute) -> None:
        theirs = ours.connect_to_server()

        def said(text: str | bytes) -> None:
            frame = json.loads(text)
            asked.append(frame["type"])
            if frame["type"] == "update" and lacks[0]:
                ours.send(json.dumps({"type": "refused", "key": frame["key"], "code": "behind"}))
            else:
                theirs.send(text)

        ours.on_message(said)

    page.route_web_socket("**/ws/**", between)
    arrive(page)
    clause = first()
    asked.clear()
    type_at_start(page, clause, "Found again ")
    page.wait_for_timeout(5_000)
    expect(page.locator(STATE)).not_to_have_text("Saved")
    assert 2 <= asked.count("hello") <= 6
    assert "Found again" not in stored(clause)
    lacks[0] = False
    expect(page.locator(STATE)).to_have_text("Saved", timeout=20_000)
    assert stored(clause).count("Found again ") == 1


def test_moving_a_clause_leaves_the_cursor_and_the_words_in_it(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    type_at_start(page, clause, "Before ")
    beside(lambda: move_clause(clause, before=None, by=amara()))
    page.wait_for_timeout(2_500)
    page.keyboard.type("and after ")
    expect(page.locator(STATE)).to_have_text("Saved")
    assert stored(clause).startswith("Before and after ")


def test_typing_in_the_tail_while_it_is_split_off_is_never_in_the_wrong_clause(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    text = stored(clause)
    at = text.index(" ", len(text) // 2)
    cut_off(page)
    body(page, clause).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" LATE")
    tail: list[Clause] = []
    beside(lambda: tail.append(split_clause(clause, seen=text, at=at, by=amara())))
    page.context.set_offline(False)
    notice = page.locator("[data-offered]")
    expect(notice).to_contain_text("LATE", timeout=20_000)
    assert "LATE" not in stored(clause)
    expect(page.locator(STATE)).to_have_text("Saved", timeout=20_000)
    assert f"{stored(clause)} {stored(tail[0])}" == text


def test_typing_while_a_clause_is_merged_is_offered_back(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    into = Clause.objects.standing().filter(kind="encouragement", section=clause.section)[1]
    cut_off(page)
    type_at_start(page, clause, "LATE ")
    beside(lambda: merge_clauses(clause, into=into, by=amara()))
    page.context.set_offline(False)
    expect(page.locator("[data-offered]")).to_contain_text("LATE", timeout=20_000)
    assert "LATE" not in stored(into)


def test_typing_in_a_paragraph_that_somebody_turns_into_a_list_is_offered_back(academy: Served) -> None:
    clause, one, other = first(), come(academy, "amara"), come(academy, "dawit")
    text = stored(clause)
    cut_off(one)
    type_at_start(one, clause, "LATE ")
    body(other, clause).click()
    other.keyboard.press("Control+Shift+8")
    expect(body(other, clause).locator("li")).to_have_count(1)
    expect(other.locator(STATE)).to_have_text("Saved")
    one.context.set_offline(False)
    expect(one.locator("[data-offered]")).to_contain_text(f"LATE {text}", timeout=20_000)
    expect(one.locator(STATE)).to_have_text("Saved", timeout=20_000)
    assert stored(clause) == f"- {text}"


def test_a_clause_is_split_where_the_cursor_is_before_the_browser_tells_of_it(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    text = stored(clause)
    body(page, clause).click()
    page.keyboard.press("Control+Home")
    tell_nothing_of_the_cursor(page)
    for _character in range(text.index(" ") + 1):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Shift+Enter")
    clause_with_focus(page, other_than=str(clause.pk))
    assert stored(clause) == text.split(" ")[0]


def test_what_others_write_leaves_the_cursor_where_it_is_before_the_browser_tells_of_it(
    academy: Served,
) -> None:
    clause, one, other = first(), come(academy, "amara"), come(academy, "dawit")
    text = stored(clause)
    body(one, clause).click()
    one.keyboard.press("Control+Home")
    tell_nothing_of_the_cursor(one)
    for _character in "four":
        one.keyboard.press("ArrowRight")
    type_at_start(other, clause, "Theirs ")
    expect(body(one, clause)).to_contain_text("Theirs ")
    one.keyboard.type("Mine")
    expect(one.locator(STATE)).to_have_text("Saved")
    assert stored(clause) == f"Theirs {text[:4]}Mine{text[4:]}"


def test_typing_while_a_clause_is_removed_stays_with_it_and_comes_back(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    type_at_start(page, clause, "Mine ")
    beside(lambda: remove_clause(clause, by=amara()))
    notice = page.locator("[data-notices]")
    expect(notice).to_contain_text("Mine ")
    clauses = page.locator(".live-clause")
    before = clauses.count()
    page.get_by_role("button", name="New clause").first.click()
    expect(clauses).to_have_count(before + 1)
    expect(notice).to_contain_text("Mine ")
    notice.get_by_role("button", name="Restore the clause").click()
    expect(body(page, clause)).to_contain_text("Mine ")
    assert stored(clause).startswith("Mine ")


def test_typing_while_the_text_is_fixed_is_offered_back(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    text = stored(clause)
    cut_off(page)
    type_at_start(page, clause, "LATE ")
    beside(lambda: freeze(Document.objects.get(), by=amara()))
    page.context.set_offline(False)
    expect(page.locator("[data-offered]")).to_contain_text("LATE", timeout=20_000)
    expect(page.locator(STATE)).to_contain_text("The text is fixed")
    expect(body(page, clause)).to_have_text(text)
    expect(body(page, clause)).to_have_attribute("aria-readonly", "true")
    assert stored(clause) == text


def test_undo_takes_back_only_what_one_did_oneself(academy: Served) -> None:
    clause, one, other = first(), come(academy, "amara"), come(academy, "dawit")
    type_at_start(one, clause, "Mine ")
    expect(body(other, clause)).to_contain_text("Mine ")
    type_at_start(other, clause, "Theirs ")
    expect(body(one, clause)).to_contain_text("Theirs ")
    one.keyboard.press("Control+z")
    expect(body(one, clause)).not_to_contain_text("Mine ")
    expect(body(other, clause)).not_to_contain_text("Mine ")
    expect(body(one, clause)).to_contain_text("Theirs ")


PASTED = """
<meta><!--[if gte mso 9]><xml>x</xml><![endif]--><style>p {color: red}</style>
<p class=MsoNormal style='margin:0' onclick="window.pwned=1"><b>Bold</b>
<span style='color:red'>words</span><o:p></o:p></p>
<p class=MsoListParagraph><span style='mso-list:Ignore'>·<span>&nbsp;</span></span>One item</p>
<img src=x onerror="window.pwned=2"><svg onload="window.pwned=3"><script>window.pwned=4</script></svg>
<a href="javascript:window.pwned=5">bad link</a> <a href="https://example.org/">good link</a>
<iframe srcdoc="<script>parent.pwned=6</script>"></iframe><math><mi xlink:href="javascript:window.pwned=7">m</mi></math>
"""
PASTE = """(node, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "plain");
  node.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_a_page_pasted_from_a_word_processor_keeps_its_words_and_executes_nothing(academy: Served) -> None:
    clause, page, other = first(), come(academy, "amara"), come(academy, "dawit")
    body(page, clause).click()
    page.keyboard.press("Control+Home")
    body(page, clause).evaluate(PASTE, PASTED)
    expect(page.locator(STATE)).to_have_text("Saved")
    expect(body(other, clause)).to_contain_text("good link")
    for window in (page, other):
        assert window.evaluate("() => window.pwned") is None
        html = body(window, clause).inner_html()
        assert [
            bad for bad in ("script", "onerror", "javascript:", "style=", "<img", "svg") if bad in html
        ] == []
    stored(clause)
    row = Clause.objects.get(pk=clause.pk)
    assert "Bold words" in row.text
    assert "- One item" in row.text
    links = [run["link"] for line in row.formats for run in line["runs"] if "link" in run]
    assert links == ["https://example.org/"]


@pytest.mark.parametrize("width", [1280, 375])
def test_a_clause_is_begun_split_merged_and_moved_by_keyboard(
    academy: Served, look: Looker, width: int
) -> None:
    page = come(academy, "amara", viewport={"width": width, "height": 900})
    count = page.locator(".live-clause").count()
    body(page, first()).click()
    was = clause_with_focus(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".live-clause")).to_have_count(count + 1)
    begun = clause_with_focus(page, other_than=was)
    page.keyboard.type("to begin together; to go on alone;")
    page.keyboard.press("Control+Home")
    for _character in "to begin together; ":
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator(".live-clause")).to_have_count(count + 2)
    tail = clause_with_focus(page, other_than=begun)
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(f"#clause-{tail} + #clause-{begun}")).to_be_visible()
    texts = list(Clause.objects.standing().filter(kind="encouragement").values_list("text", flat=True))
    assert texts[1:3] == ["to go on alone;", "to begin together;"]
    look(page, "writing")


def test_what_one_does_oneself_is_told_as_such(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    voice, notices = page.locator("[data-voice]"), page.locator("[data-notices]")
    body(page, clause).click()
    page.keyboard.press("Alt+ArrowUp")
    expect(voice).to_contain_text("There is no place further on")
    page.keyboard.press("Alt+ArrowDown")
    expect(voice).to_contain_text("Encouragement 2, number 2 of the section")
    page.keyboard.press("Alt+Shift+ArrowDown")
    expect(voice).to_contain_text("It stands in “Local development of commitment” now")
    # The same, whether the line or the answer to the order comes first.
    page.keyboard.press("Control+Shift+Backspace")
    expect(page.locator(f"#clause-{clause.pk}")).to_have_count(0)
    expect(notices).to_be_empty()
    other = Clause.objects.standing().filter(kind="encouragement", section=clause.section)[1]
    page.locator(f"#clause-{other.pk} summary").click()
    page.locator(f"#clause-{other.pk}").get_by_role("button", name="Remove", exact=True).click()
    expect(notices).to_contain_text("You removed this clause. Its words are kept with it. Encouragement 2")
    expect(notices.get_by_role("alert")).to_have_count(1)
    expect(notices.get_by_role("button", name="Restore the clause")).to_be_in_viewport()
    notices.get_by_role("button", name="Restore the clause").click()
    expect(body(page, other)).to_contain_text(other.text)
    expect(notices).to_be_empty()


def test_each_paragraph_runs_in_the_direction_of_its_own_letters(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    body(page, clause).click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("نحن نلتزم بحقوق الإنسان")
    last = body(page, clause).locator("p").last
    expect(last).to_have_css("unicode-bidi", "plaintext")
    gap = """p => {
      const range = document.createRange(); range.selectNodeContents(p)
      return p.getBoundingClientRect().right - range.getBoundingClientRect().right
    }"""
    assert last.evaluate(gap) < 5


def test_the_house_rules_hint_while_one_writes_and_are_the_documents_own(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    hints = page.locator(f"#clause-{clause.pk} .live-hints")
    expect(hints).not_to_contain_text("begins with")
    type_at_start(page, clause, "Together ")
    expect(hints).to_contain_text("An encouragement begins with “to”")
    expect(page.locator(STATE)).to_have_text("Saved", timeout=20_000)
    page.goto("/2022/document/desk/house-rules/")
    assert findings_of_axe(page) == []
    page.get_by_label("An encouragement begins with").fill("together to, zu")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The house rules are saved.")).to_be_visible()
    arrive(page)
    expect(body(page, clause)).to_contain_text("Together to")
    expect(hints).not_to_contain_text("begins with")
    type_at_start(page, clause, "Not ")
    expect(hints).to_contain_text("An encouragement begins with “together to” / “zu”")
