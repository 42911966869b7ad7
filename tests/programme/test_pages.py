"""The programme's pages: zones, days, query counts, links by role and time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy import clock
from academy.kept_pages import forget_pages
from academy.models import Participant, User
from bench.programmes import large_edition
from programme.casting import cast
from programme.models import Day, JoinLink, Session
from programme.releases import release
from tests.factories import make_participant
from workshops.models import Group
from workshops.seating import pin


def page(client, address):
    response = client.get(address)
    return response.status_code, response.content.decode()


def test_one_day_shows_the_academys_time_and_the_viewers(edition, client):
    status, text = page(client, "/2022/programme/?day=2022-02-02&tz=Asia/Dhaka")
    assert status == 200
    assert '<time class="at strong" datetime="2022-02-02T12:30:00+00:00">13:30</time>' in text
    assert '<time class="at at-yours" datetime="2022-02-02T12:30:00+00:00">18:30</time>' in text
    assert "Central European Time" in text
    assert "Dhaka time, UTC+6" in text
    assert "Opening ceremony" not in text


def test_another_day_in_the_viewers_zone_is_said(edition, client):
    _status, text = page(client, "/2022/programme/?day=2022-02-02&tz=Pacific/Auckland")
    assert ">Thu 01:30</time>" in text


def test_days_regroup_when_the_viewers_zone_comes_first(edition, client):
    status, text = page(client, "/2022/programme/?day=2022-02-05&tz=Pacific/Auckland&times=mine")
    assert status == 200
    assert "Roundtable 1" in text


def test_that_ones_own_time_comes_first_is_remembered_too_until_it_is_taken_back(edition, client):
    choice = {"zone": "Pacific/Auckland", "first": "yes", "next": "/2022/programme/"}
    assert client.post("/zone/", choice)["Location"] == "/2022/programme/"
    assert "Roundtable 1" in page(client, "/2022/programme/?day=2022-02-05")[1]
    # Another zone alone says nothing of the order.
    client.post("/zone/", {"zone": "Pacific/Tongatapu"})
    assert page(client, "/2022/programme/?day=2022-02-05")[0] == 200
    assert page(client, "/2022/programme/?day=2022-02-05&times=academy")[0] == 404
    client.post("/zone/", {"zone": "Pacific/Tongatapu", "first": "no"})
    assert page(client, "/2022/programme/?day=2022-02-05")[0] == 404


def test_the_choice_of_a_zone_is_remembered_and_forgotten(edition, client):
    chosen = client.post("/zone/", {"zone": "America/Lima", "next": "/2022/programme/"})
    assert (chosen.status_code, chosen["Location"]) == (302, "/2022/programme/")
    assert "Lima time, UTC-5" in page(client, "/2022/programme/")[1]
    client.post("/zone/", {"zone": "", "next": "/2022/programme/"})
    assert "Lima time" not in page(client, "/2022/programme/")[1]


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/1999/", 404, ""),
        ("/2022/programme/?day=2022-02-05", 404, ""),
        ("/2022/programme/?day=tomorrow", 404, ""),
        ("/2022/programme/?day=2022-02-30", 404, ""),
        ("/2022/programme/?tz=Mars/Olympus", 400, "This time zone is not known."),
        ("/2022/programme/?tz=%00", 400, "This time zone is not known."),
        ("/2022/programme/nothing-here/", 404, ""),
    ],
)
def test_an_address_that_makes_no_sense_is_answered_clearly(edition, client, address, status, words):
    found, text = page(client, address)
    assert found == status
    assert words in text
    assert "Traceback" not in text


def test_a_malformed_zone_is_not_remembered(edition, client):
    refused = client.post("/zone/", {"zone": "Mars/Olympus\x07", "next": "/2022/"})
    assert refused.status_code == 400
    assert "zone" not in client.cookies


def test_the_way_back_stays_on_this_site(edition, client):
    assert client.post("/zone/", {"zone": "UTC", "next": "https://evil.example/"})["Location"] == "/"


def titles(client, address):
    """The titles of the items that the page shows."""
    response = client.get(address)
    assert response.status_code == 200
    return [
        item["title"] for entry in response.context["shown"] for row in entry.day.rows for item in row.items
    ]


def test_the_agenda_can_be_narrowed_by_a_shareable_address(edition, client):
    assert titles(client, "/2022/programme/?show=workshops") == [
        "Workshop session 1",
        "Workshop session 2",
        "Workshop session 3",
        "Roundtable sessions",
        "Workshop sessions",
    ]
    assert titles(client, "/2022/programme/?day=2022-02-01&show=plenaries") == [
        "Opening ceremony",
        "Plenary session A",
        "Closing",
    ]
    assert client.get("/2022/programme/?show=nonsense").status_code == 404


def test_my_sessions_are_those_i_am_placed_in(academy_at, client_of):
    academy_at("workshops")
    dawit = client_of(User.objects.get(email="dawit@example.org"))
    assert titles(dawit, "/2022/programme/?show=mine") == [
        "Workshop session 1",
        "Workshop session 2",
        "Workshop session 3",
        "Workshop sessions",
    ]
    page = client_of(None).get("/2022/programme/?show=mine").content.decode()
    assert "Nothing of this kind here" in page


def test_a_session_shows_its_guiding_questions(edition, client):
    _status, text = page(client, "/2022/programme/day-1-workshop-1/")
    assert "Guiding questions" in text
    assert "What moves a local government most strongly to commit itself?" in text
    assert "Part B: Requirements and recommendations" in text


def test_queries_do_not_grow_with_the_programme(edition, client_of, amara, dawit):
    def counts():
        """The queries of a visitor and of a participant; the first time a process may read the release itself."""
        found = []
        for person in (client_of(None), client_of(dawit)):
            forget_pages()
            person.get("/2022/programme/")
            forget_pages()
            with CaptureQueriesContext(connection) as queries:
                assert person.get("/2022/programme/").status_code == 200
            found.append(len(queries))
        return found

    before = counts()
    day = Day.objects.get(edition=edition, slug="day-1")
    for number in range(40):
        starts = datetime(2022, 2, 1, 16, tzinfo=UTC) + timedelta(minutes=5 * number)
        Session.objects.create(
            edition=edition, day=day, kind="panel", slug=f"extra-{number}", title=f"Extra {number}",
            position=100 + number, starts_at=starts, ends_at=starts + timedelta(minutes=5),
        )  # fmt: skip
    release(edition, label="longer", by=amara)
    forget_pages()
    assert "Extra 39" in client_of(None).get("/2022/programme/").content.decode()
    assert counts() == before


@pytest.mark.parametrize("who", ["visitor", "participant"])
@pytest.mark.parametrize(
    "page", ["", "?q=item", "calendar.ics", "schedule.json", "schedule.xml", "programme.csv", "day-1-item-7/"]
)
def test_sixty_days_need_as_many_queries_as_six(edition, client_of, dawit, amara, who, page):
    large = large_edition()
    make_participant(dawit, large)
    release(large, label="large", by=None)
    client = client_of(None if who == "visitor" else dawit)
    small = page.replace("day-1-item-7", "day-1-workshop-1")
    counts = []
    for address in (f"/2022/programme/{small}", f"/large/programme/{page}"):
        for is_counted in (False, True):
            forget_pages()
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts += [len(queries)] if is_counted else []
    assert counts[1] <= counts[0]


def test_people_of_a_session_appear_as_they_wish(edition, client, amara, bruno, esi):
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    for user in (bruno, esi):
        cast(Participant.objects.get(user=user), session, "speaker", by=amara)
    release(edition, label="with speakers", by=amara)
    text = page(client, "/2022/programme/day-1-opening/")[1]
    assert "Bruno" in text
    assert "Kingfisher" in text
    assert "Esi" not in text
    Participant.objects.filter(user=bruno).update(visibility="unlisted")
    forget_pages()
    assert "Bruno" not in page(client, "/2022/programme/day-1-opening/")[1]


@pytest.fixture
def link(edition):
    session = Session.objects.get(edition=edition, slug="day-1-workshop-1-group-1")
    return JoinLink.objects.create(session=session, url="https://meet.example.org/group-1")


@pytest.mark.parametrize(
    ("minutes", "participant", "lead"),
    [
        (-31, "later", "later"),
        (-29, "later", "open"),
        (-9, "open", "open"),
        (59, "open", "open"),
        (61, "over", "over"),
    ],
)
def test_a_link_opens_by_role_and_time(
    edition, link, client_of, bruno, dawit, amara, minutes, participant, lead
):
    pin(Participant.objects.get(user=dawit), Group.objects.get(session=link.session), reason="test", by=amara)
    address = f"/2022/programme/{link.session.slug}/join/"
    with clock.set_to(link.session.starts_at + timedelta(minutes=minutes)):
        for user, state in ((dawit, participant), (bruno, lead)):
            response = client_of(user).get(address)
            found = "open" if response.status_code == 302 else response.context["door"].state
            assert found == state
            if state == "open":
                assert response["Location"] == "https://meet.example.org/group-1"


def test_a_groups_link_is_for_its_own_people(edition, link, client_of, dawit, farid):
    address = f"/2022/programme/{link.session.slug}/join/"
    with clock.set_to(link.session.starts_at):
        assert client_of(dawit).get(address).status_code == 403
        assert client_of(farid).get(address).status_code == 403
        assert client_of(None).get(address)["Location"].startswith("/accounts/login/")
