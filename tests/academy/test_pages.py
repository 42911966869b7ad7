"""The pages of the ground floor: home by day and role, people, my academy, errors, account mails."""

from datetime import datetime

import pytest

from academy import clock
from academy.models import Edition, Message, Participant, User
from tests.factories import make_participant, make_user
from workshops.models import Seat


def text_of(client, address):
    return " ".join(client.get(address).content.decode().split())


def at(moment):
    return clock.set_to(datetime.fromisoformat(moment))


def test_now_says_until_when_and_the_next_is_no_break(academy_at, client):
    academy_at("workshops")
    with at("2022-02-03T13:15+01:00"):
        text = text_of(client, "/2022/")
    assert 'until <time class="at" datetime="2022-02-03T12:30:00+00:00">13:30</time>' in text
    assert "See which finding became what" in text


def test_the_last_day_is_said_although_it_has_no_times(edition, client):
    with at("2022-02-08T10:00+01:00"):
        text = text_of(client, "/2022/")
    assert "Today:" in text
    assert "The programme has ended." not in text
    with at("2022-02-09T10:00+01:00"):
        assert "The programme has ended." in text_of(client, "/2022/")


def test_nobody_is_asked_to_register_once_it_is_over(academy_at, client):
    academy_at("adopted")
    Edition.objects.update(registration_closes=None)
    with at("2022-02-08T10:00+01:00"):
        text = text_of(client, "/2022/")
    assert "Read the adopted document</a" in text
    assert "/2022/register/" not in text.split("<main")[1].split("</main")[0]


def test_whoever_has_no_seat_after_the_draw_is_told_and_counted(academy_at, client_of):
    edition = academy_at("workshops")
    late = make_user("late")
    make_participant(late, edition)
    assert Seat.objects.exists()
    assert "You have no seat in a group yet" in text_of(client_of(late), "/2022/my/")
    organiser = client_of(Participant.objects.get(user__email="amara@example.org").user)
    assert "1 person without a seat" in text_of(organiser, "/2022/workshops/3/")


@pytest.mark.parametrize("address", ["/accounts/login/", "/2022/nowhere/", "/nowhere/at/all/"])
def test_account_and_error_pages_keep_the_edition(edition, client, address):
    assert 'href="/2022/programme/"' in text_of(client, address)


def test_an_error_page_needs_no_edition(db, client):
    assert client.get("/nowhere/").status_code == 404


def test_a_refused_page_says_whom_it_is_for(edition, client_of, dawit):
    text = text_of(client_of(dawit), "/2022/people/")
    assert "It is for the organisers of this academy." in text
    assert "You may not do this" not in text


def test_account_mails_name_the_academy(edition, client):
    make_user("farid")
    client.post("/accounts/password/reset/", {"email": "farid@example.org"})
    mail = Message.objects.latest("created_at")
    assert not mail.subject.startswith("[")
    assert f"This message was sent by {edition.title}." in mail.body


def test_a_protected_person_is_not_called_by_name_in_the_header_either(academy_at, client_of):
    academy_at("registration")
    esi = Participant.objects.select_related("user").get(user__email="esi@example.org")
    for address in ("/2022/programme/", "/2022/workshops/", "/accounts/email/"):
        page = client_of(esi.user).get(address).content.decode()
        assert esi.pseudonym in page
        assert esi.name not in page


def test_the_zone_of_the_academy_is_not_taken_for_the_one_that_an_organiser_chose(academy_at, client_of):
    academy_at("workshops")
    amara = client_of(User.objects.get(email="amara@example.org"))
    amara.cookies["zone"] = "Asia/Dhaka"
    person = Participant.objects.get(user__email="dawit@example.org")
    for address in (
        "/2022/programme/attendance/",
        "/2022/workshops/without-a-group/",
        f"/2022/people/{person.pk}/",
        "/2022/programme/desk/",
        "/2022/programme/desk/days/day-1/",
    ):
        page = amara.get(address).content.decode()
        assert '<option value="Asia/Dhaka" selected>' in page, address
