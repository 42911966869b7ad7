"""A person's page at the organisers' desk."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.interests import interest_titles
from academy.models import AccessNeed, Edition, Participant
from academy.people.choosing import CONFIRM, DECLINE, FOR, RECONSIDER, TAKE_BACK
from academy.people.knowing import answers_of, mails_to, roles_of_person, sections_about, trail_of
from academy.regions import SCHEME, region_name, region_of
from academy.registration.addresses import without_confirmed_address
from academy.requests import EditionRequest
from academy.views.people import organiser_at


@require_safe
def person(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """All that organisers may know of one person, what they can do, and what was done before."""
    organiser_at(request, edition)
    rows = Participant.objects.select_related("user", "edition").filter(edition=edition, erased_at=None)
    row = rows.filter(pk=key).first()
    if row is None:
        raise Http404(_("Nobody with this address is registered."))
    roles = roles_of_person(row)
    context = {
        "person": row,
        "region": region_name(region_of(row.country)),
        "scheme": SCHEME,
        "strands": interest_titles(row.interests, edition),
        "answers": answers_of(row),
        "has_needs": AccessNeed.objects.filter(participant=row).exists(),
        "roles_now": [role for role in roles if role.ended_at is None],
        "sections": sections_about(row),
        "mails": mails_to(row),
        "trail": trail_of(row),
        "can_confirm": row.state in FOR[CONFIRM],
        "can_decline": row.state in FOR[DECLINE],
        "can_reconsider": row.state in FOR[RECONSIDER],
        "can_take_back": row.state in FOR[TAKE_BACK],
        "is_unconfirmed": bool(without_confirmed_address([row])),
        "academy_zone": ZoneInfo(edition.time_zone),
    }
    return render(request, "academy/people/person.html", context)
