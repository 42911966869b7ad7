"""The findings of all days: filtered, searched, counted and taken along as a file, by those who may read them."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from academy.management.demo.keys import key_of
from academy.models import Participant
from academy.regions import region_of
from workshops.agreement import agreements_of
from workshops.models import Finding, Group, GuidingQuestion, Seat
from workshops.profiles import profiles_of

LIST = "/2022/document/findings/browse/"


@pytest.fixture
def held(academy_at):
    return academy_at("drafting")


@pytest.fixture
def reader(held, dawit, client_of):
    return client_of(dawit)


def found(client, query=""):
    """The findings of a page, by the numbers that the demo gives them."""
    page = client.get(f"{LIST}?{query}")
    assert page.status_code == 200
    return {told.finding.pk for told in page.context["told"]}


def counted(client, query=""):
    return client.get(f"{LIST}?{query}").context["page"].paginator.count


def file_of(client, kind, query=""):
    response = client.get(f"/2022/document/findings.{kind}?{query}")
    assert response.status_code == 200
    return response.content


def test_every_filter_gives_exactly_what_it_says(held, reader):
    rows = Finding.objects.filter(group__state="closed")
    question = GuidingQuestion.objects.filter(part__workshop__number=2).earliest("part__letter", "position")
    expected = {
        "": rows,
        "day=day-2": rows.filter(group__session__day__slug="day-2"),
        "strand=drivers": rows.filter(group__workshop__strand__slug="drivers"),
        "workshop=3": rows.filter(group__workshop__number=3),
        f"question={question.pk}": rows.filter(question=question),
        "kind=challenge": rows.filter(kind="challenge"),
        "language=es": rows.filter(language="es"),
        "state=parked": rows.filter(state="parked"),
        "day=day-2&kind=solution&state=agreed": rows.filter(
            group__session__day__slug="day-2", kind="solution", state="agreed"
        ),
    }
    assert {query: counted(reader, query) for query in expected} == {
        query: chosen.count() for query, chosen in expected.items()
    }


def test_words_are_found_whatever_their_case_and_accents(reader):
    assert found(reader, "q=EVALUATION+ecrites") == set()
    assert found(reader, "q=ETUDES+ecrites") == {key_of("f010")}
    assert found(reader, "q=kerb+school") == {key_of("f027")}
    assert found(reader, "q=kerb+mayor") == set()


def test_what_became_of_them_adds_up(reader):
    tally = reader.get(f"{LIST}?day=day-1").context["tally"]
    by_fate = [
        counted(reader, f"day=day-1&became={became}") for became in ("used", "merged", "set-aside", "open")
    ]
    assert by_fate == [tally.used, tally.merged, tally.set_aside, tally.open]
    assert sum(by_fate) == counted(reader, "day=day-1") > 0


def test_a_kind_of_actor_of_fewer_than_five_in_a_group_is_as_if_there_were_none(held, reader):
    profiles = profiles_of(held)
    group = Group.objects.get(workshop__edition=held, workshop__number=1, slug="group-1")
    seats = Seat.objects.filter(group=group, participant__actor="civil_society").order_by("pk")
    assert seats.count() >= 5
    assert "civil_society" in profiles[group.pk].actors
    theirs = {f.pk for f in Finding.objects.filter(group=group)}
    assert theirs <= found_everywhere(reader, "actor=civil_society")
    people = [seat.participant_id for seat in seats[4:]]
    Participant.objects.filter(pk__in=people).update(actor="research")
    assert not theirs & found_everywhere(reader, "actor=civil_society")


def found_everywhere(client, query):
    rows = json.loads(file_of(client, "json", query))["findings"]
    keys = {str(pk): pk for pk in Finding.objects.values_list("pk", flat=True)}
    return {keys[row["id"]] for row in rows}


def test_regions_are_counted_in_the_same_way(held):
    for group, profile in profiles_of(held).items():
        countries = Seat.objects.filter(group=group).values_list("participant__country", flat=True)
        regions = [region_of(country) for country in countries]
        assert profile.regions == {region for region in regions if region and regions.count(region) >= 5}


def test_what_few_hold_strongly_is_shown_as_such_until_it_has_a_place(held, reader):
    page = reader.get(f"{LIST}?kept=on")
    assert {key_of("f022"), key_of("f046"), key_of("f006"), key_of("f029")} <= found_everywhere(
        reader, "kept=on"
    )
    assert "held strongly in Group 1 alone" in page.content.decode()
    assert page.context["kept_open"] == counted(reader, "kept=on&became=open")


@pytest.mark.parametrize(
    "query",
    ["day=never", "workshop=x", "question=1", "kind=joke", "became=lost", "region=999", "q=" + "x" * 201],
)
def test_what_cannot_be_asked_for_is_refused_in_words(reader, query):
    for address in (f"{LIST}?{query}", f"/2022/document/findings.csv?{query}"):
        response = reader.get(address)
        assert response.status_code == 404
        assert "The findings cannot be filtered like this." in response.content.decode()


def test_agreement_of_twin_groups_can_be_asked_for_and_the_widest_comes_first(held, reader):
    edition = held.edition if hasattr(held, "edition") else held
    agreements = agreements_of(edition)
    assert {each.mark for each in agreements.values()} >= {"both", "only", "opposed"}
    for mark in ("both", "only", "opposed"):
        assert found(reader, f"agreement={mark}&day=day-1") == {
            key
            for key in Finding.objects.filter(group__session__day__slug="day-1").values_list("pk", flat=True)
            if key in agreements and agreements[key].mark == mark
        }
    page = reader.get(f"{LIST}?order=broad")
    breadth = [
        (agreements[told.finding.pk].groups, agreements[told.finding.pk].supporters)
        for told in page.context["told"]
        if told.finding.pk in agreements
    ]
    assert breadth == sorted(breadth, reverse=True)
    assert len(set(breadth)) > 3


def test_only_who_takes_part_can_ask_how_groups_stand_to_a_finding(client, held):
    assert "agreement" not in client.get(LIST).context["form"].fields


def test_the_desk_asks_the_same_and_starts_with_the_open_ones(held, client_of, amara):
    desk = client_of(amara)
    page = desk.get("/2022/document/desk/?agreement=only&became=&order=broad")
    assert {card["agreement"].mark for card in page.context["cards"]} == {"only"}
    assert {card["fate"].what for card in desk.get("/2022/document/desk/").context["cards"]} == {"open"}
    assert desk.get("/2022/document/desk/?agreement=never").status_code == 404
    words = desk.get("/2022/document/desk/?q=kerb+school&became=").context["cards"]
    assert [card["finding"].pk for card in words] == [key_of("f027")]


def test_pages_and_files_keep_the_choice(held, reader):
    page = reader.get(f"{LIST}?kind=challenge&page=1")
    assert "/2022/document/findings.xlsx?kind=challenge" in page.content.decode()
    second = reader.get(f"{LIST}?page=2")
    assert second.context["page"].number == 2
    assert not {t.finding.pk for t in second.context["told"]} & {
        t.finding.pk for t in reader.get(LIST).context["told"]
    }


# --- Files ----------------------------------------------------------------------------------------------------------


def test_the_three_files_say_the_same(held, reader):
    entries = json.loads(file_of(reader, "json", "day=day-1"))["findings"]
    table = list(csv.reader(io.StringIO(file_of(reader, "csv", "day=day-1").decode("utf-8-sig"))))
    sheet = [
        [cell.value or "" for cell in row]
        for row in load_workbook(io.BytesIO(file_of(reader, "xlsx", "day=day-1"))).active.iter_rows()
    ]
    assert len(entries) == len(table) - 1 == len(sheet) - 1 == counted(reader, "day=day-1")
    assert (
        [row[0] for row in table[1:]] == [row[0] for row in sheet[1:]] == [entry["id"] for entry in entries]
    )
    assert [row[9] for row in sheet[1:]] == [entry["text"] for entry in entries]
    assert [len(row) for row in table] == [18] * len(table)


def test_no_cell_is_calculated(held, reader):
    closed = Group.objects.get(workshop__number=1, slug="group-1")
    Group.objects.filter(pk=closed.pk).update(state="open")
    Finding.objects.filter(pk=key_of("f001")).update(text='=HYPERLINK("https://example.org";"x")')
    Group.objects.filter(pk=closed.pk).update(state="closed")
    line = next(
        row
        for row in csv.reader(io.StringIO(file_of(reader, "csv").decode("utf-8-sig")))
        if "HYPERLINK" in str(row)
    )
    assert line[9].startswith("'=")
    sheet = load_workbook(io.BytesIO(file_of(reader, "xlsx"))).active
    cell = next(cell for row in sheet.iter_rows() for cell in row if "HYPERLINK" in str(cell.value))
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
@pytest.mark.parametrize("person", ["dawit", "amara", None])
def test_no_file_says_who_was_in_the_room(held, client_of, kind, person, request):
    content = file_of(client_of(request.getfixturevalue(person) if person else None), kind)
    if kind == "xlsx":
        sheet = load_workbook(io.BytesIO(content)).active
        content = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row).encode()
    text = content.decode()
    people = Participant.objects.filter(edition=held).values_list(
        "pk", "name", "organisation", "pseudonym", "user__email"
    )
    assert [word for row in people for word in map(str, row) if word and word in text] == []


def test_visitors_take_along_what_the_document_rests_on_only(held, client_of, reader):
    visitors = json.loads(file_of(client_of(None), "json"))
    assert visitors["count"] == counted(client_of(None))
    assert visitors["count"] < json.loads(file_of(reader, "json"))["count"]
    assert {row["became"] for row in visitors["findings"]} <= {"used"}
    assert not any(row["kept_in_view"] for row in visitors["findings"])
    assert 'name="actor"' not in client_of(None).get(LIST).content.decode()


# --- Many -----------------------------------------------------------------------------------------------------------


def test_a_thousand_findings_need_as_many_queries_as_a_hundred(held, reader):
    reader.get(LIST)
    with CaptureQueriesContext(connection) as few:
        reader.get(LIST)
    _many(1_000)
    with CaptureQueriesContext(connection) as many:
        page = reader.get(f"{LIST}?page=3")
    assert page.context["page"].paginator.count > 1_000
    assert len(many) == len(few)
    with CaptureQueriesContext(connection) as as_file:
        file_of(reader, "csv")
    assert len(as_file) <= len(few)


def _many(count):
    Group.objects.filter(state="closed").update(state="open")
    rows = list(Finding.objects.filter(merged_into=None))
    Finding.objects.bulk_create(
        Finding(
            group_id=row.group_id, part_id=row.part_id, question_id=row.question_id, kind=row.kind,
            text=f"{row.text} ({number})", number=1_000 + number, noted_at=row.noted_at, language=row.language,
        )
        for number, row in zip(range(count), rows * count, strict=False)
    )  # fmt: skip
    Group.objects.filter(state="open").update(state="closed")
