"""Setting an adoption up, by two organisers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from academy.models import Edition
from academy.requests import EditionRequest
from outcome import adoption as rules
from outcome.adoption_forms import PlanForm, RecallForm
from outcome.models import Procedure
from outcome.views.adopting import caught_up, show
from outcome.views.fetching import attempt, drafter, get_document


def _procedure(edition: Edition) -> Procedure:
    procedure = caught_up(edition)
    if procedure is None:
        raise Http404(_("There is no adoption yet."))
    return procedure


@require_POST
def prepare_adoption(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Set up the adoption of the frozen text, for another organiser to confirm."""
    by = drafter(request, edition)
    document = get_document(edition)
    form = PlanForm(request.POST, edition=edition)
    done = attempt(form, lambda: rules.prepare_adoption(document, form.plan(), by=by))
    if done.made:
        messages.success(request, _("The adoption is set up. Another organiser has to confirm it now."))
        return redirect("outcome:adoption", edition.slug)
    return show(request, edition, planning=form, status=done.status)


@require_POST
def confirm_adoption(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Confirm what another organiser has set up."""
    by = drafter(request, edition)
    procedure = rules.confirm_adoption(_procedure(edition), by=by)
    said = (
        _("Confirmed. It opens by itself at its time.")
        if procedure.opens_at
        else _("Confirmed. It can be opened.")
    )
    messages.success(request, said)
    return redirect("outcome:adoption", edition.slug)


@require_POST
def open_adoption(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Open the confirmed adoption by hand."""
    by = drafter(request, edition)
    rules.open_adoption(_procedure(edition), by=by)
    messages.success(request, _("The adoption is open. Electors can take their positions now."))
    return redirect("outcome:adoption", edition.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def recall_adoption(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Ask for the reason, then call back what was set up or opened wrongly."""
    by = drafter(request, edition)
    procedure = _procedure(edition)
    if not procedure.is_under_way:
        raise rules.NotPrepared
    form = RecallForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        done = attempt(form, lambda: rules.recall_adoption(procedure, by=by, **form.cleaned_data))
        if done.made:
            messages.success(request, _("The adoption is recalled. Nothing was decided by it."))
            return redirect("outcome:adoption", edition.slug)
        status = done.status
    return render(
        request, "outcome/recall_adoption.html", {"form": form, "procedure": procedure}, status=status
    )
