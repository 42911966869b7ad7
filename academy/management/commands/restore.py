import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection, connections

from academy.errors import DomainError
from academy.management.safekeeping import (
    a_path,
    ask_for_a_backup,
    heard_or_not,
    identities,
    newest_or,
    say_what_was_found,
    settings_or,
)
from academy.management.verification import missing_media, verify_all
from academy.models import PendingFact
from academy.outbox import hold_everything
from academy.privacy.after_restore import Report, list_to_follow, steps, take
from academy.privacy.erased import Noted, noted, numbers_in_words, take_over, write_pending
from academy.safekeeping.databases import is_sqlite
from academy.safekeeping.marking import FOUND, LOOKED_AT, PUT_ASIDE, RESTORED, owes, take_off_mark
from academy.safekeeping.marking import noted as marked_with
from academy.safekeeping.media import close
from academy.safekeeping.refusals import UNREADABLE, NotSafe, reason_of
from academy.safekeeping.restoring import NOT_IN_BACKUP, Restored, Source, restore
from academy.safekeeping.sessions import is_same_database, is_same_file
from academy.safekeeping.working import ended_in_order

NOT_YET = "Do not start the academy"
# What is said about the list of erasures, which is followed in the academy's own database alone.
ABOUT_ERASURES = ("erased", "without_erased", "only_afterwards")
ONCE_MORE = "when the list can be followed, call restore --only-afterwards"


def place_of(database: dict[str, Any]) -> tuple[str, ...]:
    """Which database this is, whoever asks it."""
    if is_sqlite(database):
        return (os.path.realpath(database["NAME"]),)
    return tuple(str(database.get(name) or "") for name in ("HOST", "PORT", "NAME"))


def in_words(error: DomainError | Error | OSError) -> str:
    """What went wrong, without what a database says of a row that it refuses."""
    return str(error) if isinstance(error, DomainError) else reason_of(error)


