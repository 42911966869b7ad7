"""Who signed an endorsement is named no longer once less is shown of them, and stays so after a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from academy.history import verify_history
from academy.models import HistoryEntry, Participant, Visibility
from academy.privacy.erased import noted
from academy.privacy.less import show_less
from academy.privacy.shown import end_again
from outcome.following.endorsing import withdraw_endorsement
from outcome.following.handing_over import Successor, offer_endorsement, take_over
from outcome.following.naming import SIGNER, name_signer
from outcome.models import Endorsement
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
    assert noted(noted_in).shown == {(SIGNER, signed.pk): True}
    if way == "taken back":
        name_signer(signed, shown=False, by=dawit)
    elif way == "withdrawn":
        withdraw_endorsement(signed, by=dawit)
    else:
        show_less(dawit.participations.get(), Visibility.PROTECTED, by=None)
    assert noted(noted_in).shown == {(SIGNER, signed.pk): False}
    assert "Dawit" not in noted_in.read_text()


def test_after_a_restore_it_is_taken_back_again_once_and_a_key_of_nothing_changes_nothing(signed, client):
    """The row is as the backup has it, with the name; the list says that it was taken back since."""
    found = end_again({(SIGNER, signed.pk): False, (SIGNER, uuid4()): False})
    assert (found.done, found.refused) == ([(SIGNER, signed.pk)], {})
    assert is_named(client) == [False, False]
    assert end_again({(SIGNER, signed.pk): False}).done == []
    assert [*verify_history(signed.edition)] == []


def test_whoever_takes_over_and_wants_no_name_is_not_named_after_a_restore(
    signed, amara, dawit, noted_in: Path
):
    Participant.objects.filter(user=amara).update(visibility="listed")
    offer_endorsement(signed, address=amara.email, by=amara)
    take_over(signed, Successor("Amara", "Office"), by=amara)
    assert noted(noted_in).shown == {(SIGNER, signed.pk): False}


def test_two_endorsements_lose_the_name_together(signed, adopted: Document, dawit, client):
    other = endorsed(adopted.edition, by=dawit, organisation="Bridge Office", website="", shows_signer=True)
    show_less(dawit.participations.get(), Visibility.UNLISTED, by=None)
    assert not Endorsement.objects.filter(pk__in=[signed.pk, other.pk], shows_signer=True).exists()
