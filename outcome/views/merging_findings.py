"""One finding stands for others that say the same, whatever group said them. For organisers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from academy.models import Edition, User
from academy.requests import EditionRequest, posted
from outcome import provenance
from outcome.forms import MergeForm, SeveralForm
from outcome.locking import changeable
from outcome.views.citing import with_chosen
from outcome.views.desk import show_desk
from outcome.views.fetching import attempt, drafter, get_document
from outcome.views.thread import with_places
from workshops.models import Finding


@require_POST
def begin_merge(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Leads to the question which of the ticked findings stands for the others; changes nothing itself."""
    drafter(request, edition)
    document = get_document(edition)
    form = SeveralForm(request.POST, document=document)
    if not form.is_valid():
        return show_desk(request, document, form, 422)
    return with_chosen(form, reverse("outcome:merge_findings", args=(edition.slug,)))


@require_http_methods(["GET", "HEAD", "POST"])
def merge_findings(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Ask which of the chosen findings stands for the others, and why; then merge them."""
    by = drafter(request, edition)
    document = changeable(get_document(edition))
    several = SeveralForm(request.POST if request.method == "POST" else request.GET, document=document)
    if not several.is_valid():
        return show_desk(request, document, several, 422)
    findings = several.cleaned_data["finding"]
    form = MergeForm(posted(request), document=document)
    status = 200
    if form.is_bound:
        done = attempt(form, lambda: _merge(form, by))
        if done.made:
            return _merged(request, edition, done.made)
        status = done.status
    shown = with_places(Finding.objects.of_edition(edition).filter(pk__in=findings))
    context = {
        "form": form,
        "findings": shown.order_by("group__workshop__number", "group__slug", "number"),
        "into": str(form["into"].value() or ""),
    }
    return render(request, "outcome/merge_findings.html", context, status=status)


def _merge(form: MergeForm, by: User) -> int:
    words = form.cleaned_data
    return provenance.merge(list(words["finding"]), words["into"], reason=words["reason"], by=by)


def _merged(request: EditionRequest, edition: Edition, count: int) -> HttpResponse:
    words = ngettext(
        "%(count)s finding is merged into the one that stands for it.",
        "%(count)s findings are merged into the one that stands for them.",
        count,
    )
    messages.success(request, words % {"count": count})
    return redirect(f"{reverse('outcome:desk', args=(edition.slug,))}#findings")
