"""The house rules of a document: organisers say with which verb form an encouragement begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from academy.errors import NotAllowed
from academy.models import HistoryEntry
from outcome.drafting import set_house_rules
from outcome.locking import DocumentFixed
from tests.outcome.pages import flat, url

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from academy.models import User
    from outcome.models import Clause, Document

    ClientOf = Callable[[User | None], Client]

HINT = "An encouragement begins with"


def rules_of(document: Document, beginnings: str, *, by: User) -> str | None:
    set_house_rules(document, beginnings=beginnings, by=by)
    document.refresh_from_db()
    return document.beginnings


def test_forms_are_kept_tidy_each_once_and_the_history_knows(document: Document, amara: User) -> None:
    assert document.beginnings is None
    assert rules_of(document, "  zu ,nicht   zu,, zu ", by=amara) == "zu, nicht zu"
    assert HistoryEntry.objects.latest("number").verb == "house rules set"
    assert rules_of(document, " , ", by=amara) == ""


def test_only_who_writes_sets_them_and_only_while_the_text_may_change(
    frozen: Document, dawit: User, amara: User
) -> None:
    with pytest.raises(NotAllowed):
        set_house_rules(frozen, beginnings="zu", by=dawit)
    with pytest.raises(DocumentFixed):
        set_house_rules(frozen, beginnings="zu", by=amara)
    frozen.refresh_from_db()
    assert frozen.beginnings is None


def test_the_desk_the_forms_and_the_writing_page_hint_at_what_was_set(
    clause: Clause, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    pages = (url("desk"), url("edit_clause", clause.pk))
    assert clause.text.startswith("to ")
    assert [HINT in flat(client.get(page)) for page in pages] == [False, False]
    page = client.get(url("house_rules"))
    assert 'value="to"' in page.content.decode()
    answer = client.post(url("house_rules"), {"beginnings": "zu, nicht zu"})
    assert (answer.status_code, answer["Location"]) == (302, url("desk"))
    for address in pages:
        assert f"{HINT} “zu” / “nicht zu”" in flat(client.get(address))
    assert "begins with “zu” / “nicht zu”" in flat(client.get(url("add_clause", clause.section_id)))
    writing = client.get(url("write")).content.decode()
    assert 'beginnings="[&quot;zu&quot;, &quot;nicht zu&quot;]"' in writing
    client.post(url("house_rules"), {"beginnings": ""})
    assert [HINT in flat(client.get(page)) for page in pages] == [False, False]
    assert "begins with" not in flat(client.get(url("add_clause", clause.section_id)))


def test_what_cannot_be_kept_is_refused_and_stays_in_the_form(
    clause: Clause, client_of: ClientOf, amara: User
) -> None:
    long = "to " * 80
    for typed, words in ((long, "at most 200 characters"), ("to\x01", "Control characters")):
        answer = client_of(amara).post(url("house_rules"), {"beginnings": typed})
        assert answer.status_code == 422
        assert words in flat(answer)
        assert typed.split()[0] in answer.content.decode()


def test_a_document_is_begun_with_its_house_rules(
    db: None, edition, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    assert 'value="to"' in client.get(url("desk")).content.decode()
    client.post(url("start"), {"title": "Empfehlungen", "lead": "Wir rufen auf,", "beginnings": "zu"})
    assert edition.document.beginnings == "zu"
