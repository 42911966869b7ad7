"""Lists of up to 200,000 people: read, reported on and invited from in parts, each of which is whole by itself.

A part is one transaction: its rows, and how far the list has come, are kept together or not at all. So a worker that is
killed leaves a list that another one goes on with, and nobody is invited twice: who is invited is marked with the
invitation. Nobody is invited before an organiser has seen the report and said yes.
"""

import gzip
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError
from academy.history import record
from academy.invitations.inviting import insist_on_days, invite, known_people
from academy.invitations.lists import Row, Unreadable, opened, read_row
from academy.invitations.wording import NAME_LENGTH, ORGANISATION_LENGTH, Invitee
from academy.mail.posting import address_of
from academy.mail.reading import language_of_letter
from academy.models import Edition, InvitationList, ListedPerson, User
from academy.permissions import has_right, insist
from academy.registration import in_turn
from academy.rights import Right

MOST_ROWS = 200_000
READ, INVITE = 2_000, 500
# A list that nobody has worked on for so long is taken up again: its worker was killed.
LEFT = timedelta(seconds=3)
State = InvitationList.State
AT_WORK = (State.READING, State.INVITING)


class OneAtATime(DomainError):
    """Another list is being read or invited from."""

    message = gettext_lazy("Another list is being worked on. Please wait until it is done, or stop it.")


class NotReady(DomainError):
    """The list is not in a state for this."""

    message = gettext_lazy("This list has moved on meanwhile. Nothing was changed.")


# --- What organisers do -----------------------------------------------------------------------------------------------


@transaction.atomic
def keep_list(
    edition: Edition, text: str, *, encoding: str, days: int, language: str = "", by: User
) -> InvitationList:
    """Take a long list in; it is read behind the page.

    Raises:
        NotAllowed: `by` may not invite to this edition.
        Unreadable: it has no column of addresses.
        OneAtATime
    """
    insist(has_right(by, edition, Right.INVITE))
    insist_on_days(days)
    if text.count("\n") > MOST_ROWS + 1:
        raise Unreadable(_("A list may have 200,000 people. Split it into several lists."))
    unused = opened(text).unused
    row = InvitationList(
        edition=edition,
        uploaded_by=by,
        uploaded_at=clock.now(),
        worked_at=clock.now(),
        days=days,
        language=language,
        encoding=encoding,
        source=gzip.compress(text.encode(), compresslevel=4),
        unused=unused[:20],
    )
    _save_at_work(row)
    record(edition, "list uploaded", row, by=by)
    _wake(row)
    return row


@transaction.atomic
def invite_the_good(row: InvitationList, *, by: User) -> InvitationList:
    """Invite everybody of a list in whose row nothing is wrong, part by part.

    Raises:
        NotAllowed, NotReady, OneAtATime
    """
    insist(has_right(by, row.edition, Right.INVITE))
    row = _locked(row.pk)
    if row.state not in (State.READ, State.STOPPED) or not good_rows(row).exists():
        raise NotReady
    row.state, row.uploaded_by, row.note = State.INVITING, by, ""
    _save_at_work(row)
    record(row.edition, "list invited from", row, by=by, data={"people": good_rows(row).count()})
    _wake(row)
    return row


@transaction.atomic
def stop(row: InvitationList, *, by: User | None, note: str = "") -> InvitationList:
    """Invite nobody else of a list; who is invited already stays so.

    Args:
        by: who may invite; None for the program itself, which says why in the `note`.

    Raises:
        NotAllowed, NotReady
    """
    insist(by is None or has_right(by, row.edition, Right.INVITE))
    row = _locked(row.pk)
    if row.state != State.INVITING:
        raise NotReady
    row.state, row.note = State.STOPPED, note
    row.save(update_fields=["state", "note"])
    record(row.edition, "list stopped", row, by=by)
    return row


@transaction.atomic
def discard(row: InvitationList, *, by: User) -> None:
    """Forget a list and its report; who was invited from it stays so.

    Raises:
        NotAllowed
        NotReady: somebody is being invited from it; it has to be stopped first.
    """
    insist(has_right(by, row.edition, Right.INVITE))
    row = _locked(row.pk)
    if row.state == State.INVITING:
        raise NotReady
    record(row.edition, "list discarded", row, by=by)
    ListedPerson.objects.filter(in_list=row).delete()
    row.delete()


def good_rows(row: InvitationList) -> QuerySet[ListedPerson]:
    """Who can still be invited of a list."""
    return ListedPerson.objects.filter(in_list=row, is_good=True, is_invited=False)


def counts_of(row: InvitationList) -> dict[str, int]:
    """How many rows were read, can be invited, have errors, are invited; in one query."""
    return ListedPerson.objects.filter(in_list=row).aggregate(
        rows=Count("pk"),
        good=Count("pk", filter=Q(is_good=True)),
        bad=Count("pk", filter=Q(is_good=False)),
        invited=Count("pk", filter=Q(is_invited=True)),
    )


