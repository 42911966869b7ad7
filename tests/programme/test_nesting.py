"""A session can belong to another one, keep its times, and go back; what was taken out comes back whole."""

from datetime import UTC, date, datetime

import pytest

from academy.history import verify_history
from academy.models import Participant
from programme.editing import add_session, change_session
from programme.framing import add_day, take_out_day
from programme.guests import NotTakingPart, cast_participant, take_role
from programme.models import Day, Edit, Session, SessionRole
from programme.nesting import CannotNest, PartElsewhere, TakenOut
from programme.putting_back import CannotUndo
from programme.releases import current_release, programme_content, release
from programme.removing import bring_back, take_out
from programme.undoing import ChangedSince, can_be_undone, latest_edits, undo


def session(slug):
    return Session.objects.select_related("edition", "day", "parent").get(slug=slug)


def day(slug):
    return Day.objects.select_related("edition").get(slug=slug)


def added(title, parent=None, **fields):
    return add_session(
        day("day-1"),
        title=title,
        kind=fields.pop("kind", "discussion"),
        parent=parent and session(parent),
        by=None,
        **fields,
    )


# --- A session that belongs to another one ---


def test_a_session_becomes_a_part_and_keeps_its_times(edition, amara):
    made = added(
        "Side talk",
        starts_at=datetime(2022, 2, 1, 11, 0, tzinfo=UTC),
        ends_at=datetime(2022, 2, 1, 11, 30, tzinfo=UTC),
    )
    first = added("First part", "day-1-plenary-a")
    edit = change_session(made, parent=session("day-1-plenary-a"), by=amara)
    row = session(made.slug)
    assert (row.parent.slug, row.position > session(first.slug).position, row.day.slug) == (
        "day-1-plenary-a",
        True,
        "day-1",
    )
    assert (row.starts_at, row.ends_at) == (made.starts_at, made.ends_at)
    assert set(edit.after) == {"parent", "position"} - (
        {"position"} if made.position == row.position else set()
    )
    undo(edit, by=amara)
    assert (session(made.slug).parent, session(made.slug).position) == (None, made.position)
    assert list(verify_history(edition)) == []


def test_a_part_without_times_that_leaves_keeps_those_it_shared(edition, amara):
    part = added("Panel", "day-1-plenary-a")
    edit = change_session(part, parent=None, by=amara)
    row, home = session(part.slug), session("day-1-plenary-a")
    assert (row.parent, row.starts_at, row.ends_at) == (None, home.starts_at, home.ends_at)
    undo(edit, by=amara)
    assert (session(part.slug).parent, session(part.slug).starts_at) == (home, None)


def test_where_it_cannot_nest_it_is_refused_in_words(edition, amara):
    top = session("day-1-plenary-a")
    part = added("Part", top.slug)
    deep = added("Part of the part", part.slug)
    alone = added("Alone")
    out = added("Out")
    take_out(out, by=None)
    refusals = (
        (top, top, CannotNest, "itself"),
        (top, part, CannotNest, "one of its own parts"),
        (alone, deep, CannotNest, "no more than that"),
        (alone, session("day-1-break-1"), CannotNest, "A break has no parts"),
        (alone, session("day-3-plenary-c"), PartElsewhere, "stays on the day"),
        (alone, out, TakenOut, "was taken out"),
    )
    edits = Edit.objects.count()
    for row, parent, refusal, words in refusals:
        with pytest.raises(refusal, match=words):
            change_session(row, parent=parent, by=amara)
    with pytest.raises(CannotNest, match="no more than that"):
        added("Too deep", deep.slug)
    assert Edit.objects.count() == edits


def test_an_undo_cannot_nest_in_a_circle(edition, amara):
    part = added("Part", "day-1-plenary-a")
    left = change_session(part, parent=None, by=amara)
    change_session(session("day-1-plenary-a"), parent=session(part.slug), by=amara)
    with pytest.raises(CannotNest, match="one of its own parts"):
        undo(left, by=amara)
    assert session(part.slug).parent is None


