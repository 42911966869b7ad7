"""Attribution: nobody's name stands at a finding, unless the person who noted it wants it there.

The consent is the person's own, for one finding, and can be taken back at any time, also after the board was closed:
the name is not written anywhere, it is looked up when a page is made. A protected person appears by the pseudonym, who
is not listed not at all.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError
from academy.history import record
from academy.models import Participant, User
from academy.models.people import Visibility
from academy.permissions import insist, participation
from academy.privacy.erased import note_shown
from workshops.models import Attribution, Finding, Group
from workshops.permissions import may_read_board, noted_it

# What the list beside the database calls it, by the key of the finding.
NAME = "name at a finding"


class NotListed(DomainError):
    """Somebody who is not listed is named nowhere."""

    message = gettext_lazy(
        "Your registration says that only the organisers see your name, so it cannot stand here. "
        "Change that in your registration first."
    )


@transaction.atomic
def put_name(finding: Finding, *, by: User) -> Attribution:
    """Let one's own name, or pseudonym, stand at a finding that one noted.

    Raises:
        NotAllowed: somebody else noted it, or nobody is its author.
        NotListed: the person appears nowhere by name.
    """
    insist(may_read_board(by, finding.group) and noted_it(by, finding))
    participant = participation(by, finding.group.workshop.edition)
    if participant is None or participant.visibility == Visibility.UNLISTED:
        raise NotListed
    attribution, _fresh = Attribution.objects.update_or_create(
        finding=finding,
        defaults={"participant": participant, "given_at": clock.now(), "taken_back_at": None},
    )
    note_shown(NAME, finding.pk, stands=True)
    _told(finding, "name put to a finding", by=by)
    return attribution


@transaction.atomic
def take_name_back(finding: Finding, *, by: User) -> None:
    """Let one's name stand at a finding no longer.

    Raises:
        NotAllowed: it is not this person's name.
    """
    insist(Attribution.objects.filter(finding=finding, participant__user=by).exists())
    _end(finding, by=by)


@transaction.atomic
def take_name_back_again(key: UUID) -> bool:
    """After a restore from a backup in which the name still stands at this finding; whether it did."""
    standing = Attribution.objects.filter(finding=key, taken_back_at=None).select_related("finding").first()
    if standing:
        _end(standing.finding, by=None)
    return standing is not None


def _end(finding: Finding, *, by: User | None) -> None:
    standing = Attribution.objects.filter(finding=finding, taken_back_at=None)
    if standing.update(taken_back_at=clock.now()):
        note_shown(NAME, finding.pk, stands=False)
    _told(finding, "name taken back from a finding", by=by)


def names_of(group: Group) -> dict[str, str]:
    """{finding: the name that stands at it now}, as others may see it."""
    given = Attribution.objects.filter(finding__group=group, taken_back_at=None)
    whose = dict(given.values_list("finding", "participant"))
    if not whose:
        return {}
    people = Participant.objects.as_shown().filter(pk__in=set(whose.values()))
    shown = {person.pk: person.shown_name for person in people}
    return {str(finding): shown[person] for finding, person in whose.items() if shown[person]}


def own_findings(group: Group, participant: Participant | None) -> set[str]:
    """The findings that this person noted; nobody else is told."""
    if participant is None:
        return set()
    return {
        str(key)
        for key in Finding.objects.filter(group=group, author=participant).values_list("pk", flat=True)
    }


def _told(finding: Finding, verb: str, *, by: User | None) -> None:
    group = Group.objects.select_related("workshop__edition").get(pk=finding.group_id)
    record(group.workshop.edition, verb, finding, by=by)
    announce("board changed", group=str(group.pk), number=group.head)
