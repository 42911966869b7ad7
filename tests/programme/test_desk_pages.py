"""The organisers' desk of the programme keeps what was typed, says what happened, and grows without queries."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from academy.models import Participant, User
from academy.uploads import Limited
from programme.editing import PLACE, add_session, change_session
from programme.edits import state_of
from programme.file_types import LARGEST
from programme.guests import cast_guest, cast_participant
from programme.importing import import_outline
from programme.linking import set_link
from programme.materials import add_link
from programme.models import Day, Edit, JoinLink, Material, Session, SessionRole, Strand
from programme.outline.content import outline_of
from programme.outline.parsing import parse
from programme.outline.writing import write
from programme.releases import programme_content, release
from programme.removing import take_out
from tests.factories import make_finding, open_room

DESK = "/2022/programme/desk/"
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(amara, client_of):
    """Amara's browser."""
    return client_of(amara)


def session(slug="day-1-plenary-a"):
    return Session.objects.select_related("edition", "day").get(slug=slug)


def page_of(row, rest=""):
    return f"{DESK}sessions/{row.pk}/{rest}"


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def typed(row, **changes):
    """What the form of a session sends, with some of it typed anew."""
    zone = VIENNA
    said = {
        "title": row.title,
        "subtitle": row.subtitle,
        "kind": row.kind,
        "day": row.day_id,
        "start": row.starts_at and f"{row.starts_at.astimezone(zone):%H:%M}",
        "end": row.ends_at and f"{row.ends_at.astimezone(zone):%H:%M}",
        "minutes": row.minutes,
        "strand": row.strand_id,
        "hosts": row.hosts,
        "language": row.language,
        "interpretation": row.interpretation,
        "description": row.description,
        "points": "\n".join(row.points),
        "footnote": row.footnote,
        "state": state_of(row),
        **changes,
    }
    return {name: value for name, value in said.items() if value not in (None, "")}


# --- The overview ---


def test_the_overview_says_what_is_to_be_done(edition, amara, desk):
    row = session()
    change_session(
        row, title="What moves councils", starts_at=row.starts_at - timedelta(minutes=15), by=amara
    )
    take_out(session("day-6-conference"), by=amara)
    text = text_of(desk.get(DESK))
    assert "changed since “version: 9 November 2021”" in text
    assert [words for words in ("1 cancelled", "1 moved", "1 with another title") if words not in text] == []
    assert "Opening ceremony: " not in text
    assert "What moves councils : Overlaps with “Opening ceremony” of the same strand." in text
    assert "Taken out: “High-level conference”" in text
    assert "Bring back : High-level conference" in text


def test_an_edition_without_anything_says_what_to_do_first(db, client_of):
    from academy.roles import grant_role
    from tests.factories import make_edition, make_user

    user = make_user("amara")
    grant_role(user, make_edition("2031"), "organiser", by=None)
    browser = client_of(user)
    assert "The programme begins with its days." in text_of(browser.get("/2031/programme/desk/"))
    sent = {"date": "2031-02-01", "title": "First day", "short_title": "First", "colour": "teal"}
    answer = browser.post("/2031/programme/desk/days/add/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/2031/programme/desk/days/day-1/")
    assert "No session of this day has a time yet." in text_of(browser.get(answer["Location"]))


def test_the_desk_is_for_organisers(edition, bruno, client_of):
    assert client_of(None).get(DESK)["Location"].startswith("/accounts/login/")
    answer = client_of(bruno).get(DESK)
    assert (answer.status_code, "It is for the organisers" in text_of(answer)) == (403, True)


@pytest.mark.parametrize("address", [DESK, f"{DESK}days/day-1/"])
def test_queries_do_not_grow_with_the_programme(edition, amara, desk, address):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(address).status_code == 200
        return len(captured)

    row, day = session(), Day.objects.get(slug="day-1")

    def crowd(number):
        times = {"starts_at": row.starts_at, "ends_at": row.ends_at}
        made = add_session(day, title=f"Talk {number}", kind="plenary", by=amara, **times)
        add_session(day, title="Panel", kind="panel", parent=made, by=amara)
        cast_guest(made, "Noor Haddad", "speaker", by=amara)
        cast_participant(made, Participant.objects.get(user=amara), "host", by=amara)
        return made

    crowd(0)
    take_out(session("day-1-closing"), by=amara)
    change_session(crowd(1), title="Talk", by=amara)
    queries()
    before = queries()
    for number in range(2, 14):
        last = crowd(number)
    take_out(last, by=amara)
    assert (queries(), before < 30) == (before, True)


