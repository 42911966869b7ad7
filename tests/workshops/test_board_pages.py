"""What a board's pages and small forms answer: dots, names, the clock, moving, splitting, reading back, guides."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_finding, open_room
from workshops.closing import close_group, go_to_part
from workshops.dots import give_dots
from workshops.findings import agree_on_finding, note_finding
from workshops.forms import place_of, places_of
from workshops.models import Answer, Finding, Group, Guide, GuidingQuestion, ReadBack, Support
from workshops.pacing import let_participants_write
from workshops.reading import AT_EACH_END, bare_parts
from workshops.reading_back import answer_sentence, begin_reading, current_reading
from workshops.seating import pin

BOARD = "/2022/workshops/1/group-1/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def room(edition, bruno, dawit, esi, amara):
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    for user in (bruno, dawit, esi):
        pin(user.participations.get(), group, reason="Test", by=amara)
    return open_room(edition, by=bruno)


def text_of(response):
    return " ".join(response.content.decode().split())


def address(finding, end=""):
    return f"{BOARD}findings/{finding.pk}/{end}"


# --- Dots -------------------------------------------------------------------------------------------------------------


def test_dots_are_given_with_a_form_and_by_a_script(room, bruno, dawit, client_of):
    finding, client = make_finding(room, by=bruno), client_of(dawit)
    page = client.post(address(finding, "dots/"), {"dots": "1"})
    assert page.headers["Location"] == f"{BOARD}#finding-{finding.pk}"
    answer = client.post(address(finding, "dots/"), {"dots": "2"}, headers=JSON)
    part = str(finding.part_id)
    assert (answer.json()["dots"], answer.json()["left"][part]) == ({str(finding.pk): 2}, 1)
    assert "your dots: 2" in text_of(client.get(BOARD))
    assert "1 of your 3 dots left in this part" in text_of(client.get(BOARD))


@pytest.mark.parametrize("dots", ["4", "-1", "x", "", "99999999999"])
def test_dots_that_make_no_sense_are_refused_with_a_reason(room, bruno, dawit, client_of, dots):
    finding, client = make_finding(room, by=bruno), client_of(dawit)
    page = client.post(address(finding, "dots/"), {"dots": dots})
    assert page.status_code == 422
    assert 'role="alert"' in text_of(page)
    answer = client.post(address(finding, "dots/"), {"dots": dots}, headers=JSON)
    assert answer.status_code in {409, 422}
    assert answer.json()["title"]
    assert not Support.objects.exists()


@pytest.mark.parametrize("who", ["amara", "bruno", "esi"])
def test_nobody_sees_anybody_elses_dots_before_they_are_counted(room, bruno, dawit, client_of, who, request):
    """In no page, no source, no JSON: neither the organiser, nor the moderator, nor somebody in the group."""
    finding = make_finding(room, by=bruno)
    client = client_of(request.getfixturevalue(who))
    addresses = (BOARD, f"{BOARD}events/?after=0", f"{BOARD}own/", f"{BOARD}close/", address(finding))
    if who == "esi":
        addresses = tuple(a for a in addresses if not a.endswith("close/"))

    def shown():
        pages = [client.get(one) for one in addresses]
        for page in pages:
            assert page.status_code == 200
        return [_without_what_changes(page.content.decode()) for page in pages]

    before = shown()
    give_dots(finding, 3, by=dawit)
    assert shown() == before
    go_to_part(room, room.workshop.parts.get(letter="B"), by=bruno)
    assert "3 dots" in text_of(client.get(BOARD))


def _without_what_changes(text):
    """A page without what is new each time: tokens, keys and moments."""
    text = re.sub(r'(csrfmiddlewaretoken" value=|name="key" value=|now=|"now": |"at": )"[^"]*"', "", text)
    return re.sub(r'id_key"[^>]*>|value="[0-9a-f-]{36}"', "", text)


def test_counted_dots_are_shown_as_dots_and_a_number(room, bruno, dawit, esi, client_of):
    finding = make_finding(room, by=bruno)
    give_dots(finding, 2, by=dawit)
    give_dots(finding, 1, by=esi)
    close_group(room, summary="Done.", by=bruno)
    text = text_of(client_of(dawit).get(BOARD))
    assert "● ● ●" in text
    assert "3 dots" in text
    assert 'class="own-dots"' not in text


# --- Names ------------------------------------------------------------------------------------------------------------


def test_a_name_is_put_and_taken_back_on_the_page(room, bruno, dawit, client_of):
    let_participants_write(room, allowed=True, by=bruno)
    part = room.workshop.parts.get(letter="A")
    finding = note_finding(room, key=uuid4(), part=part, question=None, kind="other", text="Mine.", by=dawit)
    client, other = client_of(dawit), client_of(bruno)
    assert "You noted this" in text_of(client.get(BOARD))
    assert client.post(address(finding, "name/"), {"stands": "1"}).status_code == 302
    assert ">Dawit</span>" in text_of(other.get(BOARD))
    close_group(room, summary="Done.", by=bruno)
    assert client.post(address(finding, "name/"), {"stands": "0"}).status_code == 302
    assert ">Dawit</span>" not in text_of(other.get(BOARD))
    assert other.post(address(finding, "name/"), {"stands": "1"}).status_code == 403


# --- Running the hour -------------------------------------------------------------------------------------------------


def test_the_hour_is_run_with_small_forms(room, bruno, client_of):
    client = client_of(bruno)
    for sent, name, value in (
        ({"action": "writing", "allowed": "on"}, "participants_write", True),
        ({"action": "writing"}, "participants_write", False),
        ({"action": "dots", "dots": "5"}, "dots", 5),
        ({"action": "stop"}, "part_ends_at", None),
        ({"action": "start"}, "part_left", None),
        ({"action": "extend"}, "part_left", None),
    ):
        assert client.post(f"{BOARD}settings/", sent).headers["Location"] == BOARD
        room.refresh_from_db()
        assert getattr(room, name) == value
    answer = client.post(f"{BOARD}settings/", {"action": "stop"}, headers=JSON)
    assert answer.json()["part"]["left"] > 0


@pytest.mark.parametrize(
    "sent", [{}, {"action": "fly"}, {"action": "dots"}, {"action": "dots", "dots": "0"}, {"action": "start"}]
)
def test_a_setting_that_makes_no_sense_is_refused(room, bruno, client_of, sent):
    client = client_of(bruno)
    assert client.post(f"{BOARD}settings/", sent).status_code == 422
    assert client.post(f"{BOARD}settings/", sent, headers=JSON).status_code in {409, 422}


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ({}, "Action: This field is required."),
        ({"action": "dots", "dots": "x"}, "Dots of each person in each part: Enter a whole number."),
    ],
)
def test_a_refused_setting_is_named_where_no_field_stands_beside_it(room, bruno, client_of, sent, line):
    page = client_of(bruno).post(f"{BOARD}settings/", sent)
    assert page.status_code == 422
    assert line in text_of(page)


def test_the_entry_stands_on_the_page_of_those_who_may_write(room, bruno, dawit, client_of):
    assert "data-entry hidden" in text_of(client_of(dawit).get(BOARD))
    let_participants_write(room, allowed=True, by=bruno)
    text = text_of(client_of(dawit).get(BOARD))
    assert "data-entry hidden" not in text
    assert "id_on_behalf" not in text
    assert "id_on_behalf" in text_of(client_of(bruno).get(BOARD))


def test_what_is_entered_for_somebody_is_labelled(room, bruno, dawit, client_of):
    part = room.workshop.parts.get(letter="A")
    sent = {
        "key": str(uuid4()),
        "place": str(part.pk),
        "kind": "other",
        "language": "en",
        "text": "By telephone.",
        "on_behalf": "on",
    }
    assert client_of(bruno).post(f"{BOARD}findings/", sent).status_code == 302
    finding = Finding.objects.get(text="By telephone.")
    assert (finding.on_behalf, finding.author) == (True, None)
    page = text_of(client_of(dawit).get(BOARD))
    assert re.search(r"<span data-behalf\s*>entered for somebody without a connection<", page)


# --- A finding's own page ---------------------------------------------------------------------------------------------


def test_a_finding_is_offered_the_other_places_and_stands_already_at_the_only_one(
    room, edition, bruno, client_of
):
    questions = GuidingQuestion.objects.filter(part__workshop=room.workshop)
    finding, everywhere = make_finding(room, by=bruno), len(places_of(bare_parts(room)))

    def offered():
        place = client_of(bruno).get(address(finding)).context["form"]["place"]
        groups = [choices for _name, choices in place.field.widget.choices if isinstance(choices, list)]
        return [key for choices in groups for key, _words in choices], place.value()

    keys, chosen = offered()
    assert (place_of(finding) in keys, len(keys), chosen) == (False, everywhere - 1, "")
    Finding.objects.filter(pk=finding.pk).update(question=None)
    questions.all().delete()
    finding.refresh_from_db()
    keys, chosen = offered()
    assert keys == [chosen] != [place_of(finding)]


def test_a_finding_is_moved_split_and_put_back_without_a_script(room, bruno, client_of):
    finding, client = make_finding(room, by=bruno, text="One and two."), client_of(bruno)
    other = room.workshop.parts.get(letter="B")
    assert client.post(address(finding), {"action": "move", "place": str(other.pk)}).status_code == 302
    sent = {"action": "split", "pieces": "One.\nTwo.", "key": str(uuid4())}
    assert client.post(address(finding), sent).status_code == 302
    assert list(Finding.objects.filter(group=room, part=other).values_list("text", flat=True)) == [
        "One.",
        "Two.",
    ]
    page = text_of(client.get(address(finding)))
    assert "Take back: split" in page
    assert "“One and two.”" in page
    step = finding.events.latest("number").number
    assert client.post(address(finding), {"action": "undo", "step": step}).status_code == 302
    finding.refresh_from_db()
    assert finding.text == "One and two."


@pytest.mark.parametrize(
    "sent",
    [
        {"action": "move"},
        {"action": "move", "place": "nowhere"},
        {"action": "split", "pieces": "One piece."},
        {"action": "split", "pieces": "x" * 501 + "\ny"},
        {"action": "undo"},
        {"action": "undo", "step": "99"},
    ],
)
def test_what_cannot_be_done_is_said_on_the_findings_page(room, bruno, client_of, sent):
    finding, client = make_finding(room, by=bruno), client_of(bruno)
    page = client.post(address(finding), sent)
    assert page.status_code == 422
    assert "What happened to it" in text_of(page)
    assert client.post(address(finding), sent, headers=JSON).status_code in {409, 422}


def test_a_participant_reads_the_history_and_changes_nothing(room, bruno, dawit, client_of):
    finding = make_finding(room, by=bruno)
    page = text_of(client_of(dawit).get(address(finding)))
    assert "Who did it is shown to nobody." in page
    assert "data-change" not in page
    assert "Bruno" not in page


# --- Reading back -----------------------------------------------------------------------------------------------------


def test_a_draft_is_read_back_answered_and_corrected_without_a_script(room, bruno, dawit, client_of):
    agree_on_finding(make_finding(room, by=bruno), by=bruno)
    lead, person = client_of(bruno), client_of(dawit)
    assert lead.post(f"{BOARD}read-back/begin/", {"draft": "One. Two."}).status_code == 302
    page = text_of(person.get(BOARD))
    assert "Read back: is this what we said?" in page
    first, second, _third = current_reading(room).sentences.all()
    answers = f"{BOARD}read-back/answer/"
    asked = {"action": "ask", "sentence": first.pk, "version": 1, "correction": "One what?"}
    assert person.post(answers, asked).headers["Location"] == f"{BOARD}#read-back"
    assert person.post(answers, {"action": "confirm", "sentence": second.pk, "version": 1}).status_code == 302
    assert person.post(answers, {"action": "confirm-rest"}).status_code == 302
    closing = text_of(lead.get(f"{BOARD}close/"))
    assert "1 sentence was to be corrected, and is not yet." in closing
    assert (
        lead.post(answers, {"action": "correct", "sentence": first.pk, "text": "One date."}).status_code
        == 302
    )
    assert person.post(answers, {"action": "confirm-rest"}).status_code == 302
    closing = text_of(lead.get(f"{BOARD}close/"))
    assert "1 of 3 have confirmed every sentence that was read back." in closing
    assert "was to be corrected" not in closing
    assert "One date. Two." in " ".join(closing.split())


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"action": "shout"}, 422),
        ({"action": "confirm"}, 422),
        ({"action": "confirm", "sentence": "x", "version": "1"}, 422),
        ({"action": "confirm", "sentence": str(uuid4()), "version": "1"}, 404),
        ({"action": "confirm-rest"}, 422),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(room, dawit, client_of, sent, status):
    assert client_of(dawit).post(f"{BOARD}read-back/answer/", sent).status_code == status
    assert not Answer.objects.exists()


def test_participants_do_not_read_back(room, dawit, client_of):
    client = client_of(dawit)
    assert client.get(f"{BOARD}read-back/begin/").status_code == 403
    assert client.post(f"{BOARD}read-back/begin/", {"draft": "Mine."}).status_code == 403
    assert not ReadBack.objects.exists()


def test_who_answered_is_shown_to_nobody(room, bruno, dawit, client_of):
    reading = begin_reading(room, draft="One.", by=bruno)
    answer_sentence(reading.sentences.get(), version=1, correction="Two.", by=dawit)
    fragment = client_of(bruno).get(f"{BOARD}read-back/").content.decode()
    person = dawit.participations.get()
    assert "Two." in fragment
    assert [word for word in (person.name, str(person.pk), str(dawit.pk)) if word in fragment] == []


# --- Guides -----------------------------------------------------------------------------------------------------------


def test_the_guides_stand_on_a_planned_board_and_in_reach_during_the_hour(
    edition, room, bruno, dawit, client_of
):
    planned = text_of(client_of(bruno).get("/2022/workshops/2/group-1/"))
    assert "Guide for moderators and co-facilitators" in planned
    assert "Guidelines for participants" in planned
    during = text_of(client_of(dawit).get(BOARD))
    assert "Guidelines for participants" in during
    assert "Guide for moderators" not in during


def test_organisers_word_a_guide_and_take_it_back(room, amara, dawit, client_of):
    client, here = client_of(amara), "/2022/workshops/guides/participants/"
    assert client.post(here, {"text": "Be brief."}).headers["Location"] == "/2022/workshops/guides/"
    assert "Be brief." in text_of(client_of(dawit).get(BOARD))
    assert client.post(here, {"text": ""}).status_code == 302
    assert "Speak from what you have seen" in text_of(client_of(dawit).get("/2022/workshops/guides/"))
    assert client.post(here, {"text": "x" * 8001}).status_code == 422
    assert client.get("/2022/workshops/guides/nobody/").status_code == 404
    assert not Guide.objects.exists()


# --- Counting ---------------------------------------------------------------------------------------------------------


def queries(client, where):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(where).status_code == 200
    return len(captured)


@pytest.mark.parametrize("where", [BOARD, f"{BOARD}events/?after=0", f"{BOARD}own/", f"{BOARD}read-back/"])
def test_more_dots_names_and_sentences_cost_no_more_queries(room, bruno, dawit, esi, client_of, where):
    client = client_of(dawit)
    one = make_finding(room, by=bruno)
    give_dots(one, 1, by=dawit)
    reading = begin_reading(room, draft="One.", by=bruno)
    answer_sentence(reading.sentences.first(), version=1, by=dawit)
    few = queries(client, where)
    for _number in range(6):
        agree_on_finding(make_finding(room, by=bruno), by=bruno)
    give_dots(one, 3, by=esi)
    reading = begin_reading(room, draft="One. Two. Three. Four.", by=bruno)
    for sentence in reading.sentences.all():
        answer_sentence(sentence, version=1, by=dawit)
    assert queries(client, where) == few


# --- Boards of many findings ------------------------------------------------------------------------------------------


EVERY_FINDING = re.compile(
    r'^SELECT .*FROM "workshops_finding" .*WHERE "workshops_finding"."group_id" = \S+ ORDER BY'
)


def findings_read(queries):
    """The questions that read every finding of a board."""
    return [query["sql"] for query in queries if EVERY_FINDING.search(query["sql"])]


def test_noting_and_changing_a_finding_reads_no_other(room, bruno, client_of):
    """A board may hold thousands; what is written must cost the same then. The control: the page reads them all."""
    client = client_of(bruno)
    part = room.workshop.parts.get(letter="A")
    said = {"place": f"{part.pk}", "kind": "challenge", "text": "Heard.", "language": "en"}
    finding = make_finding(room, by=bruno)
    with CaptureQueriesContext(connection) as writing:
        noted = client.post(f"{BOARD}findings/", {"key": str(uuid4()), **said}, headers=JSON)
        agreed = client.post(address(finding), {"action": "agree"}, headers=JSON)
    assert (noted.status_code, agreed.status_code) == (201, 200)
    assert findings_read(writing) == []
    with CaptureQueriesContext(connection) as reading:
        client.get(BOARD)
    assert findings_read(reading) != []


def test_a_long_column_of_an_open_board_hides_what_is_between_its_ends(room, bruno, client_of):
    client = client_of(bruno)
    for number in range(3 * AT_EACH_END - 1):
        make_finding(room, by=bruno, text=f"Noted as {number}")
    assert 'href="?all"' not in text_of(client.get(BOARD))
    make_finding(room, by=bruno, text="Noted last")
    page = text_of(client.get(BOARD))
    assert f'href="?all"> Show the {AT_EACH_END} findings in between' in page
    assert len(re.findall(r'data-number="\d+" hidden', page)) == AT_EACH_END
    whole = text_of(client.get(f"{BOARD}?all"))
    assert len(re.findall(r'data-number="\d+" hidden', whole)) == 0
