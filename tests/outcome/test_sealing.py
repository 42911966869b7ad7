"""The adopted text against whoever may do everything: forms, admin, SQL; and what `verify` says of tampering."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from academy.canonical import digest
from academy.management.verification import verify_edition
from outcome import adoption
from outcome.models import Clause, Document, Procedure, Record, Revision
from outcome.verifying import verify_published
from tests.factories import opened_adoption
from tests.outcome.pages import url

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from django.test import Client

    from academy.models import User


@pytest.fixture
def record(frozen: Document, delegates: list[User], amara: User, dawit: User) -> Record:
    opened = opened_adoption(frozen, by=amara)
    adoption.take_position(opened, choice="join", by=dawit)
    adoption.close_adoption(opened, by=amara)
    return Record.objects.select_related("procedure", "document").get()


@pytest.fixture
def superuser(amara: User) -> User:
    amara.is_staff = amara.is_superuser = True
    amara.save()
    return amara


def contents() -> list[Any]:
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (Document, Clause, Revision, Procedure, Record)
    ]


def test_no_form_changes_what_was_adopted(
    record: Record, client_of: Callable[[User | None], Client], superuser: User, clause: Clause
) -> None:
    before, client = contents(), client_of(superuser)
    sent: list[tuple[str, dict[str, str]]] = [
        (url("edit_clause", clause.pk), {"text": "to forget it;", "version": "1"}),
        (url("remove_clause", clause.pk), {}),
        (url("publish"), {"label": "Again", "audience": "public"}),
        (url("unfreeze"), {}),
        (url("recall_adoption"), {"reason": "Wrong"}),
        (url("close_adoption"), {}),
        (url("take_position"), {"choice": "object", "sure": "1"}),
    ]
    assert [client.post(address, data).status_code for address, data in sent] == [409] * len(sent)
    assert contents() == before


@pytest.mark.parametrize("model", ["record", "revision", "procedure", "clause", "document", "position"])
def test_no_admin_changes_what_was_adopted(
    record: Record, client_of: Callable[[User | None], Client], superuser: User, model: str
) -> None:
    client, before = client_of(superuser), contents()
    from django.apps import apps

    row = apps.get_model("outcome", model)._default_manager.first()
    assert row is not None
    for page, data in (("change", {"title": "Other", "text": "Other"}), ("delete", {"post": "yes"})):
        answer = client.post(reverse(f"admin:outcome_{model}_{page}", args=(row.pk,)), data)
        assert answer.status_code in (302, 403)
    assert contents() == before


def test_no_sql_changes_what_was_adopted(record: Record) -> None:
    before = contents()
    statements = [
        "UPDATE outcome_record SET digest = 'x'",
        "DELETE FROM outcome_record",
        "UPDATE outcome_revision SET content = '{}'",
        "DELETE FROM outcome_revision",
        "UPDATE outcome_clause SET text = 'to forget it;'",
        "DELETE FROM outcome_clause",
        "UPDATE outcome_position SET choice = 'object'",
        "DELETE FROM outcome_position",
        "UPDATE outcome_procedure SET state = 'not-adopted'",
        "UPDATE outcome_procedure SET state = 'open'",
        "UPDATE outcome_procedure SET quorum = 'none', method = 'silence'",
        "DELETE FROM outcome_procedure",
        "DELETE FROM outcome_elector",
        "UPDATE outcome_document SET state = 'drafting'",
        "UPDATE outcome_document SET title = 'Other'",
    ]
    if connection.vendor == "postgresql":
        connection.check_constraints()  # what the test itself left to check would refuse it, too
        statements.append("TRUNCATE outcome_record CASCADE")
    for statement in statements:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert contents() == before


def said_by_verify(*more: str) -> list[str]:
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify", "2022", *more, stderr=said, no_color=True)
    return said.getvalue().splitlines()


def test_with_the_seals_lifted_verify_names_the_record(
    record: Record, unsealed: Callable[[str], AbstractContextManager[None]]
) -> None:
    with unsealed("outcome_record"):
        Record.objects.update(content={**record.content, "counts": {"join": 300}})
    said = said_by_verify()
    assert f"2022: adoption record {record.pk}: its content was changed after the adoption" in said


def test_with_every_stored_digest_recomputed_the_one_that_was_published_still_tells(
    record: Record, unsealed: Callable[[str], AbstractContextManager[None]], amara: User
) -> None:
    """The attacker owns the database: they change the record and its digest, and write the history anew to its end."""
    published = record.digest
    content = {**record.content, "present": 300}
    with unsealed("outcome_record"):
        Record.objects.update(content=content, digest=digest(content))
    _write_the_history_anew(record, unsealed)
    assert unexpected(record) == []  # what is kept here fits together again
    assert said_by_verify("--published", published)[-1] == (
        f"2022: adoption record {record.pk}: it does not have the digest that was published; "
        "what is kept here was changed since, or the digest belongs to something else"
    )


def unexpected(record: Record) -> list[str]:
    """What does not match; the people of these tests were made behind the history's back."""
    found = map(str, verify_edition(record.document.edition))
    return [mismatch for mismatch in found if not mismatch.startswith("participant ")]


def test_the_published_digest_of_an_honest_record_matches(record: Record) -> None:
    for published in (record.digest, record.content["text_digest"], f" {record.digest.upper()}"):
        assert list(verify_published(record.document.edition, published)) == []
    assert len(list(verify_published(record.document.edition, "0" * 64))) == 1


def _write_the_history_anew(record: Record, unsealed: Callable[[str], AbstractContextManager[None]]) -> None:
    from academy.history import content_of
    from academy.models import HistoryEntry, HistoryHead
    from outcome.recording import record_words

    forged = Record.objects.get(pk=record.pk)
    previous = ""
    with unsealed("academy_historyentry"):
        for entry in HistoryEntry.objects.filter(edition__slug="2022").order_by("number"):
            if entry.object_id == str(record.pk):
                entry.data = {**entry.data, "digest": forged.digest, "content": digest(record_words(forged))}
            entry.previous = previous
            entry.digest = previous = digest(content_of(entry))
            entry.save()
    HistoryHead.objects.filter(edition__slug="2022").update(digest=previous)
