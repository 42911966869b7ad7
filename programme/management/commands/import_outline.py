import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from academy.errors import DomainError
from academy.models import Edition
from programme.founding import found_edition
from programme.importing import Outcome, import_outline, plan_for
from programme.outline.completing import completed
from programme.outline.content import as_json
from programme.outline.errors import Unreadable
from programme.outline.parsing import parse
from programme.outline.reading import read_outline_file
from programme.outline.values import Item, Reading
from programme.outline.word import MOST_DOCX


class Command(BaseCommand):
    help = (
        "Reads a programme outline (text, Markdown or DOCX) and applies it to an edition's draft. With --dry-run it "
        "only shows what it understands and which lines it could not place; that needs no database."
    )
    # A dry run looks at nothing but the file.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the outline")
        parser.add_argument("--edition", help="the edition's address; if none is named, the current edition")
        parser.add_argument("--create", action="store_true", help="make the edition from the outline first")
        parser.add_argument("--time-zone", default="Europe/Vienna", help="of an edition that is made")
        parser.add_argument("--year", type=int, help="of dates without one, if the outline names none")
        parser.add_argument("--dry-run", action="store_true", help="show what is understood, change nothing")
        parser.add_argument("--json", action="store_true", help="say it as JSON")
        parser.add_argument(
            "--take-out-missing",
            action="store_true",
            help="take out of the draft what the outline no longer has",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = read_outline_file(_content(Path(options["file"])))
            read = parse(text, year=options["year"])
        except Unreadable as error:
            raise CommandError(f"{options['file']}: {error}") from error
        whole = Reading(completed(read.outline), read.source, read.placed, read.unplaced, read.remarks)
        said = as_json(whole)
        if not options["dry_run"]:
            outcome = self.apply(read, options)
            counts = ("days_added", "days_changed", "added", "changed", "removed", "same")
            said["applied"] = {name: getattr(outcome, name) for name in counts}
            said["notices"] = outcome.notices
            for notice in outcome.notices:
                self.stderr.write(notice)
        if options["json"]:
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
        else:
            self.tell(whole, said.get("applied"))

    def apply(self, read: Reading, options: dict[str, Any]) -> Outcome:
        """Apply the outline to the edition that was named, as a whole or not at all."""
        try:
            with transaction.atomic():
                edition = self.edition(read, options)
                remove = []
                if options["take_out_missing"]:
                    plan, _seen = plan_for(edition, read.outline)
                    remove = [gone.key for gone in plan.gone]
                return import_outline(edition, read.outline, remove=remove, by=None)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def edition(self, read: Reading, options: dict[str, Any]) -> Edition:
        slug = options["edition"]
        if options["create"]:
            if not slug:
                raise CommandError("Please name the edition that is to be made with --edition.")
            return found_edition(read.outline, slug=slug, time_zone=options["time_zone"])
        known = Edition.objects.filter(slug=slug) if slug else Edition.objects.filter(is_current=True)
        edition = known.first()
        if edition is None:
            words = f"There is no edition {slug!r}." if slug else "There is no current edition."
            raise CommandError(f"{words} Name one with --edition, or make it with --create.")
        return edition

    def tell(self, read: Reading, applied: dict[str, int] | None) -> None:
        """What was understood, what was not placed, and what was done, in words."""
        outline = read.outline
        self.stdout.write(f"{outline.title or 'An outline'}{f' ({outline.label})' if outline.label else ''}")
        for day in outline.days:
            self.stdout.write(f"\n{day.date:%A %d %B %Y}  {day.title}")
            for item in day.items:
                self.tell_item(item, "  ")
        seen = len(read.placed) + len(read.unplaced)
        self.stdout.write(f"\n{len(read.placed)} of {seen} lines were placed.")
        for gone in read.unplaced:
            self.stdout.write(
                self.style.WARNING(f"  not placed, line {gone.line}: {gone.text} ({gone.reason})")
            )
        for remark in read.remarks:
            self.stdout.write(f"  look at line {remark.line}: {remark.words}")
        if applied:
            self.stdout.write(
                f"{applied['days_added']} days added, {applied['days_changed']} changed; "
                f"{applied['added']} sessions added, {applied['changed']} changed, {applied['removed']} taken out, "
                f"{applied['same']} as they were."
            )

    def tell_item(self, item: Item, indent: str) -> None:
        starts = f"{item.starts:%H:%M}" if item.starts else "--:--"
        ends = f"{item.ends:%H:%M}" if item.ends else "--:--"
        title = f"{item.title}: {item.subtitle}" if item.subtitle else item.title
        length = f" ({item.minutes} min)" if item.minutes else ""
        self.stdout.write(f"{indent}{starts}-{ends}  {title}{length} [{item.kind}]")
        for part in item.parts:
            self.stdout.write(f"{indent}  part {part.letter}: {part.title} ({len(part.questions)} questions)")
        for child in item.children:
            self.tell_item(child, f"{indent}    ")


def _content(path: Path) -> bytes:
    """The content of the file, as far as one is read at all; more than that is refused by its size."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_DOCX + 1)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or 'it cannot be read'}.") from error