# --- One session ---


def test_a_session_is_saved_and_what_was_not_touched_stays(edition, desk):
    row = session()
    sent = typed(row, title="What moves councils", points="One\n\n Two ", interpretation=["fr", "es"])
    answer = desk.post(page_of(row), sent)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{DESK}days/day-1/?moved={row.pk}#session-{row.pk}",
    )
    row.refresh_from_db()
    assert (row.title, row.points, row.interpretation) == (
        "What moves councils",
        ["One", "Two"],
        ["fr", "es"],
    )
    assert Edit.objects.get().after == {
        "title": "What moves councils",
        "points": ["One", "Two"],
        "interpretation": ["fr", "es"],
    }


def test_a_form_that_changes_nothing_writes_nothing(edition, desk):
    for row in Session.objects.filter(edition=edition):
        assert desk.post(page_of(row), typed(row)).status_code == 302, row.slug
    assert Edit.objects.count() == 0


def test_times_are_typed_in_the_academys_zone(edition, desk):
    row = session()
    desk.post(page_of(row), typed(row, start="12:15", end="13:00"))
    row.refresh_from_db()
    assert (row.starts_at, row.ends_at) == (
        datetime(2022, 2, 1, 11, 15, tzinfo=UTC),
        datetime(2022, 2, 1, 12, 0, tzinfo=UTC),
    )
    desk.post(page_of(row), typed(row, end="01:00", next_day="on"))
    row.refresh_from_db()
    assert row.ends_at == datetime(2022, 2, 2, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "  "}, "This field is required."),
        ({"title": "a\u202eb"}, "Control characters cannot be used here."),
        ({"start": "12:00", "end": "11:00"}, "A session ends after it starts."),
        ({"start": "25:00"}, "A time is written as 13:30."),
        ({"end": ""}, "Please give both the start and the end, or neither."),
        ({"kind": "party"}, "Select a valid choice."),
        ({"day": "00000000-0000-0000-0000-000000000000"}, "The programme has no such day any more."),
        ({"description": "x" * 8001}, "at most 8000 characters"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_refused_stays_in_the_form_with_a_reason(edition, desk, changes, words):
    row = session()
    answer = desk.post(page_of(row), typed(row, subtitle="Kept words", **{"points": "p", **changes}))
    assert (answer.status_code, words in answer.content.decode().replace("&#x27;", "'")) == (422, True)
    assert 'value="Kept words"' in answer.content.decode()
    assert Edit.objects.count() == 0


def test_a_time_that_the_clock_change_leaves_out_is_refused_at_its_field(edition, amara, desk):
    Day.objects.filter(slug="day-1").update(date="2022-03-27")
    row = session()
    answer = desk.post(page_of(row), typed(row, start="02:30", end="04:00"))
    assert answer.status_code == 422
    assert "On 27 March 2022 the clocks in Vienna are put forward, so 02:30 does not exist." in text_of(
        answer
    )


def shown(answer):
    """The values of a page's text fields, of which there is one each."""
    return dict(re.findall(r'<input [^>]*?name="([\w-]+)"[^>]*? value="([^"]*)"', answer.content.decode()))


def test_somebody_faster_is_said_and_both_changes_are_put_together(edition, amara, desk):
    row = session()
    read = shown(desk.get(page_of(row)))
    sent = typed(row, title="Amara's title", hosts="Mayors", edit=read["edit"])
    change_session(row, title="Faster title", subtitle="Faster subtitle", language="fr", by=None)
    answer = desk.post(page_of(row), sent)
    text = text_of(answer)
    assert answer.status_code == 422
    assert "Somebody changed this while you were writing" in text
    assert "they say now what the other person wrote: Subtitle, Spoken language." in text
    fields = shown(answer)
    assert (fields["title"], fields["subtitle"], fields["hosts"]) == (
        "Amara&#x27;s title",
        "Faster subtitle",
        "Mayors",
    )
    assert fields["state"] == state_of(session())
    assert session().title == "Faster title"
    again = typed(
        session(), title="Amara's title", hosts="Mayors", state=fields["state"], edit=fields["edit"]
    )
    assert desk.post(page_of(row), again).status_code == 302
    now = session()
    assert (now.title, now.subtitle, now.hosts, now.language) == (
        "Amara's title",
        "Faster subtitle",
        "Mayors",
        "fr",
    )


def test_a_form_that_does_not_say_when_it_was_read_overwrites_nothing_unseen(edition, amara, desk):
    """The control: without the last edit before, every field counts as typed, and every difference is shown."""
    change_session(session(), subtitle="Before the page was read", by=None)
    row = session()
    sent = typed(row, title="Amara's title")
    change_session(row, subtitle="Faster subtitle", by=None)
    answer = desk.post(page_of(row), sent)
    assert (answer.status_code, shown(answer)["subtitle"]) == (422, "Before the page was read")
    assert "Subtitle: removed: Faster subtitle" in text_of(answer)


def test_a_session_and_a_part_are_added(edition, desk):
    day = Day.objects.get(slug="day-1")
    sent = {"title": "Evening", "kind": "plenary", "day": day.pk, "start": "18:00", "end": "19:00"}
    assert f'value="{day.strand_id}" selected' in desk.get(f"{DESK}sessions/add/?day=day-1").content.decode()
    answer = desk.post(f"{DESK}sessions/add/", sent)
    made = session("day-1-evening")
    assert (answer.status_code, answer["Location"], made.strand.slug) == (302, page_of(made), "drivers")
    desk.post(f"{DESK}sessions/add/?parent={made.pk}", {"title": "Panel A", "kind": "panel"})
    assert [part.slug for part in made.children.all()] == ["day-1-evening-panel-a"]
    assert desk.get(f"{DESK}sessions/add/?parent={made.pk}").status_code == 200
    assert desk.get(f"{DESK}sessions/add/?parent=x").status_code == 422
    assert desk.post(f"{DESK}sessions/add/", {"title": ""}).status_code == 422


def test_the_question_before_taking_out_names_what_goes(edition, amara, bruno, desk):
    row = session("day-3-plenary-c")
    cast_guest(session("day-3-panel-a"), "Noor Haddad", "panellist", by=amara)
    text = text_of(desk.get(page_of(row, "take-out/")))
    assert [
        words for words in ("Panel A", "Panel B", "1 person with a role in it") if words not in text
    ] == []
    assert desk.post(page_of(row, "take-out/"))["Location"] == f"{DESK}days/day-3/"
    assert desk.post(page_of(row, "take-out/")).status_code == 409
    assert desk.post(page_of(row, "bring-back/")).status_code == 302
    group = open_room(edition, by=bruno)
    make_finding(group, by=bruno)
    held = text_of(desk.get(page_of(group.session, "take-out/")))
    assert "It cannot be taken out, because this hangs on it and is kept: 1 finding" in held
    assert desk.post(page_of(group.session, "take-out/")).status_code == 409


def test_parts_are_put_in_order_from_the_page(edition, desk):
    panel = session("day-3-panel-b")
    back = page_of(session("day-3-plenary-c"))
    answer = desk.post(page_of(panel, "order/"), {"before": session("day-3-panel-a").pk, "next": back})
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert [p.title for p in panel.parent.children.order_by("position")] == ["Panel B", "Panel A"]
    assert desk.post(page_of(panel, "order/"), {"before": "nothing"}).status_code == 422
    away = desk.post(page_of(panel, "order/"), {"next": "https://evil.example/"})
    assert away["Location"] == DESK


# --- The board of a day ---


def test_the_board_is_a_list_with_a_form_beside_each_session(edition, desk):
    content = desk.get(f"{DESK}days/day-1/").content.decode()
    assert content.count(' class="place-form"') == 6
    assert content.count('data-start="') == 6
    assert 'data-start="690"' in content
    assert desk.get(f"{DESK}days/day-9/").status_code == 404


def test_a_session_is_moved_by_the_form_and_the_board_says_so(edition, desk):
    row = session()
    sent = {"day": "day-2", "start": "16:00", "end": "", "state": state_of(row, PLACE)}
    answer = desk.post(page_of(row, "move/"), sent)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{DESK}days/day-2/?moved={row.pk}#session-{row.pk}",
    )
    assert "Moved: “Plenary session A”" in text_of(desk.get(answer["Location"]))
    assert session().ends_at == datetime(2022, 2, 2, 16, 0, tzinfo=UTC)


