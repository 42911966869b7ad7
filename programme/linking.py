"""The link through which a session is joined: set, changed, removed. For organisers.

It counts at once, without a release: a room that moves shortly before a session must be found.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid
from academy.models import User
from programme.edits import begin, difference, insist_on_fields, insist_on_state, named, note, said
from programme.models import Edit, JoinLink, Session
from programme.nesting import insist_on_planned, locked

DAY_MINUTES = 24 * 60


class NoLink(DomainError):
    """The session has no link."""

    message = gettext_lazy("This session has no link to join any more.")


@transaction.atomic
def set_link(
    session: Session,
    *,
    url: str,
    opens_minutes: int = 10,
    opens_minutes_leads: int = 30,
    state: str | None = None,
    by: User | None,
) -> JoinLink:
    """Give a session its link, or change it: an https address, and when it opens for whom.

    Args:
        state: `state_of` the link when the page was read; "" if there was none.

    Raises:
        NotAllowed, TakenOut, Invalid, Overtaken
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    insist_on_planned(row)
    link = JoinLink.objects.filter(session=row).first()
    fresh = link is None
    link = link or JoinLink(session=row)
    if state is not None:
        insist_on_state(link, None if fresh and not state else state)
    was: dict[str, Any] = {} if fresh else said(link)
    link.url, link.opens_minutes, link.opens_minutes_leads = url.strip(), opens_minutes, opens_minutes_leads
    insist_on_fields(link)
    if max(opens_minutes, opens_minutes_leads) > DAY_MINUTES:
        raise Invalid(_("A link opens at most a day before the session."))
    before, after = ({}, said(link)) if fresh else difference(was, said(link))
    if not after:
        return link
    link.save(force_insert=fresh)
    verb = "link of session set" if fresh else "link of session changed"
    words = (_("Link set: %(title)s") if fresh else _("Link changed: %(title)s")) % {
        "title": named(row.title)
    }
    note(edition, link, verb, before=before, after=after, words=words, by=by)
    return link


@transaction.atomic
def remove_link(session: Session, *, by: User | None) -> Edit:
    """Take the link of a session away.

    Raises:
        NotAllowed, NoLink
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    link = JoinLink.objects.select_for_update(of=("self",)).filter(session=row).first()
    if link is None:
        raise NoLink
    was, key = said(link), link.pk
    link.delete()
    link.pk = key
    words = _("Link removed: %(title)s") % {"title": named(row.title)}
    return note(edition, link, "link of session removed", before=was, after={}, words=words, by=by)
