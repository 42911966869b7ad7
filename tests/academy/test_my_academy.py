"""My academy: how the registration stands in words, what comes next, what one takes along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from academy import clock
from academy.invitations.inviting import invite
from academy.invitations.wording import Invitee
from academy.models import Participant, Role
from programme.calendar_keys import give_key
from programme.models import JoinLink, Session
from tests.factories import make_edition, make_participant, make_user
from workshops.models import Group
from workshops.seating import pin

NEXT = datetime(2022, 2, 1, 12, 25, tzinfo=UTC)
MY = "/2022/my/"


def text_of(browser, address: str = MY) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def standing(edition, dawit):
    """Brings Dawit's registration to a state."""

    def bring(state: str, **fields: object) -> Participant:
        Participant.objects.filter(user=dawit).update(state=state, **fields)
        return Participant.objects.get(user=dawit)

    return bring


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        ("confirmed", {}, "Your place is confirmed."),
        ("waiting", {"waiting_number": 7}, "You are number 2 on the waiting list"),
        ("applied", {}, "The organisers have your registration and decide about it"),
        ("declined", {"reason": "We are full of mayors."}, "We are full of mayors."),
        ("withdrawn", {}, "Register again"),
    ],
)
def test_every_state_is_said_in_words(edition, standing, dawit, client_of, state, fields, words):
    make_participant(make_user("li"), edition, state="waiting", waiting_number=3)
    standing(state, **fields)
    assert words in text_of(client_of(dawit))


def test_an_offer_is_answered_here(edition, standing, dawit, client_of):
    standing("offered", offered_until=clock.now() + timedelta(hours=3))
    page = text_of(client_of(dawit))
    assert "A place is free for you" in page
    assert 'action="/2022/my/offer/"' in page


def test_an_offer_that_ran_out_is_not_shown(edition, standing, dawit, client_of):
    edition.capacity = 0
    edition.save()
    with clock.set_to(NEXT):
        standing("offered", offered_until=NEXT - timedelta(minutes=1))
        page = text_of(client_of(dawit))
    assert "A place is free for you" not in page
    assert "on the waiting list" in page


def test_the_next_session_stands_first_with_its_link_and_its_board(edition, dawit, client_of):
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    JoinLink.objects.create(session=group.session, url="https://meet.example.org/x")
    pin(dawit.participations.get(), group, reason="asked for it", by=None)
    starts = Session.objects.get(pk=group.session_id).starts_at
    assert starts is not None
    for moment, words in (
        (starts - timedelta(minutes=30), "The link opens at"),
        (starts - timedelta(minutes=5), "Go in"),
        (starts + timedelta(minutes=5), "Now"),
    ):
        with clock.set_to(moment):
            page = text_of(client_of(dawit))
        assert words in page
        assert group.get_absolute_url() in page
    with clock.set_to(starts + timedelta(days=1)):
        assert "1 session is over" in text_of(client_of(dawit))


def cards(page: str) -> list[tuple[str, str]]:
    """(now or next, and whose it is; its title) of the sessions that stand first."""
    found = []
    for part in page.split('<section class="mine-next')[1:]:
        when = "Now" if "<strong>Now</strong>" in part else "Next"
        whose = " ".join(words for words in ("your group", "your session") if f">{words}<" in part)
        title = part.split("<h2>")[1].split("</a>")[0].split(">")[-1].strip()
        found.append((f"{when} {whose}".strip(), title))
    return found


def test_now_and_next_are_of_everything_that_one_may_join_with_the_own_group_marked(
    edition, dawit, client_of
):
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    pin(dawit.participations.get(), group, reason="asked for it", by=None)
    plenary = Session.objects.get(edition=edition, title="Plenary session A")
    JoinLink.objects.create(session=plenary, url="https://meet.example.org/plenary")
    session = Session.objects.get(pk=group.session_id)
    own = ("your group", f"Workshop session 1, {session.title}")
    assert plenary.starts_at is not None
    assert session.starts_at is not None
    for moment, expected in (
        (plenary.starts_at - timedelta(minutes=1), [("Now", "Opening ceremony"), ("Next", plenary.title)]),
        (plenary.starts_at, [("Now", plenary.title), (f"Next {own[0]}", own[1])]),
        (session.starts_at, [(f"Now {own[0]}", own[1]), ("Next", "Closing")]),
    ):
        with clock.set_to(moment):
            page = text_of(client_of(dawit))
        assert cards(page) == expected
    with clock.set_to(plenary.starts_at):
        page = text_of(client_of(dawit))
    way_in = reverse("programme:join", args=("2022", plenary.slug))
    assert f'href="{way_in}" >Go in' in page


