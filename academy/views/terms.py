"""What organisers set for registration: its terms, its extra questions, and the access needs that they read."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from academy.access_needs import count_needs, read_needs
from academy.forms.terms import QuestionForm, TermsForm
from academy.models import Edition, Participant, Question, User
from academy.permissions import is_known, is_organiser
from academy.questions import (
    add_question,
    answer_words,
    answered,
    ask_again,
    change_question,
    counted,
    move_question,
    questions_of,
    retire_question,
)
from academy.registration import change_terms, free_places, held_places, terms_of
from academy.requests import EditionRequest, LoginNeeded, admit, apply, posted, status_of

READ_OR_WRITE = ["GET", "HEAD", "POST"]
PAGE = 50


def _organiser(request: EditionRequest, edition: Edition) -> User:
    """The organiser who asks.

    Raises:
        LoginNeeded, NotAllowed
    """
    admit(request, is_organiser(request.user, edition), needs=_("It is for the organisers of this academy."))
    if not is_known(request.user):
        raise LoginNeeded
    return request.user


@require_http_methods(READ_OR_WRITE)
def people_settings(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Mode, window, capacity, deadlines of the registration."""
    by = _organiser(request, edition)
    form = TermsForm(posted(request), edition=edition, initial=vars(terms_of(edition)))
    if request.method == "POST":
        if apply(form, lambda: change_terms(edition, form.terms(), by=by)):
            messages.success(request, _("The terms of registration are saved."))
            return redirect("people_settings", edition.slug)
        edition.refresh_from_db()
    people = Participant.objects.filter(edition=edition)
    context = {
        "form": form,
        "confirmed": people.filter(state=Participant.State.CONFIRMED).count(),
        "offered": people.filter(state=Participant.State.OFFERED).count(),
        "waiting": people.filter(state=Participant.State.WAITING).count(),
        "free": free_places(edition),
        "held": held_places(edition),
    }
    return render(request, "academy/people/settings.html", context, status=status_of(form))


@require_http_methods(READ_OR_WRITE)
def access_needs(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What people need to take part; shown when it is asked for, which the history records."""
    by = _organiser(request, edition)
    needs = read_needs(edition, by=by) if request.method == "POST" else None
    context = {"needs": needs, "count": count_needs(edition)}
    response = render(request, "academy/people/access_needs.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(READ_OR_WRITE)
def people_questions(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The extra questions of the registration form, in order, and a form for one more."""
    by = _organiser(request, edition)
    form = QuestionForm(posted(request))
    added = apply(form, lambda: add_question(edition, form.asked(), by=by)) if form.is_bound else None
    if added:
        messages.success(request, _("The question is asked from now on."))
        return redirect("people_questions", edition.slug)
    retired = Question.objects.filter(edition=edition, retired_at__isnull=False)
    context = {"form": form, "questions": questions_of(edition), "retired": retired}
    return render(request, "academy/people/questions.html", context, status=status_of(form))


def _question(edition: Edition, key: UUID) -> Question:
    """A question of this edition, else 404."""
    return get_object_or_404(Question.objects.select_related("edition"), edition=edition, pk=key)


@require_http_methods(READ_OR_WRITE)
def people_question(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """A question to change, and what people answered."""
    by = _organiser(request, edition)
    question = _question(edition, key)
    form = QuestionForm(posted(request), initial=QuestionForm.said_in_form(question))
    changed = apply(form, lambda: change_question(question, form.asked(), by=by)) if form.is_bound else None
    if changed:
        messages.success(request, _("The question is changed."))
        return redirect("people_questions", edition.slug)
    page = Paginator(answered(question), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "question": question,
        "page": page,
        "counts": counted(question),
        "answers": [(person, answer_words(person.answers[str(question.pk)])) for person in page.object_list],
    }
    return render(request, "academy/people/question.html", context, status=status_of(form))


@require_POST
def move(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Ask a question one place earlier or later."""
    by = _organiser(request, edition)
    move_question(_question(edition, key), up=request.POST.get("to") != "down", by=by)
    return redirect("people_questions", edition.slug)


@require_POST
def retire(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Ask a question no more, or again."""
    by = _organiser(request, edition)
    again = request.POST.get("ask") == "again"
    (ask_again if again else retire_question)(_question(edition, key), by=by)
    words = _("The question is asked again.") if again else _("The question is not asked any more.")
    messages.success(request, words)
    return redirect("people_questions", edition.slug)
