"""What a clause rests on, and what is left out: the actions of the desk on chosen findings. For organisers."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from academy.models import Edition, User
from academy.requests import EditionRequest
from outcome import provenance
from outcome.forms import BeginForm, ChosenFindingsForm, CiteForm, SetAsideForm
from outcome.models import Clause, Source
from outcome.views.desk import show_desk
from outcome.views.fetching import attempt, drafter, get_document
from workshops.models import Finding


@require_POST
def begin_clause(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Leads to the form for a new clause, with the chosen findings; changes nothing itself."""
    drafter(request, edition)
    document = get_document(edition)
    form = BeginForm(request.POST, document=document)
    if not form.is_valid():
        return show_desk(request, document, form, 422)
    return with_chosen(
        form, reverse("outcome:add_clause", args=(edition.slug, form.cleaned_data["section"].pk))
    )


def with_chosen(form: ChosenFindingsForm, address: str) -> HttpResponse:
    """To an address, with the chosen findings named in it."""
    chosen = QueryDict(mutable=True)
    chosen.setlist("finding", [str(finding.pk) for finding in form.cleaned_data["finding"]])
    return redirect(f"{address}?{chosen.urlencode()}")


@require_POST
def cite(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Let a clause rest on the chosen findings, or say anew how it does."""
    by = drafter(request, edition)
    document = get_document(edition)
    form = CiteForm(request.POST, document=document)
    done = attempt(form, lambda: _cite_all(form, by))
    if done.made is None:
        return show_desk(request, document, form, done.status)
    text = ngettext(
        "The clause rests on %(count)s finding more.",
        "The clause rests on %(count)s findings more.",
        done.made,
    )
    if request.POST.get("back") == "clause":
        messages.success(request, _("The relation was changed."))
        return redirect("outcome:edit_clause", edition.slug, form.cleaned_data["clause"].pk)
    messages.success(request, text % {"count": done.made})
    return _back_to_desk(request, edition)


@transaction.atomic
def _cite_all(form: CiteForm, by: User) -> int:
    """Cite every chosen finding, or none."""
    clause: Clause = form.cleaned_data["clause"]
    relation = form.cleaned_data["relation"]
    return len(
        [
            provenance.cite(clause, finding, relation=relation, by=by)
            for finding in form.cleaned_data["finding"]
        ]
    )


@require_POST
def uncite(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Take a finding from a clause."""
    by = drafter(request, edition)
    sources = Source.objects.select_related("clause__document__edition")
    source = get_object_or_404(sources, clause__document__edition=edition, pk=pk)
    provenance.uncite(source, by=by)
    messages.success(request, _("The clause does not rest on this finding any more."))
    return redirect("outcome:edit_clause", edition.slug, source.clause_id)


@require_POST
def set_aside(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Leave the chosen findings out of the document, with a reason that everyone may read."""
    by = drafter(request, edition)
    document = get_document(edition)
    form = SetAsideForm(request.POST, document=document)
    done = attempt(form, lambda: _set_all_aside(form, by))
    if done.made is None:
        return show_desk(request, document, form, done.status)
    text = ngettext("%(count)s finding was set aside.", "%(count)s findings were set aside.", done.made)
    messages.success(request, text % {"count": done.made})
    return _back_to_desk(request, edition)


@transaction.atomic
def _set_all_aside(form: SetAsideForm, by: User) -> int:
    """Set every chosen finding aside, or none."""
    reason = form.cleaned_data["reason"]
    return len(
        [provenance.set_aside(finding, reason=reason, by=by) for finding in form.cleaned_data["finding"]]
    )


@require_POST
def take_back(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Take back that a finding was set aside: it is open again."""
    by = drafter(request, edition)
    findings = Finding.objects.of_edition(edition).select_related("group__workshop__edition")
    provenance.take_back_finding(get_object_or_404(findings, pk=pk), by=by)
    messages.success(request, _("The finding is open again."))
    return _back_to_desk(request, edition)


def _back_to_desk(request: EditionRequest, edition: Edition) -> HttpResponse:
    """To the desk, with the list of findings as it was filtered."""
    query = request.GET.urlencode()
    return redirect(f"{reverse('outcome:desk', args=(edition.slug,))}{'?' if query else ''}{query}#findings")
