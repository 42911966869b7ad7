"""What the log hears of logins and refusals: enough to see an attack, and nobody's name or address."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from academy.models import Message
from tests.factories import make_user
from tests.second_steps import code_of, give_app

PASSWORD = "from-intentions-2022"


@pytest.fixture
def esther(db):
    user = make_user("esther")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    return user


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, logger="academy.security")
    return lambda: [r.getMessage() for r in caplog.records if r.name == "academy.security"]


def log_in(client, user, password=PASSWORD):
    return client.post("/accounts/login/", {"login": user.email, "password": password})


def test_a_login_and_a_logout_are_told_by_the_key_of_the_account(client, esther, said):
    log_in(client, esther)
    client.post("/accounts/logout/")
    assert said() == [
        f"Right password of account {esther.pk}",
        f"Logged in: account {esther.pk}",
        f"Logged out: account {esther.pk}",
    ]


def test_a_wrong_password_is_told_and_a_wrong_address_too(client, esther, said):
    log_in(client, esther, "not-the-password")
    client.post("/accounts/login/", {"login": "nobody@example.org", "password": PASSWORD})
    assert said() == [f"Wrong password of account {esther.pk}", "Wrong password of account nobody"]


def test_that_an_address_is_refused_is_told_once_without_the_address(client, db, settings, said):
    settings.ADDRESS_LIMITS = {**settings.ADDRESS_LIMITS, "account_reset_password": 0}
    for _time in range(3):
        assert client.post("/accounts/password/reset/", {"email": "nobody@example.org"}).status_code == 429
    assert said() == ["Too many tries from one internet address: account_reset_password"]


def test_after_too_many_tries_it_says_that_no_more_are_taken(client, esther, said):
    for _try in range(6):
        log_in(client, esther, "not-the-password")
    assert said()[-1] == "Too many tries: no password is taken for now"
    assert len(said()) == 6


def test_a_second_step_is_told_with_its_kind(client, esther, said):
    secret = give_app(esther)
    log_in(client, esther)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert said() == [
        f"Right password of account {esther.pk}",
        f"Wrong totp of account {esther.pk}",
        f"Right totp of account {esther.pk}",
        f"Logged in: account {esther.pk}",
    ]


def test_a_code_by_mail_is_told_right_or_wrong(client, esther, said):
    client.post("/accounts/login/code/", {"email": esther.email})
    client.post("/accounts/login/code/confirm/", {"code": "XXXX-XXXX"})
    (mail,) = Message.objects.filter(to=esther.email)
    code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", mail.body)[0]
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert said() == [
        "Wrong code by mail",
        f"Right code of account {esther.pk}",
        f"Logged in: account {esther.pk}",
    ]


def test_a_refusal_is_told_with_its_page_and_no_login_is_none(edition, client, client_of, farid, said):
    client.get("/2022/people/")
    client_of(farid).get("/2022/people/")
    assert said() == [f"Refused: account {farid.pk}, GET people (NotAllowed)"]


def test_no_line_names_anybody(client, esther, said):
    log_in(client, esther)
    log_in(client, esther, "not-the-password")
    assert said()
    assert not [line for line in said() if "esther" in line.lower() or "@" in line or PASSWORD in line]


def test_a_login_ends_two_weeks_after_it_began_whatever_is_done(client, esther):
    log_in(client, esther)
    began = client.session.get_expiry_date()
    assert timedelta(days=13, hours=23) < began - timezone.now() <= timedelta(days=14)
    session = client.session
    session["touched"] = True
    session.save()
    assert client.session.get_expiry_date() == began
