"""Searching by names: sent as a form, and named by a key in the address that shows what was found."""

from dataclasses import replace

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from academy.models import Edition
from academy.people.asking import Asking
from academy.people.choosing import Chosen
from academy.people.filtering import PeopleFilters
from academy.permissions import is_known
from academy.requests import EditionRequest, LoginNeeded
from academy.searches import recall, remember

# The pages that are searched by names.
PAGES = frozenset({"people", "people_numbers", "invitations", "people_roles", "participants"})
NOT_KEPT = ("csrfmiddlewaretoken", "q", "find", "page")


@require_POST
def search(request: EditionRequest, edition: Edition, page: str) -> HttpResponse:
    """Lead to what was searched for, by an address that does not say it."""
    if not is_known(request.user):
        raise LoginNeeded
    if page not in PAGES:
        raise Http404(_("There is nothing to search here."))
    return lead_on(request, reverse(page, args=(edition.slug,)), request.POST)


def words_out_of_address(request: EditionRequest, edition: Edition, page: str) -> HttpResponse | None:
    """Leads on from an address that says what is searched for, as old ones do; None for all others."""
    if "q" not in request.GET:
        return None
    return lead_on(request, reverse(page, args=(edition.slug,)), request.GET)


def lead_on(request: EditionRequest, address: str, said: QueryDict) -> HttpResponse:
    """Lead to a page with all that was said, the words that were searched for as their key."""
    query = QueryDict(mutable=True)
    if key := remember(request.session, said.get("q", "")):
        query["find"] = key
    for name, values in said.lists():
        if name not in NOT_KEPT and any(values):
            query.setlist(name, [value for value in values if value])
    return redirect(f"{address}?{query.urlencode(safe=',')}".rstrip("?"))


def words_searched(request: EditionRequest) -> str:
    """What this address searches for.

    Raises:
        SearchIsOver
    """
    return recall(request.session, request.GET.get("find", "")[:40])


def asking_of(request: EditionRequest, query: QueryDict | None = None) -> Asking:
    """What an address asks for, with the words that its key stands for; of this request, if no other is given.

    Raises:
        SearchIsOver
    """
    said = request.GET if query is None else query
    asking, key = Asking.parse(said), said.get("find", "")[:40]
    if key:
        words = recall(request.session, key)
        return replace(asking, filters=replace(asking.filters, q=words), find=key)
    return with_key(request, asking)


def with_key(request: EditionRequest, asking: Asking) -> Asking:
    """The same question with a key for its words, so that its address does not say them."""
    words = asking.filters.q
    return replace(asking, find=remember(request.session, words)) if words and not asking.find else asking


def filters_of(request: EditionRequest) -> PeopleFilters:
    """The filters alone of what an address asks for."""
    return asking_of(request).filters


def chosen_of(request: EditionRequest) -> Chosen:
    """Whom an address names: those who are ticked, or all whom it asks for."""
    return replace(Chosen.parse(request.GET), asking=asking_of(request))
