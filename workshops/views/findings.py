"""Writing on a board: a finding is noted, changed, given dots. A script gets JSON, a page is led back to the board."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from academy.models import Edition
from academy.requests import EditionRequest, admit, apply, posted, status_of
from programme.views.scope import zones_of
from workshops.attributing import put_name, take_name_back
from workshops.dots import dots_left, give_dots
from workshops.findings import WritingIsForLeads
from workshops.forms import NoteForm
from workshops.ledger import snapshot
from workshops.models import Finding, Group
from workshops.permissions import may_note, may_read_board, runs_group, sits_in
from workshops.reading import bare_parts
from workshops.views.board_forms import ChangeForm, DotsForm
from workshops.views.boards import show_board
from workshops.views.scope import get_finding, get_group, person, problem_of, wants_json


@require_POST
def note(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """Write down a finding; the same key again is the same finding."""
    group, user = get_group(edition, number, slug), person(request)
    leads = runs_group(user, group)
    admit(request, leads or sits_in(user, group))
    form = NoteForm(request.POST, group=group, parts=bare_parts(group), leads=leads)
    if wants_json(request):
        return _acknowledged(form.note(by=user), status=201) if form.is_valid() else problem_of(form)
    try:
        finding = apply(form, lambda: form.note(by=user))
    except WritingIsForLeads as refusal:
        form.add_error(None, str(refusal))
        return show_board(request, group, note=form, status=refusal.status)
    if finding is None:
        return show_board(request, group, note=form)
    return _back_to(group, finding.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: EditionRequest, edition: Edition, number: int, slug: str, finding: UUID) -> HttpResponse:
    """A finding's history and all that can be done with it; sent, what becomes of it."""
    group, user = get_group(edition, number, slug), person(request)
    if request.method != "POST":
        admit(request, may_read_board(user, group))
        return _show(request, group, get_finding(group, finding))
    admit(request, may_note(user, group))
    row = get_finding(group, finding)
    form = ChangeForm(request.POST, finding=row, parts=bare_parts(group))
    if wants_json(request):
        return _changed(form.carry_out(by=user)) if form.is_valid() else problem_of(form)
    changed = apply(form, lambda: form.carry_out(by=user))
    if changed is None:
        if form.data.get("action") in {"move", "split", "undo"}:
            return _show(request, group, row, form)
        return show_board(request, group, change=form)
    return _back_to(group, changed.merged_into_id or changed.pk)


def _show(
    request: EditionRequest, group: Group, row: Finding, form: ChangeForm | None = None
) -> HttpResponse:
    """The page of a finding on its board."""
    lines = list(row.events.order_by("number"))
    initial = {"pieces": row.text, "key": uuid4()}
    context: dict[str, Any] = {
        "group": group,
        "workshop": group.workshop,
        "finding": row,
        "lines": lines,
        "last": lines[-1] if len(lines) > 1 else None,
        "writes": runs_group(request.user, group) and group.state == Group.State.OPEN,
        "form": form or ChangeForm(finding=row, parts=bare_parts(group), initial=initial),
        "zones": zones_of(request, group.workshop.edition),
    }
    return render(
        request, "workshops/board_finding.html", context, status=status_of(*([form] if form else []))
    )


@require_POST
def dots(request: EditionRequest, edition: Edition, number: int, slug: str, finding: UUID) -> HttpResponse:
    """Give a finding dots, or take them back."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, sits_in(user, group))
    row = get_finding(group, finding)
    form = DotsForm(posted(request))
    if not wants_json(request):
        given = apply(form, lambda: give_dots(row, form.cleaned_data["dots"], by=user))
        return _back_to(group, row.pk) if given else show_board(request, group, dots=form)
    if not form.is_valid():
        return problem_of(form)
    support = give_dots(row, form.cleaned_data["dots"], by=user)
    left = dots_left(group, support.participant)
    return JsonResponse({"dots": {str(row.pk): support.dots}, "left": left})


@require_POST
def name(request: EditionRequest, edition: Edition, number: int, slug: str, finding: UUID) -> HttpResponse:
    """Let one's own name stand at a finding that one noted, or not any more."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, may_read_board(user, group))
    row = get_finding(group, finding)
    (put_name if request.POST.get("stands") == "1" else take_name_back)(row, by=user)
    return JsonResponse({}) if wants_json(request) else _back_to(group, row.pk)


def _acknowledged(finding: Finding, *, status: int) -> JsonResponse:
    """What was committed, as every reader of the board sees it. A refusal of the rule is answered by the middleware."""
    answer = {
        "finding": snapshot(finding),
        "number": finding.number,
        "at": finding.noted_at.isoformat(),
    }
    return JsonResponse(answer, status=status)


def _changed(finding: Finding) -> JsonResponse:
    """The finding as it now is, and the step that can be taken back."""
    step = finding.events.order_by("-number").values_list("number", flat=True)[0]
    return JsonResponse({"finding": snapshot(finding), "step": step})


def _back_to(group: Group, finding: UUID) -> HttpResponse:
    return redirect(f"{group.get_absolute_url()}#finding-{finding}")
