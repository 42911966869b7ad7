"""At the desk a session gets another place, materials another order, and nobody overlooks what others changed."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy.errors import Invalid, NotAllowed
from academy.history import verify_history
from programme.editing import PLACE, add_session, change_session, move_session
from programme.edits import OfAnotherEdition, Overtaken, last_number, state_of
from programme.framing import add_day, change_day, change_strand, take_out_day
from programme.guests import cast_guest
from programme.linking import set_link
from programme.materials import AlreadyOut, add_link, retitle_material, take_material
from programme.models import Day, Edit, Material, Session, Strand
from programme.news import news_of
from programme.ordering import reorder_material
from programme.releases import current_release, release
from programme.removing import take_out
from programme.undoing import can_be_undone, latest_edits, undo
from tests.programme.test_desk_pages import DESK, page_of, session, text_of, typed

NEWS = f"{DESK}days/day-1/news/"


@pytest.fixture
def desk(amara, client_of):
    """Amara's browser."""
    return client_of(amara)


@pytest.fixture
def three(edition):
    """Three links of a session, in their order."""
    return [
        add_link(session(), title=title, url=f"https://example.org/{title}", by=None)
        for title in ("a", "b", "c")
    ]


def titles():
    rows = Material.objects.filter(removed_at=None).order_by("position", "title")
    return [material.title for material in rows]


def facts(row):
    return Session.objects.values_list("parent__slug", "starts_at", "day__slug").get(pk=row.pk)


# --- A session that belongs to another one ---


def test_the_form_puts_a_session_into_another_one_and_back(edition, desk):
    row, home = session("day-1-break-1"), session()
    answer = desk.post(page_of(row), typed(row, parent=home.pk))
    assert answer.status_code == 302
    assert facts(row) == (home.slug, row.starts_at, "day-1")
    row = session(row.slug)
    desk.post(page_of(row), {**typed(row), "parent": ""})
    assert facts(row) == (None, row.starts_at, "day-1")


def test_a_form_that_does_not_say_to_whom_it_belongs_leaves_it_there(edition, desk):
    part = session("day-3-panel-a")
    assert desk.post(page_of(part), typed(part, subtitle="Still a part")).status_code == 302
    assert facts(part)[0] == "day-3-plenary-c"


def test_the_form_offers_only_what_it_can_belong_to(edition, desk):
    home = session("day-3-plenary-c")
    content = desk.get(page_of(home)).content.decode()
    field = content[content.index('name="parent"') :]
    field = field[: field.index("</select>")]
    offered = {str(key) for key in Session.objects.values_list("pk", flat=True) if f'"{key}"' in field}
    rows = Session.objects.filter(day__slug="day-3").exclude(kind="break").exclude(pk=home.pk)
    assert offered == {str(row.pk) for row in rows.exclude(parent=home)}
    part = session("day-3-panel-a")
    refused = desk.post(page_of(home), typed(home, parent=part.pk, title="Kept words"))
    assert refused.status_code == 422
    assert "It cannot be a part of that session any more." in text_of(refused)
    assert 'value="Kept words"' in refused.content.decode()


# --- Materials ---


def test_materials_are_put_in_order_from_the_page_and_back(edition, amara, desk, three):
    first, _second, third = three
    back = page_of(session())
    answer = desk.post(f"{DESK}materials/{third.pk}/order/", {"before": first.pk, "next": back})
    assert (answer.status_code, answer["Location"], titles()) == (302, back, ["c", "a", "b"])
    edit = Edit.objects.latest("number")
    assert edit.pk in can_be_undone(latest_edits(edition))
    undo(edit, by=amara)
    assert titles() == ["a", "b", "c"]
    assert reorder_material(first, before=first, by=amara) is None
    assert reorder_material(third, before=None, by=amara) is None
    release(edition, label="with materials", by=amara)
    nodes = {node["slug"]: node for node in current_release(edition).content["days"][0]["sessions"]}
    assert [one["title"] for one in nodes["day-1-plenary-a"]["materials"]] == ["a", "b", "c"]
    assert list(verify_history(edition)) == []


def test_a_material_is_put_in_order_beside_those_of_its_session_only(edition, amara, bruno, three):
    other = add_link(session("day-1-opening"), title="x", url="https://example.org/x", by=amara)
    with pytest.raises(OfAnotherEdition):
        reorder_material(three[0], before=other, by=amara)
    with pytest.raises(NotAllowed):
        reorder_material(three[0], before=None, by=bruno)
    take_material(three[1], by=amara)
    with pytest.raises(OfAnotherEdition):
        reorder_material(three[1], before=three[0], by=amara)


def test_a_material_is_called_otherwise_and_the_title_that_is_refused_is_kept(edition, desk, three):
    first = three[0]
    address = f"{DESK}materials/{first.pk}/title/"
    assert desk.post(address, {"title": " Guide ", "state": state_of(first)}).status_code == 302
    assert titles() == ["Guide", "b", "c"]
    late = desk.post(address, {"title": "Handbook", "state": state_of(first)})
    assert late.status_code == 422
    assert "Somebody changed this after you opened the page." in text_of(late)
    assert 'value="Handbook"' in late.content.decode()
    assert titles()[0] == "Guide"


def test_what_cannot_be_a_title_changes_nothing(edition, amara, bruno, three):
    first = three[0]
    for title in ("", "  ", "x" * 201, "a\x07b"):
        with pytest.raises(Invalid):
            retitle_material(first, title=title, by=amara)
    with pytest.raises(NotAllowed):
        retitle_material(first, title="Guide", by=bruno)
    with pytest.raises(Overtaken):
        retitle_material(first, title="Guide", state="older", by=amara)
    take_material(first, by=amara)
    with pytest.raises(AlreadyOut):
        retitle_material(first, title="Guide", by=amara)
    assert retitle_material(three[1], title="b", by=amara) is None


