"""Registration: applying, being confirmed or put on the waiting list, withdrawing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.consent import REGISTRATION, end_consent, give_consent
from academy.errors import DomainError
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, Participant, User
from academy.outbox import queue_message
from academy.permissions import insist, is_organiser


class RegistrationClosed(DomainError):
    """Registration is not open now."""

    message = gettext_lazy("Registration for this academy is not open now.")


class AlreadyRegistered(DomainError):
    """The person has a registration for this edition already."""

    message = gettext_lazy("You are registered for this academy already. Nothing was changed.")


class PseudonymTaken(DomainError):
    """Another participant uses this pseudonym."""

    message = gettext_lazy("This pseudonym is taken. Please choose another one.")


class NotWaiting(DomainError):
    """The registration is not in a state in which this can be decided."""

    message = gettext_lazy("This registration was decided on or withdrawn before. Nothing was changed.")


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


@transaction.atomic
def register(user: User, edition: Edition, profile: Profile, *, verified: bool) -> Participant:
    """Apply for an edition; in open mode a person with a verified address is confirmed at once.

    Whoever is not verified yet is not told that a pseudonym is taken: that would tell whether the address is known.
    They get a similar one when their place is decided on.

    Raises:
        RegistrationClosed, AlreadyRegistered, PseudonymTaken
    """
    insist_on_registrable(edition)
    edition = in_turn(edition)
    if Participant.objects.filter(user=user, edition=edition).exists():
        raise AlreadyRegistered
    if verified and is_taken(profile.pseudonym, edition):
        raise PseudonymTaken
    participant = Participant.objects.create(
        user=user, edition=edition, registered_at=clock.now(), **vars(profile)
    )
    give_consent(participant, REGISTRATION)
    facts = {"consent": REGISTRATION.digest}
    record(edition, "registered", participant, by=user, data=facts, content=participant_words(participant))
    if verified and edition.mode == Edition.Mode.OPEN:
        participant = _give_place(participant, by=None)
    return participant


def insist_on_registrable(edition: Edition) -> Edition:
    """The edition, if somebody may register for it now.

    Raises:
        RegistrationClosed
    """
    if not edition.takes_registrations(clock.now()):
        raise RegistrationClosed
    return edition


def participant_words(participant: Participant) -> dict[str, str]:
    """What the history commits to of a registration: its state, and how the person appears; never a name."""
    return {"state": participant.state, "visibility": participant.visibility}


def verify_registrations(edition: Edition) -> Iterator[Mismatch]:
    """Yield the registrations whose state or visibility was changed without an entry in the history."""
    people = Participant.objects.filter(edition=edition)
    yield from verify_contents(edition, Participant, {str(row.pk): participant_words(row) for row in people})


@transaction.atomic
def address_verified(user: User) -> list[Participant]:
    """Confirm the open registrations of a person whose e-mail address is now known to be theirs."""
    waiting = Participant.objects.filter(
        user=user, state=Participant.State.APPLIED, edition__mode=Edition.Mode.OPEN
    ).select_related("edition")
    return [_give_place(participant, by=None) for participant in waiting]


@transaction.atomic
def confirm(*participants: Participant, by: User) -> list[Participant]:
    """An organiser gives places to people who applied or wait; when all are taken, they wait.

    All of them or none: the rows are locked in one order before the first decision.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        NotWaiting: a registration was declined or withdrawn.
    """
    return [_give_place(participant, by=by) for participant in _to_decide(participants, by=by)]


@transaction.atomic
def decline(*participants: Participant, by: User) -> list[Participant]:
    """An organiser declines registrations that are not confirmed yet, all of them or none.

    Raises:
        NotAllowed, NotWaiting
    """
    declined = Participant.State.DECLINED
    return [_decide(participant, declined, by=by) for participant in _to_decide(participants, by=by)]


def _to_decide(participants: Iterable[Participant], *, by: User) -> list[Participant]:
    """The rows to decide on, with the edition and then themselves locked in the order of their keys."""
    chosen = list(participants)
    for edition in {participant.edition for participant in chosen}:
        insist(is_organiser(by, edition))
        in_turn(edition)
    rows = Participant.objects.select_for_update(of=("self",)).select_related("edition", "user")
    return list(rows.filter(pk__in=[participant.pk for participant in chosen]).order_by("pk"))


@transaction.atomic
def withdraw(participant: Participant, *, by: User) -> Participant:
    """A participant gives up the registration, and takes back the consent; the row stays.

    Raises:
        NotAllowed: somebody else's registration.
        NotWaiting: it is declined or withdrawn already.
    """
    insist(by.pk == participant.user_id)
    in_turn(participant.edition)
    end_consent(participant, REGISTRATION)
    return _decide(
        participant,
        Participant.State.WITHDRAWN,
        by=by,
        allowed=(Participant.State.APPLIED, Participant.State.WAITING, Participant.State.CONFIRMED),
    )


def in_turn(edition: Edition) -> Edition:
    """The edition's row, locked: those who come at once are served one after the other.

    It is locked before the history is written, as everywhere, so that two transactions never wait for each other.
    """
    return Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)


def _give_place(participant: Participant, *, by: User | None) -> Participant:
    """Confirm while there are places, else put on the waiting list; who has a place keeps it."""
    if participant.state == Participant.State.CONFIRMED:
        return participant
    edition = in_turn(participant.edition)
    taken = Participant.objects.confirmed().filter(edition=edition).count()
    full = edition.capacity is not None and taken >= edition.capacity
    return _decide(participant, Participant.State.WAITING if full else Participant.State.CONFIRMED, by=by)


def is_taken(pseudonym: str, edition: Edition) -> bool:
    """Whether somebody whose registration was decided on has this pseudonym."""
    decided = Participant.objects.filter(edition=edition).exclude(state=Participant.State.APPLIED)
    return bool(pseudonym) and decided.filter(pseudonym__iexact=pseudonym).exists()


def _free_pseudonym(participant: Participant) -> str:
    """The participant's pseudonym, with a number behind it if somebody else has it."""
    wanted, number = participant.pseudonym, 1
    while is_taken(f"{wanted} {number}" if number > 1 else wanted, participant.edition):
        number += 1
    return f"{wanted} {number}" if number > 1 else wanted


