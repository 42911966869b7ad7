"""`manage.py verify` names what somebody changed who owns the database and lifted the seals."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from academy.canonical import digest
from academy.history import Mismatch
from academy.management.verification import verify_edition
from academy.models import Edition, HistoryActor, HistoryEntry, HistoryHead, Participant, Role, User
from outcome.models import (
    Clause,
    Commitment,
    Disposition,
    Document,
    Elector,
    Endorsement,
    Position,
    Procedure,
    ProgressNote,
    Record,
    Revision,
    Source,
)
from programme.models import Release
from tests.conftest import bring_to, lift_seals
from workshops.models import Finding, FindingEvent, Group, Summary, Thought


@pytest.fixture
def adopted(db: None) -> Edition:
    return bring_to("adopted")


def mismatches(edition: Edition) -> list[Mismatch]:
    return list(verify_edition(edition))


def first(model: type[models.Model], **unlike: Any) -> Any:
    """A row that a change to these values would change."""
    return next(
        row
        for row in model._default_manager.order_by("pk")
        if not unlike or any(getattr(row, name) != value for name, value in unlike.items())
    )


@pytest.mark.parametrize("stage", ["programme", "registration", "workshops", "drafting", "adopted"])
def test_an_academy_that_nobody_tampered_with_matches(db, stage):
    said = io.StringIO()
    bring_to(stage)
    call_command("verify", "2022", stdout=said)
    assert said.getvalue() == "2022: everything matches.\n"


CHANGES: list[tuple[type[models.Model], dict[str, Any]]] = [
    (Release, {"label": "version: 10 November 2021"}),
    (Revision, {"label": "Final draft"}),
    (Revision, {"note": "Nothing changed."}),
    (Revision, {"audience": "organisers"}),
    (Record, {"digest": "0" * 64}),
    (Document, {"title": "Another title"}),
    (Document, {"state": "drafting", "frozen_revision": None}),
    (Clause, {"text": "to do nothing;"}),
    (Clause, {"order": 999}),
    (Source, {"relation": "contradicts"}),
    (Disposition, {"reason": "Nobody liked it."}),
    (Procedure, {"method": "simple-majority"}),
    (Procedure, {"quorum": "none"}),
    (Position, {"choice": "object"}),
    (Finding, {"text": "Nobody said this."}),
    (Finding, {"state": "parked"}),
    (FindingEvent, {"data": {"text": "Nobody said this."}}),
    (Summary, {"text": "All were happy."}),
    (Thought, {"text": "All were happy."}),
    (Group, {"state": "open"}),
    (Role, {"kind": "speaker"}),
    (Participant, {"state": "declined"}),
    (Participant, {"visibility": "unlisted"}),
    (Endorsement, {"organisation": "Another town"}),
    (Endorsement, {"address_domain": "council.example"}),
    (Commitment, {"state": "planned"}),
    (Commitment, {"what": "Nothing."}),
    (ProgressNote, {"words": "Nobody reported this."}),
    (HistoryEntry, {"verb": "denied"}),
    (HistoryHead, {"number": 1}),
]


@pytest.mark.parametrize(
    ("model", "change"), CHANGES, ids=lambda value: getattr(value, "__name__", None) or ",".join(value)
)
def test_a_changed_row_is_found(adopted, model, change):
    row = first(model, **change)
    with lift_seals(model._meta.db_table):
        model._default_manager.filter(pk=row.pk).update(**change)
    found = mismatches(adopted)
    assert found != []
    names = {"HistoryEntry": "history entry", "HistoryHead": "history head", "FindingEvent": "ledger"}
    kind = names.get(model.__name__, str(model._meta.verbose_name))
    assert any(kind in mismatch.object for mismatch in found)


@pytest.mark.parametrize("model", [Release, Revision, Record])
def test_a_sealed_content_changed_with_a_recomputed_digest_is_found(adopted, model):
    row = first(model)
    content = json.loads(json.dumps(row.content).replace("the", "The", 1))
    assert content != row.content
    with lift_seals(model._meta.db_table):
        model._default_manager.filter(pk=row.pk).update(content=content, digest=digest(content))
    assert any(str(row.pk) in mismatch.object for mismatch in mismatches(adopted))


@pytest.mark.parametrize("content", [{}, [], {"text": 99999999999999999999}])
def test_a_record_that_makes_no_sense_is_named_and_does_not_stop_the_walk(adopted, content):
    with lift_seals("outcome_record"):
        Record.objects.update(content=content)
    assert any("adoption record" in mismatch.object for mismatch in mismatches(adopted))


@pytest.mark.parametrize("model", [Disposition, Summary, Thought, FindingEvent, Source, Position])
def test_a_removed_row_is_found(adopted, model):
    row = model._default_manager.order_by("-pk").first()
    with lift_seals(model._meta.db_table):
        model._default_manager.filter(pk=row.pk)._raw_delete("default")
    assert any("is gone" in mismatch.reason for mismatch in mismatches(adopted))


def test_an_elector_who_was_smuggled_in_is_found(adopted):
    procedure = Procedure.objects.get()
    outsider = Participant.objects.exclude(user__roles__kind="delegate").order_by("pk")[0]
    with lift_seals("outcome_elector"):
        Elector.objects.create(procedure=procedure, participant=outsider)
    assert [mismatch.object for mismatch in mismatches(adopted)] == [f"procedure {procedure.pk}"]


def test_a_role_that_nobody_granted_is_found(adopted):
    bruno = User.objects.get(email="bruno@example.org")
    role = Role.objects.create(
        edition=adopted, user=bruno, kind="organiser", granted_at=adopted.registration_opens
    )
    assert [str(m) for m in mismatches(adopted)] == [f"role {role.pk}: the history knows nothing of it"]


def test_an_actor_who_was_exchanged_is_found(adopted):
    entry = HistoryEntry.objects.filter(actor__isnull=False).order_by("number")[0]
    other = User.objects.exclude(pk=entry.actor.user_id).order_by("pk")[0]
    HistoryActor.objects.filter(entry=entry).update(user=other)
    (mismatch,) = mismatches(adopted)
    assert mismatch.reason == "its actor was changed after it was written"


def test_what_changes_elsewhere_by_the_rules_is_no_alarm(adopted):
    """A group gets another name, a strand another colour: the adopted text is what it was."""
    Group.objects.update(name="Another name")
    for strand in adopted.strands.all():
        strand.colour = "plum"
        strand.save()
    assert mismatches(adopted) == []


def test_the_command_fails_and_says_how_many(adopted):
    with lift_seals("outcome_revision"):
        Revision.objects.filter(number=1).update(label="x")
    said = io.StringIO()
    with pytest.raises(CommandError, match="1 object does not match"):
        call_command("verify", stdout=said, stderr=said)
    assert "it was changed without an entry in the history" in said.getvalue()
