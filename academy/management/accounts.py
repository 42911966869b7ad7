"""Whom a command means."""

from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from academy.models import User


def ask_for_a_person(parser: CommandParser) -> None:
    parser.add_argument("person", help="the address that the person logs in with, or the key of the account")


def person_of(text: str) -> User:
    """The account with this address or key.

    Raises:
        CommandError: there is none.
    """
    said = text.strip()
    try:
        found = User.objects.filter(pk=UUID(said)).first()
    except ValueError:
        found = User.objects.filter(email__iexact=said).first()
    if found is None:
        raise CommandError("There is no such person.")
    return found
