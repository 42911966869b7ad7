"""The roundtables of day 4: what fits, who rotates, a draft, publishing, and what a participant sees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.html import escape

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.mail.audience import addressed
from academy.models import Actor, Message, Participant
from academy.privacy.erasure import erase
from programme.casting import cast
from programme.models import Session
from tests.workshops.drafts import person
from workshops.models import Roundtable, RoundtableSeat, Wish
from workshops.roundtables.publishing import HostsRotate, NothingDrawn, publish_tables, tables_of
from workshops.roundtables.rotations import (
    CannotRotate,
    RotationsMoved,
    Settings,
    draw_tables,
    longest_that_fits,
    most_that_fit,
    rotation_of,
    set_rotations,
    what_fits,
    who_rotates,
)
from workshops.wishes import ask_for_wishes, state_wishes

PAGE = "/2022/workshops/desk/roundtables/day-4-roundtables/"


@pytest.fixture(autouse=True)
def _before_the_academy():
    with clock.set_to(datetime(2022, 1, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def crowd(academy_at):
    return academy_at("registration")


@pytest.fixture
def slot(crowd):
    return Session.objects.select_related("edition").get(edition=crowd, slug="day-4-roundtables")


def number(slot):
    return rotation_of(slot).number


def two_rotations(slot, **capacities):
    said = Settings(2, 35, 5, "next-generation")
    return set_rotations(slot, said, capacities, seen=number(slot), by=None)


def test_what_fits_into_the_time_of_the_outline_is_said(slot):
    assert (most_that_fit(75, 45, 5), most_that_fit(75, 35, 5), longest_that_fits(75, 2, 5)) == (1, 2, 35)
    assert what_fits(slot, 5, 3) == [
        "1 rotation of up to 75 minutes",
        "2 rotations of up to 35 minutes, with 5 to change tables",
        "3 rotations of up to 21 minutes, with 5 to change tables",
    ]


def test_two_rotations_of_45_minutes_are_refused_with_what_would_fit(slot):
    with pytest.raises(Invalid, match=r"takes 95 minutes, and the programme gives 75.* 35 minutes each"):
        set_rotations(slot, Settings(2, 45, 5, "everybody"), {}, seen=0, by=None)
    with pytest.raises(Invalid, match="at most 3 rotations"):
        set_rotations(slot, Settings(4, 5, 0, "everybody"), {}, seen=0, by=None)


def test_the_next_generation_rotates_and_whoever_wishes_but_no_host(slot, crowd, amara, esi):
    young = {row.pk for row in who_rotates(slot, "next-generation")}
    assert {row.actor for row in Participant.objects.filter(pk__in=young)} == {Actor.NEXT_GENERATION}
    ask_for_wishes(slot, closes_at=clock.now() + timedelta(days=1), by=amara)
    table = Session.objects.get(edition=crowd, slug="day-4-roundtable-2")
    state_wishes(person(esi, crowd), slot, [table], by=esi)
    assert {row.pk for row in who_rotates(slot, "next-generation")} - young == {person(esi, crowd).pk}
    cast(person(esi, crowd), table, "host", by=None)
    assert {row.pk for row in who_rotates(slot, "next-generation")} == young
    assert person(esi, crowd).pk not in {row.pk for row in who_rotates(slot, "everybody")}


def test_a_draw_seats_everybody_at_another_table_each_time_and_by_wish(slot, crowd, dawit):
    two_rotations(slot)
    home = {row.session.slug: row for row in Roundtable.objects.select_related("session")}
    for rank, slug in enumerate(("day-4-roundtable-3", "day-4-roundtable-1"), start=1):
        Wish.objects.create(
            participant=person(dawit, crowd), slot=slot, session=home[slug].session, rank=rank
        )
    found = draw_tables(slot, seed=4, seen=number(slot), by=None)
    people = {str(row.pk) for row in who_rotates(slot, "next-generation")}
    assert [set(seats) for seats in found.rotations] == [people, people]
    own = RoundtableSeat.objects.filter(participant__user=dawit).values_list(
        "table__session__slug", flat=True
    )
    assert set(own) == {"day-4-roundtable-3", "day-4-roundtable-1"}
    assert (rotation_of(slot).cost, rotation_of(slot).bound) == (found.cost, found.bound)
    assert found.again >= found.again_bound
    before = set(RoundtableSeat.objects.values_list("participant", "rotation", "table"))
    draw_tables(slot, seed=4, seen=number(slot), by=None)
    assert set(RoundtableSeat.objects.values_list("participant", "rotation", "table")) == before


@pytest.mark.parametrize(
    "change",
    [
        {"rotation": 2},  # the same table in another rotation
        {"table": 1},  # another table in the same rotation
        {"rotation": 0, "table": 1, "is_draft": False},
    ],
)
def test_the_database_refuses_a_table_twice_and_two_tables_at_once(slot, crowd, dawit, change):
    tables = list(Roundtable.objects.order_by("number"))
    seat = {"slot": slot, "participant": person(dawit, crowd), "rotation": 1, "is_draft": True}
    RoundtableSeat.objects.create(**seat, table=tables[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        RoundtableSeat.objects.create(**{**seat, **change, "table": tables[change.get("table", 0)]})


def test_tables_that_are_too_small_are_refused(slot):
    capacities = {row.pk: 3 for row in Roundtable.objects.all()}
    set_rotations(slot, Settings(2, 35, 5, "everybody"), capacities, seen=0, by=None)
    with pytest.raises(CannotRotate):
        draw_tables(slot, seed=1, seen=1, by=None)


def test_an_old_page_changes_nothing(slot):
    two_rotations(slot)
    for action in (
        lambda: set_rotations(slot, Settings(1, 45, 0, "everybody"), {}, seen=0, by=None),
        lambda: draw_tables(slot, seed=1, seen=0, by=None),
        lambda: publish_tables(slot, seen=0, by=None),
    ):
        with pytest.raises(RotationsMoved):
            action()
    assert (rotation_of(slot).count, RoundtableSeat.objects.count()) == (2, 0)


def test_participants_see_their_tables_with_times_once_they_are_published(
    slot, crowd, amara, dawit, client_of
):
    two_rotations(slot)
    with pytest.raises(NothingDrawn):
        publish_tables(slot, seen=number(slot), by=amara)
    draw_tables(slot, seed=1, seen=number(slot), by=amara)
    mine = client_of(dawit)
    assert (tables_of(person(dawit, crowd)), "My roundtables" in mine.get("/2022/my/").content.decode()) == (
        [],
        False,
    )
    people, told = publish_tables(slot, seen=number(slot), address="https://example.org/my/", by=amara)
    assert people == told == len(who_rotates(slot, "next-generation"))
    [own] = tables_of(person(dawit, crowd))
    times = [(one.turn.starts.isoformat(), one.turn.ends.isoformat()) for one in own.sittings]
    assert times == [
        ("2022-02-04T13:15:00+00:00", "2022-02-04T13:50:00+00:00"),
        ("2022-02-04T13:55:00+00:00", "2022-02-04T14:30:00+00:00"),
    ]
    text = mine.get("/2022/my/?tz=Africa/Nairobi").content.decode()
    assert "My roundtables" in text
    assert "16:15" in text
    message = Message.objects.get(to=dawit.email, key__startswith="tables:")
    assert f"- Fri 4 Feb 2022, 14:15–14:50: {own.sittings[0].table.title}" in message.body
    publish_tables(slot, seen=number(slot), by=amara)
    assert Message.objects.filter(key__startswith="tables:").count() == told


def test_what_organisers_try_after_publishing_moves_nobodys_times_until_it_is_published(
    slot, crowd, amara, dawit
):
    two_rotations(slot)
    draw_tables(slot, seed=1, seen=number(slot), by=amara)
    people, _told = publish_tables(slot, seen=number(slot), by=amara)
    before = tables_of(person(dawit, crowd))
    set_rotations(slot, Settings(2, 20, 5, "next-generation"), {}, seen=number(slot), by=amara)
    assert tables_of(person(dawit, crowd)) == before
    assert publish_tables(slot, seen=number(slot), by=amara) == (people, people)
    [own] = tables_of(person(dawit, crowd))
    assert own.sittings[1].turn.starts.isoformat() == "2022-02-04T13:40:00+00:00"
    set_rotations(slot, Settings(1, 20, 5, "next-generation"), {}, seen=number(slot), by=amara)
    assert tables_of(person(dawit, crowd)) == [own]


def test_whoever_hosts_a_table_since_the_draw_is_not_published_as_changing_tables(
    slot, crowd, amara, dawit, client_of
):
    two_rotations(slot)
    draw_tables(slot, seed=1, seen=number(slot), by=amara)
    page = client_of(amara)
    assert "The draft is older than this" not in page.get(PAGE).content.decode()
    table = Session.objects.get(edition=crowd, slug="day-4-roundtable-1")
    cast(person(dawit, crowd), table, "host", by=amara)
    others = Participant.objects.confirmed().exclude(actor=Actor.NEXT_GENERATION).filter(edition=crowd)
    late = others.filter(session_roles=None).order_by("name").first()  # who hosts a table does not change it
    Participant.objects.filter(pk=late.pk).update(actor=Actor.NEXT_GENERATION)
    [hosts, missing] = page.get(PAGE).content.decode().split('id="outdated"')[1].split("</li>")[:2]
    assert "Dawit Bekele" in hosts
    assert escape(addressed(late)) in missing
    with pytest.raises(HostsRotate, match="Dawit Bekele hosts a table now"):
        publish_tables(slot, seen=number(slot), by=amara)
    assert not RoundtableSeat.objects.filter(is_draft=False).exists()
    draw_tables(slot, seed=1, seen=number(slot), by=amara)
    publish_tables(slot, seen=number(slot), by=amara)
    assert tables_of(person(dawit, crowd)) == []


def test_whoever_had_a_table_and_has_none_any_more_is_told(slot, crowd, amara):
    two_rotations(slot)
    draw_tables(slot, seed=1, seen=number(slot), by=amara)
    people, _told = publish_tables(slot, seen=number(slot), by=amara)
    told = Message.objects.filter(key__startswith="tables:", language="en").values_list("user", flat=True)
    lost, gone = [row for row in who_rotates(slot, "next-generation") if row.user_id in told][:2]
    Wish.objects.filter(participant=lost).delete()
    Participant.objects.filter(pk=lost.pk).update(actor=Actor.CIVIL_SOCIETY)
    Participant.objects.filter(pk=gone.pk).update(state=Participant.State.WITHDRAWN)
    draw_tables(slot, seed=1, seen=number(slot), by=amara)
    assert publish_tables(slot, seen=number(slot), by=amara)[0] == people - 2
    mail = Message.objects.get(key=f"tables:{slot.pk}:{number(slot)}:{lost.pk}")
    assert "you do not change from table to table any more" in mail.body
    assert "Times are in" not in mail.body
    assert Message.objects.filter(to=gone.user.email, key__startswith="tables:").count() == 1


def test_the_page_draws_and_publishes_and_names_protected_people_by_pseudonym(
    slot, crowd, amara, esi, client_of
):
    page = client_of(amara)
    asked = {"count": "2", "minutes": "35", "change_minutes": "5", "who": "everybody", "seen": "0"}
    refused = page.post(PAGE, {**asked, "minutes": "45"})
    assert (refused.status_code, "35 minutes each" in refused.content.decode()) == (422, True)
    assert refused.context["settings"].data["minutes"] == "45"
    assert page.post(PAGE, asked).status_code == 302
    assert page.post(f"{PAGE}draw/", {"seed": "3", "seen": "1"}).status_code == 302
    text = page.get(PAGE).content.decode()
    assert escape(person(esi, crowd).pseudonym) in text
    assert escape(person(esi, crowd).name) not in text
    assert "it cannot be less than" in text
    assert page.post(f"{PAGE}publish/", {"seen": "2", "tells": "on"}).status_code == 302
    assert RoundtableSeat.objects.filter(is_draft=False).count() == 2 * len(who_rotates(slot, "everybody"))


def test_only_organisers_rotate_and_whoever_is_erased_sits_nowhere(slot, crowd, bruno, dawit):
    for user in (bruno, dawit):
        with pytest.raises(NotAllowed):
            draw_tables(slot, seed=1, seen=0, by=user)
    two_rotations(slot)
    draw_tables(slot, seed=1, seen=number(slot), by=None)
    publish_tables(slot, seen=number(slot), by=None)
    assert RoundtableSeat.objects.filter(participant__user=dawit).count() == 4
    row = person(dawit, crowd)
    erase(dawit, by=dawit)
    assert not RoundtableSeat.objects.filter(participant=row).exists()
