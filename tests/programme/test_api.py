"""The API: public data of releases in pages, with validators and problem details, and no way to make it fail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import schemathesis
from django.core.exceptions import ValidationError
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from academy import clock
from academy.canonical import digest
from academy.kept_pages import forget_pages
from academy.models import Edition, Participant
from academy.wsgi import application
from programme.casting import cast
from programme.models import Session
from programme.releases import release
from tests.factories import make_edition

ROOT = "/api/v1"
EDITION = f"{ROOT}/editions/2022"
MOMENT = datetime(2022, 2, 1, 12, 0, 30, tzinfo=UTC)
ADDRESSES = [
    f"{ROOT}/openapi.json",
    f"{ROOT}/editions",
    EDITION,
    f"{EDITION}/days",
    f"{EDITION}/sessions",
    f"{EDITION}/sessions/day-1-opening",
    f"{EDITION}/releases",
    f"{EDITION}/releases/1",
]


CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip


def value_at(address, client=None):
    response = (client or Client()).get(address)
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (200, "application/json"), (
        address
    )
    return response.json()


def insist_on_a_problem(response, status):
    """RFC 9457: the type, the members, the status in both places."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    said = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(said)
    assert (said["type"], said["status"], said["instance"]) == (
        "about:blank",
        status,
        response.wsgi_request.path,
    )
    assert said["detail"]
    return said


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_has_its_validator_and_is_for_every_site(edition, address):
    first = Client().get(address)
    assert (first.status_code, first["Access-Control-Allow-Origin"]) == (200, "*")
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"
    again = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = Client().head(address)
    assert (head.status_code, head.content, head["Content-Type"]) == (200, b"", first["Content-Type"])


def test_a_visitors_answer_is_kept(edition, django_assert_num_queries):
    first = Client().get(f"{EDITION}/sessions")
    with django_assert_num_queries(0):
        assert Client().get(f"{EDITION}/sessions").content == first.content


def test_editions_are_those_with_a_published_programme(edition):
    make_edition("2031")
    page = value_at(f"{ROOT}/editions")
    assert (page["count"], page["next"], page["previous"]) == (1, None, None)
    assert page["items"] == [
        {
            "slug": "2022",
            "title": edition.title,
            "starts": "2022-02-01",
            "ends": "2022-02-08",
            "time_zone": "Europe/Vienna",
            "release": 1,
            "url": "http://testserver/2022/",
            "api_url": "http://testserver/api/v1/editions/2022",
        }
    ]
    insist_on_a_problem(Client().get(f"{ROOT}/editions/2031"), 404)
    assert [strand["slug"] for strand in value_at(EDITION)["strands"]] == [
        "drivers",
        "development",
        "responsibility",
    ]


def test_days_name_their_sessions(edition):
    days = value_at(f"{EDITION}/days")
    assert [(day["slug"], len(day["sessions"])) for day in days] == [
        ("day-1", 6), ("day-2", 6), ("day-3", 6), ("day-4", 2), ("day-5", 6), ("day-6", 1),
    ]  # fmt: skip


def test_sessions_come_in_pages_that_lose_and_double_nothing(edition):
    everything = [item["slug"] for item in value_at(f"{EDITION}/sessions?limit=200")["items"]]
    found, address = [], f"{EDITION}/sessions?limit=7"
    while address:
        page = value_at(address)
        found += [item["slug"] for item in page["items"]]
        address = page["next"]
    assert found == everything
    assert len(everything) == len(set(everything)) == page["count"] == 42
    assert page["previous"].endswith("?limit=7&offset=28")


def test_a_session_says_what_the_release_says(edition):
    session = value_at(f"{EDITION}/sessions/day-1-workshop-1")
    assert (session["starts"], session["ends"], session["minutes"]) == (
        "2022-02-01T12:30:00Z",
        "2022-02-01T13:30:00Z",
        60,
    )
    assert (session["day"], session["strand"], session["parent"]) == ("day-1", "drivers", None)
    assert session["parts"] == ["day-1-workshop-1-group-1", "day-1-workshop-1-group-2"]
    assert [len(part["questions"]) for part in session["workshop"]["parts"]] == [5, 4]
    assert session["calendar_url"] == "http://testserver/2022/programme/day-1-workshop-1/session.ics"
    part = value_at(f"{EDITION}/sessions/day-3-panel-a")
    assert (part["parent"], part["has_own_time"], part["starts"]) == (
        "day-3-plenary-c",
        False,
        "2022-02-03T11:00:00Z",
    )


def test_sessions_are_narrowed_as_the_agenda_is(edition):
    page = value_at(f"{EDITION}/sessions?show=plenaries&day=2022-02-01")
    assert [item["slug"] for item in page["items"]] == ["day-1-opening", "day-1-plenary-a", "day-1-closing"]
    assert value_at(f"{EDITION}/sessions?kind=group&limit=1")["count"] == 6


def test_a_release_can_be_verified_by_anybody(edition):
    made = value_at(f"{EDITION}/releases/1")
    assert digest(made["content"]) == made["digest"]
    listed = value_at(f"{EDITION}/releases")
    assert [item["number"] for item in listed["items"]] == [1]
    assert "content" not in listed["items"][0]


