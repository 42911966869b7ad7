"""Extra questions of an edition's registration form: asked, changed and retired by organisers, without code.

A question that was asked once is never removed: its answers keep their meaning.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, Participant, Question, User
from academy.permissions import insist, is_organiser
from academy.text import has_forbidden_characters, tidy

Kind = Question.Kind
LINE_LENGTH, TEXT_LENGTH, OPTION_LENGTH, MOST_OPTIONS, LARGEST = 200, 2000, 120, 40, 1_000_000_000
MOST_QUESTIONS = 30
WITH_OPTIONS = (Kind.CHOICE, Kind.CHOICES)


class AnsweredAlready(DomainError):
    """The kind of a question that was answered stays."""

    message = gettext_lazy(
        "People have answered this question, so its kind of answer stays. Retire it, and ask a new one."
    )


@dataclass(frozen=True)
class Asked:
    """What a question asks, and how it is answered."""

    label: str
    kind: str
    help: str = ""
    options: list[str] = field(default_factory=list)
    required: bool = False


def questions_of(edition: Edition) -> QuerySet[Question]:
    """The questions that are asked now, in order."""
    return Question.objects.filter(edition=edition, retired_at=None).order_by("position", "pk")


@transaction.atomic
def add_question(edition: Edition, asked: Asked, *, by: User | None) -> Question:
    """Ask one more question, behind the others.

    Raises:
        NotAllowed: `by` is no organiser; None is the administrator's shell.
        Invalid: no words, unknown kind, too few or too many options, too many questions.
    """
    insist(by is None or is_organiser(by, edition))
    edition = Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    if questions_of(edition).count() >= MOST_QUESTIONS:
        raise Invalid(_("A form with more questions is filled in by nobody. Retire one first."))
    last = Question.objects.filter(edition=edition).aggregate(last=Max("position"))["last"]
    row = Question(edition=edition, position=0 if last is None else last + 1)
    _say(row, asked)
    row.save()
    record(edition, "question added", row, by=by, content=question_words(row))
    return row


@transaction.atomic
def change_question(question: Question, asked: Asked, *, by: User) -> Question:
    """Change the words of a question; its kind only while nobody has answered.

    Raises:
        NotAllowed, Invalid, AnsweredAlready
    """
    row = _locked(question, by=by)
    if asked.kind != row.kind and is_answered(row):
        raise AnsweredAlready
    _say(row, asked)
    row.save()
    record(row.edition, "question changed", row, by=by, content=question_words(row))
    return row


@transaction.atomic
def move_question(question: Question, *, up: bool, by: User) -> Question:
    """Ask a question one place earlier or later.

    Raises:
        NotAllowed
    """
    row = _locked(question, by=by)
    asked = list(questions_of(row.edition))
    place = next((n for n, other in enumerate(asked) if other.pk == row.pk), None)
    target = None if place is None else place + (-1 if up else 1)
    if place is None or target is None or not 0 <= target < len(asked):
        return row
    asked.insert(target, asked.pop(place))
    for number, other in enumerate(asked):
        other.position = number
    Question.objects.bulk_update(asked, ["position"])
    record(row.edition, "questions ordered", row, by=by, data={"position": target})
    row.position = target
    return row


@transaction.atomic
def retire_question(question: Question, *, by: User) -> Question:
    """Ask this no more; the answers so far are kept.

    Raises:
        NotAllowed
    """
    row = _locked(question, by=by)
    if row.retired_at is None:
        row.retired_at = clock.now()
        row.save(update_fields=["retired_at"])
        record(row.edition, "question retired", row, by=by, content=question_words(row))
    return row


@transaction.atomic
def ask_again(question: Question, *, by: User) -> Question:
    """Ask a retired question again, in its old place.

    Raises:
        NotAllowed
    """
    row = _locked(question, by=by)
    if row.retired_at is not None:
        row.retired_at = None
        row.save(update_fields=["retired_at"])
        record(row.edition, "question asked again", row, by=by, content=question_words(row))
    return row


def question_words(question: Question) -> dict[str, Any]:
    """What the history commits to of a question."""
    return {
        "label": question.label,
        "help": question.help,
        "kind": question.kind,
        "options": question.options,
        "required": question.required,
        "retired": question.retired_at is not None,
    }


def verify_questions(edition: Edition) -> Iterator[Mismatch]:
    """Yield the questions that were changed without an entry in the history."""
    rows = Question.objects.filter(edition=edition)
    yield from verify_contents(edition, Question, {str(row.pk): question_words(row) for row in rows})


def is_answered(question: Question) -> bool:
    """Whether somebody's registration holds an answer to this."""
    return answered(question).exists()


