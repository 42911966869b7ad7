"""Whoever proves an address has the password to themselves: a stranger's, given beforehand, ends with the proof."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from academy import accounts
from academy.models import Message, User
from academy.proving import MADE_HERE, MOST, is_made_here, remember_browser

STRANGERS, OWN = "the stranger's phrase", "a phrase of my own"
EMAIL = "noor@example.org"


def link() -> str:
    body = Message.objects.filter(to=EMAIL).latest("created_at").body
    found = re.search(r"/accounts/confirm-email/\S+", body)
    assert found is not None
    return found[0]


def signed_up(browser: Client, password: str = STRANGERS) -> User:
    browser.post("/accounts/signup/", {"email": EMAIL, "password1": password, "password2": password})
    return User.objects.get(email=EMAIL)


def can_log_in(password: str) -> bool:
    answer = Client().post("/accounts/login/", {"login": EMAIL, "password": password})
    return answer.status_code == 302 and "confirm-email" not in answer["Location"]


def test_in_the_browser_that_signed_up_the_link_logs_in_and_the_password_stays(db):
    browser = Client()
    signed_up(browser, OWN)
    assert "another browser" not in browser.get(link()).content.decode()
    browser.post(link())
    assert browser.get("/my/data/").status_code == 200
    assert can_log_in(OWN)


def test_in_another_browser_the_strangers_password_ends_and_a_new_one_is_asked_for(db):
    stranger, owner = Client(), Client()
    user = signed_up(stranger)
    assert "another browser" in owner.get(link()).content.decode()
    answer = owner.post(link(), follow=True)
    assert EmailAddress.objects.get(user=user).verified
    assert "password" in answer.redirect_chain[-1][0]
    assert not can_log_in(STRANGERS)
    owner.post(answer.redirect_chain[-1][0], {"password1": OWN, "password2": OWN})
    assert can_log_in(OWN)
    assert not can_log_in(STRANGERS)
    assert stranger.get("/my/data/").status_code == 302


def test_the_control_without_it_the_strangers_password_stands(db, monkeypatch):
    monkeypatch.setattr(accounts, "take_strange_password", lambda _session, _address: False)
    signed_up(Client())
    Client().post(link())
    assert can_log_in(STRANGERS)


def test_a_session_that_the_stranger_has_ends(db):
    stranger = Client()
    user = signed_up(stranger)
    stranger.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert stranger.get("/my/data/").status_code == 200
    Client().post(link())
    assert stranger.get("/my/data/").status_code == 302


def test_the_browser_in_which_the_password_was_entered_counts_as_the_one_that_made_it(db):
    signed_up(Client(), OWN)
    later = Client()
    later.post("/accounts/login/", {"login": EMAIL, "password": OWN})
    later.post(link())
    assert can_log_in(OWN)


def test_a_code_by_mail_in_another_browser_ends_it_too(db):
    signed_up(Client())
    owner = Client()
    owner.post("/accounts/login/code/", {"email": EMAIL})
    code = re.search(
        r"^[A-Z0-9-]{6,9}$", Message.objects.filter(to=EMAIL).latest("created_at").body, re.MULTILINE
    )
    assert code is not None
    owner.post("/accounts/login/code/confirm/", {"code": code[0]})
    assert owner.get("/my/data/").status_code == 200
    assert not can_log_in(STRANGERS)


def test_a_second_address_changes_nothing(edition, amara, client_of):
    amara.set_password(OWN)
    amara.save()
    address = EmailAddress.objects.create(user=amara, email="other@example.org", verified=False)
    accounts.address_confirmed(request=type("Request", (), {"session": {}})(), email_address=address)
    amara.refresh_from_db()
    assert amara.check_password(OWN)


@pytest.mark.parametrize("number", [1, MOST + 2])
def test_a_browser_remembers_the_last_accounts_only(number):
    session: dict[str, object] = {}
    users = [User(email=f"{each}@example.org") for each in range(number)]
    for user in users:
        remember_browser(session, user)
    assert [is_made_here(session, user) for user in users] == [
        place >= number - MOST for place in range(number)
    ]
    assert len(session[MADE_HERE]) == min(number, MOST)
