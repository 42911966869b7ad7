"""The history of an edition: append-only, chained, without names."""

import json

import pytest
from django.db import IntegrityError, connection, transaction

from academy.history import record, record_all, verify_history
from academy.models import HistoryActor, HistoryEntry, HistoryHead


def test_entries_follow_each_other_by_digest(edition, amara):
    first = record(edition, "tried", edition, by=amara, data={"number": 1})
    second = record(edition, "tried again", edition, by=amara)
    assert second.previous == first.digest
    assert second.number == first.number + 1
    assert list(verify_history(edition)) == []


def test_many_entries_at_once_are_as_one_by_one(edition, amara):
    before = record(edition, "tried", edition, by=amara)
    assert record_all(edition, "tried all", [(edition, {"n": n}) for n in range(700)], by=amara) == 700
    assert record_all(edition, "nothing to try", [], by=amara) == 0
    after = record(edition, "tried again", edition, by=amara)
    assert after.number == before.number + 701
    assert HistoryActor.objects.filter(entry__verb="tried all", user=amara).count() == 700
    assert list(verify_history(edition)) == []


def test_an_entry_is_neither_changed_nor_removed(edition, amara):
    entry = record(edition, "tried", edition, by=amara)
    for change in (
        lambda: HistoryEntry.objects.filter(pk=entry.pk).update(verb="denied"),
        lambda: HistoryEntry.objects.filter(pk=entry.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert HistoryEntry.objects.get(pk=entry.pk).verb == "tried"


def test_an_entry_changed_behind_the_seal_is_named(edition, amara, unsealed):
    entry = record(edition, "tried", edition, by=amara)
    with unsealed("academy_historyentry"):
        HistoryEntry.objects.filter(pk=entry.pk).update(verb="denied")
    (mismatch,) = verify_history(edition)
    assert (
        str(mismatch)
        == f"history entry {entry.number} (denied): its content was changed after it was written"
    )


def test_a_lost_last_entry_is_named(edition, amara, unsealed):
    entry = record(edition, "tried", edition, by=amara)
    HistoryActor.objects.filter(entry=entry).delete()
    with unsealed("academy_historyentry"):
        HistoryEntry.objects.filter(pk=entry.pk)._raw_delete("default")
    (mismatch,) = verify_history(edition)
    assert mismatch.object == "history head"


def test_the_head_is_not_removed(edition, amara):
    record(edition, "tried", edition, by=amara)
    with pytest.raises(IntegrityError), transaction.atomic():
        HistoryHead.objects.filter(edition=edition)._raw_delete("default")
    assert HistoryHead.objects.filter(edition=edition).count() == 1


def test_the_chain_holds_no_name_and_no_address(academy_at):
    edition = academy_at("adopted")
    chain = json.dumps(
        list(HistoryEntry.objects.filter(edition=edition).values_list("verb", "data", "object_id"))
    )
    people = edition.participants.select_related("user")
    words = (
        {p.name for p in people}
        | {p.user.email for p in people}
        | {p.pseudonym for p in people if p.pseudonym}
    )
    assert len(words) > 140
    assert [word for word in words if word in chain] == []


def test_a_person_can_be_taken_out_while_the_chain_still_verifies(edition, amara):
    record(edition, "tried", edition, by=amara)
    HistoryActor.objects.all().delete()
    assert list(verify_history(edition)) == []


@pytest.mark.django_db(transaction=True)
def test_chain_survives_many_writers_at_once(academy_at, at_once):
    writers = 4 if connection.vendor == "sqlite" else 8
    edition = academy_at("programme")
    before = HistoryEntry.objects.count()
    at_once(writers, lambda: record(edition, "tried", edition, by=None))
    assert HistoryEntry.objects.count() == before + writers
    assert list(verify_history(edition)) == []
