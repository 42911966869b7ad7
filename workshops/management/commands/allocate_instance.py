"""`manage.py allocate_instance FILE --seconds S`: measure the search on a published instance."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workshops.allocation.instances import Unreadable, group, read_instance

LARGEST = 200_000_000


class Command(BaseCommand):
    help = "Spread the elements of an MDGP instance over its groups, and print the value and the groups."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="an instance of the maximally diverse grouping problem")
        parser.add_argument("--seconds", type=float, default=10.0, help="how long to search (default: 10)")
        parser.add_argument("--seed", type=int, default=0, help="chooses among the ways to search")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not 0 < options["seconds"] <= 86_400:  # a day
            raise CommandError("Search for more than 0 seconds, and for a day at most.")
        path = Path(options["file"])
        try:
            if path.stat().st_size > LARGEST:
                raise CommandError("This file is too large.")
            instance = read_instance(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        except Unreadable as error:
            raise CommandError(str(error)) from error
        value, groups = group(instance, seconds=options["seconds"], seed=options["seed"])
        members = [
            [element for element, of in enumerate(groups) if of == number]
            for number in range(len(instance.limits))
        ]
        value = round(value, 6)
        shown: float | int = int(value) if value == int(value) else value
        if options["json"]:
            self.stdout.write(json.dumps({"value": shown, "groups": members}))
            return
        self.stdout.write(f"value {shown}")
        for number, elements in enumerate(members):
            self.stdout.write(f"group {number}: {' '.join(map(str, elements))}")
