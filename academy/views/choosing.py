"""What organisers do with the people whom they chose in the list: decide, give a role, take them away as a file."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from academy import clock
from academy.forms.at_desk import DecideForm, ExportForm, GrantForm
from academy.models import Edition, Participant, User, Visibility
from academy.people.asking import Asking
from academy.people.choosing import (
    AT_ONCE,
    FOR,
    GIVES_PLACES,
    TAKE_BACK,
    Chosen,
    NobodyChosen,
    decide,
    grant_to_all,
    named,
    prepare,
)
from academy.people.exporting import XLSX, columns_asked, export
from academy.people.filtering import PeopleFilters
from academy.requests import EditionRequest, apply, posted, status_of
from academy.views.people import back_to_list, organiser_at
from academy.views.searching import chosen_of

KINDS = {
    "csv": "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _chosen(request: EditionRequest, edition: Edition) -> tuple[Chosen, list[Participant] | None]:
    """Whom the address names; None for nobody, which is said on the list."""
    chosen = chosen_of(request)
    try:
        return chosen, list(chosen.of(edition))
    except NobodyChosen as error:
        messages.warning(request, str(error))
        return chosen, None


def _back(edition: Edition, chosen: Chosen) -> str:
    return f"{reverse('people', args=(edition.slug,))}?{chosen.asking}".rstrip("?")


@require_http_methods(["GET", "HEAD", "POST"])
def decide_on_people(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What a decision about the chosen people, such as confirming them, will do; does it when confirmed."""
    user = organiser_at(request, edition)
    decision = request.GET.get("decision", "")
    if decision not in FOR:
        raise Http404(_("There is no such decision."))
    chosen, rows = _chosen(request, edition)
    if rows is None:
        return back_to_list(request, edition, chosen.asking)
    form = DecideForm(posted(request), says_why=decision == TAKE_BACK)
    preview = prepare(edition, chosen.of(edition), decision)
    if request.method == "POST":
        done = apply(form, lambda: decide(edition, chosen, decision, by=user, **form.cleaned_data))
        if done is not None:
            return back_to_list(request, edition, chosen.asking, _done_words(done, preview.left))
        preview = prepare(edition, chosen.of(edition), decision)
    context = {
        "form": form,
        "decision": decision,
        "is_confirming": decision in GIVES_PLACES,
        "is_taking_back": decision == TAKE_BACK,
        "preview": preview,
        "at_once": AT_ONCE,
        "back": _back(edition, chosen),
    }
    return render(request, "academy/people/decide.html", context, status=status_of(form))


def _done_words(done: list[Participant], left: int) -> str:
    """What was decided, in numbers: "12 confirmed, 3 waiting"; and how many were left for the next steps."""
    counts: dict[str, int] = {}
    for person in done:
        counts[str(person.get_state_display())] = counts.get(str(person.get_state_display()), 0) + 1
    total = ngettext(
        "%(count)s registration was decided:", "%(count)s registrations were decided:", len(done)
    )
    said = (
        f"{total % {'count': len(done)}} {', '.join(f'{count} {words}' for words, count in counts.items())}."
    )
    if not left:
        return said
    rest = ngettext(
        "%(count)s more person was left as they are: one step takes %(most)s.",
        "%(count)s more people were left as they are: one step takes %(most)s.",
        left,
    )
    return f"{said} {rest % {'count': f'{left:,}', 'most': AT_ONCE}}"


@require_http_methods(["GET", "HEAD", "POST"])
def grant_to_people(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Give the chosen people a role."""
    user = organiser_at(request, edition)
    chosen, rows = _chosen(request, edition)
    if rows is None:
        return back_to_list(request, edition, chosen.asking)
    form = GrantForm(posted(request))
    if request.method == "POST":
        count = apply(form, lambda: grant_to_all(edition, chosen, by=user, **form.cleaned_data))
        if count is not None:
            words = ngettext(
                "%(count)s person has the role now who had it not before.",
                "%(count)s people have the role now who had it not before.",
                count,
            )
            return back_to_list(request, edition, chosen.asking, words % {"count": count})
    outside = [row for row in rows if row.state != Participant.State.CONFIRMED]
    context = {
        "form": form,
        "people": rows,
        "seen": named(rows),
        "outside": outside,
        "back": _back(edition, chosen),
    }
    return render(request, "academy/people/grant.html", context, status=status_of(form))


@require_safe
def write_to_people(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Lead to a letter for the chosen people; nobody ticked means all who match."""
    organiser_at(request, edition)
    chosen = chosen_of(request)
    asking = Asking(chosen.asking.filters, find=chosen.asking.find)
    if chosen.keys:
        asking = Asking(PeopleFilters(only=",".join(str(row.pk) for row in chosen.of(edition))))
    return redirect(f"{reverse('new_mailing', args=(edition.slug,))}?{asking}".rstrip("?"))


@require_http_methods(["GET", "HEAD", "POST"])
def people_export(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The chosen people as a file, in the columns of the list; nobody ticked means all who match."""
    user = organiser_at(request, edition)
    chosen = chosen_of(request)
    if chosen.keys == ():
        chosen = Chosen(chosen.asking, None)
    form = ExportForm(posted(request))
    if request.method == "POST" and form.is_valid():
        return _file(edition, chosen, form.cleaned_data, user)
    rows = chosen.of(edition)
    context = {
        "form": form,
        "count": rows.count(),
        "protected": rows.filter(visibility=Visibility.PROTECTED).count(),
        "columns": columns_asked(edition, chosen.asking.columns),
        "in_words": chosen.asking.filters.in_words(edition) if chosen.keys is None else "",
        "back": _back(edition, chosen),
    }
    return render(request, "academy/people/export.html", context, status=status_of(form))


def _file(edition: Edition, chosen: Chosen, said: dict[str, Any], user: User) -> HttpResponse:
    made = export(edition, chosen, kind=said["kind"], with_protected=said["with_protected"], by=user)
    day = clock.now().astimezone(ZoneInfo(edition.time_zone)).date()
    name = f"people-{edition.slug}-{day:%Y-%m-%d}.{said['kind']}"
    return HttpResponse(
        made.content,
        content_type=KINDS[said["kind"]],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
