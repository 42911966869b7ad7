from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from academy.closing import Closed, close_account, open_account
from academy.errors import DomainError
from academy.management.accounts import ask_for_a_person, person_of
from academy.models import Mailing, User

NAMES = {Mailing.Kind.REMINDER: "the reminders", Mailing.Kind.SUMMARY: "the summaries of the day"}


class Command(BaseCommand):
    help = (
        "Closes an account that is in other hands: logged out everywhere, no password, no second step and no address "
        "that nobody confirmed any more. Roles and registrations stay. --reopen --address lets the owner in again, "
        "with a new password chosen by mail, and leaves the account this address alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        ask_for_a_person(parser)
        parser.add_argument("--reopen", action="store_true", help="open it again for its owner")
        parser.add_argument("--address", help="with --reopen: the one that you know to be the owner's")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["address"] or ""
        if bool(address) != options["reopen"]:
            raise CommandError(
                "--reopen and --address go together: say which address you know to be the owner's."
            )
        user = person_of(options["person"])
        try:
            if options["reopen"]:
                open_account(user, address)
                self.stdout.write(
                    "Open again, with this address alone. There is no password: its owner chooses one at "
                    "/accounts/password/reset/."
                )
                return
            closed = close_account(user)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self._tell(user, closed)

    def _tell(self, user: User, closed: Closed) -> None:
        self.stdout.write(
            "Closed: logged out everywhere, and nobody logs in until close_account --reopen --address.\n"
            f"The account: {user.pk}, with the address {user.email}\n"
            f"Confirmed addresses: {', '.join(closed.confirmed) or 'none'}\n"
            f"Removed, as nobody had confirmed them: {', '.join(closed.removed) or 'none'}\n"
            f"Planned letters that it wrote, changed or planned, drafts again now: {closed.kept_back.letters}\n"
            f"Mails of such letters, of reminders and of summaries that are kept back: {closed.kept_back.mails}"
        )
        if closed.disowned:
            self.stdout.write(
                f"Its open invitations that give no role any more, unless somebody sends them again: {closed.disowned}"
            )
        for edition, count in closed.kept_back.held.items():
            page = reverse("outbox_messages", args=[edition.slug], query={"show": "held"})
            self.stdout.write(
                f"{edition.slug}, other mails that waited and are held back: {count}, see {page}"
            )
        for edition in closed.organised:
            if edition.contact:
                self.stdout.write(
                    f"{edition.slug}: answers to its mails go to {edition.contact}. Is that right?"
                )
        for mailing in closed.kept_back.turned_off:
            self.stdout.write(
                f"{mailing.edition.slug}: {NAMES[Mailing.Kind(mailing.kind)]} are off, as it turned them on or wrote "
                "their words. Read what they say before you turn them on."
            )
        for edition in closed.alone:
            self.stderr.write(
                self.style.WARNING(
                    f"{edition.slug} has no organiser now who could log in: "
                    f"grant_role somebody@example.org {edition.slug} organiser"
                )
            )
