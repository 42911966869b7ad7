"""The rules of a board: repeated, merged, closed, and numbered without a gap."""

from contextlib import suppress
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from academy.errors import DomainError, Invalid, NotAllowed
from tests.factories import make_finding, open_room
from workshops.closing import AlreadyOpen, close_group, go_to_part, open_group
from workshops.findings import (
    AlreadyMerged,
    OfAnotherGroup,
    StandsForOthers,
    agree_on_finding,
    merge_finding,
    note_finding,
    park_finding,
    reopen_finding,
    reword_finding,
)
from workshops.ledger import BoardClosed, events_after
from workshops.models import Finding, FindingEvent, Group, Part

LONG = "x" * 501


def note(
    group, *, by, key=None, part=None, question=None, text="A fixed date to report back.", kind="solution"
):
    part = part or group.workshop.parts.get(letter="A")
    return note_finding(group, key=key or uuid4(), part=part, question=question, kind=kind, text=text, by=by)


def test_noting_twice_with_the_same_key_is_one_finding(edition, bruno):
    room, key = open_room(edition, by=bruno), uuid4()
    first, again = note(room, by=bruno, key=key), note(room, by=bruno, key=key, text="Other words.")
    assert (first.pk, first.text) == (again.pk, again.text)
    assert (Finding.objects.count(), FindingEvent.objects.count()) == (1, 1)


def test_a_write_that_arrived_is_acknowledged_again_after_closing(edition, bruno):
    room, key = open_room(edition, by=bruno), uuid4()
    first = note(room, by=bruno, key=key)
    close_group(room, summary="Dates matter.", by=bruno)
    assert note(room, by=bruno, key=key) == first
    with pytest.raises(BoardClosed):
        note(room, by=bruno)


def test_a_key_of_another_group_is_refused(edition, bruno, amara):
    key = uuid4()
    note(open_room(edition, by=bruno), by=bruno, key=key)
    with pytest.raises(OfAnotherGroup):
        note(open_room(edition, by=amara, slug="group-2"), by=amara, key=key)


def test_only_those_who_run_the_group_note(edition, bruno, dawit):
    room = open_room(edition, by=bruno)
    with pytest.raises(NotAllowed):
        note(room, by=dawit)
    assert not room.findings.exists()


def test_a_planned_board_takes_nothing(edition, bruno):
    room = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    with pytest.raises(BoardClosed):
        note(room, by=bruno)


def test_a_closed_board_refuses_also_behind_the_back_of_the_rules(edition, bruno):
    room = open_room(edition, by=bruno)
    finding = make_finding(room, by=bruno)
    close_group(room, summary="A budget line matters.", by=bruno)
    for write in (
        lambda: Finding.objects.filter(pk=finding.pk).update(text="Something else"),
        lambda: Finding.objects.filter(pk=finding.pk).update(state="agreed"),
        lambda: Finding.objects.create(
            group=room, part=finding.part, number=99, kind="other", text="Late", noted_at=finding.noted_at
        ),
        lambda: FindingEvent.objects.create(
            group=room, number=99, finding=finding, verb="noted", at=finding.noted_at
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    assert list(room.findings.values_list("text", "state")) == [(finding.text, "noted")]


def test_an_open_board_takes_the_same_writes(edition, bruno):
    """The refusal above is the seal's: the same statements succeed while the board is open."""
    finding = make_finding(open_room(edition, by=bruno), by=bruno)
    assert Finding.objects.filter(pk=finding.pk).update(text="Something else") == 1


def test_a_finding_is_never_deleted(edition, bruno):
    finding = make_finding(open_room(edition, by=bruno), by=bruno)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk)._raw_delete("default")
    assert Finding.objects.filter(pk=finding.pk).exists()


def test_a_part_or_question_of_another_workshop_is_refused(edition, bruno):
    room = open_room(edition, by=bruno)
    foreign = Part.objects.get(workshop__number=2, letter="A")
    own = room.workshop.parts.get(letter="A")
    for part, question in ((foreign, None), (own, foreign.questions.first())):
        with pytest.raises(OfAnotherGroup):
            note(room, by=bruno, part=part, question=question)
    with pytest.raises(OfAnotherGroup):
        go_to_part(room, foreign, by=bruno)
    assert not room.findings.exists()


@pytest.mark.parametrize("text", ["", "  \n ", LONG, "a\x00b", "a\u202eb"])
def test_words_that_cannot_stand_are_refused(edition, bruno, text):
    with pytest.raises(Invalid):
        note(open_room(edition, by=bruno), by=bruno, text=text)
    assert not Finding.objects.exists()


def test_a_kind_that_does_not_exist_is_refused(edition, bruno):
    with pytest.raises(Invalid):
        note(open_room(edition, by=bruno), by=bruno, kind="complaint")


def test_a_merged_finding_stands_no_longer_for_itself(edition, bruno):
    room = open_room(edition, by=bruno)
    one, two, three = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two.", "Three."))
    merged = merge_finding(one, two, by=bruno)
    assert (merged.state, merged.merged_into) == ("merged", two)
    for change in (
        lambda: reword_finding(one, text="Again.", by=bruno),
        lambda: agree_on_finding(one, by=bruno),
        lambda: park_finding(one, reason="Later.", by=bruno),
        lambda: merge_finding(three, one, by=bruno),
    ):
        with pytest.raises(AlreadyMerged):
            change()
    with pytest.raises(StandsForOthers):
        merge_finding(two, three, by=bruno)


def test_a_merged_finding_that_is_taken_up_again_stands_for_itself(edition, bruno):
    room = open_room(edition, by=bruno)
    one, two = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two."))
    merge_finding(one, two, by=bruno)
    again = reopen_finding(one, by=bruno)
    assert (again.state, again.merged_into) == ("noted", None)


def test_merging_stays_within_a_group_and_away_from_itself(edition, bruno, amara):
    one = make_finding(open_room(edition, by=bruno), by=bruno)
    other = make_finding(open_room(edition, by=amara, slug="group-2"), by=amara)
    for into, words in ((one, "the number of the finding itself"), (other, "does not belong to this group")):
        with pytest.raises(OfAnotherGroup, match=words):
            merge_finding(one, into, by=bruno)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=one.pk).update(state="merged", merged_into=one)


