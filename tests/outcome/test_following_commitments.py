"""Commitments: for clauses, with what, who, by when and evidence; changed with their history, reported on, reviewed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.models import HistoryEntry, Message, Participant
from academy.privacy.erasure import erase
from outcome.following import committing
from outcome.following.committing import change_commitment, commit, note_progress
from outcome.following.endorsing import withdraw_endorsement
from outcome.following.errors import EndorsementOver
from outcome.following.recording import verify_following
from outcome.following.reminding import remind_all
from outcome.models import Clause, Commitment, CommitmentWording, ProgressNote
from outcome.tasks import remind_of_reviews
from tests.conftest import lift_seals
from tests.outcome.following import FAR, committed, endorsed, promise

REVIEW = date(2030, 6, 15)


def on(day: date) -> object:
    """The academy's clock at noon of a day."""
    return clock.set_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def test_a_commitment_says_what_who_by_when_and_for_which_clause(endorsement, clause, dawit):
    made = committed(
        endorsement, clause.pk, by=dawit, evidence="https://example.org/budget", review_on=REVIEW
    )
    assert (made.number, made.state) == (1, "planned")
    assert [found.pk for found in made.clauses.all()] == [clause.pk]
    assert (made.what, made.responsible, made.due) == ("Anchor it in the budget.", "Treasury", FAR)
    assert (made.evidence, made.next_review) == ("https://example.org/budget", REVIEW)


def test_a_commitment_without_a_review_is_reviewed_when_it_is_due(commitment):
    assert commitment.next_review == commitment.due


@pytest.mark.parametrize(
    "said",
    [
        {"what": " "},
        {"what": "x" * 1001},
        {"responsible": ""},
        {"due": date(2020, 1, 1)},
        {"due": date(9999, 1, 1)},
        {"review_on": date(2020, 1, 1)},
        {"evidence": "x" * 501},
    ],
)
def test_what_cannot_be_is_refused(endorsement, clause, dawit, said):
    with pytest.raises(Invalid):
        committed(endorsement, clause.pk, by=dawit, **said)
    assert not Commitment.objects.exists()


def test_one_commits_to_encouragements_of_the_adopted_text_only(endorsement, dawit):
    paragraph = Clause.objects.get(kind="preamble")
    for keys in ((), (uuid4(),), (paragraph.pk,)):
        with pytest.raises(Invalid):
            committed(endorsement, *keys, by=dawit)


def test_only_who_signed_commits_changes_and_reports(endorsement, commitment, clause, amara, farid):
    for other in (amara, farid):
        with pytest.raises(NotAllowed):
            commit(endorsement, promise(clause.pk), by=other)
        with pytest.raises(NotAllowed):
            change_commitment(commitment, promise(clause.pk, what="Nothing."), by=other)
        with pytest.raises(NotAllowed):
            note_progress(commitment, state="done", words="Done.", by=other)
    assert (Commitment.objects.count(), ProgressNote.objects.count()) == (1, 0)


def test_without_the_question_everybody_could_report(commitment, farid, monkeypatch):
    """The control: the rule is what holds it."""
    monkeypatch.setattr(committing, "insist", lambda allowed: None)
    note_progress(commitment, state="done", words="Done.", by=farid)
    assert ProgressNote.objects.count() == 1


def test_nothing_comes_to_an_endorsement_that_was_withdrawn(endorsement, commitment, clause, dawit):
    withdraw_endorsement(endorsement, by=dawit)
    with pytest.raises(EndorsementOver):
        commit(endorsement, promise(clause.pk), by=dawit)
    with pytest.raises(EndorsementOver):
        change_commitment(commitment, promise(clause.pk, what="More."), by=dawit)
    with pytest.raises(EndorsementOver):
        note_progress(commitment, state="done", words="Done.", by=dawit)


def test_what_a_commitment_said_before_is_kept(commitment, clause, dawit):
    other = Clause.objects.get(heading="Count")
    change_commitment(commitment, promise(clause.pk, other.pk, what="Anchor both.", due=FAR), by=dawit)
    wordings = list(commitment.wordings.order_by("number"))
    assert [row.words["what"] for row in wordings] == ["Anchor it in the budget.", "Anchor both."]
    assert [len(row.words["clauses"]) for row in wordings] == [1, 2]
    assert Commitment.objects.get().what == "Anchor both."
    assert list(verify_following(commitment.endorsement.edition)) == []


def test_a_change_that_changes_nothing_is_refused(commitment, clause, dawit):
    with pytest.raises(Invalid, match="says this already"):
        change_commitment(commitment, promise(clause.pk), by=dawit)
    assert commitment.wordings.count() == 1


