"""Ways to log in, walked in a browser: passkeys, an app with recovery codes, a code by mail; and the list of sessions.

The passkeys are Chromium's own virtual ones; they work at http://localhost, as everywhere at https://.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from academy.models import Role, User
from academy.roles import grant_role
from tests.journeys.conftest import PASSWORD, Served, beside
from tests.journeys.looking import Looker
from tests.second_steps import PERIOD, code_of

pytestmark = pytest.mark.journey

Serve = Callable[..., Served]


def at_localhost(academy: Served, **options: object) -> Page:
    """A new browser at the academy under a name: passkeys belong to names, not to numbers."""
    academy.address = academy.address.replace("127.0.0.1", "localhost")
    return academy.visitor(**options)


def give_passkeys(page: Page, *, alone: bool = True) -> CDPSession:
    """A device that keeps passkeys and knows its owner; or one that is touched only, such as an old security key."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal" if alone else "usb",
        "hasResidentKey": alone,
        "hasUserVerification": alone,
        "isUserVerified": alone,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def log_in(page: Page, key: str) -> None:
    """Log in with the password; what comes next is left to the caller."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{key}@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()


def confirm_password(page: Page) -> None:
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Confirm").click()


def log_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    page.wait_for_url(lambda address: "logout" not in address)


def the_code(secret: str) -> str:
    """The code of an app with this key, with at least ten seconds left; never one that was shown before."""
    left = PERIOD - time.time() % PERIOD
    if left < 10:
        time.sleep(left + 0.1)
    return code_of(secret)


def test_an_organiser_adds_a_passkey_at_the_door_and_logs_in_with_it_alone(
    serve: Serve, look: Looker
) -> None:
    academy = serve("registration", second_factor=True)
    page = at_localhost(academy)
    give_passkeys(page)
    page.goto("/accounts/login/")
    look(page, "80-login")
    log_in(page, "amara")
    page.goto("/2022/people/?state=waiting")
    expect(page.get_by_role("heading", name="A second step is needed")).to_be_visible()
    look(page, "81-second-step-needed")
    page.get_by_role("link", name="Add a passkey").click()
    look(page, "82-is-it-you")
    confirm_password(page)
    look(page, "83-add-a-passkey")
    page.get_by_label("Name of this passkey").fill("Work laptop")
    page.get_by_role("button", name="Add this device").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    look(page, "84-recovery-codes")
    page.get_by_role("link", name="Go on to the page you wanted").click()
    page.wait_for_url("**/2022/people/?state=waiting")
    for name, address in {
        "85-second-step": "/accounts/2fa/",
        "86-passkeys": "/accounts/2fa/webauthn/",
    }.items():
        page.goto(address)
        look(page, name)
    expect(page.get_by_role("heading", name="Work laptop logs in alone")).to_be_visible()
    assert "A passkey was added to your account" in "\n".join(academy.mails("amara@example.org", "passkey"))
    log_out(page)
    page.goto("/accounts/login/?next=/2022/people/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/2022/people/")
    assert academy.complaints == []


def test_a_passkey_is_the_second_step_after_the_password_and_can_be_taken_away(
    serve: Serve, look: Looker
) -> None:
    academy = serve("registration")
    page = at_localhost(academy, viewport={"width": 375, "height": 800})
    give_passkeys(page, alone=False)
    log_in(page, "dawit")
    page.wait_for_url("**/2022/")
    page.goto("/accounts/2fa/webauthn/add/")
    confirm_password(page)
    page.get_by_label("I want to log in with it alone").uncheck()
    page.get_by_role("button", name="Add this device").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    log_out(page)
    log_in(page, "dawit")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    look(page, "87-second-step-of-a-login")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/2022/")
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_role("link", name="Use my password")).to_be_visible()
    look(page, "88-is-it-you-with-a-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/remove/**")
    page.wait_for_load_state()
    look(page, "89-remove-a-passkey")
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    log_out(page)
    log_in(page, "dawit")
    page.wait_for_url("**/2022/")
    assert academy.complaints == []


def test_a_device_without_a_passkey_is_told_so_in_a_sentence(serve: Serve) -> None:
    academy = serve("registration")
    page = at_localhost(academy)
    give_passkeys(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
    expect(page.get_by_role("button", name="Log in", exact=True).last).to_be_enabled()


def test_an_app_is_set_up_asked_for_and_replaced_by_a_recovery_code(serve: Serve, look: Looker) -> None:
    academy = serve("registration")
    page = academy.person("chiara")
    page.goto("/accounts/2fa/")
    look(page, "90-second-step-empty")
    page.get_by_role("link", name="Set up an app").click()
    confirm_password(page)
    look(page, "91-set-up-an-app")
    square = page.locator("img.qr")
    assert square.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator(".code-key").inner_text()
    page.get_by_label("The six digits that the app shows now").fill("000000")
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_text("This is not right.")).to_be_visible()
    assert page.locator(".code-key").inner_text() == secret
    page.get_by_label("The six digits that the app shows now").fill(the_code(secret))
    page.get_by_role("button", name="Use this app").click()
    codes = page.locator(".code-list code").all_inner_texts()
    assert len(codes) == 10
    log_out(page)
    log_in(page, "chiara")
    page.get_by_label("Code").fill(the_code(secret))
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/2022/")
    log_out(page)
    log_in(page, "chiara")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/2022/")
    page.goto("/accounts/2fa/")
    expect(page.get_by_text("you have 9 codes left")).to_be_visible()
    look(page, "92-second-step-with-an-app")
    assert academy.complaints == []


def test_a_code_by_mail_logs_in_without_a_password(serve: Serve, look: Looker) -> None:
    academy = serve("registration")
    page = academy.visitor(viewport={"width": 375, "height": 800})
    page.goto("/accounts/login/?next=/2022/my/")
    page.get_by_role("link", name="Send me a code by mail").click()
    look(page, "93-ask-for-a-code")
    page.get_by_label("Email").fill("esi@example.org")
    page.get_by_role("button", name="Send me a code").click()
    look(page, "94-enter-the-code")
    found = re.search(
        r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{2,})\s*$", "\n".join(academy.mails("esi@example.org")), re.MULTILINE
    )
    assert found
    page.get_by_label("Code").fill(found[1].lower())
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/2022/my/")
    assert academy.complaints == []


def test_one_sees_where_one_is_logged_in_and_logs_out_everywhere_else(serve: Serve, look: Looker) -> None:
    academy = serve("registration")
    here, there = academy.person("bruno"), academy.person("bruno", viewport={"width": 375, "height": 800})
    here.goto("/2022/my/")
    here.locator(".account-menu summary").click()
    here.get_by_role("link", name="Where I am logged in").click()
    expect(here.get_by_role("row")).to_have_count(3)
    expect(here.get_by_role("row").filter(has_text="here")).to_have_count(1)
    look(here, "95-where-i-am-logged-in")
    here.get_by_role("button", name="Log out everywhere else").click()
    expect(here.get_by_text("You are logged out everywhere else.")).to_be_visible()
    expect(here.get_by_text("You are logged in nowhere else.")).to_be_visible()
    there.goto("/2022/my/")
    expect(there.get_by_role("heading", name="Log in", exact=True)).to_be_visible()
    assert academy.complaints == []


def test_a_freshly_named_organiser_is_led_by_the_menu(serve: Serve, look: Looker) -> None:
    academy = serve("registration", second_factor=True)

    def name_organiser() -> None:
        user = User.objects.get(email="dawit@example.org")
        grant_role(user, user.participations.get().edition, Role.Kind.ORGANISER, by=None)

    beside(name_organiser)
    page = academy.person("dawit")
    page.locator(".account-menu summary").click()
    page.get_by_role("link", name="Set up your second step first").click()
    expect(page.get_by_role("heading", name="A second step is needed")).to_be_visible()
    for name, address in {
        "96-email-addresses": "/accounts/email/",
        "97-password": "/accounts/password/change/",
    }.items():
        page.goto(address)
        if page.get_by_role("heading", name="Is it you?").count():
            confirm_password(page)
        look(page, name)
    assert academy.complaints == []
