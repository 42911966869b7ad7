"""Pairs of people who sit together or apart in whatever is drawn. Organisers alone see them; nobody says why."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Edition, Participant, User
from academy.permissions import insist
from workshops.models import Pair
from workshops.permissions import may_allocate


class PairKnown(DomainError):
    """There is a rule for these two already."""

    message = gettext_lazy("There is a rule for these two already. Remove it first.")


@transaction.atomic
def add_pair(edition: Edition, kind: str, one: Participant, other: Participant, *, by: User | None) -> Pair:
    """Have two people sit together, or apart, in all that is drawn from now on.

    The history says that a rule was made, not whom it is about.

    Raises:
        NotAllowed
        Invalid: it is one person, or somebody without a confirmed place here.
        PairKnown
    """
    insist(by is None or may_allocate(by, edition))
    if one.pk == other.pk:
        raise Invalid(_("Please choose two different people."))
    confirmed = Participant.State.CONFIRMED
    if any(row.edition_id != edition.pk or row.state != confirmed for row in (one, other)):
        raise Invalid(_("Only people with a confirmed registration for this academy can be seated."))
    if kind not in Pair.Kind.values:
        raise Invalid
    first, second = sorted((one, other), key=lambda row: row.pk)
    try:
        with transaction.atomic():
            pair = Pair.objects.create(edition=edition, kind=kind, first=first, second=second)
    except IntegrityError as error:
        raise PairKnown from error
    record(edition, "rule for a pair made", edition, by=by, data={"kind": kind})
    return pair


@transaction.atomic
def remove_pair(edition: Edition, key: UUID, *, by: User | None) -> None:
    """Let two people sit as it comes; removing a rule that is gone is no error.

    Raises:
        NotAllowed
    """
    insist(by is None or may_allocate(by, edition))
    gone, _counts = Pair.objects.filter(edition=edition, pk=key).delete()
    if gone:
        record(edition, "rule for a pair removed", edition, by=by)


def pairs_of_edition(edition: Edition) -> list[Pair]:
    """The rules of an edition, with both people; those about people who left are kept out of draws."""
    rows = Pair.objects.filter(edition=edition).select_related("first", "second")
    return sorted(rows, key=lambda pair: (pair.kind, pair.first.name, pair.second.name))
