from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.models import User
from academy.second_factor import forget_second_factor


class Command(BaseCommand):
    help = (
        "Takes away the passkeys, authenticator app and recovery codes of somebody who lost them, ends their sessions "
        "and tells them by mail. Make sure by another way than mail that it is the person who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that the person logs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"].strip()).first()
        if user is None:
            raise CommandError("There is no such person.")
        taken = forget_second_factor(user)
        self.stdout.write(
            f"Second steps taken away: {taken}. The person is logged out everywhere and was told by mail."
        )
