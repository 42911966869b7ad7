from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.management.loading import load_edition


class Command(BaseCommand):
    help = "Loads an edition of the academy from the project's data file; loading it twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the edition, for example 2022")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            edition, fresh = load_edition(options["slug"])
        except FileNotFoundError as error:
            raise CommandError(
                f"There is no data of an edition {options['slug']!r} in this project."
            ) from error
        self.stdout.write(
            f"{edition}: loaded." if fresh else f"{edition}: is there already, nothing was changed."
        )
