"""The waiting list: order, offers, who is next, and what happens when many withdraw at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.history import verify_history
from academy.models import HistoryEntry, Invitation, Message, Participant
from academy.registration import (
    NoOffer,
    Profile,
    accept_offer,
    change_terms,
    confirm,
    decline,
    decline_offer,
    hand_on_all,
    places,
    register,
    standing,
    terms_of,
    verify_registrations,
    waiting_position,
    withdraw,
)
from academy.roles import grant_role
from academy.tasks import hand_on_places
from tests.factories import make_edition, make_participant, make_user
from tests.meeting import LITTLE, MUCH, Meeting
from tests.servers import use_sqlite

NOW = datetime(2031, 1, 10, 12, tzinfo=UTC)
SOMEBODY = Profile(name="Somebody", actor="research", country="MA", visibility="unlisted")


@pytest.fixture(autouse=True)
def _in_january():
    with clock.set_to(NOW):
        yield


def edition_with(confirmed, waiting, **fields):
    """An edition whose places are taken, with people waiting; (edition, those with a place, those who wait)."""
    edition = make_edition(mode="open", capacity=confirmed, **fields)
    people = [
        register(make_user(f"person{number}"), edition, SOMEBODY, verified=True)
        for number in range(confirmed + waiting)
    ]
    return edition, people[:confirmed], people[confirmed:]


def organiser_of(edition):
    user = make_user("amara")
    grant_role(user, edition, "organiser", by=None)
    return user


def now(*people):
    """The states of these registrations now."""
    states = dict(Participant.objects.filter(pk__in=[p.pk for p in people]).values_list("pk", "state"))
    return [states[p.pk] for p in people]


def mails(person):
    return [m.body.split(".")[0] for m in Message.objects.filter(to=person.user.email).order_by("created_at")]


def test_whoever_comes_too_late_waits_in_order(db):
    _edition, _confirmed, waiting = edition_with(1, 3)
    assert [p.waiting_number for p in waiting] == [1, 2, 3]
    withdraw(waiting[0], by=waiting[0].user)
    waiting[2].refresh_from_db()
    assert (waiting[2].waiting_number, waiting_position(waiting[2])) == (3, 2)


def test_a_place_that_becomes_free_is_offered_to_the_next_one(db):
    edition, (first,), (second, third) = edition_with(1, 2)
    withdraw(first, by=first.user)
    second.refresh_from_db()
    assert (second.state, second.offered_until) == ("offered", NOW + timedelta(hours=48))
    assert (second.waiting_number, now(third)) == (None, ["waiting"])
    offer = Message.objects.get(to=second.user.email, body__startswith="A place has become free for you")
    assert "until 12 January 2031, 13:00 (Central European Time)" in offer.body
    assert [*verify_history(edition), *verify_registrations(edition)] == []


def test_an_offer_holds_the_place_and_is_accepted_once(db):
    edition, (first,), (second,) = edition_with(1, 1)
    withdraw(first, by=first.user)
    late = register(make_user("late"), edition, SOMEBODY, verified=True)
    assert late.state == "waiting"
    assert [accept_offer(second, by=second.user).state for _time in range(2)] == ["confirmed", "confirmed"]
    assert HistoryEntry.objects.filter(verb="offer accepted").count() == 1
    assert now(late) == ["waiting"]


def test_whom_nothing_is_offered_accepts_nothing(db):
    _edition, (first,), (second,) = edition_with(1, 1)
    with pytest.raises(NoOffer):
        accept_offer(second, by=second.user)
    withdraw(first, by=first.user)
    with pytest.raises(NotAllowed):
        accept_offer(second, by=first.user)
    assert now(second) == ["offered"]


def test_a_declined_offer_goes_to_the_next_one(db):
    _edition, (first,), (second, third) = edition_with(1, 2)
    withdraw(first, by=first.user)
    decline_offer(second, by=second.user)
    assert now(second, third) == ["withdrawn", "offered"]


def test_an_offer_that_ran_out_goes_to_the_next_one_and_the_person_to_the_end(db):
    _edition, (first,), (second, third) = edition_with(1, 2)
    withdraw(first, by=first.user)
    with clock.set_to(NOW + timedelta(hours=48)):
        with pytest.raises(NoOffer):
            accept_offer(second, by=second.user)
        assert now(second, third) == ["waiting", "offered"]
        assert mails(second)[-1].startswith("The time to accept the place that was offered to you is over")


def test_the_task_may_run_twice(db):
    _edition, (first,), (second, third) = edition_with(1, 2)
    withdraw(first, by=first.user)
    assert hand_on_places() == 0
    with clock.set_to(NOW + timedelta(hours=49)):
        assert [hand_on_places(), hand_on_places()] == [2, 0]
    assert now(second, third) == ["waiting", "offered"]
    assert len(mails(third)) == 2


def test_a_newcomer_does_not_overtake_when_an_offer_ran_out(db):
    edition, (first,), (second, third) = edition_with(1, 2)
    withdraw(first, by=first.user)
    with clock.set_to(NOW + timedelta(hours=49)):
        late = register(make_user("late"), edition, SOMEBODY, verified=True)
    assert now(second, third, late) == ["waiting", "offered", "waiting"]


def test_without_hours_to_answer_the_place_is_given_at_once(db):
    _edition, (first,), (second,) = edition_with(1, 1, offer_hours=0)
    withdraw(first, by=first.user)
    assert now(second) == ["confirmed"]
    assert "A place has become free, and it is yours" in mails(second)


def test_more_places_are_handed_on_at_once_and_fewer_take_nothing_away(db):
    edition, confirmed, waiting = edition_with(2, 3, offer_hours=0)
    amara = organiser_of(edition)
    change_terms(edition, replace(terms_of(edition), capacity=4), by=amara)
    assert now(*waiting) == ["confirmed", "confirmed", "waiting"]
    edition = change_terms(edition, replace(terms_of(edition), capacity=1), by=amara)
    assert now(*confirmed, *waiting) == [*["confirmed"] * 4, "waiting"]
    assert change_terms(edition, replace(terms_of(edition), capacity=None), by=amara).capacity is None
    assert now(*waiting) == ["confirmed"] * 3


def test_terms_that_make_no_sense_are_refused(db):
    edition = make_edition()
    amara, terms = organiser_of(edition), terms_of(edition)
    wrong = (
        {"mode": "raffle"},
        {"capacity": 0},
        {"offer_hours": 337},
        {"registration_opens": NOW, "registration_closes": NOW},
    )
    for change in wrong:
        with pytest.raises(Invalid):
            change_terms(edition, replace(terms, **change), by=amara)
    with pytest.raises(NotAllowed):
        change_terms(edition, replace(terms, capacity=3), by=make_user("bruno"))
    edition.refresh_from_db()
    assert terms_of(edition) == terms


def test_the_history_holds_the_terms_and_no_address(db):
    edition = make_edition()
    terms = replace(terms_of(edition), capacity=3, contact="organisers@example.org")
    change_terms(edition, terms, by=organiser_of(edition))
    entry = HistoryEntry.objects.latest("number")
    assert (entry.verb, entry.data["capacity"]) == ("terms of registration changed", 3)
    assert "organisers@example.org" not in str(entry.data)


def test_declining_whom_a_place_was_offered_hands_it_on(db):
    edition, (first,), (second, third) = edition_with(1, 2)
    withdraw(first, by=first.user)
    decline(second, by=organiser_of(edition))
    assert now(second, third) == ["declined", "offered"]


def test_an_organiser_confirms_whom_a_place_was_offered(db):
    edition, (first,), (second, third) = edition_with(1, 2)
    withdraw(first, by=first.user)
    confirm(second, third, by=organiser_of(edition))
    third.refresh_from_db()
    assert (*now(second, third), third.waiting_number) == ("confirmed", "waiting", 2)


def test_the_first_who_registered_gets_the_place_when_many_are_confirmed_at_once(db):
    edition = make_edition(mode="approval", capacity=1)
    people = [
        make_participant(make_user(f"p{n}"), edition, state="applied", registered_at=NOW - timedelta(days=n))
        for n in range(3)
    ]
    confirm(*people, by=organiser_of(edition))
    assert now(*people) == ["waiting", "waiting", "confirmed"]


def test_a_place_that_an_invitation_holds_is_not_given_away(db):
    edition = make_edition(mode="open", capacity=1)
    hold = Invitation.objects.create(
        edition=edition,
        email="guest@example.org",
        token_digest="x",
        invited_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    farid = register(make_user("farid"), edition, SOMEBODY, verified=True)
    assert farid.state == "waiting"
    guest = register(make_user("guest"), edition, SOMEBODY, verified=True, invited=True)
    assert guest.state == "confirmed"
    withdraw(guest, by=guest.user)
    assert now(farid) == ["waiting"]
    with clock.set_to(hold.expires_at):
        assert [p.pk for p in hand_on_all()] == [farid.pk]


def test_nobody_is_offered_a_place_after_the_last_day(db):
    _edition, (first,), (second,) = edition_with(1, 1)
    with clock.set_to(datetime(2031, 2, 9, 12, tzinfo=UTC)):
        withdraw(first, by=first.user)
        assert now(second) == ["waiting"]


def test_whoever_withdrew_registers_again_behind_those_who_wait(db):
    edition, (first,), (second,) = edition_with(1, 1, offer_hours=0)
    withdraw(first, by=first.user)
    again = register(first.user, edition, replace(SOMEBODY, name="Another name"), verified=True)
    assert (again.pk, again.name, again.state, again.waiting_number) == (
        first.pk,
        "Another name",
        "waiting",
        1,
    )
    assert now(second) == ["confirmed"]
    assert [*verify_history(edition), *verify_registrations(edition)] == []


# --- At once ----------------------------------------------------------------------------------------------------------


def promoted_by_ten_withdrawals(at_once, monkeypatch, *, patience):
    """What ten withdrawals at once make of fifteen who wait: (the first ten, the others, mails to each of them).

    Each waits for the others between counting the free places and handing them on.
    """
    _edition, confirmed, waiting = edition_with(10, 15, offer_hours=0)
    count, all_have_counted = places.free_places, Meeting(10, patience=patience)

    def count_and_wait(*args, **kwargs):
        free = count(*args, **kwargs)
        all_have_counted.wait()
        return free

    monkeypatch.setattr(places, "free_places", count_and_wait)
    leaving = iter(confirmed)

    def leave():
        with clock.set_to(NOW):
            person = next(leaving)
            return withdraw(person, by=person.user).state

    results = at_once(10, leave)
    return results, now(*waiting), [len(mails(person)) for person in waiting]


@pytest.mark.django_db(transaction=True)
def test_ten_withdrawals_at_once_promote_the_first_ten_with_one_mail_each(at_once, monkeypatch):
    results, states, sent = promoted_by_ten_withdrawals(at_once, monkeypatch, patience=LITTLE)
    assert results == ["withdrawn"] * 10
    assert states == ["confirmed"] * 10 + ["waiting"] * 5
    assert sent == [2] * 10 + [1] * 5


if not use_sqlite():  # SQLite runs one writing transaction at a time: there is no lock to take away

    @pytest.mark.django_db(transaction=True)
    def test_without_the_lock_withdrawals_at_once_lose_places(at_once, monkeypatch):
        """The control: no row is locked, nor the history's chain, which nobody passes at once either."""
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_kwargs: self.all())
        monkeypatch.setattr(standing, "record", lambda *_args, **_kwargs: None)
        _results, states, _sent = promoted_by_ten_withdrawals(at_once, monkeypatch, patience=MUCH)
        assert states != ["confirmed"] * 10 + ["waiting"] * 5
