"""The pages, files, feed and data of what follows: what everybody sees, what who signed can do, in how many queries."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from academy.kept_pages import forget_pages
from academy.models import Participant
from outcome.following.committing import note_progress
from outcome.following.confirming import decline_endorsement
from outcome.following.endorsing import withdraw_endorsement
from outcome.following.naming import name_signer
from outcome.models import Clause, Commitment, Endorsement, ProgressNote
from tests.factories import make_user
from tests.outcome.following import FAR, SENT, committed, endorsed

LIST = "/2022/document/endorsements/"
ENDORSE = f"{LIST}endorse/"
FEED = f"{LIST}feed/"
CSV = "/2022/document/endorsements.csv"
DESK = "/2022/document/desk/endorsements/"
API = "/api/v1/editions/2022"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
PUBLIC = (LIST, FEED, CSV, f"{API}/endorsements", f"{API}/commitments", "/2022/document/")


def words_at(address: str, client: Client | None = None, *, kept: bool = False) -> str:
    """What a page says; made anew, unless it may be one that was kept."""
    if not kept:
        forget_pages()
    answer = (client or Client()).get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def rows() -> list[list[str]]:
    text = Client().get(CSV).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


# --- Endorsing --------------------------------------------------------------------------------------------------------


def test_before_the_adoption_the_list_says_what_will_be_there(edition, client_of, dawit):
    assert "The endorsements will be here" in words_at(LIST)
    assert "Endorse for your organisation" not in words_at(LIST)
    assert client_of(dawit).get(ENDORSE)["Location"] == LIST
    assert client_of(dawit).post(ENDORSE, SENT).status_code == 409


def test_after_the_adoption_the_empty_list_says_what_to_do(adopted):
    assert "Nobody has endorsed the document yet." in words_at(LIST)
    assert "Endorse for your organisation" in words_at(LIST)


def test_somebody_endorses_and_everybody_sees_it_at_once(
    adopted, client_of, dawit, django_capture_on_commit_callbacks
):
    assert "City of Examples" not in words_at(LIST, kept=True)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of(dawit).post(ENDORSE, SENT)
    row = Endorsement.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{row.pk}/")
    text = words_at(LIST, kept=True)
    assert "City of Examples" in text
    assert "confirmed by an e-mail address at example.org" in text
    assert "We stand behind it." in text
    assert "Dawit" not in text


def test_a_refused_form_keeps_what_was_typed(adopted, client_of, dawit):
    answer = client_of(dawit).post(ENDORSE, {**SENT, "website": "no website", "country": ""})
    text = answer.content.decode()
    assert answer.status_code == 422
    for words in ("City of Examples", "no website", "We stand behind it.", "Head of office"):
        assert words in text
    answer = client_of(dawit).post(ENDORSE, {**SENT, "website": "no website"})
    assert answer.status_code == 422
    assert "Please write the address of a website" in answer.content.decode()
    assert not Endorsement.objects.exists()


def test_a_second_endorsement_is_refused_in_words(endorsement, client_of, farid):
    answer = client_of(farid).post(ENDORSE, SENT)
    assert answer.status_code == 409
    assert "This organisation has endorsed the document already." in answer.content.decode()


def test_a_protected_person_is_warned_and_offered_no_name(adopted, client_of, esi):
    text = words_at(ENDORSE, client_of(esi))
    assert "people who know it may conclude who signed" in text
    assert "shows_signer" not in text
    assert 'value="City of Examples"' not in text  # nothing of the registration is suggested
    refused = client_of(esi).post(ENDORSE, {**SENT, "shows_signer": "on"})
    assert refused.status_code == 422
    done = client_of(esi).post(ENDORSE, {**SENT, "shows_signer": "on", "understood": "on"})
    assert done.status_code == 302
    assert not Endorsement.objects.get().shows_signer


def test_what_waits_is_seen_by_who_asked_and_by_organisers_only(adopted, client_of, amara, dawit, farid):
    row = endorsed(adopted.edition, by=dawit, website="", organisation="City of Questions")
    address = f"{LIST}{row.pk}/"
    for page in PUBLIC:
        assert "City of Questions" not in words_at(page)
    assert "This is not public yet" in words_at(address, client_of(dawit))
    assert "City of Questions" in words_at(DESK, client_of(amara))
    for other in (None, farid):
        assert client_of(other).get(address).status_code == 404


def test_an_organiser_confirms_at_the_desk(adopted, client_of, amara, dawit):
    row = endorsed(adopted.edition, by=dawit, website="", organisation="City of Questions")
    desk = client_of(amara)
    assert desk.post(f"{DESK}{row.pk}/", {"decision": "decline"}).status_code == 422
    assert "City of Questions" not in words_at(LIST)
    assert desk.post(f"{DESK}{row.pk}/", {"decision": "confirm"}).status_code == 302
    text = words_at(LIST)
    assert "City of Questions" in text
    assert "confirmed by an organiser of the academy" in text


def test_what_was_declined_is_over_at_the_desk(endorsement, client_of, amara, dawit):
    decline_endorsement(endorsement, reason="A false city.", by=amara)
    page = f"{DESK}{endorsement.pk}/"
    assert "there is nothing to decide" in words_at(page, client_of(amara))
    assert client_of(amara).post(page, {"decision": "confirm"}).status_code == 409
    assert "A false city." in words_at(f"{LIST}{endorsement.pk}/", client_of(dawit))
    assert Client().get(f"{LIST}{endorsement.pk}/").status_code == 404


# --- Committing and reporting -----------------------------------------------------------------------------------------


def test_a_commitment_goes_through_its_form_to_every_public_place(endorsement, client_of, dawit):
    sent = {
        "clauses": ["e1"],
        "what": "Anchor <it> in a budget.",
        "responsible": "Treasury",
        "due": FAR.isoformat(),
    }
    refused = client_of(dawit).post(f"{LIST}{endorsement.pk}/commit/", {**sent, "due": "2020-01-01"})
    assert refused.status_code == 422
    assert "Anchor &lt;it&gt; in a budget." in refused.content.decode()
    answer = client_of(dawit).post(f"{LIST}{endorsement.pk}/commit/", sent)
    assert answer["Location"] == f"{LIST}{endorsement.pk}/#commitment-1"
    page = words_at(f"{LIST}{endorsement.pk}/")
    assert 'href="/2022/document/revisions/1/#e1"' in page
    assert "Anchor &lt;it&gt; in a budget." in page
    assert "31 December 2070" in page
    assert "1 commitment" in words_at("/2022/document/")
    assert f'href="{LIST}?clause=e1#list"' in words_at("/2022/document/")
    assert rows()[1][6:10] == ["e1", "Anchor <it> in a budget.", "Treasury", FAR.isoformat()]


def test_a_report_shows_at_once_on_kept_pages(
    commitment, client_of, dawit, django_capture_on_commit_callbacks
):
    assert "planned" in words_at(LIST, kept=True)
    assert "1 done" not in words_at("/2022/document/", kept=True)
    page = f"/2022/document/commitments/{commitment.pk}/progress/"
    assert client_of(dawit).post(page, {"state": "done", "words": ""}).status_code == 422
    sent = {"state": "done", "words": "It is anchored.", "evidence": "https://example.org/minutes"}
    with django_capture_on_commit_callbacks(execute=True):
        assert client_of(dawit).post(page, sent).status_code == 302
    assert "It is anchored." in words_at(LIST, kept=True)
    assert "1 done" in words_at("/2022/document/", kept=True)
    assert 'href="https://example.org/minutes" rel="nofollow"' in words_at(LIST, kept=True)


def test_a_commitment_is_changed_through_its_form(commitment, client_of, dawit):
    page = f"/2022/document/commitments/{commitment.pk}/change/"
    client = client_of(dawit)
    assert "Anchor it in the budget." in words_at(page, client)
    sent = {"clauses": ["e1", "e2"], "what": "Anchor both.", "responsible": "Council", "due": FAR.isoformat()}
    assert client.post(page, sent).status_code == 302
    assert (Commitment.objects.get().what, Commitment.objects.get().clauses.count()) == ("Anchor both.", 2)
    text = words_at(f"{LIST}{commitment.endorsement_id}/")
    assert (
        text.index("Anchor both.")
        < text.index("What it said before")
        < text.index("Treasury, by 31 December 2070")
    )
    assert client.post(page, sent).status_code == 422


def test_another_review_alone_is_no_earlier_wording(commitment, dawit):
    note_progress(commitment, state="under-way", words="Begun.", review_on=FAR, by=dawit)
    assert commitment.wordings.count() == 2
    assert "What it said before" not in words_at(f"{LIST}{commitment.endorsement_id}/")


@pytest.mark.parametrize(
    "evidence", ["javascript:alert(1)", '"><script>alert(1)</script>', "data:text/html,x"]
)
def test_evidence_is_no_way_to_run_a_script(commitment, dawit, evidence):
    note_progress(commitment, state="done", words=evidence, evidence=evidence, by=dawit)
    text = words_at(LIST)
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    assert 'href="data:' not in text


# --- The public list --------------------------------------------------------------------------------------------------


@pytest.fixture
def several(endorsement, commitment, dawit, amara):
    """Two more endorsements from two regions, one of them with a commitment to the second encouragement."""
    from outcome.following.confirming import confirm_endorsement

    other = Clause.objects.get(heading="Count")
    for name, country, kind in (
        ("Forum of Ghana", "GH", "organisation"),
        ("Town of Kenya", "KE", "local-government"),
    ):
        person = make_user(name.split()[-1].lower())
        row = endorsed(
            endorsement.edition, by=person, organisation=name, country=country, kind=kind, website=""
        )
        confirm_endorsement(row, by=amara)
        if country == "GH":
            note_progress(committed(row, other.pk, by=person), state="under-way", words="Begun.", by=person)
    return endorsement.edition


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"City of Examples", "Forum of Ghana", "Town of Kenya"}),
        ("?clause=e1", {"City of Examples"}),
        ("?clause=e2", {"Forum of Ghana"}),
        ("?country=KE", {"Town of Kenya"}),
        ("?kind=local-government", {"City of Examples", "Town of Kenya"}),
        ("?state=under-way", {"Forum of Ghana"}),
        ("?clause=e1&state=under-way", set()),
        ("?clause=e2&country=GH&kind=organisation&state=under-way", {"Forum of Ghana"}),
    ],
)
def test_an_address_chooses_the_same_on_the_page_in_the_table_and_in_the_data(several, query, names):
    everybody = {"City of Examples", "Forum of Ghana", "Town of Kenya"}
    page = words_at(f"{LIST}{query}")
    assert {name for name in everybody if f">{name}</a>" in page} == names
    assert {row[0] for row in list(csv.reader(io.StringIO(words_of(f"{CSV}{query}"))))[1:]} == names
    found = Client().get(f"{API}/endorsements{query}").json()
    assert {row["organisation"] for row in found["items"]} == names
    assert found["count"] == len(names)


def words_of(address: str) -> str:
    return Client().get(address).content.decode("utf-8-sig")


def test_the_list_goes_by_region_and_country(several):
    page = words_at(LIST)
    places = [
        page.index(words)
        for words in ("Sub-Saharan Africa", "Forum of Ghana", "Town of Kenya", "Western Europe")
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("query", ["?clause=e99", "?country=XX", "?kind=king", "?state=x"])
def test_an_address_that_asks_for_what_there_is_not_leads_nowhere(several, query):
    assert Client().get(f"{LIST}{query}").status_code == 404
    assert Client().get(f"{CSV}{query}").status_code == 404
    assert Client().get(f"{API}/endorsements{query}").status_code in (200, 404, 422)


def test_a_withdrawal_stays_in_every_public_place_without_what_was_said(endorsement, commitment, dawit):
    name_signer(endorsement, shown=True, by=dawit)
    for place in (LIST, f"{LIST}{endorsement.pk}/", f"{API}/endorsements"):
        assert "Dawit Bekele" in words_at(place)
    withdraw_endorsement(endorsement, by=dawit)
    for place in (*PUBLIC, f"{LIST}{endorsement.pk}/"):
        assert "Dawit Bekele" not in words_at(place)
    text = words_at(LIST)
    assert "withdrawn on" in text
    assert "Nobody has endorsed the document yet." in text
    assert "withdrawn" in rows()[1]
    forget_pages()
    found = Client().get(f"{API}/endorsements").json()["items"]
    assert [(row["state"], row["signer"], row["commitments"]) for row in found] == [("withdrawn", "", [])]
    assert Client().get(f"{API}/commitments").json()["count"] == 0
    assert "has withdrawn its endorsement" in words_at(FEED)


def test_withdrawing_asks_once(endorsement, client_of, dawit):
    client, page = client_of(dawit), f"{LIST}{endorsement.pk}/withdraw/"
    assert "Withdraw the endorsement of City of Examples?" in words_at(page, client)
    assert Endorsement.objects.get().state == "confirmed"
    assert client.post(page).status_code == 302
    assert Endorsement.objects.get().state == "withdrawn"
    assert client.get(page).status_code == 409


def test_a_protected_name_is_in_no_public_place(adopted, esi, clause):
    row = endorsed(
        adopted.edition, by=esi, signer="Qanaria Veldspar", function="Ombudsperson", shows_signer=True
    )
    Endorsement.objects.update(shows_signer=True)  # as if she had ticked it before she was protected
    made = committed(row, clause.pk, by=esi)
    note_progress(made, state="done", words="It is done.", by=esi)
    for page in (*PUBLIC, f"{LIST}{row.pk}/"):
        text = words_at(page)
        assert "Qanaria" not in text
        assert "Ombudsperson" not in text
        assert esi.email not in text


def test_a_person_who_is_not_protected_would_be_found_there(adopted, esi):
    """The control: the same without the protection."""
    row = endorsed(adopted.edition, by=esi, signer="Qanaria Veldspar", shows_signer=True)
    Endorsement.objects.update(shows_signer=True)
    Participant.objects.filter(user=esi).update(visibility="listed")
    for page in (LIST, f"{LIST}{row.pk}/", f"{API}/endorsements"):
        assert "Qanaria" in words_at(page)


# --- Feed and data ----------------------------------------------------------------------------------------------------


def test_the_feed_tells_of_endorsements_commitments_and_reports(commitment, dawit):
    note_progress(commitment, state="done", words="It is anchored.", by=dawit)
    answer = Client().get(FEED)
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.content)
    titles = [entry.findtext("a:title", "", ATOM) for entry in root.findall("a:entry", ATOM)]
    assert titles == [
        "City of Examples reports: done",
        "A commitment of City of Examples",
        "City of Examples endorses the document",
    ]
    names = [entry.findtext("a:id", "", ATOM) for entry in root.findall("a:entry", ATOM)]
    assert len(set(names)) == 3


def test_the_data_comes_in_pages_with_a_validator(several, dawit, django_capture_on_commit_callbacks):
    found = Client().get(f"{API}/endorsements?limit=2").json()
    assert (found["count"], len(found["items"]), found["previous"]) == (3, 2, None)
    rest = Client().get(found["next"].removeprefix("http://testserver")).json()
    assert [row["organisation"] for row in rest["items"]] == ["City of Examples"]
    tag = Client().get(f"{API}/endorsements")["ETag"]
    assert Client().get(f"{API}/endorsements", HTTP_IF_NONE_MATCH=tag).status_code == 304
    made = Commitment.objects.select_related("endorsement__account").get(endorsement__country="AT")
    with django_capture_on_commit_callbacks(execute=True):
        note_progress(made, state="done", words="Done.", by=dawit)
    assert Client().get(f"{API}/endorsements", HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_a_commitment_as_data_says_clause_what_who_when_and_how_far(commitment, dawit):
    note_progress(commitment, state="under-way", words="Begun.", evidence="A plan", by=dawit)
    found = Client().get(f"{API}/commitments?clause=e1").json()["items"][0]
    wanted = {
        "organisation": "City of Examples",
        "what": "Anchor it in the budget.",
        "responsible": "Treasury",
        "due": FAR.isoformat(),
        "next_review": FAR.isoformat(),
        "state": "under-way",
    }
    assert {name: found[name] for name in wanted} == wanted
    assert [clause["id"] for clause in found["clauses"]] == ["e1"]
    assert found["clauses"][0]["url"] == "http://testserver/2022/document/revisions/1/#e1"
    assert [(note["state"], note["words"]) for note in found["progress"]] == [("under-way", "Begun.")]


def test_the_data_is_described(edition):
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/editions/{slug}/endorsements", "/api/v1/editions/{slug}/commitments"} <= set(paths)


def test_no_cell_of_the_table_is_calculated(adopted, dawit, clause):
    row = endorsed(adopted.edition, by=dawit, organisation="=City()")
    committed(row, clause.pk, by=dawit, what="+1+1")
    assert (rows()[1][0], rows()[1][7]) == ("'=City()", "'+1+1")


# --- How much it costs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*PUBLIC, DESK, "one"])
def test_more_endorsements_commitments_and_reports_cost_no_more_queries(
    adopted, clause, amara, client_of, address: str
):
    def more(number: int) -> None:
        from outcome.following.confirming import confirm_endorsement

        person = make_user(f"person-{number}")
        row = endorsed(adopted.edition, by=person, organisation=f"City {number}", website="")
        confirm_endorsement(row, by=amara)
        grow(row)

    def grow(row: Endorsement) -> None:
        person = row.account
        assert person is not None
        other = Clause.objects.get(heading="Count")
        for _ in range(2):
            made = committed(row, clause.pk, other.pk, by=person)
            note_progress(made, state="under-way", words="Begun.", by=person)
            note_progress(made, state="under-way", words="Going on.", by=person)

    more(1)
    row = Endorsement.objects.get()
    page = f"{LIST}{row.pk}/" if address == "one" else address
    client = client_of(amara)
    forget_pages()
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        assert client.get(page).status_code == 200
    more(2)
    more(3)
    grow(row)
    with CaptureQueriesContext(connection) as many:
        assert client.get(page).status_code == 200
    assert len(many) == len(few)
    assert ProgressNote.objects.count() == 16
