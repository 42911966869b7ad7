"""What follows the adoption, for everybody: who endorses, what they commit to, how far it is; as page and as table."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.kept_pages import kept_for_visitors
from academy.models import Edition
from academy.permissions import is_known
from academy.requests import EditionRequest
from academy.spreadsheets import csv_table
from outcome.following.committing import today_in
from outcome.following.endorsing import adopted_revision
from outcome.following.exporting import headings, rows_of
from outcome.following.forms import FollowingFilter
from outcome.following.protecting import is_protected
from outcome.following.reading import (
    Asked,
    Named,
    by_clause,
    chosen_keys,
    countries_of,
    endorser,
    endorsers,
    in_regions,
    named_encouragements,
    numbers_of,
    with_promises,
)
from outcome.models import Endorsement
from outcome.permissions import acts_for, may_confirm_endorsements, may_see_endorsement, may_take_over
from outcome.views.fetching import document_of

PAGE = 50


class Looked:
    """What an address asks for among the endorsements of an adopted text."""

    def __init__(self, request: EditionRequest, edition: Edition) -> None:
        revision = adopted_revision(edition)
        self.named: dict[UUID, Named] = named_encouragements(revision, edition.slug) if revision else {}
        self.is_adopted = revision is not None
        self.form = FollowingFilter(
            request.GET or None, named=self.named.values(), places=countries_of(edition)
        )
        if self.form.is_bound and not self.form.is_valid():
            raise Http404(_("The endorsements cannot be filtered like this."))
        said: dict[str, str] = self.form.cleaned_data if self.form.is_bound else {}
        keys = {one.name: key for key, one in self.named.items()}
        self.asked = Asked(
            clause=keys.get(said.get("clause", "")),
            country=said.get("country", ""),
            kind=said.get("kind", ""),
            state=said.get("state", ""),
        )


@require_safe
@kept_for_visitors
def endorsements(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Who endorses the adopted text, by region and country, with what they commit to."""
    looked = Looked(request, edition)
    page: Any = Paginator(chosen_keys(edition, looked.asked), PAGE).get_page(request.GET.get("page"))
    found = endorsers(edition, list(page.object_list), looked.named, looked.asked)
    over = chosen_keys(edition, looked.asked, withdrawn=True) if page.number == 1 else []
    tallies = by_clause(edition)
    query = request.GET.copy()
    query.pop("page", None)
    own = (
        Endorsement.objects.filter(edition=edition, account=request.user) if is_known(request.user) else None
    )
    context = {
        "document": document_of(edition),
        "is_adopted": looked.is_adopted,
        "form": looked.form,
        "is_asked": looked.asked != Asked(),
        "page": page,
        "regions": in_regions(found),
        "withdrawn": endorsers(edition, over, looked.named),
        "clauses": [(one, tallies.get(key)) for key, one in looked.named.items()],
        "numbers": numbers_of(edition),
        "own": list(own.select_related("edition").order_by("asked_at")) if own is not None else [],
        "may_confirm": may_confirm_endorsements(request.user, edition),
        "query": query.urlencode(),
    }
    return render(request, "outcome/endorsements.html", context)


@require_safe
def endorsements_csv(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The endorsements that an address asks for, a row for each commitment."""
    looked = Looked(request, edition)
    keys = [
        *chosen_keys(edition, looked.asked),
        *chosen_keys(edition, looked.asked, withdrawn=True),
    ]
    found = endorsers(edition, keys, looked.named, looked.asked)
    content = csv_table(headings(), rows_of(found, request.build_absolute_uri))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{edition.slug}-endorsements.csv"'
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@kept_for_visitors
def endorsement(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """One endorsement with its commitments and all that was reported; for who signed, what can be done."""
    row = get_object_or_404(
        with_promises(
            Endorsement.objects.as_shown().select_related("edition", "revision__document__edition")
        ).filter(edition=edition),
        pk=pk,
    )
    if not may_see_endorsement(request.user, row):
        raise Http404(_("There is no such endorsement."))
    named = named_encouragements(row.revision, edition.slug)
    is_own = acts_for(request.user, row)
    context = {
        "document": document_of(edition),
        "one": endorser(row, edition, named),
        "is_own": is_own,
        "protected": is_own and is_known(request.user) and is_protected(request.user),
        "today": today_in(edition),
        "may_confirm": may_confirm_endorsements(request.user, edition),
        "is_offered": may_take_over(request.user, row),
    }
    return render(request, "outcome/endorsement.html", context)
