"""Every change of an account is told by mail, through the outbox; and what somebody is told says what was changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from academy.browsers import browser_in_words
from academy.closing import close_account, open_account
from academy.models import Message
from tests.second_steps import code_of, give_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from academy.models import User

PASSWORD = "from-intentions-2022"
ANOTHER = "to-commitments-2022"
PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0"


@pytest.fixture
def browser(dawit) -> Client:
    """Dawit's phone, logged in and just asked again who he is."""
    browser = Client(HTTP_USER_AGENT=PHONE)
    browser.post("/accounts/login/", {"login": dawit.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


@pytest.fixture
def told(dawit, django_capture_on_commit_callbacks) -> Callable[[Callable[[], object]], str]:
    """What the one mail that an action brings says: its subject and its text; it is a row of the outbox first."""

    def tell(action: Callable[[], object]) -> str:
        before = set(Message.objects.values_list("pk", flat=True))
        with django_capture_on_commit_callbacks(execute=False) as called:
            action()
        for callback in called:
            if "wake_mail" not in repr(callback):
                callback()
        (message,) = Message.objects.exclude(pk__in=before)
        assert message.to == dawit.email
        assert mail.outbox == []
        return f"{message.subject}\n{message.body}"

    return tell


def key_of(browser: Client) -> str:
    browser.get("/accounts/2fa/totp/activate/")
    return str(browser.session["mfa.totp.secret"])


def test_a_new_password_is_told_with_when_where_and_what_to_do(browser, told):
    words = told(
        lambda: browser.post(
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER},
        )
    )
    assert words.startswith("Your password was changed\n")
    assert re.search(
        r"on \d+ \w+ \d{4}, \d\d:\d\d UTC, in Firefox on Android, from the internet address 127.0.0.1", words
    )
    assert "If it was not you, change your password now" in words


@pytest.mark.parametrize("has_one", [True, False])
def test_the_mail_for_a_new_password_speaks_of_an_old_one_if_there_is_one(dawit, told, has_one):
    """After an account was closed and opened again there is none; nobody need fear that the old one still works."""
    if not has_one:
        close_account(dawit)
        open_account(dawit, dawit.email)
    words = told(lambda: Client().post("/accounts/password/reset/", {"email": dawit.email}))
    assert "/accounts/password/reset/key/" in words
    assert ("Your old password stays valid" in words) == has_one


def test_a_new_app_is_told(browser, told):
    code = code_of(key_of(browser))
    words = told(lambda: browser.post("/accounts/2fa/totp/activate/", {"code": code}))
    assert words.startswith("An authenticator app was added to your account\n")


def test_an_app_that_was_taken_away_is_told(browser, told, dawit):
    give_app(dawit)
    words = told(lambda: browser.post("/accounts/2fa/totp/deactivate/"))
    assert words.startswith("The authenticator app was removed from your account\n")
    assert not Authenticator.objects.filter(user=dawit).exists()


def test_new_recovery_codes_are_told_and_not_written(browser, told, dawit):
    give_app(dawit)
    words = told(lambda: browser.post("/accounts/2fa/recovery-codes/generate/"))
    assert words.startswith("Your recovery codes are new\n")
    codes = Authenticator.objects.get(user=dawit, type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    assert not [code for code in codes if code in words]


def test_a_removed_passkey_is_told(browser, told, dawit):
    key = Authenticator.objects.create(
        user=dawit, type="webauthn", data={"name": "my phone", "credential": {}}
    )
    words = told(lambda: browser.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/"))
    assert words.startswith("A passkey was removed from your account\n")


def test_a_new_address_is_told_to_the_old_one(browser, told, dawit):
    EmailAddress.objects.create(user=dawit, email="dawit@home.example", verified=True)
    words = told(
        lambda: browser.post("/accounts/email/", {"email": "dawit@home.example", "action_primary": ""})
    )
    assert words.startswith("Your e-mail address was changed\n")
    assert "We write to dawit@home.example from now on, and no longer to dawit@example.org." in words


def test_a_passkey_of_somebody_else_cannot_be_taken_away(browser, esi):
    key = Authenticator.objects.create(user=esi, type="webauthn", data={"name": "hers", "credential": {}})
    for what in ("remove", "edit"):
        assert browser.get(f"/accounts/2fa/webauthn/keys/{key.pk}/{what}/").status_code == 404
        assert (
            browser.post(f"/accounts/2fa/webauthn/keys/{key.pk}/{what}/", {"name": "mine"}).status_code == 404
        )
    assert Authenticator.objects.get(pk=key.pk).data["name"] == "hers"


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/email/",
    ],
)
def test_what_changes_an_account_is_asked_about_first(address, dawit: User, client_of):
    answer = client_of(dawit).post(address, {"action_add": "", "email": "x@example.org"})
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/recovery-codes/download/",
        "/accounts/2fa/reauthenticate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/webauthn/reauthenticate/",
        "/accounts/2fa/webauthn/keys/1/edit/",
        "/accounts/2fa/webauthn/keys/1/remove/",
        "/accounts/sessions/",
        "/accounts/2fa/authenticate/",
        "/second-factor/",
    ],
)
def test_nobody_sees_pages_of_an_account_without_a_login(address, db, client):
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (PHONE, "Firefox on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4) AppleWebKit/605 Version/17.4 Mobile Safari/604",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/124.0 Safari/537 Edg/124.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/124.0 Safari/537", "Chrome on Linux"),
        ("curl/8.0", "an unknown program"),
        ("<script>", "an unknown program"),
    ],
)
def test_a_browser_has_a_name(header, words):
    assert browser_in_words(header) == words
