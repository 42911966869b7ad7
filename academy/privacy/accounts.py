"""What the libraries keep about people: addresses, second factors, sessions, the admin's log."""

import json
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import User
from academy.privacy.declarations import (
    Basis,
    Declaration,
    Period,
    Rows,
    after_the_moment,
    blanked,
    deleted,
    of,
    rows_of,
    with_the_account,
)
from academy.privacy.ground import SELF, addresses_of

YEAR, QUARTER = 365, 90
ADMINISTRATORS = _("the administrators")


def sessions_of(user: User) -> Rows:
    """The sessions in which a person is logged in, or is about to: their content is looked at one by one."""
    signs = {str(user.pk), *addresses_of(user)}
    found = [
        session.pk
        for session in Session.objects.iterator()
        if any(sign in json.dumps(session.get_decoded(), default=str).lower() for sign in signs)
    ]
    return Session.objects.filter(pk__in=found)


def log_of(user: User) -> Rows:
    """What the admin's log says about a person: the account, the registrations, and whatever shows an address."""
    keys = {str(user.pk), *map(str, user.participations.values_list("pk", flat=True))}
    shown = Q.create([("object_repr__icontains", address) for address in addresses_of(user)], Q.OR)
    said = Q.create([("change_message__icontains", address) for address in addresses_of(user)], Q.OR)
    return LogEntry.objects.filter(Q(object_id__in=keys) | shown | said)


def sessions_over(moment: datetime) -> Rows:
    return rows_of("sessions.Session").filter(expire_date__lt=moment)


DECLARATIONS = [
    Declaration(
        key="addresses",
        model="account.EmailAddress",
        title=_("E-mail addresses"),
        rows=of("account.EmailAddress", "user"),
        fields=("email", "verified", "primary"),
        shows=("email", "verified", "primary"),
        purpose=_("to log in, and to know that an address is somebody's own"),
        basis=Basis.TAKING_PART,
        readers=_("oneself, the administrators"),
        kept=with_the_account(),
        erasure=deleted(),
    ),
    Declaration(
        key="address_confirmations",
        model="account.EmailConfirmation",
        title=_("Addresses to be confirmed"),
        rows=of("account.EmailConfirmation", "email_address__user"),
        fields=("key",),
        shows=("created", "sent"),
        purpose=_("to confirm an address"),
        basis=Basis.TAKING_PART,
        readers=SELF,
        kept=with_the_account(_("until the address is confirmed")),
        erasure=deleted(),
    ),
    Declaration(
        key="second_factors",
        model="mfa.Authenticator",
        title=_("Second steps of logging in"),
        rows=of("mfa.Authenticator", "user"),
        fields=("data",),
        shows=("type", "created_at", "last_used_at"),
        purpose=_("to keep others out of an account"),
        basis=Basis.TAKING_PART,
        readers=_("nobody; oneself sees that they are there"),
        kept=with_the_account(),
        erasure=deleted(),
    ),
    Declaration(
        key="sessions",
        model="usersessions.UserSession",
        title=_("Where you are logged in"),
        rows=of("usersessions.UserSession", "user"),
        fields=("ip", "user_agent", "session_key", "data"),
        shows=("created_at", "last_seen_at", "ip", "user_agent"),
        purpose=_("to show people where they are logged in, and to log them out elsewhere"),
        basis=Basis.INTEREST,
        readers=SELF,
        kept=after_the_moment("usersessions.UserSession", "last_seen_at", QUARTER),
        erasure=deleted(),
    ),
    Declaration(
        key="browser_sessions",
        model="sessions.Session",
        title=_("Sessions of browsers"),
        rows=sessions_of,
        fields=("session_key", "session_data"),
        purpose=_("to keep people logged in"),
        basis=Basis.TAKING_PART,
        readers=_("nobody"),
        kept=Period(_("until it expires, two weeks after the login"), sessions_over),
        erasure=deleted(),
    ),
    Declaration(
        key="admin_log",
        model="admin.LogEntry",
        title=_("What was changed about you in the admin"),
        rows=log_of,
        fields=("object_repr", "change_message", "object_id"),
        shows=("action_time", "action_flag", "object_repr"),
        purpose=_("to know what an administrator changed"),
        basis=Basis.INTEREST,
        collected_from=_("the administrators"),
        readers=ADMINISTRATORS,
        kept=after_the_moment("admin.LogEntry", "action_time", YEAR),
        erasure=blanked(object_repr="", change_message="", object_id=""),
    ),
]
NOT_ABOUT_PEOPLE: dict[str, str] = {}
