"""The turn in which amendments and comments to a document are written: one after the other, and not too late."""

from django.utils.translation import gettext_lazy as _

from academy import clock
from academy.errors import DomainError
from outcome.locking import changeable, locked_row
from outcome.models import Document, Round, Section


class InputOver(DomainError):
    """The section takes no more amendments."""

    message = _(
        "This section takes no more amendments. What was proposed stays readable. Nothing was changed."
    )


def in_turn(document: Document) -> Document:
    """The document's row, locked until the commit; call it inside the rule's transaction.

    Raises:
        DocumentFixed: its text is frozen or adopted.
    """
    return changeable(locked_row(document))


def last_round(section: Section) -> Round | None:
    """The round on a section that is open, or the one that was opened last."""
    return Round.objects.filter(section=section).order_by("-opened_at").first()


def takes_input(found: Round | None) -> bool:
    """Whether amendments are taken: before a section's first round, and in a round until its closing time."""
    return found is None or (found.closed_at is None and clock.now() < found.closes_at)


def insist_on_input(section: Section) -> None:
    """Refuse once the round's closing time is over.

    Raises:
        InputOver
    """
    if not takes_input(last_round(section)):
        raise InputOver
