"""How passwords are kept; and that those made of nothing but the academy's own words are refused."""

import time
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

import academy.settings
from academy.passwords import OUR_WORDS, is_made_of_our_words

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "from-intentions-2022"
# What the settings of the tests take the place of.
ACADEMY_HASHERS = academy.settings.PASSWORD_HASHERS


@pytest.mark.parametrize(
    "password", ["academy2022!", "HumanRights-GoLocal", "Moderators 2022", "academyacademy"]
)
def test_passwords_made_of_our_words_are_refused(password):
    assert is_made_of_our_words(password)
    with pytest.raises(ValidationError, match="cannot be made only of words"):
        validate_password(password, get_user_model()(email="x@example.org"))


@pytest.mark.parametrize("password", ["the academy met in spring", PASSWORD, "49183-mountains-66"])
def test_passwords_that_hold_them_or_none_are_taken(password):
    assert not is_made_of_our_words(password)
    validate_password(password, get_user_model()(email="x@example.org"))


def test_the_docs_name_the_words():
    docs = (ROOT / "docs" / "accounts.md").read_text()
    assert [word for word in OUR_WORDS if f"*{word}*" not in docs] == []


def test_no_text_takes_long():
    began = time.monotonic()
    assert not is_made_of_our_words("golocalhumanrightsadminadministrators" * 200 + "x")
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("password", ["x" * 64, "   a phrase of small letters only   "])
def test_long_ones_and_those_without_capitals_or_digits_are_taken(password):
    validate_password(password, get_user_model()(email="y@example.org"))


def test_nine_characters_are_too_few():
    with pytest.raises(ValidationError, match="at least 10 characters"):
        validate_password("xq7-vz2-k", get_user_model()(email="y@example.org"))
    validate_password("xq7-vz2-kw", get_user_model()(email="y@example.org"))


@pytest.fixture
def hashers_of_the_academy(settings):
    settings.PASSWORD_HASHERS = ACADEMY_HASHERS


def test_passwords_are_kept_by_argon2id_and_older_ones_are_hashed_anew_at_the_login(
    dawit, client, hashers_of_the_academy
):
    dawit.password = PBKDF2PasswordHasher().encode(PASSWORD, "y" * 22)
    dawit.save()
    client.post("/accounts/login/", {"login": dawit.email, "password": "not the one"})
    dawit.refresh_from_db()
    assert dawit.password.startswith("pbkdf2_sha256$")
    client.post("/accounts/login/", {"login": dawit.email, "password": PASSWORD})
    dawit.refresh_from_db()
    assert identify_hasher(dawit.password).algorithm == "argon2"
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in dawit.password
    assert dawit.check_password(PASSWORD)
