"""Finalisation rounds: their scope and base, the order, what the room says, and that nothing comes in after closing."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.history import record
from academy.models import Participant
from outcome.amending import proposing
from outcome.amending.clauses import Words
from outcome.amending.deciding import (
    Contested,
    NeedsRebase,
    Saying,
    adopt_together,
    decide,
    recommend,
)
from outcome.amending.merging import waiting
from outcome.amending.proposing import (
    OverAlready,
    co_sign,
    propose_addition,
    propose_change,
    propose_deletion,
    rebase,
    withdraw_amendment,
)
from outcome.amending.recording import verify_amendments
from outcome.amending.rounds import (
    NoRevision,
    RoundClosed,
    RoundOpen,
    close_round,
    left_waiting,
    move_closing,
    open_rounds,
)
from outcome.amending.standing import standings_in, uncontested
from outcome.amending.turns import InputOver
from outcome.drafting import reword_clause
from outcome.models import Amendment, Document, Revision, Round, Treatment
from outcome.revisions import publish_revision
from programme.casting import cast
from tests.meeting import LITTLE, MUCH
from workshops.models import Group, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from academy.models import Edition, User
    from outcome.models import Clause

ADOPT = Saying("adopt")
REJECT = Saying("reject", "vote", 3, 14, 2, reason="Said elsewhere.")


def words(text: str) -> Words:
    return Words("Anchor it", text, "It was dropped.")


def change(clause: Clause, text: str, *, by: User, base: int = 1) -> Amendment:
    return propose_change(clause, words(text), reason="Because", base=base, by=by)


def in_an_hour() -> Any:
    return clock.now() + timedelta(hours=1)


# --- Opening ----------------------------------------------------------------------------------------------------------


def test_each_strand_section_goes_to_the_last_workshop_of_its_strand(taking: Revision, amara: User) -> None:
    document = taking.document
    rounds = open_rounds(document, document.sections.all(), closes_at=in_an_hour(), by=amara)
    assert [found.workshop.number if found.workshop else None for found in rounds] == [None, 10, 11, 12]
    assert {found.base for found in rounds} == {taking}


def test_amendments_on_which_no_round_is_open_are_told_and_their_section_is_offered(
    taking: Revision, clause: Clause, dawit: User, amara: User, client_of: Callable[[User], Client]
) -> None:
    document = taking.document
    preamble = document.sections.get(kind="preamble")
    met = Words("", "We met as equals.", "")
    propose_addition(preamble, met, after=None, reason="It is true.", base=1, by=dawit)
    assert left_waiting(document) == [(preamble, 1)]
    page = f"/{document.edition.slug}/document/"
    assert "no round is open" in client_of(amara).get(f"{page}rounds/").content.decode()
    assert "no round is open" not in client_of(dawit).get(f"{page}rounds/").content.decode()
    offered = client_of(amara).get(f"{page}desk/rounds/").context["form"]["section"].value()
    assert sorted(offered) == sorted(document.sections.values_list("pk", flat=True))
    open_rounds(document, [preamble], closes_at=in_an_hour(), by=amara)
    assert left_waiting(document) == []


def test_a_round_needs_a_revision_that_participants_may_read(
    document: Document, clause: Clause, amara: User
) -> None:
    publish_revision(document, label="Inside", audience="organisers", by=amara)
    with pytest.raises(NoRevision):
        open_rounds(document, [clause.section], closes_at=in_an_hour(), by=amara)


def test_a_section_is_in_one_round_at_a_time_also_for_the_database(
    round_one: Round, clause: Clause, amara: User
) -> None:
    with pytest.raises(RoundOpen):
        open_rounds(clause.document, [clause.section], closes_at=in_an_hour(), by=amara)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.create(
            document=clause.document,
            section=clause.section,
            base=round_one.base,
            opened_at=clock.now(),
            closes_at=in_an_hour(),
        )


def test_a_round_is_not_opened_by_others_nor_for_a_time_that_is_over(
    taking: Revision, clause: Clause, amara: User, bruno: User
) -> None:
    with pytest.raises(NotAllowed):
        open_rounds(taking.document, [clause.section], closes_at=in_an_hour(), by=bruno)
    with pytest.raises(Invalid):
        open_rounds(taking.document, [clause.section], closes_at=clock.now(), by=amara)
    with pytest.raises(Invalid):
        open_rounds(taking.document, [], closes_at=in_an_hour(), by=amara)


# --- The order, and who decides ---------------------------------------------------------------------------------------


def test_amendments_stand_by_clause_and_the_most_far_reaching_first(
    document: Document, round_one: Round, clause: Clause, dawit: User
) -> None:
    count = document.clauses.get(heading="Count")
    propose_change(count, Words("Count", "to count those left behind;"), reason="Short", base=1, by=dawit)
    change(clause, "to anchor it in a budget;", by=dawit)
    new = Words("Report", "to report;", "")
    propose_addition(clause.section, new, after=clause, reason="Missing", base=1, by=dawit)
    change(clause, "to write something else entirely here today;", by=dawit)
    propose_deletion(clause, reason="Weak", base=1, by=dawit)
    propose_addition(clause.section, new, after=None, reason="First", base=1, by=dawit)
    assert [row.amendment.number for row in standings_in(round_one)] == [6, 5, 4, 2, 3, 1]


def test_the_moderator_of_the_workshop_and_organisers_decide_and_nobody_else(
    amendment: Amendment, round_one: Round, edition: Edition, amara: User, bruno: User, dawit: User
) -> None:
    for person in (bruno, dawit):
        with pytest.raises(NotAllowed):
            decide(round_one, amendment, ADOPT, by=person)
    workshop = Workshop.objects.get(edition=edition, number=10)
    cast(Participant.objects.get(edition=edition, user=bruno), workshop.session, "moderator", by=amara)
    assert recommend(round_one, amendment, ADOPT, by=bruno).state == "recommended"
    assert decide(round_one, amendment, ADOPT, by=amara).state == "decided"
    other = open_rounds(
        round_one.document,
        [round_one.document.sections.get(position=2)],
        closes_at=in_an_hour(),
        by=amara,
    )[0]
    with pytest.raises(NotAllowed):
        close_round(other, by=bruno)


def test_a_moderator_of_a_group_of_the_workshop_decides_as_well(
    amendment: Amendment, round_one: Round, edition: Edition, amara: User, chiara: User
) -> None:
    workshop = Workshop.objects.get(edition=edition, number=10)
    group = Group.objects.filter(workshop=workshop).earliest("slug")
    person = Participant.objects.get(edition=edition, user=chiara)
    cast(person, group.session, "co-facilitator", by=amara)
    with pytest.raises(NotAllowed):
        decide(round_one, amendment, ADOPT, by=chiara)
    cast(person, group.session, "moderator", by=amara)
    assert decide(round_one, amendment, ADOPT, by=chiara).state == "decided"


def test_recommendation_and_decision_are_kept_apart_and_the_log_keeps_all(
    amendment: Amendment, round_one: Round, amara: User
) -> None:
    recommend(round_one, amendment, REJECT, by=amara)
    decide(round_one, amendment, ADOPT, by=amara)
    decide(round_one, amendment, Saying("refer"), by=amara)
    log = list(Treatment.objects.order_by("number").values_list("stage", "what", "manner", "yes", "no"))
    assert log == [
        ("recommendation", "reject", "vote", 3, 14),
        ("decision", "adopt", "consensus", None, None),
        ("decision", "refer", "consensus", None, None),
    ]
    with pytest.raises(OverAlready):
        recommend(round_one, amendment, ADOPT, by=amara)


@pytest.mark.parametrize(
    "saying",
    [
        Saying("adopt", "vote", 1, 2, None),
        Saying("adopt", "vote", -1, 2, 0),
        Saying("adopt", "vote", 3, 14, 2),
        Saying("adopt-changed", "vote", 3, 14, 2, words("to anchor it in a law;")),
        Saying("adopt", "consensus", 1, 2, 0),
        Saying("adopt", "applause"),
        Saying("postpone"),
        Saying("adopt-changed"),
        Saying("adopt-changed", words=Words("", "x" * 4001, "")),
    ],
)
def test_what_a_room_cannot_say_is_refused(
    amendment: Amendment, round_one: Round, amara: User, saying: Saying
) -> None:
    with pytest.raises(Invalid):
        decide(round_one, amendment, saying, by=amara)
    amendment.refresh_from_db()
    assert (amendment.state, Treatment.objects.count()) == ("submitted", 0)


def test_adopting_as_changed_needs_a_change(amendment: Amendment, round_one: Round, amara: User) -> None:
    unchanged = Words("Anchor it", "to anchor it in a budget; ", "It was dropped.")
    with pytest.raises(Invalid):
        decide(round_one, amendment, Saying("adopt-changed", words=unchanged), by=amara)
    changed = Saying("adopt-changed", words=words("to anchor it in a budget and a plan;"))
    assert decide(round_one, amendment, changed, by=amara).state == "decided"


def test_a_rejection_is_written_down_also_where_more_were_for_it(
    amendment: Amendment, round_one: Round, amara: User
) -> None:
    # A room may have asked for more than half.
    assert decide(round_one, amendment, Saying("reject", "vote", 10, 9, 0), by=amara).state == "decided"


def test_an_amendment_of_another_section_is_not_decided_here(
    document: Document, round_one: Round, amara: User, dawit: User
) -> None:
    paragraph = document.clauses.get(kind="preamble")
    made = propose_change(paragraph, Words("", "We met online."), reason="We did", base=1, by=dawit)
    with pytest.raises(Invalid):
        decide(round_one, made, ADOPT, by=amara)


def test_a_deletion_is_not_adopted_as_changed(
    round_one: Round, clause: Clause, dawit: User, amara: User
) -> None:
    made = propose_deletion(clause, reason="Weak", base=1, by=dawit)
    with pytest.raises(Invalid):
        decide(round_one, made, Saying("adopt-changed", words=words("to act;")), by=amara)


def test_what_needs_a_rebase_is_adopted_as_changed_only(
    amendment: Amendment, clause: Clause, amara: User
) -> None:
    reword_clause(clause, text="to anchor it in a plan;", heading="Anchor it", version=1, by=amara)
    publish_revision(clause.document, label="Next", audience="public", by=amara)
    found = open_rounds(clause.document, [clause.section], closes_at=in_an_hour(), by=amara)[0]
    with pytest.raises(NeedsRebase):
        decide(found, amendment, ADOPT, by=amara)
    changed = Saying("adopt-changed", words=words("to anchor it in a plan with a budget;"))
    assert decide(found, amendment, changed, by=amara).state == "decided"


def test_what_was_put_on_a_revision_published_during_the_round_is_adopted_in_it(
    amendment: Amendment, round_one: Round, clause: Clause, amara: User, dawit: User
) -> None:
    reword_clause(clause, text="to anchor it in a plan;", heading="Anchor it", version=1, by=amara)
    publish_revision(clause.document, label="Next", audience="public", by=amara)
    rebase(amendment, words("to anchor it in a plan with a budget;"), reason="Money.", base=2, by=dawit)
    row = standings_in(round_one)[0]
    assert (row.needs_rebase, row.now and row.now.text) == (False, "to anchor it in a plan;")
    assert uncontested(round_one) == []  # it is taken by itself: the others start from another text
    assert decide(round_one, amendment, ADOPT, by=amara).state == "decided"
    assert waiting(clause.document)[0].base.text == "to anchor it in a plan;"


# --- Uncontested ones together ----------------------------------------------------------------------------------------


def test_uncontested_amendments_are_adopted_together_and_contested_ones_are_not(
    document: Document, amendment: Amendment, round_one: Round, clause: Clause, amara: User, dawit: User
) -> None:
    rival = change(clause, "to anchor it in a law;", by=amara)
    count = document.clauses.get(heading="Count")
    free = propose_change(
        count, Words("Count", "to count those left behind;"), reason="Short", base=1, by=dawit
    )
    new = propose_addition(
        clause.section, Words("Report", "to report;", ""), after=count, reason="Missing", base=1, by=dawit
    )
    assert {row.number for row in uncontested(round_one)} == {free.number, new.number}
    with pytest.raises(Contested):
        adopt_together(round_one, [free.number, rival.number], ADOPT, by=amara)
    assert Treatment.objects.count() == 0
    adopt_together(round_one, [free.number, new.number], Saying("adopt", "vote", 20, 0, 1), by=amara)
    rows = Treatment.objects.values_list("amendment__number", "what", "yes")
    assert set(rows) == {(free.number, "adopt", 20), (new.number, "adopt", 20)}


def test_a_rival_on_a_text_published_during_the_round_makes_an_amendment_contested(
    amendment: Amendment, round_one: Round, clause: Clause, amara: User, dawit: User
) -> None:
    assert uncontested(round_one) == [amendment]
    reword_clause(clause, text="to anchor it in a decision today;", heading="Anchor it", version=1, by=amara)
    publish_revision(clause.document, label="Next", audience="public", by=amara)
    assert uncontested(round_one) == [amendment]
    rival = change(clause, "to anchor it in a law today;", base=2, by=dawit)
    assert {row.amendment.number: row.conflicts for row in standings_in(round_one)} == {
        amendment.number: (rival.number,),
        rival.number: (amendment.number,),
    }
    assert uncontested(round_one) == []
    withdraw_amendment(rival, by=dawit)
    assert uncontested(round_one) == [amendment]


def test_what_somebody_recommended_to_reject_is_contested(
    amendment: Amendment, round_one: Round, amara: User
) -> None:
    assert [row.number for row in uncontested(round_one)] == [1]
    recommend(round_one, amendment, REJECT, by=amara)
    assert uncontested(round_one) == []


# --- Closing ----------------------------------------------------------------------------------------------------------


def test_after_the_closing_time_nothing_is_proposed_and_the_room_goes_on_deciding(
    amendment: Amendment, round_one: Round, clause: Clause, amara: User, dawit: User, bruno: User
) -> None:
    with clock.set_to(round_one.closes_at):
        actions: list[Callable[[], Any]] = [
            lambda: change(clause, "to be late;", by=dawit),
            lambda: co_sign(amendment, by=bruno),
            lambda: withdraw_amendment(amendment, by=dawit),
        ]
        for action in actions:
            with pytest.raises(InputOver):
                action()
        decide(round_one, amendment, ADOPT, by=amara)
        move_closing(round_one, round_one.closes_at + timedelta(hours=1), by=amara)
        assert change(clause, "to be in time;", by=dawit).number == 2


def test_a_closed_round_takes_nothing_and_stays_readable(
    amendment: Amendment, round_one: Round, clause: Clause, amara: User, dawit: User
) -> None:
    close_round(round_one, by=amara)
    actions: list[Callable[[], Any]] = [
        lambda: decide(round_one, amendment, ADOPT, by=amara),
        lambda: recommend(round_one, amendment, ADOPT, by=amara),
        lambda: move_closing(round_one, in_an_hour(), by=amara),
        lambda: close_round(round_one, by=amara),
    ]
    for action in actions:
        with pytest.raises(RoundClosed):
            action()
    with pytest.raises(InputOver):
        change(clause, "to be late;", by=dawit)
    round_one.refresh_from_db()
    assert [row.amendment.number for row in standings_in(round_one)] == [1]


def test_another_round_on_the_section_takes_amendments_again(
    amendment: Amendment, round_one: Round, clause: Clause, amara: User, dawit: User
) -> None:
    close_round(round_one, by=amara)
    second = open_rounds(clause.document, [clause.section], closes_at=in_an_hour(), by=amara)[0]
    assert change(clause, "to come again;", by=dawit).number == 2
    assert {row.amendment.number for row in standings_in(second)} == {1, 2}


@pytest.mark.parametrize("what", ["amendment", "state", "wording", "signature", "treatment", "round"])
def test_the_database_refuses_what_comes_after_the_closing(
    amendment: Amendment, round_one: Round, amara: User, bruno: User, what: str
) -> None:
    """Whoever goes round the rules meets the triggers."""
    close_round(round_one, by=amara)
    wording = amendment.wordings.get()
    late: dict[str, Callable[[], Any]] = {
        "amendment": lambda: Amendment.objects.create(
            document=amendment.document,
            number=9,
            kind="addition",
            section=amendment.section,
            proposed_at=clock.now(),
        ),
        "state": lambda: Amendment.objects.filter(pk=amendment.pk).update(state="decided"),
        "wording": lambda: amendment.wordings.create(
            number=2, base=wording.base, base_digest="", text="late", reason="late", written_at=clock.now()
        ),
        "signature": lambda: amendment.co_signatures.create(
            wording=wording, participant=bruno.participations.get(), signed_at=clock.now()
        ),
        "treatment": lambda: amendment.treatments.create(
            round=round_one,
            wording=wording,
            number=1,
            stage="decision",
            what="adopt",
            manner="consensus",
            at=clock.now(),
        ),
        "round": lambda: Round.objects.filter(pk=round_one.pk).update(closed_at=None),
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        late[what]()


def test_the_verification_accepts_a_whole_round(
    amendment: Amendment, round_one: Round, edition: Edition, amara: User
) -> None:
    recommend(round_one, amendment, REJECT, by=amara)
    decide(
        round_one, amendment, Saying("adopt-changed", words=words("to anchor it in a budget line;")), by=amara
    )
    close_round(round_one, by=amara)
    assert list(verify_amendments(edition)) == []


# --- The race ---------------------------------------------------------------------------------------------------------


def late_ones(found: Round) -> list[int]:
    """The amendments that were stored after the round was closed: by the order of the history."""
    entries = found.document.edition.history.order_by("number").values_list("verb", "data")
    closed, late = False, []
    for verb, data in entries:
        closed = closed or verb == "round closed"
        if closed and verb == "amendment proposed":
            late.append(data["number"])
    return late


needs_threads = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite writes one after the other; there is no race to lose"
)


def propose_while_it_is_closed(
    found: Round,
    clause: Clause,
    people: tuple[User, User],
    at_once: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    patience: float,
) -> list[int]:
    """A proposal is stored and not yet committed when somebody closes the round; returns what came in too late."""
    amara, dawit = people
    began, closed = Event(), Event()
    original = record

    def slow(*args: Any, **kwargs: Any) -> Any:
        began.set()
        closed.wait(patience)
        return original(*args, **kwargs)

    def propose() -> None:
        change(clause, "to come at the last moment;", by=dawit)

    def close() -> None:
        began.wait(MUCH)
        close_round(found, by=amara)
        closed.set()

    monkeypatch.setattr(proposing, "record", slow)
    tasks = [propose, close]

    def next_task() -> None:
        tasks.pop()()

    at_once(2, next_task)
    assert Amendment.objects.count() == 1
    return late_ones(found)


@pytest.mark.django_db(transaction=True)
@needs_threads
def test_nothing_comes_in_after_the_closing_however_close_it_is(
    round_one: Round, clause: Clause, amara: User, dawit: User, at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = (amara, dawit)
    late = propose_while_it_is_closed(round_one, clause, people, at_once, monkeypatch, patience=LITTLE)
    assert late == []
    round_one.refresh_from_db()
    assert round_one.closed_at is not None
    assert list(verify_amendments(clause.document.edition)) == []


@pytest.mark.django_db(transaction=True)
@needs_threads
def test_without_the_turn_something_comes_in_after_the_closing(
    round_one: Round, clause: Clause, amara: User, dawit: User, at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with no lock on the document, a proposal that began before the closing is stored after it."""

    def unlocked(document: Document) -> Document:
        return Document.objects.select_related("edition").get(pk=document.pk)

    monkeypatch.setattr(proposing, "in_turn", unlocked)
    monkeypatch.setattr("outcome.amending.rounds.in_turn", unlocked)
    people = (amara, dawit)
    late = propose_while_it_is_closed(round_one, clause, people, at_once, monkeypatch, patience=MUCH)
    assert late == [1]
