from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.errors import DomainError
from academy.management.accounts import ask_for_a_person, person_of
from academy.privacy.erasure import erase, what_erasure_does


class Command(BaseCommand):
    help = "Erases a person: the account, and what every edition knows about them. It cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        ask_for_a_person(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what would go and what would stay")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person_of(options["person"])
        if options["dry_run"]:
            for what, lines in what_erasure_does(user).items():
                for line in lines:
                    self.stdout.write(f"{what}: {line.count} × {line.title}")
            return
        try:
            counts = erase(user, by=None)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Erased: {', '.join(f'{kind} {count}' for kind, count in sorted(counts.items()))}."
        )
