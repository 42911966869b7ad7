"""Who has no group, for the organisers."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.models import Edition
from academy.requests import EditionRequest, admit
from workshops.permissions import may_allocate
from workshops.placed import gaps_of


@require_safe
def without_group(request: EditionRequest, edition: Edition) -> HttpResponse:
    """For each time at which groups meet: who is confirmed and has no seat."""
    admit(request, may_allocate(request.user, edition), needs=_("It is for the organisers of this academy."))
    context = {"gaps": gaps_of(edition), "academy_zone": ZoneInfo(edition.time_zone)}
    return render(request, "workshops/without_group.html", context)