def _decide(
    participant: Participant,
    state: Participant.State,
    *,
    by: User | None,
    allowed: tuple[Participant.State, ...] = (Participant.State.APPLIED, Participant.State.WAITING),
) -> Participant:
    participant = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("edition", "user")
        .get(pk=participant.pk)
    )
    if participant.state == state:
        return participant
    if participant.state not in allowed:
        raise NotWaiting
    if participant.state == Participant.State.APPLIED and participant.pseudonym:
        participant.pseudonym = _free_pseudonym(participant)
    participant.state, participant.decided_at = state, clock.now()
    participant.waiting_number = (
        _next_number(participant.edition) if state == Participant.State.WAITING else None
    )
    participant.save(update_fields=["state", "pseudonym", "decided_at", "waiting_number"])
    _write_about(participant)
    verb = f"registration {state}"
    record(participant.edition, verb, participant, by=by, content=participant_words(participant))
    return participant


def _next_number(edition: Edition) -> int:
    """The number behind the last one on the waiting list."""
    last = Participant.objects.filter(edition=edition).aggregate(last=Max("waiting_number"))["last"]
    return (last or 0) + 1


def _write_about(participant: Participant) -> None:
    """Put the mail about the new state into the outbox."""
    texts = {
        Participant.State.CONFIRMED: _(
            "Your place is confirmed. Your sessions, your group and your link are on the page “My academy”."
        ),
        Participant.State.WAITING: _(
            "All places are taken. You are on the waiting list and will hear from us when a place is free."
        ),
        Participant.State.DECLINED: _("We cannot offer you a place this time. Thank you for your interest."),
        Participant.State.WITHDRAWN: _(
            "You have withdrawn your registration. What you said in groups stays, without your name."
        ),
    }
    edition = participant.edition
    queue_message(
        key=f"registration:{participant.pk}:{participant.state}:{clock.now().isoformat()}",
        to=participant.user.email,
        subject=_("Your registration: %(title)s") % {"title": edition.title},
        body=texts[Participant.State(participant.state)],
        edition=edition,
    )
