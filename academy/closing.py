"""Closing an account that is in other hands, and opening it again for its owner.

Whoever had the password gets in with it neither now nor later: it is taken away, and the owner chooses a new one by
mail once the account is open. Passkeys, apps and recovery codes go too, as whoever was inside may have added their own.
So do addresses: a mail to one of them lets in as well. Those that nobody confirmed go with the closing, all others but
the owner's with the opening.
"""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from academy.announcements import announce
from academy.errors import DomainError
from academy.history import record
from academy.invitations.inviting import disown
from academy.logins import key_of, log
from academy.mail.keeping_back import KeptBack, keep_back_mail
from academy.mail.planners import mailings_touched_by
from academy.models import Edition, Role, User
from academy.privacy.erasure import sole_organiser_of
from academy.privacy.forgetting import NO_ADDRESS
from academy.registration import in_turn
from academy.second_factor import end_sessions


class IsClosed(DomainError):
    """Nothing is open."""

    message = "This account is closed already. Nothing was changed."


class IsOpen(DomainError):
    """Nothing is closed."""

    message = "This account is open. Nothing was changed."


class IsErased(DomainError):
    """There is nobody to open it for."""

    message = "This account was erased; it cannot be opened again. Nothing was changed."


class NoAddress(DomainError):
    """A mail could not be sent there."""

    message = "This is no e-mail address. Nothing was changed."


class HasAnother(DomainError):
    """The owner's address belongs to another account."""

    message = (
        "Another account has this address. Nothing was changed. See in the admin whose it is: once that account is "
        "erased, its address is free."
    )


@dataclass(frozen=True)
class Closed:
    """What a closing found: whoever was inside may have added addresses."""

    alone: list[Edition]  # without an organiser now who could log in
    confirmed: list[str]  # addresses that stay until the account is opened
    removed: list[str]  # addresses that nobody had confirmed
    kept_back: KeptBack  # mail to many that the account had a hand in, or may have had
    disowned: int  # open invitations that give no role any more
    organised: list[Edition]  # the organisers' address in them stands in every mail


@transaction.atomic
def close_account(user: User) -> Closed:
    """Log somebody out everywhere and let nobody log in; for the administrator's shell. Roles and registrations stay.

    No letter, reminder or summary goes out that the account had a hand in, and its invitations give no role any more:
    whoever was inside may have written them. What else waits in the outbox of academies that it organises is held back.

    Raises:
        IsClosed
    """
    row = _in_hand(user)
    if not row.is_active:
        raise IsClosed
    alone = sole_organiser_of(row)
    row.is_active = False
    _take_what_lets_in(row)
    row.save(update_fields=["is_active", "password"])
    addresses = EmailAddress.objects.filter(user=row).order_by("email")
    removed = list(addresses.filter(verified=False).values_list("email", flat=True))
    addresses.filter(verified=False).delete()
    _say(row, "account closed")
    confirmed = list(addresses.values_list("email", flat=True))
    organised = _organised_by(row)
    return Closed(alone, confirmed, removed, keep_back_mail(row, organised), disown(row), organised)


@transaction.atomic
def open_account(user: User, address: str) -> None:
    """Let the owner of a closed account log in again, once a new password was chosen by mail.

    Args:
        address: known to be the owner's; from now on the only one of the account.

    Raises:
        IsOpen, IsErased, NoAddress, HasAnother
    """
    row = _in_hand(user)
    if row.is_active:
        raise IsOpen
    if row.email.endswith(f"@{NO_ADDRESS}"):
        raise IsErased
    address = _free_address(address, row)
    # Before the address changes: that locks the account against everybody who names it.
    _say(row, "account opened")
    row.is_active, row.email = True, address
    # Once more, for whatever was under way when the account was closed.
    _take_what_lets_in(row)
    try:
        row.save(update_fields=["is_active", "email", "password"])
        EmailAddress.objects.filter(user=row).exclude(email=address).delete()
        known = {"verified": True, "primary": True}
        EmailAddress.objects.update_or_create(user=row, email=address, defaults=known)
    except IntegrityError as error:  # somebody took it meanwhile
        raise HasAnother from error


def _in_hand(user: User) -> User:
    """The account, locked behind the editions in which it has roles or letters: their history is written next.

    Not locked against whoever only names it, such as a write by this very person that has the history already.
    """
    roles = Role.objects.active().filter(user=user)
    written = {mailing.edition_id for mailing in mailings_touched_by(user)}
    is_concerned = Q(pk__in=roles.values("edition")) | Q(pk__in=written)
    for edition in Edition.objects.filter(is_concerned).order_by("pk"):
        in_turn(edition)
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _organised_by(row: User) -> list[Edition]:
    roles = Role.objects.active().filter(user=row, kind=Role.Kind.ORGANISER)
    return list(Edition.objects.filter(pk__in=roles.values("edition")).order_by("slug"))


def _take_what_lets_in(row: User) -> None:
    row.set_unusable_password()
    Authenticator.objects.filter(user=row).delete()
    end_sessions(row)


def _free_address(address: str, row: User) -> str:
    """The address as it is kept.

    Raises:
        NoAddress, HasAnother
    """
    address = address.strip().lower()
    try:
        User._meta.get_field("email").clean(address, None)
    except ValidationError as error:
        raise NoAddress from error
    # One that another account has and never confirmed says nothing, unless it logs in with it.
    proved = EmailAddress.objects.filter(email__iexact=address, verified=True)
    used = User.objects.filter(email__iexact=address)
    if proved.exclude(user=row).exists() or used.exclude(pk=row.pk).exists():
        raise HasAnother
    return address


def _say(user: User, verb: str) -> None:
    """Tell the log of security, open pages, and the history of each edition in which the person has a role."""
    log.warning("%s: account %s", verb.capitalize(), key_of(user))
    announce("own pages changed", person=str(user.pk))
    roles = Role.objects.active().filter(user=user).select_related("edition")
    for role in roles.order_by("edition_id", "kind"):
        record(role.edition, verb, role, by=None)
