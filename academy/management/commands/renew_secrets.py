from typing import Any

from django.core.management.base import BaseCommand, CommandError

from academy.step_secrets import State, renew_secrets


class Command(BaseCommand):
    help = (
        "Encrypts the secrets of second steps that lie under a key of SECRET_KEY_FALLBACKS anew under SECRET_KEY. "
        "Run it after the key was changed, and again before the earlier one is removed; it may run at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = renew_secrets()
        self.stdout.write(
            f"Renewed: {found.counts[State.EARLIER]}. Already under the present key: {found.counts[State.PRESENT]}. "
            f"Opened by no key: {found.counts[State.LOST]}."
        )
        if found.lost:
            lost = [f"  account {key}: {', '.join(kinds)}" for key, kinds in found.lost.items()]
            raise CommandError(
                "No key opens these secrets, so that no code of theirs is right:\n"
                + "\n".join(lost)
                + "\nPut the key that they lie under into SECRET_KEY_FALLBACKS and run this again. If nobody has it "
                "any more, make sure by another way than mail that you speak with the person, and take their second "
                "steps away: manage.py reset_second_factor KEY, with the key of the account."
            )