# --- All edits ---


def test_earlier_edits_stand_on_pages_of_their_own(edition, amara, desk):
    for number in range(1, 36):
        change_session(session(), title=f"Title {number}", by=amara)
    desk_page, first = desk.get(DESK), desk.get(f"{DESK}edits/")
    assert f"{DESK}edits/" in desk_page.content.decode()
    assert "Changed: “Title 4”" not in text_of(first)
    second = desk.get(f"{DESK}edits/?page=2")
    assert "Changed: “Title 4”" in text_of(second)
    assert desk.get(f"{DESK}edits/?page=nothing").status_code == 200


def test_the_pages_of_edits_cost_the_same_for_many(edition, amara, desk):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            desk.get(f"{DESK}edits/")
        return len(captured)

    for number in range(3):
        change_session(session(), title=f"Title {number}", by=amara)
    few = queries()
    for number in range(10):
        change_session(session("day-1-opening"), title=f"Title {number}", by=amara)
    assert queries() == few


# --- What others changed on a day ---


def test_the_board_is_told_what_was_changed_on_its_day_and_nothing_else(edition, amara, desk):
    since = last_number(edition)

    def news():
        return json.loads(desk.get(f"{NEWS}?since={since}").content)

    assert news() == {"number": since, "says": ""}
    change_session(session("day-3-plenary-c"), title="Elsewhere", by=amara)
    assert news() == {"number": since + 1, "says": ""}
    row = session()
    move_session(row, day=row.day, starts_at=row.ends_at, by=amara)
    assert news() == {
        "number": since + 2,
        "says": "This day was changed meanwhile. Moved: “Plenary session A” from Tue 1 Feb, 12:00 to Tue 1 Feb, 13:00.",
    }
    for number in range(3):
        change_session(session(), title=f"Title {number}", by=amara)
    assert news()["says"].endswith("and 2 more.")
    assert "no-store" in desk.get(f"{NEWS}?since=0")["Cache-Control"]


def day(slug="day-1"):
    return Day.objects.select_related("edition").get(slug=slug)


def to_another_day():
    row = session()
    move_session(row, day=day("day-2"), starts_at=datetime(2022, 2, 2, 9, tzinfo=UTC), by=None)


def from_another_day():
    row = session("day-3-plenary-c")
    move_session(row, day=day(), starts_at=datetime(2022, 2, 1, 18, tzinfo=UTC), by=None)


def end_of_the_day_beside_it():
    made = add_day(day().edition, date=date(2022, 1, 31), title="Eve", short_title="Eve", by=None)
    take_out(add_session(made, title="Talk", kind="plenary", by=None), by=None)
    take_out_day(made, by=None)


@pytest.mark.parametrize(
    "change",
    [
        to_another_day,
        from_another_day,
        end_of_the_day_beside_it,
        lambda: add_session(day(), title="Talk", kind="plenary", by=None),
        lambda: take_out(session(), by=None),
        lambda: change_day(day(), title="First day", by=None),
        lambda: change_strand(Strand.objects.get(slug="drivers"), title="Drivers", by=None),
        lambda: cast_guest(session(), "Noor Haddad", "speaker", by=None),
        lambda: set_link(session(), url="https://meet.example.org/a", by=None),
    ],
)
def test_whatever_the_board_shows_is_news(edition, amara, change):
    change()
    number, words = news_of(day(), 0)
    assert (number, words != []) == (last_number(edition), True)


@pytest.mark.parametrize("since", ["", "x", "-1", "1" * 30, "١", "%00"])
def test_what_is_no_number_is_refused_in_words(edition, desk, since):
    answer = desk.get(f"{NEWS}?since={since}", headers={"accept": "application/json"})
    assert (answer.status_code, json.loads(answer.content)["title"]) == (422, "Please say since which edit.")


def test_asking_without_news_costs_little(edition, amara, desk, django_assert_max_num_queries):
    change_session(session(), title="Talk", by=amara)
    desk.get(f"{NEWS}?since=1")
    with django_assert_max_num_queries(8):
        desk.get(f"{NEWS}?since=1")


# --- Parts on the board ---


def test_a_part_with_times_of_its_own_is_moved_on_the_board(edition, desk):
    part = session("day-3-panel-a")
    change_session(
        part,
        starts_at=datetime(2022, 2, 3, 12, 0, tzinfo=UTC),
        ends_at=datetime(2022, 2, 3, 12, 20, tzinfo=UTC),
        by=None,
    )
    page = desk.get(f"{DESK}days/day-3/").content.decode()
    block = page[page.index(f'id="session-{part.pk}"') :]
    assert 'data-start="780"' in block[: block.index(">")]
    assert f'action="{page_of(part, "move/")}"' in page
    shared = session("day-3-panel-b")
    assert f'action="{page_of(shared, "move/")}"' not in page
    part = session(part.slug)
    sent = {"day": "day-3", "start": "13:10", "state": state_of(part, PLACE)}
    assert desk.post(page_of(part, "move/"), sent).status_code == 302
    assert session(part.slug).starts_at == datetime(2022, 2, 3, 12, 10, tzinfo=UTC)
    refused = desk.post(page_of(part, "move/"), sent)
    assert refused.status_code == 422
    assert "Somebody changed this after you opened the page." in text_of(refused)
