"""A seat given by hand, for latecomers. For organisers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from academy.mail.audience import addressed
from academy.models import Edition
from academy.requests import EditionRequest, admit, apply
from workshops import seating
from workshops.forms import PinForm
from workshops.models import Workshop
from workshops.permissions import may_allocate
from workshops.views.scope import get_workshop, person
from workshops.views.workshops import show_workshop


@require_POST
def pin(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Give somebody a seat that no draw takes away."""
    admit(request, may_allocate(request.user, edition))
    row, user = get_workshop(edition, number), person(request)
    form = PinForm(request.POST, edition=edition, groups=seating.groups_in(seating.slot_of(row)))
    seat = apply(
        form,
        lambda: seating.pin(
            form.cleaned_data["participant"],
            form.cleaned_data["group"],
            reason=form.cleaned_data["reason"],
            by=user,
        ),
    )
    if seat is None:
        return show_workshop(request, row, pin=form)
    messages.success(
        request,
        _("%(name)s sits in %(group)s.") % {"name": addressed(seat.participant), "group": seat.group.name},
    )
    return _to_the_seats(row)


def _to_the_seats(row: Workshop) -> HttpResponse:
    return redirect(f"{row.get_absolute_url()}#seats")
