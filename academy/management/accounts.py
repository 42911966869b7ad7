"""Whom a command means."""

from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.management.base import CommandError, CommandParser

from academy.models import Message, User


def ask_for_a_person(parser: CommandParser) -> None:
    parser.add_argument("person", help="an address that the person logs in with, or the key of the account")


def person_of(text: str) -> User:
    """The account with this key, or whoever logs in with this address: also with one beside that of the account.

    Raises:
        CommandError: there is none. Where mails went to the address, it names the accounts that they were for: whoever
            was inside may have taken the address away. Nobody is taken for the person on this ground alone.
    """
    said = text.strip()
    try:
        found = User.objects.filter(pk=UUID(said)).first()
    except ValueError:
        found = _with_address(said)
    if found is None:
        raise CommandError(f"There is no such person.{_written_to(said)}")
    return found


def _with_address(address: str) -> User | None:
    """Confirmed addresses first, as at the login: one that nobody confirmed may be anybody's."""
    confirmed = (
        EmailAddress.objects.filter(email__iexact=address, verified=True).select_related("user").first()
    )
    return confirmed.user if confirmed else User.objects.filter(email__iexact=address).first()


def _written_to(address: str) -> str:
    rows = Message.objects.filter(to__iexact=address).exclude(user=None).order_by()
    keys = sorted(str(key) for key in rows.values_list("user", flat=True).distinct())
    if not keys:
        return ""
    return f" Mails to this address were for {', '.join(keys)}: look whose account that is, and name its key."
