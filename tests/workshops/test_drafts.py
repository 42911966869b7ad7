"""Drafts of groups: begun, drawn, moved, taken back, published; seen by organisers only, and never half of one."""

from __future__ import annotations

from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from academy.errors import Invalid, NotAllowed
from academy.models import HistoryEntry, Message, Participant, User
from academy.privacy.erasure import erase
from programme.casting import cast
from tests.factories import make_participant, make_user
from tests.workshops.drafts import begun, drawn, fresh, person, planned, published, slot
from workshops import tasks
from workshops.closing import open_group
from workshops.models import Group, Lock, Pair, Plan, PlanChange, PlannedSeat, PlanRun, PlanSlot, Seat
from workshops.plans import steps
from workshops.plans.contradicting import Contradictory, contradictions_of
from workshops.plans.drafting import AlreadyDrafted, begin_plan, discard_plan
from workshops.plans.moving import (
    RunsAGroup,
    effect_of,
    lock,
    move,
    moves_of,
    objective_of,
    pin_people,
    who_comes_from,
    who_speaks,
)
from workshops.plans.pairs import PairKnown, add_pair, remove_pair
from workshops.plans.publishing import NobodySeated, news_of, publish_plan
from workshops.plans.reading import read_draft
from workshops.plans.running import FEW, AlreadyRunning, begin_run, carry_out
from workshops.plans.steps import DraftMoved, NotADraft, NothingToUndo, undo
from workshops.seating import DraftOpen, GroupsHaveMet, allocate, pin


@pytest.fixture
def crowd(academy_at):
    return academy_at("registration")


@pytest.fixture
def held(academy_at):
    """The demo academy on day 3: only the finalisation workshops have not met."""
    return academy_at("workshops")


def group(edition, number, slug="group-1"):
    rows = Group.objects.of_edition(edition).select_related("workshop__session__parent__edition", "session")
    return rows.get(workshop__number=number, slug=slug)


def publish(plan, **kwargs):
    return publish_plan(plan, seen=fresh(plan).number, by=None, **kwargs)


# --- Drawing ----------------------------------------------------------------------------------------------------------


def test_several_times_are_drawn_together_and_the_same_number_gives_the_same_draft(crowd):
    plan = begun(crowd, 1, 2, 3)
    run = drawn(plan, seed=5)
    first = planned(plan)
    assert len(first) == 3 * len(read_draft(plan).people)
    undo(fresh(plan), seen=fresh(plan).number, by=None)
    drawn(plan, seed=5)
    assert planned(plan) == first
    assert (run.state, run.cost, run.cost < run.lot, run.bound <= run.cost) == ("done", run.cost, True, True)


def test_the_numbers_of_a_search_are_those_of_the_draft(crowd):
    plan = begun(crowd, 1, 2)
    run = drawn(plan)
    draft = read_draft(fresh(plan))
    assert objective_of(draft, draft.placed()) == run.cost


def test_leads_sit_in_the_groups_they_run_and_cannot_be_moved(crowd, bruno):
    plan = begun(crowd, 1)
    drawn(plan)
    who, where = str(person(bruno, crowd).pk), str(slot(crowd, 1).pk)
    seat = PlannedSeat.objects.get(plan=plan, participant=who)
    assert (seat.group.slug, seat.lock) == ("group-1", Lock.LEADS)
    other = str(group(crowd, 1, "group-2").pk)
    with pytest.raises(RunsAGroup):
        move(fresh(plan), where, who, other, keeps=True, seen=fresh(plan).number, by=None)
    with pytest.raises(RunsAGroup):
        lock(fresh(plan), where, who, locked=False, seen=fresh(plan).number, by=None)


def test_a_draft_that_was_changed_meanwhile_is_not_overwritten(crowd, dawit):
    plan = begun(crowd, 1)
    run = begin_run(plan, "draw", seed=1, seen=fresh(plan).number, by=None)
    who = [str(person(dawit, crowd).pk)]
    pin_people(
        fresh(plan),
        str(slot(crowd, 1).pk),
        who,
        str(group(crowd, 1).pk),
        because="asked",
        seen=fresh(plan).number,
        by=None,
    )
    before = planned(plan)
    assert (carry_out(run.pk).state, planned(plan)) == ("overtaken", before)


