"""An address that is longer than one can be is refused in words, wherever one is typed, and nothing is kept of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from academy import clock
from academy.models import Message, User
from tests.test_bad_input import REGISTRATION

AT = "@" + ".".join(["long"] * 12) + ".example.org"
LONG, LONGEST = ("l" * (length - len(AT)) + AT for length in (255, 254))
PASSWORDS = {"password1": "seven-wells-of-water", "password2": "seven-wells-of-water"}
PAGES: dict[str, dict[str, Any]] = {
    "/accounts/signup/": PASSWORDS,
    "/accounts/password/reset/": {},
    "/accounts/login/code/": {},
    "/accounts/email/": {"action_add": "on"},
    "/2022/register/": REGISTRATION,
}


@pytest.fixture(autouse=True)
def _while_registration_is_open():
    with clock.set_to(datetime(2022, 1, 15, 12, tzinfo=UTC)):
        yield


def send(client_of, dawit, page: str, address: str):
    """As somebody who is logged in where the page asks for that."""
    browser = client_of(dawit if page == "/accounts/email/" else None)
    return browser.post(page, {**PAGES[page], "email": address})


@pytest.mark.parametrize("page", PAGES)
def test_it_is_refused_in_words(edition, dawit, client_of, page):
    before = User.objects.count(), EmailAddress.objects.count()
    answer = send(client_of, dawit, page, LONG)
    assert "An e-mail address has at most 254 characters." in answer.content.decode()
    assert answer.status_code in {200, 422}
    assert (User.objects.count(), EmailAddress.objects.count()) == before
    assert not Message.objects.exists()


@pytest.mark.parametrize("page", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/login/code/"])
def test_the_longest_that_can_be_is_written_to(edition, dawit, client_of, page):
    """The control."""
    assert send(client_of, dawit, page, LONGEST).status_code == 302
    assert Message.objects.get().to == LONGEST


def test_an_organisers_address_is_no_longer_than_its_column(edition, amara, client_of):
    answer = client_of(amara).post("/2022/people/settings/", {"contact": LONG})
    assert answer.status_code == 422
    assert "at most 254 characters" in str(answer.context["form"].errors["contact"])
