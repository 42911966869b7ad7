"""*My academy*: everything of one's own on one page. It joins all apps, as the home page does."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from academy import clock
from academy.home import owes_position, readable_revisions
from academy.invitations.inviting import in_state
from academy.models import Edition, Invitation, Participant, Role, User
from academy.permissions import WITH_A_PLACE, is_known, roles_of
from academy.registration import GIVEN_UP, settle, waiting_position
from academy.requests import EditionRequest, LoginNeeded
from academy.rights import MEANINGS, rights_of
from outcome.models import Document
from programme.agenda import all_sessions, times_of
from programme.attendance import own_sessions
from programme.calendar_keys import key_of
from programme.certificates import attended_sessions, certificate_of, is_over
from programme.joining import doors_of, open_to
from programme.models import Release
from programme.releases import current_release
from programme.views.scope import zones_of
from workshops.models import Seat
from workshops.roundtables.publishing import tables_of
from workshops.wishes import asked_of

State = Participant.State


@require_safe
def my_academy(request: EditionRequest, edition: Edition) -> HttpResponse:
    """A participant's own page: how the registration stands, what comes next, sessions, links, roles, papers."""
    user = request.user
    if not is_known(user):
        raise LoginNeeded
    participant, release = request.participant or None, current_release(edition)
    context: dict[str, Any] = {
        "my_roles": _roles(user, edition, participant),
        "invitation": _open_invitation(user, edition),
    }
    if not participant:
        return render(request, "academy/not_registered.html", context)
    participant = _settled(participant, edition)
    everything, present = _rows(participant, release), clock.now()
    rows = [row for row in everything if row["is_own"]]
    coming = [row for row in rows if not _is_past(row, present)]
    document = Document.objects.filter(edition=edition).first()
    context |= {
        "registration": participant,
        "standing": _standing(participant, user),
        "is_out": participant.state in GIVEN_UP,
        "rows": rows,
        "now_and_next": _now_and_next(everything, present),
        "usual_reason": _usual_reason(rows),
        "coming": coming,
        "past": [row for row in rows if _is_past(row, present)],
        "zones": zones_of(request, edition),
        "release": release,
        "revision": next(iter(readable_revisions(request, document)), None),
        "position_due": owes_position(request, document),
        "seats_drawn": Seat.objects.filter(workshop__edition=edition).exists(),
        "calendar": key_of(participant),
        "certificate": certificate_of(participant),
        "attended": len(attended_sessions(participant)),
        "is_over": is_over(edition),
        "asked": asked_of(participant),
        "my_tables": tables_of(participant) if participant.state == State.CONFIRMED else [],
    }
    return render(request, "academy/my_academy.html", context)


def _settled(participant: Participant, edition: Edition) -> Participant:
    """The registration as it stands now: an offer whose time is over has gone to the next person."""
    until = participant.offered_until
    if participant.state == State.OFFERED and (until is None or until <= clock.now()):
        settle(edition)
        return Participant.objects.get(pk=participant.pk)
    return participant


_STANDING: dict[str, Promise] = {
    State.CONFIRMED: gettext_lazy("Your place is confirmed."),
    State.DECLINED: gettext_lazy("The organisers could not offer you a place this time."),
    State.WITHDRAWN: gettext_lazy("You have withdrawn your registration."),
    State.APPLIED: gettext_lazy(
        "The organisers have your registration and decide about it; you will hear from us."
    ),
}


def _standing(participant: Participant, user: User) -> str:
    """How the registration stands, and what happens next, in a sentence or two."""
    if participant.state == State.WAITING:
        words = _(
            "All places are taken. You are number %(number)s on the waiting list, and hear from us when a place is "
            "free for you."
        )
        return words % {"number": waiting_position(participant)}
    is_verified = participant.state != State.APPLIED or _addresses(user)
    if not is_verified:
        return _("Please confirm your e-mail address with the link that we sent you.")
    return str(_STANDING.get(participant.state, ""))


def _rows(participant: Participant, release: Release | None) -> list[dict[str, Any]]:
    """What the participant may join in the order of its times, each with its link and the seat in it.

    Their own sessions are all among them; `may_join` says what stands for the programme as a whole.
    """
    if release is None or participant.state != State.CONFIRMED:
        return []
    own = own_sessions(participant)
    joined = {item["id"] for item in open_to(release.content, own)}
    sessions = [item for item in all_sessions(release.content) if item["id"] in own | joined]
    doors, seats = doors_of(participant, also=joined), _seats(participant)
    rows = []
    for item in sessions:
        starts, ends = times_of(item)
        key = item["id"]
        rows.append(
            {
                "session": item,
                "starts": starts,
                "ends": ends,
                "door": doors.get(key),
                "seat": seats.get(key),
                "is_own": key in own,
                "may_join": key in joined,
            }
        )
    return sorted(rows, key=lambda row: str(row["starts"]))


def _now_and_next(rows: list[dict[str, Any]], present: datetime) -> list[dict[str, Any]]:
    """What runs now of all that the participant may join, and what starts next."""
    timed = [row for row in rows if row["may_join"] and row["starts"] and not _is_past(row, present)]
    following = [row["starts"] for row in timed if row["starts"] > present]
    until = min(following, default=present)
    return [row for row in timed if row["starts"] <= until]


def _usual_reason(rows: list[dict[str, Any]]) -> str:
    """Why the participant sits in all of the groups, to be said once; empty if one has another reason, or is alone."""
    reasons = [row["seat"].reason for row in rows if row["seat"]]
    return reasons[0] if len(reasons) > 1 and len(set(reasons)) == 1 else ""


def _is_past(row: dict[str, Any], present: datetime) -> bool:
    return row["ends"] is not None and row["ends"] <= present


def _seats(participant: Participant) -> dict[str, Seat]:
    """{session id: seat} of a participant's groups."""
    seats = Seat.objects.filter(participant=participant).select_related(
        "group__workshop__edition", "workshop"
    )
    return {str(seat.group.session_id): seat for seat in seats}


def _roles(user: User, edition: Edition, participant: Participant | None) -> list[dict[str, Any]]:
    """The roles that the person has now, each with what it is and what it allows, and those that wait for a place."""
    counting = roles_of(user, edition)
    is_coming = participant is None or participant.state not in GIVEN_UP
    later = Role.objects.of(user, edition).filter(kind__in=WITH_A_PLACE if is_coming else ())
    return [
        {
            "words": Role.Kind(kind).label,
            "meaning": MEANINGS[kind],
            "rights": rights_of(kind),
            "counts": kind in counting,
        }
        for kind in sorted(counting.union(later.values_list("kind", flat=True)))
    ]


def _open_invitation(user: User, edition: Edition) -> Invitation | None:
    """An invitation to one of the person's own addresses that was not accepted yet."""
    own = Invitation.objects.filter(edition=edition, email__in=_addresses(user))
    return in_state(own, "open").first()


def _addresses(user: User) -> list[str]:
    """The addresses that are known to be the person's."""
    own = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return [address.lower() for address in own]
