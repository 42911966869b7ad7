"""The real programme: every item of the outline is there, with its times, numbers and parts."""

from zoneinfo import ZoneInfo

from academy.management.loading import load_edition
from academy.models import HistoryEntry
from programme.agenda import agenda_days
from programme.models import Day, Release, Session, Strand
from programme.releases import current_release
from workshops.models import Group, GuidingQuestion, Part, Roundtable, Workshop

VIENNA = ZoneInfo("Europe/Vienna")

# What the outline says of each day: (start, minutes, title).
OUTLINE = {
    "2022-02-01": [
        ("11:30", 30, "Opening ceremony"),
        ("12:00", 60, "Plenary session A"),
        ("13:00", 30, "Break"),
        ("13:30", 60, "Workshop session 1"),
        ("14:30", 30, "Break"),
        ("15:00", 30, "Closing"),
    ],
    "2022-02-02": [
        ("11:45", 15, "Introduction and organisational matters"),
        ("12:00", 60, "Plenary session B"),
        ("13:00", 30, "Break"),
        ("13:30", 60, "Workshop session 2"),
        ("14:30", 30, "Break"),
        ("15:00", 30, "Closing"),
    ],
    "2022-02-03": [
        ("11:45", 15, "Introduction and organisational matters"),
        ("12:00", 60, "Plenary session C"),
        ("13:00", 30, "Break"),
        ("13:30", 60, "Workshop session 3"),
        ("14:30", 30, "Break"),
        ("15:30", 30, "Closing discussion"),
    ],
    "2022-02-04": [
        ("13:30", 45, "Introduction of human rights experts"),
        ("14:15", 75, "Roundtable sessions"),
    ],
    "2022-02-07": [
        ("11:45", 15, "Introduction and organisational matters"),
        ("12:00", 60, "Plenary session D"),
        ("13:00", 30, "Break"),
        ("13:30", 60, "Workshop sessions"),
        ("14:30", 30, "Break"),
        ("15:00", 30, "Closing"),
    ],
    "2022-02-08": [(None, None, "High-level conference")],
}


def test_every_day_holds_the_items_of_the_outline(edition):
    release = current_release(edition)
    assert release is not None
    found = {
        day.date.isoformat(): [
            (row.starts and f"{row.starts.astimezone(VIENNA):%H:%M}", row.minutes, row.items[0]["title"])
            for row in day.rows
        ]
        for day in agenda_days(release.content, VIENNA)
    }
    assert found == OUTLINE


def test_days_belong_to_their_strands(edition):
    rows = Day.objects.filter(edition=edition).order_by("date").values_list("slug", "strand__slug")
    strands = [strand for _slug, strand in rows]
    assert strands == ["drivers", "development", "responsibility", None, None, None]
    assert Strand.objects.filter(edition=edition).count() == 3


def test_workshops_have_their_numbers_parts_and_groups(edition):
    rows = Workshop.objects.filter(edition=edition).values_list("number", "strand__slug")
    assert list(rows) == [
        (1, "drivers"),
        (2, "development"),
        (3, "responsibility"),
        (10, "drivers"),
        (11, "development"),
        (12, "responsibility"),
    ]
    groups = [Group.objects.filter(workshop__number=number).count() for number in (1, 2, 3, 10, 11, 12)]
    assert groups == [2, 2, 2, 1, 1, 1]
    parts = Part.objects.order_by("workshop__number", "letter").values_list("workshop__number", "letter")
    assert list(parts) == [(n, letter) for n in (1, 2, 3) for letter in "AB"]


def test_guiding_questions_are_as_many_as_in_the_outline(edition):
    count = {
        (number, letter): GuidingQuestion.objects.filter(
            part__workshop__number=number, part__letter=letter
        ).count()
        for number in (1, 2, 3)
        for letter in "AB"
    }
    assert count == {(1, "A"): 5, (1, "B"): 4, (2, "A"): 3, (2, "B"): 1, (3, "A"): 0, (3, "B"): 0}


def test_panels_discussion_and_roundtables_are_nested(edition):
    def children(slug_part):
        parent = Session.objects.get(edition=edition, title=slug_part)
        return [(child.title, child.minutes) for child in parent.children.order_by("position")]

    assert children("Plenary session C") == [("Panel A", None), ("Panel B", None)]
    assert children("Plenary session D") == [("Plenary discussion", 25)]
    assert children("Roundtable sessions") == [
        ("Roundtable 1", 45),
        ("Roundtable 2", 45),
        ("Roundtable 3", 45),
    ]
    assert list(Roundtable.objects.values_list("number", "minutes")) == [(1, 45), (2, 45), (3, 45)]


def test_the_footnote_on_drivers_is_kept(edition):
    assert Session.objects.get(edition=edition, title="Workshop session 1").footnote != ""


def test_loading_twice_changes_nothing(edition):
    before = (Session.objects.count(), Release.objects.count(), HistoryEntry.objects.count())
    assert load_edition("2022") == (edition, False)
    assert (Session.objects.count(), Release.objects.count(), HistoryEntry.objects.count()) == before


def test_the_release_carries_the_outlines_version(edition):
    release = current_release(edition)
    assert release is not None
    assert (release.number, release.label) == (1, "version: 9 November 2021")
