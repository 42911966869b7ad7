"""Whom a letter is for, and how it calls them."""

from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet

from academy.models import Edition, Mailing, Participant, Visibility
from academy.people.filtering import PeopleFilters
from academy.zones import UnknownZone, zone_named


def recipients(letter: Mailing) -> QuerySet[Participant]:
    """Who gets a letter: those whom its filters ask for, at addresses that are known to be theirs.

    Who withdrew, or wants nothing that is not essential, is left out unless the letter is essential; who withdrew is
    asked for by name of the state even then.
    """
    filters = PeopleFilters.parse(letter.audience)
    rows = reachable(filters.of(letter.edition))
    withdrawn = Participant.State.WITHDRAWN
    if not letter.is_essential:
        rows = wanting_news(rows)
    elif withdrawn not in filters.state.split(","):
        rows = rows.exclude(state=withdrawn)
    return rows.select_related("user").order_by("registered_at", "pk")


def reachable(rows: QuerySet[Participant]) -> QuerySet[Participant]:
    """Those whose account stands, and whose address was verified."""
    verified = EmailAddress.objects.filter(
        user=OuterRef("user"), email__iexact=OuterRef("user__email"), verified=True
    )
    return rows.filter(Exists(verified), user__is_active=True)


def wanting_news(rows: QuerySet[Participant]) -> QuerySet[Participant]:
    """Those who did not end such mail, and did not withdraw."""
    return rows.filter(wants_news=True).exclude(state=Participant.State.WITHDRAWN)


def left_out(letter: Mailing) -> int:
    """How many the filters ask for whom the letter does not reach."""
    asked = PeopleFilters.parse(letter.audience).of(letter.edition).count()
    return asked - recipients(letter).count()


def reading_against_news(letter: Mailing) -> int:
    """How many get an essential letter who have ended all mail that is not."""
    return recipients(letter).filter(wants_news=False).count() if letter.is_essential else 0


def zone_of(participant: Participant, edition: Edition) -> ZoneInfo:
    """The zone that somebody chose to see times in; else the academy's."""
    try:
        return zone_named(participant.user.time_zone)
    except UnknownZone:
        return ZoneInfo(edition.time_zone)


def addressed(participant: Participant) -> str:
    """How a mail calls somebody: by name; a protected person by the pseudonym, also in their own mailbox."""
    is_protected = participant.visibility == Visibility.PROTECTED
    return participant.pseudonym if is_protected else participant.name
