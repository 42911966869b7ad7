"""The shape of a request in an edition, the door to pages that need a person, and forms that call rules."""

from collections.abc import Callable
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from academy.errors import DomainError, NotAllowed
from academy.models import Edition, Participant
from academy.permissions import Visitor, is_known

Made = TypeVar("Made")


class EditionRequest(HttpRequest):
    """A request as the middleware leaves it: `edition` is None outside of an edition's addresses."""

    user: Visitor
    edition: Edition | None
    participant: Participant | None
    roles: frozenset[str]
    zone: ZoneInfo | None
    zone_first: bool


class LoginNeeded(DomainError):
    """Nobody is logged in; the middleware leads to the login and back."""

    status = 401
    message = _("Please log in first.")


def admit(request: HttpRequest, allowed: bool, *, needs: str | Promise = "") -> None:
    """Let only those in who may see the page; `needs` says whom it is for, in a sentence.

    Raises:
        LoginNeeded: nobody is logged in.
        NotAllowed: this person may not.
    """
    if allowed:
        return
    if not is_known(request.user):
        raise LoginNeeded
    if request.method == "POST":
        raise NotAllowed
    raise NotAllowed(needs or _("It is for people with another role in this academy."))


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also if it was nothing at all; None for a request that only reads."""
    return request.POST if request.method == "POST" else None


def apply(form: BaseForm, rule: Callable[[], Made]) -> Made | None:
    """What the rule returns; an error of the domain becomes an error of the form, with what was typed kept.

    Raises:
        NotAllowed: that is not a matter of what was typed.
    """
    if not form.is_valid():
        return None
    try:
        return rule()
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_error(None, str(error))
        return None


def status_of(*forms: BaseForm) -> int:
    """422 for a page that shows a refused form again, else 200."""
    return 422 if any(form.is_bound and form.errors for form in forms) else 200