class Command(BaseCommand):
    help = (
        "Restores a backup into the empty database and media folder of this academy, upgrades it and verifies it. "
        "Everything or nothing; what is there already is replaced only with --replace. Stop the academy first. "
        "Whoever was erased since is erased again, and mail that waited is held back."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        ask_for_a_backup(parser)
        parser.add_argument("--into", default="", help="the address of another database than DATABASE_URL")
        parser.add_argument(
            "--media", type=a_path, default=None, help="with --into: the folder for the files"
        )
        parser.add_argument(
            "--erased",
            type=a_path,
            default=None,
            help="a copy of the list of erasures; both are followed, it and ERASED_LIST",
        )
        parser.add_argument(
            "--without-erased", action="store_true", help="there is no list: nobody was ever erased"
        )
        parser.add_argument(
            "--only-afterwards",
            action="store_true",
            help="restore nothing; only what is done after a restore, once more",
        )
        parser.add_argument("--replace", action="store_true", help="replace what is there")

    def handle(self, *args: Any, **options: Any) -> None:
        with heard_or_not(self):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        self._insist_on_list(options)
        restored = None if options["only_afterwards"] else self._restore(options)
        report = Report()
        if restored:
            connections.close_all()
        if options["into"]:
            self.stdout.write(
                "Whoever was erased since then is in it: it is for looking, and no academy starts on it."
            )
        else:
            report.to_deal_with += close(
                Path(settings.MEDIA_ROOT), marked_with(connection).get(PUT_ASIDE, ())
            )
            with ended_in_order():
                self._afterwards(self._to_do_again(options), report)
            if options["only_afterwards"]:
                report.to_deal_with += self._wrong()
            if not report.to_deal_with:
                take_off_mark(connection)
        self._end(restored, report)

    def _wrong(self) -> list[str]:
        """What does not match, files that did not come for example.

        What was so in the backup already is said, and keeps nobody from starting, as `restore` itself would not.
        """
        before = set(marked_with(connection).get(FOUND, ()))
        found = {line: line for line in verify_all()}
        for name in missing_media():
            found[NOT_IN_BACKUP % name] = f"The file {name} is not in the media folder."
        for line in sorted(found.keys() & before):
            self._complain(f"So it was in the backup already: {line}")
        return [words for line, words in found.items() if line not in before]

    def _insist_on_list(self, options: dict[str, Any]) -> None:
        """Insist on a list that says what has to be done again, before anything is touched."""
        if options["into"]:
            self._insist_on_another(options)
            return
        if options["media"]:
            raise CommandError(
                "The academy’s own database goes with its own media folder, MEDIA_ROOT: --media is for --into. "
                "Nothing was restored."
            )
        if options["erased"] and options["without_erased"]:
            raise CommandError("Say either --erased or --without-erased. Nothing was restored.")
        if options["only_afterwards"] and not owes(connection):
            raise CommandError(
                "Nothing is owed: this database was not restored, or everything was done after it."
            )
        if not options["only_afterwards"]:
            self._insist_on_noted()
        path = options["erased"] or Path(settings.ERASED_LIST)
        try:
            list_to_follow(path, without=options["without_erased"])
            if options["erased"]:
                take_over(path)
        except DomainError as error:
            raise CommandError(f"{error} Nothing was restored.") from error
        except OSError as error:
            raise CommandError(
                f"The list of erasures {settings.ERASED_LIST} cannot be written: {error.strerror or error}. "
                "Nothing was restored."
            ) from error

    def _to_do_again(self, options: dict[str, Any]) -> Noted:
        """What has to be done again. Somebody may have been erased while the backup was read, which takes minutes."""
        own = Path(settings.ERASED_LIST)
        try:
            if options["erased"]:
                return self._joined(options["erased"])
            return list_to_follow(own, without=options["without_erased"])
        except DomainError as error:
            raise CommandError(f"{error} {NOT_YET}: {ONCE_MORE}.") from error
        except OSError as error:
            raise CommandError(
                f"The list of erasures {own} cannot be read: {error.strerror or error}. {NOT_YET}: {ONCE_MORE}."
            ) from error

    def _insist_on_noted(self) -> None:
        """Write into the list what waits for that in the database that is replaced, if it can be read."""
        own = settings_or("")
        if is_sqlite(own) and not Path(own["NAME"]).exists():
            return
        with suppress(*UNREADABLE):
            if PendingFact.objects.exists():
                write_pending()
                if left := PendingFact.objects.count():
                    raise CommandError(
                        f"In the academy’s database {'1 line waits' if left == 1 else f'{left} lines wait'} to be "
                        f"written into the list of erasures {settings.ERASED_LIST}, and could not be. The log says "
                        "why; it would be lost. Nothing was restored."
                    )
        connections.close_all()

    def _joined(self, copy: Path) -> Noted:
        """What the academy’s own list says, which holds the copy by now: each may know more than the other.

        Raises:
            OSError: it cannot be read.
        """
        own = Path(settings.ERASED_LIST)
        said = noted(own)
        if said.strange:
            self._complain(
                f"The academy’s own list of erasures {own} is damaged: line {numbers_in_words(said.strange)} makes no "
                f"sense. What stood there is done again only if {copy} says it, too. If a newer copy is kept "
                "elsewhere, restore with that one; mend or remove these lines before the next restore."
            )
        return said

    def _insist_on_another(self, options: dict[str, Any]) -> None:
        idle = [f"--{name.replace('_', '-')}" for name in ABOUT_ERASURES if options[name]]
        if idle:
            raise CommandError(
                f"With --into nobody is erased again: leave {' and '.join(idle)} away. Nothing was restored."
            )
        if self._is_own(options["into"]):
            raise CommandError(
                "This is the academy’s own database: leave --into away, so that whoever was erased is erased again. "
                "Nothing was restored."
            )
        if not options["media"]:
            raise CommandError("With --into name another media folder too: --media. Nothing was restored.")
        if is_same_file(options["media"], Path(settings.MEDIA_ROOT)):
            raise CommandError(
                "This is the academy’s own media folder: with --into name another one. Nothing was restored."
            )

    def _is_own(self, address: str) -> bool:
        """Whether this address leads to the academy’s own database, also under another spelling."""
        try:
            target, own = settings_or(address), settings_or("")
        except DomainError as error:
            raise CommandError(f"{error} Nothing was restored.") from error
        if place_of(target) == place_of(own):
            return True
        try:
            return is_same_database(own, target)
        except (NotSafe, Error) as error:
            self._complain(
                f"Whether this is the academy’s own database is told by its address alone: {in_words(error)}"
            )
            return False

    def _restore(self, options: dict[str, Any]) -> Restored:
        try:
            source = Source(newest_or(options["file"]), identities(options["identity"]))
            restored = restore(
                source,
                settings_or(options["into"]),
                options["media"] if options["into"] else Path(settings.MEDIA_ROOT),
                verify=verify_all,
                replace=options["replace"],
                owing=LOOKED_AT if options["into"] else RESTORED,
                first=hold_everything,
                noted=not options["into"],
                tell=self.stdout.write,
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored {source.path.name} of {restored.made_at}. Passwords, second steps, addresses and roles are "
            "those of that moment: see who is an organiser, and close again what was closed since."
        )
        return restored

    def _afterwards(self, said: Noted, report: Report) -> None:
        """Take each step; whatever breaks one is told together with the steps that did not happen."""
        left = steps(said)
        try:
            while left:
                take(left[0], report)
                left.pop(0)
        except (DomainError, Error, OSError) as error:
            raise CommandError(f"{type(error).__name__}: {in_words(error)}") from error
        finally:
            for line in report.done:
                self.stdout.write(line)
            for step in left:
                self._complain(f"This did not happen: {step.words}.")
            if left:
                self._complain(f"{NOT_YET}. Call restore --only-afterwards until it says nothing like this.")

    def _end(self, restored: Restored | None, report: Report) -> None:
        """What verify found, and what somebody has to deal with."""
        for line in report.to_deal_with:
            self._complain(line)
        try:
            if restored:
                say_what_was_found(self, restored)
        finally:
            if report.to_deal_with:
                self._complain(f"{NOT_YET} until what stands above is dealt with.")
        if report.to_deal_with:
            raise CommandError(
                f"{NOT_YET} until the {len(report.to_deal_with)} above are dealt with; then call restore "
                "--only-afterwards."
            )

    def _complain(self, words: str) -> None:
        self.stderr.write(self.style.ERROR(words))
