"""Pseudonymous ballots: who owns the database and knows who voted when cannot say who voted how."""

from __future__ import annotations

import json
import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction

from academy import clock
from academy.errors import Invalid
from academy.models import HistoryEntry, Participant
from outcome import adoption
from outcome.adoption.ballots import mark_of, new_secret, receipt_of
from outcome.models import BallotBox, Cast, Elector, Position, Procedure, Record
from outcome.verifying import verify_adoptions
from tests.dumps import dumped, files
from tests.factories import make_participant, make_user, opened_adoption
from tests.outcome.pages import flat, url

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from django.test import Client

    from academy.models import Edition, User
    from outcome.models import Document

NOON = datetime(2031, 2, 1, 12, tzinfo=UTC)
CHOICES = ("yes", "no", "abstain")


@pytest.fixture
def box(frozen: Document, delegates: list[User], amara: User) -> Procedure:
    return opened_adoption(frozen, by=amara, method="simple-majority", publicity="pseudonymous")


def vote(box: Procedure, by: User, choice: str = "yes", secret: str = "") -> tuple[str, str]:
    """Their first ballot, or a change of the one that the secret opens, by somebody who sees what it says."""
    secret = secret or new_secret()
    before = mark_of(box, receipt_of(secret))
    return secret, adoption.cast_ballot(box, choice=choice, secret=secret, before=before, by=by)


def test_one_elector_has_one_ballot(box: Procedure, dawit: User) -> None:
    vote(box, dawit)
    with pytest.raises(adoption.AlreadyCast):
        vote(box, dawit)
    assert (len(BallotBox.objects.get().ballots), Cast.objects.count()) == (1, 1)


def test_only_its_secret_changes_a_ballot(box: Procedure, dawit: User, esi: User) -> None:
    secret, receipt = vote(box, dawit, "yes")
    with pytest.raises(adoption.AlreadyCast):
        vote(box, esi, "no", secret)  # a first ballot does not come with the secret of another one
    assert vote(box, dawit, "no", secret)[1] == receipt
    assert BallotBox.objects.get().ballots == {receipt: "no"}


def test_what_a_sleeping_window_sends_again_changes_no_later_ballot_back(box: Procedure, dawit: User) -> None:
    """Its first answer was lost, so that it goes on sending; meanwhile the ballot was changed twice elsewhere."""
    secret = new_secret()
    marks = {}
    for choice in CHOICES:
        marks[choice] = mark_of(box, receipt_of(secret))
        vote(box, dawit, choice, secret)
    for choice in ("yes", "no"):
        with pytest.raises(adoption.ChangedMeanwhile):
            adoption.cast_ballot(box, choice=choice, secret=secret, before=marks[choice], by=dawit)
    assert BallotBox.objects.get().ballots == {receipt_of(secret): "abstain"}
    vote(box, dawit, "yes", secret)
    assert BallotBox.objects.get().ballots == {receipt_of(secret): "yes"}


def test_the_page_that_asks_sends_the_mark_of_what_it_was_asked_about(
    box: Procedure, client_of: Callable[[User | None], Client], dawit: User
) -> None:
    client, address = client_of(dawit), url("take_position")

    def asked(choice: str, **more: str) -> dict[str, str]:
        context = client.post(address, {"choice": choice, **more}).context
        return {"choice": choice, "sure": "1", "secret": context["secret"], "before": context["before"]}

    first = asked("yes")
    assert client.post(address, first).status_code == 200
    change = asked("no", secret=first["secret"])
    assert client.post(address, change).status_code == 200
    late = client.post(address, first)
    assert (late.status_code, "Your ballot was changed meanwhile" in flat(late)) == (409, True)
    assert set(BallotBox.objects.get().ballots.values()) == {"no"}


@pytest.mark.parametrize("given", ["", "BEVF-FEAS"])
def test_no_receipt_is_shown_for_a_change_without_the_secret_of_the_ballot(
    box: Procedure, client_of: Callable[[User | None], Client], dawit: User, given: str
) -> None:
    vote(box, dawit)
    asked = client_of(dawit).post(url("take_position"), {"choice": "no", "secret": given})
    assert (asked.status_code, "This is not the secret of a receipt" in flat(asked)) == (422, True)
    assert "Your receipt, by which" not in flat(asked)


def test_the_same_ballot_sent_again_is_the_same_ballot(box: Procedure, amara: User, dawit: User) -> None:
    secret, receipt = vote(box, dawit, "yes")
    entries = HistoryEntry.objects.count()
    assert vote(box, dawit, "yes", secret)[1] == receipt
    assert HistoryEntry.objects.count() == entries
    adoption.close_adoption(box, by=amara)
    assert vote(box, dawit, "yes", secret)[1] == receipt
    with pytest.raises(adoption.AdoptionClosed):
        vote(box, dawit, "no", secret)


@pytest.mark.parametrize("secret", ["", "ABCD", "0" * 28, "<script>", "A" * 27, "A" * 29])
def test_what_is_no_secret_is_refused(box: Procedure, dawit: User, secret: str) -> None:
    with pytest.raises(Invalid):
        adoption.cast_ballot(box, choice="yes", secret=secret, by=dawit)
    assert Cast.objects.count() == 0


