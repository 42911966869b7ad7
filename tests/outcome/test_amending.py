"""Amendments: who may propose, on which base, what conflicts, and that nothing is changed behind the history's back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.models import Role
from academy.roles import grant_role
from outcome.amending.clauses import NOTHING, Words, words_by_clause
from outcome.amending.opening import set_rules
from outcome.amending.permissions import may_amend, rules_of
from outcome.amending.proposing import (
    BaseMoved,
    NothingProposed,
    NotTaken,
    OverAlready,
    OwnAmendment,
    co_sign,
    propose_addition,
    propose_change,
    propose_deletion,
    rebase,
    take_signature_back,
    withdraw_amendment,
)
from outcome.amending.recording import verify_amendments
from outcome.amending.standing import WITH_ALL, standings
from outcome.drafting import remove_clause, reword_clause
from outcome.locking import DocumentFixed
from outcome.models import Amendment, CoSignature, Wording
from outcome.revisions import publish_revision
from tests.factories import make_participant, make_user

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from academy.models import Edition, User
    from outcome.models import Clause, Document, Revision

WORDS = Words("Anchor it", "to anchor it in a budget;", "It was dropped.")
OTHER = Words("Anchor it", "to anchor it in a law;", "It was dropped.")


def open_from(document: Document, days: int | None, *, by: User, takes: bool = True) -> None:
    moment = None if days is None else clock.now() + timedelta(days=days)
    set_rules(
        document,
        takes_amendments=takes,
        amendments_from=moment,
        takes_comments=takes,
        comments_from=moment,
        by=by,
    )


def publish_next(clause: Clause, text: str, *, by: User) -> Revision:
    clause.refresh_from_db()
    reword_clause(clause, text=text, heading=clause.heading, version=clause.version, by=by)
    return publish_revision(clause.document, label="Next", audience="public", by=by)


def standing_now(document: Document) -> dict[int, tuple[bool, tuple[int, ...]]]:
    """{amendment: (needs a rebase, conflicts)} against the newest revision."""
    content = document.revisions.order_by("-number").values_list("content", flat=True)[0]
    rows = Amendment.objects.filter(document=document).order_by("number").prefetch_related(*WITH_ALL)
    found = standings(rows, words_by_clause(content))
    return {row.amendment.number: (row.needs_rebase, row.conflicts) for row in found}


# --- Who may, and when ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "takes", "expected"),
    [
        (-1, True, {"organiser": True, "delegate": True, "confirmed": True}),
        (1, True, {"organiser": True, "delegate": True, "confirmed": False}),
        (None, True, {"organiser": True, "delegate": True, "confirmed": False}),
        (-1, False, {"organiser": False, "delegate": False, "confirmed": False}),
    ],
)
def test_participants_propose_from_the_set_date_and_delegates_before(
    days: int | None,
    takes: bool,
    expected: dict[str, bool],
    published: Revision,
    edition: Edition,
    amara: User,
    bruno: User,
    dawit: User,
    farid: User,
) -> None:
    open_from(published.document, days, by=amara, takes=takes)
    rules = rules_of(published.document)
    people = {"organiser": amara, "delegate": dawit, "confirmed": bruno}
    assert {key: may_amend(person, edition, rules) for key, person in people.items()} == expected
    assert may_amend(farid, edition, rules) is False


def test_an_observer_and_a_delegate_who_is_not_confirmed_propose_nothing(
    taking: Revision, clause: Clause, edition: Edition
) -> None:
    waiting = make_user("waiting")
    make_participant(waiting, edition, state="applied")
    grant_role(waiting, edition, Role.Kind.DELEGATE, by=None)
    observer = make_user("observer")
    make_participant(observer, edition)
    grant_role(observer, edition, Role.Kind.OBSERVER, by=None)
    for person in (waiting, observer):
        with pytest.raises(NotAllowed):
            propose_change(clause, WORDS, reason="Why not?", base=1, by=person)
    assert Amendment.objects.count() == 0


def test_without_the_permission_in_the_rule_anybody_would_propose(
    taking: Revision, clause: Clause, farid: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: it is the question in the rule that refuses."""
    with pytest.raises(NotAllowed):
        propose_change(clause, WORDS, reason="Why not?", base=1, by=farid)
    monkeypatch.setattr("outcome.amending.proposing.open_for", lambda document, by: None)
    assert propose_change(clause, WORDS, reason="Why not?", base=1, by=farid).number == 1


