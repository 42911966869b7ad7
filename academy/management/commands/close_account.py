from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.closing import close_account, open_account
from academy.errors import DomainError
from academy.management.accounts import ask_for_a_person, person_of


class Command(BaseCommand):
    help = (
        "Closes an account that is in other hands: logged out everywhere, no password and no second step any more. "
        "Roles and registrations stay. --reopen lets the owner in again, with a new password chosen by mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        ask_for_a_person(parser)
        parser.add_argument("--reopen", action="store_true", help="open it again for its owner")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person_of(options["person"])
        try:
            if options["reopen"]:
                open_account(user)
                self.stdout.write(
                    "Open again. There is no password: its owner chooses one at /accounts/password/reset/."
                )
                return
            alone = close_account(user)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Closed: logged out everywhere, and nobody logs in until close_account --reopen.")
        for edition in alone:
            self.stderr.write(
                self.style.WARNING(
                    f"{edition.slug} has no organiser now who could log in: "
                    f"grant_role somebody@example.org {edition.slug} organiser"
                )
            )