def test_a_parked_finding_keeps_its_reason_until_it_is_taken_up_again(edition, bruno):
    finding = make_finding(open_room(edition, by=bruno), by=bruno)
    assert park_finding(finding, reason="Belongs to Part B.", by=bruno).reason == "Belongs to Part B."
    with pytest.raises(Invalid):
        park_finding(finding, reason=" ", by=bruno)
    again = reopen_finding(finding, by=bruno)
    assert (again.state, again.reason) == ("noted", "")


@given(st.lists(st.sampled_from(("note", "reword", "agree", "park", "reopen", "merge")), max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ledger_is_numbered_without_a_gap(edition, bruno, steps):
    """Whatever happens, also what is refused: numbers run from 1 to head, and a finding's last line is its state."""
    with transaction.atomic():
        room = open_room(edition, by=bruno)
        first = make_finding(room, by=bruno)
        rules = {
            "note": lambda _newest: make_finding(room, by=bruno),
            "reword": lambda newest: reword_finding(newest, text="Other words.", by=bruno),
            "agree": lambda newest: agree_on_finding(newest, by=bruno),
            "park": lambda newest: park_finding(newest, reason="Later.", by=bruno),
            "reopen": lambda newest: reopen_finding(newest, by=bruno),
            "merge": lambda newest: merge_finding(newest, first, by=bruno),
        }
        for step in steps:
            with suppress(DomainError):
                rules[step](room.findings.latest("number"))
        room.refresh_from_db()
        events = events_after(room, 0)
        assert [event["number"] for event in events] == list(range(1, room.head + 1))
        last = {event["finding"]["id"]: event["finding"]["state"] for event in events}
        assert last == {str(f.pk): f.state for f in room.findings.all()}
        transaction.set_rollback(True)


def test_the_ledger_does_not_say_who_said_it(edition, bruno):
    room = open_room(edition, by=bruno)
    make_finding(room, by=bruno)
    (event,) = events_after(room, 0)
    assert set(event["finding"]) == {
        "id", "number", "part", "question", "kind", "text", "language", "state", "merged_into", "reason",
    }  # fmt: skip
    assert "bruno" not in str(event).lower()


def test_opening_twice_is_refused_and_reopening_is_for_organisers(edition, bruno, amara):
    room = open_room(edition, by=bruno)
    with pytest.raises(AlreadyOpen):
        open_group(room, by=bruno)
    close_group(room, summary="Done.", by=bruno)
    with pytest.raises(NotAllowed):
        open_group(room, by=bruno)
    assert open_group(room, by=amara).state == "open"
    assert close_group(room, summary="Done again.", by=bruno).text == "Done again."
