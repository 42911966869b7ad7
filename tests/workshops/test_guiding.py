"""The parts and guiding questions of a workshop: changed at the desk, kept with their findings, read when released."""

import pytest

from academy.errors import Invalid, NotAllowed
from programme.edits import Overtaken
from programme.releases import release
from workshops.guiding import Guidance, HasFindings, PartInUse, PartWords, guidance_of, guide
from workshops.models import Finding, Group, Workshop

PAGE, PUBLIC = "/2022/workshops/1/questions/", "/2022/workshops/1/"


@pytest.fixture
def workshop(edition):
    return Workshop.objects.get(edition=edition, number=1)


@pytest.fixture
def held(academy_at):
    """The demo academy in the middle of day 3; workshop 1 has findings."""
    return academy_at("workshops")


def changed(workshop, letter="A", **fields):
    """The guidance of a workshop with one part changed."""
    present = guidance_of(workshop)
    parts = (
        PartWords(**{**vars(part), **fields}) if part.letter == letter else part for part in present.parts
    )
    return Guidance(present.aim, tuple(parts))


def form_of(guidance):
    data = {"state": guidance.state, "aim": guidance.aim}
    for part in guidance.parts:
        data[f"title_{part.letter}"] = part.title
        data[f"minutes_{part.letter}"] = part.minutes
        data[f"questions_{part.letter}"] = "\n".join(part.questions)
    return data


def test_what_was_written_stands_there_in_its_order(workshop, amara):
    wanted = changed(workshop, title="Obstacles", minutes=20, questions=("One?", "Two?", "Three?"))
    guide(workshop, wanted, by=amara)
    assert guidance_of(workshop) == wanted
    again = changed(workshop, questions=("Three?", "One?", "Two?"))
    guide(workshop, again, by=amara)
    assert guidance_of(workshop) == again


def test_a_reworded_and_moved_question_keeps_its_findings(held, amara):
    workshop = Workshop.objects.get(edition=held, number=1)
    part = next(part for part in guidance_of(workshop).parts if len(part.questions) > 1)
    finding = Finding.objects.filter(
        part__workshop=workshop, part__letter=part.letter, question__text=part.questions[0]
    ).first()
    reworded = part.questions[0].rstrip("?") + " today?"
    guide(workshop, changed(workshop, part.letter, questions=(*part.questions[1:], reworded)), by=amara)
    finding.refresh_from_db()
    assert (finding.question.text, finding.question.position) == (reworded, len(part.questions) - 1)


def test_a_question_with_findings_is_not_taken_out_and_nothing_else_is_changed(held, amara):
    workshop = Workshop.objects.get(edition=held, number=1)
    before = guidance_of(workshop)
    with pytest.raises(HasFindings):
        guide(workshop, changed(workshop, questions=(), title="Changed"), by=amara)
    assert guidance_of(workshop) == before


def test_a_part_is_added_and_taken_out_again(workshop, amara):
    before = guidance_of(workshop)
    more = Guidance(before.aim, (*before.parts, PartWords("C", "Closing round", 10, ("What now?",))))
    guide(workshop, more, by=amara)
    assert guidance_of(workshop) == more
    guide(workshop, before, by=amara)
    assert guidance_of(workshop) == before


def test_a_part_in_which_a_group_is_stays(held, amara):
    workshop = Workshop.objects.get(edition=held, number=3)
    group = Group.objects.filter(workshop=workshop).exclude(part=None).first()
    present = guidance_of(workshop)
    without = tuple(part for part in present.parts if part.letter != group.part.letter)
    with pytest.raises(PartInUse):
        guide(workshop, Guidance(present.aim, without), by=amara)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": " "},
        {"minutes": 0},
        {"minutes": 500},
        {"questions": ("Why?", "Why?")},
        {"questions": ("x" * 601,)},
        {"questions": tuple(f"{n}?" for n in range(21))},
    ],
)
def test_what_makes_no_sense_is_refused(workshop, amara, fields):
    before = guidance_of(workshop)
    with pytest.raises(Invalid):
        guide(workshop, changed(workshop, **fields), by=amara)
    assert guidance_of(workshop) == before


