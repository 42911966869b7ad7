"""The guides on a group's board: one for those who run it, one for everybody, in the edition's words or in ours."""

from django.db import transaction
from django.utils.translation import gettext as _

from academy.history import record
from academy.models import Edition, User
from academy.permissions import insist
from academy.text import tidy
from workshops.models import Guide
from workshops.permissions import may_write_guides

GUIDE_LENGTH = 8000


@transaction.atomic
def write_guide(edition: Edition, audience: str, *, text: str, by: User) -> Guide | None:
    """Word a guide for this edition; without words, those that come with Academy stand again.

    Raises:
        NotAllowed, Invalid
    """
    insist(may_write_guides(by, edition))
    if not text.strip():
        Guide.objects.filter(edition=edition, audience=audience).delete()
        record(edition, "guide taken back", edition, by=by, data={"audience": audience})
        return None
    words = tidy(text, limit=GUIDE_LENGTH, what=_("The guide"))
    guide, _fresh = Guide.objects.update_or_create(
        edition=edition, audience=audience, defaults={"text": words}
    )
    record(edition, "guide written", edition, by=by, data={"audience": audience})
    return guide


def guide_for(edition: Edition, audience: str) -> str:
    """The words of a guide: the edition's own, else ours."""
    own = Guide.objects.filter(edition=edition, audience=audience).values_list("text", flat=True).first()
    return own or (for_moderators() if audience == Guide.Audience.MODERATORS else for_participants())


def for_participants() -> str:
    """Our own guidelines for the people of a group."""
    return "\n\n".join(
        (
            _(
                "What is said here may be used; who said it, and where they come from, is told to nobody. "
                "That holds in the call, on this board, and afterwards."
            ),
            _(
                "Speak from what you have seen and done. A short example from your own place helps more than a "
                "general remark. Leave room for those who have not spoken yet."
            ),
            _(
                "Say one thing at a time. A finding is one sentence or two that somebody who was not here "
                "understands, and that could find its place in the outcome document."
            ),
            _(
                "Look at the board now and then: is what you said written down, and did you mean it like that? "
                "If not, say so. Nobody minds, and at the end the group's sentences are read back to you."
            ),
            _(
                "Give your dots to the findings that matter most to you. Nobody sees them until your group "
                "moves on to the next part, and then only how many there are, never whose."
            ),
            _(
                "If your connection breaks, what you wrote stays on your device and is sent later. You can also "
                "tell your co-facilitator by telephone or message; they enter it for you without your name."
            ),
            _(
                "You may disagree. What only some hold is kept beside what all agree on; it is not voted away."
            ),
        )
    )


def for_moderators() -> str:
    """Our own guide for moderators and co-facilitators."""
    return "\n\n".join(
        (
            _(
                "Before: read the guiding questions and agree with your co-facilitator who leads the talk and who "
                "writes. Open the board a few minutes early, and decide whether participants write themselves."
            ),
            _(
                "At the start: say in two sentences how the hour runs, that nobody is quoted, and that everybody "
                "may disagree. Let everybody speak once early on; who has spoken once speaks again."
            ),
            _(
                "While people speak, note findings as they say them, short and in their words. Put each under "
                "its question. Do not wait for a perfect wording: it can be reworded, and the earlier words stay "
                "in the history."
            ),
            _(
                "The clock shows what is left of the part and gives a quiet sign five minutes before its end. "
                "You can stop it, or give five minutes more."
            ),
            _(
                "Before you go on to the next part, remind people of their dots. When you go on, the dots of the "
                "part are counted and shown, and stay as they are, also if you come back to it."
            ),
            _(
                "Put findings that say the same together, split those that say two things, and park what does "
                "not belong here, with the reason. Mark what the room agrees with. Every step can be taken back "
                "as long as nothing else happened to the finding."
            ),
            _(
                "Keep the last ten minutes: write a draft of the summary and read it back. Everybody sees it "
                "sentence by sentence, confirms it or asks for a correction. Correct what is asked for, then "
                "close the board; the summary is what the plenary hears."
            ),
            _(
                "Somebody without a connection has a voice too: ask for them by telephone or message and enter "
                "what they say with the box “for somebody without a connection”."
            ),
        )
    )
