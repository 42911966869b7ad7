"""Whether name and function of who signed an endorsement are public: their own choice, ended at any time."""

from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from academy.errors import Invalid
from academy.history import record
from academy.models import User
from academy.permissions import insist
from academy.privacy.erased import note_shown
from outcome.following.locking import locked_endorsement, standing
from outcome.following.protecting import is_protected
from outcome.following.recording import endorsement_words
from outcome.models import Endorsement
from outcome.permissions import acts_for

# What the list beside the database calls it, by the key of a name (`name_key`).
SIGNER = "name at an endorsement"


@transaction.atomic
def name_signer(endorsement: Endorsement, *, shown: bool, by: User) -> Endorsement:
    """Say whether one's own name and function stand beside the endorsement; taken back at any time.

    Raises:
        NotAllowed: somebody else's.
        EndorsementOver
        Invalid: a protected person is never named.
    """
    insist(acts_for(by, endorsement))
    row = standing(endorsement)
    if shown and is_protected(by):
        raise Invalid(_("You asked to be protected, so your name is not shown here."))
    _name(row, shown, by=by)
    return row


def name_key(row: Endorsement) -> UUID:
    """The key of a name at an endorsement: of whoever acts for it now, as another person may take it over."""
    return uuid5(row.pk, str(row.account_id))


@transaction.atomic
def unname_signer_again(key: UUID) -> bool:
    """Have the name with this key stand at its endorsement no longer, by nobody's doing; whether it did."""
    named = Endorsement.objects.filter(shows_signer=True)
    found = next((row for row in named.only("account_id") if name_key(row) == key), None)
    row = locked_endorsement(found) if found else None
    if row is None or not row.shows_signer or name_key(row) != key:
        return False
    _name(row, False, by=None)
    return True


def endorsements_naming(user: User) -> list[UUID]:
    """The keys of the name of this account where it is public whatever its registrations say; locked until the commit.

    All before the first of them is changed: whoever changes one holds its row when the turn of the history comes.
    """
    named = Endorsement.objects.filter(account=user, shows_signer=True).select_for_update(
        of=("self",), no_key=True
    )
    return [name_key(row) for row in named.order_by("pk")]


def note_signer(row: Endorsement) -> None:
    """Note for a restore whether whoever signed is named now."""
    note_shown(SIGNER, name_key(row), stands=row.shows_signer)


def note_former(row: Endorsement) -> None:
    """Note for a restore that whoever acts for this now is not named any more, before another person takes it over."""
    note_shown(SIGNER, name_key(row), stands=False)


def _name(row: Endorsement, shown: bool, *, by: User | None) -> None:
    row.shows_signer = shown
    row.save(update_fields=["shows_signer"])
    note_signer(row)
    verb = "signer named" if shown else "signer not named"
    record(row.edition, verb, row, by=by, content=endorsement_words(row))
