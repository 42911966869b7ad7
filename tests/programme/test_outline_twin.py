"""The programme outline of 2022 comes in without a correction and says the same as the loaded 2022 programme.

The repository holds a twin of that outline: other words, the same lines, marks and facts. Where the outline itself
lies beside the checkout it is read too.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from academy.management.content import content
from programme.importing import import_outline
from programme.models import Session
from programme.outline.completing import completed
from programme.outline.parsing import parse
from programme.outline.reading import read_outline_file
from programme.releases import programme_content
from tests.factories import make_edition
from tests.programme.outlines.making import as_docx
from workshops.models import Group, GuidingQuestion, Roundtable, Workshop

HERE = Path(__file__).parent
BESIDE = HERE.parents[2] / "shared" / "seed" / "programme-outline-2021-11-09.md"
SOURCES = [HERE / "outlines" / "twin.md", *([BESIDE] if BESIDE.exists() else [])]


@pytest.fixture(params=SOURCES, ids=lambda path: path.stem)
def source(request):
    return request.param.read_text(encoding="utf-8")


def facts_of_loaded(session):
    """What the loaded programme says of a session, apart from the wording of prose."""
    workshop = session["workshop"] or {}
    return {
        "kind": session["kind"],
        "title": title_of(session["title"]),
        "starts": session["start"],
        "ends": session["end"],
        "minutes": session["minutes"],
        "number": workshop.get("number"),
        "footnote": bool(session["footnote"]),
        "points": len(session["points"]),
        "parts": [(part["letter"], len(part["questions"])) for part in workshop.get("parts", ())],
        "children": [facts_of_loaded(child) for child in session["children"]],
    }


def facts_of_read(session):
    """The same of what the importer prints."""
    return {
        "kind": session["kind"],
        "title": title_of(session["title"]),
        "starts": session["starts"],
        "ends": session["ends"],
        "minutes": session["minutes"],
        "number": session["number"],
        "footnote": bool(session["footnote"]),
        "points": len(session["points"]),
        "parts": [(part["letter"], len(part["questions"])) for part in session["parts"]],
        "children": [facts_of_read(child) for child in session["children"]],
    }


def title_of(title):
    """A title without capitals and hyphens. All titles of sessions are the same in the outline and in the programme."""
    return title.casefold().replace("-", " ")


def printed(path):
    out = StringIO()
    call_command("import_outline", str(path), "--dry-run", "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_outline_equals_the_loaded_programme_in_every_fact(path):
    loaded, read = content("edition-2022"), printed(path)
    assert read["label"] == loaded["programme_label"]
    assert [day["date"] for day in read["days"]] == [day["date"] for day in loaded["days"]]
    for mine, theirs in zip(read["days"], loaded["days"], strict=True):
        assert [facts_of_read(s) for s in mine["sessions"]] == [
            facts_of_loaded(s) for s in theirs["sessions"]
        ]
        assert bool(mine["description"]) == bool(theirs["aim"])
    assert read["unplaced"] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_line_that_is_not_blank_is_placed(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    assert printed(path)["placed_lines"] == [n for n, line in enumerate(lines, 1) if line.strip()]


def test_one_other_time_in_the_outline_is_one_other_fact(source):
    """The control: the comparison sees a single figure."""
    loaded = content("edition-2022")
    moved = completed(parse(source.replace("15:30-16:00", "15:30-16:05")).outline)
    theirs = [facts_of_loaded(s) for s in loaded["days"][2]["sessions"]]
    assert f"{moved.days[2].items[-1].ends:%H:%M}" != theirs[-1]["ends"]


def test_a_question_that_is_missing_in_the_outline_is_missed(source):
    """The control: taking one bullet away changes the count of one part."""
    lines = source.split("\n")
    where = next(n for n, line in enumerate(lines) if line.startswith(("- What", "- Who")))
    fewer = completed(parse("\n".join(lines[:where] + lines[where + 1 :])).outline)
    workshop = fewer.days[0].items[3]
    assert [len(part.questions) for part in workshop.parts] == [4, 4]


def test_a_line_that_makes_no_sense_is_listed_with_its_number(source):
    """The control: what is placed is not simply everything."""
    reading = parse(source.replace("13:00-13:30 Break", "13:00-12:30 Break", 1))
    number = reading.source.index("13:00-12:30 Break") + 1
    assert [(gone.line, gone.reason) for gone in reading.unplaced] == [(number, "it ends before it starts")]


def test_the_footnote_stands_with_the_session_that_carries_its_mark(source):
    workshop = completed(parse(source).outline).days[0].items[3]
    assert (workshop.number, bool(workshop.footnote), "¹" in workshop.subtitle) == (1, True, False)


def test_as_a_word_processors_file_it_says_the_same(source):
    reading = parse(read_outline_file(as_docx(source)))
    assert reading.outline == parse(source).outline
    assert reading.unplaced == ()


def test_with_the_line_ends_of_windows_it_says_the_same(source):
    windows = source.replace("\n", "\r\n").encode("utf-8-sig")
    assert parse(read_outline_file(windows)).outline == parse(source).outline


# --- Applied to an empty edition ------------------------------------------------------------------------------------


def bare(node):
    """A session of a programme's content without its prose, people and keys."""
    workshop = node.get("workshop") or {}
    return {
        "kind": node["kind"],
        "title": node["title"].casefold().replace("-", " "),
        "starts": node["starts"],
        "ends": node["ends"],
        "minutes": node["minutes"],
        "footnote": bool(node["footnote"]),
        "points": len(node["points"]),
        "workshop": (
            workshop.get("number"),
            [(p["letter"], p["minutes"], len(p["questions"])) for p in workshop.get("parts", ())],
        ),
        "group": (node.get("group") or {}).get("slug"),
        "children": [bare(child) for child in node["children"]],
    }


