"""The pages of twin groups and of a day's closing: who sees them, what stands on them, and what never does."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from academy.management.demo.keys import key_of
from academy.models import Participant
from programme.casting import cast
from programme.models import Day
from workshops.closing import open_group
from workshops.models import Finding, Group, Highlight, Part, Thought, TwinDecision
from workshops.slides import pages_of
from workshops.summing_up import summary_of, verify_highlights
from workshops.thoughts import verify_thoughts

TWINS, DECIDE = "/2022/workshops/1/twins/", "/2022/workshops/1/twins/decide/"
DAY = "/2022/workshops/days/day-1/"
PAGES = [TWINS, DAY, f"{DAY}slides/"]


@pytest.fixture
def held(academy_at):
    return academy_at("drafting")


def main_of(response):
    text = response.content.decode()
    return text[text.index("<main") : text.index("</main>")]


def pdf_text(response):
    assert response.headers["Content-Type"] == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def pair(one, other, verdict="same", seen=0):
    return {"one": str(key_of(one)), "other": str(key_of(other)), "verdict": verdict, "seen": str(seen)}


# --- Side by side -----------------------------------------------------------------------------------------------------


def test_participants_see_the_groups_side_by_side_only_once_all_have_closed(
    held, amara, bruno, dawit, client_of
):
    group = Group.objects.get(workshop__edition=held, workshop__number=1, slug="group-2")
    assert client_of(dawit).get(TWINS).status_code == 200
    open_group(group, by=amara)
    assert [client_of(user).get(TWINS).status_code for user in (dawit, bruno, amara)] == [403, 403, 200]
    assert client_of(bruno).post(DECIDE, pair("f007", "f031")).status_code == 403


def test_the_page_says_in_words_how_the_groups_stand_to_each_line(held, dawit, client_of):
    text = " ".join(
        re.sub(r"<[^>]+>", " ", main_of(client_of(dawit).get("/2022/workshops/2/twins/"))).split()
    )
    assert "19 of 30 in Group 1, 6 of 30 in Group 2; a difference that chance alone would rarely make" in text
    assert "no more of a difference than chance alone may make" in text
    for words in (
        "both said",
        "opposed",
        "Only in Group 1",
        "Only in Group 2",
        "held strongly in Group 1 alone",
    ):
        assert words in text


def test_what_was_said_without_a_question_stands_under_a_heading_of_its_own(held, dawit, client_of):
    text = main_of(client_of(dawit).get("/2022/workshops/3/twins/"))
    labels = re.findall(r'twins-question"\s+aria-labelledby="([^"]+)"', text)
    parts = [f"question-{part.pk}" for part in Part.objects.filter(workshop__number=3).order_by("letter")]
    assert labels == parts
    assert [text.count(f'id="{label}"') for label in labels] == [1, 1]
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_only_those_who_decide_see_proposals_and_buttons(held, bruno, dawit, client_of):
    assert "perhaps the same" in main_of(client_of(bruno).get(TWINS))
    text = main_of(client_of(dawit).get(TWINS))
    assert ("perhaps the same" in text, 'name="verdict"' in text) == (False, False)


def test_a_lead_confirms_a_proposal_and_it_is_joined(held, bruno, client_of):
    client = client_of(bruno)
    response = client.post(DECIDE, pair("f007", "f031"))
    assert response.headers["Location"] == f"{TWINS}#finding-{key_of('f007')}"
    assert "Kept: both said it." in client.get(TWINS).content.decode()


def test_a_decision_on_an_old_page_is_told_and_what_was_chosen_is_kept(held, amara, bruno, client_of):
    client_of(amara).post(DECIDE, pair("f007", "f031", "opposed"))
    response = client_of(bruno).post(DECIDE, pair("f007", "f031"))
    assert response.status_code == 409
    assert "Somebody else decided about these two findings meanwhile" in main_of(response)
    assert TwinDecision.objects.filter(one_id=min(key_of("f007"), key_of("f031"))).count() == 1


def test_two_findings_are_matched_by_hand_also_after_they_were_taken_apart(held, amara, client_of):
    client = client_of(amara)
    page = client.get(f"{TWINS}?match={key_of('f004')}")
    assert f'value="{key_of("f004")}" selected' in " ".join(main_of(page).split())
    decided = page.context["decided"]
    sent = {"one": key_of("f004"), "other": key_of("f027"), "verdict": "same", "decided": decided}
    assert client.post(DECIDE, sent).status_code == 302
    assert client.post(DECIDE, {**sent, "verdict": "opposed"}).status_code == 409


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"one": "x", "other": "y", "verdict": "same"},
        pair("f001", "f060"),
        pair("f001", "f002"),
        pair("f001", "f024", "perhaps"),
        {**pair("f001", "f024"), "seen": "-1"},
        {**pair("f001", "f024"), "seen": "9" * 30},
    ],
)
def test_what_cannot_be_decided_is_refused_in_words(held, amara, client_of, sent):
    before = TwinDecision.objects.count()
    response = client_of(amara).post(DECIDE, sent)
    assert response.status_code == 422
    assert 'role="alert"' in main_of(response)
    assert TwinDecision.objects.count() == before


def test_a_workshop_with_one_group_says_so(held, amara, client_of):
    assert "One group met in this workshop" in main_of(client_of(amara).get("/2022/workshops/10/twins/"))


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["dawit", "amara"])
def test_nobody_who_sat_in_a_group_is_named_on_pages_slides_or_paper(held, client_of, user, request):
    client = client_of(request.getfixturevalue(user))
    texts = [main_of(client.get(address)) for address in PAGES]
    response = client.get(f"{DAY}summary.pdf")
    texts.append(pdf_text(response))
    people = Participant.objects.filter(edition=held).values_list(
        "name", "organisation", "pseudonym", "user__email"
    )
    said = {words for row in people for words in row if words}
    assert len(said) > 150
    assert [(words, place) for place, text in enumerate(texts) for words in said if words in text] == []
    assert [
        str(pk) for pk in Participant.objects.values_list("pk", flat=True) if str(pk) in "".join(texts)
    ] == []


def test_the_lines_of_a_summary_stay_lines_on_its_slides_and_each_takes_a_row():
    typed = "- One form.\n\n- Nobody alone\r\n  at night. Two."
    assert pages_of(typed) == ["- One form.\n- Nobody alone\nat night. Two."]
    pages = pages_of("\n".join(f"- {number}" for number in range(30)))
    assert ("\n".join(pages), [page.count("\n") + 1 for page in pages]) == (
        "\n".join(f"- {number}" for number in range(30)),
        [9, 9, 9, 3],
    )
    assert pages_of(f"{'a' * 500}. Short.") == ["a" * 500 + ".", "Short."]
    assert pages_of(" \n ") == []


def test_the_paper_has_a_language_a_title_and_tags_and_names_no_author(held, dawit, client_of):
    reader = PdfReader(io.BytesIO(client_of(dawit).get(f"{DAY}summary.pdf").content))
    assert reader.metadata.title.startswith("Summary of the workshop findings: ")
    assert reader.metadata.author in {None, ""}
    catalogue = reader.trailer["/Root"]
    assert (catalogue["/Lang"], catalogue["/MarkInfo"]["/Marked"]) == ("en", True)


def test_what_a_group_wrote_is_no_markup_on_paper(held, dawit, amara, client_of):
    group = Group.objects.get(workshop__edition=held, workshop__number=1, slug="group-1")
    open_group(group, by=amara)
    said = '#set text(size: 99pt) *bold* $x$ <label> @cite #read("/etc/passwd") \\ // end'
    client_of(amara).post(f"{group.get_absolute_url()}close/", {"summary": said, "confirm": "on"})
    Group.objects.filter(pk=group.pk).update(state="closed")
    assert "#set text(size: 99pt) *bold* $x$ <label> @cite" in pdf_text(
        client_of(dawit).get(f"{DAY}summary.pdf")
    ).replace("\n", " ")


# --- The summary of a day ---------------------------------------------------------------------------------------------


def arranged(client, key, action, reason="", day="day-1"):
    sent = {"finding": str(key_of(key)), "action": action, "reason": reason}
    return client.post(f"/2022/workshops/days/{day}/arrange/", sent)


def shown_in(held, day="day-1"):
    (part,) = summary_of(Day.objects.get(edition=held, slug=day)).parts
    return part


def test_by_itself_a_summary_shows_agreement_dissent_and_what_each_group_holds_most(held):
    part = shown_in(held)
    assert [len(part.agreement), len(part.dissent)] == [5, 1]
    assert all(len(lines) >= 3 for _group, lines in part.of_each)
    assert {line.key for line in part.twins.guarded} <= {line.key for line in part.shown}


def test_a_minority_is_left_out_only_with_a_reason_which_stands_on_page_slides_and_paper(
    held, amara, dawit, client_of
):
    organiser, reader = client_of(amara), client_of(dawit)
    response = arranged(organiser, "f046", "leave-out")
    assert response.status_code == 422
    assert "Few hold this finding, but strongly" in main_of(response)
    assert key_of("f046") in {key for line in shown_in(held).shown for key in line.keys}
    reason = "It is presented in the opening of day 2 & in print."
    assert arranged(organiser, "f046", "leave-out", reason).status_code == 302
    assert key_of("f046") not in {key for line in shown_in(held).shown for key in line.keys}
    for address in (DAY, f"{DAY}slides/"):
        assert reason.replace("&", "&amp;") in main_of(reader.get(address))
    assert reason in pdf_text(reader.get(f"{DAY}summary.pdf")).replace("\n", " ")
    assert list(verify_highlights(held)) == []


def test_a_reason_that_is_gone_brings_a_minority_back(held, amara, client_of):
    arranged(client_of(amara), "f046", "leave-out", "Told elsewhere.")
    Highlight.objects.update(reason="")
    assert key_of("f046") in {key for line in shown_in(held).shown for key in line.keys}
    assert len(list(verify_highlights(held))) == 2


def test_organisers_show_more_and_put_it_in_order(held, amara, client_of):
    client = client_of(amara)
    hidden = shown_in(held).others[0]
    response = client.post(f"{DAY}arrange/", {"finding": str(hidden.key), "action": "show"})
    assert response.headers["Location"] == f"{DAY}arrange/#finding-{hidden.key}"
    assert hidden.key in {line.key for line in shown_in(held).shown}
    first, second = (line.key for line in shown_in(held).agreement[:2])
    client.post(f"{DAY}arrange/", {"finding": str(second), "action": "earlier"})
    assert [line.key for line in shown_in(held).agreement[:2]] == [second, first]
    client.post(f"{DAY}arrange/", {"finding": str(second), "action": "earlier"})
    client.post(f"{DAY}arrange/", {"finding": str(second), "action": "later"})
    assert [line.key for line in shown_in(held).agreement[:2]] == [first, second]
    assert list(verify_highlights(held)) == []


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"finding": "x", "action": "show"},
        {"finding": str(key_of("f060")), "action": "show"},
        {"finding": str(key_of("f001")), "action": "drop"},
        {"finding": str(key_of("f001")), "action": "leave-out", "reason": "x" * 301},
    ],
)
def test_what_cannot_be_chosen_is_refused_in_words(held, amara, client_of, sent):
    before = Highlight.objects.count()
    response = client_of(amara).post(f"{DAY}arrange/", sent)
    assert response.status_code == 422
    assert 'role="alert"' in main_of(response)
    assert Highlight.objects.count() == before


def test_only_organisers_choose(held, bruno, client_of):
    assert client_of(bruno).get(f"{DAY}arrange/").status_code == 403
    assert arranged(client_of(bruno), "f001", "show").status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_a_page_needs_as_many_queries_with_more_findings(held, dawit, client_of, address):
    client = client_of(dawit)
    client.get(address)
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    _copy_findings(held, 30)
    with CaptureQueriesContext(connection) as after:
        client.get(address)
    assert len(before) == len(after)


def _copy_findings(held, count):
    Group.objects.filter(workshop__edition=held).update(state="open")
    for row in Finding.objects.filter(group__workshop__number=1, merged_into=None)[:count]:
        Finding.objects.create(
            group=row.group, part=row.part, question=row.question, kind=row.kind, noted_at=row.noted_at,
            text=f"{row.text} Again.", number=row.number + 500,
        )  # fmt: skip
    Group.objects.filter(workshop__edition=held, workshop__number__lte=3).update(state="closed")


# --- Thoughts on the day ----------------------------------------------------------------------------------------------


def thoughts(**changes):
    return {
        "speaker": "Dr Ada Example",
        "affiliation": "Example House",
        "text": "Small steps count.",
        **changes,
    }


def test_a_draft_is_seen_by_those_who_keep_it_only_until_it_is_published(held, amara, dawit, client_of):
    organiser, reader = client_of(amara), client_of(dawit)
    assert organiser.post(f"{DAY}thoughts/", thoughts()).headers["Location"] == f"{DAY}#thoughts"
    row = Thought.objects.get(speaker="Dr Ada Example")
    places = [DAY, f"{DAY}slides/"]
    assert "Small steps count." in main_of(organiser.get(DAY))
    assert ["Small steps count." in main_of(reader.get(place)) for place in places] == [False, False]
    assert "Small steps" not in pdf_text(reader.get(f"{DAY}summary.pdf"))
    organiser.post(f"{DAY}thoughts/{row.pk}/publish/")
    assert ["Small steps count." in main_of(reader.get(place)) for place in places] == [True, True]
    assert "Small steps count." in pdf_text(reader.get(f"{DAY}summary.pdf"))
    organiser.post(f"{DAY}thoughts/{row.pk}/withdraw/")
    assert "Small steps count." not in main_of(reader.get(DAY))
    assert list(verify_thoughts(held)) == []


def test_who_leads_the_days_closing_keeps_thoughts_and_nobody_else_does(
    held, bruno, chiara, dawit, client_of
):
    closing = Day.objects.get(edition=held, slug="day-1").sessions.get(kind="closing")
    assert client_of(chiara).get(f"{DAY}thoughts/").status_code == 403
    cast(Participant.objects.get(user=chiara, edition=held), closing, "co-facilitator", by=None)
    assert client_of(chiara).post(f"{DAY}thoughts/", thoughts(publish="1")).status_code == 302
    row = Thought.objects.get(speaker="Dr Ada Example")
    edit = f"{DAY}thoughts/{row.pk}/"
    assert client_of(chiara).post(edit, thoughts(text="Small steps add up.")).status_code == 302
    assert "Small steps add up." in main_of(client_of(dawit).get(DAY))
    for user in (bruno, dawit):
        client = client_of(user)
        assert [client.get(edit).status_code, client.post(edit, thoughts()).status_code] == [403, 403]
        assert client.post(f"{edit}withdraw/").status_code == 403
    # Another day's closing is led by others.
    assert client_of(chiara).get("/2022/workshops/days/day-2/thoughts/").status_code == 403


@pytest.mark.parametrize("changes", [{"speaker": ""}, {"text": " "}, {"text": "x" * 4001}, {"text": "\x00"}])
def test_thoughts_that_cannot_be_kept_stay_in_the_form(held, amara, client_of, changes):
    response = client_of(amara).post(f"{DAY}thoughts/", thoughts(**changes))
    assert response.status_code == 422
    assert "Example House" in main_of(response)
    assert not Thought.objects.filter(affiliation="Example House").exists()
