"""Bad input: a clear 4xx or message, and nothing changed. What belongs to one app is tested there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse

from academy import clock
from academy.models import HistoryEntry, Participant, User
from outcome.models import (
    Clause,
    Commitment,
    CommitmentWording,
    Document,
    Endorsement,
    Position,
    Procedure,
    ProgressNote,
    Record,
    Revision,
)
from programme.models import Release
from tests.conftest import bring_to
from workshops.models import Finding, FindingEvent, Summary


@pytest.fixture(autouse=True)
def _in_january_2022() -> Iterator[None]:
    """The weeks in which registration for the 2022 academy is open."""
    with clock.set_to(datetime(2022, 1, 15, 12, tzinfo=UTC)):
        yield


REGISTRATION = {
    "email": "gulnara@example.org",
    "password1": "seven-wells-of-water",
    "password2": "seven-wells-of-water",
    "name": "Gulnara Seitova",
    "organisation": "City of Almaty",
    "actor": "local_authority",
    "country": "KZ",
    "languages": ["en"],
    "motivation": "Budgets",
    "visibility": "listed",
    "pseudonym": "",
    "consent": "on",
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"name": "Gul\x07nara"}, "Control characters cannot be used here."),
        ({"name": "Gul\x00nara"}, "Null characters are not allowed."),
        ({"name": "\u202egnikcah"}, "Control characters cannot be used here."),
        ({"organisation": "x" * 161}, "at most 160 characters"),
        ({"motivation": "x" * 1001}, "at most 1000 characters"),
        ({"motivation": "a\x1bb"}, "Control characters cannot be used here."),
        ({"actor": "king"}, "Select a valid choice"),
        ({"country": "Atlantis"}, "Select a valid choice"),
        ({"languages": ["klingon"]}, "Select a valid choice"),
        ({"visibility": "invisible"}, "Select a valid choice"),
        ({"visibility": "protected"}, "Please choose a pseudonym that says nothing about you."),
        (
            {"visibility": "protected", "pseudonym": "gulnara seitova"},
            "A pseudonym must not hold a word of your name",
        ),
        (
            {"visibility": "protected", "pseudonym": "The Almaty bird"},
            "A pseudonym must not hold a word of your name",
        ),
        ({"visibility": "protected", "pseudonym": "x" * 61}, "at most 60 characters"),
        ({"consent": ""}, "This field is required."),
        ({"email": "gulnara@"}, "Enter a valid email address."),
        ({"email": "gulnara\n@example.org"}, "Enter a valid email address."),
        ({"password2": "something-else"}, "You must type the same password each time."),
        ({"password1": "1234567890", "password2": "1234567890"}, "entirely numeric"),
    ],
)
def test_a_registration_that_cannot_be_is_refused_and_kept_in_the_form(edition, client, change, words):
    response = client.post("/2022/register/", {**REGISTRATION, **change})
    text = response.content.decode()
    assert response.status_code == 422
    assert words in text
    assert (User.objects.count(), Participant.objects.count()) == (0, 0)
    if "motivation" not in change:
        assert "Budgets" in text


def test_a_second_registration_changes_nothing(edition, client_of, dawit):
    before = Participant.objects.values().get(user=dawit)
    response = client_of(dawit).post(
        "/2022/register/", {**REGISTRATION, "name": "Somebody else"}, follow=True
    )
    assert "You are registered for this academy already." in response.content.decode()
    assert Participant.objects.values().get(user=dawit) == before


def test_a_known_address_gets_the_same_answer_and_no_second_account(edition, client, dawit):
    unknown = client.post("/2022/register/", REGISTRATION)
    known = Client().post("/2022/register/", {**REGISTRATION, "email": dawit.email, "name": "Not Dawit"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert User.objects.filter(email=dawit.email).count() == 1
    assert not Participant.objects.filter(name="Not Dawit").exists()


IMMUTABLE: list[tuple[type[models.Model], str, Any]] = [
    (Release, "label", "another"),
    (Revision, "label", "another"),
    (Revision, "content", {}),
    (Record, "digest", "0" * 64),
    (Position, "choice", "object"),
    (HistoryEntry, "verb", "denied"),
    (FindingEvent, "verb", "merged"),
    (Finding, "text", "Nobody said this."),
    (Clause, "text", "to do nothing;"),
    (Document, "title", "Another title"),
    (Procedure, "state", "not-adopted"),
    (Endorsement, "organisation", "Another town"),
    (CommitmentWording, "words", {}),
    (ProgressNote, "words", "Nobody reported this."),
]


@pytest.mark.parametrize(
    ("model", "field", "value"), IMMUTABLE, ids=lambda value: getattr(value, "__name__", None)
)
def test_what_was_published_or_decided_cannot_be_changed_by_the_orm(db, model, field, value):
    bring_to("adopted")
    before = list(model._default_manager.order_by("pk").values_list(field, flat=True))
    assert before != []
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.update(**{field: value})
    assert list(model._default_manager.order_by("pk").values_list(field, flat=True)) == before


@pytest.mark.parametrize(
    "model",
    [
        Release,
        Revision,
        Record,
        Position,
        HistoryEntry,
        FindingEvent,
        Finding,
        Clause,
        Document,
        Procedure,
        Summary,
        Endorsement,
        Commitment,
        CommitmentWording,
        ProgressNote,
    ],
)
def test_nothing_deliberated_can_be_deleted(db, model):
    bring_to("adopted")
    count = model._default_manager.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.all()._raw_delete("default")
    assert model._default_manager.count() == count > 0


@pytest.mark.parametrize("model", [Release, Revision, Record, HistoryEntry, Finding, Clause])
def test_the_admin_shows_it_and_lets_nobody_touch_it(db, client_of, model):
    bring_to("adopted")
    root = User.objects.create_superuser("root@example.org", "from-intentions-2022")
    browser = client_of(root)
    row = model._default_manager.earliest("pk")
    label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert browser.get(reverse(f"{label}_changelist")).status_code == 200
    page = browser.get(reverse(f"{label}_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert (
        browser.post(reverse(f"{label}_change", args=[row.pk]), {"label": "x", "text": "x"}).status_code
        == 403
    )
    assert browser.post(reverse(f"{label}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert model._default_manager.earliest("pk") == row


def test_every_model_of_ours_is_in_the_admin_but_who_did_what_and_what_somebody_needs():
    labels = ("academy", "programme", "workshops", "outcome")
    ours = {model for label in labels for model in apps.get_app_config(label).get_models()}
    needs = {"AccessNeed", "Pair", "Wish"}
    # Rows that lead from a person to what they did, said, supported or were given.
    whose = {"Answer", "Attribution", "CoSignature", "HistoryActor", "ListedPerson", "Mention", "PlanChange"}
    whose |= {"PlannedSeat", "RoundtableSeat", "Support", "TranslatedPart", "Translator"}
    # The text while it is written, by the number of each writer.
    written = {"Editor", "LogLine", "LogSummary"}
    hidden = {model.__name__ for model in ours if not site.is_registered(model)}
    assert hidden == needs | whose | written


def test_the_admin_never_shows_who_said_something(db, client_of):
    bring_to("adopted")
    root = User.objects.create_superuser("root@example.org", "from-intentions-2022")
    finding = Finding.objects.exclude(author=None).earliest("pk")
    page = client_of(root).get(reverse("admin:workshops_finding_change", args=[finding.pk])).content.decode()
    assert finding.text in unescape(page)
    assert str(finding.author_id) not in page


@pytest.mark.parametrize(
    "address",
    [
        "/2022/workshops/99999999999999999999/",
        "/2022/workshops/0/",
        "/2022/workshops/1/group-9/",
        "/2022/workshops/days/day-99/",
        "/2022/document/revisions/99999999999999999999/",
        "/2022/document/compare/1/99/",
        "/2022/document/findings/00000000-0000-0000-0000-000000000000/",
        "/2022/people/?page=99999999999999999999&state=%00",
        "/2022/nothing/",
        "/no-such-edition/programme/",
    ],
)
def test_an_address_of_nothing_is_never_an_error_of_ours(db, client_of, address):
    bring_to("drafting")
    response = client_of(User.objects.get(email="amara@example.org")).get(address)
    assert response.status_code in ({200} if "people" in address else {404})


@pytest.mark.parametrize("address", ["/2022/register/", "/nowhere/"])
@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded; charset=utf-16", b"a=1", 400),
        ("application/x-www-form-urlencoded", b"a=1&" * 3_000, 413),
        ("application/x-www-form-urlencoded", b"text=" + b"a" * 1_100_000, 413),
        ("multipart/form-data", b"--x--", 400),
        ("multipart/form-data; boundary=\xff", b"--x--", 400),
    ],
    ids=["another-encoding", "too-many-fields", "too-long", "no-boundary", "no-ascii"],
)
def test_a_body_that_is_no_form_is_refused_also_where_nothing_is(edition, kind, body, status, address):
    answer = Client(enforce_csrf_checks=True).generic("POST", address, body, kind)
    words = b"The form cannot be read, or it is too large. Nothing was changed.\n"
    assert (answer.status_code, answer.content) == (status, words)


def test_a_page_before_that_makes_no_sense_is_no_way_back(edition, client):
    answer = client.post("/2022/withdraw/", headers={"referer": "http://["})
    assert answer["Location"] == "/accounts/login/?next=/2022/"
