"""Who signed an endorsement is named no longer once less is shown of them, and stays so after a restore."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from academy.history import verify_history
from academy.models import HistoryEntry, Participant, Visibility
from academy.privacy.erased import noted
from academy.privacy.less import show_less
from academy.privacy.shown import end_again
from outcome.following.endorsing import withdraw_endorsement
from outcome.following.handing_over import Successor, offer_endorsement, take_over
from outcome.following.naming import SIGNER, name_key, name_signer
from outcome.models import Endorsement
from tests.factories import make_user
from tests.outcome.following import endorsed

if TYPE_CHECKING:
    from pathlib import Path

    from academy.models import User
    from outcome.models import Document

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noted_in")]
PAGES = ("/2022/document/endorsements/", "/api/v1/editions/2022/endorsements")


@pytest.fixture
def signed(endorsement: Endorsement, dawit: User) -> Endorsement:
    """Dawit's endorsement, with his name."""
    return name_signer(endorsement, shown=True, by=dawit)


def is_named(client) -> list[bool]:
    return ["Dawit Bekele" in client.get(page).content.decode() for page in PAGES]


@pytest.mark.parametrize("less", [Visibility.UNLISTED, Visibility.PROTECTED])
def test_whoever_is_shown_less_is_named_at_no_endorsement(signed, dawit, amara, client, less):
    Participant.objects.filter(user=dawit).update(visibility="listed")
    assert is_named(client) == [True, True]
    show_less(dawit.participations.get(), less, by=amara)
    assert is_named(client) == [False, False]
    assert not Endorsement.objects.get().shows_signer
    assert HistoryEntry.objects.filter(verb="signer not named").count() == 1
    assert [*verify_history(signed.edition)] == []


def test_whoever_chooses_to_be_unlisted_themselves_may_be_named_where_they_ticked_it(signed, dawit, client):
    """The control: an own tick, made for this one thing, counts besides."""
    Participant.objects.filter(user=dawit).update(visibility="unlisted")
    assert is_named(client) == [True, True]


def test_others_stay_named(signed, adopted: Document, amara, client):
    show_less(amara.participations.get(), Visibility.PROTECTED, by=None)
    assert is_named(client) == [True, True]


@pytest.mark.parametrize("way", ["taken back", "withdrawn", "shown less"])
def test_a_name_that_was_taken_back_is_noted_for_a_restore(signed, dawit, noted_in: Path, way):
    assert noted(noted_in).shown == {(SIGNER, name_key(signed)): True}
    if way == "taken back":
        name_signer(signed, shown=False, by=dawit)
    elif way == "withdrawn":
        withdraw_endorsement(signed, by=dawit)
    else:
        show_less(dawit.participations.get(), Visibility.PROTECTED, by=None)
    assert noted(noted_in).shown == {(SIGNER, name_key(signed)): False}
    assert "Dawit" not in noted_in.read_text()


def test_after_a_restore_it_is_taken_back_again_once_and_a_key_of_nothing_changes_nothing(signed, client):
    """The row is as the backup has it, with the name; the list says that it was taken back since."""
    found = end_again({(SIGNER, name_key(signed)): False, (SIGNER, uuid4()): False})
    assert (found.done, found.refused) == ([(SIGNER, name_key(signed))], {})
    assert is_named(client) == [False, False]
    assert end_again({(SIGNER, name_key(signed)): False}).done == []
    assert [*verify_history(signed.edition)] == []


def test_whoever_takes_over_and_wants_no_name_is_not_named_after_a_restore(
    signed, amara, dawit, noted_in: Path
):
    Participant.objects.filter(user=amara).update(visibility="listed")
    offer_endorsement(signed, address=amara.email, by=amara)
    row = take_over(signed, Successor("Amara", "Office"), by=amara)
    assert noted(noted_in).shown == {(SIGNER, name_key(signed)): False, (SIGNER, name_key(row)): False}


def test_two_endorsements_lose_the_name_together(signed, adopted: Document, dawit, client):
    other = endorsed(adopted.edition, by=dawit, organisation="Bridge Office", website="", shows_signer=True)
    show_less(dawit.participations.get(), Visibility.UNLISTED, by=None)
    assert not Endorsement.objects.filter(pk__in=[signed.pk, other.pk], shows_signer=True).exists()


def taken_over(signed: Endorsement, amara: User, *, shown: bool) -> Endorsement:
    """Amara acts for it now, in the place of Dawit."""
    Participant.objects.filter(user=amara).update(visibility="listed")
    offer_endorsement(signed, address=amara.email, by=amara)
    return take_over(signed, Successor("Amara", "Office", shows_signer=shown), by=amara)


def come_back(before: Endorsement, noted_in: Path) -> None:
    """The endorsement as a backup has it, and what is done after a restore."""
    before.save()
    end_again(noted(noted_in).shown)


@pytest.mark.parametrize("way", ["taken back before", "shown less after", "handed over"])
@pytest.mark.parametrize("is_named_too", [True, False])
def test_whoever_was_named_before_a_handover_is_not_named_again(
    signed, dawit, amara, client, noted_in: Path, way, is_named_too
):
    Participant.objects.filter(user=dawit).update(visibility="listed")
    before = Endorsement.objects.get(pk=signed.pk)
    if way == "taken back before":
        signed = name_signer(signed, shown=False, by=dawit)
    taken_over(signed, amara, shown=is_named_too)
    if way == "shown less after":
        show_less(dawit.participations.get(), Visibility.UNLISTED, by=None)
    come_back(before, noted_in)
    assert is_named(client) == [False, False]


def test_whoever_took_over_and_shows_the_name_keeps_it(signed, amara, client, noted_in: Path):
    """The control: a name that stands is not taken away after a restore."""
    row = taken_over(signed, amara, shown=True)
    before = Endorsement.objects.get(pk=row.pk)
    come_back(before, noted_in)
    assert Endorsement.objects.get().shows_signer
    assert "Office" in client.get(PAGES[0]).content.decode()


def show_less_said(user: User, way: str, *more: str) -> str:
    out = io.StringIO()
    call_command("show_less", user.email, way, *more, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("seen", ["unlisted", "protected", "in no edition"])
def test_the_shell_ends_names_also_where_a_registration_shows_no_more(signed, dawit, client, seen):
    if seen == "in no edition":
        signed.account = make_user("partner")
        signed.save()
    else:
        pseudonym = "Heron" if seen == "protected" else ""
        Participant.objects.filter(user=dawit).update(visibility=seen, pseudonym=pseudonym)
    said = show_less_said(signed.account, "unlisted")
    assert "Shown no longer: name at an endorsement (1)." in said
    assert is_named(client) == [False, False]
    assert not Endorsement.objects.get().shows_signer
    assert [*verify_history(signed.edition)] == []


def test_the_shell_says_so_if_there_was_nothing_to_end(adopted: Document, dawit):
    Participant.objects.filter(user=dawit).update(visibility="unlisted")
    assert "Shown no longer" not in show_less_said(dawit, "unlisted")
    with pytest.raises(CommandError, match="not registered there"):
        show_less_said(make_user("partner"), "unlisted")
