"""A day's closing: what its groups found, side by side, and a guest's thoughts on the day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from academy.models import Edition
from academy.permissions import takes_part
from academy.requests import EditionRequest, admit
from workshops.models import Finding, Group
from workshops.reading import count_by_kind, groups_of_day
from workshops.views.scope import get_day


@require_safe
def closing(request: EditionRequest, edition: Edition, day: str) -> HttpResponse:
    """The summaries of the day's groups, for all who take part."""
    admit(request, takes_part(request.user, edition))
    row = get_day(edition, day)
    groups = groups_of_day(row)
    closed = [group for group in groups if group.state == Group.State.CLOSED]
    counts = count_by_kind(closed)
    return render(
        request,
        "workshops/closing.html",
        {
            "day": row,
            "closed": closed,
            "waiting": [group for group in groups if group not in closed],
            "kinds": [
                (kind.label, [counts[group.pk][kind.value] for group in closed]) for kind in Finding.Kind
            ],
            "totals": [counts[group.pk].total() for group in closed],
            "thoughts": row.thoughts.order_by("speaker"),
        },
    )
