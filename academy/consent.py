"""What people are asked to agree to, word by word.

A wording that changes gets a new version; what somebody agreed to stays known by its digest.
"""

from dataclasses import dataclass

from django.db import transaction

from academy import clock
from academy.canonical import text_digest
from academy.models import Consent, Participant


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
    version="1",
    text=(
        "The organisers may keep what I enter here to run this academy: to register me, to place me in a group, to "
        "write to me about it, and to certify my participation. I can read, correct and withdraw it at any time. "
        "What I say in a group may be used, but never with my name or my organisation, unless I agree to it each time."
    ),
)


@transaction.atomic
def give_consent(participant: Participant, wording: Wording) -> Consent:
    """Keep that a participant agreed to this wording now."""
    return Consent.objects.get_or_create(
        participant=participant,
        purpose=wording.purpose,
        withdrawn_at=None,
        defaults={"version": wording.version, "wording_digest": wording.digest, "given_at": clock.now()},
    )[0]


@transaction.atomic
def end_consent(participant: Participant, wording: Wording) -> None:
    """Keep that a participant took the consent back now; what was agreed to before stays known."""
    Consent.objects.filter(participant=participant, purpose=wording.purpose, withdrawn_at=None).update(
        withdrawn_at=clock.now()
    )
