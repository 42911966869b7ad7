"""Whether the address that somebody registered with is known to be theirs."""

from collections.abc import Sequence
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import F

from academy.models import Participant


def without_confirmed_address(rows: Sequence[Participant]) -> set[UUID]:
    """The registrations of people who never opened the link in their first mail: anybody may have typed the address.

    One query, however many there are.
    """
    own = EmailAddress.objects.filter(user__in={row.user_id for row in rows}, verified=True)
    known = set(own.filter(email__iexact=F("user__email")).values_list("user", flat=True))
    return {row.pk for row in rows if row.user_id not in known}
