"""What the people of the demo say besides: strands of interest, answers to extra questions, access needs."""

from typing import Any

from academy.interests import interests_of
from academy.models import Edition, Question
from academy.questions import Asked, add_question, questions_of

Kind = Question.Kind
QUESTIONS = (
    Asked("Have you taken part in an earlier academy?", Kind.YES),
    Asked(
        "How is your connection usually?",
        Kind.CHOICE,
        help="So that moderators know what to expect of video.",
        options=["Video works well", "Sound only", "It drops often"],
    ),
    Asked("What would you like others to ask you about?", Kind.LINE),
)
TOPICS = ("budgets with the people", "a city's complaints office", "schools that decide", "housing")
ACCESS_NEEDS = {
    "p10": "Captions in every session, please: I hear badly on the left side.",
    "p22": "I use a screen reader. Slides as text before the session would help.",
    "p36": "A break after an hour; I cannot sit for longer.",
    "p51": "Sign language if possible (Jamaican Sign Language), else captions.",
}


def ask_questions(edition: Edition) -> None:
    """Put the demo's extra questions into the form."""
    for asked in QUESTIONS:
        add_question(edition, asked, by=None)


def more_of(edition: Edition, number: int) -> dict[str, Any]:
    """The interests and answers of the demo's person with this number; every fourth answers nothing."""
    slugs = [slug for slug, _title in interests_of(edition)]
    interests = [slugs[(number + step) % len(slugs)] for step in range(1 + number % 2)] if slugs else []
    if number % 4 == 3:
        return {"interests": interests}
    earlier, connection, topic = questions_of(edition)
    answers = {
        str(earlier.pk): number % 5 == 0,
        str(connection.pk): connection.options[number % 3],
        str(topic.pk): TOPICS[number % len(TOPICS)],
    }
    return {"interests": interests, "answers": answers}
