"""Publishing a revision, and freezing the text for the adoption. For organisers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from academy.models import Edition
from academy.requests import EditionRequest, posted
from outcome import adoption, restoring
from outcome.diffing import compare, counts_of
from outcome.forms import PublishForm
from outcome.locking import changeable
from outcome.models import Document
from outcome.provenance import coverage
from outcome.revisions import document_content, latest_revision, publish_revision
from outcome.views.fetching import attempt, drafter, get_clause, get_document, get_revision

EMPTY: dict[str, Any] = {"sections": []}
READ_OR_WRITE = ["GET", "HEAD", "POST"]


@require_http_methods(READ_OR_WRITE)
def publish(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Publish the draft as the next revision; shows what changed and which findings are open."""
    by = drafter(request, edition)
    document = get_document(edition)
    form = PublishForm(posted(request))
    done = (
        attempt(form, lambda: publish_revision(document, **form.cleaned_data, by=by))
        if form.is_bound
        else None
    )
    if done and done.made:
        messages.success(request, _("Revision %(number)s is published.") % {"number": done.made.number})
        return redirect("outcome:document", edition.slug)
    if not form.is_bound:
        changeable(document)
    latest = latest_revision(document)
    sections = compare(latest.content if latest else EMPTY, document_content(document))
    context = {
        "form": form,
        "document": document,
        "latest": latest,
        "number": latest.number + 1 if latest else 1,
        "counts": counts_of(sections),
        "sections": sections,
        "changes": sum(change.changed for section in sections for change in section.clauses),
        "coverage_tally": {what.replace(" ", "_"): count for what, count in coverage(edition).items()},
    }
    return render(request, "outcome/publish.html", context, status=done.status if done else 200)


@require_http_methods(READ_OR_WRITE)
def restore_revision(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Ask once, then bring the draft back to what a revision said."""
    by = drafter(request, edition)
    revision = get_revision(request, edition, number)
    if request.method == "POST":
        restoring.restore_revision(revision, by=by)
        messages.success(
            request, _("The draft says again what revision %(number)s said.") % {"number": number}
        )
        return redirect("outcome:desk", edition.slug)
    document = changeable(get_document(edition))
    sections = compare(document_content(document), revision.content)
    return render(
        request,
        "outcome/restore_revision.html",
        {"revision": revision, "changes": sum(c.changed for section in sections for c in section.clauses)},
    )


@require_POST
def restore_words(request: EditionRequest, edition: Edition, number: int, pk: UUID) -> HttpResponse:
    """Give a clause of the draft the words that it had in a revision."""
    by = drafter(request, edition)
    revision, clause = get_revision(request, edition, number), get_clause(edition, pk)
    restoring.restore_words(clause, revision, by=by)
    messages.success(
        request, _("The clause says in the draft what it said in revision %(number)s.") % {"number": number}
    )
    response = redirect("outcome:desk", edition.slug)
    response["Location"] += f"#clause-{clause.pk}"
    return response


@require_http_methods(READ_OR_WRITE)
def freeze(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Ask once, then freeze the text at its latest revision."""
    by = drafter(request, edition)
    document = get_document(edition)
    if request.method == "POST":
        revision = adoption.freeze(document, by=by)
        messages.success(
            request, _("The text is frozen at revision %(number)s.") % {"number": revision.number}
        )
        return redirect("outcome:adoption", edition.slug)
    changeable(document)
    return render(request, "outcome/freeze.html", {"document": document, "latest": latest_revision(document)})


@require_http_methods(READ_OR_WRITE)
def unfreeze(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Ask once, then open the text again for drafting."""
    by = drafter(request, edition)
    document: Document = get_document(edition)
    if request.method == "POST":
        adoption.unfreeze(document, by=by)
        messages.success(request, _("The text is open for drafting again."))
        return redirect("outcome:desk", edition.slug)
    return render(request, "outcome/unfreeze.html", {"document": adoption.reopenable(document)})
