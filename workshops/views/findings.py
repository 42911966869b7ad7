"""Writing on a board: a finding is noted, and changed. A script gets JSON, a page is led back to the board."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from academy.models import Edition
from academy.requests import EditionRequest, admit, apply
from workshops.forms import ChangeForm, NoteForm
from workshops.ledger import snapshot
from workshops.models import Finding, Group
from workshops.permissions import runs_group
from workshops.reading import board_parts
from workshops.views.boards import show_board
from workshops.views.scope import get_finding, get_group, person, problem_of, wants_json


@require_POST
def note(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """Write down a finding; the same key again is the same finding."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, runs_group(user, group))
    form = NoteForm(request.POST, group=group, parts=board_parts(group))
    if wants_json(request):
        return _acknowledged(form.note(by=user), status=201) if form.is_valid() else problem_of(form)
    finding = apply(form, lambda: form.note(by=user))
    if finding is None:
        return show_board(request, group, note=form)
    return _back_to(group, finding.pk)


@require_POST
def change(request: EditionRequest, edition: Edition, number: int, slug: str, finding: UUID) -> HttpResponse:
    """Reword, agree on, park, merge or take up again a finding of this board."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, runs_group(user, group))
    row = get_finding(group, finding)
    form = ChangeForm(request.POST, finding=row)
    if wants_json(request):
        return _acknowledged(form.carry_out(by=user), status=200) if form.is_valid() else problem_of(form)
    changed = apply(form, lambda: form.carry_out(by=user))
    if changed is None:
        return show_board(request, group, change=form)
    return _back_to(group, changed.merged_into_id or changed.pk)


def _acknowledged(finding: Finding, *, status: int) -> JsonResponse:
    """What was committed, as every reader of the board sees it. A refusal of the rule is answered by the middleware."""
    answer = {
        "finding": snapshot(finding),
        "number": finding.number,
        "at": finding.noted_at.isoformat(),
    }
    return JsonResponse(answer, status=status)


def _back_to(group: Group, finding: UUID) -> HttpResponse:
    return redirect(f"{group.get_absolute_url()}#finding-{finding}")
