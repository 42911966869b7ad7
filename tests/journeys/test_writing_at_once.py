"""The matrix: a command reaches a clause while somebody types into it, and two people split it at the same moment.

No word in a wrong clause, none twice, and none lost that is not offered back.
"""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from playwright.sync_api import expect

from outcome.drafting import move_clause, remove_clause
from outcome.live.showing import show_written
from outcome.models import Clause, Document
from outcome.restructuring import merge_clauses, place_clause, split_clause
from tests.journeys.conftest import beside
from tests.journeys.writing_page import (
    STATE,
    amara,
    body,
    clause_with_focus,
    come,
    cut_off,
    first,
    open_to_two,
    stored,
    type_at_start,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.journeys.conftest import Served

pytestmark = pytest.mark.journey
SPLIT = "Control+Shift+Enter"
WORDS = 40
WORD = re.compile(r"\bw\d\d\b")
IN_CLAUSE = "(key) => document.activeElement?.closest('.live-clause')?.dataset.clause === key"


@pytest.fixture
def academy(serve: Callable[..., Served]) -> Served:
    return open_to_two(serve)


def neighbour(clause: Clause) -> Clause:
    return Clause.objects.standing().filter(kind="encouragement", section=clause.section)[1]


def standing() -> dict[str, str]:
    """{clause: what it says}, of the clauses that stand."""
    show_written(Document.objects.get())
    rows = Clause.objects.standing().exclude(kind="remark")
    return {str(key): text for key, text in rows.values_list("pk", "text")}


def type_and_let(page: Page, clause: Clause, act: Callable[[], object]) -> list[str]:
    """Type word after word at the end of a clause, and in the middle of it let something happen to it.

    Returns the words that were typed while the cursor was in the clause; one in which it left may be cut off.
    """
    typed: list[str] = []
    body(page, clause).click()
    page.keyboard.press("Control+End")

    def soon() -> None:
        time.sleep(0.4)
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(soon)
        for number in range(WORDS):
            if not page.evaluate(IN_CLAUSE, str(clause.pk)):
                break
            page.keyboard.type(f" w{number:02}", delay=8)
            if page.evaluate(IN_CLAUSE, str(clause.pk)):
                typed.append(f"w{number:02}")
        done.result()
    return typed


def offered_to(page: Page) -> set[str]:
    """The words that the page offers back, or quotes of a clause that is gone, once everything is settled."""
    expect(page.locator(STATE)).to_have_text(re.compile("Saved|The text is fixed"), timeout=20_000)
    page.wait_for_timeout(500)
    places = page.locator("[data-offered] blockquote, [data-notices] blockquote").all_inner_texts()
    return set(WORD.findall(" ".join(places)))


def assert_nothing_is_lost(page: Page, typed: list[str], *, only_in: set[str]) -> None:
    """Every word is in the document once, in one of these clauses and in its order, or it is offered back."""
    assert len(typed) > 3
    offered, texts = offered_to(page), standing()
    found = {key: WORD.findall(text) for key, text in texts.items()}
    inside = [word for words in found.values() for word in words]
    assert len(inside) == len(set(inside)), "a word stands twice"
    assert {key for key, words in found.items() if words} <= only_in
    assert all(words == sorted(words) for words in found.values())
    assert set(typed) - set(inside) - offered == set()


def test_words_typed_while_the_clause_moves_to_another_strand_stay_in_it(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    section = clause.document.sections.exclude(pk=clause.section_id).exclude(position=0)[0]
    typed = type_and_let(page, clause, lambda: place_clause(clause, section=section, before=None, by=amara()))
    assert len(typed) == WORDS
    assert_nothing_is_lost(page, typed, only_in={str(clause.pk)})
    assert WORD.findall(stored(clause)) == typed


def test_words_typed_offline_while_the_clause_moves_arrive_in_it(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    text = stored(clause)
    cut_off(page)
    type_at_start(page, clause, "Offline ")
    beside(lambda: move_clause(clause, before=None, by=amara()))
    page.context.set_offline(False)
    expect(page.locator(STATE)).to_have_text("Saved", timeout=20_000)
    assert stored(clause) == f"Offline {text}"
    assert sum("Offline" in text for text in standing().values()) == 1


def test_words_typed_at_the_end_while_the_clause_is_split_are_in_one_half_or_offered(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    text = stored(clause)
    tail: list[Clause] = []
    typed = type_and_let(
        page,
        clause,
        lambda: tail.append(split_clause(clause, seen=text, at=text.index(" ", 12), by=amara())),
    )
    assert_nothing_is_lost(page, typed, only_in={str(clause.pk), str(tail[0].pk)})
    assert text == " ".join(WORD.sub("", f"{stored(clause)} {stored(tail[0])}").split())


def test_words_typed_while_the_clause_is_merged_are_in_the_other_or_offered(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    into = neighbour(clause)
    typed = type_and_let(page, clause, lambda: merge_clauses(clause, into=into, by=amara()))
    assert_nothing_is_lost(page, typed, only_in={str(into.pk)})


def test_who_sees_a_clause_merged_is_told_what_it_said(academy: Served) -> None:
    """Its words are taken away from it in the same moment: the notice quotes them all the same."""
    clause, page = first(), come(academy, "amara")
    text = stored(clause)
    body(page, clause).click()
    beside(lambda: merge_clauses(clause, into=neighbour(clause), by=amara()))
    expect(page.locator("[data-notices] blockquote")).to_have_text(text, timeout=10_000)


def test_words_typed_while_the_clause_is_removed_come_back_with_it(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    typed = type_and_let(page, clause, lambda: remove_clause(clause, by=amara()))
    assert_nothing_is_lost(page, typed, only_in=set())
    page.locator("[data-notices]").get_by_role("button", name="Restore the clause").click()
    expect(body(page, clause)).to_contain_text(typed[-1])
    words = WORD.findall(stored(clause))
    assert words[: len(typed)] == typed


def put_cursor(page: Page, clause: Clause, at: int) -> None:
    body(page, clause).click()
    page.keyboard.press("Control+Home")
    for _character in range(at):
        page.keyboard.press("ArrowRight")


def test_a_clause_is_split_by_one_while_another_types_in_its_tail_in_the_browser(academy: Served) -> None:
    clause, one, other = first(), come(academy, "amara"), come(academy, "dawit")
    text = stored(clause)
    put_cursor(one, clause, text.index(" ") + 1)
    cut_off(other)
    body(other, clause).click()
    other.keyboard.press("Control+End")
    other.keyboard.type(" LATE")
    one.keyboard.press(SPLIT)
    clause_with_focus(one, other_than=str(clause.pk))
    other.context.set_offline(False)
    expect(other.locator("[data-offered]")).to_contain_text("LATE", timeout=20_000)
    assert stored(clause) == text.split(" ")[0]
    assert not any("LATE" in said for said in standing().values())
