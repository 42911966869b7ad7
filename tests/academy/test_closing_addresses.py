"""Whoever was inside an account and added addresses to it gets in by none of them, once it was closed and opened."""

from __future__ import annotations

import io
import re

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from academy.accounts import AccountAdapter
from academy.closing import HasAnother, IsClosed, NoAddress, close_account, open_account
from academy.management.accounts import person_of
from academy.models import Message, User
from tests.factories import make_user

EVIL, OWN = "evil@example.net", "dawit@example.org"
PASSWORD, NEW = "from-intentions-2022", "a phrase of my own"
INSIDE = "/my/data/"


def said_by(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def is_in(browser: Client) -> bool:
    return bool(browser.get(INSIDE).status_code == 200)


def mails(to: str, what: str) -> list[str]:
    """The paths of the links that were mailed there, the newest last."""
    rows = Message.objects.filter(to=to, body__contains=what).order_by("created_at", "pk")
    return [found[0] for row in rows if (found := re.search(rf"/accounts/\S*{what}\S*", row.body))]


def ask_for_reset(address: str) -> list[str]:
    Client().post("/accounts/password/reset/", {"email": address})
    return mails(address, "reset/key/")


def choose(link: str) -> None:
    """Whoever follows the link tries to choose a password."""
    browser = Client()
    page = browser.get(link, follow=True)
    browser.post(
        page.redirect_chain[-1][0] if page.redirect_chain else link, {"password1": NEW, "password2": NEW}
    )


def logged_in(address: str, password: str) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": address, "password": password})
    return browser


def confirm(link: str) -> str:
    """Press the button behind the link of a mail, in a browser that knows nothing; returns where that leads."""
    answer = Client().post(link, follow=True)
    return str(answer.redirect_chain[-1][0]) if answer.redirect_chain else ""


# --- What a thief does before the closing -----------------------------------------------------------------------------


def add(user: User) -> Client:
    """Add an address, from inside."""
    thief = logged_in(user.email, PASSWORD)
    thief.post("/accounts/reauthenticate/", {"password": PASSWORD})
    thief.post("/accounts/email/", {"action_add": "", "email": EVIL})
    assert EmailAddress.objects.filter(user=user, email=EVIL, verified=False).exists()
    return thief


def add_and_confirm(user: User) -> Client:
    thief = add(user)
    thief.post(mails(EVIL, "confirm-email/")[-1])
    assert EmailAddress.objects.get(user=user, email=EVIL).verified
    return thief


def take_over(user: User) -> None:
    """The thief's address becomes that of the account, and the owner's is taken away."""
    thief = add_and_confirm(user)
    thief.post("/accounts/email/", {"action_primary": "", "email": EVIL})
    thief.post("/accounts/email/", {"action_remove": "", "email": OWN})
    user.refresh_from_db()
    assert user.email == EVIL
    assert list(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) == [EVIL]


@pytest.mark.parametrize("steal", [add, add_and_confirm, take_over])
def test_once_it_is_open_again_only_the_owners_mailbox_chooses_a_password(edition, dawit, steal):
    steal(dawit)
    before = ask_for_reset(EVIL)
    assert len(before) == 1  # the control: while it is open, a link goes there
    said_by("close_account", str(dawit.pk))
    said_by("close_account", str(dawit.pk), "--reopen", "--address", f" {OWN.upper()} ")
    assert ask_for_reset(EVIL) == before
    choose(before[0])
    for address in (EVIL, OWN):
        assert not is_in(logged_in(address, NEW))
        assert not is_in(logged_in(address, PASSWORD))
    choose(ask_for_reset(OWN)[-1])
    assert is_in(logged_in(OWN, NEW))
    assert not is_in(logged_in(EVIL, NEW))
    (address,) = EmailAddress.objects.filter(user=dawit)
    assert (address.email, address.verified, address.primary) == (OWN, True, True)


@pytest.mark.parametrize("steal", [add, add_and_confirm, take_over])
def test_without_a_closing_the_thief_chooses_one(edition, dawit, steal):
    """The control of all that."""
    steal(dawit)
    choose(ask_for_reset(EVIL)[-1])
    assert is_in(logged_in(dawit.email, NEW))


# --- While it is closed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [True, False])
def test_the_link_that_confirms_leads_nobody_into_a_closed_account(edition, dawit, closed):
    add(dawit)
    link = mails(EVIL, "confirm-email/")[-1]
    if closed:
        close_account(dawit)
    assert "/reset/" not in confirm(link)
    assert EmailAddress.objects.filter(email=EVIL, verified=True).exists() is not closed
    assert EmailAddress.objects.filter(email=EVIL).exists() is not closed


def without_password(user: User) -> str:
    """The link that confirms an address which was added while the account was being closed."""
    User.objects.filter(pk=user.pk).update(password="!")
    address = EmailAddress.objects.create(user=user, email=EVIL, verified=False)
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])


def test_an_address_added_in_the_moment_of_the_closing_leads_to_no_new_password(edition, dawit):
    close_account(dawit)
    assert "/reset/" not in confirm(without_password(dawit))
    open_account(dawit, OWN)
    assert not EmailAddress.objects.filter(email=EVIL).exists()
    # The control: with an account that is open it does.
    assert "/reset/key/" in confirm(without_password(dawit))


