"""Organisers and staff count as such only with a second step of logging in; the door leads to it and back."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import Client

from academy.errors import NotAllowed
from academy.management.commands.seed_demo import seed
from academy.models import HistoryEntry, Message, Role, User
from academy.permissions import insist, is_organiser, roles_of, roles_of_each
from academy.roles import grant_role
from academy.second_factor import NEEDED, forget_ended_sessions, without_second_factor
from academy.views.second_factor import is_page_of_ours
from tests.factories import make_user
from tests.second_steps import code_of, give_app

PASSWORD = "from-intentions-2022"


@pytest.fixture
def asked(settings):
    """The academy asks for the second step, as it does unless somebody switches that off."""
    settings.SECOND_FACTOR = True


def log_in(user: User, *, secret: str = "", agent: str = "") -> Client:
    """A browser in which this person logged in through the form, with the second step if there is a key."""
    browser = Client(headers={"user-agent": agent} if agent else None)
    answer = browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    if secret:
        assert answer["Location"] == "/accounts/2fa/authenticate/"
        browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    return browser


def confirm(browser: Client) -> None:
    """Say again who one is, as one does before something serious."""
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})


def test_an_organiser_without_a_second_step_is_none(asked, edition, amara):
    assert not is_organiser(amara, edition)
    assert roles_of(amara, edition) == frozenset()
    with pytest.raises(NotAllowed):
        insist(is_organiser(amara, edition))
    give_app(amara)
    assert is_organiser(amara, edition)


def test_where_it_is_not_asked_the_role_is_enough(edition, amara):
    """The control: the same person, with the setting off."""
    assert is_organiser(amara, edition)


def test_recovery_codes_alone_are_no_second_step(asked, edition, amara):
    RecoveryCodes.activate(amara)
    assert not is_organiser(amara, edition)


def test_other_roles_need_no_second_step(asked, edition, dawit):
    assert roles_of(dawit, edition) == {Role.Kind.DELEGATE}


def test_the_step_is_asked_for_once_for_all_who_need_one(asked, edition, amara, django_assert_num_queries):
    give_app(amara)
    others = [make_user(f"organiser{number}") for number in range(5)]
    for other in others:
        grant_role(other, edition, Role.Kind.ORGANISER, by=None)
    with django_assert_num_queries(2):
        roles = roles_of_each([amara, *others], edition)
    assert {key for key, kinds in roles.items() if kinds} == {amara.pk}


def test_the_door_leads_to_the_set_up_says_why_and_leads_back(asked, edition, amara):
    browser = log_in(amara)
    answer = browser.get("/2022/people/?state=waiting")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/second-factor/?next=/2022/people/%3Fstate%3Dwaiting",
    )
    page = browser.get(answer["Location"]).content.decode()
    assert str(NEEDED) in page
    assert "/accounts/2fa/webauthn/add/" in page
    confirm(browser)
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200
    secret = browser.session["mfa.totp.secret"]
    done = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    codes = browser.get(done["Location"]).content.decode()
    assert "/second-factor/" in codes
    back = browser.get("/second-factor/")
    assert back["Location"] == "/2022/people/?state=waiting"
    assert browser.get(back["Location"]).status_code == 200
    assert browser.get("/second-factor/")["Location"] == "/accounts/2fa/"


def test_what_is_sent_without_the_second_step_is_refused_with_the_reason(asked, edition, amara, client_of):
    answer = client_of(amara).post("/2022/programme/desk/days/add/", {"title": "x"})
    assert answer.status_code == 403
    assert str(NEEDED) in answer.content.decode()


def test_a_script_is_told_the_reason(asked, edition, amara, client_of):
    answer = client_of(amara).get("/2022/people/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (403, str(NEEDED))


def test_whoever_has_no_such_role_is_refused_as_before(asked, edition, dawit, client_of):
    answer = client_of(dawit).get("/2022/people/")
    assert answer.status_code == 403
    assert str(NEEDED) not in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "people",
        "/" * 3000,
        "",
    ],
)
def test_the_way_back_stays_in_the_academy(address):
    assert not is_page_of_ours(address)
    assert is_page_of_ours("/2022/people/?state=waiting")


def test_the_menu_of_an_organiser_without_it_offers_the_set_up_instead_of_the_desk(
    asked, edition, amara, client_of
):
    page = client_of(amara).get("/2022/my/").content.decode()
    assert "/second-factor/" in page
    assert "/2022/people/" not in page
    give_app(amara)
    page = client_of(amara).get("/2022/my/").content.decode()
    assert "/2022/people/" in page
    assert "/second-factor/" not in page


# --- The admin --------------------------------------------------------------------------------------------------------


@pytest.fixture
def gita(db):
    """Somebody on the staff."""
    user = User.objects.create_superuser("gita@example.org", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_the_admin_opens_through_the_same_door_and_with_a_second_step(asked, gita, client):
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=/admin/"
    browser = log_in(gita)
    assert browser.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert browser.get("/admin/login/?next=/admin/")["Location"] == "/second-factor/?next=/admin/"
    give_app(gita)
    assert browser.get("/admin/").status_code == 200
    assert browser.get("/admin/login/")["Location"] == "/admin/"


def test_the_admins_own_login_form_is_not_there(asked, gita, client):
    answer = client.post("/admin/login/", {"username": gita.email, "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_whoever_is_no_staff_sees_no_admin(asked, edition, amara, client_of):
    give_app(amara)
    browser = client_of(amara)
    assert browser.get("/admin/login/").status_code == 403
    assert browser.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


def test_the_admin_shows_no_second_steps_and_no_sessions(gita, client_of):
    page = client_of(gita).get("/admin/").content.decode()
    assert "/admin/academy/edition/" in page
    assert "/admin/mfa/" not in page
    assert "/admin/usersessions/" not in page


# --- Sessions and secrets ---------------------------------------------------------------------------------------------


def test_the_first_second_step_ends_all_other_sessions(edition, amara, django_capture_on_commit_callbacks):
    """Whoever got in with a stolen password before does not become an organiser with it."""
    thief, browser = log_in(amara), log_in(amara)
    confirm(browser)
    browser.get("/accounts/2fa/totp/activate/")
    secret = browser.session["mfa.totp.secret"]
    assert thief.get("/2022/my/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert browser.get("/2022/my/").status_code == 200
    assert thief.get("/2022/my/")["Location"].startswith("/accounts/login/")


def test_a_login_with_it_asks_for_it_after_the_password_and_after_a_code_by_mail(edition, amara, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    secret = give_app(amara)
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": amara.email, "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in browser.session
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert browser.session["_auth_user_id"] == str(amara.pk)


def test_the_keys_of_apps_lie_encrypted_in_the_database(db, amara, settings):
    secret = give_app(amara)
    row = Authenticator.objects.get(user=amara)
    assert secret not in str(row.data)
    assert row.wrap().validate_code(code_of(secret))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, of fifty characters or so, as they should be"
    assert (
        Authenticator.objects.get(user=amara).wrap().validate_code(code_of(secret, away=0)) is False
    )  # used before
    assert secret not in str(row.data)


def test_whoever_lost_it_is_reset_logged_out_told_and_recorded(asked, edition, amara):
    secret = give_app(amara)
    browser = log_in(amara, secret=secret)
    assert browser.get("/2022/people/").status_code == 200
    before = HistoryEntry.objects.count()
    call_command("reset_second_factor", amara.email.upper())
    assert not Authenticator.objects.filter(user=amara).exists()
    assert not UserSession.objects.filter(user=amara).exists()
    assert browser.get("/2022/my/")["Location"].startswith("/accounts/login/")
    assert not is_organiser(amara, edition)
    mail = Message.objects.filter(to=amara.email).latest("created_at")
    assert "second step" in mail.subject
    entry = HistoryEntry.objects.latest("number")
    assert (HistoryEntry.objects.count(), entry.verb) == (before + 1, "second step reset")


def test_a_reset_of_nobody_says_so(db):
    with pytest.raises(CommandError, match="no such person"):
        call_command("reset_second_factor", "nobody@example.org")


def test_ended_sessions_leave_the_list_and_lasting_ones_stay(edition, amara, dawit):
    gone, lasting = log_in(amara), log_in(dawit)
    import_module(django_settings.SESSION_ENGINE).SessionStore().delete(gone.session.session_key)
    assert forget_ended_sessions() == 1
    assert [row.session_key for row in UserSession.objects.all()] == [lasting.session.session_key]
    assert forget_ended_sessions() == 0


def test_logging_out_everywhere_else_ends_the_others_and_keeps_this_one(edition, dawit, esi):
    here, there, stranger = (
        log_in(dawit),
        log_in(dawit, agent="Mozilla Firefox/9 (Android)"),
        log_in(esi),
    )
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox on Android" in page
    assert page.count("<tr>") == 3
    here.post("/accounts/sessions/")
    assert here.get("/2022/my/").status_code == 200
    assert stranger.get("/2022/my/").status_code == 200
    assert there.get("/2022/my/")["Location"].startswith("/accounts/login/")


def test_the_demo_is_made_although_its_organiser_has_no_second_step(asked, db):
    edition = seed("workshops", 2022)
    amara = User.objects.get(email="amara@example.org")
    assert not is_organiser(amara, edition)
    with without_second_factor():
        assert is_organiser(amara, edition)


def test_granting_needs_it_too(asked, edition, amara, dawit):
    with pytest.raises(NotAllowed):
        grant_role(dawit, edition, Role.Kind.SPEAKER, by=amara)
    give_app(amara)
    assert grant_role(dawit, edition, Role.Kind.SPEAKER, by=amara).kind == Role.Kind.SPEAKER


READABLE = b'{"type": "webauthn.create", "challenge": "", "origin": ""}'


def passkey(**answer: bytes) -> str:
    """What a browser would send, with these bytes in its answer."""
    said = {name: urlsafe_b64encode(words).rstrip(b"=").decode() for name, words in answer.items()}
    response = {"authenticatorData": "", "signature": "", "attestationObject": "", **said}
    return json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})


NONSENSE = (
    "[]",
    "{}",
    "7",
    "7" * 5_000,
    "[" * 5_000,
    '"\\ud800"',
    passkey(clientDataJSON=b"[" * 5_000),
    passkey(clientDataJSON=b"7" * 5_000),
    passkey(
        clientDataJSON=b'{"type": "webauthn.create", "challenge": "", "origin": ""}',
        attestationObject=b"\x81" * 500,
    ),
    "x",
    '{"response": 5}',
    '{"response": {"userHandle": 5}}',
    '{"id": [], "rawId": "é", "type": "public-key", "response": {"clientDataJSON": "!", "attestationObject": "AA", '
    '"authenticatorData": "AA", "signature": "", "userHandle": "_w"}}',
)


@pytest.mark.parametrize("credential", NONSENSE)
def test_what_no_browser_sends_as_a_passkey_is_refused_and_breaks_nothing(credential, edition, dawit, client):
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    browser = log_in(dawit)
    confirm(browser)
    assert browser.get("/accounts/2fa/webauthn/add/").status_code == 200
    assert browser.post("/accounts/2fa/webauthn/add/", {"credential": credential}).status_code == 200
    assert browser.post("/accounts/2fa/webauthn/reauthenticate/", {"credential": credential}).status_code in {
        200,
        302,
    }
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("way", ["http://[", "//[", "http://evil.example/"])
def test_a_way_on_that_is_none_of_ours_or_none_at_all_leads_nowhere(edition, dawit, client, way):
    for page in ("login/", "signup/", "password/reset/", "login/code/"):
        assert client.get(f"/accounts/{page}", {"next": way}).status_code == 200
    said = {"login": dawit.email, "password": PASSWORD, "next": way}
    assert client.post("/accounts/login/", said)["Location"] == "/"


def test_a_way_on_that_is_ours_is_gone(edition, dawit, client):
    """The control."""
    said = {"login": dawit.email, "password": PASSWORD, "next": "/2022/"}
    assert client.post("/accounts/login/", said)["Location"] == "/2022/"


def test_whoever_has_a_second_step_can_change_the_address(edition, amara):
    browser = log_in(amara, secret=give_app(amara))
    confirm(browser)
    answer = browser.post("/accounts/email/", {"action_add": "", "email": "amara.new@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/email/")
    assert EmailAddress.objects.get(email="amara.new@example.org").verified is False
    assert Message.objects.filter(to="amara.new@example.org").count() == 1
