"""Setting an adoption up, its silence, its clock, its recall, the hands in the room, and what is stated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.models import Message, Role
from academy.roles import grant_role
from outcome import adoption
from outcome.models import Document, Elector, Presence, Procedure, Record, Statement
from outcome.revisions import publish_revision
from outcome.verifying import verify_adoptions
from tests.factories import confirmed_adoption, opened_adoption, plan, second_organiser

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from academy.models import Edition, User
    from outcome.models import Clause

NOON = datetime(2031, 2, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def elector(procedure: Procedure, user: User) -> Elector:
    return procedure.electors.select_related("procedure__document__edition").get(participant__user=user)


def silence(document: Document, by: User, **more: Any) -> Procedure:
    return opened_adoption(document, by=by, method="silence", closes_at=clock.now() + 3 * DAY, **more)


# --- Two people -------------------------------------------------------------------------------------------------------


def test_whoever_prepared_an_adoption_cannot_confirm_it(
    frozen: Document, delegates: list[User], amara: User
) -> None:
    prepared = adoption.prepare_adoption(frozen, plan(), by=amara)
    with pytest.raises(adoption.AnotherPerson):
        adoption.confirm_adoption(prepared, by=amara)
    with pytest.raises(adoption.NotPrepared):
        adoption.open_adoption(prepared, by=amara)
    with pytest.raises(NotAllowed):
        adoption.confirm_adoption(prepared, by=delegates[1])
    second = second_organiser(frozen.edition)
    assert adoption.confirm_adoption(prepared, by=second).state == "confirmed"


def test_the_database_refuses_one_person_and_every_shortcut(
    frozen: Document, delegates: list[User], amara: User
) -> None:
    prepared = adoption.prepare_adoption(frozen, plan(), by=amara)
    rows = Procedure.objects.filter(pk=prepared.pk)
    shortcuts: list[dict[str, Any]] = [
        {"state": "confirmed", "confirmed_by": amara},
        {"state": "confirmed"},
        {"state": "open", "opened_at": NOON},
        {"state": "adopted", "opened_at": NOON, "closed_at": NOON},
        {"method": "simple-majority"},
        {"state": "recalled"},
    ]
    for values in shortcuts:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()
    assert rows.get().state == "prepared"


def test_a_confirmed_adoption_is_not_changed_any_more(
    frozen: Document, delegates: list[User], amara: User
) -> None:
    confirmed = confirmed_adoption(frozen, by=amara)
    for values in ({"quorum": "half"}, {"publicity": "pseudonymous"}, {"closes_at": NOON}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Procedure.objects.filter(pk=confirmed.pk).update(**values)


def test_who_set_it_up_may_be_erased(frozen: Document, delegates: list[User], amara: User) -> None:
    confirmed = confirmed_adoption(frozen, by=amara)
    assert Procedure.objects.filter(pk=confirmed.pk).update(prepared_by=None) == 1
    assert list(verify_adoptions(frozen.edition)) == []


# --- The electorate ---------------------------------------------------------------------------------------------------


def test_the_electorate_is_drawn_by_role_and_filter_at_the_opening(
    frozen: Document, delegates: list[User], amara: User, bruno: User, dawit: User
) -> None:
    wanted = {"roles": ["delegate", "moderator"], "actors": ["next_generation"], "regions": []}
    confirmed = confirmed_adoption(frozen, by=amara, electorate=wanted)
    grant_role(bruno, frozen.edition, Role.Kind.MODERATOR, by=None)
    opened = adoption.open_adoption(confirmed, by=amara)
    assert [e.participant.user for e in opened.electors.select_related("participant__user")] == [dawit]


def test_who_observes_is_in_no_electorate(
    frozen: Document, delegates: list[User], amara: User, bruno: User
) -> None:
    grant_role(bruno, frozen.edition, Role.Kind.MODERATOR, by=None)
    grant_role(bruno, frozen.edition, Role.Kind.OBSERVER, by=None)
    wanted = {"roles": ["moderator", "delegate"]}
    assert bruno not in [p.user for p in adoption.electorate_now(frozen.edition, wanted)]


@pytest.mark.parametrize("roles", [[], ["observer"], ["king"]])
def test_an_electorate_of_nobody_known_is_refused(
    frozen: Document, delegates: list[User], amara: User, roles: list[str]
) -> None:
    with pytest.raises(Invalid):
        adoption.prepare_adoption(frozen, plan(electorate={"roles": roles}), by=amara)


# --- Silence ----------------------------------------------------------------------------------------------------------


def test_a_silence_that_is_kept_adopts_the_text_at_its_deadline(
    frozen: Document, delegates: list[User], amara: User
) -> None:
    with clock.set_to(NOON):
        opened = silence(frozen, amara)
        with pytest.raises(adoption.SilenceLasts):
            adoption.close_adoption(opened, by=amara)
    with clock.set_to(NOON + 3 * DAY - timedelta(seconds=1)):
        assert adoption.catch_up_all() == 0
    with clock.set_to(NOON + 4 * DAY):
        assert adoption.catch_up_all() == 1
        assert adoption.catch_up_all() == 0
    made = Record.objects.get()
    assert (made.content["adopted"], made.content["closed_at"]) == (True, (NOON + 3 * DAY).isoformat())
    assert Document.objects.get().state == "adopted"


def test_breaking_a_silence_needs_a_reason_ends_it_and_leads_to_a_new_revision(
    frozen: Document, delegates: list[User], clause: Clause, amara: User, dawit: User, esi: User
) -> None:
    with clock.set_to(NOON):
        opened = silence(frozen, amara)
        with pytest.raises(Invalid):
            adoption.take_position(opened, choice="break", by=dawit, reason=" ")
        assert Procedure.objects.get().state == "open"
        adoption.take_position(opened, choice="break", by=dawit, reason="Clause 1 binds nobody.")
        with pytest.raises(adoption.AdoptionClosed):
            adoption.take_position(opened, choice="break", by=esi, reason="Me too.")
    assert (Procedure.objects.get().state, Document.objects.get().state) == ("not-adopted", "drafting")
    assert [s["text"] for s in Record.objects.get().content["statements"]] == ["Clause 1 binds nobody."]
    document = Document.objects.get()
    adoption.freeze(document, by=amara)
    with clock.set_to(NOON + HOUR), pytest.raises(adoption.SilenceWasBroken):
        silence(document, amara)
    adoption.unfreeze(document, by=amara)
    from outcome.drafting import reword_clause

    reword_clause(
        clause, text="to anchor it in a binding decision;", heading="Anchor it", version=1, by=amara
    )
    publish_revision(document, label="Rev. 1", audience="public", by=amara)
    adoption.freeze(document, by=amara)
    with clock.set_to(NOON + DAY):
        assert silence(document, amara).state == "open"
    assert list(verify_adoptions(document.edition)) == []


@pytest.mark.parametrize(
    ("hours", "why", "accepted"),
    [(72, "", True), (71, "", False), (48, "The plenary meets on Friday.", True)],
)
def test_a_silence_lasts_72_hours_or_says_why_not(
    frozen: Document, delegates: list[User], amara: User, hours: int, why: str, accepted: bool
) -> None:
    with clock.set_to(NOON):
        asked = plan(method="silence", closes_at=NOON + hours * HOUR, short_notice=why)
        if not accepted:
            with pytest.raises(Invalid):
                adoption.prepare_adoption(frozen, asked, by=amara)
            return
        assert adoption.prepare_adoption(frozen, asked, by=amara).short_notice == why


def test_a_silence_opened_too_late_for_its_72_hours_does_not_open(
    frozen: Document, delegates: list[User], amara: User
) -> None:
    with clock.set_to(NOON):
        confirmed = confirmed_adoption(frozen, by=amara, method="silence", closes_at=NOON + 3 * DAY)
    with clock.set_to(NOON + HOUR), pytest.raises(Invalid):
        adoption.open_adoption(confirmed, by=amara)


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "silence"},
        {"method": "silence", "quorum": "half", "closes_at": NOON + 4 * DAY},
        {"method": "silence", "publicity": "pseudonymous", "closes_at": NOON + 4 * DAY},
        {"publicity": "pseudonymous", "by_clause": True},
        {"publicity": "secret"},
        {"abstentions": "sometimes"},
        {"quorum": "half", "quorum_of": "friends"},
        {"closes_at": NOON - HOUR},
        {"opens_at": NOON + 2 * HOUR, "closes_at": NOON + HOUR},
        {"closes_at": NOON + HOUR + timedelta(seconds=30)},
        {"statement_hours": 14 * 24 + 1},
    ],
)
def test_rules_that_do_not_go_together_are_refused(
    frozen: Document, delegates: list[User], amara: User, asked: dict[str, Any]
) -> None:
    with clock.set_to(NOON), pytest.raises(Invalid):
        adoption.prepare_adoption(frozen, plan(**asked), by=amara)
    assert Procedure.objects.count() == 0


# --- The clock --------------------------------------------------------------------------------------------------------


def test_the_clock_opens_and_closes_and_seals_once(
    frozen: Document, delegates: list[User], amara: User
) -> None:
    times = {"opens_at": NOON + HOUR, "closes_at": NOON + 2 * HOUR, "statement_hours": 1}
    with clock.set_to(NOON):
        confirmed_adoption(frozen, by=amara, **times)
    states = []
    for minutes in (59, 60, 61, 119, 120, 121, 179, 180, 181):
        with clock.set_to(NOON + timedelta(minutes=minutes)):
            done = adoption.catch_up_all()
        states.append((minutes, done, Procedure.objects.get().state, Record.objects.count()))
    assert states == [
        (59, 0, "confirmed", 0),
        (60, 1, "open", 0),
        (61, 0, "open", 0),
        (119, 0, "open", 0),
        (120, 1, "not-adopted", 0),
        (121, 0, "not-adopted", 0),
        (179, 0, "not-adopted", 0),
        (180, 1, "not-adopted", 1),
        (181, 0, "not-adopted", 1),
    ]


def test_after_its_time_nothing_is_taken_although_nobody_has_closed(
    frozen: Document, delegates: list[User], amara: User, dawit: User
) -> None:
    with clock.set_to(NOON):
        opened = opened_adoption(frozen, by=amara, closes_at=NOON + HOUR)
        adoption.take_position(opened, choice="join", by=amara)
    with clock.set_to(NOON + HOUR), pytest.raises(adoption.AdoptionClosed):
        adoption.take_position(opened, choice="object", by=dawit)
    assert Record.objects.get().content["counts"] == {"join": 1, "stand-aside": 0, "object": 0}


def test_the_database_refuses_a_position_after_its_time_although_the_adoption_is_open(
    frozen: Document, delegates: list[User], amara: User, dawit: User
) -> None:
    with clock.set_to(NOON):
        opened = opened_adoption(frozen, by=amara, closes_at=NOON + HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        elector(opened, dawit).positions.create(number=1, choice="join", taken_at=NOON + HOUR)
    late = NOON + HOUR - timedelta(microseconds=1)
    assert elector(opened, dawit).positions.create(number=1, choice="join", taken_at=late).number == 1


def test_the_time_that_was_announced_is_not_shortened_until_everybody_has_spoken(
    frozen: Document, delegates: list[User], amara: User
) -> None:
    with clock.set_to(NOON):
        opened = opened_adoption(frozen, by=amara, closes_at=NOON + HOUR)
        for person in delegates:
            with pytest.raises(adoption.TimeRuns):
                adoption.close_adoption(opened, by=amara)
            adoption.take_position(opened, choice="join", by=person)
        assert adoption.close_adoption(opened, by=amara).state == "adopted"


# --- Recall -----------------------------------------------------------------------------------------------------------


def test_a_recall_has_a_reason_and_decides_nothing(
    frozen: Document, delegates: list[User], amara: User, dawit: User
) -> None:
    opened = opened_adoption(frozen, by=amara)
    adoption.take_position(opened, choice="join", by=dawit)
    with pytest.raises(Invalid):
        adoption.recall_adoption(opened, reason=" ", by=amara)
    recalled = adoption.recall_adoption(opened, reason="The wrong quorum", by=amara)
    assert (recalled.state, Document.objects.get().state, Record.objects.count()) == ("recalled", "frozen", 0)
    with pytest.raises(adoption.AdoptionClosed):
        adoption.take_position(opened, choice="object", by=dawit)
    with pytest.raises(adoption.NotPrepared):
        adoption.recall_adoption(opened, reason="Again", by=amara)
    assert opened_adoption(frozen, by=amara).state == "open"
    verbs = frozen.edition.history.order_by("number").values_list("verb", flat=True)
    assert "adoption recalled" in verbs
    assert list(verify_adoptions(frozen.edition)) == []


# --- One position -----------------------------------------------------------------------------------------------------


def test_the_same_mark_is_the_same_position_also_after_the_closing(
    frozen: Document, delegates: list[User], amara: User, dawit: User
) -> None:
    opened, key = opened_adoption(frozen, by=amara), uuid4()
    first = adoption.take_position(opened, choice="join", by=dawit, key=key, after=0)
    assert adoption.take_position(opened, choice="join", by=dawit, key=key, after=0) == first
    adoption.close_adoption(opened, by=amara)
    assert adoption.take_position(opened, choice="join", by=dawit, key=key, after=0) == first
    with pytest.raises(adoption.AdoptionClosed):
        adoption.take_position(opened, choice="object", by=dawit, key=uuid4(), after=1)


def test_a_position_made_of_an_older_sight_is_told_so(
    frozen: Document, delegates: list[User], amara: User, dawit: User
) -> None:
    opened = opened_adoption(frozen, by=amara)
    adoption.take_position(opened, choice="join", by=dawit, key=uuid4(), after=0)
    with pytest.raises(adoption.AlreadyTaken):
        adoption.take_position(opened, choice="object", by=dawit, key=uuid4(), after=0)
    assert adoption.take_position(opened, choice="object", by=dawit, key=uuid4(), after=1).number == 2


# --- In the room ------------------------------------------------------------------------------------------------------


def test_hands_count_once_two_organisers_stand_for_them(
    frozen: Document, delegates: list[User], amara: User, dawit: User, esi: User
) -> None:
    opened = opened_adoption(frozen, by=amara, method="simple-majority", quorum="half")
    hands = {"yes": 2, "no": 0, "abstain": 0}
    with pytest.raises(Invalid):
        adoption.enter_room_count(opened, label="Hall A", counts=hands, by=amara)
    for person in (dawit, esi):
        adoption.check_in(elector(opened, person), where="room", by=amara)
    with pytest.raises(adoption.CountedInTheRoom):
        adoption.take_position(opened, choice="no", by=dawit)
    entered = adoption.enter_room_count(opened, label="Hall A", counts=hands, by=amara)
    assert adoption.tally_of(opened).taken == 0
    with pytest.raises(adoption.AnotherPerson):
        adoption.confirm_room_count(entered, by=amara)
    adoption.confirm_room_count(entered, by=second_organiser(frozen.edition))
    assert (adoption.tally_of(opened).of("yes"), adoption.tally_of(opened).taken) == (2, 2)
    with pytest.raises(Invalid):
        adoption.check_in(elector(opened, dawit), where="away", by=amara)
    made = adoption.close_adoption(opened, by=amara).record
    assert made.content["room"] == {"label": "Hall A", "counts": hands}
    assert (made.content["adopted"], made.content["quorum"]["taken"]) == (True, 2)
    assert list(verify_adoptions(frozen.edition)) == []


def test_who_took_a_position_is_not_counted_by_hand_as_well(
    frozen: Document, delegates: list[User], amara: User, dawit: User
) -> None:
    opened = opened_adoption(frozen, by=amara)
    adoption.take_position(opened, choice="join", by=dawit)
    with pytest.raises(adoption.TookPosition):
        adoption.check_in(elector(opened, dawit), where="room", by=amara)


def test_electors_check_themselves_in_and_nobody_else(
    frozen: Document, delegates: list[User], amara: User, dawit: User, esi: User
) -> None:
    opened = opened_adoption(frozen, by=amara)
    adoption.check_in(elector(opened, dawit), where="online", by=dawit)
    for where, by in (("online", dawit), ("room", esi)):
        with pytest.raises(NotAllowed):
            adoption.check_in(elector(opened, esi), where=where, by=by)
    assert Presence.objects.values_list("where", flat=True).get() == "online"


def test_a_quorum_of_those_present_forms_as_people_come_and_speak(
    frozen: Document, delegates: list[User], amara: User, dawit: User
) -> None:
    opened = opened_adoption(frozen, by=amara, quorum="half", quorum_of="present")
    adoption.check_in(elector(opened, dawit), where="online", by=dawit)
    adoption.take_position(opened, choice="join", by=dawit)
    made = adoption.close_adoption(opened, by=amara).record
    assert (made.content["present"], made.content["quorum"]["needed"], made.content["adopted"]) == (
        1,
        1,
        True,
    )


def test_indications_bind_nobody(
    frozen: Document, delegates: list[User], clause: Clause, amara: User, dawit: User
) -> None:
    opened = opened_adoption(frozen, by=amara, by_clause=True)
    adoption.indicate(opened, clause=clause.pk, choice="oppose", by=dawit)
    adoption.indicate(opened, clause=clause.pk, choice="agree", by=dawit)
    adoption.take_position(opened, choice="join", by=amara)
    made = adoption.close_adoption(opened, by=amara).record
    assert made.content["adopted"] is True
    assert made.content["indications"] == {str(clause.pk): {"agree": 1, "reserve": 0, "oppose": 0}}


def test_a_straw_poll_leaves_the_text_frozen_for_its_adoption(
    frozen: Document, delegates: list[User], amara: User
) -> None:
    opened = opened_adoption(frozen, by=amara, method="gradients")
    for person in delegates:
        adoption.take_position(opened, choice="endorse", by=person)
    assert adoption.close_adoption(opened, by=amara).state == "polled"
    assert (Document.objects.get().state, Record.objects.get().content["adopted"]) == ("frozen", False)
    assert opened_adoption(frozen, by=amara).state == "open"


# --- Statements and the record ----------------------------------------------------------------------------------------


@pytest.fixture
def reserved(
    frozen: Document, delegates: list[User], clause: Clause, amara: User, dawit: User, esi: User
) -> Procedure:
    """An adoption that was closed at noon, with two reservations, and an hour for more."""
    with clock.set_to(NOON):
        opened = opened_adoption(frozen, by=amara, statement_hours=1)
        adoption.take_position(opened, choice="join", by=dawit)
        for person, attribution in ((dawit, "shown"), (esi, "delegate")):
            adoption.make_statement(
                opened,
                kind="reservation",
                text="Not in our city.",
                clause=clause.pk,
                attribution=attribution,
                by=person,
            )
        return adoption.close_adoption(opened, by=amara)


def test_statements_are_taken_until_their_time_is_over_and_then_sealed(
    reserved: Procedure, clause: Clause, amara: User, dawit: User
) -> None:
    assert Record.objects.count() == 0
    with clock.set_to(NOON + timedelta(minutes=59)):
        late = adoption.make_statement(reserved, kind="explanation", text="We read it so.", by=amara)
        adoption.withdraw_statement(late, by=amara)
    with clock.set_to(NOON + HOUR):
        with pytest.raises(adoption.StatementsOver):
            adoption.make_statement(reserved, kind="explanation", text="Too late.", by=dawit)
        assert adoption.catch_up_all() == 1
    made = Record.objects.get()
    own = str(reserved.electors.get(participant__user=dawit).pk)
    shown = [(s["kind"], s["clause"], s["elector"]) for s in made.content["statements"]]
    assert sorted(shown, key=str) == sorted(
        [("reservation", str(clause.pk), None), ("reservation", str(clause.pk), own)], key=str
    )
    for write in (
        lambda: Statement.objects.update(text="Changed"),
        lambda: Statement.objects.filter(is_withdrawn=False).update(is_withdrawn=True),
        lambda: Statement.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    assert list(verify_adoptions(reserved.document.edition)) == []


def test_a_reservation_is_made_to_a_clause_of_the_text(
    frozen: Document, delegates: list[User], amara: User, dawit: User, bruno: User
) -> None:
    opened = opened_adoption(frozen, by=amara)
    for clause in (None, uuid4()):
        with pytest.raises(Invalid):
            adoption.make_statement(opened, kind="reservation", text="No.", clause=clause, by=dawit)
    with pytest.raises(adoption.NotAnElector):
        adoption.make_statement(opened, kind="explanation", text="No.", by=bruno)
    assert Statement.objects.count() == 0


def test_nobody_withdraws_what_somebody_else_stated(reserved: Procedure, esi: User, dawit: User) -> None:
    of_dawit = Statement.objects.get(elector__participant__user=dawit)
    with clock.set_to(NOON), pytest.raises(NotAllowed):
        adoption.withdraw_statement(of_dawit, by=esi)


def test_the_digest_goes_to_everybody_who_takes_part_once(reserved: Procedure, edition: Edition) -> None:
    with clock.set_to(NOON + HOUR):
        adoption.catch_up_all()
        adoption.catch_up_all()
    made = Record.objects.get()
    mails = Message.objects.filter(key__startswith=f"record:{made.pk}:")
    assert mails.count() == edition.participants.filter(state="confirmed").count()
    for mail in mails:
        assert made.digest in mail.body
        assert made.content["text_digest"] in mail.body


def test_a_statement_changed_behind_the_seals_is_found(
    reserved: Procedure, unsealed: Callable[[str], AbstractContextManager[None]]
) -> None:
    with unsealed("outcome_statement"):
        Statement.objects.update(text="In our city, gladly.")
    found = {mismatch.reason for mismatch in verify_adoptions(reserved.document.edition)}
    assert found == {"it was changed without an entry in the history"}