# --- What a worker does -----------------------------------------------------------------------------------------------


def lists_at_work() -> list[UUID]:
    """The lists that are being read or invited from."""
    return list(InvitationList.objects.filter(state__in=AT_WORK).values_list("pk", flat=True))


def left_lists() -> list[UUID]:
    """The lists at work that nobody has worked on for a while."""
    rows = InvitationList.objects.filter(state__in=AT_WORK, worked_at__lt=clock.now() - LEFT)
    return list(rows.values_list("pk", flat=True))


def wake_left_lists() -> None:
    """Have lists taken up again whose worker was killed; asked by the page that waits for one, and by beat."""
    for key in left_lists():
        announce("list at work", key=str(key))


@transaction.atomic
def work_on(key: UUID) -> bool:
    """Do one part of what is to be done with a list; whether there is more to do. It may run twice."""
    found = InvitationList.objects.filter(pk=key).select_related("edition").first()
    if found is None or found.state not in AT_WORK:
        return False
    edition = in_turn(found.edition) if found.state == State.INVITING else found.edition
    row = InvitationList.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=key).first()
    if row is None or row.state not in AT_WORK:
        return False
    row.edition, row.worked_at = edition, clock.now()
    if row.state == State.READING:
        _read_part(row)
    else:
        _invite_part(row)
    row.save(update_fields=["state", "source", "note", "worked_at"])
    return row.state in AT_WORK


def _read_part(row: InvitationList) -> None:
    done = ListedPerson.objects.filter(in_list=row).count()
    list_of = opened(gzip.decompress(bytes(row.source)).decode())
    try:
        lines = list(islice(list_of.lines, done, done + READ))
    except Unreadable as error:
        ListedPerson.objects.filter(in_list=row).delete()
        row.state, row.note, row.source = State.UNREADABLE, str(error)[:300], b""
        return
    addresses = {list_of.address_in(cells) for _number, cells in lines}
    known, seen = known_people(row.edition, among=addresses), _seen(row, addresses)
    rows = []
    for number, cells in lines:
        read = read_row(number, cells, list_of, seen, known)
        seen.setdefault(read.invitee.email, number)
        rows.append(_listed(row, read))
    ListedPerson.objects.bulk_create(rows, batch_size=500)
    if len(lines) < READ:
        row.state, row.source = State.READ, b""


def _seen(row: InvitationList, addresses: Iterable[str]) -> dict[str, int]:
    """{address: the line in which it stands} of those that were read before."""
    before = ListedPerson.objects.filter(in_list=row, email__in=addresses).order_by("-line")
    return dict(before.values_list("email", "line"))


def _listed(row: InvitationList, read: Row) -> ListedPerson:
    person = read.invitee
    return ListedPerson(
        in_list=row,
        line=read.number,
        email=person.email[:254],
        name=person.name[:NAME_LENGTH],
        organisation=person.organisation[:ORGANISATION_LENGTH],
        role=person.role,
        language=person.language,
        problems=list(read.problems),
        is_good=not read.problems,
    )


def _invite_part(row: InvitationList) -> None:
    by = row.uploaded_by
    if by is None or not has_right(by, row.edition, Right.INVITE):
        row.state, row.note = State.STOPPED, _("Whoever started it may not invite any more.")
        return
    people = list(good_rows(row).order_by("line")[:INVITE])
    known = known_people(row.edition, among=[person.email for person in people])
    for person in people:
        if person.email in known:
            person.problems, person.is_good = [known[person.email]], False
    wanted = [person for person in people if person.is_good]
    invitees = [_invitee(one, row) for one in wanted]
    slug = row.edition.slug
    try:
        invite(
            row.edition,
            invitees,
            days=row.days,
            link=lambda token: address_of("invitation", slug, token),
            by=by,
        )
    except DomainError as error:
        row.state, row.note = State.STOPPED, str(error)[:300]
        return
    for person in wanted:
        person.is_invited = True
    ListedPerson.objects.bulk_update(people, ["problems", "is_good", "is_invited"], batch_size=200)
    if len(people) < INVITE:
        row.state = State.DONE
        record(row.edition, "list done", row, by=None, data={"people": counts_of(row)["invited"]})


def _invitee(one: ListedPerson, row: InvitationList) -> Invitee:
    language = language_of_letter(one.language, row.language)
    return Invitee(one.email, one.name, one.organisation, one.role, language)


def _locked(key: UUID) -> InvitationList:
    row = (
        InvitationList.objects.select_for_update(of=("self",))
        .select_related("edition")
        .filter(pk=key)
        .first()
    )
    if row is None:
        raise NotReady
    return row


def _save_at_work(row: InvitationList) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise OneAtATime from error


def _wake(row: InvitationList) -> None:
    announce("list at work", key=str(row.pk))
