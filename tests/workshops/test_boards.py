"""A group's board: who reads and writes, what a page and a script are answered, and what bad input gets."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy import clock
from programme.joining import check_in
from tests.factories import make_finding, open_room
from workshops.closing import close_group
from workshops.findings import agree_on_finding, merge_finding, park_finding
from workshops.models import Finding, Group, Part
from workshops.seating import pin

BOARD = "/2022/workshops/1/group-1/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def room(edition, bruno):
    return open_room(edition, by=bruno)


@pytest.fixture
def seated(room, dawit, amara):
    """Dawit sits in the room."""
    pin(dawit.participations.get(), room, reason="Test", by=amara)
    return dawit


def fields(room, **changes):
    part = room.workshop.parts.get(letter="A")
    question = part.questions.first()
    return {
        "key": str(uuid4()),
        "place": f"{part.pk}/{question.pk}",
        "kind": "solution",
        "text": "A fixed date to report back.",
        "language": "en",
        **changes,
    }


def text_of(response):
    return response.content.decode()


# --- Who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "open_now", "closed"),
    [
        ("amara", 200, 200),
        ("bruno", 200, 200),
        ("chiara", 200, 200),
        ("dawit", 403, 200),
        ("esi", 403, 200),
        ("farid", 403, 403),
        (None, 302, 302),
    ],
)
def test_the_board_is_for_the_group_until_it_is_closed(
    room, bruno, client_of, who, open_now, closed, request
):
    client = client_of(request.getfixturevalue(who) if who else None)
    assert [client.get(BOARD).status_code, client.get(f"{BOARD}events/").status_code] == [open_now, open_now]
    close_group(room, summary="Dates matter.", by=bruno)
    assert [client.get(BOARD).status_code, client.get(f"{BOARD}events/").status_code] == [closed, closed]


def test_those_who_sit_in_the_group_see_it_live_and_can_only_give_dots(room, seated, bruno, client_of):
    make_finding(room, by=bruno)
    text = text_of(client_of(seated).get(BOARD))
    board = text[text.index("<finding-board") : text.index("<template")]
    assert "A budget line makes it real." in board
    assert re.findall(r'data-change="([a-z-]+)"', board) == ["dots"]
    templates = text[text.index("<template") :]
    assert re.findall(r'data-change="([a-z-]+)"', templates) == ["dots", "reword", "name"]
    assert re.search(r"data-own\s+hidden", templates)
    assert re.search(r"data-entry\s+hidden", text)


def test_those_who_run_the_group_find_every_step_on_the_page_of_a_finding_without_a_script(
    room, bruno, client_of
):
    """The card leads there; its own forms are in a template, from which a script draws them."""
    finding = make_finding(room, by=bruno)
    client = client_of(bruno)
    text = text_of(client.get(BOARD))
    card = text[text.index(f'id="finding-{finding.pk}"') : text.index("<template data-card")]
    address = f"{BOARD}findings/{finding.pk}/"
    assert f'href="{address}"' in card[card.index("data-short") :]
    assert f'action="{address}"' not in card
    steps = ["agree", "reopen", "reword", "park", "merge"]
    assert re.findall(r'data-change="([a-z]+)"', text[text.index("<template data-tools-of") :])[:5] == steps
    page = text_of(client.get(address))
    assert re.findall(r'data-change="([a-z]+)"', page) == [*steps, "move", "split"]


@pytest.mark.parametrize("who", ["dawit", "esi", "farid", None])
@pytest.mark.parametrize("action", ["open/", "part/", "close/", "findings/", "findings/{finding}/"])
def test_only_those_who_run_the_group_write(room, bruno, client_of, who, action, request):
    finding = make_finding(room, by=bruno)
    address = BOARD + action.format(finding=finding.pk)
    client = client_of(request.getfixturevalue(who) if who else None)
    response = client.post(address, {**fields(room), "action": "agree", "part": "B", "summary": "Mine"})
    room.refresh_from_db()
    assert response.status_code == (403 if who else 302)
    assert (room.state, room.head, room.part.letter, room.findings.get().state) == ("open", 1, "A", "noted")


def test_a_participant_of_the_group_does_not_write_either_and_gets_the_words_back(room, seated, client_of):
    page = client_of(seated).post(f"{BOARD}findings/", fields(room, text="My own words."))
    assert page.status_code == 403
    assert "This was not saved" in text_of(page)
    assert "My own words." in text_of(page)
    answer = client_of(seated).post(f"{BOARD}findings/", fields(room), headers=JSON)
    assert (answer.status_code, answer.json()["title"]) == (
        403,
        "Your moderator and co-facilitator write on this board now. Nothing was saved; say it in the call.",
    )
    assert not room.findings.exists()


def test_the_author_reaches_no_page(room, bruno, amara, seated, client_of):
    make_finding(room, by=bruno)
    author = bruno.participations.get()
    for address in (BOARD, f"{BOARD}events/"):
        text = text_of(client_of(seated).get(address))
        assert [word for word in (author.name, str(author.pk), str(bruno.pk)) if word in text] == []


# --- States ---------------------------------------------------------------------------------------------------------


def test_a_planned_board_says_what_will_be_here_and_when(edition, bruno, client_of):
    text = text_of(client_of(bruno).get(BOARD))
    assert "The findings of this group will stand here" in text
    assert '<time datetime="2022-02-01T12:30:00+00:00">Tue 1 Feb 2022, 13:30</time>' in text
    assert "Open the board" in text
    assert "data-entry" not in text


def test_the_board_is_opened_led_to_part_b_and_closed(edition, bruno, client_of):
    client = client_of(bruno)
    assert client.post(f"{BOARD}open/").headers["Location"] == BOARD
    assert client.post(f"{BOARD}part/", {"part": "B"}).headers["Location"] == BOARD
    group = Group.objects.get(workshop__number=1, slug="group-1")
    assert (group.state, str(group.part)) == ("open", "Part B: Requirements and recommendations")
    asked = text_of(client.get(f"{BOARD}close/"))
    assert "After closing, no finding can be added or changed any more." in asked
    assert client.post(f"{BOARD}close/", {"summary": "Dates matter."}).headers["Location"] == BOARD
    text = text_of(client.get(BOARD))
    assert text.index("Dates matter.") < text.index("Part A")
    assert "data-entry" not in text


def test_the_clock_counts_from_the_servers_time(room, bruno, client_of):
    with clock.set_to(room.part_ends_at):
        text = text_of(client_of(bruno).get(BOARD))
    assert f'now="{room.part_ends_at.isoformat()}"' in text
    assert f'until="{room.part_ends_at.isoformat()}"' in text


def test_merged_findings_are_folded_under_the_one_that_stands(room, bruno, client_of):
    one, two, three = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two.", "Three."))
    merge_finding(two, one, by=bruno)
    merge_finding(three, one, by=bruno)
    text = text_of(client_of(bruno).get(BOARD))
    assert "merged from 3 findings" in text
    assert (
        text.count('<li\n    class="finding') == 2
    )  # the one that stands, and the empty card of the template
    assert text.index("One.") < text.index("Two.") < text.index("Three.")


def test_a_state_is_said_in_words(room, bruno, client_of):
    agree_on_finding(make_finding(room, by=bruno), by=bruno)
    park_finding(make_finding(room, by=bruno), reason="Belongs to Part B.", by=bruno)
    text = text_of(client_of(bruno).get(BOARD))
    assert ">agreed</span>" in text
    assert ">parked: Belongs to Part B.</span>" in text


# --- Noting and changing --------------------------------------------------------------------------------------------


def test_a_script_is_told_what_was_committed(room, bruno, client_of):
    sent = fields(room)
    response = client_of(bruno).post(f"{BOARD}findings/", sent, headers=JSON)
    finding = Finding.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "finding": {
            "id": sent["key"],
            "number": 1,
            "part": str(finding.part_id),
            "question": str(finding.question_id),
            "kind": "solution",
            "text": "A fixed date to report back.",
            "language": "en",
            "state": "noted",
            "merged_into": None,
            "reason": "",
        },
        "number": 1,
        "at": finding.noted_at.isoformat(),
    }


def test_a_page_is_led_back_to_the_finding(room, bruno, client_of):
    sent = fields(room)
    response = client_of(bruno).post(f"{BOARD}findings/", sent)
    assert (response.status_code, response.headers["Location"]) == (302, f"{BOARD}#finding-{sent['key']}")


def test_sending_twice_is_noting_once(room, bruno, client_of):
    client, sent = client_of(bruno), fields(room)
    answers = [client.post(f"{BOARD}findings/", sent, headers=JSON) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert room.findings.count() == 1


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"text": "x" * 501}, "text", "The finding: at most 500 characters, this has 501."),
        ({"text": "a\x07b"}, "text", "The finding: control characters cannot be used."),
        ({"text": "a\x00b"}, "text", "Null characters are not allowed."),
        ({"text": "a\u202eb"}, "text", "The finding: control characters cannot be used."),
        ({"text": ""}, "text", "This field is required."),
        ({"text": "\n\n"}, "text", "The finding: please write something."),
        ({"key": "7"}, "key", "Enter a valid UUID."),
        (
            {"kind": "complaint"},
            "kind",
            "Select a valid choice. complaint is not one of the available choices.",
        ),
        ({"language": "tlh"}, "language", "Select a valid choice. tlh is not one of the available choices."),
        ({"place": "nowhere"}, "place", "This part or question is not of this workshop."),
    ],
)
def test_what_cannot_be_noted_is_refused_with_its_reason_and_kept(
    room, bruno, client_of, change, field, reason
):
    client, sent = client_of(bruno), fields(room, **change)
    answer = client.post(f"{BOARD}findings/", sent, headers=JSON)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["errors"] == {field: [reason]}
    page = client.post(f"{BOARD}findings/", sent)
    assert page.status_code == 422
    assert page.context["note"].data["text"] == sent["text"]
    assert page.context["note"].errors == {field: [reason]}
    assert not room.findings.exists()


def test_a_place_of_another_workshop_is_refused(room, bruno, client_of):
    foreign = Part.objects.get(workshop__number=2, letter="A")
    for place in (str(foreign.pk), f"{foreign.pk}/{foreign.questions.values_list('pk', flat=True)[0]}"):
        answer = client_of(bruno).post(f"{BOARD}findings/", fields(room, place=place), headers=JSON)
        assert answer.json()["errors"] == {"place": ["This part or question is not of this workshop."]}
    assert not room.findings.exists()


def test_a_line_break_counts_once(room, bruno, client_of):
    """Browsers send a line break as two characters."""
    answer = client_of(bruno).post(f"{BOARD}findings/", fields(room, text="x" * 498 + "\r\ny"), headers=JSON)
    assert (answer.status_code, len(answer.json()["finding"]["text"])) == (201, 500)


def test_a_finding_that_comes_too_late_is_given_back(room, bruno, client_of):
    client = client_of(bruno)
    close_group(room, summary="Dates matter.", by=bruno)
    answer = client.post(f"{BOARD}findings/", fields(room, text="Too late."), headers=JSON)
    assert (answer.status_code, answer.json()["title"]) == (
        409,
        "The board of this group is not open. Nothing was changed.",
    )
    page = client.post(f"{BOARD}findings/", fields(room, text="Too late."))
    assert page.status_code == 422
    assert "This was not saved" in text_of(page)
    assert "Too late." in text_of(page)


@pytest.mark.parametrize(
    ("sent", "state", "words"),
    [
        ({"action": "agree"}, "agreed", "One."),
        ({"action": "park", "reason": "Belongs to Part B."}, "parked", "One."),
        ({"action": "reword", "text": "Other words."}, "noted", "Other words."),
        ({"action": "merge", "into": "2"}, "merged", "One."),
    ],
)
def test_a_finding_is_changed_from_its_card(room, bruno, client_of, sent, state, words):
    one, two = (make_finding(room, by=bruno, text=text) for text in ("One.", "Two."))
    response = client_of(bruno).post(f"{BOARD}findings/{one.pk}/", sent)
    one.refresh_from_db()
    target = two if state == "merged" else one
    assert response.headers["Location"] == f"{BOARD}#finding-{target.pk}"
    assert (one.state, one.text) == (state, words)


@pytest.mark.parametrize(
    ("sent", "field", "reason"),
    [
        ({"action": "delete"}, "action", "This cannot be done with a finding."),
        ({}, "action", "This field is required."),
        ({"action": "reword", "text": ""}, "text", "The finding: please write something."),
        (
            {"action": "reword", "text": "x" * 501},
            "text",
            "The finding: at most 500 characters, this has 501.",
        ),
        ({"action": "park"}, "reason", "Please say why it is parked."),
        ({"action": "park", "reason": "a\x1bb"}, "reason", "The reason: control characters cannot be used."),
        ({"action": "merge"}, "into", "There is no finding with this number on this board."),
        ({"action": "merge", "into": "77"}, "into", "There is no finding with this number on this board."),
        ({"action": "merge", "into": "one"}, "into", "Enter a whole number."),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(room, bruno, client_of, sent, field, reason):
    finding, client = make_finding(room, by=bruno), client_of(bruno)
    answer = client.post(f"{BOARD}findings/{finding.pk}/", sent, headers=JSON)
    assert (answer.status_code, answer.json()["errors"]) == (422, {field: [reason]})
    page = client.post(f"{BOARD}findings/{finding.pk}/", sent)
    assert page.status_code == 422
    assert reason in text_of(page)
    room.refresh_from_db()
    assert room.head == 1


def test_a_rule_that_refuses_a_change_is_heard(room, bruno, client_of):
    finding = make_finding(room, by=bruno)
    answer = client_of(bruno).post(
        f"{BOARD}findings/{finding.pk}/", {"action": "merge", "into": "1"}, headers=JSON
    )
    assert (answer.status_code, answer.json()["title"]) == (
        422,
        "This is the number of the finding itself. Please give that of another one.",
    )


def test_a_finding_of_another_group_is_not_found_here(edition, room, amara, bruno, client_of):
    foreign = make_finding(open_room(edition, by=amara, slug="group-2"), by=amara)
    assert client_of(bruno).post(f"{BOARD}findings/{foreign.pk}/", {"action": "agree"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == "noted"


@pytest.mark.parametrize("part", ["C", "", "AB\x00", "🙂"])
def test_an_unknown_part_is_refused(room, bruno, client_of, part):
    answer = client_of(bruno).post(f"{BOARD}part/", {"part": part}, headers=JSON)
    room.refresh_from_db()
    assert (answer.status_code if part[:1] != "A" else 422, room.part.letter) == (422, "A")


@pytest.mark.parametrize("summary", ["", "   ", "x" * 4001, "a\x00"])
def test_a_board_is_not_closed_without_a_summary(room, bruno, client_of, summary):
    page = client_of(bruno).post(f"{BOARD}close/", {"summary": summary})
    room.refresh_from_db()
    assert (page.status_code, room.state, page.context["form"].data["summary"]) == (422, "open", summary)


def test_addresses_that_make_no_sense_are_not_found(edition, amara, client_of):
    client = client_of(amara)
    for address in ("99/", "1/group-9/", "99/group-1/", "1/group-1/events/x/", "days/day-9/"):
        assert client.get(f"/2022/workshops/{address}").status_code == 404


# --- Events ---------------------------------------------------------------------------------------------------------


def test_events_begin_after_the_number_that_was_seen(room, bruno, client_of):
    for text in ("One.", "Two.", "Three."):
        make_finding(room, by=bruno, text=text)
    answer = client_of(bruno).get(f"{BOARD}events/?after=1")
    body = answer.json()
    assert [(event["number"], event["verb"], event["finding"]["text"]) for event in body["events"]] == [
        (2, "noted", "Two."),
        (3, "noted", "Three."),
    ]
    assert (body["head"], body["state"], body["part"]["letter"]) == (3, "open", "A")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "1e3", "٣", "99999999999", "", "1_0", "%00"])
def test_a_malformed_number_is_refused_in_json(room, bruno, client_of, after):
    answer = client_of(bruno).get(f"{BOARD}events/?after={after}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["title"] == "“after” is the number of the last event that was seen."


# --- Counting -------------------------------------------------------------------------------------------------------


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", [BOARD, f"{BOARD}events/", f"{BOARD}close/"])
def test_more_findings_cost_no_more_queries(room, bruno, client_of, address):
    client = client_of(bruno)
    findings = [make_finding(room, by=bruno) for _number in range(3)]
    merge_finding(findings[2], findings[0], by=bruno)
    few = queries(client, address)
    more = [make_finding(room, by=bruno) for _number in range(12)]
    for finding in more[:4]:
        merge_finding(finding, findings[0], by=bruno)
    assert queries(client, address) == few


def test_the_head_says_how_many_came_in(room, seated, bruno, chiara, amara, farid, client_of):
    """Those who have a seat and went through the link; not whoever looked in from elsewhere."""

    def head():
        return " ".join(client_of(amara).get(BOARD).content.decode().split())

    for lead in (bruno, chiara):
        pin(lead.participations.get(), room, reason="runs this group", by=amara)
    assert "3 seats" in head()
    for person in (seated, seated, bruno, amara, farid):
        check_in(person, room.session)
    assert "2 of 3 here" in head()
    client_of(chiara).get(BOARD)
    assert "3 of 3 here" in head()  # her board is open
    Group.objects.filter(pk=room.pk).update(state="closed")
    assert "2 of 3 were here" in head()  # whoever reads it afterwards was not