def test_a_refused_move_shows_the_board_with_the_form_open_and_kept(edition, desk):
    row = session()
    sent = {"day": "day-2", "start": "16:00", "end": "15:00", "state": state_of(row, PLACE)}
    answer = desk.post(page_of(row, "move/"), sent)
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "A session ends after it starts." in content
    assert ('value="16:00"' in content, 'value="15:00"' in content) == (True, True)
    assert '<details class="block-move" open' in content


def test_a_script_is_answered_in_json(edition, desk):
    row = session()
    sent = {"day": "day-1", "start": "12:15", "end": "", "state": state_of(row, PLACE)}
    answer = desk.post(page_of(row, "move/"), sent, headers={"accept": "application/json"})
    assert (answer.status_code, json.loads(answer.content)) == (200, {"moved": str(row.pk), "day": "day-1"})
    late = desk.post(page_of(row, "move/"), sent, headers={"accept": "application/json"})
    assert (late.status_code, late["Content-Type"]) == (409, "application/problem+json")
    said = json.loads(late.content)["title"]
    assert said.startswith("Somebody changed “Plenary session A” after you opened this board")
    wrong = desk.post(page_of(row, "move/"), {"day": "x"}, headers={"accept": "application/json"})
    assert (wrong.status_code, "no such day" in json.loads(wrong.content)["title"]) == (422, True)


