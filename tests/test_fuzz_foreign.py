"""Hostile requests at the pages that others wrote: those of one's account, in every state of logging in, and the admin.

ACADEMY_FUZZ=5000 ACADEMY_FUZZ_SEED=7 python -m pytest tests/test_fuzz_foreign.py     longer, and something else
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.admin import site
from django.test import Client
from django.urls import get_resolver, reverse
from schemathesis import GenerationMode

from academy.models import Message, User
from tests.doors import BACKEND
from tests.factories import make_user
from tests.hostile import Attempt
from tests.intruder import COUNT, SEED, Intruder
from tests.second_steps import give_app, give_passkey
from tests.test_access import named_addresses

if TYPE_CHECKING:
    from academy.models import Edition
    from tests.intruder import Door

PASSWORD = "from-intentions-2022"
OF_ACCOUNTS = ("account_", "mfa_")
# Those that stand behind another step.
OWN_FORMS = {
    "account_confirm_login_code",
    "account_reset_password_from_key",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate_webauthn",
}
pytestmark = pytest.mark.usefixtures("quiet_log")


@pytest.fixture(autouse=True)
def _as_often_as_one_likes(settings) -> None:
    """How often one may try has tests of its own (tests/academy/test_accounts_limits.py)."""
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    settings.ADDRESS_LIMITS = dict.fromkeys(settings.ADDRESS_LIMITS, 10**9)
    settings.EVEN_SECONDS = 0


def browser_after(address: str = "", **fields: str) -> Client:
    """A new browser, from which this was sent."""
    browser = Client()
    if address:
        assert browser.post(address, fields).status_code == 302
    return browser


def confirmed(browser: Client) -> Client:
    """The browser, after it was said again who one is, as one does before something serious."""
    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return browser


def at_every_step(edition: Edition) -> dict[str, Client]:
    """A browser at each step of logging in, and of what one does with an account."""
    member, holder = make_user("member"), make_user("holder")
    login = partial(browser_after, "/accounts/login/", password=PASSWORD)
    new = {"email": "new@example.org", "password1": "seven-wells-of-water"}
    with_everything = confirmed(login(login=holder.email))
    give_app(holder)
    RecoveryCodes.activate(holder)
    give_passkey(holder)
    long_ago = browser_after()
    long_ago.force_login(holder, backend=BACKEND)
    return {
        "anonymous": browser_after(),
        "at the second step": login(login=holder.email),
        "with a code in the mail": browser_after("/accounts/login/code/", email=member.email),
        "with an address to confirm": browser_after("/accounts/signup/", **new, password2=new["password1"]),
        "logged in": confirmed(login(login=member.email)),
        "logged in with everything": with_everything,
        "logged in long ago": long_ago,
        "with a new password to choose": forgetful(member),  # which ends when somebody logs in
    }


def forgetful(user: User) -> Client:
    """A browser with the page open at which this person chooses a new password."""
    browser = browser_after("/accounts/password/reset/", email=user.email)
    found = re.search(
        r"/accounts/password/reset/key/\S+", Message.objects.get(body__contains="/reset/key/").body
    )
    assert found
    browser.get(found[0])
    return browser


def doors_of_accounts() -> set[Door]:
    """Every page of accounts, the ways that mails open among them."""
    user = User.objects.get(email="member@example.org")
    passkey = Authenticator.objects.get(type="webauthn")
    unconfirmed = EmailAddress.objects.get(email="new@example.org")
    arguments = {
        "account_confirm_email": [EmailConfirmationHMAC(unconfirmed).key],
        "account_reset_password_from_key": [user_pk_to_url_str(user), "set-password"],
        "mfa_remove_webauthn": [passkey.pk],
        "mfa_edit_webauthn": [passkey.pk],
    }
    names = {name for name in named_addresses(get_resolver().url_patterns) if name.startswith(OF_ACCOUNTS)}
    return {
        (reverse(name, args=arguments.get(name, [])), method) for name in names for method in ("GET", "POST")
    }


def doors_of_the_admin() -> set[Door]:
    """Each list of the admin, its form for a new one, and the pages of the first that there is."""
    doors = {(f"/admin/{page}", method) for page in ("", "password_change/") for method in ("GET", "POST")}
    for model in site._registry:
        label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        first: Any = model._default_manager.first()
        addresses = [reverse(f"{label}_{page}") for page in ("changelist", "add")]
        addresses += [
            reverse(f"{label}_{page}", args=[first.pk])
            for page in (("change", "delete", "history") if first else ())
        ]
        doors |= {(address, method) for address in addresses for method in ("GET", "POST")}
    return doors


def test_hostile_requests_break_no_page_of_an_account(edition):
    intruder = Intruder(at_every_step(edition), doors_of_accounts(), SEED)
    intruder.look_around()
    assert {view for view, _method, _fields in intruder.drawn} >= OWN_FORMS
    intruder.go_round(COUNT // 2)
    intruder.fill_in_forms(COUNT // 2)
    intruder.replace_parts(COUNT // 20)
    assert intruder.faults == []
    assert intruder.tried > COUNT
    # A passkey that is none leads back to where one can try again.
    assert intruder.never_reached() <= {"mfa_login_webauthn", "mfa_reauthenticate_webauthn"}


def test_hostile_requests_break_no_page_of_the_admin(academy_at, settings):
    academy_at("adopted")
    settings.SECOND_FACTOR = True
    browsers = {"anonymous": browser_after()}
    for role in ("staff", "root"):
        user = make_user(role)
        User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=role == "root")
        give_app(user)
        browsers[role] = browser_after()
        browsers[role].force_login(user, backend=BACKEND)
    intruder = Intruder(browsers, doors_of_the_admin(), SEED)
    assert intruder.attempt("root", Attempt("GET", "/admin/academy/edition/add/")) == "200"
    intruder.look_around()
    intruder.go_round(COUNT // 4)
    for form in ("edition_add", "edition_change"):
        (kind,) = (kind for kind in intruder.drawn if kind[0] == f"admin:academy_{form}")
        (what,) = intruder.drawn[kind].values()
        for mode in GenerationMode:
            intruder.draw_and_try(what, ["root", "staff"], mode, told=intruder.answers[kind], count=5)
        # With mistakes it is shown again.
        assert intruder.answers[kind]["200"]
    intruder.fill_in_forms(COUNT // 8)
    intruder.replace_parts(COUNT // 20)
    assert intruder.faults == []
