from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from academy import clock
from academy.privacy.expiring import forget_expired, what_is_over


class Command(BaseCommand):
    help = "Forgets what was kept for long enough, as docs/processing.md says; the same runs every day by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be forgotten")

    def handle(self, *args: Any, **options: Any) -> None:
        act = what_is_over if options["dry_run"] else forget_expired
        counted = act(clock.now())
        for (kind, slug), count in sorted(counted.items(), key=str):
            self.stdout.write(f"{kind} ({slug or 'no edition'}): {count}")
        if not counted:
            self.stdout.write("There is nothing to forget.")