def test_a_secret_reads_the_same_in_any_spelling() -> None:
    secret = new_secret()
    assert receipt_of(secret) == receipt_of(secret.replace("-", " ").lower()) != receipt_of(new_secret())


def test_named_positions_are_refused_by_the_database_where_ballots_are_cast(
    box: Procedure, dawit: User
) -> None:
    own = box.electors.get(participant__user=dawit)
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.create(elector=own, number=1, choice="yes", taken_at=NOON)


def test_no_ballot_goes_into_a_closed_box_by_rule_or_by_hand(
    box: Procedure, amara: User, dawit: User, esi: User
) -> None:
    vote(box, dawit)
    adoption.close_adoption(box, by=amara)
    with pytest.raises(adoption.AdoptionClosed):
        vote(box, esi)
    writes: list[Callable[[], Any]] = [
        lambda: BallotBox.objects.update(ballots={"X": "yes"}),
        lambda: BallotBox.objects.update(ballots={"X": "yes"}, minute=NOON),
        lambda: BallotBox.objects.all()._raw_delete("default"),
        lambda: Cast.objects.all()._raw_delete("default"),
        lambda: Cast.objects.create(elector=box.electors.get(participant__user=esi)),
    ]
    for write in writes:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_the_database_refuses_a_ballot_after_its_time_or_without_one(
    frozen: Document, delegates: list[User], amara: User
) -> None:
    with clock.set_to(NOON):
        opened_adoption(frozen, by=amara, publicity="pseudonymous", closes_at=NOON + timedelta(hours=1))
    for values in ({"minute": NOON + timedelta(hours=1)}, {"minute": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BallotBox.objects.update(ballots={"X": "yes"}, **values)
    assert BallotBox.objects.update(ballots={"X": "yes"}, minute=NOON) == 1


def test_while_ballots_are_cast_nobody_sees_how_they_fall(
    box: Procedure, client_of: Callable[[User | None], Client], amara: User, dawit: User
) -> None:
    vote(box, dawit, "no")
    page = client_of(amara).get(url("chair"))
    assert (page.context["tally"], page.context["state"].taken) == ([], 1)


def test_the_chair_finds_people_in_the_order_of_their_letters(
    box: Procedure, client_of: Callable[[User | None], Client], amara: User
) -> None:
    """Not in the order of the alphabet's numbers in a computer, where accents come after everything else."""
    electors = list(Elector.objects.filter(procedure=box).order_by("pk"))
    names = ["Étienne Roy", "Zanele Dube", "emil Wolf"]
    for elector, name in zip(electors, names, strict=False):
        Participant.objects.filter(pk=elector.participant_id).update(name=name, visibility="listed")
    seats = [seat.name for seat in client_of(amara).get(url("chair")).context["seats"]]
    assert [name for name in seats if name in names] == ["emil Wolf", "Étienne Roy", "Zanele Dube"]


def test_answers_about_ballots_are_of_one_length_whatever_was_chosen(
    box: Procedure, client_of: Callable[[User | None], Client], dawit: User
) -> None:
    client = client_of(dawit)
    client.defaults["HTTP_ACCEPT_ENCODING"] = "gzip"
    answers = [client.post(url("take_position"), {"choice": choice}) for choice in CHOICES]
    assert len({len(answer.content) for answer in answers}) == 1
    assert {answer["Content-Encoding"] for answer in answers} == {"identity"}


# --- The dump ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(edition: Edition) -> list[User]:
    """Twelve delegates who vote in this order, as an attacker knows."""
    from academy.roles import grant_role

    people = [make_user(f"voter{number:02}") for number in range(12)]
    for person in people:
        make_participant(person, edition)
        grant_role(person, edition, "delegate", by=None)
    return people


@pytest.fixture
def voted(frozen: Document, crowd: list[User], amara: User) -> dict[str, Any]:
    """What the attacker knows (who voted in which order), and what they want to know (who has which receipt)."""
    opened = opened_adoption(frozen, by=amara, method="simple-majority", publicity="pseudonymous")
    receipts, secrets = [], []
    for number, person in enumerate(crowd):
        secret, receipt = vote(opened, person, CHOICES[number % 3])
        receipts.append(receipt)
        secrets.append(secret)
    assert vote(opened, crowd[0], "no", secrets[0]) == (secrets[0], receipts[0])
    return {"procedure": opened, "order": crowd, "receipts": receipts, "secrets": secrets}


def test_the_box_shows_neither_order_nor_time_nor_voter(voted: dict[str, Any]) -> None:
    box = BallotBox.objects.get()
    assert set(box.ballots) == set(voted["receipts"])
    assert set(box.ballots.values()) <= set(CHOICES)
    # The order in which they are stored is the order of the receipts, or (jsonb) one that depends on them only.
    with connection.cursor() as cursor:
        cursor.execute("SELECT ballots FROM outcome_ballotbox")
        stored = cursor.fetchone()[0]
    assert list(json.loads(stored)) == sorted(box.ballots)
    assert {field.name for field in Cast._meta.fields} == {"id", "elector"}


def test_nothing_but_the_box_holds_a_receipt_and_nothing_at_all_a_secret(
    voted: dict[str, Any], amara: User, caplog: pytest.LogCaptureFixture
) -> None:
    rows = dumped().splitlines()
    holding = {row.partition(":")[0] for row in rows for receipt in voted["receipts"] if receipt in row}
    assert holding == {"outcome_ballotbox"}
    adoption.close_adoption(voted["procedure"], by=amara)
    rows = dumped().splitlines()
    holding = {row.partition(":")[0] for row in rows for receipt in voted["receipts"] if receipt in row}
    assert holding == {"outcome_ballotbox", "outcome_record"}
    text = "\n".join(rows)
    assert [secret for secret in voted["secrets"] if secret in text or secret.replace("-", "") in text] == []


def test_the_history_says_who_voted_in_order_and_nothing_that_changes_with_the_choice(
    voted: dict[str, Any],
) -> None:
    """Its entries hold a digest of who cast a ballot: the same, whatever was in it."""
    from academy.canonical import digest

    casts = {str(cast.pk): cast for cast in Cast.objects.all()}
    entries = HistoryEntry.objects.filter(object_type="outcome.cast").order_by("number")
    assert [entry.verb for entry in entries] == ["ballot cast"] * 12 + ["ballot changed"]
    for entry in entries:
        elector = {"elector": str(casts[entry.object_id].elector_id)}
        assert entry.data == {"content": digest(elector)}


def test_no_log_line_holds_a_receipt_a_secret_or_a_choice(
    box: Procedure,
    client_of: Callable[[User | None], Client],
    dawit: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        client = client_of(dawit)
        asked = client.post(url("take_position"), {"choice": "abstain"})
        secret, receipt = asked.context["secret"], asked.context["receipt"]
        done = client.post(url("take_position"), {"choice": "abstain", "secret": secret, "sure": "1"})
    assert receipt in flat(done)
    lines = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    found = [line for line in lines if receipt in line or secret in line or "abstain" in line]
    assert found == []


@pytest.mark.django_db(transaction=True)
def test_guessing_whose_ballot_is_whose_is_no_better_than_chance(voted: dict[str, Any]) -> None:
    """The attacker lays the known order of voting against every order that the dump holds."""
    found = files().decode("utf-8", "replace")
    places = [found.find(receipt) for receipt in voted["receipts"]]
    assert min(places) >= 0
    in_file = [receipt for _place, receipt in sorted(zip(places, voted["receipts"], strict=True))]
    # Twelve in the order of voting by chance: once in 479 million.
    assert in_file != voted["receipts"]
    assert in_file != voted["receipts"][::-1]


def test_the_control_a_row_for_each_ballot_tells_the_order(voted: dict[str, Any]) -> None:
    """With ballots appended as they come, as a table of rows would, the same look finds whose is whose."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE appended (receipt varchar(40))")
        for receipt in voted["receipts"]:
            cursor.execute("INSERT INTO appended VALUES (%s)", [receipt])
    rows = [row for row in dumped().splitlines() if row.startswith("appended:")]
    assert [next(r for r in voted["receipts"] if r in row) for row in rows] == voted["receipts"]


def test_the_tally_recomputes_from_the_published_list_where_each_receipt_stands_once(
    voted: dict[str, Any], amara: User
) -> None:
    adoption.close_adoption(voted["procedure"], by=amara)
    content = Record.objects.get().content
    receipts = [ballot["receipt"] for ballot in content["ballots"]]
    assert sorted(receipts) == sorted(voted["receipts"]) == receipts
    counted = Counter(ballot["choice"] for ballot in content["ballots"])
    assert {choice: counted[choice] for choice in CHOICES} == content["counts"]
    assert (content["positions"], BallotBox.objects.get().minute) == ({}, None)
    assert list(verify_adoptions(voted["procedure"].document.edition)) == []


def test_ballots_exchanged_behind_the_seals_are_found(
    voted: dict[str, Any], amara: User, unsealed: Callable[[str], AbstractContextManager[None]]
) -> None:
    adoption.close_adoption(voted["procedure"], by=amara)
    box = BallotBox.objects.get()
    with unsealed("outcome_ballotbox"):
        BallotBox.objects.update(ballots=dict.fromkeys(box.ballots, "yes"))
    found = [mismatch.object for mismatch in verify_adoptions(voted["procedure"].document.edition)]
    assert found == [f"procedure {voted['procedure'].pk}"]


def test_a_ballot_stuffed_behind_the_seals_is_found(
    voted: dict[str, Any], unsealed: Callable[[str], AbstractContextManager[None]]
) -> None:
    box = BallotBox.objects.get()
    with unsealed("outcome_ballotbox"):
        BallotBox.objects.update(ballots={**box.ballots, receipt_of(new_secret()): "yes"})
    found = [mismatch.reason for mismatch in verify_adoptions(voted["procedure"].document.edition)]
    assert found == ["it holds 13 ballots, and 12 were cast"]
