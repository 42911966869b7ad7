"""A group's board: read live by the group, opened, led from part to part and closed by those who run it."""

import json
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.forms.plain import reasons
from academy.models import Edition
from academy.permissions import participation
from academy.requests import EditionRequest, admit, apply, posted, status_of
from programme.views.scope import zones_of
from workshops import closing as rules
from workshops.attributing import names_of
from workshops.findings import OfAnotherGroup
from workshops.forms import NoteForm
from workshops.guides import guide_for
from workshops.models import Group, Guide, Part
from workshops.pacing import extend_part, let_participants_write, set_dots, start_clock, stop_clock
from workshops.permissions import may_read_board, may_reopen, runs_group, sits_in
from workshops.presence import be_here, people_here
from workshops.reading import BoardPart, board_parts, empty_card, happenings, own_of, part_now
from workshops.reading_back import current_reading, hearing_of, last_reading
from workshops.views.board_forms import ChangeForm, CloseForm, SettingsForm
from workshops.views.scope import get_group, person, problem, problem_of, wants_json
from workshops.wording import board_words


@require_safe
def board(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """The board of a group, as it is now."""
    group = get_group(edition, number, slug)
    admit(request, may_read_board(request.user, group))
    return show_board(request, group)


def show_board(
    request: EditionRequest,
    group: Group,
    *,
    note: NoteForm | None = None,
    change: ChangeForm | None = None,
    status: int | None = None,
    **other: BaseForm,
) -> HttpResponse:
    """The page of a board; a form that was refused stands on it with what was typed, or the reason at its top."""
    be_here(group.pk, [request.user.pk])
    participant = participation(request.user, group.workshop.edition)
    parts = board_parts(group, own_of(group, participant))
    runs, sits = runs_group(request.user, group), sits_in(request.user, group)
    is_open = group.state == Group.State.OPEN
    forms = [form for form in (note, change, *other.values()) if form]
    context: dict[str, Any] = {
        "group": group,
        "workshop": group.workshop,
        "parts": parts,
        "last_letter": parts[-1].part.letter if parts else "",
        "shown": _shown(group, parts),
        "whole": not is_open or "all" in request.GET,
        "part": part_now(group),
        "runs": runs,
        "sits": sits,
        "writes": runs and is_open,
        "notes": is_open and (runs or sits),
        "may_note_now": is_open and (runs or (sits and group.participants_write)),
        "reopens": group.state == Group.State.CLOSED and may_reopen(request.user, group),
        "seats": group.seats.count(),
        "here": people_here(group),
        "names": names_of(group),
        "hearing": _hearing(request, group),
        "summary": getattr(group, "summary", None) if group.state == Group.State.CLOSED else None,
        "note": (note or NoteForm(group=group, parts=parts, leads=runs)) if runs or sits else None,
        "change": change,
        "refused": [line for form in other.values() for line in reasons(form)],
        "settings": SettingsForm(initial={"dots": group.dots}),
        "guidelines": guide_for(group.workshop.edition, Guide.Audience.PARTICIPANTS),
        "guide": guide_for(group.workshop.edition, Guide.Audience.MODERATORS) if runs else "",
        "card": empty_card(),
        "words": json.dumps(board_words()),
        "zones": zones_of(request, group.workshop.edition),
    }
    return render(request, "workshops/board.html", context, status=status or status_of(*forms))


def _hearing(request: EditionRequest, group: Group) -> Any:
    """What is being read back, with the viewer's own answers; None if nothing is."""
    reading = current_reading(group)
    return reading and hearing_of(reading, participation(request.user, group.workshop.edition))


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
    be_here(group.pk, [request.user.pk])
    return JsonResponse(happenings(group, int(after)))


@require_safe
@never_cache
def own(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """What only the viewer is told: their dots, what is left of them, and the findings that they noted."""
    group = get_group(edition, number, slug)
    admit(request, may_read_board(request.user, group))
    mine = own_of(group, participation(request.user, edition))
    return JsonResponse({"findings": sorted(mine.findings), "dots": mine.dots, "left": mine.left})


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


@require_POST
def settings(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """Stop, start or extend the clock, let participants write or not, say how many dots people have."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, runs_group(user, group))
    form = SettingsForm(request.POST)
    act = {
        "stop": lambda: stop_clock(group, by=user),
        "start": lambda: start_clock(group, by=user),
        "extend": lambda: extend_part(group, by=user),
        "writing": lambda: let_participants_write(group, allowed=form.cleaned_data["allowed"], by=user),
        "dots": lambda: set_dots(group, dots=form.cleaned_data["dots"], by=user),
    }
    if wants_json(request):
        if not form.is_valid():
            return problem_of(form)
        act[form.cleaned_data["action"]]()
        return JsonResponse(happenings(get_group(edition, number, slug), group.head))
    done = apply(form, act[form.cleaned_data["action"]]) if form.is_valid() else None
    return redirect(group) if done else show_board(request, group, settings_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponseBase:
    """Ask once, then close the board with the summary of its core results."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, runs_group(user, group))
    reading = last_reading(group)
    hearing = hearing_of(reading) if reading else None
    earlier = hearing.draft if hearing and group.state == Group.State.OPEN else _earlier_summary(group)
    form = CloseForm(posted(request), initial={"summary": earlier})
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
        {
            "group": group,
            "workshop": group.workshop,
            "form": form,
            "parts": board_parts(group),
            "hearing": hearing,
            "seats": group.seats.count(),
        },
        status=status_of(form),
    )


def _earlier_summary(group: Group) -> str:
    """What was summed up before an organiser opened the board again."""
    summary = getattr(group, "summary", None)
    return summary.text if summary else ""
