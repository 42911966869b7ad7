"""The adoption: the text is frozen, an electorate takes positions on exactly this text, the rule decides."""

from collections import Counter

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.canonical import digest
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Edition, Participant, Role, User
from academy.permissions import insist
from academy.rights import Right, roles_with
from outcome.clause_words import document_words
from outcome.live.showing import followed
from outcome.locking import locked, writable
from outcome.methods import METHODS, Tally
from outcome.models import Document, Elector, Position, Procedure, Record, Revision
from outcome.permissions import elector_of, may_draft
from outcome.quorums import QUORUMS
from outcome.recording import make_record, position_words, procedure_words, record_words
from outcome.revisions import document_content, latest_revision


class NotPublished(DomainError):
    """The text differs from the last revision, or there is none."""

    message = gettext_lazy(
        "The text has changed since the last revision. Publish a revision first, then freeze that."
    )


class NotFrozen(DomainError):
    """Only a frozen text can be adopted."""

    message = gettext_lazy("The document is not frozen. Freeze a revision first.")


class AdoptionOpen(DomainError):
    """An adoption is open on the document."""

    message = gettext_lazy("An adoption of this document is open already.")


class AdoptionClosed(DomainError):
    """The adoption takes no positions any more."""

    message = gettext_lazy("This adoption is closed. Your position was not recorded.")


class OnlyForOrganisers(DomainError):
    """Delegates cannot take a position on a text that they may not read."""

    message = gettext_lazy(
        "This revision may be read by organisers only. Open the text again, and publish it for the participants first."
    )


class NoElectorate(DomainError):
    """There is nobody to take a position."""

    message = gettext_lazy(
        "There are no delegates with a confirmed registration yet, so nobody could take a position."
    )


class NotAnElector(DomainError):
    """The person was not in the electorate at opening."""

    status = 403
    message = gettext_lazy("You are not in the electorate of this adoption.")


@transaction.atomic
def freeze(document: Document, *, by: User) -> Revision:
    """Fix the text at its latest revision; nobody can change it from then on.

    Raises:
        NotAllowed, DocumentFixed
        NotPublished: the text is not that of the latest revision.
    """
    document = writable(document, by=by)
    followed(document)
    revision = latest_revision(document)
    if revision is None or revision.digest != digest(document_content(document)):
        raise NotPublished
    document.state, document.frozen_revision = Document.State.FROZEN, revision
    document.save(update_fields=["state", "frozen_revision"])
    facts = {"revision": revision.number, "digest": revision.digest}
    record(document.edition, "document frozen", document, by=by, data=facts, content=document_words(document))
    announce("document written", document=str(document.pk), seq=document.head or 0)
    return revision


@transaction.atomic
def unfreeze(document: Document, *, by: User) -> Document:
    """Open the text again for drafting, as a recorded act.

    Raises:
        NotAllowed, NotFrozen, AdoptionOpen
    """
    document = reopenable(locked(document, by=by))
    document.state, document.frozen_revision = Document.State.DRAFTING, None
    document.save(update_fields=["state", "frozen_revision"])
    record(document.edition, "document opened again", document, by=by, content=document_words(document))
    announce("document written", document=str(document.pk), seq=document.head or 0)
    return document


def reopenable(document: Document) -> Document:
    """The document, if its text is frozen and no adoption of it is open.

    Raises:
        NotFrozen, AdoptionOpen
    """
    if document.state != Document.State.FROZEN:
        raise NotFrozen
    if document.procedures.filter(state=Procedure.State.OPEN).exists():
        raise AdoptionOpen
    return document


@transaction.atomic
def open_adoption(
    document: Document, *, method: str, quorum: str, quorum_number: int | None = None, by: User
) -> Procedure:
    """Open the adoption of the frozen text; the electorate is every confirmed delegate as of now.

    Raises:
        NotAllowed, NotFrozen, AdoptionOpen, OnlyForOrganisers, NoElectorate
        Invalid: the method or the quorum is not known, or the number cannot be reached.
    """
    document = locked(document, by=by)
    revision = document.frozen_revision
    if document.state != Document.State.FROZEN or revision is None:
        raise NotFrozen
    if document.procedures.filter(state=Procedure.State.OPEN).exists():
        raise AdoptionOpen
    if revision.audience == Revision.Audience.ORGANISERS:
        raise OnlyForOrganisers
    delegates = electorate_now(document.edition)
    if not delegates:
        raise NoElectorate
    _check_rules(method, quorum, quorum_number, electorate=len(delegates))
    procedure = Procedure.objects.create(
        document=document,
        revision=revision,
        text_digest=revision.digest,
        method=method,
        quorum=quorum,
        quorum_number=quorum_number if quorum == "number" else None,
        opened_at=clock.now(),
    )
    Elector.objects.bulk_create(Elector(procedure=procedure, participant=delegate) for delegate in delegates)
    facts = {
        "method": method,
        "quorum": quorum,
        "quorum_number": procedure.quorum_number,
        "electorate": len(delegates),
        "digest": procedure.text_digest,
    }
    record(
        document.edition, "adoption opened", procedure, by=by, data=facts, content=procedure_words(procedure)
    )
    return procedure


