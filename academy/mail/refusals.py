"""Why a mail did not arrive: whether it is worth trying again, and what to tell an organiser. Pure."""

import re
import smtplib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.logs import without_secrets

# The code of RFC 3463 that servers put before their words: "5.1.1".
ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


# What stands in place of a code when nobody refused a mail, but it is held back until an organiser lets it go: after a
# restore, or because an account was closed that was in other hands.
RESTORED, CLOSED = "restored", "closed"
HELD = (RESTORED, CLOSED)
HELD_FOR = {
    RESTORED: gettext_lazy(
        "This academy was restored from a backup in which this mail waited: it may have gone out since."
    ),
    CLOSED: gettext_lazy(
        "It waited when an organiser’s account was closed that was in other hands: it may be the intruder’s."
    ),
}


@dataclass(frozen=True)
class Refusal:
    """What happened: `code` as it is kept ("550 5.1.1", "TimeoutError"); `is_final` if trying again is idle."""

    code: str
    is_final: bool


def refusal_of(error: Exception) -> Refusal:
    """What an error of the mail server, or on the way to it, means.

    Final is what a server says about this recipient or these words with a code from 500. That it does not take our
    name or our password is a matter of the installation, and passes when that is mended.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        status, said = next(iter(error.recipients.values()), (0, b""))
        return Refusal(_coded(status, said), status >= 500)
    if isinstance(error, smtplib.SMTPDataError):
        return Refusal(_coded(error.smtp_code, error.smtp_error), error.smtp_code >= 500)
    if isinstance(error, smtplib.SMTPResponseException):
        return Refusal(_coded(error.smtp_code, error.smtp_error), False)
    is_final = isinstance(error, ValueError | smtplib.SMTPNotSupportedError)
    return Refusal(type(error).__name__, is_final)


def _coded(status: int, said: bytes | str) -> str:
    words = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    found = ENHANCED.search(words)
    return f"{status} {found.group()}" if found else str(status)


def in_words(code: str) -> str:
    """The reason as one sentence for an organiser; empty if there is none."""
    if not code:
        return ""
    if code in HELD_FOR:
        return str(HELD_FOR[code])
    if found := ENHANCED.search(code):
        words = _by_subject(int(found.group(2)), int(found.group(3)))
        if words:
            return words
    status = code.split(" ", 1)[0]
    if status.isdigit():
        return _by_status(int(status))
    if code in ("ValueError", "BadHeaderError", "UnicodeEncodeError", "SMTPNotSupportedError"):
        return _("The address cannot be written to.")
    return _("The mail server could not be reached, or broke off.")


def _by_subject(subject: int, detail: int) -> str:
    """The classes of RFC 3463: addresses, mailboxes, systems, networks, protocols, contents, security."""
    if (subject, detail) == (2, 2):
        return _("The mailbox is full.")
    if (subject, detail) == (1, 2):
        return _("There is no mail server for this address.")
    words = {
        1: _("There is no mailbox at this address."),
        2: _("The mailbox takes no mail now."),
        3: _("The recipient’s mail server could not take the mail."),
        4: _("The recipient’s mail server could not be reached."),
        5: _("The mail servers did not understand each other."),
        6: _("The recipient’s mail server did not accept the form of the mail."),
        7: _("The recipient’s mail server refuses our mail, perhaps as unwanted."),
    }
    return words.get(subject, "")


def _by_status(status: int) -> str:
    if status in (550, 551, 553):
        return _("There is no mailbox at this address.")
    if status == 552:
        return _("The mailbox is full.")
    if status == 554:
        return _("The recipient’s mail server refuses our mail, perhaps as unwanted.")
    if status == 535:
        return _("Our mail server does not accept our password.")
    return _("The mail server did not take the mail now.") if status < 500 else _("The mail was refused.")


def kept(code: str) -> str:
    """A code as it may be kept: short, and without addresses."""
    return without_secrets(" ".join(code.split()))[:200]