def test_the_last_report_says_how_far_it_is_and_the_others_stay(commitment, dawit):
    note_progress(commitment, state="under-way", words="Begun.", by=dawit, review_on=REVIEW)
    note_progress(commitment, state="done", words="Done.", evidence="https://example.org/done", by=dawit)
    row = Commitment.objects.get()
    assert (row.state, row.review_on) == ("done", REVIEW)
    notes = ProgressNote.objects.order_by("number").values_list("number", "state", "words")
    assert list(notes) == [(1, "under-way", "Begun."), (2, "done", "Done.")]
    verbs = HistoryEntry.objects.filter(object_type="outcome.progressnote").values_list("verb", flat=True)
    assert list(verbs) == ["progress noted"] * 2
    assert list(verify_following(commitment.endorsement.edition)) == []


@pytest.mark.parametrize(
    "said", [{"state": "king"}, {"words": ""}, {"words": "x" * 1001}, {"review_on": date(2020, 1, 1)}]
)
def test_a_report_that_cannot_be_is_refused(commitment, dawit, said):
    with pytest.raises(Invalid):
        note_progress(commitment, **{"state": "done", "words": "Done.", **said}, by=dawit)
    assert not ProgressNote.objects.exists()


def test_the_words_of_a_protected_person_do_not_hold_their_name(adopted, esi, clause):
    row = endorsed(adopted.edition, by=esi, signer="E.")
    for said in ({"what": "Esi does it."}, {"responsible": "Office of Esi"}, {"evidence": "See Esi"}):
        with pytest.raises(Invalid, match="Your name stands in these words"):
            committed(row, clause.pk, by=esi, **said)
    made = committed(row, clause.pk, by=esi, what="Design it.")  # her name is a part of this word only
    with pytest.raises(Invalid, match="Your name stands in these words"):
        note_progress(made, state="done", words="Esi did it.", by=esi)


@pytest.mark.parametrize("model", [CommitmentWording, ProgressNote])
def test_what_was_said_and_reported_is_sealed(commitment, dawit, model):
    note_progress(commitment, state="done", words="Done.", by=dawit)
    change = {"words": {"what": "Nothing."}} if model is CommitmentWording else {"words": "Nothing."}
    for act in (lambda: model.objects.update(**change), model.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.all()._raw_delete("default")
    with lift_seals(model._meta.db_table):
        model.objects.update(**change)
    assert list(verify_following(commitment.endorsement.edition)) != []


def test_a_changed_commitment_is_found(commitment):
    Commitment.objects.update(state="done")
    assert [found.object for found in verify_following(commitment.endorsement.edition)] == [
        f"commitment {commitment.pk}"
    ]


# --- Reminders --------------------------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(endorsement, clause, dawit) -> Commitment:
    """A commitment that is to be reviewed in June 2030."""
    return committed(endorsement, clause.pk, by=dawit, review_on=REVIEW)


def keys() -> list[str]:
    found = Message.objects.filter(key__startswith="endorsement:").order_by("created_at", "key")
    return [message.key.partition(":")[2].partition(":")[2] for message in found]


def test_one_is_reminded_once_before_and_once_from_the_day_on(reviewed, dawit):
    for days in (-20, -15, -14, -13, -1, 0, 1, 29, 40):
        with on(REVIEW + timedelta(days=days)):
            remind_of_reviews()
            remind_of_reviews()
    assert keys() == ["2030-06-15:before", "2030-06-15:on"]
    mail = Message.objects.filter(key__endswith=":on").get()
    assert (mail.user, mail.to) == (dawit, dawit.email)
    assert f"/2022/document/commitments/{reviewed.pk}/progress/" in mail.body


def test_a_new_review_has_reminders_of_its_own(reviewed, dawit):
    with on(REVIEW):
        remind_all()
        note_progress(
            reviewed, state="under-way", words="Begun.", review_on=REVIEW + timedelta(days=90), by=dawit
        )
    with on(REVIEW + timedelta(days=90)):
        remind_all()
    assert keys() == ["2030-06-15:on", "2030-09-13:on"]


@pytest.mark.parametrize("state", ["done", "given-up"])
def test_who_has_nothing_left_to_do_is_not_reminded(reviewed, dawit, state):
    note_progress(reviewed, state=state, words="Over.", by=dawit)
    with on(REVIEW):
        assert remind_all() == 0
    assert keys() == []


def test_who_has_withdrawn_or_is_gone_is_not_reminded(reviewed, endorsement, dawit):
    erase(dawit, by=dawit)
    with on(REVIEW):
        assert remind_all() == 0
    assert keys() == []


def test_a_withdrawn_endorsement_is_not_reminded_of(reviewed, endorsement, dawit):
    withdraw_endorsement(endorsement, by=dawit)
    with on(REVIEW):
        assert remind_all() == 0


def test_a_reminder_names_nobody_and_says_what_it_is_about(reviewed, dawit):
    from academy.mail.posting import compose

    Participant.objects.filter(user=dawit).update(visibility="protected", pseudonym="Heron")
    with on(REVIEW):
        remind_all()
    mail = compose(Message.objects.get(key__endswith=":on"))
    assert "Dawit" not in f"{mail.subject} {mail.body}"
    assert "This mail is about an endorsement of the outcome of" in mail.body
    assert "registration" not in mail.body
