"""A day's closing: what its groups found, side by side, with a guest's thoughts; as a page, as slides, as a PDF."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from academy import clock
from academy.models import Edition
from academy.permissions import takes_part
from academy.requests import EditionRequest, admit
from programme.models import Day, Session
from workshops.models import Finding
from workshops.permissions import may_keep_thoughts, may_sum_up
from workshops.printing.summary import summary_pdf
from workshops.reading import count_by_kind
from workshops.slides import slides_of
from workshops.summing_up import summary_of
from workshops.thoughts import published_thoughts
from workshops.views.scope import get_day


@require_safe
def closing(request: EditionRequest, edition: Edition, day: str) -> HttpResponse:
    """The summary of the day's findings and the thoughts on it, for all who take part."""
    admit(request, takes_part(request.user, edition))
    row = get_day(edition, day)
    return render(request, "workshops/closing.html", _closing(request, row))


def _closing(request: EditionRequest, row: Day) -> dict[str, Any]:
    summary = summary_of(row)
    closed = summary.closed
    counts = count_by_kind(closed)
    keeps = may_keep_thoughts(request.user, row)
    thoughts = row.thoughts.order_by("speaker") if keeps else published_thoughts(row)
    return {
        "day": row,
        "summary": summary,
        "closed": closed,
        "waiting": summary.waiting,
        "kinds": [(kind.label, [counts[group.pk][kind.value] for group in closed]) for kind in Finding.Kind],
        "totals": [counts[group.pk].total() for group in closed],
        "thoughts": thoughts,
        "keeps": keeps,
        "sums_up": may_sum_up(request.user, row.edition),
    }


@require_safe
def slides(request: EditionRequest, edition: Edition, day: str) -> HttpResponse:
    """The day's summary as slides; without JavaScript they stand below each other."""
    admit(request, takes_part(request.user, edition))
    row = get_day(edition, day)
    ends = Session.objects.filter(day=row, kind=Session.Kind.CLOSING, removed_at=None).order_by("starts_at")
    last = ends.last()
    context = {
        "day": row,
        "slides": slides_of(summary_of(row), list(published_thoughts(row))),
        "ends_at": last.ends_at if last else None,
        "now": clock.now(),
    }
    return render(request, "workshops/slides.html", context)


@require_safe
def summary_file(request: EditionRequest, edition: Edition, day: str) -> HttpResponse:
    """The day's summary as a PDF."""
    admit(request, takes_part(request.user, edition))
    row = get_day(edition, day)
    content = summary_pdf(
        summary_of(row),
        list(published_thoughts(row)),
        address=request.build_absolute_uri(reverse("workshops:closing", args=[edition.slug, row.slug])),
    )
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(f"{edition.slug}-{row.slug}-summary")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