def test_only_organisers_say_what_is_taken(published: Revision, dawit: User) -> None:
    with pytest.raises(NotAllowed):
        open_from(published.document, -1, by=dawit)


def test_nothing_is_proposed_while_amendments_are_not_taken(
    published: Revision, clause: Clause, amara: User, dawit: User
) -> None:
    for person in (amara, dawit):
        with pytest.raises(NotTaken):
            propose_change(clause, WORDS, reason="Why not?", base=1, by=person)


# --- Proposing --------------------------------------------------------------------------------------------------------


def test_an_amendment_keeps_its_base_the_full_words_and_the_reason(
    amendment: Amendment, taking: Revision, clause: Clause
) -> None:
    wording = Wording.objects.get()
    base = words_by_clause(taking.content)[str(clause.pk)]
    kept = (wording.base_id, wording.base_digest, wording.text, wording.reason)
    assert kept == (taking.pk, base.digest, WORDS.text, "Money makes it real.")
    assert (amendment.number, amendment.kind, amendment.state) == (1, "change", "submitted")


@pytest.mark.parametrize(
    ("words", "reason", "error"),
    [
        (Words("Anchor it", "to anchor it in a decision;", "It was dropped."), "Why", NothingProposed),
        (Words("", "   ", ""), "Why", Invalid),
        (WORDS, "   ", Invalid),
        (WORDS, "x" * 1001, Invalid),
        (Words("", "to\x00act", ""), "Why", Invalid),
        (Words("", "x" * 4001, ""), "Why", Invalid),
        (Words("x" * 121, "to act;", ""), "Why", Invalid),
    ],
)
def test_what_cannot_be_a_proposal_is_refused(
    taking: Revision, clause: Clause, dawit: User, words: Words, reason: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        propose_change(clause, words, reason=reason, base=1, by=dawit)
    assert (Amendment.objects.count(), Wording.objects.count()) == (0, 0)


def test_a_new_clause_stands_after_one_of_its_section(
    document: Document, taking: Revision, clause: Clause, dawit: User
) -> None:
    made = propose_addition(
        clause.section, Words("", "to act;", ""), after=clause, reason="Missing", base=1, by=dawit
    )
    assert (made.kind, made.after, made.clause) == ("addition", clause, None)
    preamble = document.sections.get(kind="preamble")
    with pytest.raises(Invalid):
        propose_addition(preamble, Words("", "to act;", ""), after=clause, reason="Odd", base=1, by=dawit)


def test_a_paragraph_of_the_preamble_gets_no_remark(
    document: Document, taking: Revision, dawit: User
) -> None:
    paragraph = document.clauses.get(kind="preamble")
    words = Words("", "We met online.", "A remark")
    made = propose_change(paragraph, words, reason="We did", base=1, by=dawit)
    assert made.wordings.get().remark == ""


def test_whoever_wrote_on_an_older_revision_of_the_clause_is_told(
    taking: Revision, clause: Clause, amara: User, dawit: User
) -> None:
    newer = publish_next(clause, "to anchor it in a plan;", by=amara)
    with pytest.raises(BaseMoved) as caught:
        propose_change(clause, WORDS, reason="Why", base=1, by=dawit)
    assert (caught.value.revision, Amendment.objects.count()) == (newer, 0)


def test_a_newer_revision_with_the_same_words_for_the_clause_is_no_obstacle(
    document: Document, taking: Revision, clause: Clause, amara: User, dawit: User
) -> None:
    newer = publish_next(document.clauses.get(heading="Count"), "to count them;", by=amara)
    made = propose_change(clause, WORDS, reason="Why", base=1, by=dawit)
    assert made.wordings.get().base == newer


@pytest.mark.parametrize("base", [0, 2, 99])
def test_a_revision_that_is_not_there_is_no_base(
    taking: Revision, clause: Clause, dawit: User, base: int
) -> None:
    with pytest.raises(Invalid):
        propose_change(clause, WORDS, reason="Why", base=base, by=dawit)


# --- Conflicts and rebasing -------------------------------------------------------------------------------------------


def test_amendments_to_the_same_words_conflict_and_others_do_not(
    amendment: Amendment, clause: Clause, dawit: User, amara: User
) -> None:
    propose_change(clause, OTHER, reason="Law lasts.", base=1, by=amara)
    heading = Words("Anchor it well", "to anchor it in a decision;", "It was dropped.")
    propose_change(clause, heading, reason="Better", base=1, by=amara)
    propose_deletion(clause, reason="Said elsewhere", base=1, by=dawit)
    assert standing_now(clause.document) == {
        1: (False, (2, 4)),
        2: (False, (1, 4)),
        3: (False, (4,)),
        4: (False, (1, 2, 3)),
    }


def test_a_withdrawn_amendment_conflicts_with_nothing(
    amendment: Amendment, clause: Clause, dawit: User, amara: User
) -> None:
    propose_change(clause, OTHER, reason="Law lasts.", base=1, by=amara)
    withdraw_amendment(amendment, by=dawit)
    assert standing_now(clause.document) == {1: (False, ()), 2: (False, ())}


def test_amendments_on_two_texts_of_a_clause_conflict_where_they_want_the_same_words(
    amendment: Amendment, clause: Clause, amara: User, dawit: User
) -> None:
    publish_next(clause, "to anchor it in a decision of the council;", by=amara)
    for text in ("to anchor it in a law of the council;", "to anchor it in a decision of the assembly;"):
        propose_change(clause, Words("Anchor it", text, "It was dropped."), reason="Why", base=2, by=amara)
    assert standing_now(clause.document) == {1: (True, (2,)), 2: (False, (1,)), 3: (False, ())}
    propose_deletion(clause, reason="Said elsewhere", base=2, by=dawit)
    assert standing_now(clause.document)[1] == (True, (2, 4))


def test_amendments_on_a_text_that_is_over_still_conflict_with_each_other(
    amendment: Amendment, clause: Clause, amara: User
) -> None:
    propose_change(clause, OTHER, reason="Law lasts.", base=1, by=amara)
    publish_next(clause, "to anchor it in a decision of the council;", by=amara)
    assert standing_now(clause.document) == {1: (True, (2,)), 2: (True, (1,))}


def test_conflicts_ask_nothing_for_one_text_and_once_for_many(
    amendment: Amendment,
    clause: Clause,
    amara: User,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    propose_change(clause, OTHER, reason="Law lasts.", base=1, by=amara)

    def asked(queries: int) -> None:
        content = clause.document.revisions.order_by("-number").values_list("content", flat=True)[0]
        rows = list(Amendment.objects.select_related("merged").prefetch_related(*WITH_ALL))
        with django_assert_num_queries(queries):
            standings(rows, words_by_clause(content))

    asked(0)
    for base, text in ((2, "to anchor it in a decision of the council;"), (3, "to anchor it today;")):
        publish_next(clause, text, by=amara)
        propose_change(clause, OTHER, reason="Law lasts.", base=base, by=amara)
        asked(1)


def test_when_the_base_moves_the_amendment_needs_a_rebase_until_it_is_put_on_the_new_words(
    amendment: Amendment, clause: Clause, amara: User, dawit: User
) -> None:
    publish_next(clause, "to anchor it in a decision of the council;", by=amara)
    assert standing_now(clause.document) == {1: (True, ())}
    again = Words("Anchor it", "to anchor it in a budget of the council;", "It was dropped.")
    rebase(amendment, again, reason="Money makes it real.", base=2, by=dawit)
    assert standing_now(clause.document) == {1: (False, ())}
    assert [row.text for row in amendment.wordings.all()] == [WORDS.text, again.text]


def test_an_amendment_whose_clause_is_gone_needs_a_rebase_that_cannot_be(
    amendment: Amendment, clause: Clause, amara: User, dawit: User
) -> None:
    remove_clause(clause, by=amara)
    publish_revision(clause.document, label="Next", audience="public", by=amara)
    assert standing_now(clause.document) == {1: (True, ())}
    with pytest.raises(Invalid):
        rebase(amendment, WORDS, reason="Why", base=2, by=dawit)


def test_only_the_proposer_rebases_and_withdraws(amendment: Amendment, amara: User, bruno: User) -> None:
    for person in (amara, bruno):
        with pytest.raises(NotAllowed):
            rebase(amendment, OTHER, reason="Mine", base=1, by=person)
        with pytest.raises(NotAllowed):
            withdraw_amendment(amendment, by=person)


def test_a_withdrawn_amendment_stays_as_it_is(amendment: Amendment, dawit: User, bruno: User) -> None:
    withdraw_amendment(amendment, by=dawit)
    actions: list[Callable[[], Any]] = [
        lambda: rebase(amendment, OTHER, reason="Again", base=1, by=dawit),
        lambda: withdraw_amendment(amendment, by=dawit),
        lambda: co_sign(amendment, by=bruno),
    ]
    for action in actions:
        with pytest.raises(OverAlready):
            action()


# --- Co-signing -------------------------------------------------------------------------------------------------------


def test_others_join_an_amendment_once_and_leave_it_again(
    amendment: Amendment, dawit: User, bruno: User, farid: User
) -> None:
    co_sign(amendment, by=bruno)
    co_sign(amendment, by=bruno)
    assert CoSignature.objects.count() == 1
    with pytest.raises(OwnAmendment):
        co_sign(amendment, by=dawit)
    with pytest.raises(NotAllowed):
        co_sign(amendment, by=farid)
    take_signature_back(amendment, by=bruno)
    assert CoSignature.objects.count() == 0


def test_a_signature_is_under_the_words_that_were_read(
    amendment: Amendment, dawit: User, bruno: User
) -> None:
    co_sign(amendment, by=bruno)
    rebase(amendment, OTHER, reason="Law lasts.", base=1, by=dawit)
    assert CoSignature.objects.get().wording.number == 1
    co_sign(amendment, by=bruno)
    assert CoSignature.objects.get().wording.number == 2


# --- What is kept -----------------------------------------------------------------------------------------------------


def test_a_frozen_document_takes_nothing(
    amendment: Amendment, clause: Clause, bruno: User, amara: User
) -> None:
    from outcome.adoption import freeze

    freeze(clause.document, by=amara)
    with pytest.raises(DocumentFixed):
        propose_change(clause, OTHER, reason="Late", base=1, by=bruno)
    with pytest.raises(DocumentFixed):
        co_sign(amendment, by=bruno)


@pytest.mark.parametrize("table", ["amendment", "wording"])
def test_the_database_refuses_to_delete_an_amendment_and_to_change_its_words(
    amendment: Amendment, table: str
) -> None:
    rows: Any = {"amendment": Amendment.objects, "wording": Wording.objects}[table]
    changes: dict[str, dict[str, Any]] = {"amendment": {"number": 7}, "wording": {"text": "to forget;"}}
    change = changes[table]
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.filter(pk=rows.get().pk)._raw_delete("default")


def test_the_verification_finds_words_that_were_changed_behind_the_triggers(
    amendment: Amendment, edition: Edition, unsealed: Callable[[str], AbstractContextManager[None]]
) -> None:
    assert list(verify_amendments(edition)) == []
    with unsealed("outcome_wording"):
        Wording.objects.update(text="to forget;")
    assert [found.object for found in verify_amendments(edition)] == [f"amendment {amendment.pk}"]


def test_the_history_knows_every_step(
    amendment: Amendment, edition: Edition, dawit: User, bruno: User
) -> None:
    co_sign(amendment, by=bruno)
    take_signature_back(amendment, by=bruno)
    rebase(amendment, OTHER, reason="Law lasts.", base=1, by=dawit)
    withdraw_amendment(amendment, by=dawit)
    verbs = list(
        edition.history.filter(object_type="outcome.amendment")
        .order_by("number")
        .values_list("verb", flat=True)
    )
    assert verbs == [
        "amendment proposed",
        "amendment co-signed",
        "co-signature taken back",
        "amendment reworded",
        "amendment withdrawn",
    ]
    assert list(verify_amendments(edition)) == []


def test_a_deletion_proposes_no_words(taking: Revision, clause: Clause, dawit: User) -> None:
    made = propose_deletion(clause, reason="Said elsewhere", base=1, by=dawit)
    wording = made.wordings.get()
    assert Words(wording.heading, wording.text, wording.remark) == NOTHING