def test_a_search_carried_out_twice_is_written_once(crowd):
    plan = begun(crowd, 1)
    run = drawn(plan)
    number = fresh(plan).number
    assert (carry_out(run.pk).state, fresh(plan).number) == ("done", number)


def test_one_search_runs_at_a_time_and_one_that_died_makes_room(crowd, monkeypatch):
    plan = begun(crowd, 1)
    run = begin_run(plan, "draw", seed=1, seen=1, by=None)
    with pytest.raises(AlreadyRunning):
        begin_run(plan, "draw", seed=2, seen=1, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanRun.objects.create(
            plan=plan, kind="draw", seed=3, seen=1, asked_at=run.asked_at, heard_at=run.asked_at
        )
    PlanRun.objects.filter(pk=run.pk).update(heard_at="2022-01-01T00:00Z")
    begin_run(plan, "draw", seed=2, seen=1, by=None)
    assert list(plan.runs.order_by("seed").values_list("state", flat=True)) == ["silent", "waiting"]
    assert (carry_out(run.pk).state, planned(plan)) == ("silent", set())


def test_the_solver_proves_what_the_search_found(crowd):
    plan = begun(crowd, 1)
    drawn(plan)
    run = drawn(plan, kind="prove")
    assert run.cost == run.bound == fresh(plan).proven


# --- By hand ----------------------------------------------------------------------------------------------------------


def moved(plan, edition, user, *, instead="", keeps=True, seen=None):
    """Move a person of workshop 1 to the group that they are not in."""
    who, where = str(person(user, edition).pk), str(slot(edition, 1).pk)
    here = PlannedSeat.objects.get(plan=plan, participant=who, slot=where).group_id
    there = Group.objects.filter(workshop__number=1).exclude(pk=here).get()
    number = fresh(plan).number if seen is None else seen
    return move(fresh(plan), where, who, str(there.pk), instead=instead, keeps=keeps, seen=number, by=None)


def test_the_effect_that_is_shown_is_the_effect_that_is_saved(crowd, dawit):
    plan = begun(crowd, 1, 2)
    drawn(plan)
    draft = read_draft(fresh(plan))
    where, who = str(slot(crowd, 1).pk), str(person(dawit, crowd).pk)
    here = str(draft.seats[where][who].group_id)
    there = next(str(one.pk) for one in draft.groups[where] if str(one.pk) != here)
    instead = next(
        key
        for key, seat in sorted(draft.seats[where].items())
        if str(seat.group_id) == there and key not in draft.leads[where]
    )
    effect = effect_of(draft, moves_of(draft, where, who, there, instead))
    assert effect.before == objective_of(draft, draft.placed())
    moved(plan, crowd, dawit, instead=instead)
    after = read_draft(fresh(plan))
    assert effect.after == objective_of(after, after.placed())
    assert {str(after.seats[where][key].group_id) for key in (who,)} == {there}
    assert str(after.seats[where][instead].group_id) == here
    assert [(size[1], size[2]) for size in effect.sizes] == [(34, 34), (34, 34)]


def test_a_step_from_an_old_page_is_refused_and_changes_nothing(crowd, dawit, esi):
    plan = begun(crowd, 1)
    drawn(plan)
    seen = fresh(plan).number
    moved(plan, crowd, dawit, seen=seen)
    before = planned(plan)
    for action in (
        lambda: moved(plan, crowd, esi, seen=seen),
        lambda: undo(fresh(plan), seen=seen, by=None),
        lambda: publish_plan(fresh(plan), seen=seen, by=None),
        lambda: discard_plan(fresh(plan), seen=seen, by=None),
        lambda: begin_run(fresh(plan), "draw", seed=1, seen=seen, by=None),
    ):
        with pytest.raises(DraftMoved):
            action()
    assert (planned(plan), Seat.objects.count(), fresh(plan).state) == (before, 0, "draft")


def test_who_was_moved_by_hand_stays_in_the_next_draw(crowd, dawit):
    plan = begun(crowd, 1)
    drawn(plan)
    moved(plan, crowd, dawit)
    group = PlannedSeat.objects.get(plan=plan, participant__user=dawit).group_id
    for seed in range(3):
        drawn(plan, seed=seed)
        assert PlannedSeat.objects.get(plan=plan, participant__user=dawit).group_id == group


def test_every_step_is_taken_back_in_turn(crowd, dawit):
    plan = begun(crowd, 1)
    states = [planned(plan)]
    drawn(plan)
    states.append(planned(plan))
    moved(plan, crowd, dawit)
    states.append(planned(plan))
    where, who = str(slot(crowd, 1).pk), str(person(dawit, crowd).pk)
    lock(fresh(plan), where, who, locked=False, seen=fresh(plan).number, by=None)
    for expected in reversed(states):
        undo(fresh(plan), seen=fresh(plan).number, by=None)
        assert planned(plan) == expected
    with pytest.raises(NothingToUndo):
        undo(fresh(plan), seen=fresh(plan).number, by=None)


def test_people_are_pinned_by_the_language_of_a_group_and_by_region(crowd):
    french = group(crowd, 1, "group-2")
    Group.objects.filter(pk=french.pk).update(language="fr")
    make_participant(make_user("aline"), crowd, country="SN", languages=["fr"])
    make_participant(make_user("both"), crowd, country="SN", languages=["en", "fr"])
    plan = begun(crowd, 1)
    draft, where = read_draft(plan), str(slot(crowd, 1).pk)
    speaking = who_speaks(draft, where, str(french.pk))
    names = {draft.people[key].name for key in speaking}
    assert "Aline" in names
    assert "Both" not in names
    pin_people(plan, where, speaking, str(french.pk), because="language", seen=1, by=None)
    from_there = who_comes_from(draft, "202")
    assert {"Aline", "Both"} <= {draft.people[key].name for key in from_there}
    drawn(plan)
    seats = PlannedSeat.objects.filter(plan=plan, participant__in=speaking)
    assert set(seats.values_list("group", "lock")) == {(french.pk, "language")}


@pytest.mark.parametrize("what", ["group", "person", "instead"])
def test_a_move_to_somewhere_else_is_refused(crowd, dawit, what):
    plan = begun(crowd, 1)
    drawn(plan)
    draft, where = read_draft(fresh(plan)), str(slot(crowd, 1).pk)
    known = {"group": str(group(crowd, 2).pk), "person": "nobody", "instead": "nobody"}
    asked = {"person": str(person(dawit, crowd).pk), "group": str(group(crowd, 1).pk), "instead": ""}
    with pytest.raises(Invalid):
        moves_of(draft, where, **(asked | {what: known[what]}))


# --- Rules ------------------------------------------------------------------------------------------------------------


def test_pairs_are_kept_together_and_apart(crowd, dawit, esi, amara):
    people = [person(user, crowd) for user in (dawit, esi, amara)]
    add_pair(crowd, "together", people[0], people[1], by=amara)
    add_pair(crowd, "apart", people[2], people[0], by=amara)
    plan = begun(crowd, 1, 2, 3)
    drawn(plan)
    seats = {
        (str(seat.slot_id), seat.participant_id): seat.group_id
        for seat in PlannedSeat.objects.filter(plan=plan)
    }
    for number in (1, 2, 3):
        here = [seats[str(slot(crowd, number).pk), one.pk] for one in people]
        assert here[0] == here[1] != here[2]


def test_rules_about_pairs_leave_the_lots_a_draft_is_compared_with_as_they_are(crowd, dawit, esi, amara):
    plan = begun(crowd, 1, 2)
    before = drawn(plan, seed=5).lot
    add_pair(crowd, "together", person(dawit, crowd), person(esi, crowd), by=amara)
    assert drawn(plan, seed=5).lot == before


def test_where_one_process_works_behind_the_pages_a_search_is_left_to_it(crowd, settings, monkeypatch):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    monkeypatch.setattr(tasks, "works_behind", lambda: True)
    plan = begun(crowd, 1)
    run = begin_run(plan, "draw", seed=5, seen=fresh(plan).number, by=None)
    tasks.wake_search(str(run.pk))
    assert (PlanRun.objects.get().state, planned(plan)) == ("waiting", set())
    tasks.take_up_searches()
    assert (PlanRun.objects.get().state, len(planned(plan))) == ("done", 68)
    monkeypatch.setattr(tasks, "works_behind", lambda: False)
    again = begin_run(plan, "draw", seed=6, seen=fresh(plan).number, by=None)
    tasks.wake_search(str(again.pk))
    assert PlanRun.objects.get(pk=again.pk).state == "done"


def test_a_pair_has_one_rule_in_whichever_order(crowd, dawit, esi, amara):
    one, other = person(dawit, crowd), person(esi, crowd)
    add_pair(crowd, "apart", one, other, by=amara)
    with pytest.raises(PairKnown):
        add_pair(crowd, "together", other, one, by=amara)
    with pytest.raises(Invalid):
        add_pair(crowd, "apart", one, one, by=amara)
    with pytest.raises(NotAllowed):
        add_pair(crowd, "apart", one, person(amara, crowd), by=dawit)
    remove_pair(crowd, Pair.objects.get().pk, by=amara)
    assert not Pair.objects.exists()


def test_the_database_holds_a_pair_in_one_order(crowd, dawit, esi):
    first, second = sorted((person(dawit, crowd), person(esi, crowd)), key=lambda row: row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pair.objects.create(edition=crowd, kind="apart", first=second, second=first)


def test_what_contradicts_is_said_in_words_and_nothing_is_drawn(crowd, dawit, esi):
    one, other = person(dawit, crowd), person(esi, crowd)
    plan, where = begun(crowd, 1), str(slot(crowd, 1).pk)
    here = str(group(crowd, 1).pk)
    people = [str(one.pk), str(other.pk)]
    pin_people(plan, where, people, here, because="asked", seen=1, by=None)
    add_pair(crowd, "apart", one, other, by=None)
    Group.objects.filter(workshop__number=1).update(capacity=3)
    sentences = contradictions_of(read_draft(fresh(plan)))
    assert sorted(sentences) == [
        "Workshop 1: 4 people are kept in Group 1, which has 3 places.",
        f"Workshop 1: {one.name} and {other.pseudonym} are to be kept apart, but both are kept in Group 1."
        if str(one.pk) < str(other.pk)
        else f"Workshop 1: {other.pseudonym} and {one.name} are to be kept apart, but both are kept in Group 1.",
        "Workshop 1: the groups have 7 places for 68 people. Raise a capacity, or leave one of them open.",
    ]
    assert not any(other.name in sentence for sentence in sentences)
    with pytest.raises(Contradictory):
        begin_run(fresh(plan), "draw", seed=1, seen=fresh(plan).number, by=None)
    assert not PlanRun.objects.exists()


def test_who_runs_two_groups_at_one_time_is_named(crowd, bruno):
    cast(person(bruno, crowd), group(crowd, 1, "group-2").session, "moderator", by=None)
    sentences = contradictions_of(read_draft(begun(crowd, 1)))
    name = person(bruno, crowd).name
    either = ("Group 1 and Group 2", "Group 2 and Group 1")
    assert sentences in [[f"Workshop 1: {name} runs {both} at the same time."] for both in either]


# --- Publishing -------------------------------------------------------------------------------------------------------


def test_the_published_seats_are_the_draft_that_was_seen(crowd):
    plan = begun(crowd, 1, 2, 3)
    drawn(plan)
    draft = planned(plan)
    done = publish(plan)
    assert published(crowd, 1, 2, 3) == draft
    assert (done.seats, done.changed) == (len(draft), len(draft) // 3)
    assert (fresh(plan).state, PlannedSeat.objects.count(), PlanChange.objects.count()) == ("published", 0, 0)
    facts = HistoryEntry.objects.filter(verb="groups published").get().data
    assert (facts["seats"], facts["seed"]) == (len(draft), 7)


def test_publishing_again_writes_only_to_those_whose_group_changed_and_once(crowd, dawit):
    plan = begun(crowd, 1, 2)
    drawn(plan)
    everybody = len(read_draft(fresh(plan)).people)
    assert publish(plan, address="https://example.org/2022/my/").told == everybody
    Message.objects.all().delete()
    second = begun(crowd, 1, 2)
    moved(second, crowd, dawit, keeps=False)
    done = publish(second, address="https://example.org/2022/my/")
    assert (done.changed, done.told) == (1, 1)
    message = Message.objects.get()
    assert (message.to, message.subject) == (dawit.email, f"Your group has changed: {crowd.title}")
    here = Seat.objects.select_related("group").get(participant__user=dawit, workshop__number=1).group.name
    assert f"- Workshop 1, {here}: Tue 1 Feb 2022, 13:30" in message.body
    assert "Workshop 2" not in message.body
    with pytest.raises(NotADraft):
        publish(second)
    assert Message.objects.count() == 1


def test_publishing_without_mails_writes_to_nobody(crowd):
    plan = begun(crowd, 1)
    drawn(plan)
    assert (publish(plan, tells=False).told, Message.objects.filter(key__startswith="groups:").count()) == (
        0,
        0,
    )


def test_why_somebody_sits_there_is_about_them_alone(crowd, bruno, dawit, esi):
    plan = begun(crowd, 1, 2)
    where, there = str(slot(crowd, 1).pk), str(group(crowd, 1).pk)
    pin_people(plan, where, [str(person(dawit, crowd).pk)], there, because="asked", seen=1, by=None)
    drawn(plan)
    publish(plan)
    reasons = dict(Seat.objects.filter(workshop__number=1).values_list("participant__user__email", "reason"))
    assert reasons["bruno@example.org"] == "runs this group"
    assert reasons["dawit@example.org"] == "asked for this group"
    assert reasons["esi@example.org"].startswith("so that every group mirrors the whole")
    names = set(Participant.objects.values_list("name", flat=True)) | {"Kingfisher"}
    assert not [name for name in names for reason in reasons.values() if name in reason]


def test_who_withdrew_since_is_not_seated_and_a_board_that_opened_stops_it(crowd, dawit, bruno):
    plan = begun(crowd, 1, 2)
    drawn(plan)
    Participant.objects.filter(user=dawit).update(state="withdrawn")
    other = begun(crowd, 3)
    drawn(other)
    publish(plan)
    assert not Seat.objects.filter(participant__user=dawit).exists()
    open_group(group(crowd, 3), by=bruno)
    with pytest.raises(GroupsHaveMet):
        publish(other)


def test_an_empty_draft_is_not_published(crowd):
    with pytest.raises(NobodySeated):
        publish(begun(crowd, 1))


def test_a_discarded_draft_leaves_what_is_published(held):
    before = published(held, 10)
    plan = begun(held, 10)
    assert planned(plan) == before
    drawn(plan, seed=99)
    discard_plan(fresh(plan), seen=fresh(plan).number, by=None)
    assert (published(held, 10), PlannedSeat.objects.count(), fresh(plan).state) == (before, 0, "discarded")
    begun(held, 10)


def test_a_time_lies_in_one_open_draft(crowd):
    plan = begun(crowd, 1, 2)
    with pytest.raises(AlreadyDrafted):
        begun(crowd, 2, 3)
    other = Plan.objects.create(edition=crowd, begun_at=plan.begun_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanSlot.objects.create(plan=other, slot=slot(crowd, 1))
    begun(crowd, 3)


def test_beside_a_draft_no_seat_is_changed(crowd, dawit):
    begun(crowd, 1)
    with pytest.raises(DraftOpen):
        allocate(slot(crowd, 1), seed=1, by=None)
    with pytest.raises(DraftOpen):
        pin(person(dawit, crowd), group(crowd, 1), reason="Came late", by=None)
    allocate(slot(crowd, 2), seed=1, by=None)


def test_groups_that_have_met_are_not_drafted(held):
    with pytest.raises(GroupsHaveMet):
        begun(held, 3)


# --- Late arrivals ----------------------------------------------------------------------------------------------------


def test_late_arrivals_get_a_seat_and_nobody_else_is_moved(held):
    late = [make_participant(make_user(f"late{number}"), held, country="KE") for number in range(3)]
    before = published(held, 10)
    plan = begun(held, 10)
    run = drawn(plan, kind="rerun", moving=FEW)
    assert run.moved == 0
    assert before <= planned(plan)
    fresh_seats = planned(plan) - before
    assert {who for _slot, who, _group in fresh_seats} == {str(row.pk) for row in late}
    news = news_of(read_draft(fresh(plan)))
    assert sorted(one.participant.name for one in news) == ["Late0", "Late1", "Late2"]
    assert publish(plan).told == 3


# --- Rights -----------------------------------------------------------------------------------------------------------


def test_only_organisers_touch_drafts(crowd, amara, bruno, dawit):
    plan = begun(crowd, 1)
    drawn(plan)
    number, where = fresh(plan).number, str(slot(crowd, 1).pk)
    who, there = str(person(dawit, crowd).pk), str(group(crowd, 1).pk)
    for user in (bruno, dawit):
        for action in (
            lambda user=user: begin_plan(crowd, [slot(crowd, 2)], by=user),
            lambda user=user: begin_run(plan, "draw", seed=1, seen=number, by=user),
            lambda user=user: move(plan, where, who, there, keeps=False, seen=number, by=user),
            lambda user=user: lock(plan, where, who, locked=True, seen=number, by=user),
            lambda user=user: pin_people(plan, where, [who], there, because="asked", seen=number, by=user),
            lambda user=user: undo(plan, seen=number, by=user),
            lambda user=user: publish_plan(plan, seen=number, by=user),
            lambda user=user: discard_plan(plan, seen=number, by=user),
        ):
            with pytest.raises(NotAllowed):
                action()
    assert (fresh(plan).state, fresh(plan).number) == ("draft", number)
    publish_plan(plan, seen=number, by=amara)


def test_whoever_is_erased_is_in_no_pair_and_no_draft_any_more(crowd, dawit, esi, amara):
    add_pair(crowd, "apart", person(dawit, crowd), person(esi, crowd), by=amara)
    add_pair(crowd, "together", person(dawit, crowd), person(amara, crowd), by=amara)
    plan = begun(crowd, 1)
    drawn(plan)
    erase(dawit, by=dawit)
    assert [pair.kind for pair in Pair.objects.all()] == []
    assert not PlannedSeat.objects.filter(
        participant__user__isnull=False, participant__erased_at__isnull=False
    )
    assert PlannedSeat.objects.filter(plan=plan).count() == len(read_draft(fresh(plan)).people)
    publish(plan)


# --- Two organisers at once -------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_organisers_who_publish_at_once_one_does_and_everybody_hears_once(academy_at, at_once):
    edition = academy_at("registration")
    plan = begun(edition, 1)
    drawn(plan)
    draft, number = planned(plan), fresh(plan).number
    results = at_once(2, lambda: publish_plan(plan, seen=number, by=None))
    assert sorted(type(one).__name__ for one in results) == ["NotADraft", "Published"]
    assert published(edition, 1) == draft
    assert Message.objects.filter(key__startswith=f"groups:{plan.pk}").count() == len(draft)


@pytest.mark.django_db(transaction=True)
def test_of_two_organisers_who_move_at_once_one_is_refused(academy_at, at_once):
    edition = academy_at("registration")
    plan = begun(edition, 1)
    drawn(plan)
    number = fresh(plan).number
    results = at_once(
        2, lambda: moved(plan, edition, User.objects.get(email="dawit@example.org"), seen=number)
    )
    assert sorted(type(one).__name__ for one in results) == ["DraftMoved", "PlanStep"]
    assert fresh(plan).number == number + 1


@pytest.mark.django_db(transaction=True)
def test_without_the_turn_both_would_move_from_the_same_page(academy_at, at_once, monkeypatch):
    """The control: without the lock of the draft both pass the check of what they saw."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time, with and without our locks")
    edition = academy_at("registration")
    plan = begun(edition, 1)
    drawn(plan)
    number, dawit = fresh(plan).number, User.objects.get(email="dawit@example.org")
    both = Barrier(2)

    def read_by_both(plan):
        row = fresh(plan)
        both.wait(timeout=20)
        return row

    monkeypatch.setattr(steps, "in_turn", read_by_both)
    results = at_once(2, lambda: moved(plan, edition, dawit, seen=number))
    assert "DraftMoved" not in {type(one).__name__ for one in results}
