"""The pages that everybody reads: the document, its revisions, comparisons, the thread."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from academy.canonical import canonical, digest
from academy.models import Participant
from outcome.coverage import readable_findings
from outcome.drafting import add_clause, reword_clause
from outcome.models import Clause, Document, Revision
from outcome.provenance import Fate, cite, published_fates, set_aside
from outcome.revisions import publish_revision
from tests.factories import make_edition, make_finding, make_participant, make_user, opened_adoption
from tests.outcome.pages import flat, url
from workshops.closing import close_group
from workshops.findings import note_finding, reword_finding
from workshops.models import Seat

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from academy.models import Edition, User
    from workshops.models import Finding, Group

    ClientOf = Callable[[User | None], Client]

PAGES = ("document", "revisions", "findings", "adoption")


def close(group: Group, *, by: User) -> None:
    close_group(group, summary="We found it.", by=by)


def test_before_the_first_revision_the_page_says_when_it_will_be_here(
    document: Document, client_of: ClientOf, dawit: User
) -> None:
    for person in (None, dawit):
        page = client_of(person).get(url("document"))
        assert page.status_code == 200
        assert "published after Thursday 3 February" in flat(page)
        assert "to anchor it in a decision" not in flat(page)


def test_everyone_reads_the_newest_revision_that_is_for_them(
    published: Revision, clause: Clause, client_of: ClientOf, amara: User, dawit: User, farid: User
) -> None:
    document = published.document
    for version, audience in enumerate(("participants", "organisers"), start=1):
        reword_clause(clause, text=f"to act for {audience};", heading="Act", version=version, by=amara)
        publish_revision(document, label=f"For {audience}", audience=audience, by=amara)
    shown = {
        key: client_of(person).get(url("document")).context["revision"].number
        for key, person in (("nobody", None), ("farid", farid), ("dawit", dawit), ("amara", amara))
    }
    assert shown == {"nobody": 1, "farid": 1, "dawit": 2, "amara": 3}


@pytest.mark.parametrize("name", ["revision", "revision_json"])
def test_a_revision_for_others_is_not_there(
    document: Document, client_of: ClientOf, amara: User, dawit: User, name: str
) -> None:
    publish_revision(document, label="Inside", audience="organisers", by=amara)
    found = [client_of(person).get(url(name, 1)).status_code for person in (None, dawit, amara)]
    assert found == [404, 404, 200]
    assert client_of(amara).get(url(name, 2)).status_code == 404


def test_an_old_revision_says_so_and_leads_to_the_newest(
    published: Revision, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    reword_clause(clause, text="to act;", heading="Act", version=1, by=amara)
    publish_revision(published.document, label="Next", audience="public", by=amara)
    pages = [flat(client_of(None).get(url("revision", number))) for number in (1, 2)]
    assert ["This is an old revision." in page for page in pages] == [True, False]


def test_a_revision_as_data_is_canonical_and_its_digest_recomputes(
    published: Revision, client_of: ClientOf
) -> None:
    answer = client_of(None).get(url("revision_json", 1))
    told = json.loads(answer.content)
    assert (answer.content, digest(told["content"])) == (canonical(told), told["digest"])
    assert (told["digest"], answer["Cache-Control"]) == (
        published.digest,
        "public, max-age=31536000, immutable",
    )


def test_data_for_participants_is_not_kept_by_caches(
    document: Document, client_of: ClientOf, amara: User
) -> None:
    publish_revision(document, label="Inside", audience="participants", by=amara)
    assert client_of(amara).get(url("revision_json", 1))["Cache-Control"] == "private, no-store"


def test_a_comparison_says_in_words_what_changed_in_both_directions(
    published: Revision, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    reword_clause(clause, text="to anchor it in a budget;", heading="Anchor it", version=1, by=amara)
    publish_revision(published.document, label="Next", audience="public", by=amara)
    forth, back = (flat(client_of(None).get(url("compare", *pair))) for pair in ((1, 2), (2, 1)))
    assert '<del><span class="visually-hidden">removed: </span>decision' in forth
    assert '<ins><span class="visually-hidden">added: </span>budget' in forth
    assert '<ins><span class="visually-hidden">added: </span>decision' in back
    assert ["You are reading backwards" in page for page in (forth, back)] == [False, True]


def test_a_comparison_shows_changes_or_all(
    published: Revision, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    reword_clause(clause, text="to anchor it in a budget;", heading="Anchor it", version=1, by=amara)
    publish_revision(published.document, label="Next", audience="public", by=amara)
    client = client_of(None)
    shown = [
        b"to count who is left behind" in client.get(url("compare", 1, 2) + query).content
        for query in ("", "?show=all")
    ]
    assert shown == [False, True]
    assert client.get(url("compare", 1, 2) + "?show=nothing").status_code == 404


def test_a_comparison_with_a_revision_for_others_is_not_there(
    published: Revision, clause: Clause, client_of: ClientOf, amara: User
) -> None:
    reword_clause(clause, text="to act;", heading="Act", version=1, by=amara)
    publish_revision(published.document, label="Inside", audience="participants", by=amara)
    assert [client_of(person).get(url("compare", 1, 2)).status_code for person in (None, amara)] == [404, 200]


def test_the_choice_of_two_revisions_leads_to_their_comparison(
    published: Revision, client_of: ClientOf
) -> None:
    client = client_of(None)
    assert client.get(url("choose_comparison"), {"old": "1", "new": "1"})["Location"] == url("compare", 1, 1)
    assert client.get(url("choose_comparison"), {"old": "1", "new": "9"}).status_code == 422


def test_the_words_of_findings_that_nothing_rests_on_are_for_those_who_take_part(
    finding: Finding, client_of: ClientOf, amara: User, dawit: User, farid: User
) -> None:
    for person in (None, farid):
        assert finding.text not in flat(client_of(person).get(url("findings")))
        assert client_of(person).get(url("finding", finding.pk)).status_code == 404
    assert client_of(amara).get(url("finding", finding.pk)).status_code == 200
    assert client_of(dawit).get(url("findings")).status_code == 200


def test_everybody_sees_what_became_of_the_findings_that_a_public_revision_rests_on(
    published: Revision, clause: Clause, finding: Finding, client_of: ClientOf, bruno: User, amara: User
) -> None:
    cite(clause, finding, by=amara)
    publish_revision(clause.document, label="With its source", audience="public", by=amara)
    listing = client_of(None).get(url("findings"))
    assert finding.text in flat(listing)
    page = flat(client_of(None).get(url("finding", finding.pk)))
    assert finding.text in page
    assert ("Its history" in page, "/workshops/1/" in page) == (False, False)
    assert "Its history" in flat(client_of(amara).get(url("finding", finding.pk)))


def test_a_finding_of_an_open_board_is_shown_to_its_group_only(
    finding: Finding, client_of: ClientOf, amara: User, bruno: User, dawit: User
) -> None:
    shown = {
        key: client_of(person).get(url("finding", finding.pk)).status_code
        for key, person in (("amara", amara), ("bruno", bruno), ("dawit", dawit))
    }
    assert shown == {"amara": 200, "bruno": 200, "dawit": 404}
    assert client_of(dawit).get(url("findings")).context["coverage"].tally.total == 0
    close(finding.group, by=amara)
    assert client_of(dawit).get(url("finding", finding.pk)).status_code == 200


def test_a_finding_tells_its_history_without_persons(
    finding: Finding, client_of: ClientOf, amara: User, dawit: User
) -> None:
    reword_finding(finding, text="A line in the budget makes it real.", by=amara)
    close(finding.group, by=amara)
    words = flat(client_of(dawit).get(url("finding", finding.pk)))
    assert "Noted:" in words
    assert "A budget line makes it real." in words
    assert "Reworded to:" in words
    assert "Amara" not in words


def test_readers_see_the_thread_of_the_revision_and_not_of_the_draft(
    document: Document,
    published: Revision,
    clause: Clause,
    finding: Finding,
    client_of: ClientOf,
    amara: User,
    dawit: User,
) -> None:
    close(finding.group, by=amara)
    cite(clause, finding, by=amara)
    assert client_of(dawit).get(url("finding", finding.pk)).context["told"].fate.what == "open"
    publish_revision(document, label="Next", audience="participants", by=amara)
    told = client_of(dawit).get(url("finding", finding.pk)).context["told"]
    assert (told.fate.what, [c["number"] for c in told.clauses]) == ("used", [1])


def test_findings_are_filtered_by_workshop_and_by_what_became_of_them(
    document: Document, finding: Finding, client_of: ClientOf, amara: User
) -> None:
    other = make_finding(finding.group, by=amara, text="Nobody counts them.")
    set_aside(other, reason="Said better elsewhere.", by=amara)
    client = client_of(amara)
    lists = {
        query: [told.finding.text for told in client.get(url("findings") + query).context["told"]]
        for query in ("", "?became=set-aside", "?became=open&workshop=1", "?became=used")
    }
    assert lists == {
        "": [finding.text, other.text],
        "?became=set-aside": [other.text],
        "?became=open&workshop=1": [finding.text],
        "?became=used": [],
    }
    assert "Said better elsewhere." in flat(client.get(url("findings")))


@pytest.mark.parametrize("query", ["?workshop=99", "?workshop=x", "?became=eaten", "?kind=poem"])
def test_a_filter_that_makes_no_sense_is_not_found(
    document: Document, finding: Finding, client_of: ClientOf, amara: User, query: str
) -> None:
    found = [client_of(amara).get(url(page) + query).status_code for page in ("findings", "desk")]
    assert found == [404, 404]


def test_a_finding_of_another_academy_is_not_here(client_of: ClientOf, amara: User, finding: Finding) -> None:
    other = make_edition()
    make_participant(amara, other)
    assert client_of(amara).get(reverse("outcome:finding", args=(other.slug, finding.pk))).status_code == 404
    assert client_of(amara).get(url("finding", uuid4())).status_code == 404


@pytest.mark.parametrize(("page", "module"), [("document", "reading"), ("findings", "browsing")])
def test_a_finding_that_is_noted_while_a_page_is_made_is_open(
    document: Document,
    finding: Finding,
    client_of: ClientOf,
    amara: User,
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    module: str,
) -> None:
    publish_revision(document, label="Zero draft", audience="public", by=amara)
    view = f"outcome.views.{module}.published_fates"

    def read_and_note_another(*words: Any) -> dict[UUID, Fate]:
        read = published_fates(*words)
        make_finding(finding.group, by=amara, text="Noted in between.")
        return read

    monkeypatch.setattr(view, read_and_note_another)
    assert client_of(amara).get(url(page)).status_code == 200
    read = published_fates(finding.group.workshop.edition, None)
    assert read[uuid4()] == Fate("open")


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_reading_pages_ask_as_many_questions_of_a_large_document_as_of_a_small_one(
    document: Document, clause: Clause, finding: Finding, client_of: ClientOf, amara: User
) -> None:
    cite(clause, finding, by=amara)
    make_finding(finding.group, by=amara, text="Nobody counts them.")
    publish_revision(document, label="Zero draft", audience="public", by=amara)
    publish_more(document, amara)
    client = client_of(amara)
    addresses = [url(name) for name in PAGES] + [
        url("revision", 1),
        url("compare", 1, 2) + "?show=all",
        url("finding", finding.pk),
        url("desk"),
        url("publish"),
        url("edit_clause", clause.pk),
    ]
    small = {address: queries(client, address) for address in addresses}
    for number in range(4):
        grow(document, finding, number, by=amara)
    publish_more(document, amara)
    assert {address: queries(client, address) for address in addresses} == small


def publish_more(document: Document, amara: User) -> None:
    add_clause(document.sections.get(position=2), text="to let residents take part;", by=amara)
    publish_revision(document, label="Next", audience="public", by=amara)


def grow(document: Document, finding: Finding, number: int, *, by: User) -> None:
    clause = add_clause(document.sections.get(position=2), text=f"to act {number};", remark="Why.", by=by)
    for text in ("used", "set aside", "open"):
        found = note_finding(
            finding.group,
            key=uuid4(),
            part=finding.part,
            question=finding.question,
            kind="other",
            text=text,
            by=by,
        )
        if text == "used":
            cite(clause, found, by=by)
            cite(document.clauses.get(heading="Anchor it"), found, by=by)
        elif text == "set aside":
            set_aside(found, reason="Said elsewhere.", by=by)


def test_the_record_is_not_there_before_a_closing_and_says_why(
    published: Revision, client_of: ClientOf
) -> None:
    for name in ("record", "record_json"):
        page = client_of(None).get(url(name))
        assert (page.status_code, "There is no record yet" in flat(page)) == (404, True)


def test_the_public_reads_the_record_with_the_names_that_may_be_shown(
    academy_at: Callable[[str], Edition], client_of: ClientOf
) -> None:
    academy_at("adopted")
    esi = Participant.objects.get(user__email="esi@example.org")
    page = client_of(None).get(url("record"))
    words = flat(page)
    shown = [person.shown_name for camp in page.context["camps"] for person in camp.people]
    assert "Dawit Bekele" in shown
    assert (esi.pseudonym in shown, esi.name in words, esi.organisation in words) == (True, False, False)
    assert sum(camp.count for camp in page.context["camps"]) == 22
    assert page.context["record"].digest in words


def test_the_record_as_data_recomputes(academy_at: Callable[[str], Edition], client_of: ClientOf) -> None:
    academy_at("adopted")
    answer = client_of(None).get(url("record_json"))
    told = json.loads(answer.content)
    assert (answer.content, digest(told["content"])) == (canonical(told), told["digest"])
    assert digest(told["content"]["text"]) == told["content"]["text_digest"]


def test_somebody_who_is_unlisted_is_counted_and_not_named(
    frozen: Document, edition: Edition, client_of: ClientOf, amara: User
) -> None:
    from academy.roles import grant_role
    from outcome.adoption import close_adoption, take_position

    hidden = make_user("hidden")
    make_participant(hidden, edition, name="Hidden Person", visibility="unlisted")
    grant_role(hidden, edition, "delegate", by=None)
    procedure = opened_adoption(frozen, method="consensus", quorum="none", by=amara)
    take_position(procedure, choice="join", by=hidden)
    close_adoption(procedure, by=amara)
    words = flat(client_of(amara).get(url("record")))
    assert ("Hidden Person" in words, "1 person who is not listed" in words) == (False, True)


def test_after_the_adoption_the_document_says_so(
    academy_at: Callable[[str], Edition], client_of: ClientOf
) -> None:
    academy_at("adopted")
    page = flat(client_of(None).get(url("document")))
    assert "Adopted on" in page
    assert f'href="{url("record")}"' in page


def test_who_withdrew_reads_no_finding(finding: Finding, edition: Edition, amara: User, dawit: User) -> None:
    group = finding.group
    sitting = Participant.objects.get(user=dawit, edition=edition)
    Seat.objects.create(workshop=group.workshop, slot=group.session, group=group, participant=sitting)
    assert list(readable_findings(dawit, edition)) == [finding]
    sitting.state = Participant.State.WITHDRAWN
    sitting.save()
    close(group, by=amara)
    assert list(readable_findings(dawit, edition)) == []
