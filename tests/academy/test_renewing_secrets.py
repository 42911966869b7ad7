"""A changed SECRET_KEY keeps nobody out: secrets are renewed under it, and one that no key opens is a wrong code."""

from __future__ import annotations

import logging
import threading
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as allauth_views
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, models
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, get_resolver, reverse

from academy import checks, step_secrets
from academy.checks import earlier_keys
from academy.forms.accounts import CodeThatCanBeRight
from academy.models import User
from academy.second_factor import has_second_factor
from academy.step_secrets import NoKeyOpens, State, count_secrets, renew_secrets, state_of
from tests.meeting import LITTLE, MUCH, Meeting
from tests.second_steps import answer_with, code_of, give_app, give_passkey, new_key

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = "from-intentions-2022"
NEW, NEWEST = (
    "the second key, which nobody has seen yet, of fifty and more",
    "the third key, long enough as well" * 2,
)
STEP, PAGES = "/accounts/2fa/authenticate/", "/accounts/2fa/"
WRONG = "This is not right. Please try again with a new code or with the passkey."


@pytest.fixture
def change_key(settings):
    """Put another SECRET_KEY in place; the earlier ones can still be read, until `forget` says that they are gone."""

    def change(key: str, *, forget: bool = False) -> None:
        settings.SECRET_KEY_FALLBACKS = (
            [] if forget else [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        )
        settings.SECRET_KEY = key

    return change


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO, logger="academy.security")
    return lambda: [r.getMessage() for r in caplog.records if r.name == "academy.security"]


def log_in(user: User, code: str) -> Client:
    """A browser in which this person logs in with the password and this code; it may have been wrong."""
    cache.clear()  # an app's code is taken once only in its half minute
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == STEP
    browser.answer = browser.post(STEP, {"code": code})  # type: ignore[attr-defined]  # for the test to look at
    return browser


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def codes_of(user: User) -> list[str]:
    return list(RecoveryCodes.activate(user).get_unused_codes())


def run() -> str:
    out = StringIO()
    call_command("renew_secrets", stdout=out)
    return out.getvalue()


# --- Changing the key -------------------------------------------------------------------------------------------------


def test_an_app_and_recovery_codes_let_in_before_during_and_after_a_change_of_the_key(
    edition, amara, change_key
):
    secret, codes = give_app(amara), codes_of(amara)
    assert is_in(log_in(amara, code_of(secret)))
    assert is_in(log_in(amara, codes[0]))
    change_key(NEW)
    assert is_in(log_in(amara, code_of(secret)))
    assert is_in(log_in(amara, codes[1]))
    assert run() == "Renewed: 2. Already under the present key: 0. Opened by no key: 0.\n"
    change_key(NEW, forget=True)
    assert is_in(log_in(amara, code_of(secret)))
    assert is_in(log_in(amara, codes[2]))
    assert codes_of(amara) == codes[3:]


def test_without_renewing_nobody_gets_in_after_the_earlier_key_is_gone(edition, amara, change_key):
    """The control: the same change, without the command."""
    secret, codes = give_app(amara), codes_of(amara)
    change_key(NEW, forget=True)
    assert not is_in(log_in(amara, code_of(secret)))
    assert not is_in(log_in(amara, codes[0]))


def test_what_is_renewed_opens_under_the_present_key_and_no_longer_under_the_earlier_one(
    amara, settings, change_key
):
    secret, earlier = give_app(amara), settings.SECRET_KEY
    change_key(NEW)
    renew_secrets()
    renewed = Authenticator.objects.get(user=amara).data["secret"]
    assert secret not in renewed
    change_key(NEW, forget=True)
    assert step_secrets.decrypt(renewed) == secret
    change_key(earlier, forget=True)
    with pytest.raises(NoKeyOpens):
        step_secrets.decrypt(renewed)


def test_renewing_again_changes_nothing_and_says_so(amara, dawit, change_key):
    for person in (amara, dawit):
        give_app(person)
    give_passkey(dawit)
    change_key(NEW)
    RecoveryCodes.activate(amara)
    assert run() == "Renewed: 2. Already under the present key: 1. Opened by no key: 0.\n"
    before = list(Authenticator.objects.order_by("pk").values())
    assert run() == "Renewed: 0. Already under the present key: 3. Opened by no key: 0.\n"
    assert list(Authenticator.objects.order_by("pk").values()) == before


