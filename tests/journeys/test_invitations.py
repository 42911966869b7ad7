"""A list of people is invited with errors in three rows, an invitation accepted elsewhere; roles and papers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from academy.models import Edition, Invitation, Role
from tests.journeys.conftest import Served
from tests.journeys.looking import WIDTHS, Looker, findings_of_axe, sticks_out

pytestmark = pytest.mark.journey

LIST = "/2022/people/invitations/"
# As a spreadsheet of Windows saves it: semicolons, accents, three rows with errors.
ROWS = (
    "E-mail;Name;Organisation;Role;Phone\r\n"
    "noor@example.org;Nóor Haddad;City of Tyre;speaker;1\r\n"
    "li.example.org;Li Wen;;;2\r\n"
    "sam@example.org;=HYPERLINK(1);;;3\r\n"
    "jo@example.org;Jo Brown;Town of Lucerne;;4\r\n"
    "noor@example.org;Noor again;;king;5\r\n"
)


def test_a_list_is_uploaded_with_errors_in_three_rows_and_an_invitation_accepted(
    serve: Callable[..., Served], look: Looker, tmp_path: Path
) -> None:
    academy = serve("registration")
    Edition.objects.update(mode=Edition.Mode.INVITATION, registration_closes=datetime(2022, 1, 1, tzinfo=UTC))
    page = academy.person("amara")
    page.goto(LIST)
    look(page, "60-no-invitations-yet")
    upload_the_list(page, look, tmp_path)
    page.goto(LIST)
    look(page, "63-invitations")
    noor_accepts(academy, look)
    send_again_and_take_back(page)
    expected = [text for text in academy.complaints if "status of 4" not in text]
    assert expected == []


def upload_the_list(page: Page, look: Looker, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(ROWS.encode("cp1252"))
    page.get_by_role("link", name="Invite a list").click()
    look(page, "61-invite-a-list")
    page.get_by_label("A CSV file").set_input_files(file)
    page.get_by_role("button", name="Read the list").click()
    expect(page.get_by_role("heading", name="What was understood of the list")).to_be_visible()
    expect(page.locator("main")).to_contain_text("read as Windows-1252")
    expect(page.locator("main")).to_contain_text("left out: Phone")
    errors = page.locator(".invitation-errors > li")
    expect(errors).to_have_count(3)
    expect(errors.nth(0)).to_contain_text("Line 3")
    expect(errors.nth(1)).to_contain_text("begins like a formula")
    expect(errors.nth(2)).to_contain_text("stands in line 2")
    expect(page.get_by_role("row").filter(has_text="Nóor Haddad")).to_contain_text("City of Tyre")
    look(page, "62-what-was-understood")
    assert Invitation.objects.count() == 0
    page.get_by_role("button", name="Invite the 2 good ones, leave out 3").click()
    expect(page.locator("#messages .alert-success")).to_contain_text("2 invitations are on their way")
    assert sorted(Invitation.objects.values_list("email", flat=True)) == [
        "jo@example.org",
        "noor@example.org",
    ]


def link_in(mail: str) -> str:
    found = re.search(r"https?://\S+/invitation/\S+/", mail)
    assert found is not None
    return found[0]


def confirmation_in(mail: str) -> str:
    found = re.search(r"https?://\S+/accounts/confirm-email/\S+", mail)
    assert found is not None
    return found[0]


def noor_accepts(academy: Served, look: Looker) -> None:
    (mail,) = academy.mails("noor@example.org")
    noor = academy.visitor(viewport={"width": 375, "height": 800})
    noor.goto(link_in(mail))
    expect(noor.get_by_label("Your name, as it should appear")).to_have_value("Nóor Haddad")
    look(noor, "64-invitation")
    noor.set_viewport_size({"width": 375, "height": 800})
    noor.get_by_label("Password", exact=False).first.fill("a long pass phrase")
    noor.get_by_label("Password (again)").fill("a long pass phrase")
    noor.get_by_label("You take part as").select_option("local_authority")
    noor.get_by_label("Country you work in").select_option("LB")
    noor.locator("#id_consent").check()
    noor.get_by_role("button", name="Accept and register").click()
    expect(noor.get_by_role("heading", name="Look into your mail")).to_be_visible()
    look(noor, "64-invitation-look-into-your-mail")
    assert Role.objects.filter(user__email="noor@example.org").count() == 0
    noor.goto(confirmation_in(academy.mails("noor@example.org", "/confirm-email/")[-1]))
    noor.get_by_role("button", name="Yes, confirm it").click()
    expect(noor).to_have_url(re.compile("/2022/my/$"))
    expect(noor.locator("main")).to_contain_text("Your place is confirmed.")
    look(noor, "65-my-academy-of-a-speaker")
    assert Role.objects.get(user__email="noor@example.org").kind == "speaker"
    again = academy.visitor()
    again.goto(link_in(mail))
    expect(again.get_by_role("heading", name="This invitation does not work")).to_be_visible()
    look(again, "66-invitation-used")


def send_again_and_take_back(page: Page) -> None:
    page.goto(f"{LIST}?state=open")
    page.get_by_label("Choose jo@example.org").check()
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#messages .alert-success")).to_contain_text("1 invitation goes out again")
    page.get_by_label("Choose jo@example.org").check()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("heading", name="Take back 1 invitation?")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#messages .alert-success")).to_contain_text("1 invitation was taken back")
    assert Invitation.objects.get(email="jo@example.org").state == "revoked"


def test_roles_are_given_and_ended(serve: Callable[..., Served], look: Looker) -> None:
    academy = serve("registration")
    page = academy.person("amara")
    page.goto("/2022/people/roles/")
    look(page, "67-roles")
    page.get_by_label("Find people by name").fill("Bruno")
    page.get_by_role("button", name="Search").click()
    page.locator("input[name=people]").first.check()
    page.get_by_label("Role", exact=True).select_option("speaker")
    look(page, "68-give-a-role")
    page.get_by_role("button", name="Give it to the chosen").click()
    expect(page.locator("#messages .alert-success")).to_contain_text("1 person has the role now")
    speakers = page.get_by_role("group", name=re.compile("^speaker"))
    speakers.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="End the chosen roles").click()
    expect(page.locator("#messages .alert-success")).to_contain_text("1 role has ended")
    for box in page.get_by_role("group", name=re.compile("^organiser")).get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="End the chosen roles").click()
    expect(page.get_by_role("heading", name="End your own role as organiser?")).to_be_visible()
    look(page, "69-end-own-role")
    page.get_by_role("button", name="End my role").click()
    expect(page.locator("main")).to_contain_text("The last organiser of an academy cannot be removed")
    expected = [text for text in academy.complaints if "status of 4" not in text]
    assert expected == []


def test_a_certificate_is_made_and_checked_by_somebody_else(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("adopted", now="2022-03-01T10:00+01:00")
    page = academy.person("esi", viewport={"width": 375, "height": 800})
    page.goto("/2022/my/")
    look(page, "70-my-academy-after-the-end")
    page.get_by_role("link", name="My certificate of participation").click()
    look(page, "71-before-the-certificate")
    expect(page.get_by_label(re.compile("my pseudonym"))).to_be_checked()
    page.get_by_role("button", name="Make my certificate").click()
    expect(page.get_by_role("link", name="Open as PDF")).to_be_visible()
    look(page, "72-my-certificate")
    address = page.locator("#certificate-address").inner_text()
    other = academy.visitor()
    other.goto(address)
    expect(other.locator("main")).to_contain_text(re.compile(r"\d+ sessions on \d+ days"))
    expect(other.locator("main")).not_to_contain_text("Kingfisher")
    other.get_by_label("The name on the paper").fill("kingfisher")
    other.get_by_role("button", name="Compare").click()
    expect(other.locator("main")).to_contain_text("Yes. The certificate was made with this name.")
    look(other, "73-check-of-a-certificate")
    page.get_by_text("Make a new one, or withdraw it").click()
    page.get_by_role("button", name="Withdraw my certificate").click()
    other.goto(address)
    expect(other.locator("main")).to_contain_text("It attests nothing any more")
    look(other, "74-a-withdrawn-certificate")
    assert academy.complaints == []


def test_the_pages_are_clean_in_the_dark_and_narrow(serve: Callable[..., Served]) -> None:
    academy = serve("workshops")
    page = academy.person("amara", color_scheme="dark")
    pages = (
        LIST,
        f"{LIST}one/",
        f"{LIST}list/",
        "/2022/people/roles/?q=a",
        "/2022/my/",
        "/2022/my/certificate/",
        "/2022/certificates/?code=x",
    )
    found: dict[str, list[str]] = {}
    for address in pages:
        page.goto(address)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        for width in (*WIDTHS, 320):
            page.set_viewport_size({"width": width, "height": 900})
            problems = findings_of_axe(page) + (["sticks out sideways"] if sticks_out(page) else [])
            if problems:
                found[f"{address} at {width}"] = problems
    assert found == {}
    assert academy.complaints == []
