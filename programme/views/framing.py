"""Days and strands at the organisers' desk: added, changed, taken out."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from academy.models import Edition
from academy.requests import EditionRequest, apply, posted, status_of
from programme import framing
from programme.edits import state_of
from programme.forms import DayForm, StrandForm
from programme.models import Day, Session, Strand
from programme.undoing import as_of
from programme.views.at_desk import READ_OR_WRITE, editor, get_day, get_strand
from programme.views.meanwhile import attempt, meanwhile

DAY_FIELDS = ("date", "title", "short_title", "colour", "strand", "aim")
STRAND_FIELDS = ("title", "short_title", "colour")


@require_http_methods(READ_OR_WRITE)
def add_day(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Add a day to the programme."""
    by = editor(request, edition)
    form = DayForm(posted(request), edition=edition)
    made = None
    if request.method == "POST":
        made = apply(form, lambda: framing.add_day(edition, **_values(form, DAY_FIELDS), by=by))
    if made:
        messages.success(request, _("The day was added."))
        return redirect("programme:desk_day", edition.slug, made.slug)
    return render(request, "programme/desk/add_day.html", {"form": form}, status=status_of(form))


@require_http_methods(READ_OR_WRITE)
def change_day(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Change a day. If somebody was faster, what is there now is shown and what was typed is kept."""
    by = editor(request, edition)
    day = get_day(edition, slug)
    form = DayForm(posted(request), edition=edition, initial=_said_of_day(day))
    context: dict[str, Any] = {"form": form, "day": day}
    if request.method == "POST":
        _made, overtaken = attempt(
            form,
            lambda: framing.change_day(
                day, **_values(form, DAY_FIELDS), state=form.cleaned_data["state"], by=by
            ),
        )
        if not form.errors:
            messages.success(request, _("The day was saved."))
            return redirect("programme:desk_day", edition.slug, day.slug)
        if isinstance(overtaken, Day):
            present = _said_of_day(overtaken)
            both = meanwhile(form, _said_of_day(as_of(edition, overtaken, form.read_at)), present)
            fresh = DayForm(edition=edition, initial={**present, **both.initial})
            context |= {"meanwhile": both, "form": fresh}
    return render(request, "programme/desk/change_day.html", context, status=status_of(form))


@require_http_methods(READ_OR_WRITE)
def take_out_day(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Ask once, then take an empty day out."""
    by = editor(request, edition)
    day = get_day(edition, slug)
    if request.method == "POST":
        framing.take_out_day(day, by=by)
        messages.success(request, _("The day was taken out. You can undo this below."))
        return redirect("programme:desk", edition.slug)
    sessions = Session.objects.planned().filter(day=day, parent=None).count()
    return render(request, "programme/desk/take_out_day.html", {"day": day, "sessions": sessions})


@require_http_methods(READ_OR_WRITE)
def add_strand(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Add a strand."""
    by = editor(request, edition)
    form = StrandForm(posted(request), edition=edition)
    made = None
    if request.method == "POST":
        made = apply(form, lambda: framing.add_strand(edition, **_values(form, STRAND_FIELDS), by=by))
    if made:
        messages.success(request, _("The strand was added."))
        return redirect("programme:desk", edition.slug)
    return render(request, "programme/desk/add_strand.html", {"form": form}, status=status_of(form))


@require_http_methods(READ_OR_WRITE)
def change_strand(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Change a strand. If somebody was faster, what is there now is shown and what was typed is kept."""
    by = editor(request, edition)
    strand = get_strand(edition, slug)
    form = StrandForm(posted(request), edition=edition, initial=_said_of_strand(strand))
    context: dict[str, Any] = {"form": form, "strand": strand}
    if request.method == "POST":
        _made, overtaken = attempt(
            form,
            lambda: framing.change_strand(
                strand, **_values(form, STRAND_FIELDS), state=form.cleaned_data["state"], by=by
            ),
        )
        if not form.errors:
            messages.success(request, _("The strand was saved."))
            return redirect("programme:desk", edition.slug)
        if isinstance(overtaken, Strand):
            present = _said_of_strand(overtaken)
            both = meanwhile(form, _said_of_strand(as_of(edition, overtaken, form.read_at)), present)
            fresh = StrandForm(edition=edition, initial={**present, **both.initial})
            context |= {"meanwhile": both, "form": fresh}
    return render(request, "programme/desk/change_strand.html", context, status=status_of(form))


@require_http_methods(READ_OR_WRITE)
def take_out_strand(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Ask once, then take a strand out to which nothing belongs."""
    by = editor(request, edition)
    strand = get_strand(edition, slug)
    if request.method == "POST":
        framing.take_out_strand(strand, by=by)
        messages.success(request, _("The strand was taken out. You can undo this below."))
        return redirect("programme:desk", edition.slug)
    return render(request, "programme/desk/take_out_strand.html", {"strand": strand})


def _values(form: BaseForm, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in names}


def _said_of_day(day: Day) -> dict[str, Any]:
    """What a day says, as its form shows it."""
    names = ("date", "title", "short_title", "colour", "aim")
    return {**{name: getattr(day, name) for name in names}, "strand": day.strand_id, "state": state_of(day)}


def _said_of_strand(strand: Strand) -> dict[str, Any]:
    return {**{name: getattr(strand, name) for name in STRAND_FIELDS}, "state": state_of(strand)}
