"""The desk, through its pages: who may, bad input, and that typed words are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy.roles import grant_role
from outcome.amending.clauses import Words
from outcome.amending.proposing import propose_change
from outcome.drafting import remove_clause, reword_clause, start_document
from outcome.models import Clause, Disposition, Document, Revision, Source
from outcome.provenance import cite
from outcome.revisions import document_content
from tests.factories import make_edition, make_participant
from tests.outcome.pages import flat, url

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from academy.models import Edition, User
    from outcome.models import Amendment
    from workshops.models import Finding

    ClientOf = Callable[[User | None], Client]


def post_addresses(clause: Clause, source: Source, finding: Finding) -> list[str]:
    """Every address that changes something and is for organisers."""
    return [
        url("start"),
        url("begin_clause"),
        url("cite"),
        url("set_aside"),
        url("begin_merge"),
        url("merge_findings"),
        url("take_back", finding.pk),
        url("uncite", source.pk),
        url("add_clause", clause.section_id),
        url("edit_clause", clause.pk),
        url("move_clause", clause.pk),
        url("remove_clause", clause.pk),
        url("restore_clause", clause.pk),
        url("publish"),
        url("freeze"),
        url("unfreeze"),
        url("open_adoption"),
        url("close_adoption"),
    ]


def test_only_organisers_come_to_the_desk_and_its_actions(
    clause: Clause, finding: Finding, client_of: ClientOf, amara: User, bruno: User, dawit: User, farid: User
) -> None:
    source = cite(clause, finding, by=amara)
    before = document_content(clause.document)
    addresses = post_addresses(clause, source, finding)
    assert [client_of(None).post(a)["Location"].startswith("/accounts/login/") for a in addresses] == [
        True
    ] * len(addresses)
    for person in (bruno, dawit, farid):
        assert {client_of(person).post(address).status_code for address in addresses} == {403}
        assert client_of(person).get(url("desk")).status_code == 403
    assert document_content(clause.document) == before
    assert client_of(amara).get(url("desk")).status_code == 200


def test_the_amendments_to_a_clause_and_their_conflicts_stand_beside_it_on_the_desk(
    amendment: Amendment, clause: Clause, client_of: ClientOf, amara: User, dawit: User
) -> None:
    words = Words("Anchor it", "to anchor it in a law;", "It was dropped.")
    propose_change(clause, words, reason="Laws last.", base=1, by=dawit)
    client = client_of(amara)
    page = flat(client.get(url("desk")))
    assert page.count("2 amendments") == 1
    assert ("conflicts with 2" in page, "conflicts with 1" in page) == (True, True)
    assert "conflicts with a later edit" not in page
    reword_clause(clause, text="to anchor it in a statute;", heading="Anchor it", version=1, by=amara)
    assert flat(client.get(url("desk"))).count("conflicts with a later edit") == 2


def test_an_edit_elsewhere_in_the_clause_conflicts_with_nothing(
    amendment: Amendment, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    reword_clause(clause, text="to firmly anchor it in a decision;", heading="Anchor it", version=1, by=amara)
    page = flat(client_of(amara).get(url("desk")))
    assert ("1 amendment" in page, "conflicts with a later edit" in page) == (True, False)


def test_many_amendments_need_no_more_queries_of_the_desk(
    amendment: Amendment, clause: Clause, client_of: ClientOf, amara: User, dawit: User
) -> None:
    client = client_of(amara)
    client.get(url("desk"))
    with CaptureQueriesContext(connection) as before:
        client.get(url("desk"))
    for number in range(5):
        words = Words("Anchor it", f"to anchor it in law {number};", "It was dropped.")
        propose_change(clause, words, reason="Laws last.", base=1, by=dawit)
    with CaptureQueriesContext(connection) as after:
        client.get(url("desk"))
    assert len(after) == len(before)


def test_an_organiser_of_another_academy_is_nobody_here(
    clause: Clause, client_of: ClientOf, farid: User
) -> None:
    other = make_edition()
    grant_role(farid, other, "organiser", by=None)
    assert client_of(farid).get(url("desk")).status_code == 403
    start_document(other, title="Another", by=farid)
    for name in ("edit_clause", "remove_clause"):
        assert client_of(farid).get(url(name, clause.pk, edition=other.slug)).status_code == 404
    assert (
        client_of(farid)
        .post(url("add_clause", clause.section_id, edition=other.slug), {"text": "x"})
        .status_code
        == 404
    )
    assert Clause.objects.filter(document__edition=other).count() == 0


def test_the_document_is_begun_on_the_empty_desk(edition: Edition, client_of: ClientOf, amara: User) -> None:
    client = client_of(amara)
    assert "Begin the outcome document" in flat(client.get(url("desk")))
    refused = client.post(url("start"), {"title": " ", "lead": "We encourage:"})
    assert (refused.status_code, "We encourage:" in flat(refused)) == (422, True)
    assert client.post(url("start"), {"title": "Commitments", "lead": "We encourage:"})["Location"] == url(
        "desk"
    )
    assert client.post(url("start"), {"title": "Again"}).status_code == 409
    assert Document.objects.get().sections.get(position=0).title == "Preamble"


def test_a_clause_is_started_from_findings(
    document: Document, finding: Finding, client_of: ClientOf, amara: User
) -> None:
    section = document.sections.get(position=1)
    client = client_of(amara)
    begun = client.post(url("begin_clause"), {"finding": finding.pk, "section": section.pk})
    assert begun["Location"] == f"{url('add_clause', section.pk)}?finding={finding.pk}"
    assert finding.text in flat(client.get(begun["Location"]))
    client.post(
        url("add_clause", section.pk), {"finding": finding.pk, "text": "to pay for it;", "heading": "Pay"}
    )
    clause = Clause.objects.get(heading="Pay")
    assert list(clause.sources.values_list("finding", flat=True)) == [finding.pk]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"text": "x" * 4001}, 422),
        ({"text": ""}, 422),
        ({"text": "to\x07act;"}, 422),
        ({"text": "to act;", "heading": "x" * 121}, 422),
        ({"text": "to act;", "version": "x"}, 422),
    ],
    ids=["too long", "empty", "control character", "long title", "no number"],
)
def test_words_that_are_refused_stay_in_the_form(
    clause: Clause, client_of: ClientOf, amara: User, words: dict[str, str], status: int
) -> None:
    sent = {"heading": "Mine", "remark": "A remark that took me long.", "version": "1", **words}
    before = document_content(clause.document)
    for address in (url("edit_clause", clause.pk), url("add_clause", clause.section_id)):
        answer = client_of(amara).post(address, sent)
        assert (answer.status_code, "A remark that took me long." in flat(answer)) == (
            status,
            True,
        )
    assert document_content(clause.document) == before


def test_an_overtaken_edit_shows_both_texts_and_can_be_saved_then(
    clause: Clause, client_of: ClientOf, amara: User
) -> None:
    reword_clause(clause, text="to anchor it in the budget;", heading="Anchor it", version=1, by=amara)
    sent = {
        "heading": "Anchor it",
        "text": "to anchor it in a law;",
        "remark": "It was dropped.",
        "version": "1",
    }
    client = client_of(amara)
    answer = client.post(url("edit_clause", clause.pk), sent)
    words = flat(answer)
    assert answer.status_code == 409
    assert "to anchor it in the budget;" in words
    assert '<ins><span class="visually-hidden">added: </span>a law' in words
    assert 'name="version" value="2"' in words
    assert Clause.objects.get(pk=clause.pk).text == "to anchor it in the budget;"
    client.post(url("edit_clause", clause.pk), {**sent, "version": "2"})
    assert Clause.objects.get(pk=clause.pk).text == "to anchor it in a law;"


def test_a_clause_that_was_removed_meanwhile_keeps_what_was_typed(
    clause: Clause, client_of: ClientOf, amara: User
) -> None:
    remove_clause(clause, by=amara)
    answer = client_of(amara).post(
        url("edit_clause", clause.pk), {"text": "to anchor it in a law;", "version": "1"}
    )
    words = flat(answer)
    assert (answer.status_code, "The clause was removed meanwhile." in words) == (409, True)
    assert "to anchor it in a law;" in words


def test_an_edit_of_a_frozen_document_is_refused_with_its_words_kept(
    frozen: Document, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    assert client.get(url("edit_clause", clause.pk))["Location"] == url("desk")
    for address in (url("edit_clause", clause.pk), url("add_clause", clause.section_id)):
        answer = client.post(address, {"text": "to forget it;", "version": "1"})
        words = flat(answer)
        assert (answer.status_code, "The text of this document is fixed." in words) == (409, True)
        assert "to forget it;" in words
    for address in (url("move_clause", clause.pk), url("remove_clause", clause.pk), url("publish")):
        assert client.post(address, {"label": "More", "audience": "public"}).status_code == 409
    assert (Clause.objects.get(pk=clause.pk).text, Revision.objects.count()) == (
        "to anchor it in a decision;",
        1,
    )


def test_clauses_move_leave_and_come_back(
    document: Document, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    second = document.clauses.get(heading="Count")
    assert client.post(url("move_clause", second.pk), {"before": clause.pk})["Location"].endswith(
        f"#clause-{second.pk}"
    )
    assert client.get(url("remove_clause", clause.pk)).status_code == 200
    assert Clause.objects.get(pk=clause.pk).removed is False
    client.post(url("remove_clause", clause.pk))
    assert Clause.objects.get(pk=clause.pk).removed is True
    client.post(url("restore_clause", clause.pk))
    standing = Clause.objects.standing().filter(kind="encouragement").values_list("heading", flat=True)
    assert list(standing) == ["Count", "Anchor it"]


def test_a_move_before_something_unknown_is_refused(
    document: Document, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    sent = [str(uuid4()), "x", str(document.clauses.get(kind="preamble").pk)]
    assert [client.post(url("move_clause", clause.pk), {"before": b}).status_code for b in sent] == [
        422,
        422,
        422,
    ]
    assert client.post(url("move_clause", uuid4())).status_code == 404


def test_findings_are_attached_changed_and_taken_away(
    clause: Clause, finding: Finding, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    sent = {"finding": finding.pk, "clause": clause.pk, "relation": "supports"}
    assert (
        client.post(url("cite") + "?kind=challenge", sent)["Location"]
        == url("desk") + "?kind=challenge#findings"
    )
    changed = client.post(url("cite"), {**sent, "relation": "qualifies", "back": "clause"})
    assert changed["Location"] == url("edit_clause", clause.pk)
    source = Source.objects.get()
    assert source.relation == "qualifies"
    client.post(url("uncite", source.pk))
    assert Source.objects.count() == 0


def test_what_was_ticked_and_typed_is_kept_when_the_desk_refuses(
    clause: Clause, finding: Finding, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    for address, sent in (
        (url("cite"), {"finding": finding.pk, "relation": "supports", "reason": "Half written"}),
        (url("set_aside"), {"finding": finding.pk, "reason": "x" * 501}),
        (url("begin_clause"), {"finding": finding.pk, "section": uuid4(), "reason": "Half written"}),
    ):
        answer = client.post(address, sent)
        words = flat(answer)
        assert answer.status_code == 422
        assert f'id="finding-{finding.pk}" checked' in words
        assert f'value="{sent["reason"]}"' in words
    assert (Source.objects.count(), Disposition.objects.count()) == (0, 0)


def test_findings_of_another_academy_are_refused(
    clause: Clause, finding: Finding, client_of: ClientOf, farid: User
) -> None:
    other = make_edition()
    make_participant(farid, other)
    grant_role(farid, other, "organiser", by=None)
    mine = start_document(other, title="Another", by=farid)
    section = mine.sections.get(kind="preamble")
    client = client_of(farid)
    sent = {
        "finding": finding.pk,
        "clause": clause.pk,
        "relation": "supports",
        "reason": "No.",
        "section": section.pk,
    }
    for name in ("cite", "set_aside", "begin_clause", "begin_merge", "merge_findings"):
        answer = client.post(url(name, edition=other.slug), sent)
        assert (answer.status_code, "belongs to another academy" in flat(answer)) == (422, True)
    added = client.post(
        url("add_clause", section.pk, edition=other.slug), {"finding": finding.pk, "text": "We met."}
    )
    assert added.status_code == 422
    assert client.post(url("take_back", finding.pk, edition=other.slug)).status_code == 404
    assert (Source.objects.count(), Disposition.objects.count(), mine.clauses.count()) == (0, 0, 0)


def test_a_finding_is_set_aside_with_a_reason_and_taken_back(
    document: Document, finding: Finding, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    client.post(url("set_aside"), {"finding": finding.pk, "reason": "Said elsewhere."})
    assert "Said elsewhere." in flat(client.get(url("desk") + "?became=set-aside"))
    client.post(url("take_back", finding.pk))
    assert Disposition.objects.count() == 0


def test_setting_a_cited_finding_aside_sets_none_aside(
    clause: Clause, finding: Finding, client_of: ClientOf, amara: User
) -> None:
    cite(clause, finding, by=amara)
    answer = client_of(amara).post(url("set_aside"), {"finding": finding.pk, "reason": "No."})
    assert (answer.status_code, Disposition.objects.count()) == (409, 0)


def test_the_draft_is_published_with_what_is_open_in_sight(
    clause: Clause, finding: Finding, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    page = client.get(url("publish"))
    assert page.context["coverage_tally"] == {"used": 0, "merged": 0, "set_aside": 0, "open": 1}
    refused = client.post(url("publish"), {"label": "", "note": "Much work", "audience": "public"})
    assert (refused.status_code, "Much work" in flat(refused)) == (422, True)
    assert client.post(url("publish"), {"label": "Zero draft", "audience": "public"})["Location"] == url(
        "document"
    )
    again = client.post(url("publish"), {"label": "Again", "audience": "public"})
    assert (again.status_code, Revision.objects.count()) == (409, 1)


def test_the_text_is_frozen_and_opened_again_after_asking(
    published: Revision, client_of: ClientOf, amara: User
) -> None:
    client = client_of(amara)
    assert (client.get(url("freeze")).status_code, Document.objects.get().state) == (200, "drafting")
    assert client.post(url("freeze"))["Location"] == url("adoption")
    assert (client.get(url("unfreeze")).status_code, Document.objects.get().state) == (200, "frozen")
    assert client.post(url("unfreeze"))["Location"] == url("desk")
    assert client.post(url("unfreeze")).status_code == 409


def test_a_frozen_desk_offers_no_changes(frozen: Document, client_of: ClientOf, amara: User) -> None:
    words = flat(client_of(amara).get(url("desk") + "?became="))
    assert ("/move/" in words, "desk/publish" in words, "desk/unfreeze" in words) == (False, False, True)


def test_freezing_what_was_not_published_is_refused(
    document: Document, client_of: ClientOf, amara: User
) -> None:
    answer = client_of(amara).post(url("freeze"))
    assert (answer.status_code, Document.objects.get().state) == (409, "drafting")
