"""How many came to each session, for the organisers."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.models import Edition
from academy.permissions import has_right
from academy.requests import EditionRequest, admit
from academy.rights import Right
from programme.coming import turnout_of
from programme.models import Attendance


@require_safe
def attendance(request: EditionRequest, edition: Edition) -> HttpResponse:
    """How many came to each session. Numbers under five are shown: organisers see who it was as well."""
    admit(
        request,
        has_right(request.user, edition, Right.MANAGE_PEOPLE),
        needs=_("It is for the organisers of this academy."),
    )
    people = Attendance.objects.filter(session__edition=edition).values("participant").distinct().count()
    context = {"turnout": turnout_of(edition), "people": people, "academy_zone": ZoneInfo(edition.time_zone)}
    return render(request, "programme/attendance.html", context)
