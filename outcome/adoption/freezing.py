"""Freezing: the text is fixed at a revision, or opened again as a recorded act."""

from django.db import transaction

from academy.announcements import announce
from academy.canonical import digest
from academy.history import record
from academy.models import User
from outcome.adoption.errors import AdoptionUnderWay, NotFrozen, NotPublished
from outcome.clause_words import document_words
from outcome.live.showing import followed
from outcome.locking import locked, writable
from outcome.models import Document, Procedure, Revision
from outcome.revisions import document_content, latest_revision

UNDER_WAY = (Procedure.State.PREPARED, Procedure.State.CONFIRMED, Procedure.State.OPEN)


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
        NotAllowed, NotFrozen, AdoptionUnderWay
    """
    document = reopenable(locked(document, by=by))
    return open_text(document, by=by)


def open_text(document: Document, *, by: User | None) -> Document:
    """Open a frozen text again, under the document's lock. When a silence breaks, nobody in particular does so."""
    document.state, document.frozen_revision = Document.State.DRAFTING, None
    document.save(update_fields=["state", "frozen_revision"])
    record(document.edition, "document opened again", document, by=by, content=document_words(document))
    announce("document written", document=str(document.pk), seq=document.head or 0)
    return document


def reopenable(document: Document) -> Document:
    """The document, if its text is frozen and no adoption of it is under way.

    Raises:
        NotFrozen, AdoptionUnderWay
    """
    if document.state != Document.State.FROZEN:
        raise NotFrozen
    if document.procedures.filter(state__in=UNDER_WAY).exists():
        raise AdoptionUnderWay
    return document
