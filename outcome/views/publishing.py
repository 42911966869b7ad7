"""Publishing a revision, and freezing the text for the adoption. For organisers."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from academy.models import Edition
from academy.requests import EditionRequest, posted
from outcome import adoption
from outcome.diffing import compare, counts_of
from outcome.forms import PublishForm
from outcome.locking import changeable
from outcome.models import Document
from outcome.provenance import coverage
from outcome.revisions import document_content, latest_revision, publish_revision
from outcome.views.fetching import attempt, drafter, get_document

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
