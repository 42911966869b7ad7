"""An outline applied to a draft: what is there is matched and updated, nothing is doubled, nothing is lost unasked."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from academy.errors import Invalid, NotAllowed
from academy.models import Edition, HistoryEntry
from programme.editing import change_session
from programme.importing import DraftChanged, import_outline, plan_for
from programme.models import Day, Edit, Session
from programme.outline.completing import completed
from programme.outline.content import outline_of
from programme.outline.parsing import parse
from programme.outline.writing import write
from programme.releases import programme_content
from programme.removing import HangsOn
from programme.undoing import AlreadyUndone, ChangedSince, undo, undo_together
from tests.factories import make_edition, make_finding, open_room
from workshops.guiding import HasFindings
from workshops.models import Group, GuidingQuestion, Roundtable, Workshop

TWIN = (Path(__file__).parent / "outlines" / "twin.md").read_text(encoding="utf-8").replace("2022", "2031")
SMALL = """\
(version: 2 May 2031)

Saturday, 1 February 2031: Housing
What a right to housing asks of a town.

09:00-10:00 Plenary session A
Description: People who wait for a flat speak first.

10:00-10:30 Break

10:30-11:30 Workshop 1: Rents
Part A: Needs
- Who pays the highest rents?
- What does the town know about them?
Part B: Steps
- Which step is the first?

Sunday, 2 February 2031: Schools

