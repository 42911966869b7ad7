"""The organisers' page about the server: what runs, what waits, what is old."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.alarms import addresses
from academy.models import Edition
from academy.permissions import has_right
from academy.requests import EditionRequest, admit
from academy.rights import Right
from academy.watching import Level, lights


@require_safe
def operations(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Everything that is watched, what is worst first."""
    admit(
        request,
        has_right(request.user, edition, Right.WATCH),
        needs=_("It is for the organisers of this academy."),
    )
    watched = lights()
    context = {
        "lights": watched,
        "to_act": sum(light.level is Level.ACT for light in watched),
        "to_look": sum(light.level is Level.LOOK for light in watched),
        "told": len(addresses()),
        "academy_zone": ZoneInfo(edition.time_zone),
    }
    return render(request, "academy/operations.html", context)
