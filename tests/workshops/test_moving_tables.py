"""Somebody of a draft of the roundtables to another table by hand: what it changes, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.utils.html import escape

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.models import HistoryEntry
from programme.models import Session
from tests.workshops.drafts import person
from workshops.models import Roundtable, RoundtableSeat
from workshops.roundtables.moving import move_to_table, options_for
from workshops.roundtables.publishing import publish_tables
from workshops.roundtables.rotations import (
    RotationsMoved,
    Settings,
    draw_tables,
    rotation_of,
    seats_of,
    set_rotations,
    standing_of,
    tables_at,
)

PAGE = "/2022/workshops/desk/roundtables/day-4-roundtables/rotations/{}/{}/"


@pytest.fixture(autouse=True)
def _before_the_academy():
    with clock.set_to(datetime(2022, 1, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def slot(academy_at):
    crowd = academy_at("registration")
    slot = Session.objects.select_related("edition").get(edition=crowd, slug="day-4-roundtables")
    set_rotations(slot, Settings(2, 35, 5, "everybody"), {}, seen=0, by=None)
    draw_tables(slot, seed=3, seen=1, by=None)
    return slot


@pytest.fixture
def seated(slot, dawit):
    return person(dawit, slot.edition)


def tables_of(row, *, is_draft=True):
    """{rotation: the number of the table} of somebody."""
    seats = RoundtableSeat.objects.filter(participant=row, is_draft=is_draft)
    return dict(seats.values_list("rotation", "table__number"))


def third(slot, row):
    """The table at which somebody does not sit in the draft."""
    (free,) = {table.number for table in tables_at(slot)} - set(tables_of(row).values())
    return Roundtable.objects.get(session__parent=slot, number=free)


def move(slot, row, number, table, by=None):
    move_to_table(slot, row.pk, number, table.pk, seen=rotation_of(slot).number, by=by)


def test_a_free_table_is_taken_and_the_effect_is_the_one_that_was_shown(slot, seated, amara):
    before, free = tables_of(seated), third(slot, seated)
    _here, options = options_for(slot, rotation_of(slot), seated.pk, 1)
    shown = next(one for one in options if one.table == free)
    assert (shown.turned, shown.full) == (None, None)
    assert shown.before == standing_of(slot, seats_of(slot, is_draft=True), rotation_of(slot)).again
    move(slot, seated, 1, free, by=amara)
    assert tables_of(seated) == {**before, 1: free.number}
    seats = seats_of(slot, is_draft=True)
    assert standing_of(slot, seats, rotation_of(slot)).again == shown.again
    assert sum(seat.rotation == 1 and seat.table_id == free.pk for seat in seats) == shown.size
    # Nobody stated wishes, so that the objective is made of repeated company alone.
    assert rotation_of(slot).cost == 4 * shown.again
    entry = HistoryEntry.objects.latest("number")
    assert (entry.verb, entry.data["rotation"]) == ("table changed by hand", 1)
    assert str(seated.pk) not in str(entry.data)


def test_at_a_table_of_another_rotation_both_are_changed_so_that_nobody_sits_there_twice(slot, seated):
    before = tables_of(seated)
    other = Roundtable.objects.get(session__parent=slot, number=before[2])
    _here, options = options_for(slot, rotation_of(slot), seated.pk, 1)
    assert next(one for one in options if one.table == other).turned == 2
    move(slot, seated, 1, other)
    assert tables_of(seated) == {1: before[2], 2: before[1]}


def test_a_table_that_would_be_too_full_is_refused_and_said_on_the_page(slot, seated, amara, client_of):
    before, free = tables_of(seated), third(slot, seated)
    free.capacity = sum(
        seat.rotation == 1 and seat.table_id == free.pk for seat in seats_of(slot, is_draft=True)
    )
    free.save()
    with pytest.raises(Invalid, match="would be too full"):
        move(slot, seated, 1, free)
    page = client_of(amara).get(PAGE.format(1, seated.pk))
    assert str(free.pk) not in {value for value, _label in page.context["form"].fields["table"].choices}
    assert f"has {free.capacity} places, and would be too full" in " ".join(page.content.decode().split())
    assert tables_of(seated) == before


def test_a_turn_that_would_fill_the_present_table_too_much_is_refused(slot, seated):
    before = tables_of(seated)
    here = Roundtable.objects.get(session__parent=slot, number=before[1])
    other = Roundtable.objects.get(session__parent=slot, number=before[2])
    here.capacity = sum(
        seat.rotation == 2 and seat.table_id == here.pk for seat in seats_of(slot, is_draft=True)
    )
    here.save()
    with pytest.raises(Invalid, match=f"{here.session.title} has"):
        move(slot, seated, 1, other)
    assert tables_of(seated) == before


def test_what_is_not_of_the_draft_is_refused_and_only_organisers_move(slot, seated, bruno, dawit):
    free = third(slot, seated)
    for user in (bruno, dawit):
        with pytest.raises(NotAllowed):
            move(slot, seated, 1, free, by=user)
    for person_key, number, table in (
        (uuid4(), 1, free.pk),
        (seated.pk, 3, free.pk),
        (seated.pk, 1, uuid4()),
    ):
        with pytest.raises(Invalid):
            move_to_table(slot, person_key, number, table, seen=rotation_of(slot).number, by=None)
    with pytest.raises(RotationsMoved):
        move_to_table(slot, seated.pk, 1, free.pk, seen=0, by=None)


def test_the_page_moves_and_participants_see_it_once_it_is_published(slot, seated, amara, esi, client_of):
    publish_tables(slot, seen=rotation_of(slot).number, by=None)
    published, free, page = tables_of(seated, is_draft=False), third(slot, seated), client_of(amara)
    address = PAGE.format(2, seated.pk)
    shown = page.get("/2022/workshops/desk/roundtables/day-4-roundtables/").content.decode()
    assert address in shown
    seen = str(rotation_of(slot).number)
    refused = page.post(address, {"seen": seen})
    assert (refused.status_code, "Please choose a table." in refused.content.decode()) == (422, True)
    stale = page.post(address, {"seen": "1", "table": str(free.pk)})
    assert (stale.status_code, "Somebody changed these rotations" in stale.content.decode()) == (422, True)
    answer = page.post(address, {"seen": seen, "table": str(free.pk)}, follow=True)
    assert "was moved." in answer.content.decode()
    assert tables_of(seated)[2] == free.number
    assert tables_of(seated, is_draft=False) == published
    publish_tables(slot, seen=rotation_of(slot).number, by=None)
    assert tables_of(seated, is_draft=False) == tables_of(seated)
    hidden = person(esi, slot.edition)
    text = page.get(PAGE.format(1, hidden.pk)).content.decode()
    assert escape(hidden.pseudonym) in text
    assert escape(hidden.name) not in text
    assert page.get(PAGE.format(3, seated.pk)).status_code == 404
