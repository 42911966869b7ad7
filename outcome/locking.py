"""The lock under which the text of a document changes, and the refusal once it is fixed."""

from django.utils.translation import gettext_lazy as _

from academy.errors import DomainError
from academy.models import User
from academy.permissions import insist
from outcome.models import Document
from outcome.permissions import may_draft


class DocumentFixed(DomainError):
    """The document is frozen or adopted."""

    message = _("The text of this document is fixed. Nothing was changed.")


def locked(document: Document, *, by: User) -> Document:
    """The document's row, locked until the commit, for somebody who may write it.

    Raises:
        NotAllowed: `by` may not write it.
    """
    insist(may_draft(by, document.edition))
    return locked_row(document)


def locked_row(document: Document) -> Document:
    """The document's row, locked until the commit, for what the system itself does."""
    return (
        Document.objects.select_for_update(of=("self",), no_key=True)
        .select_related("edition")
        .get(pk=document.pk)
    )


def writable(document: Document, *, by: User) -> Document:
    """The document's row, locked for a change of its text; call it inside the rule's transaction.

    Raises:
        NotAllowed: `by` may not write it.
        DocumentFixed: it is frozen or adopted.
    """
    return changeable(locked(document, by=by))


def changeable(document: Document) -> Document:
    """The document, if its text may still change; what a page asks before it offers to write.

    Raises:
        DocumentFixed: it is frozen or adopted.
    """
    if not document.is_open:
        raise DocumentFixed
    return document
