"""An endorsement is handed to another account: offered by an organiser, accepted by its owner, recorded."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.models import HistoryEntry, Message
from academy.privacy.erasure import erase
from academy.privacy.expiring import forget_expired
from outcome.following import handing_over
from outcome.following.confirming import confirm_endorsement
from outcome.following.endorsing import withdraw_endorsement
from outcome.following.errors import NoOffer, NotConfirmed
from outcome.following.handing_over import Successor, offer_endorsement, take_offer_back, take_over
from outcome.following.recording import verify_following
from outcome.models import Endorsement
from outcome.permissions import acts_for, may_take_over
from tests.factories import make_user
from tests.outcome.following import committed, endorsed
from tests.outcome.pages import flat

NEXT = Successor("Wanda Novak", "Head of the office")


@pytest.fixture
def endorsement(adopted, dawit):
    return endorsed(adopted.edition, by=dawit)


@pytest.fixture
def wanda(db):
    return make_user("wanda")


def page(row, what):
    return f"/2022/document/endorsements/{row.pk}/{what}"


def desk(row):
    return f"/2022/document/desk/endorsements/{row.pk}/hand-over/"


def test_whoever_it_is_offered_to_acts_for_it_once_they_accept_and_not_before(
    endorsement, clause, amara, dawit, wanda
):
    made = committed(endorsement, clause.pk, by=dawit)
    offer_endorsement(endorsement, address=wanda.email.upper(), by=amara)
    endorsement.refresh_from_db()
    assert (acts_for(dawit, endorsement), acts_for(wanda, endorsement)) == (True, False)
    row = take_over(endorsement, NEXT, by=wanda)
    assert (acts_for(dawit, row), acts_for(wanda, row)) == (False, True)
    assert (row.signer, row.function, row.shows_signer) == ("Wanda Novak", "Head of the office", False)
    assert (row.successor_address, row.offered_at) == ("", None)
    assert made.endorsement_id == row.pk


def test_both_are_told_by_mail_and_the_former_one_not_who_follows(endorsement, amara, dawit, wanda):
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    offer = Message.objects.get(to=wanda.email)
    assert offer.subject == "Please act for City of Examples"
    assert page(endorsement, "take-over/") in offer.body
    take_over(endorsement, NEXT, by=wanda)
    mail = Message.objects.get(user=dawit, key__contains="handed-over")
    assert mail.subject == "Handed over: the endorsement of City of Examples"
    assert "Wanda" not in mail.body
    assert wanda.email not in mail.body


def test_only_who_it_is_offered_to_finds_the_offer_on_its_page(endorsement, amara, dawit, wanda, client_of):
    link = f'href="{page(endorsement, "take-over/")}"'

    def finds(user):
        return link in client_of(user).get(page(endorsement, "")).content.decode()

    assert [finds(user) for user in (wanda, dawit, amara, None)] == [False] * 4
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    assert [finds(user) for user in (wanda, dawit, amara, None)] == [True, False, False, False]


def test_the_history_says_that_it_was_handed_over_and_not_between_whom(endorsement, amara, dawit, wanda):
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    take_over(endorsement, NEXT, by=wanda)
    entries = HistoryEntry.objects.filter(object_id=str(endorsement.pk)).order_by("number")
    assert [entry.verb for entry in entries][-2:] == ["endorsement offered", "endorsement handed over"]
    said = str(list(entries.values()))
    assert not [name for name in ("Wanda", "wanda", "Dawit", "dawit") if name in said]
    assert list(verify_following(endorsement.edition)) == []


@pytest.mark.parametrize("who", ["dawit", "bruno", "farid"])
def test_nobody_but_organisers_offers_or_takes_back(request, endorsement, wanda, who):
    other = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        offer_endorsement(endorsement, address=wanda.email, by=other)
    with pytest.raises(NotAllowed):
        take_offer_back(endorsement, by=other)


def test_nobody_accepts_what_is_offered_to_another_address(endorsement, amara, farid, wanda):
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    with pytest.raises(NoOffer):
        take_over(endorsement, NEXT, by=farid)


def test_without_the_question_anybody_could_accept(endorsement, amara, farid, wanda, monkeypatch):
    """The control: the rule is what holds it."""
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    monkeypatch.setattr(handing_over, "may_take_over", lambda by, row: True)
    assert take_over(endorsement, NEXT, by=farid).account == farid


def test_an_offer_that_was_taken_back_or_is_over_is_none(endorsement, amara, wanda):
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    endorsement.refresh_from_db()
    assert may_take_over(wanda, endorsement)
    with clock.set_to(clock.now() + timedelta(days=30)):
        assert not may_take_over(wanda, endorsement)
    take_offer_back(endorsement, by=amara)
    with pytest.raises(NoOffer):
        take_over(endorsement, NEXT, by=wanda)
    assert take_offer_back(endorsement, by=amara).successor_address == ""


def test_only_what_stands_is_handed_over(endorsement, adopted, amara, dawit, wanda):
    asked = endorsed(adopted.edition, by=dawit, organisation="Another", website="")
    with pytest.raises(NotConfirmed):
        offer_endorsement(asked, address=wanda.email, by=amara)
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    withdraw_endorsement(endorsement, by=dawit)
    with pytest.raises(NoOffer):
        take_over(endorsement, NEXT, by=wanda)


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "x\u202ey@example.org", f"{'a' * 250}@example.org"])
def test_what_is_no_address_is_refused(endorsement, amara, address):
    with pytest.raises(Invalid):
        offer_endorsement(endorsement, address=address, by=amara)


def test_the_account_that_acts_for_it_is_no_successor(endorsement, amara, dawit):
    with pytest.raises(Invalid):
        offer_endorsement(endorsement, address=dawit.email, by=amara)


def test_how_it_was_confirmed_is_said_of_the_new_address(endorsement, amara, wanda):
    wanda.emailaddress_set.update(email="wanda@elsewhere.test")
    wanda.email = "wanda@elsewhere.test"
    wanda.save()
    assert (endorsement.way, endorsement.address_domain) == ("domain", "example.org")
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    row = take_over(endorsement, NEXT, by=wanda)
    assert (row.way, row.address_domain) == ("organiser", "")


def test_an_endorsement_whose_account_was_erased_finds_somebody_again(endorsement, amara, dawit, wanda):
    erase(dawit, by=None)
    endorsement.refresh_from_db()
    assert endorsement.account is None
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    assert take_over(endorsement, NEXT, by=wanda).account == wanda


def test_a_protected_person_who_takes_over_is_named_nowhere(endorsement, amara, esi):
    offer_endorsement(endorsement, address=esi.email, by=amara)
    row = take_over(endorsement, Successor("Esi", "Office", shows_signer=True), by=esi)
    assert row.shows_signer is False
    assert Endorsement.objects.as_shown().get().shown_signer == ""


def test_the_address_goes_with_its_person_or_when_its_time_is_over(endorsement, amara, wanda):
    offer_endorsement(endorsement, address=wanda.email, by=amara)
    erase(wanda, by=None)
    endorsement.refresh_from_db()
    assert (endorsement.successor_address, endorsement.offered_at) == ("", None)
    offer_endorsement(endorsement, address="later@example.org", by=amara)
    moment = clock.now() + timedelta(days=32)
    with clock.set_to(moment):
        forget_expired(moment)
    endorsement.refresh_from_db()
    assert (endorsement.successor_address, endorsement.offered_at) == ("", None)


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_an_organiser_offers_it_at_the_desk_and_the_successor_accepts_on_a_page(
    endorsement, client_of, amara, wanda
):
    answer = client_of(amara).post(desk(endorsement), {"address": "no address"})
    assert answer.status_code == 422
    assert "no address" in answer.content.decode()
    assert client_of(amara).post(desk(endorsement), {"address": wanda.email}).status_code == 302
    assert f"Offered to {wanda.email}" in flat(
        client_of(amara).get(f"/2022/document/desk/endorsements/{endorsement.pk}/")
    )
    client = client_of(wanda)
    assert "An organiser asks you to act for" in flat(client.get(page(endorsement, "take-over/")))
    refused = client.post(page(endorsement, "take-over/"), {"signer": "Wanda Novak"})
    assert refused.status_code == 422
    assert "Wanda Novak" in refused.content.decode()
    said = {"signer": "Wanda Novak", "function": "Head", "authorised": "on"}
    assert client.post(page(endorsement, "take-over/"), said)["Location"] == page(endorsement, "")
    assert "Add a commitment" in flat(client.get(page(endorsement, "")))
    # The same once more: the page leads to what is theirs.
    assert client.get(page(endorsement, "take-over/"))["Location"] == page(endorsement, "")


def test_whether_an_address_has_an_account_is_not_told(endorsement, client_of, amara, wanda):
    def answer(address):
        found = client_of(amara).post(desk(endorsement), {"address": address}, follow=True)
        assert found.status_code == 200
        return re.sub(r'value="\w{64}"', "", flat(found)).replace(address, "X")

    assert answer(wanda.email) == answer("nobody-here@example.org")


def test_the_way_to_the_desk_says_what_can_be_done_there(adopted, client_of, amara, dawit):
    asked = endorsed(adopted.edition, by=dawit, website="elsewhere.org")
    decide, hand_over = "Decide on it at the desk", "Hand it over, or take it off the list"
    said = flat(client_of(amara).get(page(asked, "")))
    assert (decide in said, hand_over in said) == (True, False)
    confirm_endorsement(asked, by=amara)
    said = flat(client_of(amara).get(page(asked, "")))
    assert (decide in said, hand_over in said) == (False, True)


def test_an_offer_is_taken_back_at_the_desk(endorsement, client_of, amara, wanda):
    client_of(amara).post(desk(endorsement), {"address": wanda.email})
    client_of(amara).post(desk(endorsement), {"take_back": "yes"})
    assert client_of(wanda).get(page(endorsement, "take-over/")).status_code == 403
