"""The whole thread in one go, as the different people: from the programme to an adopted outcome document."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import Page, expect

from academy.management.demo.document import SECOND_ORGANISER
from outcome.models import Revision
from tests.conftest import lift_seals
from tests.journeys.conftest import Served
from tests.journeys.looking import Looker
from tests.journeys.test_adoption import ADOPTION, choose, confirm
from tests.journeys.test_groups_desk import drawn, published

pytestmark = pytest.mark.journey

TEXT = "to write their promise into the yearly budget, so that it outlasts an election;"
BETTER = "to write their promise into a decision of the council and the yearly budget, so that it outlasts an election;"
FINDING = "A line in the budget kept our promise alive when the mayor left."
SUMMARY = "Promises need a decision, a budget line and somebody in charge. The group agreed on all three."


@pytest.mark.walk
def test_from_the_programme_to_an_adopted_document(serve, look):
    academy = serve("registration")
    visitor = academy.visitor()
    visitor_reads_the_programme(visitor, look)
    newcomer = somebody_registers(academy, look)
    amara = academy.person("amara")
    amara_spreads_people(amara, newcomer, look)
    group_meets(academy, amara, look)
    amara_drafts(amara, look)
    everybody_reads(academy, visitor, look)
    document_is_adopted(academy, amara, look)
    public_reads_the_record(visitor, look)
    nothing_changes_unnoticed()
    assert academy.complaints == []
    assert len(look.seen) == len(set(look.seen)) == 48


# --- 1. A visitor sees the home, the agenda in two zones, a session ---


def visitor_reads_the_programme(page: Page, look: Looker) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile("/2022/$"))
    path = page.locator("ol.path > li")
    expect(path).to_have_count(7)
    expect(path.nth(0)).to_contain_text("Drivers and actors")
    expect(path.nth(4)).to_have_text("2 days to read the draft")
    look(page, "01-home")
    page.get_by_role("link", name="Programme", exact=True).first.click()
    expect(page.locator("ol.agenda")).to_have_count(6)
    look(page, "02-agenda")
    page.goto("/2022/programme/?day=2022-02-03")
    expect(page.locator("ol.agenda")).to_have_count(1)
    page.get_by_role("button", name="show Dhaka time").click()
    slot = page.locator("li.slot").filter(has_text="Plenary session C")
    expect(slot.locator("time.at").first).to_have_text("12:00")
    expect(slot.locator("time.at-yours")).to_have_text("17:00")
    look(page, "03-agenda-day-in-dhaka")
    page.goto("/2022/programme/day-2-workshop-2/")
    expect(page.get_by_role("heading", name="Guiding questions").first).to_be_visible()
    look(page, "04-session")


# --- 2. Somebody registers, confirms the address, sees their own page ---


def somebody_registers(academy: Served, look: Looker) -> Page:
    page = academy.visitor()
    page.goto("/2022/register/")
    look(page, "05-register")
    page.get_by_label("Email").fill("gulnara@example.org")
    page.get_by_label("Password", exact=False).first.fill("seven-wells-of-water")
    page.get_by_label("Password (again)").fill("seven-wells-of-water")
    page.get_by_label("Your name, as it should appear").fill("Gulnara Seitova")
    page.locator("#id_organisation").fill("City of Almaty")
    page.get_by_label("You take part as").select_option("local_authority")
    page.get_by_label("Country you work in").select_option("KZ")
    page.get_by_label("Listed: my name and organisation may be shown").check()
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#id_consent")).to_be_focused()
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    look(page, "06-look-into-your-mail")
    (link,) = re.findall(r"https?://\S+/accounts/confirm-email/\S+", academy.mails("gulnara@example.org")[0])
    page.goto(link)
    look(page, "07-confirm-address")
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page).to_have_url(re.compile("/2022/my/$"))
    expect(page.locator("dl.facts-list .badge")).to_have_text("confirmed")
    look(page, "08-my-academy-without-a-group")
    return page


# --- 3. An organiser spreads people over the groups ---


def amara_spreads_people(page: Page, newcomer: Page, look: Looker) -> None:
    page.goto("/2022/people/")
    expect(page.get_by_role("row").filter(has_text="Gulnara Seitova")).to_contain_text("confirmed")
    look(page, "09-people")
    page.goto("/2022/workshops/")
    look(page, "10-workshops")
    page.goto("/2022/workshops/1/")
    expect(page.locator("#seats")).to_contain_text("Nobody sits here yet.")
    look(page, "11-workshop-without-seats")
    page.get_by_role("link", name="To the desk for groups").click()
    look(page, "12-groups-desk")
    drawn(page)
    look(page, "13-draft-of-the-groups")
    newcomer.goto("/2022/my/")
    expect(newcomer.get_by_role("main")).to_contain_text("Your groups will be here")
    published(page, look, "14-publish-the-groups")
    look(page, "15-groups-published")
    page.goto("/2022/workshops/1/")
    expect(page.locator(".seat-list")).to_have_count(2)
    sizes = sorted(page.locator(".seat-list").nth(number).locator("li").count() for number in (0, 1))
    assert sum(sizes) == 69  # 70 people and the newcomer, but not the two observers
    assert sizes[1] - sizes[0] <= 1
    expect(page.locator(".seat-pinned").filter(has_text="runs this group")).to_have_count(4)
    look(page, "16-seats")
    newcomer.reload()
    own = newcomer.locator(".list-ruled li").filter(has_text="Workshop session 1")
    expect(own).to_contain_text("Group")
    expect(own.get_by_role("link", name="Join")).to_be_visible()
    # beside the seat, or once above the list where the reason of several seats is the same
    expect(newcomer.get_by_role("main")).to_contain_text(
        re.compile("Why (this group|these groups): so that every group mirrors the whole")
    )
    look(newcomer, "17-my-academy")


# --- 4. A group meets: findings arrive live, the co-facilitator closes with the summary ---


def group_meets(academy: Served, amara: Page, look: Looker) -> None:
    bruno, chiara = academy.person("bruno"), academy.person("chiara")
    bruno.goto("/2022/workshops/1/group-1/")
    look(bruno, "18-board-planned")
    bruno.get_by_role("button", name="Open the board").click()
    expect(bruno.locator("[data-entry]")).to_be_visible()
    chiara.goto("/2022/workshops/1/group-1/")
    expect(chiara.get_by_text("Nothing said here is attributed to anyone", exact=False).first).to_be_visible()
    note(bruno, FINDING, "challenge")
    note(bruno, "Nobody in the administration owns it.", "challenge")
    arrived = chiara.locator("li.finding").filter(has_text=FINDING)
    expect(arrived).to_be_visible()
    note(chiara, "Ask residents to count together with the town.", "solution")
    expect(bruno.locator("li.finding").filter(has_text="count together")).to_be_visible()
    look(bruno, "19-board-live")
    chiara.get_by_role("link", name="Close with the summary").click()
    chiara.get_by_label("Summary of the core results").fill(SUMMARY)
    look(chiara, "20-close-the-board")
    chiara.get_by_role("button", name="Close the board").click()
    expect(chiara.get_by_text(SUMMARY)).to_be_visible()
    look(chiara, "21-board-closed")
    amara.goto("/2022/workshops/days/day-1/")
    expect(amara.get_by_text(SUMMARY)).to_be_visible()
    look(amara, "22-closing-of-the-day")


def note(page: Page, text: str, kind: str) -> None:
    page.locator("[data-entry] [name=kind]").select_option(kind)
    page.locator("[data-entry] [name=text]").fill(text)
    page.locator("[data-entry]").get_by_role("button", name="Add", exact=True).click()
    card = page.locator("li.finding").filter(has_text=text)
    expect(card.locator(".save-state.is-saved")).to_be_visible()


# --- 5. The organiser drafts from findings, publishes, edits, publishes again ---


def amara_drafts(page: Page, look: Looker) -> None:
    page.goto("/2022/document/")
    look(page, "23-document-not-there-yet")
    page.goto("/2022/document/desk/")
    page.get_by_label("Title").fill("From intentions to commitments")
    page.get_by_label("Opening words").fill("The participants encourage local governments:")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="The desk")).to_be_visible()
    look(page, "24-desk")
    page.get_by_label(FINDING).check()
    page.get_by_label("Section of the new clause").select_option(label="Drivers and actors of commitment")
    page.get_by_role("button", name="Start a clause").click()
    page.get_by_label("Short title").fill("Anchor the promise")
    page.get_by_label("Text", exact=False).first.fill(TEXT)
    page.get_by_label("Explanatory remark").fill("Groups told of promises that ended with a term of office.")
    look(page, "25-write-a-clause")
    page.get_by_role("button", name="Add the clause").click()
    expect(page.get_by_role("status").first).not_to_be_empty()
    publish(page, "Zero draft", look, "26-publish")
    page.goto("/2022/document/desk/")
    page.locator(".desk-clause").filter(has_text="Anchor the promise").get_by_role(
        "link", name="Edit"
    ).click()
    page.get_by_label("Text", exact=False).first.fill(BETTER)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).not_to_be_empty()
    publish(page, "Draft after day 3", look, "27-publish-again")


def publish(page: Page, label: str, look: Looker, name: str) -> None:
    page.goto("/2022/document/desk/publish/")
    page.get_by_label("Label").fill(label)
    page.get_by_label("everyone").check()
    look(page, name)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status").first).to_contain_text("ublished")


def everybody_reads(academy: Served, visitor: Page, look: Looker) -> None:
    visitor.goto("/2022/document/")
    expect(visitor.locator(".clause").first).to_contain_text(BETTER)
    look(visitor, "28-document")
    visitor.goto("/2022/document/compare/1/2/")
    expect(visitor.locator("ins").first).to_contain_text("decision of the council")
    look(visitor, "29-comparison")
    dawit = academy.person("dawit")
    dawit.goto("/2022/document/findings/")
    row = dawit.locator("li, tr").filter(has_text=FINDING).first
    expect(row).to_contain_text("Anchor the promise")
    look(dawit, "30-what-became-of-the-findings")
    dawit.get_by_role("link", name=FINDING).first.click()
    look(dawit, "31-finding")


# --- 6. Frozen, opened, positions, closed ---


def document_is_adopted(academy: Served, amara: Page, look: Looker) -> None:
    amara.goto("/2022/document/desk/freeze/")
    look(amara, "32-freeze")
    amara.get_by_role("button", name="Freeze the text").click()
    expect(amara.get_by_role("status").first).not_to_be_empty()
    two_organisers_set_it_up(amara, academy.person(SECOND_ORGANISER), look)
    for key, choice in (("dawit", "I join the consensus"), ("esi", "I stand aside")):
        delegate = academy.person(key)
        delegate.goto(ADOPTION)
        look(delegate, f"37-ballot-of-{key}")
        choose(delegate, choice)
        look(delegate, f"38-position-to-confirm-of-{key}")
        confirm(delegate)
        look(delegate, f"39-position-recorded-of-{key}")
        delegate.get_by_role("link", name="Back to the adoption").click()
        expect(delegate.locator(".receipt")).to_contain_text("Recorded as your position number 1")
        look(delegate, f"40-position-of-{key}")
    amara.get_by_role("link", name="The chair’s page").click()
    expect(amara.get_by_text("The quorum is reached.")).to_be_visible()
    look(amara, "41-chair")
    amara.get_by_role("link", name="Close the adoption").click()
    look(amara, "42-close-the-adoption")
    amara.get_by_role("button", name="Close and decide").click()
    expect(amara.get_by_text("Adopted").first).to_be_visible()


def two_organisers_set_it_up(amara: Page, second: Page, look: Looker) -> None:
    """One proposes the rules, another confirms them, and then it is opened."""
    amara.goto(ADOPTION)
    amara.get_by_label("Consensus without objection").check()
    amara.get_by_label("A number of electors").check()
    amara.get_by_label("Number of electors", exact=True).fill("2")
    amara.get_by_label("Hours for explanations and reservations").fill("0")
    look(amara, "33-set-up-the-adoption")
    amara.get_by_role("button", name="Set up the adoption").click()
    expect(amara.locator("p.lead")).to_contain_text("An adoption is being set up. It is not open yet.")
    expect(amara.get_by_role("button", name="Confirm the adoption")).to_have_count(0)
    look(amara, "34-adoption-set-up")
    second.goto(ADOPTION)
    look(second, "35-confirm-the-adoption")
    second.get_by_role("button", name="Confirm the adoption").click()
    expect(second.locator("p.lead")).to_contain_text("An adoption is set up. It is not open yet.")
    look(second, "36-open-the-adoption")
    # The page of the first one turns by itself.
    expect(amara.locator("p.lead")).to_contain_text("An adoption is set up.", timeout=40_000)
    amara.get_by_role("button", name="Open the adoption").click()
    expect(amara.locator("p.lead")).to_contain_text("The adoption is open.")


# --- 7. The public reads the record; nothing changes unnoticed ---


def public_reads_the_record(page: Page, look: Looker) -> None:
    page.goto("/2022/document/record/")
    expect(page.locator(".record-result")).to_have_text("Adopted")
    expect(page.locator("main")).to_contain_text("Kingfisher")
    expect(page.locator("main")).not_to_contain_text("Esi")
    expect(page.locator("main")).to_contain_text(
        Revision.objects.order_by("-number").values_list("digest", flat=True)[0]
    )
    look(page, "43-record")
    page.goto("/2022/")
    expect(page.get_by_role("link", name="Read the adopted document")).to_be_visible()
    look(page, "44-home-after-the-adoption")


def nothing_changes_unnoticed() -> None:
    said = io.StringIO()
    call_command("verify", stdout=said, stderr=said)
    assert said.getvalue() == "2022: everything matches.\n"
    revision = Revision.objects.get(number=2)
    text = revision.content["sections"][1]["clauses"][0]["text"]
    revision.content["sections"][1]["clauses"][0]["text"] = text.replace("council", "Council")
    with lift_seals("outcome_revision"):
        revision.save()
    with pytest.raises(CommandError, match=r"do(es)? not match"):
        call_command("verify", stdout=said, stderr=said)
    assert "2022: revision 2: its content was changed after it was published" in said.getvalue()
