"""Registration: applying, being confirmed or put on the waiting list, withdrawing."""

from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.consent import REGISTRATION, give_consent
from academy.errors import DomainError
from academy.history import record
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

    Raises:
        RegistrationClosed, AlreadyRegistered, PseudonymTaken
    """
    if edition.mode == Edition.Mode.INVITATION or not edition.takes_registrations(clock.now()):
        raise RegistrationClosed
    if Participant.objects.filter(user=user, edition=edition).exists():
        raise AlreadyRegistered
    if (
        profile.pseudonym
        and Participant.objects.filter(edition=edition, pseudonym=profile.pseudonym).exists()
    ):
        raise PseudonymTaken
    try:
        with transaction.atomic():
            participant = Participant.objects.create(
                user=user, edition=edition, registered_at=clock.now(), **vars(profile)
            )
    except IntegrityError as error:
        raise AlreadyRegistered from error
    give_consent(participant, REGISTRATION)
    record(edition, "registered", participant, by=user, data={"consent": REGISTRATION.digest})
    if verified and edition.mode == Edition.Mode.OPEN:
        participant = _give_place(participant, by=None)
    return participant


def insist_on_registrable(edition: Edition, profile: Profile) -> Profile:
    """The profile, if somebody may register with it now.

    Raises:
        RegistrationClosed, PseudonymTaken
    """
    if edition.mode == Edition.Mode.INVITATION or not edition.takes_registrations(clock.now()):
        raise RegistrationClosed
    if (
        profile.pseudonym
        and Participant.objects.filter(edition=edition, pseudonym=profile.pseudonym).exists()
    ):
        raise PseudonymTaken
    return profile


@transaction.atomic
def address_verified(user: User) -> list[Participant]:
    """Confirm the open registrations of a person whose e-mail address is now known to be theirs."""
    waiting = Participant.objects.filter(
        user=user, state=Participant.State.APPLIED, edition__mode=Edition.Mode.OPEN
    ).select_related("edition")
    return [_give_place(participant, by=None) for participant in waiting]


@transaction.atomic
def confirm(participant: Participant, *, by: User) -> Participant:
    """An organiser gives a place to somebody who applied or waits.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        NotWaiting: the registration was decided on or withdrawn.
    """
    insist(is_organiser(by, participant.edition))
    return _give_place(participant, by=by)


@transaction.atomic
def decline(participant: Participant, *, by: User) -> Participant:
    """An organiser declines a registration that is not confirmed yet.

    Raises:
        NotAllowed, NotWaiting
    """
    insist(is_organiser(by, participant.edition))
    return _decide(participant, Participant.State.DECLINED, by=by)


@transaction.atomic
def withdraw(participant: Participant, *, by: User) -> Participant:
    """A participant gives up the registration; the row stays.

    Raises:
        NotAllowed: somebody else's registration.
        NotWaiting: it is declined or withdrawn already.
    """
    insist(by.pk == participant.user_id)
    return _decide(
        participant,
        Participant.State.WITHDRAWN,
        by=by,
        allowed=(Participant.State.APPLIED, Participant.State.WAITING, Participant.State.CONFIRMED),
    )


def _in_turn(edition: Edition) -> Edition:
    """The edition's row, locked: those who come at once are served one after the other.

    It is locked before the history is written, as everywhere, so that two transactions never wait for each other.
    """
    return Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)


def _give_place(participant: Participant, *, by: User | None) -> Participant:
    """Confirm while there are places, else put on the waiting list."""
    edition = _in_turn(participant.edition)
    taken = Participant.objects.confirmed().filter(edition=edition).count()
    full = edition.capacity is not None and taken >= edition.capacity
    return _decide(participant, Participant.State.WAITING if full else Participant.State.CONFIRMED, by=by)


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
    participant.state = state
    participant.save(update_fields=["state"])
    _write_about(participant)
    record(participant.edition, f"registration {state}", participant, by=by)
    return participant


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
