"""What has to be written now: letters whose time has come, reminders, the summary of the day."""

from academy.mail.letters import due_letters, write_letter
from academy.mail.standing import due_standing, write_standing


def write_what_is_due() -> int:
    """Put everything whose time has come into the outbox, each mail once, however often; returns how many are new."""
    letters = sum(write_letter(key) for key in due_letters())
    return letters + sum(write_standing(key) for key in due_standing())