def test_undo_stands_beside_the_edit_and_comes_back_to_its_page(edition, amara, desk):
    edit = change_session(session(), title="Talk", by=amara)
    address, back = f"{DESK}edits/{edit.number}/undo/", f"{DESK}days/day-1/"
    assert address in desk.get(back).content.decode()
    assert desk.post(address, {"next": back})["Location"] == back
    assert session().title == "Plenary session A"
    assert desk.post(address, {"next": back}).status_code == 409
    assert desk.post(f"{DESK}edits/99/undo/").status_code == 404


def test_what_an_import_did_is_undone_by_one_button_beside_its_newest_edit(edition, amara, desk):
    text = write(outline_of(programme_content(edition)))
    changed = text.replace("Opening ceremony", "Welcome").replace("Plenary session A", "Plenary on drivers")
    import_outline(edition, parse(changed).outline, by=amara)
    page = desk.get(f"{DESK}edits/").content.decode()
    assert page.count("Undo all 2 made in one") == 1
    newest = edition.edits.order_by("-number").first()
    desk.post(f"{DESK}edits/{newest.number}/undo/", {"whole": "1"})
    assert write(outline_of(programme_content(edition))) == text


@pytest.mark.parametrize(
    "address",
    [
        "days/day-1/?moved=%00",
        "sessions/add/?day=%00",
        "sessions/add/?day=nothing&parent=",
        "sessions/{}/people/?q=%00%ff%25",
        "edits/99999999999999999999/undo/",
        "days/%00/",
    ],
)
def test_no_address_of_the_desk_is_an_error_of_ours(edition, desk, address):
    assert desk.get(DESK + address.format(session().pk), follow=True).status_code in {200, 404, 405}


@pytest.mark.parametrize("day", ["\x00", "day-1\x00", "x" * 10_000, "'"])
def test_no_day_that_is_sent_is_an_error_of_ours(edition, desk, day):
    sent = {"day": day, "start": "12:00", "end": "", "state": "\x00"}
    assert desk.post(page_of(session(), "move/"), sent).status_code == 422
    assert (
        desk.post(f"{DESK}sessions/add/", {"title": "Talk", "kind": "plenary", "day": day}).status_code == 422
    )
    assert desk.post(page_of(session(), "order/"), {"before": day}).status_code == 422
    assert desk.post(page_of(session(), "people/cast/"), {"participant": day, "kind": day}).status_code == 422


# --- People, link, materials ---


def test_no_address_says_whose_name_was_searched_for_a_session(edition, dawit, desk):
    found = desk.post(page_of(session(), "people/"), {"q": dawit.participations.get().name[:5]})
    assert found["Location"].startswith(page_of(session(), "people/?find="))
    assert dawit.participations.get().name[:5] not in found["Location"]
    assert "Give the role" in desk.get(found["Location"]).content.decode()
    assert desk.get(page_of(session(), "people/?find=stranger")).status_code == 410


