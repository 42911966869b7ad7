"""Days and strands at the organisers' desk: added, changed, taken out, both in the same way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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

Row = TypeVar("Row", Day, Strand)


@dataclass(frozen=True)
class Frame(Generic[Row]):
    """How the desk deals with a kind of row: its form, its rules, its addresses and its words."""

    name: str
    form: type[DayForm] | type[StrandForm]
    fields: tuple[str, ...]
    add: Callable[..., Row]
    change: Callable[..., Any]
    has_board: bool
    words: dict[str, str | Promise]

    def values(self, form: DayForm | StrandForm) -> dict[str, Any]:
        """What the form says, as the rules take it."""
        return {name: form.cleaned_data[name] for name in self.fields}

    def said(self, row: Row) -> dict[str, Any]:
        """What a row says, as the form shows it."""
        values = {name: getattr(row, "strand_id" if name == "strand" else name) for name in self.fields}
        return {**values, "state": state_of(row)}

    def back(self, edition: Edition, row: Row) -> HttpResponse:
        """Where one goes after a change: to the board of a day, else to the desk."""
        if self.has_board:
            return redirect("programme:desk_day", edition.slug, row.slug)
        return redirect("programme:desk", edition.slug)


DAY: Frame[Day] = Frame(
    "day",
    DayForm,
    ("date", "title", "short_title", "colour", "strand", "aim"),
    framing.add_day,
    framing.change_day,
    has_board=True,
    words={
        "add": gettext_lazy("Add a day"),
        "add_it": gettext_lazy("Add the day"),
        "added": gettext_lazy("The day was added."),
        "saved": gettext_lazy("The day was saved."),
        "take_out": gettext_lazy("Take this day out"),
    },
)
STRAND: Frame[Strand] = Frame(
    "strand",
    StrandForm,
    ("title", "short_title", "colour"),
    framing.add_strand,
    framing.change_strand,
    has_board=False,
    words={
        "add": gettext_lazy("Add a strand"),
        "add_it": gettext_lazy("Add the strand"),
        "added": gettext_lazy("The strand was added."),
        "saved": gettext_lazy("The strand was saved."),
        "take_out": gettext_lazy("Take this strand out"),
    },
)


@require_http_methods(READ_OR_WRITE)
def add_day(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Add a day to the programme."""
    return _add(request, edition, DAY)


@require_http_methods(READ_OR_WRITE)
def add_strand(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Add a strand."""
    return _add(request, edition, STRAND)


@require_http_methods(READ_OR_WRITE)
def change_day(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Change a day. If somebody was faster, what is there now is shown and what was typed is kept."""
    return _change(request, edition, DAY, slug, get_day)


@require_http_methods(READ_OR_WRITE)
def change_strand(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Change a strand, in the same way."""
    return _change(request, edition, STRAND, slug, get_strand)


def _add(request: EditionRequest, edition: Edition, frame: Frame[Row]) -> HttpResponse:
    by = editor(request, edition)
    form = frame.form(posted(request), edition=edition)
    made = None
    if request.method == "POST":
        made = apply(form, lambda: frame.add(edition, **frame.values(form), by=by))
    if made:
        messages.success(request, str(frame.words["added"]))
        return frame.back(edition, made)
    context = {"form": form, "words": frame.words}
    return render(request, "programme/desk/add_frame.html", context, status=status_of(form))


def _change(
    request: EditionRequest,
    edition: Edition,
    frame: Frame[Row],
    slug: str,
    fetch: Callable[[Edition, str], Row],
) -> HttpResponse:
    by, row = editor(request, edition), fetch(edition, slug)
    form = frame.form(posted(request), edition=edition, initial=frame.said(row))
    context: dict[str, Any] = {"form": form, "row": row, "words": frame.words}
    context["take_out"] = f"programme:take_out_{frame.name}"
    if request.method == "POST":
        _made, overtaken = attempt(
            form,
            lambda: frame.change(row, **frame.values(form), state=form.cleaned_data["state"], by=by),
        )
        if not form.errors:
            messages.success(request, str(frame.words["saved"]))
            return frame.back(edition, row)
        if isinstance(overtaken, type(row)):
            present = frame.said(overtaken)
            both = meanwhile(form, frame.said(as_of(edition, overtaken, form.read_at)), present)
            fresh = frame.form(edition=edition, initial={**present, **both.initial})
            context |= {"meanwhile": both, "form": fresh}
    return render(request, "programme/desk/change_frame.html", context, status=status_of(form))


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
def take_out_strand(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Ask once, then take a strand out to which nothing belongs."""
    by = editor(request, edition)
    strand = get_strand(edition, slug)
    if request.method == "POST":
        framing.take_out_strand(strand, by=by)
        messages.success(request, _("The strand was taken out. You can undo this below."))
        return redirect("programme:desk", edition.slug)
    return render(request, "programme/desk/take_out_strand.html", {"strand": strand})
