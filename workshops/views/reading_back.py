"""Reading back on a board: begun and corrected by those who run the group, answered by everybody in it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.models import Edition, User
from academy.permissions import participation
from academy.requests import EditionRequest, admit, apply, posted, status_of
from workshops.models import Group, Sentence
from workshops.permissions import may_read_board, runs_group, sits_in
from workshops.reading_back import (
    NotBeingRead,
    answer_sentence,
    begin_reading,
    confirm_the_rest,
    correct_sentence,
    current_reading,
    finish_reading,
    hearing_of,
    last_reading,
)
from workshops.views.board_forms import AnswerForm, DraftForm
from workshops.views.boards import show_board
from workshops.views.scope import get_group, person, problem_of, wants_json


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """Write a draft of the summary and read it back to the room."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, runs_group(user, group))
    last = last_reading(group)
    form = DraftForm(posted(request), initial={"draft": hearing_of(last).draft if last else ""})
    begun = None
    if request.method == "POST":
        begun = apply(form, lambda: begin_reading(group, draft=form.cleaned_data["draft"], by=user))
    if begun:
        messages.success(request, _("The sentences are on everybody's screen."))
        return redirect(f"{group.get_absolute_url()}#read-back")
    context = {"group": group, "workshop": group.workshop, "form": form}
    return render(request, "workshops/read_back_begin.html", context, status=status_of(form))


@require_safe
@never_cache
def hear(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """The sentences that are being read back, as the board shows them; nothing if none are."""
    group = get_group(edition, number, slug)
    admit(request, may_read_board(request.user, group))
    reading = current_reading(group)
    context = {
        "edition": edition,
        "group": group,
        "workshop": group.workshop,
        "hearing": reading and hearing_of(reading, participation(request.user, edition)),
        "writes": runs_group(request.user, group) and group.state == Group.State.OPEN,
        "sits": sits_in(request.user, group),
        "seats": group.seats.count(),
    }
    return render(request, "workshops/read_back.html", context)


@require_POST
def answer(request: EditionRequest, edition: Edition, number: int, slug: str) -> HttpResponse:
    """Confirm a sentence or all of them, ask for a correction, or correct one."""
    group, user = get_group(edition, number, slug), person(request)
    admit(request, runs_group(user, group) or sits_in(user, group))
    form = AnswerForm(request.POST)
    if wants_json(request):
        if not form.is_valid():
            return problem_of(form)
        _carry_out(group, form.cleaned_data, by=user)
        return JsonResponse({})
    if apply(form, lambda: _carry_out(group, form.cleaned_data, by=user)) is None:
        return show_board(request, group, answer=form)
    return redirect(f"{group.get_absolute_url()}#read-back")


def _carry_out(group: Group, said: dict[str, Any], *, by: User) -> bool:
    """Do what the form says.

    Raises:
        Http404: the sentence is of another group.
        NotBeingRead and what the rules raise
    """
    if said["action"] in {"confirm-rest", "end"}:
        reading = current_reading(group)
        if reading is None:
            raise NotBeingRead
        reading.group = group
        if said["action"] == "end":
            finish_reading(reading, by=by)
        else:
            confirm_the_rest(reading, by=by)
        return True
    sentence = _sentence(group, said["sentence"])
    if said["action"] == "correct":
        correct_sentence(sentence, text=said["text"], by=by)
    else:
        correction = said["correction"] if said["action"] == "ask" else ""
        answer_sentence(sentence, version=said["version"], correction=correction, by=by)
    return True


def _sentence(group: Group, key: UUID) -> Sentence:
    found = Sentence.objects.select_related("read_back").filter(pk=key, read_back__group=group).first()
    if found is None:
        raise Http404(_("There is no such sentence on this board."))
    found.read_back.group = group
    return found