def test_applied_to_an_empty_edition_it_is_the_loaded_programme(edition, source):
    made = make_edition("2032", starts=date(2022, 2, 1), ends=date(2022, 2, 8))
    outcome = import_outline(made, parse(source).outline, by=None)
    theirs, mine = programme_content(edition), programme_content(made)
    assert outcome.label == "version: 9 November 2021"
    assert [day["date"] for day in mine["days"]] == [day["date"] for day in theirs["days"]]
    for day, loaded in zip(mine["days"], theirs["days"], strict=True):
        assert [bare(s) for s in day["sessions"]] == [bare(s) for s in loaded["sessions"]]
    assert [day["slug"] for day in mine["days"]] == [day["slug"] for day in theirs["days"]]


def test_strands_numbers_groups_and_tables_are_those_of_the_loaded_programme(edition, source):
    made = make_edition("2032", starts=date(2022, 2, 1), ends=date(2022, 2, 8))
    import_outline(made, parse(source).outline, by=None)

    def strands(of):
        places = {strand.pk: n for n, strand in enumerate(of.strands.order_by("position"))}
        days = [places.get(pk) for pk in of.days.order_by("date").values_list("strand", flat=True)]
        workshops = Workshop.objects.filter(edition=of).order_by("number").values_list("number", "strand")
        return days, [(number, places[pk]) for number, pk in workshops]

    def rooms(of):
        groups = Group.objects.filter(workshop__edition=of).order_by("workshop__number", "slug")
        tables = Roundtable.objects.filter(edition=of).order_by("number")
        return (
            list(groups.values_list("workshop__number", "slug", "name")),
            list(tables.values_list("number", "minutes")),
        )

    assert strands(made) == strands(edition)
    assert rooms(made) == rooms(edition)


def test_imported_over_the_loaded_programme_it_matches_everything_and_adds_nothing(edition, source):
    before = set(Session.objects.filter(edition=edition).values_list("pk", flat=True))
    asked = set(GuidingQuestion.objects.values_list("pk", flat=True))
    outcome = import_outline(edition, parse(source).outline, by=None)
    assert set(Session.objects.filter(edition=edition).values_list("pk", flat=True)) == before
    assert (outcome.added, outcome.removed, outcome.days_added) == (0, 0, 0)
    assert outcome.changed + outcome.same == len(before)
    assert set(GuidingQuestion.objects.values_list("pk", flat=True)) == asked
    again = import_outline(edition, parse(source).outline, by=None)
    assert again.did_nothing


def test_completing_twice_is_completing_once(source):
    once = completed(parse(source).outline)
    assert completed(once) == once
    assert replace(once, label="") != once
