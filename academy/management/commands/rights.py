from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from academy.rights import as_markdown

PAGE = Path(settings.BASE_DIR) / "docs" / "rights.md"


class Command(BaseCommand):
    help = "Writes docs/rights.md, the page of roles and rights, from the table that every permission reads."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether the page is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(None):
            wanted = as_markdown()
        if options["check"]:
            if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
                raise CommandError("docs/rights.md is stale; write it with `manage.py rights`.")
        else:
            PAGE.write_text(wanted, encoding="utf-8")
        self.stdout.write("docs/rights.md says what the table says.")
