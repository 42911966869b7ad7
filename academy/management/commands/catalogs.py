from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.management.catalogs import catalog_of, compile_all, languages, path_of, renewed


class Command(BaseCommand):
    help = (
        "Brings the catalogs of the mails' words up to date with the code; --compile makes what Django reads."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--compile", action="store_true", help="compile them, as `make setup` does")
        parser.add_argument(
            "--check", action="store_true", help="only say whether they are stale or incomplete"
        )
        parser.add_argument("--language", help="begin a catalog for this language, such as pt")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["compile"]:
            self.stdout.write(f"Compiled: {', '.join(compile_all())}")
        elif options["check"]:
            self._check()
        else:
            self._write(options["language"])

    def _check(self) -> None:
        for language in languages():
            before, wanted = catalog_of(language), renewed(language)
            if [(one.msgctxt, one.msgid) for one in before] != [(one.msgctxt, one.msgid) for one in wanted]:
                raise CommandError(
                    f"locale/{language} is stale; bring it up to date with `manage.py catalogs`."
                )
            if missing := len(before.untranslated_entries()) + len(before.fuzzy_entries()):
                raise CommandError(f"locale/{language}: {missing} texts have no translation.")
        self.stdout.write("The catalogs say what the mails say.")

    def _write(self, begun: str | None) -> None:
        for language in sorted({*languages(), *([begun] if begun else [])}):
            made = renewed(language)
            path_of(language).parent.mkdir(parents=True, exist_ok=True)
            made.save(str(path_of(language)))
            left = len(made.untranslated_entries()) + len(made.fuzzy_entries())
            self.stdout.write(f"{language}: {len(made)} texts, {left} without a translation")
