"""What the pages of the document load and answer in the same way: people, rows of this edition, refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from academy.canonical import canonical
from academy.errors import DomainError, NotAllowed
from academy.models import Edition, User
from academy.permissions import insist, is_known
from academy.requests import EditionRequest, LoginNeeded, status_of
from outcome.models import Clause, Document, Procedure, Record, Revision
from outcome.permissions import audiences_of, may_draft

Made = TypeVar("Made")
YEAR = 31_536_000


@dataclass(frozen=True)
class Attempt(Generic[Made]):
    """What a rule made of a form, or the status that the page answers with when it refused."""

    made: Made | None
    status: int


def attempt(form: BaseForm, rule: Callable[[], Made]) -> Attempt[Made]:
    """Call the rule for a valid form; a refusal becomes the form's error, with what was typed kept.

    Raises:
        NotAllowed: that is not a matter of what was typed.
    """
    if form.is_valid():
        try:
            return Attempt(rule(), 200)
        except NotAllowed:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
            return Attempt(None, error.status)
    return Attempt(None, status_of(form))


def drafter(request: EditionRequest, edition: Edition) -> User:
    """The organiser who asks.

    Raises:
        LoginNeeded, NotAllowed
    """
    user = request.user
    if not is_known(user):
        raise LoginNeeded
    insist(may_draft(user, edition))
    return user


def document_of(edition: Edition) -> Document | None:
    """The edition's document, if it was started."""
    found = Document.objects.filter(edition=edition).select_related("frozen_revision").first()
    if found:
        found.edition = edition
    return found


def get_document(edition: Edition) -> Document:
    """The edition's document, or 404."""
    found = document_of(edition)
    if found is None:
        raise Http404(_("This academy has no outcome document yet."))
    return found


def get_clause(edition: Edition, pk: UUID) -> Clause:
    """A clause of the edition's document (removed or not, but no remark), or 404."""
    clauses = Clause.objects.select_related("document__edition", "section__strand", "section")
    found: Clause = get_object_or_404(clauses, document__edition=edition, parent=None, pk=pk)
    return found


def readable_revisions(request: EditionRequest, edition: Edition) -> list[Revision]:
    """The revisions that the reader may read, newest first, without their content."""
    audiences = audiences_of(request.user, edition)
    return list(Revision.objects.readable(audiences).filter(document__edition=edition).defer("content"))


def get_revision(request: EditionRequest, edition: Edition, number: int) -> Revision:
    """A revision that the reader may read; 404 for every other."""
    audiences = audiences_of(request.user, edition)
    revisions = Revision.objects.readable(audiences).filter(document__edition=edition)
    found: Revision = get_object_or_404(revisions, number=number)
    return found


def newest_revision(request: EditionRequest, edition: Edition) -> Revision | None:
    """The newest revision that the reader may read, with its content."""
    audiences = audiences_of(request.user, edition)
    return Revision.objects.readable(audiences).filter(document__edition=edition).first()


def last_procedure(edition: Edition) -> Procedure | None:
    """The adoption that is under way, or the one that was set up last."""
    return procedures_of(edition).first()


def procedures_of(edition: Edition) -> QuerySet[Procedure]:
    """The adoptions of the edition's document, the last one first."""
    procedures = Procedure.objects.filter(document__edition=edition).select_related(
        "revision", "document__edition", "record"
    )
    return procedures.defer("revision__content", "record__content").order_by("-prepared_at", "pk")


def latest_record(edition: Edition) -> Record | None:
    """The record of the adoption; before one, that of the last procedure that adopted nothing, then of a straw poll."""
    records = Record.objects.filter(document__edition=edition).select_related("procedure__revision")
    return (
        records.filter(procedure__state=Procedure.State.ADOPTED).first()
        or records.filter(procedure__state=Procedure.State.NOT_ADOPTED).order_by("-made_at").first()
        or records.order_by("-made_at").first()
    )


def canonical_json(content: object, digest: str, *, is_public: bool) -> HttpResponse:
    """A sealed content with its digest, in the canonical form, so that anyone can recompute the digest."""
    body = canonical({"digest": digest, "content": content})
    response = HttpResponse(body, content_type="application/json")
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable" if is_public else "private, no-store"
    return response


def known(request: EditionRequest) -> User:
    """Who asks.

    Raises:
        LoginNeeded: nobody is logged in.
    """
    if not is_known(request.user):
        raise LoginNeeded
    return request.user
