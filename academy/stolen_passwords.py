"""Passwords that became known from thefts are refused, where the academy has a list of them (`STOLEN_PASSWORDS`).

The list is a file of SHA-1 digests in their order, one a line, as *Have I Been Pwned* gives them out: looked up here,
so that no password and no part of one goes anywhere.
"""

import logging
import os
from hashlib import sha1
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DIGITS = 40
# Where so few bytes are left, they are read from the first line to the last.
NEAR = 4_096
LONGEST_LINE = 128

logger = logging.getLogger(__name__)


def is_stolen(password: str, path: Path) -> bool:
    """Whether the list holds the digest of this password: some forty looks into a file of any length.

    Raises:
        OSError: the file cannot be read.
    """
    wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while high - low > NEAR:
            middle = (low + high) // 2
            file.seek(middle)
            file.readline(LONGEST_LINE)  # the rest of a line
            begins = file.tell()
            if file.readline(LONGEST_LINE)[:DIGITS].upper() <= wanted:
                low = begins
            else:
                high = middle
        file.seek(low)
        near = file.read(high - low + 2 * LONGEST_LINE)
    return any(line[:DIGITS].upper() == wanted for line in near.splitlines())


class NotStolen:
    """Refuses such passwords where one is chosen (`AUTH_PASSWORD_VALIDATORS`)."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def validate(self, password: str, user: Any = None) -> None:
        try:
            is_known = is_stolen(password, self.path)
        except OSError as problem:
            logger.error("the list of stolen passwords cannot be read: %s", problem)  # no trace
            raise ValidationError(
                _("Passwords cannot be checked just now. Please try again later."), code="not_checked"
            ) from problem
        if is_known:
            raise ValidationError(self.get_help_text(), code="password_stolen")

    def get_help_text(self) -> str:
        return _("Your password cannot be one that is known from a theft elsewhere.")
