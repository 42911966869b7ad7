"""A workshop or a parallel group that is made at the desk has its board and its seats, and keeps them."""

import pytest

from academy.errors import Invalid
from academy.models import Participant
from programme.casting import cast
from programme.editing import add_session, change_session, move_session
from programme.models import Day, Session
from programme.releases import release
from programme.removing import HangsOn, bring_back, take_out
from programme.undoing import undo
from tests.factories import make_finding, open_room
from workshops.keeping_up import InUse
from workshops.models import Group, Workshop
from workshops.seating import allocate, pin


def session(slug):
    return Session.objects.select_related("edition", "day", "parent").get(slug=slug)


def new_workshop(by, **fields):
    day = Day.objects.get(slug="day-1")
    return add_session(day, title="Workshop session 9", kind="workshop", by=by, **fields)


def new_group(by, home, title="Group East", **fields):
    return add_session(home.day, title=title, kind="group", parent=home, by=by, **fields)


def test_a_workshop_of_the_desk_is_one_group_with_parts_for_findings(edition, amara):
    made = new_workshop(amara, subtitle="What budgets promise")
    row = Workshop.objects.get(session=made)
    assert (row.number, row.title, row.strand.slug) == (
        max(Workshop.objects.exclude(pk=row.pk).values_list("number", flat=True)) + 1,
        "What budgets promise",
        "drivers",
    )
    assert [part.letter for part in row.parts.all()] == ["A", "B"]
    assert [(group.session, group.slug) for group in row.groups.all()] == [(made, "group-1")]


def test_parallel_groups_take_the_place_of_the_one_and_get_seats(edition, amara, dawit):
    home = new_workshop(amara)
    own = Group.objects.get(session=home)
    east = new_group(amara, home, language="fr")
    west = new_group(amara, home, "Group West")
    groups = Group.objects.filter(workshop__session=home)
    assert [(group.session, group.name, group.language) for group in groups] == [
        (east, "Group East", "fr"),
        (west, "Group West", "en"),
    ]
    assert groups.first().pk == own.pk
    seats = allocate(home, seed=1, by=amara)
    assert {seat.participant.user for seat in seats} == {amara, dawit}


def test_a_rename_reaches_the_board_and_its_undo_too(edition, amara):
    row = session("day-1-workshop-1")
    group = Group.objects.filter(workshop__session=row).first()
    edit = change_session(row, subtitle="Who moves first", by=amara)
    assert Workshop.objects.get(session=row).title == "Who moves first"
    change_session(session(group.session.slug), title="Room Nairobi", by=amara)
    group.refresh_from_db()
    assert group.name == "Room Nairobi"
    undo(edit, by=amara)
    assert Workshop.objects.get(session=row).title == row.subtitle


def test_a_session_that_only_moves_leaves_the_workshops_alone(edition, amara, monkeypatch):
    told = []
    monkeypatch.setattr(
        "programme.companions._companions", [lambda _edition, sessions: told.append(sessions)]
    )
    row = session("day-1-plenary-a")
    move_session(row, day=row.day, starts_at=row.ends_at, by=amara)
    assert told == []
    change_session(session(row.slug), title="Plenary", by=amara)
    assert told == [[row]]


def test_a_workshop_without_a_strand_is_refused_in_words(edition, amara):
    Day.objects.filter(slug="day-1").update(strand=None)
    with pytest.raises(Invalid, match="belongs to a strand"):
        new_workshop(amara)
    assert not Session.objects.filter(title="Workshop session 9").exists()


def test_what_is_no_workshop_any_more_ends_if_nothing_is_lost(edition, amara):
    home = new_workshop(amara)
    edit = change_session(home, kind="discussion", by=amara)
    assert not Workshop.objects.filter(session=home).exists()
    undo(edit, by=amara)
    assert Group.objects.filter(workshop__session=home).count() == 1
    row = session("day-1-workshop-1")
    with pytest.raises(InUse, match=r"parallel groups|guiding questions"):
        change_session(row, kind="discussion", by=amara)


def test_a_group_in_use_stays_what_it_is_and_where_it_is(edition, amara, bruno, dawit):
    make_finding(open_room(edition, by=amara), by=bruno)
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    row = session(group.session.slug)
    for change in ({"kind": "discussion"}, {"parent": None}):
        with pytest.raises(InUse, match="its board was opened"):
            change_session(row, by=amara, **change)
    home = new_workshop(amara)
    seated = new_group(amara, home)
    person = Participant.objects.get(user=dawit, edition=edition)
    pin(person, Group.objects.get(session=seated), reason="asked for it", by=amara)
    with pytest.raises(InUse):
        change_session(seated, parent=session("day-1-workshop-1"), by=amara)


def test_an_idle_group_goes_along_to_another_workshop_and_back(edition, amara):
    home = new_workshop(amara)
    east = new_group(amara, home)
    other = session("day-1-workshop-1")
    before = set(Group.objects.filter(workshop__session=other).values_list("slug", flat=True))
    edit = change_session(east, parent=other, by=amara)
    group = Group.objects.get(session=east)
    assert (group.workshop.session, group.slug in before) == (other, False)
    assert [one.session for one in Group.objects.filter(workshop__session=home)] == [home]
    undo(edit, by=amara)
    assert [one.session for one in Group.objects.filter(workshop__session=home)] == [east]


def test_taken_out_it_is_in_no_list_and_back_with_the_same_board(edition, amara, client_of):
    home = new_workshop(amara, subtitle="What budgets promise")
    key = Group.objects.get(session=home).pk
    page = "/2022/workshops/"
    assert "What budgets promise" in client_of(amara).get(page).content.decode()
    take_out(home, by=amara)
    assert "What budgets promise" not in client_of(amara).get(page).content.decode()
    bring_back(session(home.slug), by=amara)
    assert Group.objects.get(session=home).pk == key


def test_what_is_not_released_yet_is_listed_for_organisers_only(edition, amara, dawit, client_of):
    home = new_workshop(amara, subtitle="What budgets promise")
    new_group(amara, home)

    def listed(user):
        return "What budgets promise" in client_of(user).get("/2022/workshops/").content.decode()

    assert [listed(user) for user in (amara, dawit, None)] == [True, False, False]
    release(edition, label="with it", by=amara)
    assert [listed(user) for user in (amara, dawit, None)] == [True, True, True]
    take_out(home, by=amara)
    assert [listed(user) for user in (amara, dawit, None)] == [False, True, True]


def test_findings_are_noted_on_a_board_that_was_made_at_the_desk(edition, amara, bruno):
    home = new_workshop(amara)
    cast(Participant.objects.get(user=bruno, edition=edition), home, "moderator", by=None)
    number = Workshop.objects.get(session=home).number
    make_finding(open_room(edition, by=amara, workshop=number), by=bruno)
    with pytest.raises(HangsOn, match="1 finding"):
        take_out(home, by=amara)
