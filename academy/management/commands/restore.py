from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from academy.errors import DomainError
from academy.management.safekeeping import identities, newest_or, say_what_was_found, settings_or
from academy.management.verification import verify_all
from academy.privacy.erased import noted
from academy.privacy.erasure import erase_again
from academy.safekeeping.restoring import Source, restore


class Command(BaseCommand):
    help = (
        "Restores a backup into the empty database and media folder of this academy, upgrades it and verifies it. "
        "Everything or nothing; what is there already is replaced only with --replace. Stop the academy first."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="the backup (default: the newest in BACKUP_DIR)"
        )
        parser.add_argument("--identity", type=Path, default=None, help="the file with the key that opens it")
        parser.add_argument("--into", default="", help="the address of another database than DATABASE_URL")
        parser.add_argument(
            "--media", type=Path, default=None, help="another folder than that of the academy"
        )
        parser.add_argument(
            "--erased", type=Path, default=None, help="the list of erasures to repeat (default: ERASED_LIST)"
        )
        parser.add_argument("--replace", action="store_true", help="replace what is there")

    def handle(self, *args: Any, **options: Any) -> None:
        erased = options["erased"]
        if erased and not erased.is_file():
            raise CommandError(f"There is no list of erasures {erased}. Nothing was restored.")
        try:
            source = Source(newest_or(options["file"]), identities(options["identity"]))
            restored = restore(
                source,
                settings_or(options["into"]),
                options["media"] or Path(settings.MEDIA_ROOT),
                verify=verify_all,
                replace=options["replace"],
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {source.path.name} of {restored.made_at}.")
        if options["into"]:
            self.stdout.write(
                "Whoever was erased since then is in it: the list of erasures was not repeated there."
            )
        else:
            self._erase_again(erased or Path(settings.ERASED_LIST), must_be=bool(erased))
        say_what_was_found(self, restored)

    def _erase_again(self, path: Path, *, must_be: bool) -> None:
        """Whoever was erased since the backup is erased before anybody logs in."""
        if not must_be and not path.is_file():
            self.stdout.write(
                f"There is no list of erasures ({path}); whoever was erased since then is back."
            )
            return
        connections.close_all()
        accounts, strange = noted(path)
        gone, refused = erase_again(accounts)
        self.stdout.write(f"Erased again, as {path} says: {len(gone)} of {len(accounts)} who are listed.")
        for account, why in refused.items():
            self.stderr.write(f"{account} was erased once, and is back: {why}")
        for number in strange:
            self.stderr.write(f"Line {number} of {path} makes no sense.")
