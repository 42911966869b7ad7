from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from academy.management.demo.document import seed_adoption, seed_document
from academy.management.demo.following import seed_following
from academy.management.demo.people import PASSWORD, address_of, seed_people
from academy.management.demo.rooms import seed_rooms
from academy.management.demo.waiting import seed_waiting_list
from academy.management.loading import load_edition
from academy.models import Edition, Participant
from academy.second_factor import is_asked, without_second_factor

STAGES = ("registration", "workshops", "drafting", "adopted")
CAST = (
    ("amara", "organiser"),
    ("bruno", "moderator of group 1, workshops 1 to 3"),
    ("chiara", "co-facilitator of the same groups"),
    ("dawit", "participant, next generation, delegate"),
    ("esi", "local authority, delegate, protected identity"),
)


class Command(BaseCommand):
    help = "Fills an empty academy with the real 2022 programme and 70 fictional people, up to a stage."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stage", choices=STAGES, default="drafting")
        parser.add_argument("--seed", type=int, default=2022, help="chooses who sits where (default: 2022)")
        parser.add_argument(
            "--waiting-list",
            action="store_true",
            help="take all places, and let some people wait, be offered a place, be declined",
        )
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing but print the accounts if there is an edition already",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo academy has a published password; it is not made in production.")
        if Participant.objects.exists() or Edition.objects.exclude(slug="2022").exists():
            if not options["if_empty"]:
                raise CommandError(
                    "There are people in this academy already. The demo fills an empty one only."
                )
        else:
            seed(options["stage"], options["seed"], waiting_list=options["waiting_list"])
        self.print_accounts()

    def print_accounts(self) -> None:
        if not Participant.objects.filter(user__email=address_of(CAST[0][0])).exists():
            return
        self.stdout.write(f"Demo accounts, all with the password {PASSWORD}:")
        for key, role in CAST:
            self.stdout.write(f"  {address_of(key):<24}{role}")
        if is_asked():
            self.stdout.write(
                "The organiser sets up a second step of logging in first (SECOND_FACTOR=0: none is asked)."
            )


@without_second_factor()
@transaction.atomic
def seed(stage: str, number: int, *, waiting_list: bool = False) -> Edition:
    """Bring an empty academy to a stage, all or nothing.

    Args:
        stage: one of `STAGES`.
        number: seeds every draw; the same number gives the same academy.
        waiting_list: all places are taken, and some people wait.
    """
    edition, _fresh = load_edition("2022")
    people = seed_people(edition)
    if waiting_list:
        seed_waiting_list(edition, people)
    if stage == "registration":
        return edition
    seed_rooms(edition, people, stage=stage, seed=number)
    if stage in ("drafting", "adopted"):
        document = seed_document(edition, people)
        if stage == "adopted":
            seed_adoption(document, people, seed=number)
            seed_following(edition, people)
    return edition