def test_a_workshop_without_a_seat_in_it_is_not_next_and_roundtables_are_for_everybody(
    edition, dawit, client_of
):
    workshop = Session.objects.get(edition=edition, title="Workshop session 1")
    tables = Session.objects.get(edition=edition, title="Roundtable sessions")
    assert workshop.starts_at is not None
    assert tables.starts_at is not None
    with clock.set_to(workshop.starts_at - timedelta(minutes=1)):
        assert cards(text_of(client_of(dawit))) == [("Next", "Closing")]
    with clock.set_to(tables.starts_at + timedelta(minutes=1)):
        assert cards(text_of(client_of(dawit)))[0] == ("Now", "Roundtable sessions")


@pytest.mark.parametrize("state", ["applied", "waiting", "declined", "withdrawn"])
def test_who_has_no_place_is_shown_nothing_to_join(edition, standing, dawit, client_of, state):
    standing(state, waiting_number=1 if state == "waiting" else None)
    with clock.set_to(NEXT):
        page = text_of(client_of(dawit))
    assert cards(page) == []
    is_hoping = state in ("applied", "waiting")
    assert ("Your sessions will be here once your place is confirmed" in page) == is_hoping
    assert ("You have no sessions here" in page) != is_hoping


@pytest.mark.parametrize(("third", "together"), [("It fits.", 1), ("Asked for.", 0)])
def test_the_reason_of_groups_is_said_once_only_if_it_is_the_same_for_all(
    edition, dawit, client_of, third, together
):
    groups = list(Group.objects.of_edition(edition).filter(slug="group-1").order_by("workshop__number")[:3])
    for group, reason in zip(groups, ("It fits.", "It fits.", third), strict=True):
        pin(dawit.participations.get(), group, reason=reason, by=None)
    with clock.set_to(NEXT):
        page = text_of(client_of(dawit))
    assert page.count("Why these groups: It fits.") == together
    assert page.count("Why this group: It fits.") == (0 if together else 2)
    assert page.count("Why this group: Asked for.") == (0 if together else 1)


def test_roles_say_what_they_allow(edition, dawit, client_of):
    page = text_of(client_of(dawit))
    assert "Take a position when the outcome document is adopted" in page
    assert "Read registrations and decide on them" not in page


@pytest.mark.parametrize(
    ("state", "counting"), [("confirmed", [True]), ("applied", [False]), ("withdrawn", [])]
)
def test_a_role_that_waits_for_a_place_says_so(edition, dawit, client_of, standing, state, counting):
    standing(state)
    is_waiting = False in counting
    page = client_of(dawit).get(MY)
    shown = [(role["words"], role["counts"]) for role in page.context["my_roles"]]
    assert shown == [("delegate", counts) for counts in counting]
    text = page.content.decode()
    assert ("it allows nothing before your registration is confirmed" in text) is is_waiting
    assert ('<span class="badge badge-heed">not yet</span>' in text) is is_waiting


def test_calendar_certificate_and_data_are_a_step_away(edition, dawit, client_of):
    page = text_of(client_of(dawit))
    for address in ("/2022/programme/subscribe/", "/2022/my/certificate/", "/my/data/", "/2022/profile/"):
        assert f'href="{address}"' in page
    assert "Make a secret address for your calendar" in page
    give_key(dawit.participations.get(), by=dawit)
    assert "Your secret address is in use" in text_of(client_of(dawit))


def test_an_invitation_to_an_own_address_is_told_of(edition, amara, farid, client_of):
    link = "https://academy.example.org/{}".format
    invite(edition, [Invitee(farid.email, role="speaker")], days=14, link=link, by=amara)
    page = text_of(client_of(farid))
    assert "You are invited as speaker" in page
    assert "You are not registered" in page or "not registered for this academy yet" in page
    other = make_edition("2032")
    assert "You are invited" not in text_of(client_of(farid), f"/{other.slug}/my/")
    assert Role.objects.of(farid, edition).count() == 0