def test_parts_are_named_from_a_to_f_each_once(workshop, amara):
    part = guidance_of(workshop).parts[0]
    for letters in ("AA", "BA", "AZ"):
        wrong = Guidance("", tuple(PartWords(**{**vars(part), "letter": letter}) for letter in letters))
        with pytest.raises(Invalid):
            guide(workshop, wrong, by=amara)


def test_only_organisers_change_it(workshop, bruno):
    with pytest.raises(NotAllowed):
        guide(workshop, changed(workshop, title="Mine"), by=bruno)


def test_whoever_was_faster_is_not_overwritten(workshop, amara):
    seen = guidance_of(workshop).state
    guide(workshop, changed(workshop, title="First"), state=seen, by=amara)
    with pytest.raises(Overtaken):
        guide(workshop, changed(workshop, title="Second"), state=seen, by=amara)
    assert guidance_of(workshop).parts[0].title == "First"


def test_the_page_shows_what_is_there_now_and_keeps_what_was_typed(workshop, amara, client_of):
    typed = form_of(changed(workshop, title="Typed by me"))
    typed["state"] = guidance_of(workshop).state
    guide(workshop, changed(workshop, title="There now"), by=amara)
    client = client_of(amara)
    answer = client.post(PAGE, typed)
    page = answer.content.decode()
    assert (answer.status_code, "There now" in page, 'value="Typed by me"' in page) == (422, True, True)
    saved = client.post(PAGE, {**typed, "state": answer.context["form"]["state"].value()})
    assert (saved.status_code, guidance_of(workshop).parts[0].title) == (302, "Typed by me")


def test_the_page_adds_a_part_and_empties_one(workshop, amara, client_of):
    client, before = client_of(amara), guidance_of(workshop)
    data = form_of(before) | {
        "title_C": "Closing round",
        "minutes_C": "",
        "questions_C": "What now?\n\n Who? ",
    }
    assert client.post(PAGE, data).status_code == 302
    assert guidance_of(workshop).parts[2] == PartWords("C", "Closing round", 30, ("What now?", "Who?"))
    data = form_of(guidance_of(workshop)) | {"title_C": "", "questions_C": ""}
    assert client.post(PAGE, data).status_code == 302
    assert guidance_of(workshop) == before


def test_questions_without_a_title_are_refused_in_words(workshop, amara, client_of):
    data = form_of(guidance_of(workshop)) | {"title_A": ""}
    answer = client_of(amara).post(PAGE, data)
    assert answer.status_code == 422
    assert "This part has questions, so it needs a title." in answer.content.decode()


def test_the_public_reads_the_released_questions_and_organisers_the_draft(
    edition, workshop, amara, client_of
):
    guide(workshop, changed(workshop, title="Not out yet"), by=amara)
    assert "Not out yet" not in client_of(None).get(PUBLIC).content.decode()
    assert "Not out yet" in client_of(amara).get(PUBLIC).content.decode()
    release(edition, label="with new questions", by=amara)
    assert "Not out yet" in client_of(None).get(PUBLIC).content.decode()


def test_a_workshop_that_was_not_released_has_no_public_page(edition, workshop, amara, client_of):
    other = type(workshop.session)(
        edition=edition,
        day=workshop.session.day,
        kind="workshop",
        slug="new-one",
        title="A new workshop",
        strand=workshop.strand,
    )
    other.save()
    Workshop.objects.create(edition=edition, session=other, strand=workshop.strand, number=50, title="New")
    assert client_of(None).get("/2022/workshops/50/").status_code == 404
    assert client_of(amara).get("/2022/workshops/50/").status_code == 200
    assert "A new workshop" not in client_of(None).get("/2022/workshops/").content.decode()
