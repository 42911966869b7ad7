"""Reading back: the room hears the sentences, confirms or asks for a correction, and is asked anew after one."""

import pytest
from django.db import IntegrityError, transaction

from academy.errors import Invalid, NotAllowed
from tests.conftest import lift_seals
from tests.factories import make_finding, open_room
from workshops.closing import close_group, verify_closings
from workshops.findings import agree_on_finding
from workshops.ledger import BoardClosed, verify_findings
from workshops.models import Answer, Finding, Group, ReadBack, Sentence
from workshops.reading_back import (
    NotBeingRead,
    ReadAgain,
    answer_sentence,
    begin_reading,
    confirm_the_rest,
    correct_sentence,
    current_reading,
    hearing_of,
    sentences_of,
    stamp_of_reading,
    verify_sentences,
)
from workshops.seating import pin

DRAFT = "Dates matter. Budgets matter more!\nNobody owns it."


@pytest.fixture
def room(edition, bruno, dawit, esi, amara):
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    for user in (dawit, esi):
        pin(user.participations.get(), group, reason="Test", by=amara)
    return open_room(edition, by=bruno)


@pytest.fixture
def reading(room, bruno):
    make_finding(room, by=bruno, text="Not agreed.")
    agree_on_finding(make_finding(room, by=bruno, text="Agreed by all."), by=bruno)
    return begin_reading(room, draft=DRAFT, by=bruno)


def heard(reading, viewer=None):
    return [
        (h.sentence.text, h.confirmed, list(h.corrections))
        for h in hearing_of(reading, viewer and viewer.participations.get()).sentences
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (DRAFT, ["Dates matter.", "Budgets matter more!", "Nobody owns it."]),
        ("One, e.g. a mayor, said so. Others did not.", ["One, e.g. a mayor, said so.", "Others did not."]),
        ("Why? Because.", ["Why?", "Because."]),
        ("لماذا؟ لأن.", ["لماذا؟", "لأن."]),
        ("One\n\n\n- Two", ["One", "- Two"]),
    ],
)
def test_a_text_is_read_sentence_by_sentence(text, sentences):
    assert sentences_of(text) == sentences


def test_the_room_hears_the_draft_and_what_it_agreed_on(reading):
    assert heard(reading) == [
        ("Dates matter.", 0, []),
        ("Budgets matter more!", 0, []),
        ("Nobody owns it.", 0, []),
        ("Agreed by all.", 0, []),
    ]


def test_people_confirm_or_ask_for_a_correction(reading, dawit, esi):
    first, second, *_rest = reading.sentences.all()
    answer_sentence(first, version=1, by=dawit)
    answer_sentence(second, version=1, correction="More than what?", by=dawit)
    assert confirm_the_rest(reading, by=dawit) == 2
    assert confirm_the_rest(reading, by=esi) == 4
    assert [(c, k) for _text, c, k in heard(reading)] == [(2, []), (1, ["More than what?"]), (2, []), (2, [])]
    hearing = hearing_of(reading, dawit.participations.get())
    assert (hearing.confirmed_all, hearing.uncorrected, hearing.unanswered) == (1, 1, 0)
    assert [h.own for h in hearing.sentences] == ["", "More than what?", "", ""]


def test_an_answer_is_replaced_by_a_later_one(reading, dawit):
    first = reading.sentences.first()
    answer_sentence(first, version=1, correction="No.", by=dawit)
    answer_sentence(first, version=1, by=dawit)
    assert heard(reading)[0] == ("Dates matter.", 1, [])
    assert Answer.objects.count() == 1


def test_a_corrected_sentence_is_asked_about_anew(reading, edition, bruno, dawit):
    second = reading.sentences.all()[1]
    answer_sentence(second, version=1, correction="More than what?", by=dawit)
    corrected = correct_sentence(second, text="Budgets matter more than dates.", by=bruno)
    assert heard(reading)[1] == ("Budgets matter more than dates.", 0, [])
    with pytest.raises(ReadAgain):
        answer_sentence(second, version=1, by=dawit)
    answer_sentence(second, version=corrected.version, by=dawit)
    assert heard(reading)[1] == ("Budgets matter more than dates.", 1, [])
    assert hearing_of(reading).draft == "Dates matter.\nBudgets matter more than dates.\nNobody owns it."
    assert [*verify_findings(edition), *verify_closings(edition)] == []


