"""The matrix: a command reaches a clause while somebody types into it, and two people split it at the same moment.

No word in a wrong clause, none twice, and none lost that is not offered back.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from threading import Event
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from playwright.sync_api import expect

from academy import clock
from outcome.adoption import freeze
from outcome.adoption.errors import NotPublished
from outcome.amending.deciding import Saying, decide
from outcome.amending.merging import draft_words
from outcome.amending.opening import set_rules
from outcome.amending.proposing import propose_change
from outcome.amending.rounds import open_rounds
from outcome.drafting import move_clause, remove_clause
from outcome.live.showing import show_written
from outcome.models import Clause, Document
from outcome.restructuring import merge_clauses, place_clause, split_clause
from outcome.revisions import NothingNew, publish_revision
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

    from playwright.sync_api import Page, Route

    from tests.journeys.conftest import Served

pytestmark = pytest.mark.journey
SPLIT = "Control+Shift+Enter"
# How many words are typed, and after how many something happens to their clause.
WORDS, AMID = 40, 8
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
    amid = Event()
    body(page, clause).click()
    page.keyboard.press("Control+End")

    def soon() -> None:
        amid.wait(60)
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(soon)
        for number in range(WORDS):
            if not page.evaluate(IN_CLAUSE, str(clause.pk)):
                break
            if number == AMID:
                amid.set()
            page.keyboard.type(f" w{number:02}", delay=8)
            if page.evaluate(IN_CLAUSE, str(clause.pk)):
                typed.append(f"w{number:02}")
        amid.set()
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
    expect(page.locator("[data-notices] blockquote")).to_have_text(text)


def test_words_typed_while_the_clause_is_removed_come_back_with_it(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")
    typed = type_and_let(page, clause, lambda: remove_clause(clause, by=amara()))
    assert_nothing_is_lost(page, typed, only_in=set())
    page.locator("[data-notices]").get_by_role("button", name="Restore the clause").click()
    expect(body(page, clause)).to_contain_text(typed[-1])
    words = WORD.findall(stored(clause))
    assert words[: len(typed)] == typed


def test_words_typed_while_the_text_is_fixed_are_in_it_or_offered(academy: Served) -> None:
    clause, page = first(), come(academy, "amara")

    def fix() -> None:
        # What is typed until then is published with it; what comes between the two holds it up.
        for _attempt in range(20):
            with suppress(NothingNew):
                publish_revision(Document.objects.get(), label="Last", audience="public", by=amara())
            try:
                freeze(Document.objects.get(), by=amara())
                return
            except NotPublished as refusal:
                last = refusal
        raise last

    typed = type_and_let(page, clause, fix)
    expect(page.locator(STATE)).to_contain_text("The text is fixed", timeout=20_000)
    assert_nothing_is_lost(page, typed, only_in={str(clause.pk)})


def adopted_amendment(clause: Clause, before: str, after: str) -> None:
    """An amendment to the clause was adopted in a round, and waits for the drafting group."""
    document, by = clause.document, amara()
    yesterday = clock.now() - timedelta(days=1)
    set_rules(
        document,
        takes_amendments=True,
        amendments_from=yesterday,
        takes_comments=True,
        comments_from=yesterday,
        by=by,
    )
    base = document.revisions.latest("number")
    closes_at = clock.now() + timedelta(hours=1)
    found = open_rounds(document, [clause.section], closes_at=closes_at, by=by)[0]
    words = draft_words(clause)
    proposed = type(words)(words.heading, words.text.replace(before, after), words.remark)
    made = propose_change(clause, proposed, reason="It is clearer.", base=base.number, by=by)
    decide(found, made, Saying("adopt"), by=by)


def test_an_amendment_is_taken_in_while_somebody_types(academy: Served) -> None:
    """On the page of the drafting group: what was typed since it was opened is in the clause beside the new words."""
    clause = first()
    text = stored(clause)
    word = text.split()[2]
    beside(lambda: adopted_amendment(clause, word, "AMENDED"))
    writer, group = come(academy, "amara"), academy.person("dawit")
    group.goto(f"/2022/document/desk/merging/clauses/{clause.pk}/")
    typed = type_and_let(writer, clause, lambda: None)
    expect(writer.locator(STATE)).to_have_text("Saved", timeout=20_000)
    take_in = group.get_by_role("button", name="Write it into the draft")
    take_in.click()
    # The draft was changed meanwhile: the page says so, and what it writes next has both.
    expect(group.locator("textarea[name=text]")).to_have_value(re.compile("AMENDED.*w39", re.DOTALL))
    take_in.click()
    expect(body(writer, clause)).to_contain_text("AMENDED")
    assert_nothing_is_lost(writer, typed, only_in={str(clause.pk)})
    assert stored(clause) == f"{text.replace(word, 'AMENDED')} {' '.join(typed)}"


def test_words_typed_offline_while_an_amendment_is_taken_in_are_kept_beside_it(academy: Served) -> None:
    clause = first()
    text = stored(clause)
    word = text.split()[2]
    beside(lambda: adopted_amendment(clause, word, "AMENDED"))
    writer, group = come(academy, "amara"), academy.person("dawit")
    cut_off(writer)
    type_at_start(writer, clause, "Offline ")
    group.goto(f"/2022/document/desk/merging/clauses/{clause.pk}/")
    group.get_by_role("button", name="Write it into the draft").click()
    expect(group.get_by_text("The draft has the new words.")).to_be_visible()
    writer.context.set_offline(False)
    expect(writer.locator(STATE)).to_have_text("Saved", timeout=20_000)
    assert stored(clause) == f"Offline {text.replace(word, 'AMENDED')}"


# --- Split ∥ split ----------------------------------------------------------------------------------------------------


def split_both(one: Page, other: Page) -> None:
    """Both order a split; neither order reaches the server before both are on their way."""
    held: list[Route] = []
    for page in (one, other):
        page.route("**/split/", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks what it is given
    for page in (one, other):
        page.keyboard.press(SPLIT)
    while len(held) < 2:
        one.wait_for_timeout(50)
    for route in held:
        route.continue_()


def put_cursor(page: Page, clause: Clause, at: int) -> None:
    body(page, clause).click()
    page.keyboard.press("Control+Home")
    for _character in range(at):
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("places", [(1, 1), (1, 3), (3, 1)])
def test_two_people_split_a_clause_at_the_same_moment(academy: Served, places: tuple[int, int]) -> None:
    """At one place it is split once; at two there are three clauses, or the second is told that its place is gone."""
    clause, pages = first(), (come(academy, "amara"), come(academy, "dawit"))
    before, text = standing(), stored(clause)
    words = text.split(" ")
    for page, number in zip(pages, places, strict=True):
        put_cursor(page, clause, len(" ".join(words[:number])) + 1)
    split_both(*pages)
    refusals = "[data-notices] .alert-warning"
    for _time in range(200):
        told = sum(page.locator(refusals).count() for page in pages)
        after = standing()
        if told + len(after) - len(before) == 2:
            break
        pages[0].wait_for_timeout(100)
    for page in pages:
        expect(page.locator(".live-clause")).to_have_count(len(after), timeout=20_000)
    made = [str(clause.pk), *(key for key in after if key not in before)]
    allowed = [
        sorted(" ".join(words[start:end]) for start, end in pairwise(sorted({0, *cuts, len(words)})))
        for cuts in ([places[0]], [places[1]], places)
    ]
    assert sorted(after[key] for key in made) in allowed
    assert told == 2 - (len(made) - 1)
    assert told == 1 or places[0] != places[1]
    assert after.keys() - set(made) == before.keys() - {str(clause.pk)}


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
