"""Whose password an account has, once somebody proves that its address is theirs.

Anybody can make an account with anybody's address; with the link of an invitation that was passed on, even one that a
place waits for. The account is opened by whoever reads the address's mail. If they do so in the browser in which the
account was made, or in which its password was entered, the password is theirs. In any other browser nobody knows whose
it is: it stops working, its sessions end, and whoever reads the mail chooses one.
"""

from collections.abc import MutableMapping
from typing import Any

from allauth.account.models import EmailAddress

from academy.models import User
from academy.second_factor import end_sessions

MADE_HERE, MOST = "accounts_made_here", 5
# The address that a mail has just gone to, as it was typed; shown once, so that who mistyped sees it.
WRITTEN_TO = "written_to"


def remember_browser(session: MutableMapping[str, Any], user: User) -> None:
    """Note that in this browser the account was made, or its password entered, before its address was confirmed."""
    known = [key for key in session.get(MADE_HERE, []) if key != str(user.pk)]
    session[MADE_HERE] = [*known, str(user.pk)][-MOST:]


def is_made_here(session: MutableMapping[str, Any], user: User) -> bool:
    """Whether the account was made in this browser."""
    return str(user.pk) in session.get(MADE_HERE, [])


def is_strange(session: MutableMapping[str, Any], address: EmailAddress) -> bool:
    """Whether nobody knows whose the password is: the first proof of an address, in another browser."""
    user = address.user
    is_first = not EmailAddress.objects.filter(user=user, verified=True).exclude(pk=address.pk).exists()
    return is_first and not is_made_here(session, user) and bool(user.has_usable_password())


def take_strange_password(session: MutableMapping[str, Any], address: EmailAddress) -> bool:
    """End a password that may be a stranger's, and the sessions that were begun with it; whether there was one."""
    if not is_strange(session, address):
        return False
    user = address.user
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user)
    return True
