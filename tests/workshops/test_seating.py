"""Seats: drawn, pinned, and given up when somebody leaves or is moved."""

import pytest

from academy.errors import Invalid, NotAllowed
from academy.models import Participant
from programme.casting import cast
from workshops.balance import balance
from workshops.closing import open_group
from workshops.models import Group, Seat, Workshop
from workshops.permissions import may_read_board, readable_boards
from workshops.seating import GroupsHaveMet, SeatTaken, allocate, groups_in, pin, slot_of


@pytest.fixture
def crowd(academy_at):
    return academy_at("registration")


def slot(edition, number):
    return slot_of(
        Workshop.objects.select_related("session__parent", "session").get(edition=edition, number=number)
    )


def group(edition, number, slug="group-1"):
    return Group.objects.of_edition(edition).select_related("workshop__session__parent").get(
        workshop__number=number, slug=slug
    )  # fmt: skip


def participant(user, edition):
    return Participant.objects.select_related("edition").get(user=user, edition=edition)


def test_the_same_number_gives_the_same_groups_again(crowd, amara):
    def drawn():
        allocate(slot(crowd, 1), seed=7, by=amara)
        return set(Seat.objects.filter(workshop__number=1).values_list("participant", "group"))

    assert drawn() == drawn()


def test_groups_are_of_even_size_and_mirror_the_whole(crowd, amara):
    seats = allocate(slot(crowd, 1), seed=7, by=amara)
    groups = list(groups_in(slot(crowd, 1)))
    seats = list(Seat.objects.filter(group__in=groups).select_related("participant"))
    assert abs(sum(1 if seat.group_id == groups[0].pk else -1 for seat in seats)) <= 1
    for share in balance(seats, groups):
        assert max(share.counts) - min(share.counts) <= 3
    assert sum(sum(share.counts) for share in balance(seats, groups)) == len(seats)


def test_nobody_is_moved_by_a_draw_once_a_group_has_met(crowd, amara, bruno):
    group = Group.objects.of_edition(crowd).get(workshop__number=1, slug="group-1")
    slot = slot_of(group.workshop)
    allocate(slot, seed=1, by=amara)
    before = list(Seat.objects.order_by("pk").values_list("pk", "group"))
    open_group(group, by=bruno)
    with pytest.raises(GroupsHaveMet):
        allocate(slot, seed=2, by=amara)
    assert list(Seat.objects.order_by("pk").values_list("pk", "group")) == before


def test_a_pinned_seat_outlives_every_draw(crowd, amara, dawit):
    pin(participant(dawit, crowd), group(crowd, 1, "group-2"), reason="Speaks French", by=amara)
    for seed in range(4):
        allocate(slot(crowd, 1), seed=seed, by=amara)
        seat = Seat.objects.get(participant__user=dawit, workshop__number=1)
        assert (seat.group.slug, seat.pinned, seat.reason) == ("group-2", True, "Speaks French")


def test_whoever_leads_a_group_sits_in_it(crowd, amara, bruno):
    allocate(slot(crowd, 1), seed=3, by=amara)
    assert Seat.objects.get(participant__user=bruno, workshop__number=1).group.slug == "group-1"


def test_a_new_lead_is_moved_from_a_drawn_seat_of_a_parallel_workshop(crowd, amara, dawit):
    """Workshops 10 to 12 run at the same time: the drawn seat is given up, not in the way."""
    allocate(slot(crowd, 10), seed=1, by=amara)
    before = Seat.objects.get(participant__user=dawit, slot=slot(crowd, 10)).workshop.number
    target = group(crowd, 11 if before != 11 else 10)
    cast(participant(dawit, crowd), target.session, "moderator", by=None)
    allocate(slot(crowd, 10), seed=1, by=amara)
    assert Seat.objects.get(participant__user=dawit, slot=slot(crowd, 10)).group == target


def test_pinning_gives_up_a_drawn_seat_and_refuses_to_break_a_pinned_one(crowd, amara, dawit):
    allocate(slot(crowd, 10), seed=1, by=amara)
    pin(participant(dawit, crowd), group(crowd, 10), reason="Asked for it", by=amara)
    with pytest.raises(SeatTaken):
        pin(participant(dawit, crowd), group(crowd, 12), reason="Asked again", by=amara)
    seat = Seat.objects.get(participant__user=dawit, slot=slot(crowd, 10))
    assert (seat.workshop.number, seat.reason) == (10, "Asked for it")


@pytest.mark.parametrize("reason", ["", " ", "x" * 201, "a\x00"])
def test_a_reason_that_cannot_stand_is_refused(crowd, amara, dawit, reason):
    with pytest.raises(Invalid):
        pin(participant(dawit, crowd), group(crowd, 1), reason=reason, by=amara)


def test_only_organisers_seat_people(crowd, bruno, dawit):
    with pytest.raises(NotAllowed):
        allocate(slot(crowd, 1), seed=1, by=bruno)
    with pytest.raises(NotAllowed):
        pin(participant(dawit, crowd), group(crowd, 1), reason="My friend", by=bruno)
    assert not Seat.objects.exists()


def test_whoever_withdraws_loses_the_seat_with_the_next_draw_and_the_board_at_once(crowd, amara, dawit):
    pin(participant(dawit, crowd), group(crowd, 1), reason="Speaks French", by=amara)
    assert may_read_board(dawit, group(crowd, 1)) is True
    Participant.objects.filter(user=dawit).update(state="withdrawn")
    assert may_read_board(dawit, group(crowd, 1)) is False
    allocate(slot(crowd, 1), seed=1, by=amara)
    assert not Seat.objects.filter(participant__user=dawit).exists()


@pytest.mark.parametrize("who", ["amara", "bruno", "chiara", "dawit", "esi", "farid"])
def test_the_boards_in_a_list_are_those_that_may_be_read(academy_at, who, request):
    """The answer for all groups at once is the one of `may_read_board` for each."""
    edition = academy_at("workshops")
    user = request.getfixturevalue(who)
    each = {g.pk for g in Group.objects.of_edition(edition) if may_read_board(user, g)}
    assert readable_boards(user, edition) == each
