from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.models import User
from academy.second_factor import forget_second_factor


class Command(BaseCommand):
    help = (
        "Takes away the passkeys, authenticator app and recovery codes of somebody who lost them, ends their sessions "
        "and tells them by mail. Make sure by another way than mail that it is the person who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "person", help="the address that the person logs in with, or the key of the account"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = _account(options["person"].strip())
        if user is None:
            raise CommandError("There is no such person.")
        taken = forget_second_factor(user)
        self.stdout.write(
            f"Second steps taken away: {taken}. The person is logged out everywhere and was told by mail."
        )


def _account(said: str) -> User | None:
    if found := User.objects.filter(email__iexact=said).first():
        return found
    try:
        return User.objects.filter(pk=UUID(said)).first()
    except ValueError:
        return None