def test_a_participant_is_found_and_cast_and_a_guest_named(edition, amara, dawit, esi, desk):
    row = session()
    found = text_of(desk.post(page_of(row, "people/"), {"q": "city of"}, follow=True))
    assert ("Dawit, City of Examples" in found, "protected: appears as Kingfisher" in found) == (True, True)
    assert "Nobody with a confirmed registration" in text_of(
        desk.get(page_of(row, "people/?q=%00zz"), follow=True)
    )
    participant = Participant.objects.get(user=dawit)
    sent = {"participant": participant.pk, "kind": "panellist"}
    assert desk.post(page_of(row, "people/cast/"), sent).status_code == 302
    again = desk.post(page_of(row, "people/cast/"), sent)
    assert (again.status_code, "has this role in the session already" in text_of(again)) == (422, True)
    guest = {"guest-kind": "speaker", "guest-name": "Noor Haddad", "guest-biography": "A mayor."}
    assert desk.post(page_of(row, "people/guest/"), guest).status_code == 302
    refused = desk.post(page_of(row, "people/guest/"), {**guest, "guest-name": ""})
    assert (refused.status_code, "A mayor.</textarea>" in refused.content.decode()) == (422, True)
    text = text_of(desk.get(page_of(row)))
    assert [
        words for words in ("Dawit, City of Examples", "Noor Haddad", "A mayor.") if words not in text
    ] == []
    for role in SessionRole.objects.filter(session=row):
        assert desk.post(f"{DESK}people/{role.pk}/take-out/").status_code == 302
    assert SessionRole.objects.filter(session=row).count() == 0


def test_a_link_is_set_and_removed(edition, desk):
    row = session()
    sent = {"link-url": "https://meet.example.org/a", "link-opens_minutes": 5, "link-opens_minutes_leads": 20}
    assert desk.post(page_of(row, "link/"), sent).status_code == 302
    late = desk.post(page_of(row, "link/"), {**sent, "link-url": "https://meet.example.org/b"})
    assert (late.status_code, "Somebody changed this while you were writing" in text_of(late)) == (422, True)
    for url in ("http://meet.example.org/a", "javascript:alert(1)"):
        assert desk.post(page_of(row, "link/"), {**sent, "link-url": url}).status_code == 422
    assert "nobody can join" in text_of(desk.get(page_of(row, "link/remove/")))
    assert desk.post(page_of(row, "link/remove/")).status_code == 302
    assert JoinLink.objects.filter(session=row).count() == 0
    assert desk.post(page_of(row, "link/remove/")).status_code == 409


def upload(desk, row, name, content, **fields):
    file = io.BytesIO(content)
    file.name = name
    return desk.post(page_of(row, "materials/"), {"material-file": file, **fields})


def test_materials_are_added_and_taken_out(edition, desk):
    row = session()
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "PNG")
    assert upload(desk, row, "room.png", drawn.getvalue()).status_code == 302
    link = {"material-title": "Guide", "material-url": "https://example.org/guide"}
    assert desk.post(page_of(row, "materials/"), link).status_code == 302
    text = text_of(desk.get(page_of(row)))
    assert ("room.png" in text, "Guide" in text) == (True, True)
    for material in Material.objects.all():
        assert desk.post(f"{DESK}materials/{material.pk}/take-out/").status_code == 302
    assert Material.objects.filter(removed_at=None).count() == 0


@pytest.mark.parametrize(
    ("content", "fields", "words"),
    [
        (b"MZ\x00", {"material-title": "Kept"}, "Only these files can be taken"),
        (
            b"%PDF-",
            {"material-title": "Kept", "material-url": "https://example.org/"},
            "either a link or a file",
        ),
        (b"", {"material-title": "Kept"}, "empty"),
        (b"%PDF-" + b"x" * 20 * 1_048_576, {"material-title": "Kept"}, "at most 20 MB"),
    ],
    ids=["no known type", "both", "empty", "too large"],
)
def test_a_bad_upload_is_refused_in_words_and_the_title_kept(edition, desk, content, fields, words):
    answer = upload(desk, session(), "a.pdf", content, **fields)
    assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert 'value="Kept"' in answer.content.decode()
    assert Material.objects.count() == 0


def test_an_upload_needs_the_token_of_the_form(edition, amara, client_of):
    browser = client_of(amara)
    browser.handler.enforce_csrf_checks = True
    assert upload(browser, session(), "a.pdf", b"%PDF-").status_code == 403


