"""Dots: blind until the part closes, a budget for each person and part, counted once and for good."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from academy import canonical
from academy.errors import Invalid, NotAllowed
from academy.models import HistoryEntry, Participant
from tests.conftest import lift_seals
from tests.factories import make_finding, open_room
from tests.meeting import LITTLE, MUCH, Meeting
from workshops import dots as rules
from workshops.closing import close_group, go_to_part, open_group, verify_closings
from workshops.dots import (
    DotsAreCounted,
    NotEnoughDots,
    dots_left,
    give_dots,
    own_dots,
    tally_of,
    verify_dots,
)
from workshops.findings import AlreadyMerged, merge_finding, note_finding
from workshops.ledger import BoardClosed, verify_findings
from workshops.models import ClosedPart, Group, Seat, Support
from workshops.pacing import set_dots
from workshops.reading import board_parts
from workshops.rearranging import move_finding
from workshops.seating import pin


@pytest.fixture
def room(edition, bruno, chiara, dawit, esi, amara):
    """An open board; Bruno, Chiara, Dawit and Esi have a seat."""
    for user in (bruno, chiara, dawit, esi):
        group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
        pin(user.participations.get(), group, reason="Test", by=amara)
    return open_room(edition, by=bruno)


def of(user):
    return user.participations.get()


def part_of(room, letter):
    return room.workshop.parts.get(letter=letter)


def in_part(room, letter, *, by, text="In another part."):
    return note_finding(
        room, key=uuid4(), part=part_of(room, letter), question=None, kind="solution", text=text, by=by
    )


def shown(room):
    """{finding: dots} as every page of the board shows them."""
    return {
        card.finding.text: card.dots
        for part in board_parts(room)
        for column in part.columns
        for card in column.cards
    }


def test_each_person_has_so_many_dots_in_each_part(room, bruno, dawit):
    one, two = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two."))
    other = in_part(room, "B", by=bruno)
    give_dots(one, 2, by=dawit)
    give_dots(two, 1, by=dawit)
    with pytest.raises(NotEnoughDots, match="You have 1 dot for this finding, as 3 is"):
        give_dots(two, 2, by=dawit)
    give_dots(other, 3, by=dawit)
    assert own_dots(room, of(dawit)) == {str(one.pk): 2, str(two.pk): 1, str(other.pk): 3}
    assert dots_left(room, of(dawit)) == {str(part_of(room, "A").pk): 0, str(part_of(room, "B").pk): 0}


def test_dots_that_are_taken_back_can_be_given_again_and_the_row_stays(room, bruno, dawit):
    one, two = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two."))
    give_dots(one, 3, by=dawit)
    give_dots(one, 0, by=dawit)
    give_dots(two, 3, by=dawit)
    assert sorted(Support.objects.values_list("finding", "dots")) == sorted([(one.pk, 0), (two.pk, 3)])
    with pytest.raises(IntegrityError), transaction.atomic():
        Support.objects.all()._raw_delete("default")


def test_the_budget_is_what_those_who_run_the_group_say(room, bruno, dawit, amara):
    one = make_finding(room, by=bruno)
    set_dots(room, dots=5, by=bruno)
    give_dots(one, 5, by=dawit)
    set_dots(room, dots=2, by=amara)
    with pytest.raises(NotEnoughDots):
        give_dots(one, 3, by=dawit)
    assert own_dots(room, of(dawit)) == {str(one.pk): 5}
    with pytest.raises(NotAllowed):
        set_dots(room, dots=9, by=dawit)
    for dots in (0, -1, 21):
        with pytest.raises(Invalid):
            set_dots(room, dots=dots, by=bruno)


def test_only_those_with_a_seat_give_dots(room, bruno, amara, farid):
    one = make_finding(room, by=bruno)
    for user in (amara, farid):
        with pytest.raises(NotAllowed):
            give_dots(one, 1, by=user)
    Seat.objects.filter(participant=of(bruno)).delete()
    with pytest.raises(NotAllowed):
        give_dots(one, 1, by=bruno)
    assert not Support.objects.exists()


def test_less_than_nothing_is_refused(room, bruno, dawit):
    with pytest.raises(Invalid):
        give_dots(make_finding(room, by=bruno), -1, by=dawit)


def test_nothing_is_counted_until_the_room_moves_on(room, bruno, dawit, esi):
    one, _two = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two."))
    give_dots(one, 2, by=dawit)
    give_dots(one, 1, by=esi)
    assert (tally_of(room), shown(room)) == ({}, {"One.": 0, "Two.": 0})
    go_to_part(room, part_of(room, "B"), by=bruno)
    assert (tally_of(room), shown(room)) == ({str(one.pk): 3}, {"One.": 3, "Two.": 0})


def test_going_back_to_a_part_opens_its_dots_no_more(room, bruno, dawit):
    one = make_finding(room, by=bruno, text="One.")
    give_dots(one, 2, by=dawit)
    go_to_part(room, part_of(room, "B"), by=bruno)
    go_to_part(room, part_of(room, "A"), by=bruno)
    for finding in (one, make_finding(room, by=bruno, text="Late.")):
        with pytest.raises(DotsAreCounted):
            give_dots(finding, 1, by=dawit)
    go_to_part(room, part_of(room, "B"), by=bruno)
    assert tally_of(room) == {str(one.pk): 2}
    assert ClosedPart.objects.filter(group=room, part__letter="A").count() == 1


def test_closing_the_board_counts_every_part_and_opening_it_again_changes_nothing(room, bruno, dawit, amara):
    one, other = make_finding(room, by=bruno, text="One."), in_part(room, "B", by=bruno)
    give_dots(one, 1, by=dawit)
    give_dots(other, 2, by=dawit)
    close_group(room, summary="Done.", by=bruno)
    with pytest.raises(BoardClosed):
        give_dots(one, 2, by=dawit)
    open_group(room, by=amara)
    with pytest.raises(DotsAreCounted):
        give_dots(other, 0, by=dawit)
    assert tally_of(room) == {str(one.pk): 1, str(other.pk): 2}


def test_counted_dots_are_sealed_and_verified(room, edition, bruno, dawit):
    one = make_finding(room, by=bruno)
    give_dots(one, 2, by=dawit)
    go_to_part(room, part_of(room, "B"), by=bruno)
    assert [*verify_findings(edition), *verify_closings(edition)] == []
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedPart.objects.update(tally={})
    Support.objects.update(dots=3)
    assert [found.object for found in verify_dots(edition)] == [f"dots of finding {one.pk}"]
    Support.objects.update(dots=2)
    with lift_seals("workshops_closedpart"):
        ClosedPart.objects.update(tally={str(one.pk): 2, "x": 1})
    (closed,) = ClosedPart.objects.all()
    with pytest.raises(ValueError, match="badly formed"):
        list(verify_dots(edition))
    with lift_seals("workshops_closedpart"):
        ClosedPart.objects.update(tally={})
    assert [found.object for found in verify_dots(edition)] == [f"closed part {closed.pk}"]


def test_dots_of_what_was_merged_count_for_what_stands(room, bruno, dawit, esi):
    one, two = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two."))
    give_dots(one, 1, by=dawit)
    give_dots(two, 2, by=dawit)
    give_dots(two, 1, by=esi)
    merge_finding(two, one, by=bruno)
    with pytest.raises(AlreadyMerged):
        give_dots(two, 1, by=esi)
    go_to_part(room, part_of(room, "B"), by=bruno)
    assert shown(room) == {"One.": 4}


def test_new_dots_for_what_stands_replace_those_on_what_was_merged_into_it(room, bruno, dawit):
    one, two = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two."))
    give_dots(two, 3, by=dawit)
    merge_finding(two, one, by=bruno)
    give_dots(one, 2, by=dawit)
    assert own_dots(room, of(dawit)) == {str(one.pk): 2}


def test_a_finding_that_moves_to_another_part_gives_its_dots_back(room, bruno, dawit):
    one = make_finding(room, by=bruno)
    give_dots(one, 3, by=dawit)
    move_finding(one, part=part_of(room, "A"), question=None, by=bruno)
    assert own_dots(room, of(dawit)) == {str(one.pk): 3}
    move_finding(one, part=part_of(room, "B"), question=None, by=bruno)
    assert own_dots(room, of(dawit)) == {}
    assert dots_left(room, of(dawit)) == {str(part_of(room, "A").pk): 3, str(part_of(room, "B").pk): 3}


def test_counted_dots_stay_with_a_finding_that_moves_on(room, edition, bruno, dawit):
    one, two = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two."))
    give_dots(one, 2, by=dawit)
    go_to_part(room, part_of(room, "B"), by=bruno)
    for finding in (one, two):
        move_finding(finding, part=part_of(room, "B"), question=None, by=bruno)
    assert shown(room) == {"One.": 2, "Two.": 0}
    with pytest.raises(DotsAreCounted):
        give_dots(one, 1, by=dawit)
    give_dots(two, 3, by=dawit)
    close_group(room, summary="Done.", by=bruno)
    assert shown(room) == {"One.": 2, "Two.": 3}
    assert [*verify_findings(edition), *verify_closings(edition)] == []


def test_the_history_says_that_dots_were_given_and_not_how_many_or_where(room, bruno, dawit):
    one = make_finding(room, by=bruno)
    support = give_dots(one, 2, by=dawit)
    entry = HistoryEntry.objects.get(verb="dots given")
    assert (entry.object_type, entry.object_id, entry.data) == ("workshops.support", str(support.pk), {})
    assert str(one.pk) not in canonical.canonical(entry.data).decode()


# --- The race ---------------------------------------------------------------------------------------------------------


def spent_by_two_windows(room, by, at_once, monkeypatch, *, patience):
    """Dawit gives all his dots to two findings in two windows at once; how many he has given then."""
    findings = [make_finding(room, by=by, text=text) for text in ("One.", "Two.")]
    user = Participant.objects.get(user__email="dawit@example.org").user
    both_have_counted, insist = Meeting(2, patience=patience), rules._insist_on_enough

    def slowly(group, finding, *rest):
        insist(group, finding, *rest)
        both_have_counted.wait()

    monkeypatch.setattr(rules, "_insist_on_enough", slowly)
    at_once(2, lambda: give_dots(findings.pop(), 3, by=user))
    return sum(Support.objects.values_list("dots", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_windows_do_not_spend_the_same_dots(transactional_db, room, bruno, at_once, monkeypatch):
    assert spent_by_two_windows(room, bruno, at_once, monkeypatch, patience=LITTLE) == 3


@pytest.mark.django_db(transaction=True)
def test_without_the_groups_row_they_do(transactional_db, room, bruno, at_once, monkeypatch):
    """The control: with the lock taken out, two windows spend twice what there is."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time, with and without our lock")
    monkeypatch.setattr(
        rules, "open_board", lambda group: Group.objects.select_related("workshop__edition").get(pk=group.pk)
    )
    assert spent_by_two_windows(room, bruno, at_once, monkeypatch, patience=MUCH) == 6
