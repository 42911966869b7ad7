"""A finalisation round on its pages: when it takes nothing more, the words of the room, what is referred."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from academy import clock
from outcome.amending.clauses import Words
from outcome.amending.deciding import Saying, decide, recommend
from outcome.amending.proposing import propose_change, rebase
from outcome.drafting import reword_clause
from outcome.models import Amendment
from outcome.revisions import publish_revision
from tests.outcome.pages import flat, url

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from academy.models import User
    from outcome.models import Clause, Round

    ClientOf = Callable[[User | None], Client]


def test_the_list_of_rounds_says_when_the_closing_time_has_passed_by_itself(
    round_one: Round, client_of: ClientOf, dawit: User
) -> None:
    def told() -> tuple[bool, bool]:
        page = flat(client_of(dawit).get(url("rounds")))
        return "takes amendments until" in page, "takes no more amendments" in page

    assert told() == (True, False)
    with clock.set_to(round_one.closes_at + timedelta(minutes=1)):
        assert told() == (False, True)


def test_a_decision_goes_on_from_the_words_that_were_recommended(
    amendment: Amendment, round_one: Round, client_of: ClientOf, amara: User
) -> None:
    changed = Words("Anchor it", "to anchor it in a law, a budget and a plan;", "It was dropped.")
    recommend(round_one, amendment, Saying("adopt-changed", words=changed), by=amara)
    page = client_of(amara).get(url("treat", round_one.pk, 1))
    assert page.context["form"]["text"].value() == changed.text


def test_what_a_room_referred_is_on_the_drafting_groups_page_and_not_ticked_beside_what_was_adopted(
    amendment: Amendment, round_one: Round, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    other = Words("Anchor it", "to anchor it in a law;", "It was dropped.")
    propose_change(clause, other, reason="Law lasts.", base=1, by=amara)
    decide(round_one, amendment, Saying("refer", reason="Find the word."), by=amara)
    organiser = client_of(amara)
    page = flat(organiser.get(url("merging")))
    assert ("referred to you" in page, "Find the word." in page) == (True, True)
    assert organiser.get(url("merge_clause", clause.pk)).context["chosen"] == {1}
    decide(round_one, Amendment.objects.get(number=2), Saying("adopt"), by=amara)
    assert organiser.get(url("merge_clause", clause.pk)).context["chosen"] == {2}


def test_a_round_says_which_amendments_stand_on_a_revision_published_meanwhile(
    amendment: Amendment, round_one: Round, clause: Clause, client_of: ClientOf, amara: User, dawit: User
) -> None:
    hint = "It stands on a revision that was published after this round began"
    reword_clause(clause, text="to anchor it in a plan;", heading="Anchor it", version=1, by=amara)
    publish_revision(clause.document, label="Next", audience="public", by=amara)
    organiser = client_of(amara)
    assert hint not in flat(organiser.get(url("round", round_one.pk)))
    moved = Words("Anchor it", "to anchor it in a plan with a budget;", "It was dropped.")
    rebase(amendment, moved, reason="Money.", base=2, by=dawit)
    for page in (url("round", round_one.pk), url("treat", round_one.pk, 1)):
        assert hint in flat(organiser.get(page))
