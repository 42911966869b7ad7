"""The organisers' list of people: asked for by address, counted live, and what is chosen in it."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from academy.forms.at_desk import KeepViewForm
from academy.models import Edition, Participant, User
from academy.people.asking import OF_COLUMN, ORDER_WORDS, Asking
from academy.people.choosing import AT_ONCE
from academy.people.columns import DEFAULT, columns_of
from academy.people.exporting import columns_asked
from academy.people.filtering import EITHER, LABELS, PeopleFilters, choices_of, parts_of, value_words
from academy.people.keeping import views_for
from academy.permissions import has_right, is_known
from academy.registration.addresses import without_confirmed_address
from academy.requests import EditionRequest, LoginNeeded, admit
from academy.rights import Right
from academy.views.searching import asking_of, filters_of

PAGE = 50
TICKS = ("state", "role", "actor", "region", "language", "visibility", "interest")


def organiser_at(request: EditionRequest, edition: Edition) -> User:
    """The organiser who asks.

    Raises:
        LoginNeeded, NotAllowed
    """
    admit(
        request,
        has_right(request.user, edition, Right.MANAGE_PEOPLE),
        needs=_("It is for the organisers of this academy."),
    )
    if not is_known(request.user):
        raise LoginNeeded
    return request.user


@require_safe
def people(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The registrations that the address asks for, in the columns and the order that it asks for."""
    user = organiser_at(request, edition)
    asking = asking_of(request)
    if _is_untidy(request.GET) or "q" in request.GET:
        return redirect(f"{reverse('people', args=(edition.slug,))}?{asking}".rstrip("?"))
    page = Paginator(asking.of(edition), PAGE).get_page(request.GET.get("page"))
    shown, columns = list(page.object_list), columns_asked(edition, asking.columns)
    cells = zip(*(column.cells(edition, shown) for column in columns), strict=True)
    lines = list(cells) if columns else [()] * len(shown)
    views = list(views_for(user, edition))
    context = {
        "page": page,
        # Of one page only, so that turning the page ticks nobody who was not looked at.
        "is_ticked": request.GET.get("ticked", "") == str(page.number),
        "at_once": AT_ONCE,
        "unconfirmed": without_confirmed_address(shown),
        "headings": [_heading(asking, column.key, str(column.label)) for column in columns],
        "rows": [
            (person, list(zip(columns, line, strict=True))) for person, line in zip(shown, lines, strict=True)
        ],
        **_state_tabs(edition, asking),
        **filter_context(edition, asking),
        "columns": [
            (key, column.label, key in asking.columns) for key, column in columns_of(edition).items()
        ],
        "orders": ORDER_WORDS,
        "views": views,
        "is_kept": any(view.query == asking.as_kept for view in views),
        "keep_form": KeepViewForm(initial={"query": str(asking)}),
    }
    return render(request, "academy/people/list.html", context)


def filter_context(edition: Edition, asking: Asking) -> dict[str, Any]:
    """What a page needs that is narrowed by the filters."""
    return {
        "asking": asking,
        "chips": _chips(edition, asking),
        "ticks": [(field, LABELS[field], _ticks(edition, asking.filters, field)) for field in TICKS],
        "either": [(field, LABELS[field], getattr(asking.filters, field)) for field in EITHER],
        "countries": _countries(edition, asking.filters),
        "has_other_columns": asking.columns != DEFAULT,
    }


@require_safe
def people_counts(request: EditionRequest, edition: Edition) -> HttpResponse:
    """How many registrations there are now in each state, for the page that shows them live."""
    organiser_at(request, edition)
    counts = counts_of(edition, filters_of(request))
    return JsonResponse(
        {"counts": counts, "words": _count_words(counts)}, headers={"Cache-Control": "no-store"}
    )


def counts_of(edition: Edition, filters: PeopleFilters) -> dict[str, int]:
    """{state: how many}, and "all", of whom the filters ask for in any state; in one query."""
    rows = (
        filters.without("state")
        .of(edition)
        .order_by()
        .values("state")
        .annotate(count=Count("pk", distinct=True))
    )
    counts = {row["state"]: row["count"] for row in rows}
    found = {state: counts.get(state, 0) for state in Participant.State.values}
    return {"all": sum(found.values()), **found}


def _count_words(counts: dict[str, int]) -> str:
    """The counts in a sentence that is read out when they change."""
    total = ngettext("%(count)s registration", "%(count)s registrations", counts["all"])
    states = [f"{counts[value]} {words}" for value, words in Participant.State.choices if counts[value]]
    return ", ".join([total % {"count": counts["all"]}, *states])


def _is_untidy(query: QueryDict) -> bool:
    """Whether a form left empty or repeated parameters in the address."""
    return any(len(values) > 1 or not values[0] for _name, values in query.lists())


def _state_tabs(edition: Edition, asking: Asking) -> dict[str, Any]:
    filters = asking.filters
    counts = counts_of(edition, filters)
    tabs = [
        (value, words, counts[value])
        for value, words in Participant.State.choices
        if counts[value] or value in filters.state.split(",")
    ]
    return {
        "tabs": tabs,
        "counts": counts,
        "count_words": _count_words(counts),
        "without_state": Asking(filters.without("state"), find=asking.find),
    }


def _heading(asking: Asking, key: str, label: str) -> dict[str, Any]:
    """A heading of the table: the order that it stands for, and whether the list is in that order."""
    order = OF_COLUMN.get(key, "")
    return {"key": key, "label": label, "order": order, "is_sorted": bool(order) and asking.sort == order}


def _chips(edition: Edition, asking: Asking) -> list[tuple[str, str, str]]:
    """(the field, what is asked of it, the query without that) for each thing that is asked for."""
    found = []
    for field, said in asking.filters.query().items():
        for value in parts_of(field, said):
            words = value_words(field, value, edition)
            kept = "" if field in ("q", "only") else value
            rest = replace(asking, filters=asking.filters.without(field, kept))
            found.append((str(LABELS[field]), words, str(rest)))
    return found


def _ticks(edition: Edition, filters: PeopleFilters, field: str) -> list[tuple[str, str, bool]]:
    asked = getattr(filters, field).split(",")
    return [(value, words, value in asked) for value, words in choices_of(field, edition)]


def _countries(edition: Edition, filters: PeopleFilters) -> list[tuple[str, str, bool]]:
    """The countries that people come from, to choose one; several that an address asks for are one choice more."""
    codes = (
        Participant.objects.filter(edition=edition).order_by().values_list("country", flat=True).distinct()
    )
    found = sorted(((code, value_words("country", code)) for code in codes), key=lambda pair: pair[1])
    if filters.country and filters.country not in dict(found):
        words = ", ".join(value_words("country", code) for code in filters.country.split(","))
        found.insert(0, (filters.country, words))
    return [(code, words, code == filters.country) for code, words in found]


def back_to_list(request: EditionRequest, edition: Edition, asking: Asking, words: str = "") -> HttpResponse:
    """Leads back to the list as it was asked for."""
    if words:
        messages.success(request, words)
    return redirect(f"{reverse('people', args=(edition.slug,))}?{asking}".rstrip("?"))