def test_no_link_chooses_a_password_of_a_closed_account(edition, dawit):
    close_account(dawit)
    dawit.refresh_from_db()
    parts = {"uidb36": user_pk_to_url_str(dawit), "key": default_token_generator.make_token(dawit)}
    link = reverse("account_reset_password_from_key", kwargs=parts)
    choose(link)
    dawit.refresh_from_db()
    assert not dawit.has_usable_password()
    # The control: the same link, had the account been open; and who followed it is stopped before the second page too.
    User.objects.filter(pk=dawit.pk).update(is_active=True)
    late, page = Client(), link.replace(parts["key"], "set-password")
    assert late.get(link)["Location"] == page
    User.objects.filter(pk=dawit.pk).update(is_active=False)
    late.post(page, {"password1": NEW, "password2": NEW})
    dawit.refresh_from_db()
    assert not dawit.has_usable_password()
    User.objects.filter(pk=dawit.pk).update(is_active=True)
    choose(link)
    dawit.refresh_from_db()
    assert dawit.check_password(NEW)


def test_a_password_chosen_in_the_moment_of_the_closing_opens_nothing_and_ends_with_the_opening(
    edition, dawit
):
    read_before = User.objects.get(pk=dawit.pk)
    close_account(dawit)
    AccountAdapter().set_password(read_before, NEW)
    dawit.refresh_from_db()
    assert (dawit.is_active, dawit.check_password(NEW)) == (False, True)
    open_account(dawit, OWN)
    assert not is_in(logged_in(OWN, NEW))
    # The control: allauth's own keeps the whole row, and the account is open again.
    close_account(dawit)
    super(AccountAdapter, AccountAdapter()).set_password(read_before, NEW)
    assert is_in(logged_in(OWN, NEW))


@pytest.mark.parametrize("closed", [True, False])
def test_a_code_mailed_before_the_closing_lets_nobody_in_after_the_opening(edition, dawit, closed):
    add_and_confirm(dawit)
    thief = Client()
    thief.post("/accounts/login/code/", {"email": EVIL})
    row = Message.objects.filter(to=EVIL).latest("created_at")
    code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", row.body, re.MULTILINE)
    assert code is not None
    if closed:
        close_account(dawit)
        open_account(dawit, OWN)
    thief.post("/accounts/login/code/confirm/", {"code": code[1]})
    assert is_in(thief) is not closed


# --- What the command says and refuses --------------------------------------------------------------------------------


def test_whoever_closes_sees_which_addresses_there_were(edition, dawit):
    add_and_confirm(dawit)
    EmailAddress.objects.create(user=dawit, email="later@example.net", verified=False)
    said = said_by("close_account", OWN)
    assert f"The account: {dawit.pk}, with the address {OWN}" in said
    assert f"Confirmed addresses: {OWN}, {EVIL}" in said
    assert "had confirmed them: later@example.net" in said
    assert not EmailAddress.objects.filter(email="later@example.net").exists()


def test_an_account_is_found_by_each_confirmed_address_and_by_none_that_nobody_confirmed(edition, dawit):
    add(dawit)
    with pytest.raises(CommandError, match=f"no such person. Mails to this address were for {dawit.pk}:"):
        person_of(EVIL)
    EmailAddress.objects.filter(email=EVIL).update(verified=True)
    assert person_of(EVIL.upper()) == person_of(OWN) == dawit


def test_where_the_owners_address_was_taken_away_the_key_is_said(edition, dawit):
    take_over(dawit)
    with pytest.raises(CommandError, match=f"no such person. Mails to this address were for {dawit.pk}:"):
        said_by("close_account", OWN)
    with pytest.raises(CommandError, match=r"no such person\.$"):
        said_by("close_account", "nobody@example.org")


def test_it_is_opened_with_an_address_that_is_said_and_that_nobody_else_has(edition, dawit):
    other = make_user("bea")
    for words in (("--reopen",), ("--address", OWN)):
        with pytest.raises(CommandError, match="go together"):
            said_by("close_account", OWN, *words)
    close_account(dawit)
    for taken in ("bea@example.org", "BEA@example.org"):
        with pytest.raises(HasAnother):
            open_account(dawit, taken)
    EmailAddress.objects.create(user=other, email="second@example.org", verified=True)
    with pytest.raises(CommandError, match="Another account"):
        said_by("close_account", OWN, "--reopen", "--address", "second@example.org")
    for nonsense in ("nobody", f"{'a' * 250}@example.org"):
        with pytest.raises(NoAddress):
            open_account(dawit, nonsense)
    with pytest.raises(IsClosed):
        close_account(dawit)
    # The control: that somebody else added it without a proof keeps nobody from it.
    EmailAddress.objects.create(user=other, email="third@example.org", verified=False)
    open_account(dawit, "third@example.org")
    dawit.refresh_from_db()
    assert (dawit.email, dawit.is_active) == ("third@example.org", True)
