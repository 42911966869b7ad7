"""Reading a letter before anybody gets it: as one of its recipients, and as a trial to oneself."""

from collections import Counter

from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from academy.mail.audience import recipients
from academy.mail.filling import message_to, scene_of
from academy.mail.letters import NobodyToWriteTo
from academy.mail.reading import language_for
from academy.mail.wanted import TRIAL
from academy.models import Mailing, Message, Participant, User
from academy.outbox import one_line, queue_all
from academy.permissions import insist, is_organiser
from academy.registration import in_turn

EXAMPLES = 25


def examples(letter: Mailing) -> list[Participant]:
    """Some of those who get a letter, from each language that it is written in."""
    found: dict[str, list[Participant]] = {}
    for person in recipients(letter)[:500]:
        found.setdefault(language_for(person, letter.texts), []).append(person)
    share = max(EXAMPLES // max(len(found), 1), 1)
    return [person for people in found.values() for person in people[:share]]


def languages_read(letter: Mailing) -> list[tuple[str, int]]:
    """(language, how many read the letter in it), the largest first."""
    counted = Counter(
        language_for(person, letter.texts) for person in recipients(letter).only("languages", "user")
    )
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def as_read_by(participant: Participant, letter: Mailing) -> Message:
    """The mail as this person would get it; it is not in the outbox."""
    return message_to(participant, letter, scene_of(letter))


@transaction.atomic
def send_trial(letter: Mailing, participant: Participant | None, *, by: User) -> Message:
    """Send a letter to oneself, as this recipient would read it.

    Its key says whose words they are: they are forgotten once it is sent, and it is not sent once they are erased.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        NobodyToWriteTo: there is nobody whose words could be filled in.
    """
    insist(is_organiser(by, letter.edition))
    in_turn(letter.edition)
    reader = recipients(letter).filter(pk=participant.pk).first() if participant else None
    if reader is None:
        raise NobodyToWriteTo
    message = as_read_by(reader, letter)
    message.key = f"{TRIAL}{reader.pk}:{letter.pk}:{get_random_string(12)}"
    message.mailing, message.user, message.to = None, by, by.email
    message.subject = one_line(_("Trial: %(subject)s") % {"subject": message.subject})
    queue_all([message])
    return message
