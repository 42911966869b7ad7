"""Restoring a clause or a whole revision: an edit of the draft like every other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from academy.errors import NotAllowed
from academy.history import verify_history
from outcome.drafting import add_clause, move_clause, remove_clause, reword_clause
from outcome.locking import DocumentFixed
from outcome.provenance import cite, set_aside, uncite
from outcome.restoring import AsItIs, NotInRevision, restore_revision, restore_words
from outcome.restructuring import open_for_writing
from outcome.revisions import (
    document_content,
    open_when_published,
    own_words,
    publish_revision,
    verify_document,
)
from tests.outcome.pages import flat, url

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from academy.models import Edition, User
    from outcome.models import Clause, Document, Revision
    from workshops.models import Finding


def change_everything(document: Document, clause: Clause, *, by: User) -> None:
    """Words, remarks, order, new and removed clauses, sources: all of it is other than before."""
    count = document.clauses.get(heading="Count")
    reword_clause(clause, text="to forget;", heading="Forget", remark="", version=clause.version, by=by)
    move_clause(clause, before=None, by=by)
    remove_clause(count, by=by)
    add_clause(document.sections.get(position=2), text="to do something new;", by=by)
    for source in clause.sources.all():
        uncite(source, by=by)


@pytest.mark.parametrize("is_live", [False, True])
def test_a_whole_revision_is_restored_with_words_order_and_sources(
    document: Document, clause: Clause, finding: Finding, edition: Edition, amara: User, is_live: bool
) -> None:
    cite(clause, finding, relation="qualifies", by=amara)
    revision = publish_revision(document, label="Zero draft", audience="public", by=amara)
    if is_live:
        document = open_for_writing(document, by=amara)
        clause.refresh_from_db()
    change_everything(document, clause, by=amara)
    set_aside(finding, reason="Said before", by=amara)
    assert own_words(document_content(document)) != own_words(revision.content)
    restore_revision(revision, by=amara)
    assert own_words(document_content(document)) == own_words(revision.content)
    assert (list(verify_document(edition)), list(verify_history(edition))) == ([], [])
    with pytest.raises(AsItIs):
        restore_revision(revision, by=amara)


def test_one_clause_is_restored_and_the_others_stay(
    document: Document, published: Revision, clause: Clause, amara: User
) -> None:
    before = published.content["sections"][1]["clauses"]
    count = document.clauses.get(heading="Count")
    reword_clause(count, text="to count all;", heading="Count all", version=1, by=amara)
    remove_clause(clause, by=amara)
    restored = restore_words(clause, published, by=amara)
    now = document_content(document)["sections"][1]["clauses"]
    assert (now[0], now[1]["text"], restored.removed) == (before[0], "to count all;", False)
    with pytest.raises(AsItIs):
        restore_words(clause, published, by=amara)


def test_what_a_revision_does_not_hold_is_not_restored_from_it(
    document: Document, published: Revision, amara: User
) -> None:
    new = add_clause(document.sections.get(position=2), text="to act;", by=amara)
    with pytest.raises(NotInRevision):
        restore_words(new, published, by=amara)


def test_only_the_drafting_group_restores_and_only_while_the_text_is_open(
    frozen: Document, published: Revision, clause: Clause, amara: User, dawit: User
) -> None:
    with pytest.raises(NotAllowed):
        restore_revision(published, by=dawit)
    with pytest.raises(DocumentFixed):
        restore_revision(published, by=amara)
    with pytest.raises(DocumentFixed):
        restore_words(clause, published, by=amara)


def test_a_revision_says_how_many_findings_were_open_when_it_was_published(
    document: Document,
    finding: Finding,
    clause: Clause,
    amara: User,
    client_of: Callable[[User | None], Client],
) -> None:
    first = publish_revision(document, label="Zero draft", audience="public", by=amara)
    cite(clause, finding, by=amara)
    second = publish_revision(document, label="Next", audience="public", by=amara)
    assert (open_when_published(first), open_when_published(second)) == (1, 0)
    shown = ["findings open" in flat(client_of(None).get(url("revision", n))) for n in (1, 2)]
    told = ["with 1 finding open" in flat(client_of(None).get(url("revision", n))) for n in (1, 2)]
    assert (shown, told) == ([False, False], [True, False])


def test_a_comparison_stands_side_by_side_as_well(
    published: Revision, clause: Clause, amara: User, client_of: Callable[[User | None], Client]
) -> None:
    reword_clause(clause, text="to anchor it in a budget;", heading="Anchor it", version=1, by=amara)
    publish_revision(published.document, label="Next", audience="public", by=amara)
    page = flat(client_of(None).get(url("compare", 1, 2) + "?view=sides"))
    before, now = page.split(">now</p>")
    assert ("<del>" in before, "<ins>" in before, "<del>" in now, "<ins>" in now) == (
        True,
        False,
        False,
        True,
    )
    assert "Restore as in revision" not in page
    assert "Restore as in revision 1" in flat(client_of(amara).get(url("compare", 1, 2)))
    assert client_of(None).get(url("compare", 1, 2) + "?view=upside-down").status_code == 404


def test_the_button_of_a_clause_restores_that_clause_with_the_form_of_the_page(
    published: Revision, clause: Clause, amara: User, client_of: Callable[[User | None], Client]
) -> None:
    reword_clause(clause, text="to anchor it in a budget;", heading="Anchor it", version=1, by=amara)
    publish_revision(published.document, label="Next", audience="public", by=amara)
    client = client_of(amara)
    client.handler.enforce_csrf_checks = True
    for _again in range(2):  # drawn, and kept
        page = client.get(url("compare", 1, 2)).content.decode()
    token = re.search(r'<form id="restore" method="post"><input[^>]* value="(\w+)"', page)
    button = re.search(r'form="restore"\s+formaction="([^"]+)"', page)
    assert token
    assert button
    assert str(clause.pk) in button[1]
    assert client.post(button[1]).status_code == 403
    client.post(button[1], {"csrfmiddlewaretoken": token[1]})
    clause.refresh_from_db()
    assert clause.text == published.content["sections"][1]["clauses"][0]["text"]