def electorate_now(edition: Edition) -> list[Participant]:
    """Everybody who would be in the electorate of an adoption opened now: the confirmed delegates."""
    electors = Role.objects.active().filter(edition=edition, kind__in=roles_with(Right.BE_ELECTOR))
    return list(Participant.objects.confirmed().filter(edition=edition, user__in=electors.values("user")))


def _check_rules(method: str, quorum: str, quorum_number: int | None, *, electorate: int) -> None:
    if method not in METHODS:
        raise Invalid(_("Please choose a method."))
    if quorum not in QUORUMS:
        raise Invalid(_("Please choose a quorum."))
    if quorum == "number" and not 1 <= (quorum_number or 0) <= electorate:
        raise Invalid(
            _("The number for the quorum must be between 1 and %(electorate)s, the size of the electorate.")
            % {"electorate": electorate}
        )


@transaction.atomic
def take_position(procedure: Procedure, *, choice: str, by: User) -> Position:
    """Take a position, or another one; the last one before closing counts.

    Raises:
        NotAnElector, AdoptionClosed
        Invalid: the method knows no such position.
    """
    procedure = _locked_procedure(procedure)
    elector = elector_of(by, procedure)
    if elector is None:
        raise NotAnElector
    if procedure.state != Procedure.State.OPEN:
        raise AdoptionClosed
    if choice not in METHODS[procedure.method].choices:
        raise Invalid(_("Please choose one of the positions."))
    last = elector.positions.order_by("-number").first()
    if last and last.choice == choice:
        return last
    try:
        with transaction.atomic():
            position = Position.objects.create(
                elector=elector, number=last.number + 1 if last else 1, choice=choice, taken_at=clock.now()
            )
    except IntegrityError as error:
        raise AdoptionClosed from error
    record(procedure.document.edition, "position taken", position, by=by, content=position_words(position))
    return position


@transaction.atomic
def close_adoption(procedure: Procedure, *, by: User) -> Record:
    """Close the adoption, decide by the rules set at opening, and seal the record.

    Raises:
        NotAllowed, AdoptionClosed
    """
    insist(may_draft(by, procedure.document.edition))
    document = locked(procedure.document, by=by)
    procedure = _locked_procedure(procedure)
    if procedure.state != Procedure.State.OPEN:
        raise AdoptionClosed
    adopted = decide(procedure, tally_of(procedure))
    procedure.state = Procedure.State.ADOPTED if adopted else Procedure.State.NOT_ADOPTED
    procedure.closed_at = clock.now()
    procedure.save(update_fields=["state", "closed_at"])
    made = make_record(procedure, tally_of(procedure), quorum_needed(procedure))
    if adopted:
        document.state = Document.State.ADOPTED
        document.save(update_fields=["state"])
        record(document.edition, "document adopted", document, by=by, content=document_words(document))
    record(document.edition, "adoption closed", procedure, by=by, content=procedure_words(procedure))
    facts = {"adopted": adopted, "digest": made.digest}
    record(document.edition, "adoption recorded", made, by=by, data=facts, content=record_words(made))
    return made


def decide(procedure: Procedure, tally: Tally) -> bool:
    """Whether this count adopts the text: the quorum is reached and the method says so."""
    return tally.taken >= quorum_needed(procedure) and METHODS[procedure.method].adopts(tally)


def quorum_needed(procedure: Procedure) -> int:
    """How many positions the procedure's quorum needs."""
    return QUORUMS[procedure.quorum].needed(procedure.electors.count(), procedure.quorum_number)


def tally_of(procedure: Procedure) -> Tally:
    """The count of the last position of every elector."""
    rows = Position.objects.filter(elector__procedure=procedure).order_by("elector", "number")
    last = dict(rows.values_list("elector", "choice"))
    return Tally(Counter(last.values()), procedure.electors.count())


def _locked_procedure(procedure: Procedure) -> Procedure:
    """The procedure's row, locked: positions and the closing come one after the other."""
    return (
        Procedure.objects.select_for_update(of=("self",))
        .select_related("document__edition", "revision")
        .get(pk=procedure.pk)
    )
