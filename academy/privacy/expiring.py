"""Forgetting what nobody needs any more: each kind of data when its declared time is over. It may run twice."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from academy.errors import DomainError
from academy.history import record
from academy.models import Edition, Participant, Role, User
from academy.privacy.declarations import Declaration, Rows, declarations
from academy.privacy.erasure import erase, overwrite_log
from academy.registration import in_turn

log = logging.getLogger(__name__)
IDLE_DAYS = 730
# Registrations write a line of history each: no transaction holds an edition for longer than this many.
BATCH = 500
ACCOUNTS = "idle_accounts"

# {(kind of data, edition's key or None): how many rows}
Counted = Counter[tuple[str, Any]]


def what_is_over(moment: datetime) -> Counted:
    """How much would be forgotten now, by kind and edition; nothing is changed."""
    counted: Counted = Counter()
    for one in _with_an_end():
        rows = _over(one, moment)
        if one.kept.edition:
            groups = rows.order_by().values_list(f"{one.kept.edition}__slug").annotate(Count("pk"))
            counted.update({(one.key, slug): number for slug, number in groups})
        else:
            counted[one.key, None] += rows.count()
    counted[ACCOUNTS, None] += idle_accounts(moment).count()
    return +counted


def forget_expired(moment: datetime) -> Counted:
    """Forget everything whose time is over, and count it in the history of its edition; returns what it was."""
    counted: Counted = Counter()
    for one in _with_an_end():
        if one.kept.edition:
            slugs = (
                _over(one, moment).order_by().values_list(f"{one.kept.edition}__slug", flat=True).distinct()
            )
            for slug in list(slugs):
                counted[one.key, slug] += _forget_of(one, Edition.objects.get(slug=slug), moment)
        else:
            counted[one.key, None] += _forget(one, moment)
    for user in idle_accounts(moment):
        counted[ACCOUNTS, None] += _erase_idle(user)
    transaction.on_commit(overwrite_log)
    for (kind, slug), number in sorted((+counted).items(), key=str):
        log.info("Forgotten as its time was over: %s rows of %s (%s)", number, kind, slug or "no edition")
    return +counted


def idle_accounts(moment: datetime) -> Rows:
    """Accounts that nobody logged in to for two years, without a registration that is not forgotten, or a role."""
    before = moment - timedelta(days=IDLE_DAYS)
    unused = Q(last_login__lt=before) | Q(last_login=None, date_joined__lt=before)
    rows = User.objects.filter(unused, is_staff=False, is_superuser=False).exclude(email__endswith=".invalid")
    registered = Participant.objects.filter(erased_at=None).values("user")
    return rows.exclude(pk__in=registered).exclude(pk__in=Role.objects.active().values("user"))


def _with_an_end() -> list[Declaration]:
    return [one for one in declarations() if one.kept.over]


def _over(one: Declaration, moment: datetime) -> Rows:
    assert one.kept.over is not None  # noqa: S101  # asked only of those that have an end
    return one.kept.over(moment)


@transaction.atomic
def _forget(one: Declaration, moment: datetime) -> int:
    return one.erasure.act(_over(one, moment))


def _forget_of(one: Declaration, edition: Edition, moment: datetime) -> int:
    """Forget one kind of data of one edition, a batch a transaction."""
    total = 0
    while True:
        with transaction.atomic():
            in_turn(edition)
            rows = _over(one, moment).filter(Q((one.kept.edition, edition.pk))).order_by("pk")
            keys = list(rows.values_list("pk", flat=True)[:BATCH])
            if not keys:
                return total
            count = one.erasure.act(one.table._default_manager.filter(pk__in=keys))
            facts = {"kind": one.key, "count": len(keys)}
            record(edition, "expired data forgotten", edition, by=None, data=facts)
        total += len(keys)
        if not count:
            return total


def _erase_idle(user: User) -> int:
    try:
        erase(user, by=None)
    except DomainError as error:
        log.warning("An idle account stays: %s", type(error).__name__)
        return 0
    return 1
