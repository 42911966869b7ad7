"""Inviting people, sending invitations again, taking them back.

An invitation opens the registration to somebody, past its mode and its window, and holds a place until it expires
(`academy.registration.places` counts). Where more people are invited than there are places, the last ones to accept
are on the waiting list like everybody else.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import Mismatch, record_all, verify_contents
from academy.invitations.letters import Link, key_of, letter
from academy.invitations.links import digest_of, new_token
from academy.invitations.wording import (
    NAME_LENGTH,
    ORGANISATION_LENGTH,
    Invitee,
    problem_of_email,
    problem_of_words,
    tidied,
)
from academy.mail.reading import languages_at
from academy.models import Edition, Invitation, Message, Participant, User
from academy.outbox import IS_HELD, queue_all
from academy.permissions import has_right, insist
from academy.registration import in_turn, places
from academy.rights import Right

# For how many days a link may work.
DAYS = (7, 14, 30, 60)
DEFAULT_DAYS = 14
OPEN = Invitation.State.OPEN


class CannotInvite(Invalid):
    """Somebody of those who were named cannot be invited."""


class NotOpen(DomainError):
    """An invitation was accepted or taken back in the meantime."""

    message = gettext_lazy(
        "Only open invitations can be sent again or taken back. One of these was accepted or taken back in the "
        "meantime. Nothing was changed."
    )


def known_people(edition: Edition, *, among: Iterable[str] | None = None) -> dict[str, str]:
    """{address: why it cannot be invited}, for everybody who is registered or has an invitation that still works.

    Whoever withdrew may be invited to come back.

    Args:
        among: of these addresses only, in lower case.
    """
    people = Participant.objects.filter(edition=edition).exclude(state=Participant.State.WITHDRAWN)
    open_ones = Invitation.objects.filter(edition=edition, state=OPEN, expires_at__gt=clock.now())
    if among is not None:
        wanted = list(among)
        people = people.alias(address=Lower("user__email")).filter(address__in=wanted)
        open_ones = open_ones.filter(email__in=wanted)
    known = {
        email.lower(): _("This person has a registration already (%(state)s).")
        % {"state": Participant.State(state).label}
        for email, state in people.values_list("user__email", "state")
    }
    for email, expires in open_ones.values_list("email", "expires_at"):
        known.setdefault(
            email,
            _("This person is invited already, until %(day)s.") % {"day": date_format(expires, "j F Y")},
        )
    return known


@transaction.atomic
def invite(
    edition: Edition, people: Iterable[Invitee], *, days: int, link: Link, by: User
) -> list[Invitation]:
    """Invite people, all of them or none; each gets a mail with a link that works for some days.

    Somebody whose earlier invitation has expired gets a new link in its place.

    Args:
        days: one of `DAYS`.
        link: gives the address of the page that a token opens.

    Raises:
        NotAllowed: `by` may not invite to this edition.
        CannotInvite: an address is wrong, named twice, registered or invited already.
    """
    insist(has_right(by, edition, Right.INVITE))
    edition = in_turn(edition)
    chosen = list(people)
    _insist_on_invitable(edition, chosen, days)
    addresses = [person.email for person in chosen]
    expired = {row.email: row for row in _locked(edition).filter(state=OPEN, email__in=addresses)}
    made: list[Invitation] = []
    renewed: list[Invitation] = []
    for person in chosen:
        row = expired.get(person.email) or Invitation(edition=edition, email=person.email)
        row.name, row.organisation, row.role = person.name, person.organisation, person.role
        row.language, row.invited_by = person.language, by
        (renewed if person.email in expired else made).append(row)
    return _send(edition, made, renewed, days=days, link=link, by=by)


@transaction.atomic
def send_again(
    edition: Edition, invitations: Iterable[Invitation], *, days: int, link: Link, by: User
) -> int:
    """Give open invitations a new link and a new end, and send them again; the links before stop working.

    Whoever sends them again answers for their roles from now on.

    Raises:
        NotAllowed, NotOpen
    """
    insist(has_right(by, edition, Right.INVITE))
    insist_on_days(days)
    edition = in_turn(edition)
    rows = _open_rows(edition, invitations)
    for row in rows:
        row.invited_by = by
    return len(_send(edition, [], rows, days=days, link=link, by=by))


@transaction.atomic
def take_back(edition: Edition, invitations: Iterable[Invitation], *, by: User) -> int:
    """Take open invitations back: their links stop working at once, and the places that they held are handed on.

    Raises:
        NotAllowed, NotOpen
    """
    insist(has_right(by, edition, Right.INVITE))
    edition = in_turn(edition)
    rows = _open_rows(edition, invitations)
    for row in rows:
        row.state = Invitation.State.REVOKED
    Invitation.objects.bulk_update(rows, ["state"], batch_size=200)
    _cancel_letters(rows)
    places.hand_on(edition)
    return record_all(edition, "invitation taken back", _with_words(rows), by=by)


def disown(user: User) -> int:
    """Have the open invitations of an account give no role, as it is in other hands; in a transaction.

    They work as they are otherwise: whoever sends them again answers for their roles. Returns how many there are.
    """
    rows = Invitation.objects.filter(invited_by=user).exclude(role="")
    count = rows.filter(state=OPEN).count()
    # Also of those that were accepted by somebody whose address nobody confirmed yet.
    rows.exclude(state=Invitation.State.REVOKED).update(invited_by=None)
    return count


def invitation_words(row: Invitation) -> dict[str, str]:
    """What the history commits to of an invitation: never whom it is for."""
    return {"state": row.state, "role": row.role, "link": row.token_digest}


def verify_invitations(edition: Edition) -> Iterator[Mismatch]:
    """Yield the invitations whose state, role or link was changed without an entry in the history."""
    rows = Invitation.objects.filter(edition=edition)
    yield from verify_contents(edition, Invitation, {str(row.pk): invitation_words(row) for row in rows})


def in_state(rows: QuerySet[Invitation], state: str) -> QuerySet[Invitation]:
    """Of these invitations those that are "open", "expired", "accepted" or "revoked"; all of them for ""."""
    present = clock.now()
    if state == "expired":
        return rows.filter(state=OPEN, expires_at__lte=present)
    if state == OPEN:
        return rows.filter(state=OPEN, expires_at__gt=present)
    return rows.filter(state=state) if state else rows


# --- What they share --------------------------------------------------------------------------------------------------


def _locked(edition: Edition) -> QuerySet[Invitation]:
    return Invitation.objects.select_for_update(of=("self",)).filter(edition=edition).order_by("pk")


def _open_rows(edition: Edition, invitations: Iterable[Invitation]) -> list[Invitation]:
    wanted = {row.pk for row in invitations}
    rows = list(_locked(edition).filter(pk__in=wanted, state=OPEN))
    if len(rows) != len(wanted):
        raise NotOpen
    return rows


def insist_on_days(days: int) -> None:
    """Refuse a time for which no link works."""
    if days not in DAYS:
        raise Invalid(_("Please choose for how many days the link works."))


def _insist_on_invitable(edition: Edition, people: list[Invitee], days: int) -> None:
    insist_on_days(days)
    known, seen = known_people(edition, among=[person.email for person in people]), set[str]()
    for person in people:
        problem = (
            problem_of_email(person.email)
            or problem_of_words(person.name, what=_("Name"), limit=NAME_LENGTH)
            or problem_of_words(person.organisation, what=_("Organisation"), limit=ORGANISATION_LENGTH)
            or known.get(person.email, "")
        )
        if person.email in seen:
            problem = _("The same address is named twice.")
        if problem or person.email != tidied(person.email).lower():
            raise CannotInvite(problem or problem_of_email(""))
        seen.add(person.email)


def _send(
    edition: Edition, made: list[Invitation], renewed: list[Invitation], *, days: int, link: Link, by: User
) -> list[Invitation]:
    """Give each of them a link, keep them, write the letters and the history."""
    present, tokens = clock.now(), {}
    for row in (*made, *renewed):
        tokens[row.pk] = new_token()
        row.token_digest = digest_of(tokens[row.pk])
        row.invited_at, row.expires_at = present, present + timedelta(days=days)
    Invitation.objects.bulk_create(made, batch_size=500)
    fields = [
        "name",
        "organisation",
        "role",
        "language",
        "invited_by",
        "token_digest",
        "invited_at",
        "expires_at",
    ]
    Invitation.objects.bulk_update(renewed, fields, batch_size=200)
    _cancel_letters(renewed)
    rows = [*made, *renewed]
    known = languages_at(row.email for row in rows)
    queue_all(
        letter(edition, row, link(tokens[row.pk]), language=known.get(row.email, row.language))
        for row in rows
    )
    record_all(edition, "invited", _with_words(made), by=by)
    record_all(edition, "invitation sent again", _with_words(renewed), by=by)
    return rows


def _with_words(rows: Iterable[Invitation]) -> Iterator[tuple[Invitation, dict[str, str]]]:
    return ((row, invitation_words(row)) for row in rows)


def _cancel_letters(rows: Iterable[Invitation]) -> None:
    """Letters that were not sent yet hold links that work no more."""
    keys = [key_of(row) for row in rows]
    for start in range(0, len(keys), 100):
        ours = Q.create([("key__startswith", key) for key in keys[start : start + 100]], Q.OR)
        waiting = Q(state=Message.State.QUEUED) | IS_HELD
        Message.objects.filter(ours & waiting).update(state=Message.State.CANCELLED, body="")
