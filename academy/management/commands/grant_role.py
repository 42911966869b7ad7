from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.management.accounts import ask_for_a_person, person_of
from academy.models import Edition, Role
from academy.roles import end_role, grant_role


class Command(BaseCommand):
    help = "Gives a person a role in an edition (or takes it away): the first organiser of an academy is made so."

    def add_arguments(self, parser: CommandParser) -> None:
        ask_for_a_person(parser)
        parser.add_argument("edition", help="the edition's address, for example 2022")
        parser.add_argument("role", choices=Role.Kind.values)
        parser.add_argument("--end", action="store_true", help="take the role away")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person_of(options["person"])
        edition = Edition.objects.filter(slug=options["edition"]).first()
        if edition is None:
            raise CommandError(f"There is no edition {options['edition']!r}.")
        if options["end"]:
            for role in Role.objects.of(user, edition).filter(kind=options["role"]):
                end_role(role, by=None)
        else:
            grant_role(user, edition, options["role"], by=None)
        kinds = sorted(Role.objects.of(user, edition).values_list("kind", flat=True))
        self.stdout.write(f"Roles in {edition.slug} now: {', '.join(kinds) or 'none'}.")
        organisers = Role.objects.active().filter(edition=edition, kind=Role.Kind.ORGANISER)
        if not organisers.filter(user__is_active=True).exists():
            self.stderr.write(
                self.style.WARNING(
                    f"{edition.slug} has no organiser now who could log in: "
                    f"grant_role somebody@example.org {edition.slug} organiser"
                )
            )
