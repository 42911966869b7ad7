"""The pages of the desk for groups: what organisers see and do there, what participants never see of a draft."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from academy import clock
from academy.models import Participant
from academy.ordering import sort_key
from programme.models import Session
from tests.factories import make_participant, make_user
from tests.workshops.drafts import begun, drawn, fresh, person, planned, published, slot
from workshops.models import Group, Pair, Plan, PlannedSeat, PlanRun, Seat, Wish
from workshops.plans import running
from workshops.plans.publishing import publish_plan
from workshops.seating import drawn_people
from workshops.wishes import ask_for_wishes

DESK = "/2022/workshops/desk/"
MINE = "/2022/my/"
CHOICES = "/2022/workshops/choices/day-5-workshops/"


@pytest.fixture(autouse=True)
def _before_the_academy():
    with clock.set_to(datetime(2022, 1, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def crowd(academy_at):
    return academy_at("registration")


@pytest.fixture
def organiser(crowd, amara, client_of):
    return client_of(amara)


def page_of(plan, way=""):
    return f"{DESK}drafts/{plan.pk}/{way}"


def text_of(response):
    return response.content.decode()


def test_a_draft_for_several_times_is_begun_and_drawn_from_the_desk(
    crowd, organiser, django_capture_on_commit_callbacks, settings
):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    slots = [str(slot(crowd, number).pk) for number in (1, 2)]
    begun_at = organiser.post(DESK, {"slots": slots})
    plan = Plan.objects.get()
    assert begun_at.headers["Location"] == page_of(plan)
    assert "Nobody sits in this draft yet" in text_of(organiser.get(page_of(plan)))
    with django_capture_on_commit_callbacks(execute=True):
        organiser.post(page_of(plan, "run/"), {"kind": "draw", "seed": "5", "seen": "1"})
    run = PlanRun.objects.get()
    page = organiser.get(page_of(plan))
    assert (run.state, page.headers.get("Refresh")) == ("done", None)
    shown = page.context["objective"]
    assert (shown.draft, shown.lot, shown.bound, shown.is_whole) == (run.cost, run.lot, run.bound, True)
    assert [[len(room.sitters) for room in time.rooms] for time in page.context["times"]] == [[34, 34]] * 2
    assert text_of(page).count('class="balance-table"') > 8


def test_a_running_search_is_shown_and_the_page_looks_again(crowd, organiser):
    plan = begun(crowd, 1)
    run = running.begin_run(plan, "draw", seed=1, seen=1, by=None)
    PlanRun.objects.filter(pk=run.pk).update(state="running", share=40)
    page = organiser.get(page_of(plan))
    assert page.headers["Refresh"] == "2"
    assert 'value="40"' in text_of(page)
    again = organiser.post(page_of(plan, "run/"), {"kind": "draw", "seed": "2", "seen": "1"})
    assert (again.status_code, "running already" in text_of(again)) == (409, True)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"kind": "draw", "seed": "x", "seen": "1"},
        {"kind": "draw", "seed": "-1", "seen": "1"},
        {"kind": "draw", "seed": "1\x00", "seen": "1"},
        {"kind": "dance", "seed": "1", "seen": "1"},
        {"kind": "rerun", "seed": "1", "seen": "1", "moving": "7"},
        {"kind": "draw", "seed": "1", "seen": "99999999999999"},
    ],
)
def test_a_search_that_makes_no_sense_is_refused_with_what_was_typed(crowd, organiser, sent):
    plan = begun(crowd, 1)
    page = organiser.post(page_of(plan, "run/"), sent)
    form = page.context["rerun" if sent.get("kind") == "rerun" else "draw"]
    assert (page.status_code, form.data.get("seed")) == (422, sent.get("seed"))
    assert not PlanRun.objects.exists()


def test_without_the_solver_the_page_says_so_and_refuses_a_proof(crowd, organiser, monkeypatch):
    plan = begun(crowd, 1)
    drawn(plan)
    assert 'value="prove"' in text_of(organiser.get(page_of(plan)))
    monkeypatch.setattr(running, "find_spec", lambda _name: None)
    page = text_of(organiser.get(page_of(plan)))
    assert ('value="prove"' in page, "OR-Tools is not installed on this server" in page) == (False, True)
    number = fresh(plan).number
    refused = organiser.post(page_of(plan, "run/"), {"kind": "prove", "seed": "1", "seen": number})
    assert refused.status_code == 409


def test_protected_people_stand_on_the_desk_under_their_pseudonyms(crowd, organiser, esi):
    row = person(esi, crowd)
    plan = begun(crowd, 1)
    drawn(plan)
    here = str(slot(crowd, 1).pk)
    pages = [
        text_of(organiser.get(address))
        for address in (
            page_of(plan),
            page_of(plan, f"move/?slot={here}&person={row.pk}"),
            page_of(plan, "pin/"),
            page_of(plan, "publish/"),
            f"{DESK}pairs/",
            "/2022/workshops/1/",
        )
    ]
    assert [escape(row.name) in page for page in pages] == [False] * 6
    assert [escape(row.pseudonym) in page for page in pages] == [True] * 6


def test_a_move_shows_its_effect_before_it_is_saved(crowd, organiser, dawit):
    plan = begun(crowd, 1)
    drawn(plan)
    before, who, where = planned(plan), str(person(dawit, crowd).pk), str(slot(crowd, 1).pk)
    here = PlannedSeat.objects.get(participant=who).group_id
    there = Group.objects.filter(workshop__number=1).exclude(pk=here).get().pk
    asked = {"slot": where, "person": who, "to": str(there), "instead": "", "keeps": "on"}
    page = organiser.get(page_of(plan, "move/"), asked)
    effect = page.context["effect"]
    assert (page.status_code, planned(plan)) == (200, before)
    assert [(size[1], size[2]) for size in sorted(effect.sizes, key=lambda s: s[2])] == [(34, 33), (34, 35)]
    assert f"from {effect.before} to {effect.after}" in " ".join(text_of(page).split())
    saved = organiser.post(page_of(plan, "move/"), {**asked, "seen": page.context["seen"]})
    assert saved.headers["Location"] == page_of(plan) + f"#seat-{where}-{who}"
    seat = PlannedSeat.objects.get(participant=who)
    assert (seat.group_id, seat.lock) == (there, "locked")
    stale = organiser.post(page_of(plan, "move/"), {**asked, "to": str(here), "seen": page.context["seen"]})
    assert (stale.status_code, "Somebody changed this draft" in text_of(stale)) == (422, True)


def test_people_are_locked_and_let_go_on_the_page(crowd, organiser, dawit):
    plan = begun(crowd, 1)
    drawn(plan)
    who, where = str(person(dawit, crowd).pk), str(slot(crowd, 1).pk)
    sent = {"slot": where, "seen": fresh(plan).number, "lock": who}
    assert organiser.post(page_of(plan, "lock/"), sent).status_code == 302
    assert PlannedSeat.objects.get(participant=who).lock == "locked"
    refused = organiser.post(page_of(plan, "lock/"), sent)
    assert (refused.status_code, "Somebody changed this draft" in text_of(refused)) == (409, True)
    sent = {"slot": where, "seen": fresh(plan).number, "unlock": who}
    assert organiser.post(page_of(plan, "lock/"), sent).status_code == 302
    assert PlannedSeat.objects.get(participant=who).lock == ""
    organiser.post(page_of(plan, "undo/"), {"seen": fresh(plan).number})
    assert PlannedSeat.objects.get(participant=who).lock == "locked"


@pytest.mark.parametrize("who", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_nobody_is_locked_who_is_not_there(crowd, organiser, who):
    plan = begun(crowd, 1)
    sent = {"slot": str(slot(crowd, 1).pk), "seen": 1, "lock": who}
    assert organiser.post(page_of(plan, "lock/"), sent).status_code == 422


def test_people_are_pinned_one_by_one_and_by_region(crowd, organiser, dawit):
    plan, where = begun(crowd, 1), slot(crowd, 1).pk
    here = Group.objects.get(workshop__number=1, slug="group-2").pk
    sent = {"group": f"{where}:{here}", "whom": "one", "person": str(person(dawit, crowd).pk), "seen": 1}
    assert organiser.post(page_of(plan, "pin/"), {**sent, "because": "speaks"}).status_code == 302
    seat = PlannedSeat.objects.get(participant__user=dawit)
    assert (seat.group_id, seat.lock) == (here, "speaks")
    by_region = {"group": f"{where}:{here}", "whom": "region", "region": "034", "seen": 2}
    assert organiser.post(page_of(plan, "pin/"), by_region).status_code == 302
    assert set(PlannedSeat.objects.exclude(participant__user=dawit).values_list("lock", flat=True)) == {
        "zone"
    }
    nobody = organiser.post(page_of(plan, "pin/"), {**by_region, "region": "061", "seen": 3})
    assert (nobody.status_code, "Nobody who is to be spread" in text_of(nobody)) == (422, True)
    missing = organiser.post(page_of(plan, "pin/"), {**by_region, "region": "", "seen": 3})
    assert (missing.status_code, list(missing.context["form"].errors)) == (422, ["region"])


def test_until_a_draw_the_page_of_those_who_are_only_kept_there_measures_and_publishes_nothing(
    crowd, organiser, dawit
):
    plan, where = begun(crowd, 1), slot(crowd, 1).pk
    here = Group.objects.get(workshop__number=1, slug="group-2").pk
    sent = {"group": f"{where}:{here}", "whom": "one", "person": str(person(dawit, crowd).pk), "seen": 1}
    organiser.post(page_of(plan, "pin/"), {**sent, "because": "speaks"})
    said = ("but those who are kept in a group", "Draw the seats", "Unlock")
    measured = ("balance-table", "Mirrors the whole", "Publish …", "How good the draft is", "are missing")
    text = text_of(organiser.get(page_of(plan)))
    assert [words in text for words in (*said, *measured)] == [True] * 3 + [False] * 5
    drawn(plan)
    text = text_of(organiser.get(page_of(plan)))
    assert [words in text for words in measured] == [True] * 4 + [False]


def test_what_is_refused_is_said_once_and_people_stand_in_the_order_of_the_names_that_are_shown(
    crowd, organiser, dawit
):
    Participant.objects.filter(visibility="protected").update(name="Aaaa Hidden")
    sent = {"kind": "apart", "one": str(person(dawit, crowd).pk), "other": str(person(dawit, crowd).pk)}
    page = organiser.post(f"{DESK}pairs/", sent)
    assert (page.status_code, text_of(page).count("choose two different people")) == (422, 1)
    names = [sort_key(name) for _key, name in page.context["form"].fields["one"].choices[1:]]
    assert names == sorted(names)


def test_too_small_groups_are_said_in_words_before_anything_is_drawn(crowd, organiser):
    plan = begun(crowd, 1)
    groups = Group.objects.filter(workshop__number=1)
    sent = {str(group.pk): "20" for group in groups}
    assert organiser.post(page_of(plan, "capacities/"), {**sent, "seen": 1}).status_code == 302
    sentence = "Workshop 1: the groups have 40 places for 68 people."
    assert sentence in text_of(organiser.get(page_of(plan)))
    refused = organiser.post(page_of(plan, "run/"), {"kind": "draw", "seed": "1", "seen": fresh(plan).number})
    assert (refused.status_code, sentence in text_of(refused)) == (409, True)


def test_participants_see_nothing_of_a_draft_and_their_group_with_the_reason_when_it_is_published(
    crowd, amara, dawit, client_of
):
    mine = client_of(dawit)
    pages = (MINE, "/2022/workshops/", "/2022/workshops/1/", "/2022/")
    before = [mine.get(page).context.get("rows") or page for page in pages]
    plan = begun(crowd, 1)
    drawn(plan)
    assert [mine.get(page).context.get("rows") or page for page in pages] == before
    assert "Your groups will be here" in text_of(mine.get(MINE))
    assert [mine.get(page_of(plan, way)).status_code for way in ("", "publish/", "move/", "pin/")] == [
        403
    ] * 4
    publish_plan(fresh(plan), seen=fresh(plan).number, by=amara)
    seat = Seat.objects.select_related("group").get(participant__user=dawit)
    text = text_of(mine.get(MINE))
    assert seat.group.name in text
    assert escape(f"Why this group: {seat.reason}") in text


def test_what_publishing_does_is_shown_before_and_told_after(crowd, organiser):
    plan = begun(crowd, 1)
    drawn(plan)
    page = organiser.get(page_of(plan, "publish/"))
    assert len(page.context["news"]) == 68
    sent = {"seen": fresh(plan).number, "tells": "on"}
    assert organiser.post(page_of(plan, "publish/"), sent).headers["Location"] == DESK
    assert "Published: 68 seats. 68 mails are on their way." in text_of(organiser.get(DESK))
    assert len(published(crowd, 1)) == 68
    late = organiser.post(page_of(plan, "undo/"), {"seen": fresh(plan).number})
    assert (late.status_code, "is not open any more" in text_of(late)) == (409, True)


def test_a_draft_with_late_arrivals_is_not_compared_with_fewer_people_without_a_word(crowd, organiser, amara):
    first = begun(crowd, 1)
    drawn(first)
    publish_plan(fresh(first), seen=fresh(first).number, tells=False, by=amara)
    plan = begun(crowd, 1)
    assert "without 1 seat that is new" not in text_of(organiser.get(page_of(plan)))
    make_participant(make_user("late"), crowd, name="Late Arrival", country="KE")
    drawn(plan, kind="rerun", moving=running.FEW)
    page = organiser.get(page_of(plan))
    assert "As published, without 1 seat that is new" in " ".join(text_of(page).split())


def test_pairs_are_entered_and_removed_on_the_desk_and_seen_nowhere_else(
    crowd, organiser, dawit, esi, client_of
):
    one, other = person(dawit, crowd), person(esi, crowd)
    sent = {"kind": "apart", "one": str(one.pk), "other": str(other.pk)}
    assert organiser.post(f"{DESK}pairs/", sent).status_code == 302
    again = organiser.post(f"{DESK}pairs/", sent)
    assert (again.status_code, "a rule for these two already" in text_of(again)) == (422, True)
    assert f"{escape(one.name)} and" in text_of(organiser.get(f"{DESK}pairs/")) or Pair.objects.count() == 1
    data = text_of(client_of(dawit).get("/my/data/"))
    assert escape(other.pseudonym) not in data
    organiser.post(f"{DESK}pairs/{Pair.objects.get().pk}/remove/")
    assert not Pair.objects.exists()


def test_the_pages_cost_the_same_for_more_people(crowd, organiser):
    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            organiser.get(address)
        return len(captured)

    plan = begun(crowd, 1, 2)
    drawn(plan)
    pages = (DESK, page_of(plan), page_of(plan, "publish/"))
    before = [queries(page) for page in pages]
    for number in range(5):
        make_participant(make_user(f"late{number}"), crowd)
    drawn(plan, kind="rerun", moving=1_000)
    assert [queries(page) for page in pages] == before


# --- Choices ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(crowd):
    ask_for_wishes(slot(crowd, 10), closes_at=clock.now() + timedelta(days=1), by=None)
    return [str(row.session_id) for row in Group.objects.filter(workshop__number__gte=10).order_by("slug")]


def workshops(crowd):
    return list(
        crowd.sessions.filter(parent=slot(crowd, 10)).order_by("position").values_list("pk", flat=True)
    )


def test_a_participant_states_choices_until_the_deadline_and_gets_the_first_where_it_can_be(
    crowd, asked, amara, dawit, client_of
):
    mine, sessions = client_of(dawit), workshops(crowd)
    assert "Choose: Workshop sessions" in text_of(mine.get(MINE))
    sent = {"choice_1": sessions[2], "choice_2": sessions[0], "choice_3": ""}
    assert mine.post(CHOICES, sent).headers["Location"] == MINE
    assert list(Wish.objects.order_by("rank").values_list("session", "rank")) == [
        (sessions[2], 1),
        (sessions[0], 2),
    ]
    plan = begun(crowd, 10)
    drawn(plan)
    publish_plan(fresh(plan), seen=fresh(plan).number, by=amara)
    seat = Seat.objects.select_related("workshop").get(participant__user=dawit)
    assert (seat.workshop.session_id, seat.reason) == (sessions[2], "it is the first choice")
    with clock.set_to(clock.now() + timedelta(days=2)):
        late = mine.post(CHOICES, {**sent, "choice_1": sessions[1]})
        assert (late.status_code, "the time for them is over" in text_of(late)) == (422, True)
    assert Wish.objects.get(rank=1).session_id == sessions[2]


def test_whoever_chooses_is_led_to_what_there_is_to_choose(crowd, asked, dawit, client_of):
    text = text_of(client_of(dawit).get(CHOICES))
    ways = [f'href="/2022/programme/day-5-workshop-{number}/"' for number in (10, 11, 12)]
    assert ([way in text for way in ways], "mirrors the academy" in text) == ([True] * 3, True)
    tables = Session.objects.select_related("edition").get(edition=crowd, slug="day-4-roundtables")
    ask_for_wishes(tables, closes_at=datetime(2022, 2, 3, 17, tzinfo=UTC), by=None)
    page = text_of(client_of(dawit).get("/2022/workshops/choices/day-4-roundtables/"))
    assert ("nobody sits at a table twice" in page, "mirrors the academy" in page) == (True, False)
    assert client_of(dawit).get("/2022/programme/day-4-roundtable-1/").status_code == 200


@pytest.mark.parametrize("sent", [{"choice_1": "x"}, {"choice_1": 0, "choice_2": 0}])
def test_choices_that_make_no_sense_are_refused(crowd, asked, dawit, client_of, sent):
    sessions = workshops(crowd)
    said = {name: sessions[value] if isinstance(value, int) else value for name, value in sent.items()}
    assert client_of(dawit).post(CHOICES, said).status_code == 422
    assert not Wish.objects.exists()


def test_organisers_see_how_often_each_was_chosen_and_how_many_got_what(crowd, asked, organiser):
    sessions = workshops(crowd)
    people = list(drawn_people(crowd).order_by("pk")[:30])
    for row in people:
        Wish.objects.create(participant=row, slot=slot(crowd, 10), session_id=sessions[0], rank=1)
        Wish.objects.create(participant=row, slot=slot(crowd, 10), session_id=sessions[1], rank=2)
    page = organiser.get(f"{DESK}choices/day-5-workshops/")
    assert [one.counts for one in page.context["counted"]] == [(30, 0, 0), (0, 30, 0), (0, 0, 0)]
    plan = begun(crowd, 10)
    drawn(plan)
    time = organiser.get(page_of(plan)).context["times"][0]
    assert sum(count for _rank, count in time.wishes) + time.unmet == 30
    assert time.wishes[0][1] > 15


def test_a_deadline_is_in_the_academys_time_and_in_the_future(crowd, organiser):
    past = organiser.post(f"{DESK}choices/day-5-workshops/", {"closes_at": "2001-01-01T10:00"})
    assert (past.status_code, "must lie in the future" in text_of(past)) == (422, True)
    organiser.post(f"{DESK}choices/day-5-workshops/", {"closes_at": "2022-02-03T10:00"})
    round_ = slot(crowd, 10).wish_round
    assert round_.closes_at.isoformat() == "2022-02-03T09:00:00+00:00"
    late = organiser.post(f"{DESK}choices/day-5-workshops/", {"closes_at": "2022-02-07T14:00"})
    assert (late.status_code, "before these sessions begin" in text_of(late)) == (422, True)
    nothing = organiser.post(f"{DESK}choices/day-1-opening/", {"closes_at": "2999-07-01T10:00"})
    assert nothing.status_code == 422
