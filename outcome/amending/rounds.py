"""Finalisation rounds: a workshop receives its strand's section, on the base of a revision, until it is closed."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Edition, User
from academy.permissions import insist
from outcome.amending.permissions import leads_round
from outcome.amending.recording import round_words
from outcome.amending.turns import in_turn
from outcome.models import Amendment, Document, Revision, Round, Section
from outcome.permissions import may_draft
from workshops.models import Workshop


class RoundOpen(DomainError):
    """A section is in one round at a time."""

    message = gettext_lazy("A round is open on this section already. Close it first.")


class RoundClosed(DomainError):
    """The round takes nothing any more."""

    message = gettext_lazy("This round is closed. Nothing was changed.")


class NoRevision(DomainError):
    """A round needs a revision that the participants may read."""

    message = gettext_lazy("Publish a revision for the participants first: a round is held on one.")


def base_for_rounds(document: Document) -> Revision | None:
    """The newest revision that participants may read."""
    shared = Revision.objects.exclude(audience=Revision.Audience.ORGANISERS)
    return shared.filter(document=document).order_by("-number").first()


def left_waiting(document: Document) -> list[tuple[Section, int]]:
    """The sections with amendments that wait while no round is open on them, each with how many."""
    states = (Amendment.State.SUBMITTED, Amendment.State.RECOMMENDED)
    counted = document.sections.annotate(waiting=Count("amendments", filter=Q(amendments__state__in=states)))
    busy = Round.objects.filter(document=document, closed_at=None).values("section")
    found = counted.filter(waiting__gt=0).exclude(pk__in=busy).order_by("position")
    return [(section, section.waiting) for section in found]


def finalising_workshops(edition: Edition) -> dict[object, Workshop]:
    """{strand: the workshop that finalises its section}: the last of the strand's workshops."""
    rows = Workshop.objects.filter(edition=edition).select_related("session").order_by("number")
    return {workshop.strand_id: workshop for workshop in rows}


@transaction.atomic
def open_rounds(
    document: Document, sections: Iterable[Section], *, closes_at: datetime, by: User
) -> list[Round]:
    """Open a round on each of these sections, on the newest revision; a strand's goes to its last workshop.

    The preamble belongs to no workshop: the organisers lead its round.

    Raises:
        NotAllowed, DocumentFixed, NoRevision, RoundOpen
        Invalid: no section was chosen, one is of another document, or the closing time is over.
    """
    insist(may_draft(by, document.edition))
    document = in_turn(document)
    chosen = list(sections)
    if not chosen or any(section.document_id != document.pk for section in chosen):
        raise Invalid(_("Please choose at least one section of the document."))
    base = base_for_rounds(document)
    if base is None:
        raise NoRevision
    if closes_at <= clock.now():
        raise Invalid(_("This closing time is over already."))
    if Round.objects.filter(section__in=chosen, closed_at=None).exists():
        raise RoundOpen
    workshops = finalising_workshops(document.edition)
    made = []
    for section in chosen:
        found = Round.objects.create(
            document=document,
            section=section,
            workshop=workshops.get(section.strand_id),
            base=base,
            opened_at=clock.now(),
            closes_at=closes_at,
        )
        made.append(_record(found, "round opened", by=by))
    return made


@transaction.atomic
def move_closing(found: Round, closes_at: datetime, *, by: User) -> Round:
    """Take amendments for longer, or less long.

    Raises:
        NotAllowed, DocumentFixed, RoundClosed
    """
    found = locked_round(found, by=by)
    found.closes_at = closes_at
    found.save(update_fields=["closes_at"])
    return _record(found, "closing time moved", by=by)


@transaction.atomic
def close_round(found: Round, *, by: User) -> Round:
    """Close a round for good: nothing is proposed, co-signed, recommended or decided in it any more.

    Raises:
        NotAllowed, DocumentFixed, RoundClosed
    """
    found = locked_round(found, by=by)
    found.closed_at = clock.now()
    found.save(update_fields=["closed_at"])
    return _record(found, "round closed", by=by)


def locked_round(found: Round, *, by: User) -> Round:
    """The round, in its document's turn, for somebody who leads it, while it is open.

    Raises:
        NotAllowed, DocumentFixed, RoundClosed
    """
    insist(leads_round(by, found))
    document = in_turn(found.document)
    row = Round.objects.select_related("section", "base", "workshop").get(pk=found.pk)
    row.document = document
    insist_on_open(row)
    return row


def insist_on_open(found: Round) -> None:
    """Refuse what comes after a round was closed.

    Raises:
        RoundClosed
    """
    if found.closed_at is not None:
        raise RoundClosed


def _record(found: Round, verb: str, *, by: User) -> Round:
    record(found.document.edition, verb, found, by=by, content=round_words(found))
    return found
