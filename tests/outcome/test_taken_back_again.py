"""After a restore: a name at a finding, a translator's name and a statement that were taken back do not come back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from academy import clock
from academy.history import record
from academy.management.verification import verify_all
from academy.models import HistoryEntry
from academy.privacy.after_restore import Report, steps, take
from academy.privacy.erased import Noted, noted
from academy.privacy.shown import end_again
from academy.registration import participant_words
from outcome import adoption
from outcome.adoption.statements import STATEMENT
from outcome.models import Statement, Translator
from outcome.translating.beginning import TRANSLATOR, be_named, name_translator
from tests.coming_back import back_up, once_more, restored
from tests.factories import open_room, opened_adoption
from workshops.attributing import NAME, names_of, put_name, take_name_back
from workshops.findings import note_finding
from workshops.models import Group
from workshops.pacing import let_participants_write
from workshops.seating import pin

if TYPE_CHECKING:
    from academy.models import Edition, User
    from outcome.models import Document, Procedure, Translation
    from workshops.models import Finding

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noted_in")]


@pytest.fixture
def named(edition: Edition, amara: User, bruno: User, dawit: User) -> Finding:
    """A finding at which Dawit's name stands."""
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    pin(dawit.participations.get(), group, reason="Test", by=amara)
    room = let_participants_write(open_room(edition, by=bruno), allowed=True, by=bruno)
    part = room.workshop.parts.get(letter="A")
    made = note_finding(
        room, key=uuid4(), part=part, question=None, kind="other", text="Own words.", by=dawit
    )
    put_name(made, by=dawit)
    return made


@pytest.fixture(autouse=True)
def cast(edition: Edition, delegates: list[User], bruno: User) -> None:
    """Whoever is here is in the history, too: a restore verifies it."""
    for row in edition.participants.order_by("pk"):
        record(edition, "registered", row, by=None, content=participant_words(row))


@pytest.fixture
def translator(spanish: Translation, amara: User, dawit: User) -> Translator:
    """Dawit, who is named as a translator."""
    name_translator(spanish, dawit, by=amara)
    return be_named(spanish, named=True, by=dawit)


@pytest.fixture
def opened(spanish: Translation, frozen: Document, delegates: list[User], amara: User) -> Procedure:
    """An adoption that takes positions, and statements for an hour after it."""
    return opened_adoption(frozen, by=amara, statement_hours=1)


@pytest.fixture
def statement(opened: Procedure, dawit: User) -> Statement:
    return adoption.make_statement(opened, kind="explanation", text="We read it so.", by=dawit)


def take_all_back(named: Finding, translator: Translator, statement: Statement, *, by: User) -> None:
    take_name_back(named, by=by)
    be_named(translator.translation, named=False, by=by)
    adoption.withdraw_statement(statement, by=by)


def shown(named: Finding, translator: Translator, statement: Statement) -> tuple[bool, bool, bool]:
    """Whether the three are shown now."""
    return (
        bool(names_of(named.group)),
        Translator.objects.get(pk=translator.pk).is_named,
        not Statement.objects.get(pk=statement.pk).is_withdrawn,
    )


def entries() -> list[str]:
    verbs = ("name taken back from a finding", "translator is not named", "statement withdrawn")
    return sorted(HistoryEntry.objects.filter(verb__in=verbs).values_list("verb", flat=True))


def test_what_was_taken_back_is_taken_back_again(named, translator, statement, dawit, tmp_path, noted_in):
    back_up()
    take_all_back(named, translator, statement, by=dawit)
    text = noted_in.read_text()
    assert not any(word in text for word in ("Dawit", "dawit", "We read", "Own words"))
    with restored(tmp_path) as said:
        assert "Names and statements taken back again: 3 of 3 that are listed." in said
        assert shown(named, translator, statement) == (False, False, False)
        assert len(entries()) == 3
        assert verify_all() == []
        assert "Names and statements taken back again: 0 of 3" in once_more()
        assert len(entries()) == 3


def test_without_the_list_all_of_it_is_back(named, translator, statement, dawit, tmp_path, noted_in):
    """The control."""
    back_up()
    take_all_back(named, translator, statement, by=dawit)
    assert shown(named, translator, statement) == (False, False, False)
    noted_in.rename(tmp_path / "elsewhere.jsonl")
    with restored(tmp_path, "--without-erased"):
        assert shown(named, translator, statement) == (True, True, True)


def test_what_was_given_again_stays_and_nothing_is_shown_that_the_backup_did_not_show(
    named, translator, statement, dawit, tmp_path
):
    take_name_back(named, by=dawit)
    back_up()
    be_named(translator.translation, named=False, by=dawit)
    put_name(named, by=dawit)
    be_named(translator.translation, named=True, by=dawit)
    with restored(tmp_path) as said:
        assert "Names and statements taken back again: 0 of 0" in said
        assert shown(named, translator, statement) == (False, True, True)


def test_what_is_ended_again_is_noted_for_the_next_restore_and_keys_of_nothing_change_nothing(
    named, translator, statement, noted_in
):
    said = {(NAME, named.pk): False, (TRANSLATOR, translator.pk): False, (STATEMENT, statement.pk): False}
    noted_in.unlink()
    assert len(end_again(said).done) == 3
    assert noted(noted_in).shown == said
    before = HistoryEntry.objects.count()
    found = end_again({**said, **{(kind, uuid4()): False for kind in (NAME, TRANSLATOR, STATEMENT)}})
    assert (found.done, found.refused, HistoryEntry.objects.count()) == ([], {}, before)


def test_a_statement_is_withdrawn_again_after_its_time_and_named_where_a_record_holds_it(
    opened, statement, amara, dawit
):
    other = adoption.make_statement(opened, kind="explanation", text="And so.", by=amara)
    adoption.take_position(opened, choice="join", by=dawit)
    adoption.close_adoption(opened, by=amara)
    with clock.set_to(clock.now() + timedelta(hours=2)):
        with pytest.raises(adoption.StatementsOver):  # the control: its writer is too late
            adoption.withdraw_statement(other, by=amara)
        assert end_again({(STATEMENT, other.pk): False}).done == [(STATEMENT, other.pk)]
        assert adoption.catch_up_all() == 1
        report = Report()
        for step in steps(Noted(shown={(STATEMENT, statement.pk): False, (STATEMENT, other.pk): False})):
            take(step, report)
    (line,) = report.to_deal_with
    assert f"statement {statement.pk}: It stands in a sealed record." in line
    assert not Statement.objects.get(pk=statement.pk).is_withdrawn
    assert verify_all() == []