09:00-10:00 Plenary session B
"""


@pytest.fixture
def empty(db):
    return make_edition("2031")


@pytest.fixture
def small(empty):
    """An edition into which the small outline was imported."""
    bring(empty, SMALL)
    return empty


def bring(edition, text, **options):
    return import_outline(edition, parse(text).outline, by=options.pop("by", None), **options)


def rows(edition):
    """Everything of a draft that an import may touch, by key."""
    return {
        "days": list(Day.objects.filter(edition=edition).order_by("pk").values()),
        "sessions": list(Session.objects.filter(edition=edition).order_by("pk").values()),
        "workshops": list(Workshop.objects.filter(edition=edition).order_by("pk").values()),
        "questions": list(
            GuidingQuestion.objects.filter(part__workshop__edition=edition).order_by("pk").values()
        ),
        "groups": list(Group.objects.filter(workshop__edition=edition).order_by("pk").values()),
        "tables": list(Roundtable.objects.filter(edition=edition).order_by("pk").values()),
        "edits": Edit.objects.filter(edition=edition).count(),
        "history": HistoryEntry.objects.filter(edition=edition).count(),
    }


def titles(edition):
    return list(
        Session.objects.planned()
        .filter(edition=edition)
        .order_by("day__date", "starts_at")
        .values_list("title", flat=True)
    )


def questions(edition, letter="A"):
    found = GuidingQuestion.objects.filter(part__workshop__edition=edition, part__letter=letter)
    return list(found.order_by("position").values_list("text", flat=True))


# --- Again ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [SMALL, TWIN], ids=["small", "twin"])
def test_importing_twice_changes_nothing_and_doubles_nothing(empty, text):
    first = bring(empty, text)
    before = rows(empty)
    second = bring(empty, text)
    assert rows(empty) == before
    assert (second.did_nothing, second.same) == (True, first.added)


def test_importing_what_was_exported_changes_nothing(empty):
    bring(empty, TWIN)
    before = rows(empty)
    exported = write(outline_of(programme_content(empty), label="version: 9 November 2021"))
    assert bring(empty, exported).did_nothing
    assert rows(empty) == before


def test_exporting_the_loaded_programme_and_importing_it_changes_nothing(edition):
    before = rows(edition)
    outcome = bring(edition, write(outline_of(programme_content(edition))))
    assert (outcome.added, outcome.removed, outcome.days_added) == (0, 0, 0)
    assert rows(edition) == before


def test_an_export_that_lost_a_session_is_seen(edition):
    """The control: the comparison would see it if the export were not whole."""
    outline = outline_of(programme_content(edition))
    text = write(outline).replace("Opening ceremony", "Welcome ceremony")
    assert bring(edition, text).changed == 1


# --- Changed ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("09:00-10:00 Plenary session A", "09:15-10:00 Plenary session A", "starts_at", "08:15"),
        ("09:00-10:00 Plenary session A", "09:00-10:00 Opening plenary", "title", "Opening plenary"),
        ("People who wait", "Those who wait", "description", "Those who wait for a flat speak first."),
        ("10:00-10:30 Break", "10:00-10:30 Coffee", "title", "Coffee"),
    ],
)
def test_what_the_outline_says_otherwise_updates_the_session_that_it_is(small, old, new, field, value):
    keys = set(Session.objects.values_list("pk", flat=True))
    outcome = bring(small, SMALL.replace(old, new))
    assert (outcome.added, outcome.changed, outcome.removed) == (0, 1, 0)
    assert set(Session.objects.values_list("pk", flat=True)) == keys
    found = [getattr(row, field) for row in Session.objects.all()]
    assert value in [f"{one:%H:%M}" if field == "starts_at" else one for one in found]


def test_a_session_that_was_moved_to_another_day_is_still_itself(small):
    key = Session.objects.get(title="Plenary session A").pk
    block = "09:00-10:00 Plenary session A\nDescription: People who wait for a flat speak first.\n"
    outcome = bring(small, SMALL.replace(block, "") + f"\n11:00-12:00 {block.partition(' ')[2]}")
    moved = Session.objects.get(pk=key)
    assert (outcome.added, moved.day.date, f"{moved.starts_at:%H:%M}") == (0, date(2031, 2, 2), "10:00")


def test_days_that_swap_their_dates_take_their_sessions_along(small):
    swapped = (
        SMALL.replace("Saturday, 1 February", "X")
        .replace("Sunday, 2 February", "Saturday, 1 February")
        .replace("X", "Sunday, 2 February")
    )
    outcome = bring(small, swapped)
    assert [(day.title, day.date.day) for day in Day.objects.order_by("date")] == [
        ("Schools", 1),
        ("Housing", 2),
    ]
    assert (outcome.added, outcome.days_added, outcome.days_changed) == (0, 0, 2)
    assert Session.objects.get(title="Plenary session A").starts_at.date() == date(2031, 2, 2)
    assert bring(small, swapped).did_nothing


def test_a_renumbered_question_keeps_its_row_and_what_hangs_on_it(small):
    keys = dict(GuidingQuestion.objects.filter(part__letter="A").values_list("text", "pk"))
    turned = SMALL.replace(
        "- Who pays the highest rents?\n- What does the town know about them?",
        "- What does the town know about them?\n- Who pays the very highest rents?",
    )
    outcome = bring(small, turned)
    now = dict(GuidingQuestion.objects.filter(part__letter="A").values_list("text", "pk"))
    assert outcome.changed == 1
    assert questions(small) == ["What does the town know about them?", "Who pays the very highest rents?"]
    assert now["What does the town know about them?"] == keys["What does the town know about them?"]
    assert now["Who pays the very highest rents?"] == keys["Who pays the highest rents?"]


def test_a_question_that_is_added_between_others_is_a_new_one(small):
    keys = set(GuidingQuestion.objects.values_list("pk", flat=True))
    bring(small, SMALL.replace("- What does", "- Is there heating in winter?\n- What does"))
    assert questions(small) == [
        "Who pays the highest rents?",
        "Is there heating in winter?",
        "What does the town know about them?",
    ]
    assert set(GuidingQuestion.objects.values_list("pk", flat=True)) > keys


def test_a_question_in_quite_other_words_is_the_one_in_its_place_where_there_are_as_many(small):
    keys = list(
        GuidingQuestion.objects.filter(part__letter="A").order_by("position").values_list("pk", flat=True)
    )
    bring(small, SMALL.replace("- Who pays the highest rents?", "- Is there heating in winter?"))
    assert questions(small) == ["Is there heating in winter?", "What does the town know about them?"]
    assert keys == list(
        GuidingQuestion.objects.filter(part__letter="A").order_by("position").values_list("pk", flat=True)
    )


def test_a_renumbered_workshop_keeps_its_row(small):
    key = Workshop.objects.get().pk
    bring(small, SMALL.replace("Workshop 1: Rents", "Workshop 4: Rents"))
    assert [(row.pk, row.number) for row in Workshop.objects.all()] == [(key, 4)]


def test_what_the_outline_does_not_say_stays(small):
    Session.objects.filter(title="Break").update(
        description="There is tea.", hosts="The canteen", language="en"
    )
    Workshop.objects.update(aim="To agree.")
    outcome = bring(small, SMALL.replace("Description: People who wait for a flat speak first.\n", ""))
    assert outcome.did_nothing
    kept = Session.objects.get(title="Break")
    assert (kept.description, kept.hosts, kept.language) == ("There is tea.", "The canteen", "en")
    assert (
        Session.objects.get(title="Plenary session A").description
        == "People who wait for a flat speak first."
    )


def test_a_workshop_that_is_split_into_groups_keeps_its_first_group(small):
    key = Group.objects.get().pk
    bring(small, SMALL.replace("Part A: Needs", "two parallel groups\nPart A: Needs"))
    groups = Group.objects.order_by("slug")
    assert [(group.slug, group.name, group.session.title) for group in groups] == [
        ("group-1", "Group 1", "Group 1"),
        ("group-2", "Group 2", "Group 2"),
    ]
    assert groups[0].pk == key


# --- Gone -------------------------------------------------------------------------------------------------------------

LESS = SMALL.replace("10:00-10:30 Break\n", "").replace("- What does the town know about them?\n", "")


def test_what_is_gone_from_the_outline_is_named_and_stays(small):
    plan, _seen = plan_for(small, parse(LESS).outline)
    assert [(gone.what, gone.title) for gone in plan.gone] == [
        ("session", "Break"),
        ("question", "What does the town know about them?"),
    ]
    outcome = bring(small, LESS)
    assert outcome.removed == 0
    assert "Break" in titles(small)
    assert questions(small) == ["Who pays the highest rents?", "What does the town know about them?"]


def test_what_is_gone_and_ticked_is_taken_out(small):
    plan, _seen = plan_for(small, parse(LESS).outline)
    outcome = bring(small, LESS, remove=[gone.key for gone in plan.gone])
    assert outcome.removed == 2
    assert titles(small) == ["Plenary session A", "Workshop 1", "Plenary session B"]
    assert Session.objects.get(title="Break").removed_at is not None
    assert questions(small) == ["Who pays the highest rents?"]
    assert bring(small, LESS).did_nothing


def test_only_what_is_gone_can_be_taken_out(edition, small):
    other = Session.objects.filter(edition=edition).first()
    kept = Session.objects.get(edition=small, title="Plenary session A")
    for key in (str(other.pk), str(kept.pk), "nonsense"):
        with pytest.raises(Invalid, match="not among what the outline lacks"):
            bring(small, LESS, remove=[key])


def test_a_question_with_findings_is_not_taken_out(edition, amara):
    room = open_room(edition, by=amara)
    finding = make_finding(room, by=amara)
    text = write(outline_of(programme_content(edition))).replace(f"- {finding.question.text}\n", "")
    plan, _seen = plan_for(edition, parse(text).outline)
    before = rows(edition)
    with pytest.raises(HasFindings, match="cannot be taken out"):
        bring(edition, text, remove=[gone.key for gone in plan.gone])
    assert rows(edition) == before


def test_a_session_on_which_findings_hang_is_not_taken_out(edition, amara):
    make_finding(open_room(edition, by=amara), by=amara)
    outline = outline_of(programme_content(edition))
    first, *others = outline.days
    without = type(first)(first.date, first.title, first.description, first.items[:3])
    text = write(type(outline)(days=(without, *others)))
    plan, _seen = plan_for(edition, parse(text).outline)
    with pytest.raises(HangsOn):
        bring(edition, text, remove=[gone.key for gone in plan.gone])


# --- As a whole or not at all -----------------------------------------------------------------------------------------


def test_an_outline_with_one_title_too_long_changes_nothing_and_says_which(small):
    before = rows(small)
    with pytest.raises(Invalid, match="Plenary session BBBB"):
        bring(small, SMALL.replace("10:00-10:30", "10:00-10:45").replace("session B", f"session {'B' * 300}"))
    assert rows(small) == before


def test_an_outline_without_days_is_refused(empty):
    with pytest.raises(Invalid, match="no day in this outline"):
        bring(empty, "Nothing but a title\n")


def test_a_draft_that_was_changed_meanwhile_is_looked_at_again(small):
    _plan, seen = plan_for(small, parse(LESS).outline)
    Session.objects.filter(title="Break").update(title="Pause")
    with pytest.raises(DraftChanged):
        bring(small, LESS, seen=seen)
    _plan, seen = plan_for(small, parse(LESS).outline)
    bring(small, LESS, seen=seen)


def test_only_organisers_import(edition, amara, bruno, dawit, farid):
    same = write(outline_of(programme_content(edition)))
    for person in (bruno, dawit, farid):
        with pytest.raises(NotAllowed):
            bring(edition, same, by=person)
    assert bring(edition, same, by=amara).did_nothing


def test_an_import_is_one_entry_in_the_history_and_each_session_can_be_undone(small):
    entries = HistoryEntry.objects.filter(edition=small)
    count = entries.count()
    bring(small, SMALL.replace("Plenary session A", "Opening plenary").replace("Break", "Coffee"))
    latest = entries.order_by("-number")[0]
    assert entries.count() == count + 1
    assert latest.verb == "outline imported"
    assert (latest.data["added"], latest.data["changed"], latest.data["removed"]) == (0, 2, 0)
    edit = Edit.objects.get(edition=small, words="Imported: “Coffee”")
    undo(edit, by=None)
    assert titles(small)[:2] == ["Opening plenary", "Break"]


def test_an_import_is_undone_in_one_step_and_done_again_in_one(small):
    before = outline_of(programme_content(small))
    bring(
        small,
        SMALL.replace("Plenary session A", "Opening plenary").replace("Break", "Coffee")
        + "16:00-17:00 Party\n",
    )
    after = outline_of(programme_content(small))
    newest = Edit.objects.filter(edition=small).order_by("-number").first()
    assert undo_together(newest, by=None) == 3
    assert outline_of(programme_content(small)) == before
    undone = Edit.objects.filter(edition=small).order_by("-number").first()
    with pytest.raises(AlreadyUndone):
        undo_together(newest, by=None)
    assert undo_together(undone, by=None) == 3
    assert outline_of(programme_content(small)) == after


def test_an_import_is_undone_as_a_whole_or_not_at_all(small):
    bring(small, SMALL.replace("Plenary session A", "Opening plenary").replace("Break", "Coffee"))
    imported = Edit.objects.filter(edition=small).order_by("-number").first()
    change_session(Session.objects.get(edition=small, title="Coffee"), title="Tea", by=None)
    with pytest.raises(ChangedSince):
        undo_together(imported, by=None)
    assert titles(small)[:2] == ["Opening plenary", "Tea"]


@pytest.mark.parametrize(
    ("text", "times", "said"),
    [
        (
            "Sunday, 30 March 2031: Night\n02:30-04:30 Night talk\n",
            ("01:30", "02:30"),
            "“Night talk”: 02:30 does not exist on 30 March 2031, as the clocks are put forward; it became 03:30.",
        ),
        # What ends in the hour that is left out, after it began: as long as the outline says.
        (
            "Sunday, 30 March 2031: Night\n02:45-03:15 Night talk\n",
            ("01:45", "02:15"),
            "“Night talk”: 02:45 does not exist on 30 March 2031, as the clocks are put forward; it became 03:45.",
        ),
        (
            "Sunday, 26 October 2031: Night\n02:30-04:00 Night talk\n",
            ("00:30", "03:00"),
            "“Night talk”: 02:30 happens twice on 26 October 2031, as the clocks are put back; the first is meant.",
        ),
    ],
)
def test_a_time_at_which_the_clocks_are_changed_is_read_as_calendars_do_and_said(empty, text, times, said):
    outcome = bring(empty, text)
    session = Session.objects.get()
    assert (f"{session.starts_at:%H:%M}", f"{session.ends_at:%H:%M}") == times
    assert outcome.notices == [said]
    once = rows(empty)
    bring(empty, text)
    assert rows(empty) == once


def test_a_session_into_the_night_ends_on_the_next_day(empty):
    bring(empty, "Saturday, 1 February 2031: Night\n22:00-01:00 Night talk\n")
    session = Session.objects.get()
    assert (session.ends_at - session.starts_at).total_seconds() == 3 * 3600


def test_an_import_of_many_sessions_needs_time_in_proportion(empty, django_assert_max_num_queries):
    lines = [
        f"{n % 12 + 8:02}:{n // 12:02}-{n % 12 + 8:02}:{n // 12 + 1:02} Talk number {n}" for n in range(240)
    ]
    with django_assert_max_num_queries(240 + 80):
        bring(empty, "Saturday, 1 February 2031: Many\n" + "\n".join(lines))


def test_everything_of_another_edition_stays_as_it_is(edition, empty):
    before = rows(edition)
    bring(empty, TWIN)
    bring(empty, TWIN.replace("11:30-12:00", "11:40-12:00"))
    assert rows(edition) == before


# --- The command ------------------------------------------------------------------------------------------------------


def say(*arguments):
    out = StringIO()
    call_command("import_outline", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "outline.txt"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_a_dry_run_prints_what_it_understands_and_asks_no_database(file):
    """It has not asked for the fixture without which a test may not touch a database."""
    said = json.loads(say(file, "--dry-run", "--json"))
    assert said["label"] == "version: 2 May 2031"
    assert [day["date"] for day in said["days"]] == ["2031-02-01", "2031-02-02"]
    workshop = said["days"][0]["sessions"][2]
    assert (workshop["starts"], workshop["ends"], workshop["kind"]) == ("10:30", "11:30", "workshop")
    assert workshop["questions"] == [
        "Who pays the highest rents?",
        "What does the town know about them?",
        "Which step is the first?",
    ]
    assert said["unplaced"] == []
    assert "--:--" not in say(file, "--dry-run")


def test_the_command_makes_an_edition_if_asked_and_imports_into_it(db, file):
    with pytest.raises(CommandError, match="There is no current edition"):
        say(file)
    file.write_text(f"Rents and schools\n\n{SMALL}", encoding="utf-8")
    assert "4 sessions added" in say(file, "--edition", "2031", "--create")
    made = Edition.objects.get()
    assert (made.title, made.starts, made.ends, made.is_current) == (
        "Rents and schools",
        date(2031, 2, 1),
        date(2031, 2, 2),
        True,
    )
    assert "0 sessions added, 0 changed, 0 taken out, 4 as they were" in say(file)
    with pytest.raises(CommandError, match="already"):
        say(file, "--edition", "2031", "--create")


def test_the_command_takes_out_what_is_missing_only_if_asked(small, file):
    file.write_text(LESS, encoding="utf-8")
    say(file, "--edition", "2031")
    assert "Break" in titles(small)
    say(file, "--edition", "2031", "--take-out-missing")
    assert "Break" not in titles(small)


@pytest.mark.parametrize("content", [b"\x00\x01", b"a" * 10_000_000, b"PK\x03\x04", b""])
def test_a_file_that_is_no_outline_is_refused_by_the_command(tmp_path, content):
    path = tmp_path / "outline.txt"
    path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        say(path, "--dry-run", "--json")
    assert str(path) in str(refused.value)


def test_a_file_that_is_not_there_is_refused_by_the_command(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        say(tmp_path / "nothing.txt", "--dry-run")


def test_what_the_plan_says_is_what_the_import_does(small):
    outline = parse(SMALL.replace("Break", "Coffee") + "\n10:00-11:00 Closing\n").outline
    plan, _seen = plan_for(small, outline)
    outcome = import_outline(small, outline, by=None)
    assert plan.counts == {"new": outcome.added, "changed": outcome.changed, "same": outcome.same}
    assert plan.counts == {"new": 1, "changed": 1, "same": 3}
    assert completed(outline) == completed(completed(outline))


def test_a_session_of_quite_another_title_and_time_is_a_new_one_and_the_old_one_stays(small):
    before = titles(small)
    bring(small, "Saturday, 1 February 2031: Housing\n\n12:00-12:30 Bad session\n")
    assert sorted(titles(small)) == sorted([*before, "Bad session"])
