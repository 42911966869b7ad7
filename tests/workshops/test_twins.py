"""Twin groups: who decides what says the same, nobody's decision is lost, and what the page is read from."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.test.utils import CaptureQueriesContext

from academy.errors import Invalid, NotAllowed
from academy.history import verify_contents
from academy.management.demo.keys import key_of
from academy.models import User
from tests.factories import make_finding, open_room
from workshops.closing import close_group, open_group
from workshops.findings import merge_finding
from workshops.models import Finding, Group, Support, TwinDecision, Workshop
from workshops.twins import deciding
from workshops.twins.deciding import (
    DecidedMeanwhile,
    NotTwins,
    Stood,
    decide,
    decision_words,
    verify_decisions,
)
from workshops.twins.reading import twins_of, twins_of_all


def found(key):
    return Finding.objects.select_related("group__workshop__edition", "group__session").get(pk=key_of(key))


def line_with(twins, key):
    return next(line for line in twins.lines if key_of(key) in line.keys)


@pytest.fixture
def held(academy_at):
    """The demo academy with all groups of days 1 to 3 closed."""
    return academy_at("drafting")


@pytest.fixture
def rooms(edition, bruno, amara):
    """Both groups of workshop 1, open, with a finding each."""
    one, two = open_room(edition, by=bruno), open_room(edition, by=amara, slug="group-2")
    return (
        make_finding(one, by=bruno, text="A budget line makes it real."),
        make_finding(two, by=amara, text="Money in the budget makes it real."),
    )


# --- Deciding ---------------------------------------------------------------------------------------------------------


def test_an_organiser_decides_before_the_groups_close_and_the_leads_afterwards(rooms, amara, bruno, dawit):
    one, other = rooms
    with pytest.raises(NotAllowed):
        decide(one, other, verdict="same", seen=0, by=bruno)
    decide(one, other, verdict="same", seen=0, by=amara)
    for finding in rooms:
        close_group(finding.group, summary="Money.", by=amara)
    assert decide(one, other, verdict="opposed", seen=1, by=bruno).number == 2
    with pytest.raises(NotAllowed):
        decide(one, other, verdict="apart", seen=2, by=dawit)


def test_the_newest_decision_counts_and_all_of_them_stay(rooms, amara):
    one, other = rooms
    for number, verdict in enumerate(("same", "opposed", "apart", "same")):
        decide(other, one, verdict=verdict, seen=number, by=amara)
    assert list(TwinDecision.objects.values_list("number", "verdict")) == [
        (1, "same"), (2, "opposed"), (3, "apart"), (4, "same"),
    ]  # fmt: skip
    twins = twins_of(one.group.workshop)
    assert [(line.mark, len(line.cards)) for line in twins.lines] == [("both", 2)]


def test_the_same_decision_sent_twice_is_one(rooms, amara):
    one, other = rooms
    first = decide(one, other, verdict="same", seen=0, by=amara)
    assert decide(one, other, verdict="same", seen=0, by=amara) == first
    assert TwinDecision.objects.count() == 1


def test_whoever_has_not_seen_the_newest_decision_changes_nothing(rooms, amara):
    one, other = rooms
    decide(one, other, verdict="same", seen=0, by=amara)
    for seen in (0, 2, 7):
        with pytest.raises(DecidedMeanwhile):
            decide(one, other, verdict="opposed", seen=seen, by=amara)
    assert TwinDecision.objects.get().verdict == "same"


def test_only_findings_of_two_groups_in_one_part_are_compared(rooms, amara, bruno):
    one, other = rooms
    again = make_finding(one.group, by=bruno)
    elsewhere = make_finding(open_room(one.group.workshop.edition, by=bruno, workshop=2), by=bruno)
    for wrong in (one, again, elsewhere):
        with pytest.raises(NotTwins):
            decide(one, wrong, verdict="same", seen=0, by=amara)
    merge_finding(again, one, by=bruno)
    again.refresh_from_db()
    with pytest.raises(Stood):
        decide(again, other, verdict="same", seen=0, by=amara)
    with pytest.raises(Invalid):
        decide(one, other, verdict="perhaps", seen=0, by=amara)
    assert not TwinDecision.objects.exists()


@pytest.mark.parametrize("change", [{"verdict": "opposed"}, {"number": 5}])
def test_a_decision_is_never_changed_nor_deleted(rooms, amara, change):
    decision = decide(*rooms, verdict="same", seen=0, by=amara)
    with pytest.raises(IntegrityError), transaction.atomic():
        TwinDecision.objects.filter(pk=decision.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        TwinDecision.objects.filter(pk=decision.pk)._raw_delete("default")


def test_a_pair_stands_in_one_order_whoever_writes_it(rooms):
    one, other = sorted(rooms, key=lambda finding: finding.pk, reverse=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        TwinDecision.objects.create(one=one, other=other, number=1, verdict="same", decided_at=one.noted_at)


def test_a_decision_that_the_history_does_not_know_is_found(rooms, amara, edition):
    decision = decide(*rooms, verdict="same", seen=0, by=amara)
    assert list(verify_decisions(edition)) == []
    one, other = sorted(rooms, key=lambda finding: finding.pk)
    TwinDecision.objects.create(one=one, other=other, number=2, verdict="apart", decided_at=one.noted_at)
    assert [mismatch.reason for mismatch in verify_decisions(edition)] == ["the history knows nothing of it"]
    words = {str(decision.pk): decision_words(decision) | {"verdict": "opposed"}}
    (changed,) = verify_contents(edition, TwinDecision, words)
    assert changed.reason == "it was changed without an entry in the history"


# --- Two at once ------------------------------------------------------------------------------------------------------


def two_at_once(academy_at, at_once):
    """Two people decide differently about the same pair, on the same page."""
    academy_at("drafting")
    organiser = User.objects.get(email="amara@example.org")
    one, other = found("f007"), found("f031")
    verdicts = ["same", "opposed"]
    return at_once(2, lambda: decide(one, other, verdict=verdicts.pop(), seen=0, by=organiser))


def numbers():
    pair = sorted((key_of("f007"), key_of("f031")))
    return list(TwinDecision.objects.filter(one=pair[0], other=pair[1]).values_list("number", flat=True))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_told(academy_at, at_once):
    results = two_at_once(academy_at, at_once)
    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [DecidedMeanwhile]
    assert numbers() == [1]


@pytest.mark.django_db(transaction=True)
def test_a_decision_is_overwritten_unseen_if_nobody_says_what_they_saw(academy_at, at_once, monkeypatch):
    def unasked(one, other, *, number, verdict):
        pair = TwinDecision.objects.filter(one=one, other=other)
        while True:
            last = pair.aggregate(last=Max("number"))["last"] or 0
            with suppress(DecidedMeanwhile):
                return written(one, other, number=last + 1, verdict=verdict)

    written = deciding._written
    monkeypatch.setattr(deciding, "_written", unasked)
    monkeypatch.setattr(deciding, "_last", lambda decisions: 0)
    results = two_at_once(academy_at, at_once)
    # Without the number that was seen both go through, and the second hides the first.
    assert [type(result) for result in results] == [TwinDecision, TwinDecision]
    assert numbers() == [1, 2]


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_the_demos_groups_side_by_side(held):
    twins = twins_of(Workshop.objects.get(edition=held, number=1))
    assert twins.counts == {"both": 5, "some": 0, "opposed": 1, "proposed": 0, "only": 30}
    assert line_with(twins, "f002").keys == {key_of("f002"), key_of("f024")}
    assert line_with(twins, "f006").mark == "opposed"
    why = {str(guard.why) for line in twins.guarded for guard in line.guards}
    assert why == {"group", "actor", "opposed"}


def test_a_difference_is_found_and_a_likeness_is_none(held):
    twins = twins_of(Workshop.objects.get(edition=held, number=2))
    (test, _back) = line_with(twins, "f057").tests.values()
    assert test.differs
    assert line_with(twins, "f057").guards[0].who == found("f057").group_id
    assert not next(iter(line_with(twins, "f053").tests.values())).differs


def test_proposals_are_only_for_those_who_decide(held):
    workshop = Workshop.objects.get(edition=held, number=1)
    assert twins_of(workshop).proposed == []
    assert len(twins_of(workshop, with_proposals=True).proposed) == 3


def test_dots_are_blind_until_every_group_has_closed(held, amara):
    workshop = Workshop.objects.get(edition=held, number=1)
    assert all(column.support for line in twins_of(workshop).lines for column in line.said_by)
    open_group(Group.objects.get(workshop=workshop, slug="group-2"), by=amara)
    twins = twins_of(workshop)
    assert [column.support for line in twins.lines for column in line.said_by if column.support] == []
    assert twins.guarded == []
    assert {str(line.tests) for line in twins.lines} == {"{}"}


def test_a_decision_follows_a_finding_that_is_merged_later(held, amara):
    group = Group.objects.get(workshop__edition=held, workshop__number=1, slug="group-1")
    open_group(group, by=amara)
    merge_finding(found("f011"), found("f009"), by=amara)
    line = line_with(twins_of(group.workshop), "f009")
    assert line.keys == {key_of("f009"), key_of("f034")}
    assert (line.mark, line.links[0].number) == ("both", 0)


def test_who_supported_a_finding_and_those_merged_into_it_counts_once(held):
    column = line_with(twins_of(Workshop.objects.get(edition=held, number=1)), "f002").said_by[0]
    people = Support.objects.filter(finding__in=[key_of("f002"), key_of("f003")], dots__gt=0)
    assert column.support.supporters == people.values("participant").distinct().count()


def test_more_findings_and_more_workshops_need_no_more_queries(held):
    workshops = list(Workshop.objects.filter(edition=held, number__lte=3).select_related("edition"))
    with CaptureQueriesContext(connection) as one:
        twins_of(workshops[0])
    with CaptureQueriesContext(connection) as three:
        twins_of_all(workshops)
    assert len(one) == len(three) == 6
