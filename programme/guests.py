"""The people of a session: participants and named guests are given roles in it, and give them up. For organisers.

The words of an edit never name anybody; who it was stands on the page of the session.
"""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid
from academy.models import Edition, Participant, User
from programme import casting
from programme.edits import begin, insist_on_fields, named, note, said, tidied
from programme.models import Edit, Session, SessionRole
from programme.nesting import insist_on_planned, locked

BIOGRAPHY_LENGTH = 1_500


class HasRole(DomainError):
    """The person has this role in the session."""

    message = gettext_lazy("This person has this role in the session already.")


class NotTakingPart(Invalid):
    """Only people who take part get a role."""

    message = gettext_lazy("Only people with a confirmed registration can get a role in a session.")


class Gone(DomainError):
    """The role was given up meanwhile."""

    message = gettext_lazy("This person was taken out of the session already.")


@transaction.atomic
def cast_participant(
    session: Session, participant: Participant, kind: str, *, by: User | None
) -> SessionRole:
    """Give a participant a role in a session, after those who have one.

    Raises:
        NotAllowed, TakenOut, OfAnotherEdition, NotTakingPart, HasRole
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    insist_on_planned(row)
    if participant.edition_id != edition.pk:
        raise casting.OfAnotherEdition
    if participant.state != Participant.State.CONFIRMED:
        raise NotTakingPart
    if SessionRole.objects.filter(session=row, participant=participant, kind=kind).exists():
        raise HasRole
    return _add(edition, row, SessionRole(session=row, participant=participant, kind=kind), by=by)


@transaction.atomic
def cast_guest(
    session: Session, name: str, kind: str, *, affiliation: str = "", biography: str = "", by: User | None
) -> SessionRole:
    """Name a guest who is no participant, with affiliation and a short biography.

    Raises:
        NotAllowed, TakenOut, Invalid
        HasRole: a guest of this name has the role.
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    insist_on_planned(row)
    role = SessionRole(
        session=row,
        kind=kind,
        guest_name=tidied(name),
        guest_affiliation=tidied(affiliation),
        guest_biography=tidied(biography),
    )
    if not role.guest_name:
        raise Invalid(_("Please say the guest's name."))
    if len(role.guest_biography) > BIOGRAPHY_LENGTH:
        raise Invalid(_("A biography can have at most %(limit)s characters.") % {"limit": BIOGRAPHY_LENGTH})
    if SessionRole.objects.filter(session=row, kind=kind, guest_name=role.guest_name).exists():
        raise HasRole
    return _add(edition, row, role, by=by)


@transaction.atomic
def take_role(role: SessionRole, *, by: User | None) -> Edit:
    """Take a person out of a session.

    Raises:
        NotAllowed
        Gone: somebody did it already.
    """
    edition = begin(role.session.edition, by=by)
    row = (
        SessionRole.objects.select_for_update(of=("self",))
        .select_related("session")
        .filter(pk=role.pk)
        .first()
    )
    if row is None:
        raise Gone
    was, key = said(row), row.pk
    row.delete()
    row.pk = key
    words = _("%(role)s taken out of %(title)s") % _in_words(row)
    return note(edition, row, "role in session taken", before=was, after={}, words=words, by=by)


def _add(edition: Edition, session: Session, role: SessionRole, *, by: User | None) -> SessionRole:
    insist_on_fields(role)
    last = SessionRole.objects.filter(session=session).aggregate(last=Max("position"))["last"]
    role.position = 0 if last is None else last + 1
    role.save(force_insert=True)
    words = _("%(role)s added to %(title)s") % _in_words(role)
    note(edition, role, "role in session given", before={}, after=said(role), words=words, by=by)
    return role


def _in_words(role: SessionRole) -> dict[str, str]:
    return {"role": role.get_kind_display().capitalize(), "title": named(role.session.title)}
