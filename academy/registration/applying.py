"""Applying for an edition: with a verified address one has a place, waits for one, or waits for the organisers."""

from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from academy import clock
from academy.access_needs import keep_need
from academy.consent import REGISTRATION, follow_visibility, give_consent
from academy.history import record
from academy.models import Edition, Message, Participant, User
from academy.questions import insist_on_answers
from academy.registration import places
from academy.registration.letters import key_of_letters, write_about
from academy.registration.refusals import AlreadyRegistered, NotWaiting, PseudonymTaken, RegistrationClosed
from academy.registration.standing import GIVEN_UP, change_state, is_taken, locked, participant_words, stand

State = Participant.State


@dataclass(frozen=True)
class Profile:
    """What a participant says about themselves."""

    name: str
    actor: str
    country: str
    visibility: str
    organisation: str = ""
    pseudonym: str = ""
    motivation: str = ""
    languages: list[str] = field(default_factory=list)
    interests: list[str] = field(default_factory=list)
    # {key of the question: answer}
    answers: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def register(
    user: User,
    edition: Edition,
    profile: Profile,
    *,
    verified: bool,
    invited: bool = False,
    access_need: str = "",
) -> Participant:
    """Apply for an edition; in open mode a person with a verified address gets a place, or waits for one.

    Whoever withdrew may register again, and is then served as somebody new. Whoever is not verified yet is not told
    that a pseudonym is taken: that would tell whether the address is known. They get a similar one when their place is
    decided on.

    Args:
        invited: the person holds a valid invitation: mode and window do not count, and a place that invitations hold
            may be taken.
        access_need: what the person needs to take part; given only with the consent of its own.

    Raises:
        RegistrationClosed, AlreadyRegistered, PseudonymTaken
        Invalid: an answer does not fit its question.
    """
    edition = places.in_turn(edition)
    if not invited:
        insist_on_registrable(edition)
    insist_on_answers(edition, profile.answers)
    before = Participant.objects.select_for_update().filter(user=user, edition=edition).first()
    if before and (before.state != State.WITHDRAWN or before.erased_at):
        raise AlreadyRegistered
    if verified and is_taken(profile.pseudonym, edition, but=before):
        raise PseudonymTaken
    places.hand_on(edition)
    was, called = (before.visibility, before.pseudonym) if before else (None, "")
    row = _as_applied(before or Participant(user=user, edition=edition), edition, profile)
    if verified and (invited or edition.mode == Edition.Mode.OPEN):
        _seat(row, edition, invited=invited)
    row.save()
    give_consent(row, REGISTRATION, is_new=before is None)
    follow_visibility(row, was=was, called=called)
    if access_need:
        keep_need(row, access_need, is_new=before is None)
    if verified:
        write_about(row)
    facts = {"consent": REGISTRATION.digest, "again": before is not None}
    record(edition, "registered", row, by=user, data=facts, content=participant_words(row))
    return row


def _as_applied(row: Participant, edition: Edition, profile: Profile) -> Participant:
    """A registration at its beginning, with what the person says."""
    row.edition = edition
    for name, value in vars(profile).items():
        setattr(row, name, value)
    row.state, row.registered_at = State.APPLIED, clock.now()
    row.decided_at, row.reason, row.waiting_number, row.offered_until = None, "", None, None
    return row


def _seat(row: Participant, edition: Edition, *, invited: bool) -> None:
    """A place if there is one, else the end of the waiting list; not saved yet."""
    if places.free_places(edition, invited=invited) == 0:
        stand(row, State.WAITING, waiting_number=places.next_number(edition))
    else:
        stand(row, State.CONFIRMED)


def insist_on_registrable(edition: Edition) -> Edition:
    """The edition, if somebody may register for it now.

    Raises:
        RegistrationClosed
    """
    if not edition.takes_registrations(clock.now()):
        raise RegistrationClosed
    return edition


@transaction.atomic
def address_verified(user: User) -> list[Participant]:
    """Go on with the registrations of a person whose e-mail address is now known to be theirs.

    Where no organiser decides they get a place, or wait for one; else they are told that they arrived. Only the address
    of the account counts; and who was told so once is before the organisers, whatever is verified later.
    """
    if not EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists():
        return []
    applied = Participant.objects.filter(user=user, state=State.APPLIED).select_related(
        "edition", "invitation"
    )
    return [_go_on(row) for row in applied.order_by("edition") if not _was_told(row)]


def _was_told(row: Participant) -> bool:
    """Whether the person had a mail already that the application arrived."""
    return Message.objects.filter(key__startswith=key_of_letters(row, State.APPLIED)).exists()


def _go_on(participant: Participant) -> Participant:
    invited = hasattr(participant, "invitation")
    if invited or participant.edition.mode == Edition.Mode.OPEN:
        return _serve(participant, invited=invited)
    places.in_turn(participant.edition)
    row = locked(participant)
    if row.state == State.APPLIED and not _was_told(row):
        write_about(row)
    return row


@transaction.atomic
def admit_invited(participant: Participant) -> Participant:
    """Serve somebody who is registered already and accepts an invitation: a place if there is one, else they wait.

    Raises:
        NotWaiting: the registration was declined or withdrawn.
    """
    row = _serve(participant, invited=True)
    if row.state in GIVEN_UP:
        raise NotWaiting
    return row


def _serve(participant: Participant, *, invited: bool) -> Participant:
    """A place for somebody who applied, or who waits and is invited; the end of the waiting list if there is none."""
    edition = places.in_turn(participant.edition)
    places.hand_on(edition)
    row = locked(participant)
    if row.state == State.OFFERED and invited:
        return change_state(row, State.CONFIRMED, by=None)
    if row.state != State.APPLIED and not (row.state == State.WAITING and invited):
        return row
    if places.free_places(edition, invited=invited) != 0:
        return change_state(row, State.CONFIRMED, by=None)
    if row.state == State.WAITING:
        return row
    return change_state(row, State.WAITING, by=None, waiting_number=places.next_number(edition))
