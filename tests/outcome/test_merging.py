"""Merging adopted amendments into the draft, and telling the proposers what became of their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from academy.errors import Invalid, NotAllowed
from academy.models import Message
from outcome.amending.clauses import Words
from outcome.amending.deciding import Saying, decide
from outcome.amending.merging import (
    NotWaiting,
    draft_words,
    leave_out,
    merge_addition,
    merge_deletion,
    merge_into_clause,
    preview,
    waiting,
)
from outcome.amending.proposing import OverAlready, propose_addition, propose_change, propose_deletion
from outcome.amending.reading import notes_on
from outcome.amending.recording import verify_amendments
from outcome.amending.rounds import close_round
from outcome.amending.telling import fate_of, fate_words
from outcome.drafting import Overtaken, reword_clause
from outcome.models import Amendment, MergedAmendment
from outcome.revisions import clauses_of, document_content, publish_revision, verify_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from academy.models import Edition, User
    from outcome.models import Clause, Document, Revision, Round

ADOPT = Saying("adopt")


def words(text: str, heading: str = "Anchor it", remark: str = "It was dropped.") -> Words:
    return Words(heading, text, remark)


BUDGET = words("to anchor it in a decision and a budget;")
COUNCIL = words("to anchor it in a decision;", heading="Anchor it well")
LAW = words("to anchor it in a decision and a law;")


@pytest.fixture
def adopted(round_one: Round, clause: Clause, dawit: User, amara: User) -> Callable[[Words], Amendment]:
    def adopt(proposed: Words, saying: Saying = ADOPT) -> Amendment:
        made = propose_change(clause, proposed, reason="Because", base=1, by=dawit)
        return decide(round_one, made, saying, by=amara)

    return adopt


def shares() -> dict[int, str]:
    return dict(MergedAmendment.objects.values_list("amendment__number", "share"))


def headings(document: Document) -> list[str]:
    return [c["heading"] for _section, c in clauses_of(document_content(document))]


def test_amendments_that_go_together_are_taken_in_as_a_whole(
    adopted: Callable[[Words], Amendment], clause: Clause, amara: User, edition: Edition
) -> None:
    adopted(BUDGET)
    adopted(COUNCIL)
    seen = preview(draft_words(clause), waiting(clause.document))
    assert (seen.then, seen.clashing) == (words(BUDGET.text, heading="Anchor it well"), ())
    merge_into_clause(clause, [1, 2], seen.then, version=1, by=amara)
    assert draft_words(clause) == seen.then
    assert shares() == {1: "whole", 2: "whole"}
    assert waiting(clause.document) == []
    assert (list(verify_amendments(edition)), list(verify_document(edition))) == ([], [])


def test_of_two_that_conflict_the_group_edits_what_becomes_of_both(
    adopted: Callable[[Words], Amendment], clause: Clause, amara: User
) -> None:
    adopted(BUDGET)
    adopted(LAW)
    seen = preview(draft_words(clause), waiting(clause.document))
    assert (seen.then, seen.clashing) == (BUDGET, (2,))
    both = words("to anchor it in a decision, a law and a budget;")
    merge_into_clause(clause, [1, 2], both, version=1, by=amara)
    assert (draft_words(clause), shares()) == (both, {1: "edited", 2: "edited"})


def test_words_adopted_as_changed_are_those_of_the_room(
    adopted: Callable[..., Amendment], clause: Clause
) -> None:
    adopted(BUDGET, Saying("adopt-changed", words=LAW))
    assert preview(draft_words(clause), waiting(clause.document)).then == LAW


def test_a_later_edit_of_the_draft_is_kept_when_an_amendment_is_taken_in(
    adopted: Callable[[Words], Amendment], clause: Clause, amara: User
) -> None:
    adopted(BUDGET)
    reword_clause(clause, text="to anchor it firmly in a decision;", heading="Anchor it", version=1, by=amara)
    seen = preview(draft_words(clause), waiting(clause.document))
    assert (seen.then.text, seen.clashing) == ("to anchor it firmly in a decision and a budget;", ())


def test_whoever_saw_an_older_draft_is_refused_and_nothing_is_merged(
    adopted: Callable[[Words], Amendment], clause: Clause, amara: User
) -> None:
    adopted(BUDGET)
    reword_clause(clause, text="to act;", heading="Anchor it", version=1, by=amara)
    with pytest.raises(Overtaken):
        merge_into_clause(clause, [1], BUDGET, version=1, by=amara)
    assert (draft_words(clause).text, shares()) == ("to act;", {})


def test_only_the_drafting_group_merges_and_only_what_was_adopted(
    adopted: Callable[[Words], Amendment], clause: Clause, dawit: User, bruno: User, amara: User
) -> None:
    adopted(BUDGET)
    propose_change(clause, LAW, reason="Law lasts.", base=1, by=dawit)
    for person in (dawit, bruno):
        with pytest.raises(NotAllowed):
            merge_into_clause(clause, [1], BUDGET, version=1, by=person)
    with pytest.raises(NotWaiting):
        merge_into_clause(clause, [1, 2], BUDGET, version=1, by=amara)
    with pytest.raises(Invalid):
        merge_into_clause(clause, [], BUDGET, version=1, by=amara)
    assert shares() == {}


def test_a_merged_amendment_is_neither_merged_nor_decided_again(
    adopted: Callable[[Words], Amendment], round_one: Round, clause: Clause, amara: User
) -> None:
    made = adopted(BUDGET)
    merge_into_clause(clause, [1], BUDGET, version=1, by=amara)
    with pytest.raises(NotWaiting):
        merge_into_clause(clause, [1], BUDGET, version=2, by=amara)
    with pytest.raises(OverAlready):
        decide(round_one, made, Saying("reject"), by=amara)


def test_a_deletion_takes_the_clause_out_and_clashes_with_the_changes_to_it(
    adopted: Callable[[Words], Amendment], round_one: Round, clause: Clause, dawit: User, amara: User
) -> None:
    adopted(BUDGET)
    gone = propose_deletion(clause, reason="Weak", base=1, by=dawit)
    decide(round_one, gone, ADOPT, by=amara)
    seen = preview(draft_words(clause), waiting(clause.document))
    assert (seen.removes, seen.clashing) == (True, (1,))
    with pytest.raises(NotWaiting):
        merge_deletion(clause, [1, 2], by=amara)
    merge_deletion(clause, [2], by=amara)
    assert headings(clause.document) == ["", "Count"]
    leave_out(Amendment.objects.get(number=1), reason="The clause is gone.", by=amara)
    assert shares() == {1: "left-out", 2: "whole"}


@pytest.mark.parametrize(
    ("is_first", "expected"),
    [(False, ["", "Anchor it", "Report", "Count"]), (True, ["", "Report", "Anchor it", "Count"])],
)
def test_a_new_clause_stands_where_it_was_proposed(
    round_one: Round, clause: Clause, dawit: User, amara: User, is_first: bool, expected: list[str]
) -> None:
    new = Words("Report", "to report;", "Nobody did.")
    after = None if is_first else clause
    made = propose_addition(clause.section, new, after=after, reason="Missing", base=1, by=dawit)
    decide(round_one, made, ADOPT, by=amara)
    merge_addition(made, new, by=amara)
    assert (headings(clause.document), shares()) == (expected, {1: "whole"})


def test_leaving_out_needs_a_reason_also_for_the_database(
    adopted: Callable[[Words], Amendment], clause: Clause, amara: User
) -> None:
    made = adopted(BUDGET)
    with pytest.raises(Invalid):
        leave_out(made, reason="  ", by=amara)
    merge = leave_out(made, reason="Said in clause 2.", by=amara)
    with pytest.raises(IntegrityError), transaction.atomic():
        MergedAmendment.objects.filter(merge=merge).update(share="whole")


# --- Telling the proposers --------------------------------------------------------------------------------------------


def letters() -> list[tuple[str, str]]:
    rows = Message.objects.filter(key__startswith="amendment:").order_by("created_at", "key")
    return [(row.to, row.key.rpartition(":")[2]) for row in rows]


def publish(clause: Clause, *, by: User, audience: str = "participants") -> Revision:
    return publish_revision(clause.document, label="After the round", audience=audience, by=by)


def test_proposers_are_told_once_the_round_is_closed_and_a_revision_published(
    adopted: Callable[[Words], Amendment], round_one: Round, clause: Clause, amara: User, bruno: User
) -> None:
    adopted(BUDGET)
    refused = propose_change(clause, LAW, reason="Law lasts.", base=1, by=bruno)
    decide(round_one, refused, Saying("reject", reason="Too far."), by=amara)
    merge_into_clause(clause, [1], BUDGET, version=1, by=amara)
    publish(clause, by=amara)
    assert letters() == []  # the room may still decide otherwise
    close_round(round_one, by=amara)
    reword_clause(clause, text="to act;", heading="Act", version=2, by=amara)
    publish(clause, by=amara, audience="organisers")
    assert letters() == []  # nobody else may read that one
    reword_clause(clause, text="to act now;", heading="Act", version=3, by=amara)
    publish(clause, by=amara)
    assert sorted(letters()) == [("bruno@example.org", "reject"), ("dawit@example.org", "whole")]
    assert "Too far." in Message.objects.get(to="bruno@example.org", key__startswith="amendment:").body
    reword_clause(clause, text="to act today;", heading="Act", version=4, by=amara)
    publish(clause, by=amara)
    assert len(letters()) == 2  # the same is told once


def test_whoever_waited_for_the_drafting_group_is_told_again_when_it_is_done(
    adopted: Callable[[Words], Amendment], round_one: Round, clause: Clause, amara: User
) -> None:
    adopted(BUDGET)
    close_round(round_one, by=amara)
    reword_clause(clause, text=clause.text, heading="Anchor", version=1, by=amara)
    publish(clause, by=amara)
    leave_out(Amendment.objects.get(), reason="Said in clause 2.", by=amara)
    reword_clause(clause, text=clause.text, heading="Anchor it", version=2, by=amara)
    publish(clause, by=amara)
    assert [fate for _to, fate in letters()] == ["waiting", "left-out"]


def test_who_withdrew_from_the_academy_gets_no_mail(
    adopted: Callable[[Words], Amendment], round_one: Round, clause: Clause, dawit: User, amara: User
) -> None:
    from academy.registration import withdraw

    adopted(BUDGET)
    close_round(round_one, by=amara)
    withdraw(dawit.participations.get(), by=dawit)
    merge_into_clause(clause, [1], BUDGET, version=1, by=amara)
    publish(clause, by=amara)
    assert letters() == []


def test_what_became_of_an_amendment_in_every_case(
    round_one: Round, clause: Clause, dawit: User, amara: User
) -> None:
    def told(*, is_over: bool) -> list[str]:
        return [fate_of(row, is_over=is_over) for row in Amendment.objects.order_by("number")]

    for saying in (None, Saying("reject"), Saying("refer"), ADOPT):
        made = propose_change(clause, BUDGET, reason="Because", base=1, by=dawit)
        if saying:
            decide(round_one, made, saying, by=amara)
    assert told(is_over=False) == ["pending", "reject", "refer", "waiting"]
    assert told(is_over=True) == ["undecided", "reject", "refer", "waiting"]


def test_what_a_room_refers_waits_for_the_drafting_group_until_it_is_taken_in_or_left_out(
    adopted: Callable[[Words], Amendment], round_one: Round, clause: Clause, dawit: User, amara: User
) -> None:
    taken, left = adopted(BUDGET), adopted(LAW)
    for one in (taken, left):
        decide(round_one, one, Saying("refer", reason="Find the word."), by=amara)
    assert [(one.amendment.number, one.is_referred) for one in waiting(clause.document)] == [
        (1, True),
        (2, True),
    ]
    assert notes_on(clause.document, round_one.base.content)[str(clause.pk)].amendments != []
    merge_into_clause(clause, [1], BUDGET, version=1, by=amara)
    leave_out(left, reason="Said in clause 2.", by=amara)
    close_round(round_one, by=amara)
    publish(clause, by=amara)
    assert waiting(clause.document) == []
    assert letters() == [("dawit@example.org", "whole"), ("dawit@example.org", "left-out")]
    told = [str(fate_words(row, fate_of(row, is_over=True))) for row in Amendment.objects.order_by("number")]
    assert told == [
        "The room referred it to the drafting group, which took its words into the text.",
        "The room referred it to the drafting group, which left its words out of the text.",
    ]


def test_a_deletion_that_was_referred_is_taken_in_by_the_drafting_group(
    round_one: Round, clause: Clause, dawit: User, amara: User
) -> None:
    made = propose_deletion(clause, reason="Weak", base=1, by=dawit)
    decide(round_one, made, Saying("refer"), by=amara)
    merge_deletion(clause, [1], by=amara)
    made = Amendment.objects.get()
    assert str(fate_words(made, fate_of(made, is_over=True))) == (
        "The room referred it to the drafting group, which took the clause out of the text."
    )


def test_a_proposer_is_told_whose_words_are_in_the_text(
    adopted: Callable[[Words], Amendment], round_one: Round, clause: Clause, dawit: User, amara: User
) -> None:
    made = adopted(BUDGET)
    decide(round_one, made, Saying("adopt-changed", words=LAW), by=amara)
    close_round(round_one, by=amara)
    merge_into_clause(clause, [1], LAW, version=1, by=amara)
    publish(clause, by=amara)
    mail = Message.objects.get(to="dawit@example.org", key__startswith="amendment:").body
    assert "adopted it as changed, and the words of the room are in the text" in " ".join(mail.split())


def test_of_a_deletion_the_proposer_is_told_that_the_clause_is_gone(
    round_one: Round, clause: Clause, dawit: User, amara: User
) -> None:
    made = propose_deletion(clause, reason="Weak", base=1, by=dawit)
    told = [str(fate_words(made, fate_of(made, is_over=True)))]
    decide(round_one, made, ADOPT, by=amara)
    close_round(round_one, by=amara)
    merge_deletion(clause, [1], by=amara)
    made = Amendment.objects.get()
    told.append(str(fate_words(made, fate_of(made, is_over=True))))
    assert told == [
        "The round was closed without a decision on it.",
        "The room adopted it, and the clause is out of the text.",
    ]
