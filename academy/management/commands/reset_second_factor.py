from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from academy.management.accounts import ask_for_a_person, person_of
from academy.second_factor import forget_second_factor


class Command(BaseCommand):
    help = (
        "Takes away the passkeys, authenticator app and recovery codes of somebody who lost them, ends their sessions "
        "and tells them by mail. Make sure by another way than mail that it is the person who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        ask_for_a_person(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        taken = forget_second_factor(person_of(options["person"]))
        self.stdout.write(
            f"Second steps taken away: {taken}. The person is logged out everywhere and was told by mail."
        )
