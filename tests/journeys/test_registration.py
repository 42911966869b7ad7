"""Registering with the keyboard on a phone, the connection dropped half-way; a place offered and taken; the desk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from academy.management.demo.waiting import seed_waiting_list
from academy.models import AccessNeed, Edition, HistoryEntry, Participant
from tests.journeys.conftest import Served, beside
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import Looker, findings_of_axe, sticks_out

pytestmark = pytest.mark.journey

PHONE = {"width": 375, "height": 740}
PASSWORD = "seven-wells-of-water"
KEPT = "Object.keys(sessionStorage).filter(name => name.startsWith('kept-words '))"


def of_gulnara() -> Participant:
    return Participant.objects.get(user__email="gulnara@example.org")


def wait_for_the_broken_connection(page: Page) -> None:
    """Until the browser shows its own page; `wait_for_url` takes the failed request for a failure of the wait."""
    for _moment in range(100):
        if page.url.startswith("chrome-error:"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.url)


def test_somebody_protected_registers_by_keyboard_on_a_phone_although_the_connection_drops(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    page = academy.visitor(viewport=PHONE)
    page.goto("/2022/register/")
    keyboard = Keyboard(page)
    she_fills_the_form(page, keyboard)
    page.context.set_offline(True)
    send(page, keyboard)
    wait_for_the_broken_connection(page)
    page.context.set_offline(False)
    page.goto("/2022/register/")
    her_words_are_back(page)
    academy.complaints.clear()  # the browser's own page for a broken connection
    keyboard.write(page.locator("#id_password1"), PASSWORD)
    keyboard.write(page.locator("#id_password2"), PASSWORD)
    send(page, keyboard)
    page.wait_for_url("**/accounts/confirm-email/", timeout=30_000)
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    assert page.evaluate(KEPT) == []
    she_confirms_the_address(academy, page, keyboard)
    assert findings_of_axe(page) == []
    assert not sticks_out(page)
    assert page.evaluate(KEPT) == []
    assert (of_gulnara().pseudonym, AccessNeed.objects.get(participant=of_gulnara()).text) == (
        "Heron",
        "Captions, please.",
    )
    look(page, "60-registered")
    assert academy.complaints == []


def she_fills_the_form(page: Page, keyboard: Keyboard) -> None:
    keyboard.write(page.locator("#id_email"), "gulnara@example.org")
    keyboard.write(page.locator("#id_password1"), PASSWORD)
    keyboard.write(page.locator("#id_password2"), PASSWORD)
    keyboard.write(page.get_by_label("Your name, as it should appear"), "Gulnara Seitova")
    keyboard.write(page.locator("#id_organisation"), "City of Almaty")
    keyboard.choose(page.get_by_label("You take part as"), "Local")
    keyboard.choose(page.get_by_label("Country you work in"), "Kaza")
    keyboard.to(page.get_by_label("Русский"))
    keyboard.press("Space")
    keyboard.write(page.get_by_label("What would you like to find out?"), "How others keep their promises.")
    keyboard.to(page.get_by_label("Local development of commitment"))
    keyboard.press("Space")
    keyboard.to(page.get_by_role("radio", name="yes"))
    keyboard.press("Space")
    keyboard.write(page.get_by_label("Access needs", exact=True), "Captions, please.")
    keyboard.to(page.get_by_label("The organisers may read my access needs"))
    keyboard.press("Space")
    keyboard.to(page.get_by_label("Unlisted: only the organisers see my name"))
    keyboard.press("ArrowDown")
    keyboard.write(page.locator("#id_pseudonym"), "Heron")
    keyboard.to(page.get_by_label("I agree"))
    keyboard.press("Space")
    assert findings_of_axe(page) == []
    assert not sticks_out(page)


def send(page: Page, keyboard: Keyboard) -> None:
    keyboard.to(page.get_by_role("main").get_by_role("button", name="Register"))
    page.keyboard.press("Enter")


def her_words_are_back(page: Page) -> None:
    """Everything stands in the form again but the passwords."""
    expect(page.get_by_text("What you wrote before is back; it was not sent.")).to_be_visible()
    expect(page.locator("#id_organisation")).to_have_value("City of Almaty")
    expect(page.get_by_label("Country you work in")).to_have_value("KZ")
    for label in ("Русский", "Local development of commitment", "I agree"):
        expect(page.get_by_label(label)).to_be_checked()
    expect(page.get_by_role("radio", name=re.compile("^Protected"))).to_be_checked()
    expect(page.locator("#id_password1")).to_have_value("")
    assert PASSWORD not in page.evaluate("JSON.stringify(sessionStorage)")


def she_confirms_the_address(academy: Served, page: Page, keyboard: Keyboard) -> None:
    (link,) = re.findall(r"https?://\S+/accounts/confirm-email/\S+", academy.mails("gulnara@example.org")[0])
    page.goto(link)
    keyboard.to(page.get_by_role("button", name="Yes, confirm it"))
    keyboard.go()
    expect(page).to_have_url(re.compile("/2022/my/$"))
    assert of_gulnara().state == "confirmed"


def test_a_place_is_offered_and_taken_and_the_organiser_sets_the_terms(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    edition = Edition.objects.get()
    amara = Participant.objects.get(user__email="amara@example.org")
    beside(lambda: seed_waiting_list(edition, {"amara": amara}))
    page = academy.person("w1")
    page.goto("/2022/my/offer/")
    look(page, "61-offer")
    page.get_by_role("button", name="Accept the place").click()
    expect(page.locator("#messages .alert-success")).to_contain_text("Your place is confirmed.")
    page.goto("/2022/profile/")
    look(page, "62-correct-registration")
    desk = academy.person("amara")
    she_sets_the_terms(desk, look)
    she_asks_one_more_question(desk, look)
    she_reads_the_access_needs(desk, look)
    visitor = academy.visitor()
    visitor.goto("/2022/register/")
    expect(visitor.get_by_label("Which train do you take?")).to_be_visible()
    look(visitor, "66-register")
    assert [said for said in academy.complaints if "422" not in said] == []  # the question that was refused


def she_sets_the_terms(page: Page, look: Looker) -> None:
    """One place more: the next one on the waiting list is offered it."""
    page.goto("/2022/people/settings/")
    look(page, "63-terms-of-registration")
    page.get_by_label("Places", exact=True).fill("72")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages .alert-success")).to_be_visible()
    assert Participant.objects.get(user__email="w2@example.org").state == "offered"
    assert Participant.objects.get(user__email="w3@example.org").state == "waiting"


def she_asks_one_more_question(page: Page, look: Looker) -> None:
    page.goto("/2022/people/questions/")
    page.locator("#id_label").fill("Which train do you take?")
    page.get_by_label("Kind of answer").select_option("choice")
    page.get_by_role("button", name="Ask this").click()
    expect(page.get_by_role("heading", name="Not sent yet: please correct this")).to_be_visible()
    page.get_by_label("Kind of answer").select_option("line")
    page.get_by_role("button", name="Ask this").click()
    expect(page.locator("ol.form-questions li")).to_have_count(4)
    page.get_by_role("button", name="Ask earlier: Which train do you take?").click()
    expect(page.locator("ol.form-questions li").nth(2)).to_contain_text("Which train do you take?")
    look(page, "64-questions")
    page.get_by_role("link", name="How is your connection usually?").click()
    expect(page.get_by_role("heading", name="Answers")).to_be_visible()
    look(page, "64-question")


def she_reads_the_access_needs(page: Page, look: Looker) -> None:
    page.goto("/2022/people/access-needs/")
    expect(page.get_by_text("Captions in every session")).to_have_count(0)
    page.get_by_role("button", name="Read the access needs").click()
    expect(page.get_by_text("Captions in every session")).to_be_visible()
    look(page, "65-access-needs")
    assert HistoryEntry.objects.filter(verb="access needs read").count() == 1