def test_a_key_that_was_changed_twice_is_renewed_over_both(amara, change_key):
    secret = give_app(amara)
    change_key(NEW)
    change_key(NEWEST)
    assert count_secrets() == {State.EARLIER: 1}
    renew_secrets()
    change_key(NEWEST, forget=True)
    assert Authenticator.objects.get(user=amara).wrap().validate_code(code_of(secret))


def test_codes_that_came_from_elsewhere_are_renewed_each(amara, change_key):
    data = {"migrated_codes": [step_secrets.encrypt(code) for code in ("12345678", "87654321")]}
    row = Authenticator.objects.create(user=amara, type="recovery_codes", data=data)
    change_key(NEW)
    renew_secrets()
    change_key(NEW, forget=True)
    row.refresh_from_db()
    assert row.wrap().get_unused_codes() == ["12345678", "87654321"]


@pytest.mark.parametrize(
    "data", [{}, {"secret": "plain"}, {"secret": None}, {"secret": ""}, {"migrated_codes": ["x"]}]
)
def test_what_was_never_encrypted_is_lost_and_breaks_nothing(amara, data):
    row = Authenticator.objects.create(user=amara, type="totp", data=data)
    assert state_of(row) is State.LOST
    assert renew_secrets().counts == {State.LOST: 1}


def test_a_lost_secret_is_named_by_its_account_with_what_to_do_and_nothing_is_given_away(
    edition, amara, dawit, change_key
):
    lost, codes = give_app(amara), codes_of(amara)
    change_key(NEW, forget=True)
    secret = give_app(dawit)
    change_key(NEWEST)
    before = list(Authenticator.objects.filter(user=amara).values())
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("renew_secrets", stdout=out)
    assert refused.value.returncode == 1
    said = out.getvalue() + str(refused.value)
    assert "Renewed: 1. Already under the present key: 0. Opened by no key: 2." in said
    assert f"  account {amara.pk}: totp, recovery_codes\n" in said
    assert "SECRET_KEY_FALLBACKS" in said
    assert "reset_second_factor" in said
    for hidden in (
        str(dawit.pk),
        amara.email,
        lost,
        secret,
        *codes,
        NEW,
        NEWEST,
        before[0]["data"]["secret"],
    ):
        assert hidden not in said
    assert list(Authenticator.objects.filter(user=amara).values()) == before


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "control"])
def test_a_recovery_code_that_is_used_while_it_is_renewed_stays_used(change_key, monkeypatch, is_locked):
    """The control is the same without the lock: what was read before the code was used is written after it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    amara = User.objects.create_user("amara@example.org", PASSWORD)
    code = codes_of(amara)[0]
    change_key(NEW)
    if not is_locked:
        monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, **_said: rows)
    read, used = threading.Event(), Meeting(2, patience=LITTLE if is_locked else MUCH)
    renewed: Callable[[dict[str, Any]], dict[str, Any]] = step_secrets._renewed

    def renew_slowly(data: dict[str, Any]) -> dict[str, Any]:
        read.set()
        used.wait()
        return renewed(data)

    def use() -> None:
        read.wait(MUCH)
        assert Authenticator.objects.get(user=amara).wrap().validate_code(code)
        used.wait()
        connection.close()

    monkeypatch.setattr(step_secrets, "_renewed", renew_slowly)
    user = threading.Thread(target=use)
    user.start()
    renew_secrets()
    user.join()
    assert (code not in codes_of(amara)) is is_locked


# --- A secret that no key opens ---------------------------------------------------------------------------------------


@pytest.fixture
def locked_out(edition, amara, change_key) -> tuple[User, str, list[str]]:
    """Amara, whose app and recovery codes lie under a key that is gone; the app's key, and her codes."""
    secret, codes = give_app(amara), codes_of(amara)
    change_key(NEW, forget=True)
    return amara, secret, codes


def test_a_right_code_of_a_lost_secret_is_a_wrong_code_and_the_log_says_why_once(locked_out, told):
    amara, secret, codes = locked_out
    for code in (code_of(secret), codes[0]):
        before = len(told())
        browser = log_in(amara, code)
        assert browser.answer.status_code == 200
        assert WRONG in browser.answer.content.decode()
        assert not is_in(browser)
        assert told()[before:] == [
            f"Right password of account {amara.pk}",
            f"The secret of account {amara.pk} cannot be opened: totp, recovery_codes",
            f"Wrong totp of account {amara.pk}",
        ]


