"""Workshops and groups keep up with their sessions as organisers add, rename and nest these at the desk.

A session of the kind "workshop" has a workshop, with parts for findings; a parallel group in it has a group with its
board and seats; a workshop without parallel groups is one group by itself. What was worked on is never lost: a change
that a board or a seat cannot go along with is refused.
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from academy.errors import DomainError, Invalid
from academy.models import Edition
from programme.edits import named
from programme.models import Session
from workshops.models import Group, GuidingQuestion, Part, Seat, Workshop
from workshops.seating import slot_of

TITLE_LENGTH, NAME_LENGTH = 200, 80
WORKSHOP, GROUP = Session.Kind.WORKSHOP, Session.Kind.GROUP


class InUse(DomainError):
    """People worked or sit in a workshop or group that would end, or would belong elsewhere."""


def keep_up(edition: Edition, sessions: list[Session]) -> None:
    """Make, rename, move or end what the workshops keep for these sessions; doing it twice is doing it once.

    Raises:
        Invalid: a workshop has no strand.
        InUse: findings, an opened board, seats or guiding questions do not go with the change.
    """
    # A workshop before its groups, in whichever order they come.
    for session in sorted(sessions, key=lambda session: session.kind != WORKSHOP):
        _workshop(edition, session)
        _group(session)


def _workshop(edition: Edition, session: Session) -> None:
    """The workshop of a session: made if it should have one, called as the session is, ended if it should not."""
    row = Workshop.objects.filter(session=session).first()
    if session.kind != WORKSHOP:
        if row:
            _end(row, session)
        return
    title = (session.subtitle or session.title)[:TITLE_LENGTH]
    strand = session.strand or (row.strand if row else session.day.strand)
    if strand is None:
        raise Invalid(_("A workshop belongs to a strand. Please choose one."))
    if row is None:
        taken = Workshop.objects.filter(edition=edition).values_list("number", flat=True)
        number = max(taken, default=0) + 1
        row = Workshop.objects.create(
            edition=edition, session=session, strand=strand, number=number, title=title
        )
        _divide(row)
    elif (row.title, row.strand) != (title, strand):
        row.title, row.strand = title, strand
        row.save(update_fields=["title", "strand"])
    _insist_on_slot(row, session)
    if not row.groups.exists():
        _make_group(row, session, _("Workshop %(number)s") % {"number": row.number})


def _divide(workshop: Workshop) -> None:
    """The two parts in which workshops of the academy are held: findings have their place in them."""
    titles = (_("Challenges and possible solutions"), _("Requirements and recommendations"))
    Part.objects.bulk_create(
        Part(workshop=workshop, letter=letter, title=title)
        for letter, title in zip("AB", titles, strict=True)
    )


def _group(session: Session) -> None:
    """The group of a session that is a parallel group of a workshop; any other session has none."""
    row = Group.objects.filter(session=session).select_related("workshop").first()
    home = Workshop.objects.filter(session=session.parent_id).first() if session.kind == GROUP else None
    if home is None:
        if row and row.workshop.session_id != session.pk:
            _end_group(row, session)
        return
    name = session.title[:NAME_LENGTH]
    if row is None:
        row = _own_group(home) or _make_group(home, session, name)
        row.session = session
    elif row.workshop_id != home.pk:
        _insist_on_idle(row, session)
        left, row.workshop, row.part = row.workshop, home, None
        row.slug = _free_slug(home)
        row.save(update_fields=["workshop", "slug", "part"])
        if instead := _own_group(home):
            instead.delete()
        _leave_one_group(left)
    row.name, row.language = name, session.language or row.language
    row.save(update_fields=["session", "name", "language"])


def _own_group(workshop: Workshop) -> Group | None:
    """The group that the workshop itself was, if nobody worked in it: the first parallel group takes its place."""
    row = workshop.groups.filter(session=workshop.session_id).first()
    return row if row and not _is_used(row) else None


def _make_group(workshop: Workshop, session: Session, name: str) -> Group:
    language = session.language or "en"
    return Group.objects.create(
        workshop=workshop, session=session, slug=_free_slug(workshop), name=name, language=language
    )


def _free_slug(workshop: Workshop) -> str:
    taken = set(workshop.groups.values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := f"group-{n}") not in taken)


def _end_group(row: Group, session: Session) -> None:
    _insist_on_idle(row, session)
    workshop = row.workshop
    row.delete()
    _leave_one_group(workshop)


def _leave_one_group(workshop: Workshop) -> None:
    """A workshop that its last parallel group left is one group by itself."""
    if not workshop.groups.exists():
        _make_group(workshop, workshop.session, _("Workshop %(number)s") % {"number": workshop.number})


def _end(row: Workshop, session: Session) -> None:
    """End a workshop of which nothing would be lost.

    Raises:
        InUse
    """
    if row.groups.exclude(session=session).filter(session__removed_at=None).exists():
        raise InUse(
            _("%(title)s stays a workshop, because it has parallel groups.") % {"title": named(session.title)}
        )
    for group in row.groups.all():
        _insist_on_idle(group, session)
    if GuidingQuestion.objects.filter(part__workshop=row).exists():
        raise InUse(
            _("%(title)s stays a workshop, because it has guiding questions.")
            % {"title": named(session.title)}
        )
    row.groups.all().delete()
    row.parts.all().delete()
    row.delete()


def _is_used(group: Group) -> bool:
    return group.state != Group.State.PLANNED or group.findings.exists() or group.seats.exists()


def _insist_on_idle(group: Group, session: Session) -> None:
    """Refuse to end or move a group in which people worked or sit.

    Raises:
        InUse
    """
    if _is_used(group):
        raise InUse(
            _(
                "%(title)s stays what it is, and where it is: its board was opened, or people have seats in it."
            )
            % {"title": named(session.title)}
        )


def _insist_on_slot(workshop: Workshop, session: Session) -> None:
    """Refuse to take a workshop out of the time in which people have seats in it.

    Raises:
        InUse
    """
    workshop.session = session
    if Seat.objects.filter(Q(workshop=workshop) & ~Q(slot=slot_of(workshop))).exists():
        raise InUse(
            _("%(title)s stays where it is: people have seats in it at this time.")
            % {"title": named(session.title)}
        )