def test_an_agreed_finding_that_is_corrected_is_reworded_on_the_board(reading, bruno):
    last = reading.sentences.last()
    correct_sentence(last, text="Agreed by nearly all.", by=bruno)
    finding = Finding.objects.get(pk=last.finding_id)
    assert (finding.text, finding.state, finding.events.latest("number").verb) == (
        "Agreed by nearly all.",
        "agreed",
        "reworded",
    )


def test_a_correction_that_changes_nothing_is_refused(reading, bruno):
    with pytest.raises(Invalid):
        correct_sentence(reading.sentences.first(), text="Dates matter.", by=bruno)


def test_reading_again_ends_the_earlier_reading(room, reading, bruno, dawit):
    again = begin_reading(room, draft="Only this.", by=bruno)
    assert current_reading(room) == again
    with pytest.raises(NotBeingRead):
        answer_sentence(reading.sentences.first(), version=1, by=dawit)
    with pytest.raises(NotBeingRead):
        confirm_the_rest(reading, by=dawit)


def test_there_is_one_reading_at_a_time_also_behind_the_back_of_the_rules(room, reading):
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadBack.objects.create(group=room, begun_at=reading.begun_at)


def test_closing_the_board_ends_the_reading(room, reading, bruno, dawit):
    close_group(room, summary="Done.", by=bruno)
    assert current_reading(room) is None
    with pytest.raises(BoardClosed):
        answer_sentence(reading.sentences.first(), version=1, by=dawit)


def test_who_has_no_seat_answers_nothing_and_participants_correct_nothing(room, reading, bruno, dawit, farid):
    first = reading.sentences.first()
    for act in (
        lambda: answer_sentence(first, version=1, by=farid),
        lambda: answer_sentence(first, version=1, by=bruno),
        lambda: confirm_the_rest(reading, by=farid),
        lambda: correct_sentence(first, text="Mine.", by=dawit),
        lambda: begin_reading(room, draft="Mine.", by=dawit),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not Answer.objects.exists()


@pytest.mark.parametrize("draft", ["", "  \n", "x" * 4001, "x" * 1001, "a\x00b"])
def test_a_draft_that_cannot_be_read_is_refused(room, bruno, draft):
    with pytest.raises(Invalid):
        begin_reading(room, draft=draft, by=bruno)
    assert not ReadBack.objects.exists()


def test_the_stamp_changes_with_every_answer_and_correction(room, reading, bruno, dawit):
    stamps = [stamp_of_reading(room)]
    answer_sentence(reading.sentences.first(), version=1, by=dawit)
    stamps.append(stamp_of_reading(room))
    answer_sentence(reading.sentences.first(), version=1, correction="No.", by=dawit)
    stamps.append(stamp_of_reading(room))
    correct_sentence(reading.sentences.first(), text="Dates do matter.", by=bruno)
    stamps.append(stamp_of_reading(room))
    close_group(room, summary="Done.", by=bruno)
    stamps.append(stamp_of_reading(room))
    assert len(set(stamps)) == 5
    assert stamps[-1] == ""


def test_a_sentence_changed_behind_the_back_of_the_rules_is_found(reading, edition):
    row = reading.sentences.first()
    with lift_seals("workshops_sentence"):
        Sentence.objects.filter(pk=row.pk).update(text="Dates do not matter.")
    assert [found.object for found in verify_sentences(edition)] == [f"sentence {row.pk}"]


def test_sentences_and_answers_are_never_deleted(reading, dawit):
    answer_sentence(reading.sentences.first(), version=1, by=dawit)
    for model in (Answer, Sentence):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.all()._raw_delete("default")
