"""The second step of logging in that organisers and staff need: who has one, and what does not count without it.

A second step is a passkey or an authenticator app. Whoever has one is asked for it at every login, so that having one
is as good as having used it; `all_else_ends` (academy/accounts.py) ends the sessions that are older.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.history import record
from academy.mail.reading import writing_to
from academy.models import Edition, Role, User
from academy.outbox import queue_message

# Roles that do not count without a second step; recovery codes alone are none.
GUARDED = (Role.Kind.ORGANISER,)
STEPS = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)
NEEDED = gettext_lazy(
    "Organisers and administrators need a second step of logging in: what they see and change concerns many people."
)
_is_waived: ContextVar[bool] = ContextVar("second factor waived", default=False)


@contextmanager
def without_second_factor() -> Iterator[None]:
    """Let organisers count as such without a second step: only for the demo, whose people never logged in."""
    token = _is_waived.set(True)
    try:
        yield
    finally:
        _is_waived.reset(token)


def is_asked() -> bool:
    """Whether this academy asks its organisers and staff for a second step (`SECOND_FACTOR`)."""
    return bool(settings.SECOND_FACTOR) and not _is_waived.get()


def has_second_factor(user: User) -> bool:
    """Whether this person is asked for a second step at every login."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=STEPS).exists())


def those_who_lack_a_step(keys: set[UUID]) -> set[UUID]:
    """Those of these people whose guarded roles do not count for want of a second step."""
    if not keys or not is_asked():
        return set()
    steps = Authenticator.objects.filter(user__in=keys, type__in=STEPS)
    return keys - set(steps.values_list("user", flat=True))


def lacks_second_factor(user: User | AnonymousUser | None, edition: Edition | None) -> bool:
    """Whether a role in the edition (without an edition: being staff) does not count for want of a second step."""
    if not is_asked() or not isinstance(user, User) or not user.is_active:
        return False
    is_guarded = (
        Role.objects.of(user, edition).filter(kind__in=GUARDED).exists() if edition else user.is_staff
    )
    return is_guarded and not has_second_factor(user)


def may_administer(user: User | AnonymousUser | None) -> bool:
    """Whether this person may open the admin: active, staff, and with a second step."""
    is_staff = isinstance(user, User) and user.is_active and user.is_staff
    return is_staff and not lacks_second_factor(user, None)


@transaction.atomic
def forget_second_factor(user: User) -> int:
    """Take all second steps from a person who lost them, end their sessions, and tell them by mail.

    Returns the number of passkeys and apps that were taken. The history of each edition that they organise says so.
    """
    taken = Authenticator.objects.filter(user=user, type__in=STEPS).count()
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    with writing_to(user) as language:
        queue_message(
            key=f"second step reset:{user.pk}:{clock.now().isoformat()}",
            to=user.email,
            subject=_("Your second step of logging in was taken away"),
            body=_(
                "An administrator has taken away the passkeys, the authenticator app and the recovery codes of your "
                "account and logged you out everywhere, because somebody said that they were lost.\n\n"
                "If you asked for this, log in and set up a new second step. If you did not, write to the organisers "
                "now."
            ),
            language=language,
        )
    announce("own pages changed", person=str(user.pk))
    roles = Role.objects.active().filter(user=user, kind__in=GUARDED).select_related("edition")
    for role in roles.order_by("edition_id"):
        record(role.edition, "second step reset", role, by=None)
    return int(taken)


def end_sessions(user: User, *, but: str = "") -> None:
    """Log a person out everywhere, except in the session with the key `but`."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for session in UserSession.objects.filter(user=user).exclude(session_key=but):
        store.delete(session.session_key)
        session.delete()


def forget_ended_sessions() -> int:
    """Remove the list's rows of sessions that ended, with their addresses; returns how many. May run at any time."""
    engine = import_module(settings.SESSION_ENGINE).SessionStore
    engine.clear_expired()
    store = engine()
    ended = [row.pk for row in UserSession.objects.iterator() if not store.exists(row.session_key)]
    return int(UserSession.objects.filter(pk__in=ended).delete()[0])