def test_too_large_an_upload_is_thrown_away_before_the_disk_whoever_sends_it(edition, client_of, monkeypatch):
    """The control: the handlers that keep a file are handed no more than the limit, although much more was sent."""
    kept = []
    original = Limited.receive_data_chunk

    def counting(self, raw_data, start):
        passed = original(self, raw_data, start)
        kept.append(len(passed))
        return passed

    monkeypatch.setattr(Limited, "receive_data_chunk", counting)
    sent = {f"file-{number}": io.BytesIO(b"x" * 12 * 1_048_576) for number in range(3)}
    assert client_of(None).post(page_of(session(), "materials/"), sent).status_code == 302
    assert 12 * 1_048_576 <= sum(kept) <= LARGEST


# --- Days and strands ---


def test_days_and_strands_are_changed_and_taken_out(edition, amara, desk):
    day = Day.objects.get(slug="day-6")
    sent = {
        "date": "2022-02-09",
        "title": "Last day",
        "short_title": "Last",
        "colour": "teal",
        "state": state_of(day),
    }
    assert desk.post(f"{DESK}days/day-6/change/", sent).status_code == 302
    late = desk.post(f"{DESK}days/day-6/change/", {**sent, "title": "Too late"})
    assert (late.status_code, 'value="Too late"' in late.content.decode()) == (422, True)
    taken = desk.post(f"{DESK}days/day-6/change/", {**sent, "date": "2022-02-01", "state": ""})
    assert "has a day on this date already" in text_of(taken) or taken.status_code == 422
    assert "has 1 session" in text_of(desk.get(f"{DESK}days/day-6/take-out/"))
    assert desk.post(f"{DESK}days/day-6/take-out/").status_code == 409
    strand = {"title": "Food and land", "short_title": "Food", "colour": "plum"}
    assert desk.post(f"{DESK}strands/add/", strand).status_code == 302
    made = Strand.objects.get(slug="food")
    assert (
        desk.post(
            f"{DESK}strands/food/change/", {**strand, "title": "Food", "state": state_of(made)}
        ).status_code
        == 302
    )
    assert desk.get(f"{DESK}strands/food/take-out/").status_code == 200
    assert desk.post(f"{DESK}strands/food/take-out/").status_code == 302
    assert desk.post(f"{DESK}strands/drivers/take-out/").status_code == 409


def test_a_session_of_another_academy_is_not_found(edition, amara, desk):
    from tests.factories import make_edition

    make_edition("2031")
    row = session()
    for rest in ("", "take-out/", "people/", "link/remove/"):
        assert desk.get(f"/2031/programme/desk/sessions/{row.pk}/{rest}").status_code == 403
    assert desk.get(f"{DESK}sessions/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_what_is_released_is_still_what_people_read(edition, amara, bruno, client_of):
    change_session(session(), title="Only the draft says this", by=amara)
    assert "Only the draft says this" not in text_of(client_of(bruno).get("/2022/programme/"))
    release(edition, label="second", by=amara)
    assert "Only the draft says this" in text_of(client_of(bruno).get("/2022/programme/"))


@pytest.mark.parametrize("model", [Day, JoinLink, Material, Session, Strand])
def test_the_admin_shows_the_draft_and_leads_to_the_desk_where_it_is_changed(
    edition, amara, client_of, model
):
    set_link(session(), url="https://meet.example.org/secret", by=amara)
    add_link(session(), title="Guide", url="https://example.org/", by=amara)
    root = client_of(User.objects.create_superuser("root@example.org", "from-intentions-2022"))
    row = model.objects.earliest("pk")
    label = f"admin:programme_{model._meta.model_name}"
    listed = root.get(reverse(f"{label}_changelist")).content.decode()
    page = root.get(reverse(f"{label}_change", args=[row.pk])).content.decode()
    assert ("Change it at the programme desk" in listed, DESK in page) == (True, True)
    assert ('name="_save"' in page, "meet.example.org" in listed + page) == (False, False)
    assert root.post(reverse(f"{label}_change", args=[row.pk]), {"title": "x"}).status_code == 403
    assert root.get(reverse(f"{label}_add")).status_code == 403


@pytest.mark.parametrize("date", ["9999-12-31", "0001-01-01", "0222-02-01", "2024-03-01"])
def test_a_day_far_away_is_a_slip_of_the_keys(edition, client_of, amara, date):
    """Such a day would be in every calendar, and its hours cannot be reckoned with."""
    before = Day.objects.count()
    answer = client_of(amara).post(
        reverse("programme:add_day", args=["2022"]),
        {"title": "Far away", "short_title": "Far", "colour": "teal", "date": date},
    )
    assert answer.status_code == 422
    assert "more than a year away" in answer.content.decode()
    assert Day.objects.count() == before