def test_people_appear_as_they_may_be_shown_today(edition, esi, bruno):
    for user in (esi, bruno):
        cast(
            Participant.objects.get(user=user), Session.objects.get(slug="day-1-opening"), "speaker", by=None
        )
    release(edition, label="with people", by=None)
    people = value_at(f"{EDITION}/sessions/day-1-opening")["people"]
    assert {(person["name"], person["organisation"]) for person in people} == {
        ("Kingfisher", ""),
        ("Bruno", "City of Examples"),
    }
    assert b"Bruno" not in Client().get(f"{EDITION}/releases/2").content


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{ROOT}/editions/none", 404),
        (f"{ROOT}/editions/%00", 404),
        (f"{EDITION}/sessions/none", 404),
        (f"{EDITION}/releases/9", 404),
        (f"{EDITION}/releases/99999999999999999999", 422),
        (f"{EDITION}/nothing", 404),
        (f"{ROOT}/nothing/at/all", 404),
        (f"{EDITION}/releases/%0Ax", 404),
        (f"{EDITION}/sessions?limit=0", 422),
        (f"{EDITION}/sessions?limit=201", 422),
        (f"{EDITION}/sessions?limit=ten", 422),
        (f"{EDITION}/sessions?offset=-1", 422),
        (f"{EDITION}/sessions?day=tomorrow", 422),
        (f"{EDITION}/sessions?q={'x' * 201}", 422),
        (f"{EDITION}/sessions?show=mine", 422),
        (f"{EDITION}/sessions?kind=party", 422),
        (f"{EDITION}/sessions?strand=none", 404),
        (f"{EDITION}/sessions?day=2022-02-05", 404),
        (f"{EDITION}/sessions?q=%00", 404),
    ],
)
def test_a_refusal_is_a_problem_in_words(edition, address, status):
    said = insist_on_a_problem(Client().get(address), status)
    assert bool(said.get("errors")) is (status == 422)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("address", [f"{ROOT}/editions", f"{ROOT}/openapi.json", f"{ROOT}/nothing"])
def test_nothing_can_be_written(edition, method, address):
    response = getattr(Client(enforce_csrf_checks=True), method)(address)
    insist_on_a_problem(response, 405)
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "address", [f"{ROOT}/editions", f"{EDITION}/sessions", f"{EDITION}/releases", f"{EDITION}/days"]
)
def test_an_answer_costs_the_same_queries_for_more(edition, bruno, address):
    counts = []
    for slugs in (["day-1-opening"], ["day-2-closing", "day-3-closing"]):
        for slug in slugs:
            cast(Participant.objects.get(user=bruno), Session.objects.get(slug=slug), "speaker", by=None)
            release(edition, label=slug, by=None)
        forget_pages()
        Client().get(f"{address}?x=1")
        with CaptureQueriesContext(connection) as queries:
            Client().get(f"{address}?x=2")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- How often -------------------------------------------------------------------------------------------------------


@pytest.fixture
def _twice_a_minute(monkeypatch):
    monkeypatch.setattr("programme.api.problems.PER_MINUTE", 2)
    with clock.set_to(MOMENT):
        yield


def statuses(count, **headers):
    return [Client().get(f"{ROOT}/editions?x={n}", headers=headers).status_code for n in range(count)]


@pytest.mark.usefixtures("_twice_a_minute")
def test_whoever_asks_too_often_waits_for_the_next_minute(edition):
    assert statuses(3) == [200, 200, 429]
    refused = Client().get(f"{ROOT}/editions?x=4")
    insist_on_a_problem(refused, 429)
    assert refused["Retry-After"] == "30"
    with clock.set_to(MOMENT + timedelta(seconds=31)):
        assert statuses(1) == [200]


@pytest.mark.usefixtures("_twice_a_minute")
def test_nobody_escapes_by_inventing_where_they_come_from(edition, settings):
    assert [statuses(1, **{"X-Forwarded-For": f"10.0.0.{n}"})[0] for n in range(3)] == [200, 200, 429]


@pytest.mark.usefixtures("_twice_a_minute")
def test_behind_a_trusted_proxy_each_address_counts_for_itself(edition, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert [statuses(1, **{"X-Forwarded-For": f"1.2.3.4, 10.0.0.{n}"})[0] for n in range(3)] == [
        200,
        200,
        200,
    ]
    assert [statuses(1, **{"X-Forwarded-For": f"1.2.3.{n}, 10.0.0.9"})[0] for n in range(3)] == [
        200,
        200,
        429,
    ]


# --- The description -------------------------------------------------------------------------------------------------


def test_the_page_for_people_lists_every_address_and_loads_nothing_from_elsewhere(db):
    text = Client().get(f"{ROOT}/").content.decode()
    paths = json.loads(Client().get(f"{ROOT}/openapi.json").content)["paths"]
    assert len(paths) == 10
    assert [path for path in paths if path not in text] == []
    assert 'src="http' not in text
    assert reverse("api:openapi-json") in text


def test_no_edition_can_take_the_address(db):
    with pytest.raises(ValidationError):
        Edition(slug="api", title="x", starts=MOMENT.date(), ends=MOMENT.date()).full_clean()


PATHS = [
    "/editions",
    "/editions/{slug}",
    "/editions/{slug}/days",
    "/editions/{slug}/sessions",
    "/editions/{slug}/sessions/{session}",
    "/editions/{slug}/releases",
    "/editions/{slug}/releases/{number}",
]
KNOWN = {"slug": "2022", "session": "day-1-opening", "number": 1}


@pytest.fixture
def _one_connection():
    """Requests that come by WSGI stay in the test's transaction, as those of Django's own client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize("is_known", [True, False], ids=["of 2022", "of anything"])
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", PATHS)
def test_no_request_breaks_an_operation(edition, monkeypatch, path, mode, is_known):
    """schemathesis: no 5xx, only answers that are described, each in its described shape and type."""
    monkeypatch.setattr("programme.api.problems.PER_MINUTE", 10**9)
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", application)
    operation = schema[f"{ROOT}{path}"]["GET"]

    @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        if is_known:
            case.path_parameters = {name: KNOWN[name] for name in case.path_parameters or {}}
        response = case.call(headers={"Accept-Encoding": "identity"})
        case.validate_response(response, checks=CHECKS)

    ask()
