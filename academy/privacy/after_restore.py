"""What a restored academy does before anybody comes in: a backup knows nothing of what happened after it.

Whoever was erased since is erased again; whoever chose to be seen less is seen less again; what was ended is ended
again; and mail that waited is held back, as it may have gone out. Each step may run twice. Meanwhile this process sends
nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from academy.errors import DomainError
from academy.invitations import long_lists
from academy.mail.letters import put_back_due
from academy.mail.standing import due_standing, write_standing
from academy.models import InvitationList, Mailing
from academy.outbox import held_by_edition, hold_everything, quietly
from academy.privacy.erased import Noted, noted, numbers_in_words, write_pending
from academy.privacy.erasure import erase_again
from academy.privacy.narrowing import narrow_again
from academy.privacy.shown import end_again
from academy.registration import hand_on_all

ANOTHER_COPY = "Name another copy of it with --erased FILE"
NOBODY = (
    "if nobody was ever erased from this academy, and nobody asked to be shown less, say --without-erased"
)


class NoList(DomainError):
    """Without the list, a restore would bring back whom somebody erased."""


def list_to_follow(path: Path, *, without: bool) -> Noted:
    """The list that a restore follows, read and understood as a whole; an empty one if there is none on purpose.

    Args:
        without: nobody was erased, somebody says. A list that is there says otherwise, and is not passed over.

    Raises:
        NoList: it is missing, cannot be read, or a line of it makes no sense.
    """
    if without:
        if path.exists():
            raise NoList(
                f"There is a list of erasures, {path}, and --without-erased would pass it over. Leave the option "
                "away; or move the list elsewhere, if it belongs to another academy."
            )
        return Noted()
    if path.exists() and not path.is_file():
        raise NoList(f"The list of erasures {path} is no file. {ANOTHER_COPY}.")
    try:
        said = noted(path)
    except FileNotFoundError as error:
        raise NoList(f"There is no list of erasures {path}. {ANOTHER_COPY}; {NOBODY}.") from error
    except OSError as error:
        reason = error.strerror or error
        raise NoList(f"The list of erasures {path} cannot be read: {reason}. {ANOTHER_COPY}.") from error
    if said.strange:
        raise NoList(
            f"The list of erasures {path} is damaged: line {numbers_in_words(said.strange)} makes no sense. "
            f"{ANOTHER_COPY}, or mend these lines."
        )
    if not said.lines:
        raise NoList(f"The list of erasures {path} is empty, which no list is by itself. {ANOTHER_COPY}.")
    return said


@dataclass
class Report:
    """What was done, and what somebody has to deal with before the academy starts."""

    done: list[str] = field(default_factory=list)
    to_deal_with: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """One step: what it does, in words that follow "did not happen", and the doing."""

    words: str
    act: Callable[[Report], None]


def steps(said: Noted) -> list[Step]:
    """What is done, in this order."""
    return [
        Step("erasing again whoever was erased since", lambda report: _erase(said, report)),
        Step("showing less again of whoever chose so since", lambda report: _narrow(said, report)),
        Step("ending again what was shown of people and ended since", lambda report: _end(said, report)),
        Step("noting what the backup had not noted yet", lambda _report: write_pending()),
        Step("holding back the mail that waited", _hold),
    ]


def take(step: Step, report: Report) -> None:
    """Do a step, while nothing goes out by mail."""
    with quietly():
        step.act(report)


def _erase(said: Noted, report: Report) -> None:
    gone, refused = erase_again(said.accounts)
    report.done.append(f"Erased again: {len(gone)} of {len(said.accounts)} who are listed.")
    for account, why in refused.items():
        report.to_deal_with.append(f"Account {account} was erased once, and is back: {why}")


def _narrow(said: Noted, report: Report) -> None:
    found = narrow_again(said)
    report.done.append(
        f"Shown less again: {len(found.seen)}; people whose consents ended again: {len(found.consents)}; "
        f"pseudonyms replaced again: {len(found.renamed)}; {len(said.participants)} are listed."
    )
    for key, why in found.refused.items():
        report.to_deal_with.append(f"Registration {key} shows more than its person chose: {why}")


def _end(said: Noted, report: Report) -> None:
    found = end_again(said.shown)
    ended = sum(not stands for stands in said.shown.values())
    report.done.append(
        f"Names and statements taken back again: {len(found.done)} of {ended} that are listed."
    )
    for (kind, key), why in found.refused.items():
        report.to_deal_with.append(f"What was taken back is shown again, {kind} {key}: {why}")


@transaction.atomic
def _hold(report: Report) -> None:
    """Have everything written that is due now, so that it is known and not written again, and hold it all back."""
    hand_on_all()
    stopped = _stop_lists()
    letters = put_back_due()
    for key in due_standing():
        write_standing(key)
    hold_everything()
    held = held_by_edition()
    of_none = held.pop("", 0)
    report.done.append(f"Mails held back: {sum(held.values()) + of_none}.")
    for slug, count in sorted(held.items()):
        page = reverse("outbox_messages", args=[slug], query={"show": "held"})
        report.done.append(f"{count} of {slug}: see {page}")
    report.done += list(_what_else(of_none, letters, stopped))


def _what_else(of_none: int, letters: int, stopped: int) -> Iterator[str]:
    if of_none:
        yield f"{of_none} of no edition, such as codes for logging in, stay held: whoever needs one asks for another."
    if letters:
        yield f"Letters whose time had come are drafts again: {letters}."
    if planned := Mailing.objects.filter(state=Mailing.State.PLANNED, kind=Mailing.Kind.LETTER).count():
        yield f"Letters that are planned for later, as they were in the backup: {planned}. Look at them."
    if stopped:
        yield f"Long lists that were being invited from are stopped: {stopped}."


def _stop_lists() -> int:
    inviting = InvitationList.objects.filter(state=InvitationList.State.INVITING)
    why = _(
        "This academy was restored from a backup: people whom the list calls open here may have been invited since."
    )
    rows = list(inviting.select_related("edition").order_by("pk"))
    for row in rows:
        long_lists.stop(row, by=None, note=why)
    return len(rows)
