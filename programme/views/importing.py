"""The outline import: an outline is given, what was understood is shown beside it, corrected and applied."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from academy.models import Edition
from academy.requests import EditionRequest, apply, posted, status_of
from academy.uploads import refuse_too_large
from programme.importing import Outcome, plan_for
from programme.importing import import_outline as bring_in
from programme.outline.completing import completed
from programme.outline.content import outline_of
from programme.outline.correcting import corrected
from programme.outline.plans import Plan
from programme.outline.values import Reading
from programme.outline.writing import write
from programme.releases import programme_content
from programme.views.at_desk import READ_OR_WRITE, editor, keep_label
from programme.views.import_forms import TOO_LARGE, CorrectionsForm, OutlineForm, SourceForm
from programme.views.understanding import understanding

# Which button was pressed; the third one, to show the corrections again, is neither of these.
READ, APPLY = "read", "apply"
# So many sentences about single times are read; more are not.
MOST_NOTICES = 10


@require_http_methods(READ_OR_WRITE)
def import_outline(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Give an outline, look at what was understood, correct and apply it. Nothing is kept between the steps."""
    editor(request, edition)
    year, step = edition.starts.year, request.POST.get("step", READ)
    if request.method != "POST" or step == READ:
        form = OutlineForm(posted(request), request.FILES or None, year=year)
        refuse_too_large(form, request, "file", TOO_LARGE)
        if not form.is_bound or not form.is_valid():
            return _ask(request, form)
        plan, seen = plan_for(edition, completed(form.reading.outline))
        return _show(request, form.reading, form.source, plan, CorrectionsForm(plan=plan, seen=seen))
    source = SourceForm(request.POST, year=year)
    if not source.is_valid():
        return _ask(request, OutlineForm({"text": request.POST.get("source", "")}, year=year))
    return _corrected(request, edition, source, does_apply=step == APPLY)


def _ask(request: EditionRequest, form: OutlineForm) -> HttpResponse:
    """The page on which an outline is given."""
    return render(request, "programme/import_outline.html", {"form": form}, status=status_of(form))


def _show(
    request: EditionRequest, reading: Reading, source: str, plan: Plan, form: CorrectionsForm
) -> HttpResponse:
    """What was understood beside the source, and beside the draft."""
    context: dict[str, Any] = {
        "form": form,
        "source": SourceForm(initial={"source": source}, year=0),
        "understood": understanding(reading, plan, form),
        "counts": plan.counts,
        "gone": [(gone, gone.key in form.ticked) for gone in plan.gone],
        "gone_days": plan.gone_days,
    }
    return render(request, "programme/import_preview.html", context, status=status_of(form))


def _corrected(
    request: EditionRequest, edition: Edition, source: SourceForm, *, does_apply: bool
) -> HttpResponse:
    """The outline with what was corrected: applied, or shown again with what that would do."""
    by, reading = editor(request, edition), source.reading
    text, whole, data = source.cleaned_data["source"], completed(reading.outline), request.POST.copy()
    plan, seen = plan_for(edition, whole)
    form = CorrectionsForm(data, plan=plan, seen=seen)
    if not form.is_valid():
        return _show(request, reading, text, plan, form)
    days, items = form.day_corrections(), form.item_corrections()
    if does_apply:
        outline = corrected(whole, days, items)
        remove = form.ticked & {gone.key for gone in plan_for(edition, outline)[0].gone}
        outcome = apply(
            form,
            lambda: bring_in(edition, outline, remove=remove, seen=form.cleaned_data["seen"], by=by),
        )
        if outcome is not None:
            if outcome.label:
                keep_label(request, edition, outcome.label)
            _tell(request, outcome)
            return redirect("programme:desk", edition.slug)
    # What is shown next is the draft of now, with every item in its place.
    data["seen"] = seen
    return _show(
        request, reading, text, plan_for(edition, corrected(whole, days, items, keeps_all=True))[0], form
    )


def _tell(request: EditionRequest, outcome: Outcome) -> None:
    """Say what was imported, and what to do next."""
    for notice in outcome.notices[:MOST_NOTICES]:
        messages.warning(request, notice)
    if outcome.did_nothing:
        messages.success(request, _("The draft says what the outline says already. Nothing was changed."))
        return
    counts = (
        ngettext("%(count)s session added", "%(count)s sessions added", outcome.added)
        % {"count": outcome.added},
        _("%(count)s changed") % {"count": outcome.changed},
        _("%(count)s taken out") % {"count": outcome.removed},
        _("%(count)s as before") % {"count": outcome.same},
    )
    words = _("The outline is in the draft: %(counts)s.") % {"counts": ", ".join(counts)}
    if outcome.label:
        words += " " + _("It calls itself “%(label)s”: this label is offered when you release it.") % {
            "label": outcome.label
        }
    messages.success(request, words)


@require_safe
def download_outline(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The draft as an outline in text, which the import reads again."""
    editor(request, edition)
    text = write(outline_of(programme_content(edition)))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="programme-outline-{edition.slug}.txt"'
    return response
