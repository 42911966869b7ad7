import sys
from typing import Any

from django.core.management.base import BaseCommand

from academy.mail.bounces import LONGEST, mark_bounced, read_bounce


class Command(BaseCommand):
    help = (
        "Reads a delivery status notification (RFC 3464) from the standard input and marks the mail that came back. "
        "The mail server pipes what arrives at BOUNCE_ADDRESS into it; docs/mail.md says how."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Whatever arrives, the answer is success: a mail server must not send its own notification back."""
        bounce = read_bounce(sys.stdin.buffer.read(LONGEST + 1))
        if bounce is None:
            self.stdout.write("This says of no mail of ours that it was not delivered.")
        elif mark_bounced(bounce):
            self.stdout.write(f"Marked as come back: {bounce.message} ({bounce.code}).")
        else:
            self.stdout.write(f"There is no mail {bounce.message} that had gone out.")
