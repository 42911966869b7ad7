"""Accepting an invitation: once; the registration and the role come with it.

Links are passed on, and stand in places where others read them. So the link alone gives nothing: whoever accepts is
logged in to an account that exists, or proves that the invited mailbox is theirs (`serve_address`). And a role is
given only while whoever invited may still give it.
"""

from contextlib import suppress
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.invitations.inviting import invitation_words
from academy.invitations.links import digest_of
from academy.mail.reading import default_language
from academy.models import Edition, Invitation, Participant, Role, User
from academy.permissions import has_right
from academy.registration import GIVEN_UP, Profile, address_verified, in_turn, register
from academy.registration.applying import admit_invited
from academy.rights import Right
from academy.roles import RolesApart, grant_role


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
    """What became of an accepted invitation.

    Args:
        role: what it gives; "" for none.
        lost: the role that it gives no more, as whoever invited may not give roles any longer.
    """

    participant: Participant
    role: str
    lost: str = ""


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

    Whoever is registered already keeps what they said; if they wait for a decision, the invitation is one. The role
    is left out if whoever invited may not give roles any more.

    Args:
        user: somebody whose address is known to be theirs.
        profile: what they say about themselves; None for somebody who is registered.

    Raises:
        NoLongerValid: also for the second of two who accept at once.
        ForAnotherAddress, RegistrationOver, NoProfile
        PseudonymTaken, AlreadyRegistered: see `register`.
    """
    edition = in_turn(invitation.edition)
    row, lost = _in_hand(invitation)
    if row.role and not has_address(user, row.email):
        raise ForAnotherAddress
    participant = Participant.objects.filter(edition=edition, user=user).first()
    if participant and participant.state == Participant.State.DECLINED:
        raise RegistrationOver
    if participant is None or needs_profile(participant):
        if profile is None:
            raise NoProfile
        participant = register(user, edition, profile, verified=True, invited=True, access_need=access_need)
    _use_up(row, participant)
    participant = admit_invited(participant)
    if row.role:
        grant_role(user, edition, row.role, by=None)
    record(edition, "invitation accepted", row, by=user, content=invitation_words(row))
    return Accepted(participant, row.role, lost)


@transaction.atomic
def accept_anew(
    invitation: Invitation, password: str, profile: Profile, *, access_need: str = "", language: str = ""
) -> Accepted:
    """Accept with a new account for the invited address, which is still to be confirmed by a mail to it.

    The invitation is used up; the place and the role wait for the confirmation (`serve_address`).

    Args:
        language: in which they read mail; else that of the invitation, unless it is the pages', which nobody chose:
            then their working languages say it.

    Raises:
        HasAccount: an account with this address was made before, perhaps just now.
        NoLongerValid and the others: see `accept`.
    """
    edition = in_turn(invitation.edition)
    row, lost = _in_hand(invitation)
    try:
        with transaction.atomic():
            chosen = language or (row.language if row.language != default_language() else "")
            user = User.objects.create_user(row.email, password, language=chosen)
            EmailAddress.objects.create(user=user, email=user.email, primary=True)
    except IntegrityError as error:
        raise HasAccount from error
    participant = register(user, edition, profile, verified=False, invited=True, access_need=access_need)
    _use_up(row, participant)
    record(edition, "invitation accepted", row, by=user, content=invitation_words(row))
    return Accepted(participant, row.role, lost)


@transaction.atomic
def serve_address(user: User) -> None:
    """Serve what waited until an address was known to be this person's: places, and roles of accepted invitations.

    Confirming a second address later gives nothing again: a role that was ended stays ended.
    """
    address_verified(user)
    accepted = Invitation.objects.filter(state=Invitation.State.ACCEPTED, participant__user=user).exclude(
        role=""
    )
    for row in accepted.select_related("edition", "participant", "invited_by").order_by("edition"):
        if _waits_for_role(row, user):
            _give_role(row, user)


def given_role(invitation: Invitation) -> str:
    """The role that an invitation gives now: none if whoever invited may not give roles any more."""
    inviter = invitation.invited_by
    return invitation.role if has_right(inviter, invitation.edition, Right.GIVE_ROLES) else ""


def _in_hand(invitation: Invitation) -> tuple[Invitation, str]:
    """The invitation locked, with the role that it still gives, and the role that it does not give any more.

    Raises:
        NoLongerValid
    """
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("edition", "invited_by")
    row = rows.get(pk=invitation.pk)
    if row.token_digest != invitation.token_digest:
        raise NoLongerValid
    insist_on_working(row)
    said, row.role = row.role, given_role(row)
    return row, "" if row.role else said


def _use_up(row: Invitation, participant: Participant) -> None:
    row.state = Invitation.State.ACCEPTED
    if not Invitation.objects.filter(participant=participant).exists():
        row.participant = participant
    row.save(update_fields=["state", "participant", "role"])


def _waits_for_role(row: Invitation, user: User) -> bool:
    """Whether the role of an accepted invitation was never given to the person, and may be given now."""
    if row.participant is None or row.participant.state in GIVEN_UP or not has_address(user, row.email):
        return False
    had = Role.objects.filter(edition=row.edition, user=user, kind=row.role)
    return bool(given_role(row)) and not had.exists()


def _give_role(row: Invitation, user: User) -> None:
    """Give the role, unless the organisers gave the person another in the meantime that does not go with it."""
    with suppress(RolesApart):
        grant_role(user, row.edition, row.role, by=None)


def needs_profile(participant: Participant | None) -> bool:
    """Whether somebody still has to say something about themselves: not registered, or not any more."""
    return participant is None or participant.state == Participant.State.WITHDRAWN


def has_address(user: User, address: str) -> bool:
    """Whether this address is known to be the person's."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=address, verified=True).exists())
