"""The guides of an edition: read by everybody who takes part, worded by organisers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from academy.models import Edition
from academy.permissions import takes_part
from academy.requests import EditionRequest, admit, posted, status_of
from workshops.guides import guide_for, write_guide
from workshops.models import Guide
from workshops.permissions import may_write_guides
from workshops.views.board_forms import GuideForm
from workshops.views.scope import person


@require_safe
def guides(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Both guides: for participants, and for those who run a group."""
    admit(request, takes_part(request.user, edition))
    texts = [(audience, guide_for(edition, audience)) for audience in Guide.Audience]
    context = {"texts": texts, "writes": may_write_guides(request.user, edition)}
    return render(request, "workshops/guides.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def guide(request: EditionRequest, edition: Edition, audience: str) -> HttpResponse:
    """Word a guide for this edition; without words, ours stand."""
    user = person(request)
    admit(request, may_write_guides(user, edition))
    if audience not in Guide.Audience.values:
        raise Http404(_("There is no such guide."))
    form = GuideForm(posted(request), initial={"text": guide_for(edition, audience)})
    if request.method == "POST" and form.is_valid():
        write_guide(edition, audience, text=form.cleaned_data["text"], by=user)
        messages.success(request, _("The guide is saved."))
        return redirect("workshops:guides", edition.slug)
    context = {"form": form, "audience": Guide.Audience(audience)}
    return render(request, "workshops/guide_form.html", context, status=status_of(form))