def answered(question: Question) -> QuerySet[Participant]:
    """The registrations that hold an answer to this, by name."""
    people = Participant.objects.filter(edition=question.edition_id, answers__has_key=str(question.pk))
    return people.order_by("name_key", "pk")


def counted(question: Question) -> list[tuple[str, int]]:
    """How often each possible answer was given, in words; nothing for answers that people write themselves."""
    if question.kind not in (*WITH_OPTIONS, Kind.YES):
        return []
    counts: Counter[str] = Counter()
    for answers in answered(question).values_list("answers", flat=True):
        answer = answers[str(question.pk)]
        parts = answer if isinstance(answer, list) else [answer]
        counts.update(answer_words(part) for part in parts)
    return counts.most_common()


def answer_words(answer: Any) -> str:
    """An answer as people read it: several choices with commas, yes or no in words; empty for none."""
    if isinstance(answer, bool):
        return _("yes") if answer else _("no")
    if isinstance(answer, list):
        return ", ".join(str(part) for part in answer)
    return "" if answer is None else str(answer)


def insist_on_answers(edition: Edition, answers: Mapping[str, Any]) -> None:
    """Refuse answers that do not fit their questions, or that answer nothing that is asked.

    Raises:
        Invalid
    """
    if not answers:
        return
    asked = {str(row.pk): row for row in Question.objects.filter(edition=edition)}
    for key, answer in answers.items():
        question = asked.get(key)
        if question is None:
            raise Invalid(_("This academy does not ask that."))
        if not fits(question, answer):
            raise Invalid(_("“%(question)s” cannot be answered so.") % {"question": question.label})


def fits(question: Question, answer: Any) -> bool:
    """Whether an answer is of the question's kind."""
    match question.kind:
        case Kind.YES:
            return isinstance(answer, bool)
        case Kind.NUMBER:
            return isinstance(answer, int | float) and not isinstance(answer, bool) and abs(answer) <= LARGEST
        case Kind.CHOICE:
            return answer in question.options
        case Kind.CHOICES:
            return isinstance(answer, list) and set(map(str, answer)) <= set(question.options)
        case _:
            limit = LINE_LENGTH if question.kind == Kind.LINE else TEXT_LENGTH
            return isinstance(answer, str) and len(answer) <= limit and not has_forbidden_characters(answer)


def _locked(question: Question, *, by: User) -> Question:
    """The question as it is now, locked behind its edition.

    Raises:
        NotAllowed
    """
    insist(is_organiser(by, question.edition))
    Edition.objects.select_for_update(no_key=True).get(pk=question.edition_id)
    return Question.objects.select_for_update(of=("self",)).select_related("edition").get(pk=question.pk)


def _say(row: Question, asked: Asked) -> None:
    """Set the words of a question, tidied."""
    if asked.kind not in Kind.values:
        raise Invalid(_("There is no such kind of answer."))
    row.label, row.kind = tidy(asked.label, limit=200, what=_("The question")), asked.kind
    row.required = asked.required
    row.help = tidy(asked.help, limit=300, what=_("The explanation")) if asked.help.strip() else ""
    row.options = _tidy_options(asked.options) if asked.kind in WITH_OPTIONS else []


def _tidy_options(options: list[str]) -> list[str]:
    """The possible answers, each once."""
    tidied = [
        tidy(option, limit=OPTION_LENGTH, what=_("A possible answer")) for option in options if option.strip()
    ]
    found = list(dict.fromkeys(tidied))
    if not 2 <= len(found) <= MOST_OPTIONS:
        raise Invalid(
            _("Write between 2 and %(most)s possible answers, one a line.") % {"most": MOST_OPTIONS}
        )
    return found
