from argparse import ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.history import entries_by
from academy.management.accounts import person_of
from academy.models import Edition


def moment(text: str) -> datetime:
    """A moment as somebody types it, in UTC; without a zone it is UTC already.

    Raises:
        ArgumentTypeError: it is none, or is in no year from 1 to 9999 by UTC.
    """
    try:
        said = datetime.fromisoformat(text)
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError(
            f"{text!r} is no moment that can be looked for; write it as 2026-02-11T08:00+01:00"
        ) from error


class Command(BaseCommand):
    help = (
        "Lists what an account did, by the history: edition, number, moment in UTC, what was done, and the key of what "
        "it was done to. What only reads leaves no entry, but exports do."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--by", required=True, metavar="PERSON", help="the address or the key of the account"
        )
        parser.add_argument("--edition", default="", help="only this one")
        parser.add_argument("--since", type=moment, default=None, help="for example 2026-02-11T08:00+01:00")
        parser.add_argument("--until", type=moment, default=None, help="up to this moment")

    def handle(self, *args: Any, **options: Any) -> None:
        since, until = options["since"], options["until"]
        if since and until and since > until:
            raise CommandError(f"--since {since.isoformat()} comes after --until {until.isoformat()}.")
        entries = entries_by(person_of(options["by"]), since=since, until=until)
        if slug := options["edition"]:
            if not Edition.objects.filter(slug=slug).exists():
                raise CommandError(f"There is no edition {slug!r}.")
            entries = entries.filter(edition__slug=slug)
        count = 0
        for entry in entries.iterator():
            count += 1
            at = entry.at.astimezone(UTC).isoformat(timespec="seconds")
            self.stdout.write(
                f"{entry.edition.slug}\t{entry.number}\t{at}\t{entry.verb}\t{entry.object_type}\t{entry.object_id}"
            )
        self.stderr.write(f"{count} entries." if count != 1 else "1 entry.")
