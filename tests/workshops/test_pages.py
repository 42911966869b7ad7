"""The list of workshops, one workshop with its seats, a day's closing: by role, and without anybody's name."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from academy.models import Participant
from tests.factories import make_participant, make_user
from workshops.closing import close_group
from workshops.models import Group, Seat
from workshops.seating import allocate, slot_of

INDEX, ONE, CLOSING = "/2022/workshops/", "/2022/workshops/1/", "/2022/workshops/days/day-2/"


@pytest.fixture
def held(academy_at):
    """The demo academy in the middle of day 3."""
    return academy_at("workshops")


@pytest.fixture
def registered(academy_at):
    """The demo academy before anybody has a seat."""
    return academy_at("registration")


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def named_in(text, edition):
    """The people whose real names stand in a page, the cast of the page's own header aside."""
    main = text[text.index("<main") : text.index("</main>")]
    return sorted(
        name
        for name in Participant.objects.filter(edition=edition).values_list("name", flat=True)
        if name in main
    )


@pytest.mark.parametrize("who", [None, "farid", "dawit", "esi", "bruno"])
@pytest.mark.parametrize("address", [INDEX, ONE])
def test_names_reach_only_organisers(held, client_of, who, address, request):
    client = client_of(request.getfixturevalue(who) if who else None)
    text = text_of(client.get(address))
    assert named_in(text, held) == []
    assert "Who sits where" not in text


def test_organisers_see_who_sits_where_with_the_reason_of_a_pin(held, amara, client_of):
    text = text_of(client_of(amara).get(ONE))
    # Everybody has a seat but the observers, who can still be pinned by hand; protected people keep their pseudonyms.
    everybody = Participant.objects.confirmed().filter(edition=held)
    named = everybody.exclude(visibility="protected").values_list("name", flat=True)
    assert named_in(text, held) == sorted(set(named))
    hidden = everybody.filter(visibility="protected").values_list("pseudonym", flat=True)
    assert [name for name in hidden if escape(name) not in text] == []
    assert "runs this group" in text
    assert "How the groups mirror the whole" in text


def test_the_list_says_which_group_is_mine_and_which_board_i_may_read(held, dawit, client_of):
    text = text_of(client_of(dawit).get(INDEX))
    own = Group.objects.filter(seats__participant__user=dawit)
    assert text.count("your group") == own.count() == 4
    for group in Group.objects.of_edition(held):
        readable = group in own or group.state == "closed"
        assert (f'href="{group.get_absolute_url()}"' in text) is readable


def test_everybody_reads_aims_and_questions(edition, client_of):
    text = text_of(client_of(None).get(ONE))
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    for part in group.workshop.parts.all():
        for question in part.questions.all():
            assert question.text in text
    assert "/programme/day-1-workshop-1/" in text


def test_only_organisers_are_offered_the_draw(registered, amara, bruno, client_of):
    assert "Spread people over the groups" in text_of(client_of(amara).get(INDEX))
    assert "Spread people over the groups" not in text_of(client_of(bruno).get(INDEX))


# --- Seats ----------------------------------------------------------------------------------------------------------


def test_an_organiser_pins_somebody(held, amara, dawit, client_of):
    group = Group.objects.get(workshop__number=1, slug="group-1")
    sent = {"participant": dawit.participations.get().pk, "group": group.pk, "reason": "Speaks French"}
    assert client_of(amara).post(f"{ONE}pin/", sent).headers["Location"] == f"{ONE}#seats"
    seat = Seat.objects.get(participant__user=dawit, workshop__number=1)
    assert (seat.group, seat.pinned, seat.reason) == (group, True, "Speaks French")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"participant": ""}, "participant"),
        ({"participant": "00000000-0000-0000-0000-000000000000"}, "participant"),
        ({"participant": "x"}, "participant"),
        ({"group": "elsewhere"}, "group"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"reason": "a\x07"}, "reason"),
    ],
)
def test_a_pin_that_makes_no_sense_is_refused(registered, amara, dawit, client_of, change, field):
    elsewhere = Group.objects.get(workshop__number=2, slug="group-1").pk
    sent = {
        "participant": dawit.participations.get().pk,
        "group": Group.objects.get(workshop__number=1, slug="group-1").pk,
        "reason": "Speaks French",
        **{name: elsewhere if value == "elsewhere" else value for name, value in change.items()},
    }
    page = client_of(amara).post(f"{ONE}pin/", sent)
    assert (page.status_code, list(page.context["pin"].errors)) == (422, [field])
    assert not Seat.objects.exists()


@pytest.mark.parametrize("who", ["bruno", "dawit", "farid", None])
def test_only_organisers_seat_people(registered, client_of, who, request):
    client = client_of(request.getfixturevalue(who) if who else None)
    assert client.post(f"{ONE}pin/").status_code == (403 if who else 302)
    assert not Seat.objects.exists()


# --- Closing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("amara", 200), ("bruno", 200), ("dawit", 200), ("esi", 200), ("farid", 403), (None, 302)],
)
def test_the_closing_is_for_all_who_take_part(held, client_of, who, status, request):
    client = client_of(request.getfixturevalue(who) if who else None)
    assert client.get(CLOSING).status_code == status


def test_the_closing_shows_twin_summaries_counts_and_thoughts(held, dawit, client_of):
    response = client_of(dawit).get(CLOSING)
    text = text_of(response)
    groups = Group.objects.of_edition(held).filter(workshop__number=2).order_by("slug")
    for group in groups:
        assert group.summary.text[:60] in text.replace("&#x27;", "'")
    standing = [group.findings.standing().count() for group in groups]
    assert response.context["totals"] == standing
    assert [
        sum(counts) for counts in zip(*(counts for _kind, counts in response.context["kinds"]), strict=True)
    ] == (standing)
    assert "Thoughts on the day" in text
    assert named_in(text, held) == []


def test_what_an_open_group_found_is_not_told_before_it_closes(held, dawit, chiara, client_of):
    address = "/2022/workshops/days/day-3/"
    assert "The summaries of the groups will stand here" in text_of(client_of(dawit).get(address))
    group = Group.objects.of_edition(held).get(workshop__number=3, slug="group-1")
    close_group(group, summary="Frameworks speak to states.", by=chiara)
    response = client_of(dawit).get(address)
    assert "Frameworks speak to states." in text_of(response)
    assert [found.slug for found in response.context["closed"]] == ["group-1"]
    assert "Not closed yet: Group 2." in text_of(response)


def test_a_day_without_groups_says_so(held, dawit, client_of):
    assert "No groups meet on this day" in text_of(client_of(dawit).get("/2022/workshops/days/day-4/"))


# --- Counting -------------------------------------------------------------------------------------------------------


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        text_of(client.get(address))
    return len(captured)


@pytest.mark.parametrize("address", [INDEX, ONE])
@pytest.mark.parametrize("who", ["amara", "dawit"])
def test_more_people_cost_no_more_queries(edition, amara, dawit, client_of, address, who, request):
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    slot = slot_of(group.workshop)
    client = client_of(request.getfixturevalue(who))

    def seat(*names):
        for name in names:
            make_participant(make_user(name), edition)
        allocate(slot, seed=1, by=amara)
        return queries(client, address)

    client.get(address)  # a process keeps what a release says
    assert seat("gina") == seat("hugo", "ines", "jona", "kofi", "lena", "musa")
