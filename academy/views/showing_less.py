"""Where organisers show less of somebody whose name leaked, without waiting for them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from academy.forms.showing_less import ShowLessForm
from academy.models import Edition, Participant
from academy.privacy.less import show_less
from academy.requests import EditionRequest, apply, posted, status_of
from academy.views.people import organiser_at


@require_http_methods(["GET", "HEAD", "POST"])
def show_less_of(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Say what would change, and do it."""
    user = organiser_at(request, edition)
    person = Participant.objects.filter(edition=edition, erased_at=None, pk=key).first()
    if person is None:
        raise Http404(_("Nobody with this address is registered."))
    form = ShowLessForm(posted(request), person=person)
    if request.method == "POST":
        row = apply(form, lambda: show_less(person, form.cleaned_data["seen"], by=user))
        if row is not None:
            messages.success(request, _said(row))
            return redirect("person", edition.slug, row.pk)
    context = {"form": form, "person": person}
    return render(request, "academy/people/show_less.html", context, status=status_of(form))


def _said(row: Participant) -> str:
    if row.pseudonym:
        return _("From now on others see “%(pseudonym)s” in place of this person.") % {
            "pseudonym": row.pseudonym
        }
    return _("From now on only organisers see this person.")
