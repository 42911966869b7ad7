"""What people are asked to agree to, word by word.

A wording that changes gets a new version; what somebody agreed to stays known by its digest.
"""

from dataclasses import dataclass

from django.db import transaction

from academy import clock
from academy.canonical import text_digest
from academy.models import Consent, Participant, Visibility
from academy.privacy.erased import note_consent, note_pseudonym, note_visibility


@dataclass(frozen=True)
class Wording:
    """One question of consent: its purpose, the version of its words, and the words."""

    purpose: str
    version: str
    text: str

    @property
    def digest(self) -> str:
        return text_digest(self.text)


REGISTRATION = Wording(
    purpose="registration",
    version="2",
    text=(
        "The organisers may keep what I enter here to run this academy: to register me, to place me in a group, to "
        "write to me about it, and to certify my participation. They also write to me what is not necessary for "
        "taking part (reminders, summaries, news) until I end that, which I can do on my page and by a link in each "
        "of these mails. I can read, correct and withdraw what I enter at any time. "
        "What I say in a group may be used, but never with my name or my organisation, unless I agree to it each time."
    ),
)


LISTED = Wording(
    purpose="listed",
    version="1",
    text=(
        "My name, my organisation and my country may be shown: beside the sessions that I speak in, and, to the people "
        "who take part in this academy, in the list of participants with the kind of actor that I am and my working "
        "languages. I can take this back at any time; from then on I am not named."
    ),
)
ACCESS_NEEDS = Wording(
    purpose="access needs",
    version="1",
    text=(
        "The organisers of this academy may read what I write about my access needs, and use it for nothing but making "
        "it possible for me to take part. It may say something about my health; I write it of my own will. I can take "
        "this back at any time; then it is deleted at once. In any case it is deleted thirty days after the academy."
    ),
)
NEWS = Wording(
    purpose="news",
    version="1",
    text=(
        "The organisers may also write to me what is not necessary for taking part: reminders, summaries of the day, "
        "and news of this academy and of what became of its outcome. I can end this at any time, also by the link in "
        "each of these mails."
    ),
)
WORDINGS = {wording.purpose: wording for wording in (REGISTRATION, LISTED, ACCESS_NEEDS, NEWS)}


@transaction.atomic
def give_consent(participant: Participant, wording: Wording, *, is_new: bool = False) -> Consent:
    """Keep that a participant agreed to this wording now; that it was taken back before is true no more.

    Args:
        is_new: the registration begins with it, and is in no backup; nothing is noted for a restore.
    """
    consent, fresh = Consent.objects.get_or_create(
        participant=participant,
        purpose=wording.purpose,
        withdrawn_at=None,
        defaults={"version": wording.version, "wording_digest": wording.digest, "given_at": clock.now()},
    )
    if fresh and not is_new and _is_noted_here(wording):
        note_consent(participant.pk, wording.purpose, stands=True)
    return consent


@transaction.atomic
def end_consent(participant: Participant, wording: Wording) -> None:
    """Keep that a participant took the consent back now; what was agreed to before stays known."""
    standing = Consent.objects.filter(participant=participant, purpose=wording.purpose, withdrawn_at=None)
    if standing.update(withdrawn_at=clock.now()) and _is_noted_here(wording):
        note_consent(participant.pk, wording.purpose, stands=False)


def _is_noted_here(wording: Wording) -> bool:
    """Mail that is not essential goes out without a consent too: what notes it is the rule that ends it."""
    return wording != NEWS


def consents_to(participant: Participant, wording: Wording) -> bool:
    """Whether a consent for this purpose stands now, whichever version of its words was agreed to."""
    return Consent.objects.filter(
        participant=participant, purpose=wording.purpose, withdrawn_at=None
    ).exists()


def follow_visibility(participant: Participant, *, was: str | None, called: str = "") -> None:
    """Keep the consent to be named in step with how somebody appears; call it where the visibility was chosen.

    Whoever chooses to be listed read the words beside that choice, and agrees to them; any other choice takes it back.
    What changed is noted beside the database: a backup from before must not show more of the person again.

    Args:
        was: how the person appeared until now; None for a registration that is new.
        called: the pseudonym until now; one that is not told has changed.
    """
    is_other = was is not None and was != participant.visibility
    if is_other:
        note_visibility(participant.pk, participant.visibility)
    is_protected = participant.visibility == Visibility.PROTECTED
    if is_protected and was is not None and (is_other or called != participant.pseudonym):
        note_pseudonym(participant.pk)
    if participant.visibility == Visibility.LISTED:
        give_consent(participant, LISTED, is_new=was is None)
    else:
        end_consent(participant, LISTED)
