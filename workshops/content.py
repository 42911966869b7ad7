"""What the workshops add to a programme release: parts and guiding questions, and the groups."""

from typing import Any

from academy.models import Edition
from workshops.models import Group, Workshop


def sessions_content(edition: Edition) -> dict[str, dict[str, Any]]:
    """{session id: {"workshop": …} or {"group": …}} for every workshop session of the edition."""
    content: dict[str, dict[str, Any]] = {}
    workshops = Workshop.objects.filter(edition=edition).prefetch_related("parts__questions")
    for workshop in workshops:
        content[str(workshop.session_id)] = {
            "workshop": {
                "number": workshop.number,
                "title": workshop.title,
                "aim": workshop.aim,
                "parts": [
                    {
                        "letter": part.letter,
                        "title": part.title,
                        "minutes": part.minutes,
                        "questions": [question.text for question in part.questions.all()],
                    }
                    for part in workshop.parts.all()
                ],
            }
        }
    for group in Group.objects.filter(workshop__edition=edition).select_related("workshop"):
        content.setdefault(str(group.session_id), {})["group"] = {
            "id": str(group.pk),
            "slug": group.slug,
            "name": group.name,
            "workshop": group.workshop.number,
        }
    return content
