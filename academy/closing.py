"""Closing an account that is in other hands, and opening it again for its owner.

Whoever had the password gets in with it neither now nor later: it is taken away, and the owner chooses a new one by
mail once the account is open. Passkeys, apps and recovery codes go too, as whoever was inside may have added their own.
"""

from allauth.mfa.models import Authenticator
from django.db import transaction

from academy.announcements import announce
from academy.errors import DomainError
from academy.history import record
from academy.logins import key_of, log
from academy.models import Edition, Role, User
from academy.privacy.erasure import sole_organiser_of
from academy.privacy.forgetting import NO_ADDRESS
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


@transaction.atomic
def close_account(user: User) -> list[Edition]:
    """Log somebody out everywhere and let nobody log in; for the administrator's shell. Roles and registrations stay.

    Returns the editions that have no organiser any more who could log in.

    Raises:
        IsClosed
    """
    row = User.objects.select_for_update().get(pk=user.pk)
    if not row.is_active:
        raise IsClosed
    alone = sole_organiser_of(row)
    row.is_active = False
    row.set_unusable_password()
    row.save(update_fields=["is_active", "password"])
    Authenticator.objects.filter(user=row).delete()
    end_sessions(row)
    _say(row, "account closed")
    return alone


@transaction.atomic
def open_account(user: User) -> None:
    """Let the owner of a closed account log in again, once a new password was chosen by mail.

    Raises:
        IsOpen, IsErased
    """
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.is_active:
        raise IsOpen
    if row.email.endswith(f"@{NO_ADDRESS}"):
        raise IsErased
    row.is_active = True
    row.save(update_fields=["is_active"])
    _say(row, "account opened")


def _say(user: User, verb: str) -> None:
    """Tell the log of security, open pages, and the history of each edition in which the person has a role."""
    log.warning("%s: account %s", verb.capitalize(), key_of(user))
    announce("own pages changed", person=str(user.pk))
    roles = Role.objects.active().filter(user=user).select_related("edition")
    for role in roles.order_by("edition_id", "kind"):
        record(role.edition, verb, role, by=None)
