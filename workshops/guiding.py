"""What the groups of a workshop talk about: its aim, its parts with their minutes, and their guiding questions.

A question keeps its findings when it is reworded or moved, and one with findings is not taken out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from academy.canonical import digest
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import User
from academy.text import tidy
from programme.edits import Overtaken, begin
from programme.outline.likeness import match_questions
from workshops.models import GuidingQuestion, Part, Workshop

LETTERS = "ABCDEF"
AIM_LENGTH, TITLE_LENGTH, QUESTION_LENGTH = 2000, 200, 600
SHORTEST, LONGEST = 5, 240
MOST_QUESTIONS = 20
FAR = 10_000


class HasFindings(DomainError):
    """Findings answer the question."""


class PartInUse(DomainError):
    """Findings belong to the part, or a group is in it."""


@dataclass(frozen=True)
class PartWords:
    """A part as organisers write it: its letter, title, minutes, and its questions in order."""

    letter: str
    title: str
    minutes: int
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Guidance:
    """What the groups of a workshop talk about."""

    aim: str
    parts: tuple[PartWords, ...]

    @property
    def state(self) -> str:
        """A short text that changes whenever this does: forms carry it, `guide` compares it."""
        parts = [[p.letter, p.title, p.minutes, list(p.questions)] for p in self.parts]
        return digest({"aim": self.aim, "parts": parts})[:24]


def guidance_of(workshop: Workshop) -> Guidance:
    """The guidance as it stands in the draft."""
    aim: str = Workshop.objects.values_list("aim", flat=True).get(pk=workshop.pk)
    parts = Part.objects.filter(workshop=workshop).prefetch_related("questions").order_by("letter")
    return Guidance(
        aim,
        tuple(
            PartWords(p.letter, p.title, p.minutes, tuple(question.text for question in p.questions.all()))
            for p in parts
        ),
    )


@transaction.atomic
def guide(workshop: Workshop, guidance: Guidance, *, state: str | None = None, by: User | None) -> Workshop:
    """Let the workshop have this aim, these parts and these guiding questions; what is not named is taken out.

    Args:
        state: of the guidance that the writer saw (`Guidance.state`); None for whoever has not read it.

    Raises:
        NotAllowed: `by` is no organiser.
        Overtaken: somebody changed the guidance meanwhile.
        Invalid: a title is missing, or something is too long.
        HasFindings, PartInUse: findings would lose their place, or a group its part.
    """
    begin(workshop.edition, by=by)
    before = guidance_of(workshop)
    if state is not None and state != before.state:
        raise Overtaken(workshop)
    wanted = _tidied(guidance)
    if wanted == before:
        return workshop
    workshop.aim = wanted.aim
    workshop.save(update_fields=["aim"])
    rows = {row.letter: row for row in workshop.parts.all()}
    for part in wanted.parts:
        _put(workshop, rows.pop(part.letter, None), part)
    for row in rows.values():
        _take_out_part(row)
    facts = {"parts": len(wanted.parts), "questions": sum(len(part.questions) for part in wanted.parts)}
    record(workshop.edition, "guiding questions changed", workshop, by=by, data=facts)
    return workshop


def _tidied(guidance: Guidance) -> Guidance:
    """The same with tidy words.

    Raises:
        Invalid
    """
    letters = [part.letter for part in guidance.parts]
    if letters != sorted(set(letters)) or not set(letters) <= set(LETTERS):
        raise Invalid(_("The parts of a workshop are named from A to F, each once."))
    aim = tidy(guidance.aim, limit=AIM_LENGTH, what=_("The aim")) if guidance.aim.strip() else ""
    return Guidance(aim, tuple(_tidied_part(part) for part in guidance.parts))


def _tidied_part(part: PartWords) -> PartWords:
    name = _("Part %(letter)s") % {"letter": part.letter}
    if not SHORTEST <= part.minutes <= LONGEST:
        words = _("%(part)s: a part takes %(shortest)s to %(longest)s minutes.")
        raise Invalid(words % {"part": name, "shortest": SHORTEST, "longest": LONGEST})
    if len(part.questions) > MOST_QUESTIONS:
        raise Invalid(_("%(part)s: at most %(most)s questions.") % {"part": name, "most": MOST_QUESTIONS})
    questions = tuple(
        tidy(
            text, limit=QUESTION_LENGTH, what=_("%(part)s, question %(number)s") % {"part": name, "number": n}
        )
        for n, text in enumerate(part.questions, start=1)
    )
    if len(set(questions)) < len(questions):
        raise Invalid(_("%(part)s has the same question twice.") % {"part": name})
    title = tidy(part.title, limit=TITLE_LENGTH, what=_("The title of %(part)s") % {"part": name})
    return PartWords(part.letter, title, part.minutes, questions)


def _put(workshop: Workshop, row: Part | None, part: PartWords) -> None:
    """The part with these words, each question on the row that it was."""
    if row is None:
        row = Part(workshop=workshop, letter=part.letter)
    row.title, row.minutes = part.title, part.minutes
    row.save()
    there = list(row.questions.order_by("position"))
    kept = match_questions([question.text for question in there], part.questions)
    for n, question in enumerate(there):
        if n not in kept:
            take_out_question(question)
    arrange_questions(
        [GuidingQuestion(part=row) if n is None else there[n] for n in kept],
        part.questions,
    )


def _take_out_part(row: Part) -> None:
    used = row.findings.exists() or workshop_is_in(row)
    if used:
        words = _("Part %(letter)s has findings, or a group is in it, so it stays.")
        raise PartInUse(words % {"letter": row.letter})
    row.questions.all().delete()
    row.delete()


def workshop_is_in(part: Part) -> bool:
    """Whether a group of the workshop is in this part now."""
    return part.workshop.groups.filter(part=part).exists()


def take_out_question(question: GuidingQuestion) -> None:
    """Delete a question that nobody answered yet.

    Raises:
        HasFindings
    """
    if question.findings.exists():
        words = _("Findings answer the question “%(text)s”, so it cannot be taken out.")
        raise HasFindings(words % {"text": question.text[:80]})
    question.delete()


def arrange_questions(rows: Sequence[GuidingQuestion], texts: Sequence[str]) -> int:
    """Save the questions with their texts in this order; how many changed.

    They are first moved out of each other's way, as a place is taken once.
    """
    wanted = [
        (row, text, place)
        for place, (row, text) in enumerate(zip(rows, texts, strict=True))
        if row._state.adding or (row.text, row.position) != (text, place)
    ]
    for row, _text, place in wanted:
        if not row._state.adding and row.position != place:
            row.position = FAR + place
            row.save(update_fields=["position"])
    for row, text, place in wanted:
        row.text, row.position = text, place
        row.save()
    return len(wanted)
