"""What the lists of the admin ask of the database, and what is refused there."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin import site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from academy.models import User
from outcome.models import Disposition, Source
from tests.conftest import bring_to
from workshops.models import FindingEvent, Seat, TwinDecision

# Session and account, how many there are, the rows, and one for each table of a filter; the order of rows joins, too.
MOST_QUERIES, MOST_TABLES = 7, 7


def asked(client_of: Any, user: User) -> dict[str, tuple[int, int]]:
    """By model: (questions of its list, tables of the widest of them)."""
    browser, found = client_of(user), {}
    for model in site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        widest = max(query["sql"].count(" JOIN ") + 1 for query in queries)
        found[model.__name__] = (len(queries), widest)
    return found


def test_a_list_of_the_admin_asks_little_and_joins_only_what_it_shows(db, client_of):
    bring_to("adopted")
    for model in (FindingEvent, Seat, TwinDecision, Source, Disposition):
        assert model._default_manager.count() > MOST_QUERIES
    root = User.objects.create_superuser("root@example.org", "from-intentions-2022")
    found = asked(client_of, root)
    assert {name: said for name, said in found.items() if said[0] > MOST_QUERIES} == {}
    assert {name: said for name, said in found.items() if said[1] > MOST_TABLES} == {}


def test_if_everything_that_can_be_reached_were_joined_it_would_be_dozens_of_tables(
    db, client_of, monkeypatch
):
    """The control: what the admin does by itself."""
    bring_to("adopted")
    monkeypatch.setattr(site._registry[TwinDecision], "list_select_related", True)
    root = User.objects.create_superuser("root@example.org", "from-intentions-2022")
    assert asked(client_of, root)["TwinDecision"][1] > 20


@pytest.mark.parametrize("chosen", ["null", "9" * 40, "-1", "\x00"])
def test_an_action_on_what_is_no_row_is_refused_and_on_a_row_is_done(edition, dawit, client_of, chosen):
    root = User.objects.create_superuser("root@example.org", "from-intentions-2022")
    row = EmailAddress.objects.get(user=dawit)
    EmailAddress.objects.filter(pk=row.pk).update(verified=False)
    browser, address = client_of(root), reverse("admin:account_emailaddress_changelist")

    def verify(key: object) -> Any:
        said = {"action": "make_verified", "index": "0", "select_across": "0", "_selected_action": str(key)}
        return browser.post(address, said).status_code

    assert verify(chosen) < 500
    assert not EmailAddress.objects.get(pk=row.pk).verified
    assert verify(row.pk) < 500
    assert EmailAddress.objects.get(pk=row.pk).verified


def test_a_list_that_is_asked_for_what_no_text_can_be_is_refused_in_words(edition, client_of):
    """PostgreSQL breaks over it, and the admin asks for any column that is named."""
    browser = client_of(User.objects.create_superuser("root@example.org", "from-intentions-2022"))
    address = reverse("admin:programme_session_changelist")
    for query in ("language=%00", "language__in=en,%00", "language=en&language=%00", "q=%00", "%00=en"):
        refused = browser.get(f"{address}?{query}")
        assert (refused.status_code, refused.content) == (400, b"The address cannot be read.\n")
    assert browser.get(f"{address}?language=en").status_code == 200