def test_a_release_after_it_holds_the_new_nesting(edition, amara):
    made = added("Side talk")
    release(edition, label="before", by=amara)
    change_session(made, parent=session("day-1-plenary-a"), by=amara)
    release(edition, label="after", by=amara)
    nodes = {node["slug"]: node for node in current_release(edition).content["days"][0]["sessions"]}
    assert made.slug not in nodes
    assert [child["slug"] for child in nodes["day-1-plenary-a"]["children"]][-1] == made.slug


# --- A day that comes back ---


def test_undoing_the_end_of_a_day_brings_its_taken_out_sessions_back_to_it(edition, amara):
    evening = add_day(edition, date=date(2022, 3, 1), title="Evening", short_title="Evening", by=amara)
    talk = add_session(evening, title="Talk", kind="plenary", by=amara)
    part = add_session(evening, title="Part", kind="discussion", parent=talk, by=amara)
    take_out(talk, by=amara)
    edit = take_out_day(evening, by=amara)
    assert session(talk.slug).day != evening
    assert edit.pk in can_be_undone(latest_edits(edition))
    back = undo(edit, by=amara)
    assert {session(slug).day_id for slug in (talk.slug, part.slug)} == {evening.pk}
    undo(back, by=amara)
    assert not Day.objects.filter(pk=evening.pk).exists()
    assert session(talk.slug).day == session(part.slug).day
    assert list(verify_history(edition)) == []


def test_a_session_that_was_changed_since_holds_the_undo_of_its_day(edition, amara):
    evening = add_day(edition, date=date(2022, 3, 1), title="Evening", short_title="Evening", by=amara)
    talk = add_session(evening, title="Talk", kind="plenary", by=amara)
    take_out(talk, by=amara)
    edit = take_out_day(evening, by=amara)
    bring_back(session(talk.slug), by=amara)
    change_session(session(talk.slug), day=day("day-1"), by=amara)
    with pytest.raises(ChangedSince):
        undo(edit, by=amara)


def test_the_undo_of_a_day_tears_no_part_from_its_session(edition, amara):
    evening = add_day(edition, date=date(2022, 3, 1), title="Evening", short_title="Evening", by=amara)
    talk = add_session(evening, title="Talk", kind="plenary", by=amara)
    take_out(talk, by=amara)
    edit = take_out_day(evening, by=amara)
    bring_back(session(talk.slug), by=amara)
    add_session(session(talk.slug).day, title="Later part", kind="panel", parent=session(talk.slug), by=amara)
    with pytest.raises(CannotUndo):
        undo(edit, by=amara)
    assert not Day.objects.filter(pk=evening.pk).exists()


# --- A role that does not come back ---


@pytest.mark.parametrize("state", ["withdrawn", "declined"])
def test_undoing_gives_no_role_back_to_somebody_who_does_not_take_part_any_more(edition, amara, dawit, state):
    person = Participant.objects.get(user=dawit, edition=edition)
    role = cast_participant(session("day-1-plenary-a"), person, "speaker", by=amara)
    edit = take_role(role, by=amara)
    Participant.objects.filter(pk=person.pk).update(state=state)
    with pytest.raises(NotTakingPart):
        undo(edit, by=amara)
    assert not SessionRole.objects.filter(participant=person).exists()
    Participant.objects.filter(pk=person.pk).update(state="confirmed")
    undo(edit, by=amara)
    assert SessionRole.objects.get(participant=person).pk == role.pk


def test_what_is_nested_is_in_the_content_once(edition, amara):
    made = added("Side talk")
    change_session(made, parent=session("day-1-plenary-a"), by=amara)

    def keys(nodes):
        return [key for node in nodes for key in (node["id"], *keys(node["children"]))]

    found = [key for one in programme_content(edition)["days"] for key in keys(one["sessions"])]
    assert found.count(str(made.pk)) == 1
