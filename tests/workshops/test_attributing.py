"""Nobody is named at a finding, unless they themselves want it; taken back, the name is gone everywhere."""

from uuid import uuid4

import pytest

from academy.errors import NotAllowed
from academy.models import HistoryEntry, Participant
from academy.privacy.erasure import erase
from tests.factories import open_room
from workshops.attributing import NotListed, names_of, own_findings, put_name, take_name_back
from workshops.closing import close_group, verify_closings
from workshops.findings import note_finding
from workshops.ledger import events_after, verify_findings
from workshops.models import Attribution, Group
from workshops.pacing import let_participants_write
from workshops.reading import happenings
from workshops.seating import pin


@pytest.fixture
def room(edition, bruno, dawit, esi, amara):
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    for user in (dawit, esi):
        pin(user.participations.get(), group, reason="Test", by=amara)
    return let_participants_write(open_room(edition, by=bruno), allowed=True, by=bruno)


def note(room, by, **kwargs):
    part = room.workshop.parts.get(letter="A")
    return note_finding(
        room, key=uuid4(), part=part, question=None, kind="other", text="Own words.", by=by, **kwargs
    )


def test_a_finding_names_nobody_by_itself(room, dawit):
    note(room, dawit)
    assert names_of(room) == {}


def test_who_noted_a_finding_can_let_their_name_stand_at_it_and_take_it_back(room, edition, dawit):
    finding = note(room, dawit)
    put_name(finding, by=dawit)
    assert names_of(room) == {str(finding.pk): "Dawit"}
    take_name_back(finding, by=dawit)
    assert names_of(room) == {}
    put_name(finding, by=dawit)
    assert names_of(room) == {str(finding.pk): "Dawit"}
    assert [*verify_findings(edition), *verify_closings(edition)] == []


def test_nobody_puts_somebody_elses_name(room, bruno, amara, dawit, esi):
    finding, entered = note(room, dawit), note(room, bruno, on_behalf=True)
    for user in (bruno, amara, esi):
        with pytest.raises(NotAllowed):
            put_name(finding, by=user)
        with pytest.raises(NotAllowed):
            put_name(entered, by=user)
    put_name(finding, by=dawit)
    for user in (bruno, amara, esi):
        with pytest.raises(NotAllowed):
            take_name_back(finding, by=user)


def test_a_protected_person_appears_by_the_pseudonym(room, esi):
    finding = note(room, esi)
    assert names_of(room) == {}
    put_name(finding, by=esi)
    assert names_of(room) == {str(finding.pk): "Kingfisher"}


def test_who_is_not_listed_is_not_named_and_who_stops_being_listed_not_any_more(room, dawit):
    finding = note(room, dawit)
    put_name(finding, by=dawit)
    Participant.objects.filter(user=dawit).update(visibility="unlisted")
    assert names_of(room) == {}
    with pytest.raises(NotListed):
        put_name(finding, by=dawit)


def test_a_name_is_taken_back_also_after_the_board_was_closed(room, bruno, dawit):
    finding = note(room, dawit)
    put_name(finding, by=dawit)
    close_group(room, summary="Done.", by=bruno)
    take_name_back(finding, by=dawit)
    assert names_of(room) == {}


def test_neither_the_ledger_nor_the_history_holds_a_name(room, dawit):
    finding = note(room, dawit)
    put_name(finding, by=dawit)
    said = str(events_after(Group.objects.get(pk=room.pk), 0)) + str(
        list(HistoryEntry.objects.values_list("verb", "data"))
    )
    assert "Dawit" not in said
    assert str(dawit.participations.get().pk) not in said


def test_what_all_are_told_says_only_the_names_that_stand(room, dawit, esi):
    finding = note(room, dawit)
    note(room, esi)
    told = happenings(room, 0)
    assert (told["names"], str(dawit.participations.get().pk) in str(told)) == ({}, False)
    put_name(finding, by=dawit)
    assert happenings(room, 0)["names"] == {str(finding.pk): "Dawit"}


def test_only_oneself_is_told_which_findings_are_ones_own(room, bruno, dawit):
    finding = note(room, dawit)
    assert own_findings(room, dawit.participations.get()) == {str(finding.pk)}
    assert own_findings(room, bruno.participations.get()) == set()


def test_erasure_takes_the_name_away(room, dawit):
    finding = note(room, dawit)
    put_name(finding, by=dawit)
    erase(dawit, by=dawit)
    assert names_of(room) == {}
    assert not Attribution.objects.exists()
