"""An endorsement's row, locked before it changes."""

from outcome.following.errors import EndorsementOver
from outcome.models import Endorsement


def standing(endorsement: Endorsement) -> Endorsement:
    """The endorsement's row, locked until the commit, if something may still come to it.

    Raises:
        EndorsementOver
    """
    row = locked_endorsement(endorsement)
    if not row.is_standing:
        raise EndorsementOver
    return row


def locked_endorsement(endorsement: Endorsement) -> Endorsement:
    """The endorsement's row, locked until the commit."""
    rows = Endorsement.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("edition", "revision", "account").get(pk=endorsement.pk)
