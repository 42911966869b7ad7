"""What nobody needs any more is forgotten when its time is over, once, and counted in the history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from academy import clock
from academy.access_needs import keep_need
from academy.invitations.inviting import invite
from academy.invitations.wording import Invitee
from academy.management.verification import verify_edition
from academy.models import AccessNeed, Edition, HistoryActor, HistoryEntry, Message, Participant, User
from academy.privacy.expiring import ACCOUNTS, forget_expired, idle_accounts, what_is_over
from academy.privacy.tasks import forget_expired as forget_daily
from academy.roles import grant_role
from programme.calendar_keys import give_key
from programme.models import CalendarKey
from tests.dumps import dumped, found_in
from tests.factories import make_edition, make_user
from workshops.models import Finding, Seat

ENDED = datetime(2022, 2, 8, 12, tzinfo=UTC)


def after(days: int) -> datetime:
    return ENDED + timedelta(days=days)


@pytest.fixture
def edition(academy_at) -> Edition:
    """The academy of 2022 with an access need, a calendar address, and what people said about themselves."""
    found: Edition = academy_at("workshops")
    esi = Participant.objects.get(edition=found, user__email="esi@example.org")
    keep_need(esi, "A quiet room")
    give_key(esi, by=esi.user)
    return found


def gone(edition: Edition) -> dict[str, bool]:
    """What is not there any more."""
    esi = Participant.objects.get(edition=edition, user__email="esi@example.org")
    return {
        "access need": not AccessNeed.objects.exists(),
        "calendar address": not CalendarKey.objects.exists(),
        "motivation": not esi.motivation,
        "name": not esi.name,
        "actors": not HistoryActor.objects.filter(entry__edition=edition).exists(),
    }


def test_each_kind_goes_when_its_own_time_is_over(edition):
    expected = {
        29: set(),
        31: {"access need"},
        91: {"access need", "calendar address"},
        181: {"access need", "calendar address", "motivation"},
        729: {"access need", "calendar address", "motivation"},
        731: {"access need", "calendar address", "motivation", "name", "actors"},
    }
    found = {}
    for days in expected:
        forget_expired(after(days))
        found[days] = {what for what, is_gone in gone(edition).items() if is_gone}
    assert found == expected


def test_the_academy_is_there_after_everybody_is_forgotten(edition):
    kept = (Finding.objects.count(), Seat.objects.count(), Participant.objects.confirmed().count())
    names = [name for name in Participant.objects.values_list("name", flat=True) if " " in name]
    assert len(names) > 60
    forget_expired(after(800))
    assert (Finding.objects.count(), Seat.objects.count(), Participant.objects.confirmed().count()) == kept
    guests = found_in(dumped(), names)
    assert guests == []
    assert list(verify_edition(edition)) == []


def test_running_twice_does_nothing_the_second_time(edition, amara):
    invite(edition, [Invitee("noor@example.org", name="Noor")], days=14, link="{}".format, by=amara)
    first = forget_expired(after(800))
    entries = HistoryEntry.objects.count()
    assert first[("invitations", "2022")] == 1
    assert first[("registrations", "2022")] == Participant.objects.filter(edition=edition).count()
    assert forget_expired(after(800)) == {}
    assert HistoryEntry.objects.count() == entries


def test_looking_first_says_the_same_and_changes_nothing(edition):
    before = dumped()
    said = what_is_over(after(200))
    assert dumped() == before
    assert forget_expired(after(200)) == said
    assert {kind for kind, _slug in said} == {
        "access_needs",
        "calendar_addresses",
        "messages",
        "registration_texts",
        "seats",
    }


def test_the_history_counts_what_was_forgotten_without_saying_who(edition):
    needs = AccessNeed.objects.count()
    forget_expired(after(31))
    entry = HistoryEntry.objects.filter(verb="expired data forgotten").get()
    assert (entry.object_type, entry.data) == ("academy.edition", {"kind": "access_needs", "count": needs})
    assert not HistoryActor.objects.filter(entry=entry).exists()


def test_mails_lose_their_text_half_a_year_after_they_were_written(edition):
    written = Message.objects.filter(to="esi@example.org").get().created_at
    forget_expired(written + timedelta(days=179))
    assert Message.objects.filter(to="esi@example.org").exists()
    forget_expired(written + timedelta(days=182))
    row = Message.objects.filter(to="").first()
    assert row is not None
    assert (row.subject, row.body, row.user) == ("", "", None)


def test_an_account_that_nobody_uses_is_erased_and_others_stay(db):
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    edition = make_edition("2031")
    for key in ("idle", "recent", "organiser", "staff"):
        make_user(key)
    long_ago, lately = moment - timedelta(days=731), moment - timedelta(days=700)
    User.objects.update(last_login=long_ago, date_joined=long_ago)
    User.objects.filter(email="recent@example.org").update(last_login=lately)
    User.objects.filter(email="staff@example.org").update(is_staff=True)
    grant_role(User.objects.get(email="organiser@example.org"), edition, "organiser", by=None)
    assert [user.email for user in idle_accounts(moment)] == ["idle@example.org"]
    assert forget_expired(moment)[ACCOUNTS, None] == 1
    assert sorted(User.objects.values_list("email", flat=True)) == [
        "organiser@example.org",
        "recent@example.org",
        "staff@example.org",
    ]


def test_an_account_with_a_registration_that_is_known_stays(edition):
    User.objects.update(last_login=after(-900), date_joined=after(-900))
    assert not idle_accounts(after(30)).exists()


def test_the_command_and_the_daily_task_do_it(edition):
    out, needs = StringIO(), AccessNeed.objects.count()
    with clock.set_to(after(31)):
        call_command("forget_expired", "--dry-run", stdout=out)
        assert f"access_needs (2022): {needs}\n" in out.getvalue()
        assert AccessNeed.objects.count() == needs
        assert forget_daily() == needs
        assert AccessNeed.objects.count() == 0
        call_command("forget_expired", stdout=out)
    assert "There is nothing to forget." in out.getvalue()
