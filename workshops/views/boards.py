"""A group's board: read live by the group, opened, led from part to part and closed by those who run it."""

import json

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.models import Edition
from academy.requests import EditionRequest, admit, apply, posted, status_of
from programme.views.scope import zones_of
from workshops import closing as rules
from workshops.findings import OfAnotherGroup
from workshops.forms import ChangeForm, CloseForm, NoteForm
from workshops.models import Group, Part
from workshops.permissions import may_read_board, may_reopen, runs_group
from workshops.presence import people_here
from workshops.reading import BoardPart, board_parts, empty_card, happenings, part_now
from workshops.views.scope import get_group, person, problem, wants_json
from workshops.wording import board_words


@require_safe
def board(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """The board of a group, as it is now."""
    group = get_group(edition, number, slug)
    admit(request, may_read_board(request.user, group))
    return show_board(request, group)


def show_board(
    request: EditionRequest, group: Group, *, note: NoteForm | None = None, change: ChangeForm | None = None
) -> HttpResponse:
    """The page of a board; a form that was refused stands on it with what was typed."""
    parts = board_parts(group)
    runs = runs_group(request.user, group)
    forms = [form for form in (note, change) if form]
    return render(
        request,
        "workshops/board.html",
        {
            "group": group,
            "workshop": group.workshop,
            "parts": parts,
            "last_letter": parts[-1].part.letter if parts else "",
            "shown": _shown(group, parts),
            "part": part_now(group),
            "runs": runs,
            "writes": runs and group.state == Group.State.OPEN,
            "reopens": group.state == Group.State.CLOSED and may_reopen(request.user, group),
            "seats": group.seats.count(),
            "here": people_here(group),
            "summary": getattr(group, "summary", None) if group.state == Group.State.CLOSED else None,
            "note": (note or NoteForm(group=group, parts=parts)) if runs else None,
            "change": change,
            "card": empty_card(),
            "words": json.dumps(board_words()),
            "zones": zones_of(request, group.workshop.edition),
        },
        status=status_of(*forms),
    )


def _shown(group: Group, parts: list[BoardPart]) -> Part | None:
    """The part that the page begins with: the one the room is in, else the first."""
    return group.part or (parts[0].part if parts else None)


@require_safe
@never_cache
def events(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """What happened on the board after a number of its ledger, for the live page."""
    group = get_group(edition, number, slug)
    admit(request, may_read_board(request.user, group))
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdecimal() and len(after) < 10):
        return problem(_("“after” is the number of the last event that was seen."), status=400)
    return JsonResponse(happenings(group, int(after)))


@require_POST
def open_board(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """Open the board, at the first part."""
    group = get_group(edition, number, slug)
    rules.open_group(group, by=person(request))
    messages.success(request, _("The board is open. Everybody in the group sees it live."))
    return redirect(group)


@require_POST
def go_to_part(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """Move the room to another part and start its clock."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, runs_group(user, group))
    asked = request.POST.get("part", "")
    part = group.workshop.parts.filter(letter=asked).first() if asked.isalpha() and len(asked) == 1 else None
    if part is None:
        raise OfAnotherGroup
    group = rules.go_to_part(group, part, by=user)
    return JsonResponse(happenings(group, group.head)) if wants_json(request) else redirect(group)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponseBase:
    """Ask once, then close the board with the summary of its core results."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, runs_group(user, group))
    form = CloseForm(posted(request), initial={"summary": _earlier_summary(group)})
    if request.method == "POST":
        summary = apply(form, lambda: rules.close_group(group, summary=form.cleaned_data["summary"], by=user))
    else:
        summary = None
    if summary:
        messages.success(request, _("The board is closed, and its summary stands in the day's closing."))
        return redirect(group)
    return render(
        request,
        "workshops/close.html",
        {"group": group, "workshop": group.workshop, "form": form, "parts": board_parts(group)},
        status=status_of(form),
    )


def _earlier_summary(group: Group) -> str:
    """What was summed up before an organiser opened the board again."""
    summary = getattr(group, "summary", None)
    return summary.text if summary else ""
