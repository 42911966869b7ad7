from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.management.verification import missing_media, verify_edition
from academy.models import Edition, Pulse
from academy.safekeeping.refusals import UNREADABLE, reason_of
from academy.watching import beat
from outcome.verifying import verify_published


class Command(BaseCommand):
    help = "Checks that nothing published or deliberated was changed behind the academy's back, and names what was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="one edition; all of them, if nothing is said")

        parser.add_argument(
            "--published",
            metavar="DIGEST",
            help="a digest of a record or an adopted text that was noted outside: in a mail, on a print",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._verify(options)
        except UNREADABLE as error:
            raise CommandError(
                f"The database cannot be read: {reason_of(error)}. Nothing was verified."
            ) from error

    def _verify(self, options: dict[str, Any]) -> None:
        editions = Edition.objects.order_by("slug")
        if slug := options["slug"]:
            editions = editions.filter(slug=slug)
            if not editions:
                raise CommandError(f"There is no edition {slug!r}.")
        found = 0
        for edition in editions:
            mismatches = list(verify_edition(edition))
            if published := options["published"]:
                mismatches += verify_published(edition, published)
            found += len(mismatches)
            for mismatch in mismatches:
                self.stderr.write(self.style.ERROR(f"{edition.slug}: {mismatch}"))
            if not mismatches:
                self.stdout.write(f"{edition.slug}: everything matches.")
        if not options["slug"]:
            for name in missing_media():
                found += 1
                self.stderr.write(self.style.ERROR(f"The file {name} is not in {settings.MEDIA_ROOT}."))
            beat(Pulse.Name.VERIFICATION, well=not found)
        if found:
            raise CommandError(f"{found} objects do not match." if found > 1 else "1 object does not match.")
