"""Freezing and adopting: the electorate, positions, the result, and the seals behind the rules."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from academy.canonical import digest
from academy.errors import Invalid, NotAllowed
from academy.models import Participant
from academy.registration import withdraw
from academy.roles import end_role, grant_role
from outcome.adoption import (
    AdoptionClosed,
    AdoptionUnderWay,
    NoElectorate,
    NotAnElector,
    NotFrozen,
    NotPublished,
    OnlyForOrganisers,
    close_adoption,
    freeze,
    take_position,
    tally_of,
    unfreeze,
)
from outcome.drafting import (
    add_clause,
    move_clause,
    remove_clause,
    restore_clause,
    reword_clause,
    write_remark,
)
from outcome.locking import DocumentFixed
from outcome.models import Clause, Document, Elector, Position, Procedure, Record, Revision, Section, Source
from outcome.provenance import cite, uncite
from outcome.recording import position_words
from outcome.revisions import document_content, publish_revision, verify_document
from outcome.verifying import verify_adoptions
from tests.factories import opened_adoption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from academy.models import Edition, User
    from workshops.models import Finding


@contextmanager
def refused_by_the_database() -> Iterator[None]:
    with pytest.raises(IntegrityError), transaction.atomic():
        yield


@pytest.fixture
def opened(frozen: Document, delegates: list[User], amara: User) -> Procedure:
    """A vote by two thirds with half of the electorate as quorum: 3 electors, 2 needed."""
    return opened_adoption(frozen, method="two-thirds", quorum="half", by=amara)


def test_a_text_that_changed_since_its_revision_is_not_frozen(
    document: Document, published: Revision, clause: Clause, amara: User
) -> None:
    reword_clause(clause, text="to act;", heading="Act", version=1, by=amara)
    with pytest.raises(NotPublished):
        freeze(document, by=amara)
    assert Document.objects.get().state == "drafting"


def test_a_frozen_document_refuses_every_writing_rule(
    frozen: Document, clause: Clause, finding: Finding, amara: User
) -> None:
    before = document_content(frozen)
    section = frozen.sections.get(position=1)
    rules: list[Callable[[], Any]] = [
        lambda: add_clause(section, text="to act;", by=amara),
        lambda: write_remark(clause, text="Why.", by=amara),
        lambda: reword_clause(clause, text="to act;", heading="", version=1, by=amara),
        lambda: move_clause(clause, before=None, by=amara),
        lambda: remove_clause(clause, by=amara),
        lambda: restore_clause(clause, by=amara),
        lambda: cite(clause, finding, by=amara),
        lambda: publish_revision(frozen, label="More", audience="public", by=amara),
        lambda: freeze(frozen, by=amara),
    ]
    for rule in rules:
        with pytest.raises(DocumentFixed):
            rule()
    assert (document_content(frozen), Revision.objects.count()) == (before, 1)


def test_a_frozen_document_refuses_to_let_a_source_go(
    document: Document, clause: Clause, finding: Finding, amara: User
) -> None:
    source = cite(clause, finding, by=amara)
    publish_revision(document, label="Zero draft", audience="public", by=amara)
    freeze(document, by=amara)
    with pytest.raises(DocumentFixed):
        uncite(source, by=amara)
    with refused_by_the_database():
        source.delete()
    with refused_by_the_database():
        Source.objects.update(relation="contradicts")
    assert Source.objects.values_list("relation", flat=True).get() == "supports"


def test_a_frozen_document_refuses_every_write_behind_the_rules(
    frozen: Document, clause: Clause, finding: Finding
) -> None:
    before = document_content(frozen)
    section = frozen.sections.get(position=1)
    writes: list[Callable[[], Any]] = [
        lambda: Clause.objects.filter(pk=clause.pk).update(text="to forget it;"),
        lambda: Clause.objects.create(document=frozen, section=section, kind="encouragement", text="to act;"),
        lambda: Clause.objects.filter(pk=clause.pk)._raw_delete("default"),
        lambda: Section.objects.filter(pk=section.pk).update(title="Other"),
        lambda: Section.objects.create(document=frozen, kind="preamble", title="Other", position=9),
        lambda: Source.objects.create(clause=clause, finding=finding),
    ]
    for write in writes:
        with refused_by_the_database():
            write()
    assert document_content(frozen) == before


def test_a_published_revision_is_sealed(
    published: Revision, unsealed: Callable[[str], AbstractContextManager[None]]
) -> None:
    with refused_by_the_database():
        Revision.objects.update(label="Another label")
    with refused_by_the_database():
        published.delete()
    with unsealed("outcome_revision"):
        Revision.objects.update(content={**published.content, "title": "Another title"})
    assert [m.object for m in verify_document(published.document.edition)] == ["revision 1"]


def test_opening_the_text_again_is_a_recorded_act_and_needs_no_opened_adoption(
    opened: Procedure, frozen: Document, amara: User, dawit: User
) -> None:
    with pytest.raises(NotAllowed):
        unfreeze(frozen, by=dawit)
    with pytest.raises(AdoptionUnderWay):
        unfreeze(frozen, by=amara)
    close_adoption(opened, by=amara)
    assert unfreeze(frozen, by=amara).state == "drafting"
    assert (
        frozen.edition.history.order_by("number").values_list("verb", flat=True).last()
        == "document opened again"
    )


def test_only_a_frozen_text_is_adopted(
    document: Document, published: Revision, delegates: Any, amara: User
) -> None:
    with pytest.raises(NotFrozen):
        opened_adoption(document, method="consensus", quorum="none", by=amara)
    assert Procedure.objects.count() == 0


def test_a_text_for_organisers_only_is_not_put_to_the_delegates(
    document: Document, delegates: Any, amara: User
) -> None:
    publish_revision(document, label="Inside", audience="organisers", by=amara)
    freeze(document, by=amara)
    with pytest.raises(OnlyForOrganisers):
        opened_adoption(document, method="consensus", quorum="none", by=amara)


def test_without_delegates_there_is_no_adoption(frozen: Document, amara: User) -> None:
    with pytest.raises(NoElectorate):
        opened_adoption(frozen, method="consensus", quorum="none", by=amara)


@pytest.mark.parametrize(
    ("method", "quorum", "number"),
    [
        ("lottery", "half", None),
        ("consensus", "most", None),
        ("consensus", "number", None),
        ("consensus", "number", 0),
        ("consensus", "number", 4),
    ],
)
def test_rules_that_are_unknown_or_out_of_reach_are_refused(
    frozen: Document, delegates: Any, amara: User, method: str, quorum: str, number: int | None
) -> None:
    with pytest.raises(Invalid):
        opened_adoption(frozen, method=method, quorum=quorum, quorum_number=number, by=amara)
    assert Procedure.objects.count() == 0


def test_a_second_adoption_waits_for_the_first(opened: Procedure, frozen: Document, amara: User) -> None:
    with pytest.raises(AdoptionUnderWay):
        opened_adoption(frozen, method="consensus", quorum="none", by=amara)


def test_the_electorate_is_fixed_at_opening(
    edition: Edition, opened: Procedure, amara: User, bruno: User, dawit: User
) -> None:
    grant_role(bruno, edition, "delegate", by=amara)
    end_role(dawit.roles.get(edition=edition, kind="delegate"), by=amara)
    with pytest.raises(NotAnElector):
        take_position(opened, choice="yes", by=bruno)
    assert take_position(opened, choice="yes", by=dawit).number == 1
    with refused_by_the_database():
        Elector.objects.filter(participant__user=dawit).delete()


def test_somebody_who_withdrew_takes_no_position(edition: Edition, opened: Procedure, dawit: User) -> None:
    withdraw(Participant.objects.get(user=dawit, edition=edition), by=dawit)
    with pytest.raises(NotAnElector):
        take_position(opened, choice="yes", by=dawit)


def test_the_last_position_counts_and_the_earlier_ones_stay(opened: Procedure, dawit: User) -> None:
    for choice in ("no", "yes", "yes", "abstain"):
        take_position(opened, choice=choice, by=dawit)
    assert list(Position.objects.order_by("number").values_list("number", "choice")) == [
        (1, "no"),
        (2, "yes"),
        (3, "abstain"),
    ]
    assert (dict(tally_of(opened).counts), tally_of(opened).electorate) == ({"abstain": 1}, 3)


def test_a_position_that_the_method_does_not_know_is_refused(opened: Procedure, dawit: User) -> None:
    with pytest.raises(Invalid):
        take_position(opened, choice="join", by=dawit)
    assert Position.objects.count() == 0


def test_after_closing_no_position_is_taken_by_rule_or_by_hand(
    opened: Procedure, amara: User, dawit: User
) -> None:
    position = take_position(opened, choice="yes", by=dawit)
    close_adoption(opened, by=amara)
    with pytest.raises(AdoptionClosed):
        take_position(opened, choice="no", by=dawit)
    with refused_by_the_database():
        Position.objects.create(elector=position.elector, number=2, choice="no", taken_at=position.taken_at)
    with refused_by_the_database():
        Position.objects.update(choice="no")
    with pytest.raises(AdoptionClosed):
        close_adoption(opened, by=amara)
    assert (Position.objects.get().choice, Record.objects.count()) == ("yes", 1)


def test_the_seal_against_late_positions_is_what_refuses_them(
    opened: Procedure, amara: User, dawit: User, unsealed: Callable[[str], AbstractContextManager[None]]
) -> None:
    position = take_position(opened, choice="yes", by=dawit)
    close_adoption(opened, by=amara)
    with unsealed("outcome_position"):
        Position.objects.create(elector=position.elector, number=2, choice="no", taken_at=position.taken_at)
    assert Position.objects.count() == 2


def test_two_thirds_are_reached_exactly(opened: Procedure, delegates: list[User], amara: User) -> None:
    for person, choice in zip(delegates, ("yes", "yes", "no"), strict=True):
        take_position(opened, choice=choice, by=person)
    made = close_adoption(opened, by=amara).record
    assert (made.content["adopted"], made.content["counts"]) == (True, {"yes": 2, "no": 1, "abstain": 0})
    assert Document.objects.get().state == "adopted"


def test_a_missed_quorum_adopts_nothing(opened: Procedure, amara: User, dawit: User) -> None:
    take_position(opened, choice="yes", by=dawit)
    made = close_adoption(opened, by=amara).record
    assert (made.content["adopted"], made.content["quorum"]) == (
        False,
        {"kind": "half", "of": "electorate", "needed": 2, "taken": 1},
    )
    assert (Document.objects.get().state, Procedure.objects.get().state) == ("frozen", "not-adopted")


def test_only_organisers_close(opened: Procedure, dawit: User) -> None:
    with pytest.raises(NotAllowed):
        close_adoption(opened, by=dawit)
    assert Record.objects.count() == 0


def test_the_record_holds_the_text_under_digests_that_recompute(
    opened: Procedure, delegates: list[User], amara: User
) -> None:
    for person in delegates:
        take_position(opened, choice="yes", by=person)
    made = Record.objects.get(pk=close_adoption(opened, by=amara).record.pk)
    assert digest(made.content) == made.digest
    assert digest(made.content["text"]) == made.content["text_digest"] == opened.text_digest
    assert made.content["positions"] == {
        "yes": sorted(str(e.pk) for e in opened.electors.filter(participant__user__in=delegates))
    }
    assert list(verify_adoptions(opened.document.edition)) == []


def test_a_record_is_sealed_and_a_change_behind_the_seal_is_found(
    opened: Procedure, amara: User, unsealed: Callable[[str], AbstractContextManager[None]]
) -> None:
    made = close_adoption(opened, by=amara).record
    with refused_by_the_database():
        Record.objects.update(digest="0" * 64)
    with refused_by_the_database():
        made.delete()
    with unsealed("outcome_record"):
        Record.objects.update(content={**made.content, "adopted": True})
    assert [m.object for m in verify_adoptions(opened.document.edition)] == [f"adoption record {made.pk}"]


def test_an_adopted_document_is_never_changed(opened: Procedure, delegates: list[User], amara: User) -> None:
    for person in delegates:
        take_position(opened, choice="yes", by=person)
    close_adoption(opened, by=amara)
    with refused_by_the_database():
        Document.objects.update(title="Another title")
    with pytest.raises(NotFrozen):
        unfreeze(opened.document, by=amara)


def test_the_history_commits_to_positions_without_names(opened: Procedure, dawit: User) -> None:
    position = take_position(opened, choice="yes", by=dawit)
    assert position_words(position) == {"elector": str(position.elector_id), "number": 1, "choice": "yes"}
