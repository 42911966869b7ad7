"""Who endorses the adopted text, and on what terms: confirmed by domain or organiser, once, withdrawn in the open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from academy.errors import Invalid, NotAllowed
from academy.models import HistoryEntry, Message, Participant
from academy.privacy.erasure import erase
from outcome.following import confirming
from outcome.following.confirming import confirm_endorsement, decline_endorsement
from outcome.following.endorsing import withdraw_endorsement
from outcome.following.errors import (
    AddressNotConfirmed,
    AlreadyAsked,
    AlreadyDecided,
    AlreadyEndorsed,
    EndorsementOver,
    NothingAdopted,
)
from outcome.following.naming import name_signer
from outcome.following.organisations import (
    belongs_to,
    domain_of_address,
    domain_of_website,
    is_shared,
    organisation_key,
)
from outcome.following.recording import verify_following
from outcome.models import Endorsement
from tests.conftest import lift_seals
from tests.outcome.following import endorsed

# --- Names and domains ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "website", "belongs"),
    [
        ("a@wien.example", "wien.example", True),
        ("a@WIEN.Example", "https://www.wien.example/rathaus?x=1", True),
        ("a@mail.wien.example", "wien.example", True),
        ("a@wien.gv.at", "wien.gv.at", True),
        ("a@m\u00fcnchen.example", "xn--mnchen-3ya.example", True),
        ("a@notwien.example", "wien.example", False),
        ("a@wien.example.evil.test", "wien.example", False),
        ("a@wien.example", "kultur.wien.example", False),
        ("a@evil.gv.at", "wien.gv.at", False),
        ("a@wien.example", "", False),
    ],
)
def test_an_address_belongs_to_an_organisation_at_its_domain_or_below(address, website, belongs):
    assert belongs_to(domain_of_address(address), domain_of_website(website)) is belongs


@pytest.mark.parametrize(
    "domain", ["gmail.com", "mail.gmail.com", "yahoo.co.uk", "gmx.net", "hotmail.fr", "qq.com"]
)
def test_an_address_where_anybody_gets_one_proves_nothing(domain):
    assert is_shared(domain)
    assert not belongs_to(domain, domain)


@pytest.mark.parametrize("website", ["gov.uk", "gv.at", "com.br", "github.io", "sites.google.com"])
def test_the_end_of_the_names_of_many_is_nobodys_domain(website):
    with pytest.raises(Invalid):
        domain_of_website(website)
    assert not belongs_to(f"evil.{website}", website)


@pytest.mark.parametrize(
    "website", ["city", "http://", "192.168.0.1", "a b.example", "-x.example", "x" * 300 + ".example"]
)
def test_what_is_no_website_is_refused(website):
    with pytest.raises(Invalid):
        domain_of_website(website)


def test_two_spellings_of_a_name_are_one():
    assert organisation_key("  Stadt K\u00f6ln, ") == organisation_key("STADT   KO\u0308LN")
    assert organisation_key("City of A") != organisation_key("City of B")


# --- Endorsing --------------------------------------------------------------------------------------------------------


def test_only_an_adopted_text_can_be_endorsed(frozen, dawit):
    with pytest.raises(NothingAdopted):
        endorsed(frozen.edition, by=dawit)


def test_who_has_an_address_of_the_organisation_is_confirmed_at_once(adopted, dawit):
    row = endorsed(adopted.edition, by=dawit)
    assert (row.state, row.way, row.address_domain) == ("confirmed", "domain", "example.org")
    assert row.revision == adopted.frozen_revision


def test_an_address_that_is_not_known_to_be_ones_own_proves_nothing(adopted, dawit):
    EmailAddress.objects.filter(user=dawit).update(verified=False)
    with pytest.raises(AddressNotConfirmed):
        endorsed(adopted.edition, by=dawit)
    assert not Endorsement.objects.exists()


@pytest.mark.parametrize("website", ["", "another.example", "example.com"])
def test_everybody_else_waits_for_an_organiser(adopted, dawit, website):
    row = endorsed(adopted.edition, by=dawit, website=website)
    assert (row.state, row.way, row.decided_at) == ("asked", "", None)
    assert list(Endorsement.objects.public()) == []


def test_somebody_without_a_registration_may_endorse(adopted, farid):
    assert endorsed(adopted.edition, by=farid).state == "confirmed"


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "king"},
        {"country": "XX"},
        {"organisation": " "},
        {"organisation": "***"},
        {"organisation": "x" * 161},
        {"signer": ""},
        {"function": ""},
        {"statement": "x" * 1001},
        {"statement": "a\x07b"},
    ],
)
def test_what_cannot_be_is_refused(adopted, dawit, said):
    with pytest.raises(Invalid):
        endorsed(adopted.edition, by=dawit, **said)
    assert not Endorsement.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"organisation": "CITY of  Ex\u00e1mples"},
        {"organisation": "Another name of it"},
        {"website": "", "organisation": "City of Examples"},
    ],
)
def test_an_organisation_endorses_once(endorsement, farid, said):
    with pytest.raises(AlreadyEndorsed):
        endorsed(endorsement.edition, by=farid, **said)
    assert Endorsement.objects.count() == 1


def test_the_same_name_in_another_country_is_another_organisation(endorsement, farid):
    assert endorsed(endorsement.edition, by=farid, country="CA", website="").state == "asked"


def test_the_same_person_asks_once_for_an_organisation(adopted, dawit):
    endorsed(adopted.edition, by=dawit, website="")
    with pytest.raises(AlreadyAsked):
        endorsed(adopted.edition, by=dawit, website="")


def test_who_only_asks_keeps_nobody_from_endorsing(adopted, farid, dawit):
    """A stranger cannot take the place of an organisation by asking first."""
    endorsed(adopted.edition, by=farid, website="")
    assert endorsed(adopted.edition, by=dawit).state == "confirmed"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_endorse_for_the_same_organisation_at_once_one_is_refused(
    adopted, dawit, farid, monkeypatch
):
    """Also where both have looked before either has written: the database holds it."""
    monkeypatch.setattr("outcome.following.endorsing.others_confirmed", lambda *args, **kwargs: False)

    def act(user):
        try:
            return endorsed(adopted.edition, by=user).state
        except AlreadyEndorsed:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(act, [dawit, farid]))
    assert answers == ["confirmed", "refused"]
    assert Endorsement.objects.count() == 1


def test_without_the_constraint_both_would_stand(adopted, dawit, farid, monkeypatch):
    """The control: with the indexes gone and nobody looking before, an organisation endorses twice."""
    monkeypatch.setattr("outcome.following.endorsing.others_confirmed", lambda *args, **kwargs: False)
    endorsed(adopted.edition, by=dawit)
    with pytest.raises(AlreadyEndorsed):
        endorsed(adopted.edition, by=farid)
    with connection.cursor() as cursor:  # undone with the test
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1")
        cursor.execute("DROP INDEX one_endorsement_per_organisation")
        cursor.execute("DROP INDEX one_endorsement_per_domain")
    endorsed(adopted.edition, by=farid)
    assert Endorsement.objects.filter(state="confirmed").count() == 2


# --- Deciding ---------------------------------------------------------------------------------------------------------


def test_an_organiser_confirms_and_who_asked_is_told(adopted, amara, dawit):
    asked = endorsed(adopted.edition, by=dawit, website="")
    row = confirm_endorsement(asked, by=amara)
    assert (row.state, row.way, row.decided_by) == ("confirmed", "organiser", amara)
    mail = Message.objects.get(key=f"endorsement:{row.pk}:confirmed")
    assert (mail.user, mail.to) == (dawit, dawit.email)
    assert f"/2022/document/endorsements/{row.pk}/" in mail.body


def test_an_organiser_declines_with_a_reason(adopted, amara, dawit):
    asked = endorsed(adopted.edition, by=dawit, website="")
    with pytest.raises(Invalid):
        decline_endorsement(asked, reason=" ", by=amara)
    row = decline_endorsement(asked, reason="Nobody at the city knows of it.", by=amara)
    assert row.state == "declined"
    assert "Nobody at the city knows of it." in Message.objects.get(key=f"endorsement:{row.pk}:declined").body


def test_what_was_confirmed_wrongly_is_taken_off_the_list(endorsement, amara):
    decline_endorsement(endorsement, reason="A false city.", by=amara)
    assert list(Endorsement.objects.public()) == []


@pytest.mark.parametrize("who", ["dawit", "bruno", "farid"])
def test_nobody_but_organisers_decides(request, adopted, dawit, who):
    asked, other = endorsed(adopted.edition, by=dawit, website=""), request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        confirm_endorsement(asked, by=other)
    with pytest.raises(NotAllowed):
        decline_endorsement(asked, reason="No", by=other)


def test_without_the_question_everybody_could_confirm(adopted, dawit, farid, monkeypatch):
    """The control: the rule is what holds it."""
    asked = endorsed(adopted.edition, by=dawit, website="")
    monkeypatch.setattr(confirming, "insist", lambda allowed: None)
    assert confirm_endorsement(asked, by=farid).state == "confirmed"


def test_what_is_decided_is_not_decided_again(endorsement, amara, dawit):
    with pytest.raises(AlreadyDecided):
        confirm_endorsement(endorsement, by=amara)
    withdraw_endorsement(endorsement, by=dawit)
    with pytest.raises(AlreadyDecided):
        decline_endorsement(endorsement, reason="Late", by=amara)


def test_a_second_one_for_the_same_organisation_is_not_confirmed(adopted, amara, dawit, farid):
    asked = endorsed(adopted.edition, by=farid, website="")
    endorsed(adopted.edition, by=dawit)
    with pytest.raises(AlreadyEndorsed):
        confirm_endorsement(asked, by=amara)


# --- Withdrawing, and who is named ------------------------------------------------------------------------------------


def test_a_withdrawal_stays_visible_without_a_name(adopted, dawit):
    row = endorsed(adopted.edition, by=dawit, shows_signer=True)
    shown = Endorsement.objects.as_shown().get()
    assert (shown.shown_signer, shown.shown_function) == ("Dawit Bekele", "Head of office")
    withdraw_endorsement(row, by=dawit)
    after = Endorsement.objects.public().as_shown().get()
    assert (after.state, after.shown_signer, after.shown_function) == ("withdrawn", "", "")
    assert after.withdrawn_at is not None


def test_only_who_signed_withdraws(endorsement, amara, farid):
    for other in (amara, farid):
        with pytest.raises(NotAllowed):
            withdraw_endorsement(endorsement, by=other)


def test_what_is_withdrawn_stays_withdrawn_and_the_organisation_may_endorse_again(endorsement, dawit):
    withdraw_endorsement(endorsement, by=dawit)
    with pytest.raises(EndorsementOver):
        withdraw_endorsement(endorsement, by=dawit)
    assert endorsed(endorsement.edition, by=dawit).state == "confirmed"


def test_nobody_is_named_without_a_tick_and_a_tick_is_taken_back(endorsement, dawit):
    assert Endorsement.objects.as_shown().get().shown_signer == ""
    name_signer(endorsement, shown=True, by=dawit)
    assert Endorsement.objects.as_shown().get().shown_signer == "Dawit Bekele"
    name_signer(endorsement, shown=False, by=dawit)
    assert Endorsement.objects.as_shown().get().shown_signer == ""


def test_a_protected_person_is_never_named(adopted, esi):
    row = endorsed(adopted.edition, by=esi, signer="Esi", shows_signer=True)
    assert not row.shows_signer
    with pytest.raises(Invalid):
        name_signer(row, shown=True, by=esi)
    with pytest.raises(Invalid):
        endorsed(adopted.edition, by=esi, website="", organisation="Office of  ESI", country="GH")


def test_who_becomes_protected_is_named_no_more(adopted, dawit):
    endorsed(adopted.edition, by=dawit, shows_signer=True)
    Participant.objects.filter(user=dawit).update(visibility="protected", pseudonym="Heron")
    assert Endorsement.objects.as_shown().get().shown_signer == ""


def test_without_the_filter_who_became_protected_would_be_named(adopted, dawit):
    """The control: the tick is still there, only the query holds it back."""
    endorsed(adopted.edition, by=dawit, shows_signer=True)
    Participant.objects.filter(user=dawit).update(visibility="protected", pseudonym="Heron")
    assert (Endorsement.objects.get().shows_signer, Endorsement.objects.get().signer) == (
        True,
        "Dawit Bekele",
    )


# --- What is kept -----------------------------------------------------------------------------------------------------


def test_every_act_stands_in_the_history_without_a_name(adopted, amara, dawit):
    row = endorsed(adopted.edition, by=dawit, website="", shows_signer=True)
    confirm_endorsement(row, by=amara)
    withdraw_endorsement(row, by=dawit)
    entries = HistoryEntry.objects.filter(object_id=str(row.pk)).order_by("number")
    assert [entry.verb for entry in entries] == [
        "endorsement asked for",
        "endorsement confirmed",
        "endorsement withdrawn",
    ]
    assert not any("Dawit" in str(entry.data) for entry in entries)
    assert list(verify_following(adopted.edition)) == []


def test_an_erased_person_leaves_the_endorsement_and_no_name(endorsement, dawit):
    name_signer(endorsement, shown=True, by=dawit)
    erase(dawit, by=dawit)
    row = Endorsement.objects.as_shown().get()
    assert (row.account, row.signer, row.function, row.shown_signer) == (None, "", "", "")
    assert row.state == "confirmed"
    assert list(verify_following(endorsement.edition)) == []


@pytest.mark.parametrize("change", [{"organisation": "Another"}, {"country": "DE"}, {"statement": "No"}])
def test_what_was_endorsed_is_sealed(endorsement, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Endorsement.objects.update(**change)
    with lift_seals("outcome_endorsement"):
        Endorsement.objects.update(**change)
    assert [mismatch.object for mismatch in verify_following(endorsement.edition)] == [
        f"endorsement {endorsement.pk}"
    ]


def test_an_endorsement_is_never_deleted_nor_taken_out_of_its_end(endorsement, dawit):
    withdraw_endorsement(endorsement, by=dawit)
    for act in (
        Endorsement.objects.all().delete,
        lambda: Endorsement.objects.update(state="confirmed"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_verify_passes_on_the_demo(academy_at, capsys):
    academy_at("adopted")
    call_command("verify", "2022")
    assert capsys.readouterr().out == "2022: everything matches.\n"
