import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.errors import DomainError
from academy.management.safekeeping import (
    ask_for_a_backup,
    heard_or_not,
    identities,
    newest_or,
    say_what_was_found,
)
from academy.management.verification import verify_all
from academy.models import Pulse
from academy.safekeeping.databases import settings_for
from academy.safekeeping.refusals import UNREADABLE, NoPlace, NotOpened, NotSafe
from academy.safekeeping.restoring import Restored, Source, place_to_try, try_out
from academy.safekeeping.working import alone
from academy.watching import beat

NOTHING_SAID = (
    "The drill did not come to its end for want of a place; that says nothing of the backup. It is not noted."
)


def _note(*, well: bool) -> None:
    """Note for the operations page how it went, where there is an academy: a drill is held on other machines, too."""
    with suppress(*UNREADABLE):
        beat(Pulse.Name.DRILL, well=well)


def _insist_on_own(folder: Path) -> None:
    """Refuse root in a folder of another account: what a killed drill left there would keep that one’s backups away.

    Raises:
        NotSafe
    """
    if os.geteuid() == 0 and folder.exists() and folder.stat().st_uid != 0:
        raise NotSafe(
            f"{folder} belongs to another account than root, which could not remove what this leaves if it is killed, "
            "and could make no backup any more. Call it as that account: `academy drill` does so."
        )


class Command(BaseCommand):
    help = (
        "Tries out whether a backup can be restored: into a database that is thrown away at once, with everything that "
        "`restore` and `verify` do. The academy is not touched."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        ask_for_a_backup(parser)
        parser.add_argument(
            "--into",
            default="",
            help="the address of an empty PostgreSQL database, which stays empty (default: a SQLite file, which is "
            "removed)",
        )
        parser.add_argument(
            "--went-well",
            action="store_true",
            help="hold none: note for the operations page that one went well on another machine",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with heard_or_not(self):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        if options["went_well"]:
            beat(Pulse.Name.DRILL)
            self.stdout.write("Noted for the operations page: a drill went well today.")
            return
        try:
            _insist_on_own(settings.BACKUP_DIR)
            source = Source(newest_or(options["file"]), identities(options["identity"]))
            target = settings_for(options["into"]) if options["into"] else {}
            restored = self._hold(source, target)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{source.path.name} of {restored.made_at} can be restored.")
        say_what_was_found(self, restored)

    def _hold(self, source: Source, target: dict[str, Any]) -> Restored:
        """Try it out, and note how that went.

        What could not begin, lacked room or rights, or was told to stop says nothing of a backup, and is not noted.
        """
        went_well: bool | None = None
        try:
            with (
                alone(settings.BACKUP_DIR, tell=self.stdout.write) as folder,
                place_to_try(target, folder) as connection,
            ):
                went_well = False
                restored = try_out(source, connection, folder / "media", verify=verify_all)
            went_well = not restored.mismatches
        except NoPlace as error:
            went_well = None
            raise NoPlace(f"{error} {NOTHING_SAID}") from error
        except (NotOpened, SystemExit, KeyboardInterrupt):
            went_well = None
            raise
        finally:
            if went_well is not None:
                _note(well=went_well)
        return restored
