"""Views of the list that organisers keep: own ones, and those that all organisers see."""

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError
from academy.history import record
from academy.models import Edition, SavedView, User
from academy.people.asking import Asking
from academy.permissions import has_right, insist
from academy.rights import Right
from academy.text import tidy

MOST = 60


class NameTaken(DomainError):
    """The person has a view of this name."""

    message = gettext_lazy("You keep a view of this name already. Please choose another name.")


class TooManyViews(DomainError):
    """Nobody finds anything in so many views."""

    message = gettext_lazy("You keep 60 views already. Please remove one first.")


class TooLong(DomainError):
    """The question does not fit."""

    status = 422
    message = gettext_lazy("This view asks for too much to be kept. Please choose fewer filters or columns.")


def views_for(user: User, edition: Edition) -> QuerySet[SavedView]:
    """The views that an organiser sees: the own ones, and the shared ones of all others."""
    rows = SavedView.objects.filter(Q(user=user) | Q(is_shared=True), edition=edition)
    return rows.select_related("user").order_by("name", "id")


@transaction.atomic
def keep_view(edition: Edition, name: str, asking: Asking, *, is_shared: bool, by: User) -> SavedView:
    """Keep what a list is asked for under a name.

    Raises:
        NotAllowed, Invalid, NameTaken, TooManyViews, TooLong
    """
    insist(has_right(by, edition, Right.MANAGE_PEOPLE))
    name = tidy(name, limit=60, what=_("The name"))
    if len(asking.as_kept) > 2000:
        raise TooLong
    if SavedView.objects.filter(edition=edition, user=by).count() >= MOST:
        raise TooManyViews
    view = SavedView(
        edition=edition, user=by, name=name, query=asking.as_kept, is_shared=is_shared, created_at=clock.now()
    )
    _save(view)
    record(edition, "view kept", view, by=by, data={"shared": is_shared})
    return view


@transaction.atomic
def change_view(view: SavedView, name: str, *, is_shared: bool, by: User) -> SavedView:
    """Give a view of one's own another name, share it, or keep it to oneself again.

    Raises:
        NotAllowed: it is somebody else's.
        Invalid, NameTaken
    """
    insist(view.user_id == by.pk and has_right(by, view.edition, Right.MANAGE_PEOPLE))
    view.name, view.is_shared = tidy(name, limit=60, what=_("The name")), is_shared
    _save(view)
    record(view.edition, "view changed", view, by=by, data={"shared": is_shared})
    return view


@transaction.atomic
def remove_view(view: SavedView, *, by: User) -> None:
    """Forget a view of one's own; the people in it stay.

    Raises:
        NotAllowed: it is somebody else's.
    """
    insist(view.user_id == by.pk and has_right(by, view.edition, Right.MANAGE_PEOPLE))
    record(view.edition, "view removed", view, by=by)
    SavedView.objects.filter(pk=view.pk).delete()


def _save(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise NameTaken from error
