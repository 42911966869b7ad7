"""How passwords are kept, and which are refused: those made of the academy's own words are the first to be tried."""

import re
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# In small letters; docs/accounts.md names them. A password may hold them, but not be made of nothing else.
OUR_WORDS = (
    "academy", "admin", "administrator", "adoption", "delegate", "document", "education", "edition", "facilitator",
    "finding", "go", "human", "local", "login", "moderator", "observer", "organiser",
    "organizer", "outcome", "participant", "password", "programme", "rights", "speaker", "training", "welcome",
    "workshop",
)  # fmt: skip
NO_LETTERS = re.compile(r"[\W\d_]+")
# No word is made of two others, so that there is one way at most to read a text, however long it is.
MADE_OF_OURS = re.compile(f"(?:{'|'.join(OUR_WORDS)})(?:{'|'.join(OUR_WORDS)}|s)*", re.IGNORECASE)


class MemoryHard(Argon2PasswordHasher):
    """Argon2id with 19 MiB and two passes, one lane.

    The first choice of OWASP's "Password Storage Cheat Sheet", and one of those that ASVS 5.0 approves of (appendix C).
    Django's own 100 MiB in eight lanes cost a server ten times as much for each login (docs/decisions/0039-argon2.md).
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


def is_made_of_our_words(password: str) -> bool:
    """Whether nothing is left of a password without our words, digits and signs."""
    letters = NO_LETTERS.sub("", password)
    return bool(letters) and MADE_OF_OURS.fullmatch(letters) is not None


class NotOurWords:
    """Refuses such passwords where one is chosen (`AUTH_PASSWORD_VALIDATORS`)."""

    def validate(self, password: str, user: Any = None) -> None:
        if is_made_of_our_words(password):
            raise ValidationError(self.get_help_text(), code="password_of_our_words")

    def get_help_text(self) -> str:
        return _(
            "Your password cannot be made only of words such as “academy”, “human rights” or “moderator”."
        )