def test_without_the_protection_forms_and_pages_break_off(locked_out, monkeypatch):
    """The control: what allauth's own form and views do with it."""
    amara, secret, _codes = locked_out
    monkeypatch.delattr(CodeThatCanBeRight, "clean_code")
    answer = log_in(amara, code_of(secret)).answer
    assert (answer.status_code, WRONG in answer.content.decode()) == (409, False)
    request = RequestFactory().get("/")
    request.user = amara
    with pytest.raises(NoKeyOpens):
        allauth_views.GenerateRecoveryCodesView(request=request).get_context_data()


def test_guessing_at_a_lost_secret_is_stopped_as_ever(locked_out, told):
    amara, secret, _codes = locked_out
    browser = log_in(amara, code_of(secret))
    for _try in range(6):
        answer = browser.post(STEP, {"code": "000000"})
    assert answer.status_code == 200
    assert WRONG not in answer.content.decode()
    assert sum("cannot be opened" in line for line in told()) == 5


def test_what_can_be_opened_lets_in_beside_what_cannot(edition, amara, change_key):
    secret, codes = give_app(amara), codes_of(amara)
    change_key(NEW, forget=True)
    Authenticator.objects.filter(user=amara, type="recovery_codes").delete()
    new = codes_of(amara)
    assert not is_in(log_in(amara, code_of(secret)))
    assert not is_in(log_in(amara, codes[0]))
    assert is_in(log_in(amara, new[0]))
    assert new[0] not in codes_of(amara)
    Authenticator.objects.filter(user=amara).delete()
    secret, codes = give_app(amara), codes_of(amara)
    row = Authenticator.objects.get(user=amara, type="recovery_codes")
    row.data["seed"] = "another key's"
    row.save()
    assert not is_in(log_in(amara, codes[0]))
    assert is_in(log_in(amara, code_of(secret)))


def confirmed(user: User, client_of: Callable[[User], Client]) -> Client:
    """A browser in which this person is logged in, and has just said again who they are."""
    browser = client_of(user)
    answer = browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302
    return browser


def pages_of_steps() -> list[str]:
    """The name of every page of second steps."""
    names = {
        name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("mfa_")
    }
    assert {
        "mfa_index",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_remove_webauthn",
        "mfa_reauthenticate",
    } <= names
    return sorted(names)


@pytest.mark.parametrize("is_organising", [True, False], ids=["amara", "nobody"])
def test_no_page_of_second_steps_breaks(locked_out, client_of, settings, is_organising):
    settings.SECOND_FACTOR = True
    amara, secret, _codes = locked_out
    give_passkey(amara)
    steps = list(Authenticator.objects.order_by("pk").values("user_id", "type", "data"))
    browser = confirmed(amara, client_of) if is_organising else Client()
    for name in pages_of_steps():
        for sent in (None, {}, {"code": code_of(secret)}, {"code": "x", "credential": "{}", "name": "phone"}):
            # All of them anew: the request before may have taken one away, or made another.
            Authenticator.objects.filter(user=amara).delete()
            passkey = [Authenticator.objects.create(**step) for step in steps][-1]
            try:
                page = reverse(name)
            except NoReverseMatch:
                page = reverse(name, args=[passkey.pk])
            answer = browser.get(page) if sent is None else browser.post(page, sent)
            assert answer.status_code in ({200, 302} if sent is None else {200, 302, 405}), (name, sent)


def test_the_pages_say_what_is_lost_and_what_to_do(locked_out, client_of):
    amara, _secret, _codes = locked_out
    browser = confirmed(amara, client_of)
    page = browser.get(PAGES).content.decode()
    assert "The codes of your app cannot be checked here any more" in page
    assert "You have no codes left." in page
    for address in ("mfa_view_recovery_codes", "mfa_download_recovery_codes"):
        answer = browser.get(reverse(address), follow=True)
        assert answer.redirect_chain == [(reverse("mfa_generate_recovery_codes"), 302)]
        assert "cannot be opened here any more. Please make new ones." in answer.content.decode()
        assert "You get ten codes, each for one login." in answer.content.decode()


def test_the_pages_say_nothing_of_it_when_all_can_be_opened(edition, amara, client_of):
    """The control."""
    give_app(amara)
    codes = codes_of(amara)
    browser = confirmed(amara, client_of)
    page = browser.get(PAGES).content.decode()
    assert "cannot be checked here any more" not in page
    assert "you have 10 codes left" in page
    assert codes[9] in browser.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert (
        "The 10 codes that you have left"
        in browser.get(reverse("mfa_generate_recovery_codes")).content.decode()
    )


