"""Findings are moved, split and put back; every step is a line of the ledger, and nothing is deleted."""

from uuid import uuid4

import pytest

from academy.errors import Invalid, NotAllowed
from tests.factories import make_finding, open_room
from workshops.closing import verify_closings
from workshops.findings import (
    AlreadyMerged,
    OfAnotherGroup,
    agree_on_finding,
    merge_finding,
    park_finding,
    reword_finding,
)
from workshops.ledger import events_after, verify_findings
from workshops.models import Finding, Part
from workshops.rearranging import NothingToUndo, move_finding, split_finding, undo_step


@pytest.fixture
def room(edition, bruno):
    return open_room(edition, by=bruno)


def verbs(room, after=0):
    room.refresh_from_db()
    return [(event["finding"]["number"], event["verb"]) for event in events_after(room, after)]


def undo(finding, by):
    return undo_step(finding, finding.events.latest("number").number, by=by)


def state_of(finding):
    finding.refresh_from_db()
    return (
        finding.text,
        finding.state,
        finding.reason,
        finding.part.letter,
        finding.question_id,
        finding.merged_into_id,
    )


def test_a_finding_moves_under_another_question_and_into_another_part(room, bruno):
    finding = make_finding(room, by=bruno)
    other = room.workshop.parts.get(letter="B")
    question = other.questions.last()
    moved = move_finding(finding, part=other, question=question, by=bruno)
    assert (moved.part, moved.question) == (other, question)
    assert verbs(room) == [(1, "noted"), (1, "moved")]
    move_finding(moved, part=other, question=question, by=bruno)
    assert verbs(room) == [(1, "noted"), (1, "moved")]


def test_a_finding_stays_in_its_workshop(room, bruno):
    finding, own = make_finding(room, by=bruno), room.workshop.parts.get(letter="A")
    foreign = Part.objects.get(workshop__number=2, letter="A")
    for part, question in ((foreign, None), (own, foreign.questions.first())):
        with pytest.raises(OfAnotherGroup):
            move_finding(finding, part=part, question=question, by=bruno)
    assert verbs(room) == [(1, "noted")]


def test_a_split_keeps_the_first_piece_and_leads_the_others_back_to_it(room, edition, bruno, dawit):
    finding = make_finding(room, by=bruno, text="Count the money, and count the people.")
    with pytest.raises(NotAllowed):
        split_finding(finding, ["One.", "Two."], key=uuid4(), by=dawit)
    pieces = split_finding(
        finding, ["Count the money.", "", "Count the people.", "Tell them."], key=uuid4(), by=bruno
    )
    assert [(p.number, p.text, p.split_from_id, p.question_id) for p in pieces] == [
        (1, "Count the money.", None, finding.question_id),
        (3, "Count the people.", finding.pk, finding.question_id),
        (4, "Tell them.", finding.pk, finding.question_id),
    ]
    assert verbs(room) == [(1, "noted"), (1, "split"), (3, "split off"), (4, "split off")]
    assert events_after(room, 2)[0]["finding"]["split_from"] == str(finding.pk)
    assert [*verify_findings(edition), *verify_closings(edition)] == []


def test_a_split_whose_answer_was_lost_is_the_same_split(room, bruno):
    finding, key = make_finding(room, by=bruno), uuid4()
    first = split_finding(finding, ["One.", "Two."], key=key, by=bruno)
    assert split_finding(finding, ["One.", "Two."], key=key, by=bruno) == first
    assert Finding.objects.filter(group=room).count() == 2


@pytest.mark.parametrize("texts", [[], ["One."], ["One.", " "], ["x"] * 9, ["One.", "x" * 501]])
def test_pieces_that_make_no_sense_are_refused(room, bruno, texts):
    with pytest.raises(Invalid):
        split_finding(make_finding(room, by=bruno), texts, key=uuid4(), by=bruno)
    assert Finding.objects.filter(group=room).count() == 1


@pytest.mark.parametrize("step", ["reword", "agree", "park", "move", "merge"])
def test_the_last_step_can_be_taken_back_and_done_again(room, edition, bruno, step):
    finding, target = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two."))
    steps = {
        "reword": lambda: reword_finding(finding, text="Other words.", by=bruno),
        "agree": lambda: agree_on_finding(finding, by=bruno),
        "park": lambda: park_finding(finding, reason="Later.", by=bruno),
        "move": lambda: move_finding(
            finding, part=room.workshop.parts.get(letter="B"), question=None, by=bruno
        ),
        "merge": lambda: merge_finding(finding, target, by=bruno),
    }
    before = state_of(finding)
    steps[step]()
    after = state_of(finding)
    undo(finding, bruno)
    assert state_of(finding) == before
    undo(finding, bruno)
    assert state_of(finding) == after != before
    assert [verb for _number, verb in verbs(room)][-2:] == ["undone", "undone"]
    assert [*verify_findings(edition), *verify_closings(edition)] == []


def test_what_was_split_is_put_together_again(room, bruno):
    finding = make_finding(room, by=bruno, text="One and two.")
    _first, second = split_finding(finding, ["One.", "Two."], key=uuid4(), by=bruno)
    undo(finding, bruno)
    second.refresh_from_db()
    assert state_of(finding)[:2] == ("One and two.", "noted")
    assert (second.state, second.merged_into_id) == ("merged", finding.pk)


def test_a_split_is_not_undone_over_the_head_of_its_pieces(room, bruno):
    finding = make_finding(room, by=bruno)
    _first, second = split_finding(finding, ["One.", "Two."], key=uuid4(), by=bruno)
    agree_on_finding(second, by=bruno)
    with pytest.raises(NothingToUndo):
        undo(finding, bruno)
    assert state_of(finding)[0] == "One."


def test_nobody_takes_back_what_they_have_not_seen(room, bruno):
    finding = make_finding(room, by=bruno)
    with pytest.raises(NothingToUndo):
        undo_step(finding, 1, by=bruno)
    agree_on_finding(finding, by=bruno)
    park_finding(finding, reason="Later.", by=bruno)
    with pytest.raises(NothingToUndo):
        undo_step(finding, 2, by=bruno)
    assert state_of(finding)[1] == "parked"


def test_a_merge_is_not_taken_back_into_one_that_was_merged_away(room, bruno):
    one, two, three = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two.", "Three."))
    merge_finding(one, two, by=bruno)
    undo(one, bruno)
    merge_finding(two, three, by=bruno)
    with pytest.raises(NothingToUndo):
        undo(one, bruno)
    with pytest.raises(AlreadyMerged):
        move_finding(two, part=room.workshop.parts.get(letter="B"), question=None, by=bruno)


def test_participants_rearrange_nothing(room, bruno, dawit):
    finding = make_finding(room, by=bruno)
    for act in (
        lambda: move_finding(finding, part=room.workshop.parts.get(letter="B"), question=None, by=dawit),
        lambda: undo_step(finding, 1, by=dawit),
    ):
        with pytest.raises(NotAllowed):
            act()
