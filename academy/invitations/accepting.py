"""Accepting an invitation: once, by whoever holds its link; the registration and the role come with it."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.invitations.inviting import invitation_words
from academy.invitations.links import digest_of
from academy.models import Edition, Invitation, Participant, User
from academy.registration import Profile, in_turn, register
from academy.registration.applying import admit_invited
from academy.roles import grant_role


class NoLongerValid(DomainError):
    """The invitation has expired, was taken back or accepted before."""

    status = 410
    message = gettext_lazy(
        "This invitation does not work any more: it has expired, was accepted, taken back, or sent again with a new "
        "link. The organisers can invite you again."
    )


class ForAnotherAddress(DomainError):
    """An invitation with a role is accepted with the address that it was sent to."""

    message = gettext_lazy(
        "This invitation gives a role, so it can only be accepted by the account with the address that it was sent "
        "to. Log out, and open the link again."
    )


class RegistrationOver(DomainError):
    """The organisers declined this person's registration."""

    message = gettext_lazy("Your registration for this academy was declined. Please write to the organisers.")


class HasAccount(DomainError):
    """There is an account with the address already: it is not taken over by a link, its owner logs in."""

    message = gettext_lazy(
        "There is an account with this address already. Log in with it; the invitation stays valid."
    )


class NoProfile(Invalid):
    """Nothing was said about the person who accepts."""

    message = gettext_lazy("Please say a few things about yourself.")


@dataclass(frozen=True)
class Accepted:
    """What became of an accepted invitation."""

    participant: Participant
    role: str


def invitation_of(token: str, edition: Edition) -> Invitation | None:
    """The invitation that this token opens, in whatever state; None for a token that nobody was sent."""
    rows = Invitation.objects.filter(edition=edition, token_digest=digest_of(token))
    return rows.select_related("edition", "participant").first()


def works(invitation: Invitation) -> bool:
    """Whether the link of an invitation still opens the registration."""
    return invitation.state == Invitation.State.OPEN and clock.now() < invitation.expires_at


def insist_on_working(invitation: Invitation) -> Invitation:
    """The invitation, if its link still works.

    Raises:
        NoLongerValid
    """
    if not works(invitation):
        raise NoLongerValid
    return invitation


@transaction.atomic
def accept(invitation: Invitation, user: User, profile: Profile | None, *, access_need: str = "") -> Accepted:
    """Register somebody by an invitation, past the mode and the window, and give them its role.

    Whoever is registered already keeps what they said; if they wait for a decision, the invitation is one.

    Args:
        user: somebody whose address is known to be theirs.
        profile: what they say about themselves; None for somebody who is registered.

    Raises:
        NoLongerValid: also for the second of two who accept at once.
        ForAnotherAddress, RegistrationOver, NoProfile
        PseudonymTaken, AlreadyRegistered: see `register`.
    """
    edition = in_turn(invitation.edition)
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if row.token_digest != invitation.token_digest:
        raise NoLongerValid
    insist_on_working(row)
    if row.role and not has_address(user, row.email):
        raise ForAnotherAddress
    participant = Participant.objects.filter(edition=edition, user=user).first()
    if participant and participant.state == Participant.State.DECLINED:
        raise RegistrationOver
    if participant is None or needs_profile(participant):
        if profile is None:
            raise NoProfile
        participant = register(user, edition, profile, verified=True, invited=True, access_need=access_need)
    row.state = Invitation.State.ACCEPTED
    if not Invitation.objects.filter(participant=participant).exists():
        row.participant = participant
    row.save(update_fields=["state", "participant"])
    participant = admit_invited(participant)
    if row.role:
        grant_role(user, edition, row.role, by=None)
    record(edition, "invitation accepted", row, by=user, content=invitation_words(row))
    return Accepted(participant, row.role)


@transaction.atomic
def accept_anew(
    invitation: Invitation, password: str, profile: Profile, *, access_need: str = ""
) -> Accepted:
    """Accept with a new account: the address is that of the invitation, known by its link to be the person's.

    Raises:
        HasAccount: an account with this address was made before, perhaps just now.
        NoLongerValid and the others: see `accept`.
    """
    in_turn(invitation.edition)
    insist_on_working(Invitation.objects.get(pk=invitation.pk))
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError as error:
        raise HasAccount from error
    return accept(invitation, user, profile, access_need=access_need)


def needs_profile(participant: Participant | None) -> bool:
    """Whether somebody still has to say something about themselves: not registered, or not any more."""
    return participant is None or participant.state == Participant.State.WITHDRAWN


def has_address(user: User, address: str) -> bool:
    """Whether this address is known to be the person's."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=address, verified=True).exists())
