"""Extra questions: asked without code, answered by kind, retired and never lost; access needs, read on purpose."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy.access_needs import keep_need, need_of, read_needs
from academy.errors import Invalid, NotAllowed
from academy.history import verify_history
from academy.models import AccessNeed, Consent, HistoryEntry, Participant, Question
from academy.people.knowing import answers_of
from academy.profile import change_profile, profile_of
from academy.questions import (
    AnsweredAlready,
    Asked,
    add_question,
    ask_again,
    change_question,
    counted,
    fits,
    move_question,
    questions_of,
    retire_question,
    verify_questions,
)
from academy.registration import Profile, register, withdraw
from academy.roles import grant_role
from tests.factories import make_edition, make_participant, make_user

SAID = {"name": "Farid", "actor": "research", "country": "MA", "visibility": "unlisted", "consent": "on"}
TRAIN = Asked("Which train do you take?", "choice", options=["the early one", "the late one"])


@pytest.fixture
def edition(db):
    return make_edition(mode="open")


@pytest.fixture
def amara(edition):
    user = make_user("amara")
    grant_role(user, edition, "organiser", by=None)
    return user


@pytest.fixture
def farid(db):
    return make_user("farid")


def field(question):
    return f"question_{question.pk.hex}"


def labels(edition):
    return [question.label for question in questions_of(edition)]


def test_a_question_is_asked_in_the_form_and_the_answer_kept(edition, amara, farid, client_of):
    train = add_question(edition, TRAIN, by=amara)
    client = client_of(farid)
    assert "Which train do you take?" in client.get("/2031/register/").content.decode()
    response = client.post("/2031/register/", {**SAID, field(train): "the late one"})
    assert response.status_code == 302
    participant = Participant.objects.get(user=farid)
    assert participant.answers == {str(train.pk): "the late one"}
    assert answers_of(participant) == [("Which train do you take?", "the late one")]
    assert counted(train) == [("the late one", 1)]


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("line", "Heron", "Heron"),
        ("text", "two\nlines", "two\nlines"),
        ("choice", "b", "b"),
        ("choices", ["a", "b"], ["a", "b"]),
        ("yes", "no", False),
        ("number", "3", 3),
        ("number", "2.5", 2.5),
    ],
)
def test_answers_are_kept_by_kind(edition, amara, farid, client_of, kind, typed, kept):
    question = add_question(edition, Asked("What?", kind, options=["a", "b"]), by=amara)
    client_of(farid).post("/2031/register/", {**SAID, field(question): typed})
    assert Participant.objects.get(user=farid).answers == {str(question.pk): kept}
    text = client_of(farid).get("/2031/profile/").content.decode()
    assert "What?" in text


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("line", "x" * 201),
        ("line", "a\x07b"),
        ("choice", "c"),
        ("choices", ["c"]),
        ("yes", "perhaps"),
        ("number", "many"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_beside_its_question(
    edition, amara, farid, client_of, kind, typed
):
    question = add_question(edition, Asked("What?", kind, options=["a", "b"]), by=amara)
    response = client_of(farid).post("/2031/register/", {**SAID, field(question): typed})
    assert response.status_code == 422
    assert field(question) in response.context["form"].errors
    assert Participant.objects.filter(user=farid).count() == 0


def test_a_question_that_must_be_answered_is(edition, amara, farid, client_of):
    question = add_question(edition, Asked("What?", "line", required=True), by=amara)
    response = client_of(farid).post("/2031/register/", SAID)
    assert (response.status_code, field(question) in response.context["form"].errors) == (422, True)


def test_the_rule_refuses_what_no_form_asks(edition, amara, farid):
    question = add_question(edition, Asked("How many?", "number"), by=amara)
    base = {"name": "Farid", "actor": "research", "country": "MA", "visibility": "unlisted"}
    for answers in ({"of another": "x"}, {str(question.pk): "three"}, {str(question.pk): float("inf")}):
        with pytest.raises(Invalid):
            register(farid, edition, Profile(**base, answers=answers), verified=True)
    assert not fits(question, True)


def test_the_kind_of_an_answered_question_stays_and_its_words_may_change(edition, amara, farid):
    train = add_question(edition, TRAIN, by=amara)
    make_participant(farid, edition, answers={str(train.pk): "the late one"})
    with pytest.raises(AnsweredAlready):
        change_question(train, Asked("Which train?", "line"), by=amara)
    asked = Asked("Which train?", "choice", options=["the late one", "none"])
    assert change_question(train, asked, by=amara).label == "Which train?"


def test_questions_are_ordered_retired_and_asked_again_and_the_answers_stay(edition, amara, farid):
    first, second = (add_question(edition, Asked(label, "line"), by=amara) for label in ("One?", "Two?"))
    move_question(second, up=True, by=amara)
    assert labels(edition) == ["Two?", "One?"]
    participant = make_participant(farid, edition, answers={str(first.pk): "yes"})
    retire_question(first, by=amara)
    assert labels(edition) == ["Two?"]
    change_profile(participant, profile_of(Participant(**{**vars_of(participant), "answers": {}})), by=farid)
    participant.refresh_from_db()
    assert [answer for _question, answer in answers_of(participant)] == ["yes"]
    ask_again(first, by=amara)
    assert labels(edition) == ["Two?", "One?"]
    assert [*verify_history(edition), *verify_questions(edition)] == []


def vars_of(participant):
    return {name: getattr(participant, name) for name in profile_of(participant).__dataclass_fields__}


def test_only_organisers_ask(edition, amara, farid):
    question = add_question(edition, TRAIN, by=amara)
    for step in (
        lambda: add_question(edition, TRAIN, by=farid),
        lambda: change_question(question, TRAIN, by=farid),
        lambda: move_question(question, up=True, by=farid),
        lambda: retire_question(question, by=farid),
        lambda: ask_again(question, by=farid),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert Question.objects.count() == 1


def test_a_question_of_choices_needs_two_of_them(edition, amara):
    with pytest.raises(Invalid):
        add_question(edition, Asked("Which?", "choice", options=["one", " one ", ""]), by=amara)


def test_questions_changed_behind_the_academys_back_are_found(edition, amara):
    question = add_question(edition, TRAIN, by=amara)
    Question.objects.filter(pk=question.pk).update(label="Are you armed?")
    assert [mismatch.reason for mismatch in verify_questions(edition)] == [
        "it was changed without an entry in the history"
    ]


def test_the_answers_take_as_many_queries_for_ten_as_for_three(edition, amara, client_of):
    question = add_question(edition, Asked("What?", "line"), by=amara)
    address, client = f"/2031/people/questions/{question.pk}/", client_of(amara)
    counts = []
    for number in range(10):
        make_participant(make_user(f"p{number}"), edition, answers={str(question.pk): "so"})
        if number in (2, 9):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Access needs -----------------------------------------------------------------------------------------------------


def test_access_needs_are_kept_under_a_consent_of_their_own(edition, farid, client_of):
    client = client_of(farid)
    refused = client.post("/2031/register/", {**SAID, "access_needs": "Captions"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["access_consent"])
    client.post("/2031/register/", {**SAID, "access_needs": "Captions", "access_consent": "on"})
    participant = Participant.objects.get(user=farid)
    assert need_of(participant) == "Captions"
    assert Consent.objects.get(participant=participant, purpose="access needs").withdrawn_at is None
    client.post("/2031/profile/", {**SAID, "access_needs": ""})
    assert AccessNeed.objects.count() == 0
    assert Consent.objects.get(participant=participant, purpose="access needs").withdrawn_at is not None


def test_access_needs_go_with_the_registration(edition, farid):
    participant = make_participant(farid, edition)
    keep_need(participant, "Captions")
    withdraw(participant, by=farid)
    assert AccessNeed.objects.count() == 0


def test_reading_access_needs_is_recorded_and_for_organisers_only(edition, amara, farid, client_of):
    keep_need(make_participant(farid, edition), "Captions")
    client = client_of(amara)
    assert "Captions" not in client.get("/2031/people/access-needs/").content.decode()
    assert HistoryEntry.objects.filter(verb="access needs read").count() == 0
    assert "Captions" in client.post("/2031/people/access-needs/").content.decode()
    entry = HistoryEntry.objects.get(verb="access needs read")
    assert (entry.actor.user, entry.data) == (amara, {"count": 1})
    with pytest.raises(NotAllowed):
        read_needs(edition, by=farid)
