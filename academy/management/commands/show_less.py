from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.errors import DomainError
from academy.management.accounts import ask_for_a_person, person_of
from academy.models import Edition, Visibility
from academy.privacy.less import WIDTH, end_names, show_less, ways_to_show_less


class Command(BaseCommand):
    help = (
        "Shows less of a person on every page at once, without waiting for them: unlisted, or protected by a new "
        "pseudonym. Names that they chose to show for one thing, as at an endorsement, end in every edition. "
        "Organisers do the same on the person's page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        ask_for_a_person(parser)
        parser.add_argument("visibility", choices=[way.value for way in WIDTH[1:]])
        parser.add_argument("--edition", default="", help="only there; otherwise in all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        user, chosen = person_of(options["person"]), Visibility(options["visibility"])
        rows = user.participations.filter(erased_at=None).select_related("edition").order_by("edition__slug")
        if slug := options["edition"]:
            if not Edition.objects.filter(slug=slug).exists():
                raise CommandError(f"There is no edition {slug!r}.")
            rows = rows.filter(edition__slug=slug)
        ended = Counter(end_names(user))
        for what, count in ended.items():
            self.stdout.write(f"Shown no longer: {what} ({count}).")
        if not rows and not ended:
            raise CommandError("This person is not registered there.")
        for row in rows:
            if chosen not in ways_to_show_less(row):
                self.stdout.write(f"{row.edition.slug}: {row.visibility} as before, which shows as little.")
                continue
            try:
                now = show_less(row, chosen, by=None)
            except DomainError as error:
                raise CommandError(f"{row.edition.slug}: {error}") from error
            shown = f", as “{now.pseudonym}”" if now.pseudonym else ""
            self.stdout.write(f"{row.edition.slug}: {now.visibility}{shown}.")
