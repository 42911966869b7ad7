"""Amendments, rounds, merging and comments through their pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy import clock
from academy.models import Participant
from outcome.amending.clauses import Words
from outcome.amending.deciding import Saying, decide
from outcome.amending.proposing import propose_change
from outcome.comments.writing import answer, comment_on
from outcome.drafting import reword_clause
from outcome.models import Amendment, Clause, Comment, MergedAmendment, Round, Treatment
from outcome.restructuring import open_for_writing
from outcome.revisions import publish_revision
from programme.casting import cast
from tests.outcome.pages import flat, url
from tests.outcome.writers import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from academy.models import Edition, User
    from outcome.models import Document, Revision

    ClientOf = Callable[[User | None], Client]

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "{{ 7 }}{% load x %}",
    "javascript:alert(1)",
    "</textarea><script>alert(1)</script>",
)
TYPED: dict[str, Any] = {
    "heading": "Anchor it",
    "text": "to anchor it in a budget;",
    "remark": "It was dropped.",
    "reason": "Money makes it real.",
    "base": "1",
}


def publish_next(clause: Clause, text: str, *, by: User) -> Revision:
    clause.refresh_from_db()
    reword_clause(clause, text=text, heading=clause.heading, version=clause.version, by=by)
    return publish_revision(clause.document, label="Next", audience="public", by=by)


# --- Proposing --------------------------------------------------------------------------------------------------------


def test_a_change_is_proposed_and_shown_word_by_word(
    taking: Revision, clause: Clause, client_of: ClientOf, dawit: User, bruno: User
) -> None:
    client = client_of(dawit)
    assert 'value="Anchor it"' in flat(client.get(url("amend_clause", clause.pk)))
    assert client.post(url("amend_clause", clause.pk), TYPED)["Location"] == url("amendment", 1)
    page = flat(client_of(bruno).get(url("amendment", 1)))
    assert '<ins><span class="visually-hidden">added: </span>budget' in page
    assert '<del><span class="visually-hidden">removed: </span>decision' in page
    assert ("Proposed by Dawit" in page, "Money makes it real." in page) == (True, True)


def test_what_was_typed_stays_when_the_base_moved_and_the_form_goes_on_from_the_new_one(
    taking: Revision, clause: Clause, client_of: ClientOf, amara: User, dawit: User
) -> None:
    publish_next(clause, "to anchor it in a plan;", by=amara)
    client = client_of(dawit)
    refused = client.post(url("amend_clause", clause.pk), TYPED)
    page = flat(refused)
    assert (refused.status_code, Amendment.objects.count()) == (409, 0)
    assert ("to anchor it in a budget;" in page, 'name="base" value="2"' in page) == (True, True)
    assert "Revision 2 changed this clause while you were writing" in page
    assert client.post(url("amend_clause", clause.pk), {**TYPED, "base": "2"}).status_code == 302


def test_rebasing_shows_both_changes_and_offers_them_together(
    amendment: Amendment, clause: Clause, client_of: ClientOf, amara: User, dawit: User
) -> None:
    publish_next(clause, "to anchor it firmly in a decision;", by=amara)
    client = client_of(dawit)
    assert "needs rebase" in flat(client.get(url("amendment", 1)))
    page = client.get(url("rebase", 1))
    assert page.context["form"]["text"].value() == "to anchor it firmly in a budget;"
    assert "Both go together" in flat(page)
    sent = {**TYPED, "text": "to anchor it firmly in a budget;", "base": "2"}
    assert client.post(url("rebase", 1), sent)["Location"] == url("amendment", 1)
    after = flat(client.get(url("amendment", 1)))
    assert ("needs rebase" in after, "Amendment 1 has its new words." in after) == (False, True)


def test_a_conflict_is_shown_wherever_the_clause_is_shown(
    amendment: Amendment, round_one: Round, clause: Clause, client_of: ClientOf, amara: User, dawit: User
) -> None:
    other = Words("Anchor it", "to anchor it in a law;", "It was dropped.")
    propose_change(clause, other, reason="Law lasts.", base=1, by=amara)
    client = client_of(dawit)
    shown = {
        name: "conflicts with" in flat(client.get(address))
        for name, address in {
            "document": url("document"),
            "clause": url("clause", clause.pk),
            "amendment": url("amendment", 1),
            "list": url("amendments"),
            "round": url("round", round_one.pk),
        }.items()
    }
    assert shown == dict.fromkeys(shown, True)


def test_the_margin_of_the_document_counts_amendments_and_comments_for_those_who_take_part(
    amendment: Amendment, clause: Clause, client_of: ClientOf, bruno: User, farid: User
) -> None:
    thread = comment_on(clause, text="Which decision?", by=bruno)
    answer(thread, text="That of the council.", by=bruno)
    page = flat(client_of(bruno).get(url("document")))
    assert ("1 amendment" in page, "2 comments" in page) == (True, True)
    assert "replace “decision” by “budget”" in page
    for person in (None, farid):
        outside = flat(client_of(person).get(url("document")))
        assert ("1 amendment" in outside, "2 comments" in outside, "budget" in outside) == (False,) * 3


def test_a_new_comment_is_in_the_margin_at_once(
    amendment: Amendment, clause: Clause, client_of: ClientOf, bruno: User
) -> None:
    """The text is rendered once for each state of the margin, and not for longer."""
    client = client_of(bruno)
    assert "1 comment" not in flat(client.get(url("document")))
    comment_on(clause, text="Which decision?", by=bruno)
    assert "1 comment" in flat(client.get(url("document")))


# --- A round, from opening to publication -----------------------------------------------------------------------------


def test_a_round_goes_from_opening_to_publication(
    amendment: Amendment, clause: Clause, edition: Edition, client_of: ClientOf, amara: User, bruno: User
) -> None:
    organiser, document = client_of(amara), clause.document
    closes = (clock.now() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    sent = {"section": [str(clause.section_id)], "closes_at": closes}
    assert organiser.post(url("open_rounds"), sent)["Location"] == url("rounds")
    found = Round.objects.get()
    assert found.workshop is not None
    other = Words("Anchor it", "to anchor it in a law;", "It was dropped.")
    propose_change(clause, other, reason="Law lasts.", base=1, by=amara)
    cast(Participant.objects.get(user=bruno, edition=edition), found.workshop.session, "moderator", by=amara)
    moderator = client_of(bruno)
    treat = {
        "stage": "decision",
        "what": "adopt",
        "manner": "vote",
        "yes": "12",
        "no": "3",
        "abstentions": "1",
    }
    for number in (1, 2):
        assert moderator.post(url("treat", found.pk, number), treat)["Location"] == url("round", found.pk)
    assert "by vote: 12 for, 3 against, 1 abstained" in flat(moderator.get(url("round", found.pk)))
    assert moderator.post(url("close_round", found.pk)).status_code == 302
    page = organiser.get(url("merge_clause", clause.pk))
    assert page.context["seen"].clashing == (2,)
    both = {
        "heading": "Anchor it",
        "text": "to anchor it in a law and a budget;",
        "remark": "It was dropped.",
    }
    merged = organiser.post(url("merge_clause", clause.pk), {**both, "take": ["1", "2"], "version": "1"})
    assert merged["Location"] == url("merging")
    assert set(MergedAmendment.objects.values_list("share", flat=True)) == {"edited"}
    organiser.post(url("publish"), {"label": "After the rounds", "audience": "participants"})
    assert "edited by the drafting group" in flat(moderator.get(url("amendment", 1)))
    assert document.revisions.latest("number").content["sections"][1]["clauses"][0]["text"] == both["text"]


def test_choosing_shows_the_result_of_the_chosen_ones_only(
    amendment: Amendment, round_one: Round, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    other = Words("Anchor it well", "to anchor it in a decision;", "It was dropped.")
    propose_change(clause, other, reason="Better", base=1, by=amara)
    for row in Amendment.objects.all():
        decide(round_one, row, Saying("adopt"), by=amara)
    client = client_of(amara)
    address = url("merge_clause", clause.pk)
    found = [
        client.get(address + query).context["seen"].then
        for query in ("", "?choose=1&take=2", "?choose=1&take=1")
    ]
    assert [(words.heading, words.text) for words in found] == [
        ("Anchor it well", "to anchor it in a budget;"),
        ("Anchor it well", "to anchor it in a decision;"),
        ("Anchor it", "to anchor it in a budget;"),
    ]
    assert client.get(address + "?choose=1&take=9").status_code == 404


def test_what_the_drafting_group_typed_stays_when_somebody_was_faster(
    amendment: Amendment, round_one: Round, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    decide(round_one, amendment, Saying("adopt"), by=amara)
    reword_clause(clause, text="to act;", heading="Anchor it", version=1, by=amara)
    typed = {"heading": "Anchor it", "text": "to anchor all;", "take": ["1"], "version": "1"}
    client = client_of(amara)
    refused = client.post(url("merge_clause", clause.pk), typed)
    assert (refused.status_code, "to anchor all;" in flat(refused)) == (409, True)
    assert client.post(url("merge_clause", clause.pk), {**typed, "version": "2"}).status_code == 302


def test_what_others_wrote_meanwhile_is_brought_into_the_form_beside_what_was_typed(
    amendment: Amendment, round_one: Round, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    """Sending the form again does not take out what somebody wrote since it was opened."""
    decide(round_one, amendment, Saying("adopt"), by=amara)
    client, address = client_of(amara), url("merge_clause", clause.pk)
    fields = client.get(address).context["form"].initial
    sent = {**fields, "take": ["1"]}
    reword_clause(clause, text="to anchor it well in a decision;", heading="Anchor it", version=1, by=amara)
    refused = client.post(address, sent)
    form = refused.context["form"]
    assert (refused.status_code, form["text"].value()) == (409, "to anchor it well in a budget;")
    # What the browser kept of the form does not take their place.
    assert [" merged" in tag for tag in re.findall(r"<dirty-guard[^>]*>", flat(refused))] == [True]
    again = {name: form[name].value() for name in ("heading", "text", "remark", "version", "seen")}
    assert client.post(address, {**again, "take": ["1"]}).status_code == 302
    assert Clause.objects.get(pk=clause.pk).text == "to anchor it well in a budget;"


def test_the_form_that_merges_has_what_was_typed_a_moment_ago(
    amendment: Amendment, round_one: Round, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    """The rows of the clauses follow the typing after a while; the form must not take out what they do not say yet."""
    document = open_for_writing(amendment.document, by=amara)
    decide(round_one, amendment, Saying("adopt"), by=amara)
    Writer(amara, document, 1001).write(clause.pk, 3, "really ")
    client, address = client_of(amara), url("merge_clause", clause.pk)
    fields = client.get(address).context["form"].initial
    assert fields["text"] == "to really anchor it in a budget;"
    assert client.post(address, {**fields, "take": ["1"]}).status_code == 302
    assert Clause.objects.get(pk=clause.pk).text == "to really anchor it in a budget;"


@pytest.mark.parametrize("seen", ["", "x", "[]", "{}", '{"text": 1}'])
def test_a_form_that_does_not_say_what_it_saw_keeps_what_was_typed(
    amendment: Amendment, round_one: Round, clause: Clause, client_of: ClientOf, amara: User, seen: str
) -> None:
    decide(round_one, amendment, Saying("adopt"), by=amara)
    reword_clause(clause, text="to act;", heading="Anchor it", version=1, by=amara)
    typed = {"heading": "Anchor it", "text": "to anchor all;", "take": ["1"], "version": "1", "seen": seen}
    refused = client_of(amara).post(url("merge_clause", clause.pk), typed)
    assert refused.status_code in (409, 422)
    assert "to anchor all;" in flat(refused)


def test_a_vote_without_its_numbers_is_refused_and_what_was_typed_stays(
    amendment: Amendment, round_one: Round, client_of: ClientOf, amara: User
) -> None:
    sent = {"stage": "decision", "what": "reject", "manner": "vote", "yes": "1", "reason": "Too far."}
    refused = client_of(amara).post(url("treat", round_one.pk, 1), sent)
    assert (refused.status_code, Treatment.objects.count()) == (422, 0)
    assert "Too far." in flat(refused)


def test_after_the_round_the_page_says_that_nothing_more_is_taken(
    amendment: Amendment, round_one: Round, clause: Clause, client_of: ClientOf, amara: User, dawit: User
) -> None:
    decide(round_one, amendment, Saying("adopt"), by=amara)
    organiser, delegate, over = client_of(amara), client_of(dawit), "This section takes no more amendments."
    assert "All its amendments are decided." in flat(organiser.get(url("close_round", round_one.pk)))
    assert over not in flat(delegate.get(url("clause", clause.pk)))
    organiser.post(url("close_round", round_one.pk))
    page = flat(delegate.get(url("clause", clause.pk)))
    assert (over in page, "Propose a change" in page) == (True, False)
    assert "takes amendments until" not in flat(delegate.get(url("rounds")))
    refused = delegate.get(url("amend_clause", clause.pk))
    told = "This is not possible now" in flat(refused), "leads nowhere" in flat(refused)
    assert (refused.status_code, *told, over in flat(refused)) == (409, True, False, True)


# --- Comments ---------------------------------------------------------------------------------------------------------


def test_a_comment_is_written_answered_and_resolved_without_scripts(
    taking: Revision, clause: Clause, client_of: ClientOf, dawit: User, esi: User
) -> None:
    client = client_of(dawit)
    sent = {"text": "Which decision?", "quote": "in a decision"}
    landed = client.post(url("comment", clause.pk), sent)["Location"]
    thread = Comment.objects.get()
    assert landed == f"{url('clause', clause.pk)}#comment-{thread.pk}"
    assert client_of(esi).post(url("answer", thread.pk), {"text": "The council’s."}).status_code == 302
    assert client.post(url("resolve", thread.pk), {"done": "1"}).status_code == 302
    page = flat(client.get(url("clause", clause.pk)))
    assert ("Kingfisher" in page, "Esi" in page, "resolved" in page) == (True, False, True)


@pytest.mark.parametrize("name", ["comment", "answer"])
def test_a_refused_comment_keeps_what_was_typed(
    taking: Revision, clause: Clause, client_of: ClientOf, dawit: User, name: str
) -> None:
    thread = comment_on(clause, text="Which decision?", by=dawit)
    key = clause.pk if name == "comment" else thread.pk
    refused = client_of(dawit).post(url(name, key), {"text": "x" * 2001, "quote": ""})
    assert (refused.status_code, "x" * 2001 in flat(refused), Comment.objects.count()) == (422, True, 1)


# --- Hostile words, protected people, many rows -----------------------------------------------------------------------


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words_on_every_page(
    taking: Revision, clause: Clause, client_of: ClientOf, amara: User, dawit: User, words: str
) -> None:
    client, found = client_of(dawit), {}
    client.post(
        url("amend_clause", clause.pk),
        {**TYPED, "heading": words, "text": words, "remark": words, "reason": words},
    )
    client.post(url("comment", clause.pk), {"text": words})
    closes = clock.now() + timedelta(hours=1)
    from outcome.amending.rounds import open_rounds

    opened = open_rounds(taking.document, [clause.section], closes_at=closes, by=amara)[0]
    decide(
        opened,
        Amendment.objects.get(),
        Saying("adopt-changed", words=Words(words, f"{words} {words}", words), reason=words),
        by=amara,
    )
    organiser = client_of(amara)
    addresses = [
        url("clause", clause.pk),
        url("amendments"),
        url("amendment", 1),
        url("round", opened.pk),
        url("treat", opened.pk, 1),
        url("document"),
        url("rebase", 1),
        url("merging"),
        url("merge_clause", clause.pk),
    ]
    for address in addresses:
        found[address] = words in organiser.get(address).content.decode() and "<" in words
    assert found == dict.fromkeys(addresses, False)


def test_a_protected_proposer_stands_under_the_pseudonym_and_an_unlisted_one_under_none(
    taking: Revision,
    clause: Clause,
    edition: Edition,
    client_of: ClientOf,
    esi: User,
    bruno: User,
    dawit: User,
) -> None:
    Participant.objects.filter(user=bruno, edition=edition).update(visibility="unlisted")
    for person, text in ((esi, "to anchor it in a budget;"), (bruno, "to anchor it in a law;")):
        propose_change(clause, Words("Anchor it", text, "It was dropped."), reason="Why", base=1, by=person)
    page = flat(client_of(dawit).get(url("amendments")))
    assert ("Proposed by Kingfisher" in page, "Proposed by a participant" in page) == (True, True)
    assert [name for name in ("Esi", "Bruno", "City of Examples") if name in page] == []


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_pages_ask_as_many_questions_of_many_amendments_as_of_few(
    document: Document,
    amendment: Amendment,
    round_one: Round,
    clause: Clause,
    client_of: ClientOf,
    amara: User,
    dawit: User,
    bruno: User,
) -> None:
    thread = comment_on(clause, text="Which decision?", by=dawit)
    answer(thread, text="That one.", by=bruno)
    client = client_of(bruno)
    addresses = [
        url("document"),
        url("amendments"),
        url("amendment", 1),
        url("clause", clause.pk),
        url("round", round_one.pk),
        url("rounds"),
    ]
    before = {address: queries(client, address) for address in addresses}
    count = document.clauses.get(heading="Count")
    for number in range(4):
        text = f"to count who is left behind {number} times;"
        propose_change(count, Words("Count", text), reason="Why", base=1, by=amara)
        other = Words("Anchor it", f"to anchor it in {number} laws;", "It was dropped.")
        propose_change(clause, other, reason="Why", base=1, by=bruno)
        answer(comment_on(clause, text=f"Number {number}", by=bruno), text="Yes", by=dawit)
    assert {address: queries(client, address) for address in addresses} == before
