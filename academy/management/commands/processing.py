from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from academy.privacy.register import register_in_words


class Command(BaseCommand):
    help = (
        "Prints the register of processing as the apps declare it; --write puts it into docs/processing.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        text = register_in_words()
        if options["write"]:
            (Path(settings.BASE_DIR) / "docs" / "processing.md").write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text)