def test_whoever_is_still_logged_in_makes_new_codes_and_sets_up_the_app_again(locked_out, client_of):
    amara, _secret, _codes = locked_out
    browser = confirmed(amara, client_of)
    browser.post(reverse("mfa_generate_recovery_codes"))
    assert is_in(log_in(amara, codes_of(amara)[0]))
    assert browser.post(reverse("mfa_deactivate_totp"))["Location"] == PAGES
    browser.get(reverse("mfa_activate_totp"))
    secret = browser.session["mfa.totp.secret"]
    browser.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert is_in(log_in(amara, code_of(secret)))


def test_asked_again_a_lost_code_is_wrong_and_the_password_is_offered(locked_out, client_of, told):
    amara, secret, _codes = locked_out
    browser = client_of(amara)
    answer = browser.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
    assert answer.status_code == 200
    assert WRONG in answer.content.decode()
    assert "/accounts/reauthenticate/" in answer.content.decode()
    assert [line for line in told() if "cannot be opened" in line] == [
        f"The secret of account {amara.pk} cannot be opened: totp, recovery_codes"
    ]


def test_a_passkey_lets_in_whose_app_is_lost(locked_out):
    amara, _secret, _codes = locked_out
    key = new_key()
    give_passkey(amara, key=key)
    browser = log_in(amara, "000000")
    page = browser.get(STEP)
    challenge = page.context["js_data"]["request_options"]["publicKey"]["challenge"]
    stranger = browser.post(STEP, {"credential": answer_with(new_key(), amara, challenge)})
    assert (stranger.status_code, is_in(browser)) == (200, False)
    challenge = stranger.context["js_data"]["request_options"]["publicKey"]["challenge"]
    browser.post(STEP, {"credential": answer_with(key, amara, challenge)})
    assert is_in(browser)
    assert browser.get(PAGES).status_code == 200


def test_a_lost_secret_still_asks_for_the_second_step_and_opens_no_door(locked_out, settings):
    """Whoever has the password alone is not let in because the second step cannot be checked."""
    settings.SECOND_FACTOR = True
    amara, _secret, _codes = locked_out
    assert has_second_factor(amara)
    browser = log_in(amara, "000000")
    assert browser.get("/2022/people/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("said", ["address", "account"])
def test_a_reset_lets_in_again(locked_out, settings, said):
    settings.SECOND_FACTOR = True
    amara, _secret, _codes = locked_out
    call_command("reset_second_factor", amara.email if said == "address" else str(amara.pk))
    browser = Client()
    browser.post("/accounts/login/", {"login": amara.email, "password": PASSWORD})
    assert is_in(browser)
    assert browser.get("/2022/people/")["Location"].startswith("/second-factor/")
    assert run() == "Renewed: 0. Already under the present key: 0. Opened by no key: 0.\n"


def test_the_admin_answers_staff_whose_secret_is_lost(db, client_of, settings, change_key):
    settings.SECOND_FACTOR = True
    gita = User.objects.create_superuser("gita@example.org", PASSWORD)
    EmailAddress.objects.create(user=gita, email=gita.email, verified=True, primary=True)
    give_app(gita)
    change_key(NEW, forget=True)
    browser = client_of(gita)
    for page in ("/admin/", "/admin/academy/user/", f"/admin/academy/user/{gita.pk}/change/"):
        assert browser.get(page).status_code == 200, page


# --- Who is told before the earlier key goes --------------------------------------------------------------------------


def test_the_check_tells_while_a_secret_needs_an_earlier_key(amara, change_key):
    give_app(amara)
    RecoveryCodes.activate(amara)
    assert earlier_keys() == []
    change_key(NEW)
    (warning,) = earlier_keys()
    assert warning.msg == "Secrets of second steps that still need an earlier key: 2."
    assert "renew_secrets" in warning.hint
    said = StringIO()
    call_command("check", deploy=True, tags=["security"], stderr=said)
    assert "(academy.W001) Secrets of second steps that still need an earlier key: 2." in said.getvalue()
    renew_secrets()
    assert earlier_keys() == []


def test_the_check_asks_no_database_without_an_earlier_key_and_survives_one_that_is_away(
    amara, change_key, monkeypatch, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert earlier_keys() == []

    def away() -> None:
        raise OperationalError

    monkeypatch.setattr(checks, "count_secrets", away)
    change_key(NEW)
    assert [warning.id for warning in earlier_keys()] == ["academy.W002"]
