"""After a restore: whoever was erased or chose to be seen less since stays so, and no mail goes out by itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from academy import clock
from academy.consent import LISTED, NEWS, REGISTRATION, consents_to
from academy.management.verification import verify_all
from academy.models import AccessNeed, HistoryEntry, Participant, User
from academy.privacy.choices import agree, take_back
from academy.privacy.erased import Noted, note_visibility, noted
from academy.privacy.erasure import erase
from academy.privacy.listing import listed_people
from academy.privacy.narrowing import narrow_again
from academy.profile import change_profile, profile_of
from academy.registration import withdraw
from academy.roles import grant_role
from academy.safekeeping.marking import is_marked, mark, take_off_mark
from tests.coming_back import NAMES, back_up, once_more, restored, said_by
from tests.factories import make_edition, make_user
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from pathlib import Path

    from academy.models import Edition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noted_in")]


@pytest.fixture
def edition(db) -> Edition:
    return make_edition(mode="open")


def choose_less(people: dict[str, Participant]) -> None:
    """What happens after the backup."""
    protect = replace(profile_of(people["protected"]), visibility="protected", pseudonym="Qxpseudonym")
    erase(people["erased"].user, by=people["erased"].user)
    change_profile(people["protected"], protect, by=people["protected"].user)
    take_back(people["unlisted"], "listed", by=people["unlisted"].user)
    named = replace(profile_of(people["wider"]), visibility="listed", pseudonym="")
    change_profile(people["wider"], named, by=people["wider"].user)
    withdraw(people["left"], by=people["left"].user)
    take_back(people["quiet"], "news", by=people["quiet"].user)
    take_back(people["needs"], "access needs", by=people["needs"].user)
    take_back(people["same"], "listed", by=people["same"].user)
    agree(people["same"], "listed", by=people["same"].user)


# --- Who is back ------------------------------------------------------------------------------------------------------


def test_a_restored_academy_shows_nobody_more_than_they_chose_last(edition, people, tmp_path):
    back_up()
    choose_less(people)
    keys = {name: row.pk for name, row in people.items()}
    with restored(tmp_path) as said:
        rows = {name: Participant.objects.get(pk=key) for name, key in keys.items()}
        assert "Erased again: 1 of 1 who are listed." in said
        assert "Shown less again: 2; people whose consents ended again: 3; " in said
        assert said.strip().endswith("Everything matches.")
        assert rows["erased"].erased_at is not None
        assert (rows["protected"].visibility, rows["unlisted"].visibility) == ("protected", "unlisted")
        assert "Qxpseudonym" not in rows["protected"].pseudonym
        assert (rows["wider"].visibility, rows["wider"].pseudonym) == ("protected", "Heron")
        assert rows["left"].state == "withdrawn"
        assert (rows["quiet"].wants_news, consents_to(rows["quiet"], NEWS)) == (False, False)
        assert not AccessNeed.objects.exists()
        assert not consents_to(rows["left"], REGISTRATION)
        assert consents_to(rows["same"], LISTED)
        assert {row.name for row in listed_people(edition)} == {"quiet", "needs", "same"}
        written = HistoryEntry.objects.filter(verb="visibility narrowed again")
        assert {entry.object_id for entry in written} == {str(keys["protected"]), str(keys["unlisted"])}
        assert verify_all() == []


def test_without_the_list_everybody_is_back_and_is_shown(edition, people, tmp_path, noted_in):
    """The control: what the list keeps from happening."""
    back_up()
    choose_less(people)
    noted_in.rename(tmp_path / "elsewhere.jsonl")
    with restored(tmp_path, "--without-erased") as said:
        assert "Erased again: 0 of 0" in said
        assert {row.name for row in listed_people(edition)} == set(NAMES) - {"wider"}
        assert AccessNeed.objects.count() == 1


def call(row: Participant, pseudonym: str) -> None:
    change_profile(row, replace(profile_of(row), pseudonym=pseudonym), by=row.user)


def test_a_pseudonym_that_was_replaced_does_not_come_back(edition, people, tmp_path):
    """Nobody knows the new one any more; the old one may be known to whom it was replaced for."""
    back_up()
    row = people["wider"]
    call(row, "Crane")
    with restored(tmp_path) as said:
        assert "pseudonyms replaced again: 1;" in said
        now = Participant.objects.get(pk=row.pk)
        assert now.visibility == "protected"
        assert now.pseudonym.startswith("Participant ")
        assert (
            HistoryEntry.objects.filter(verb="pseudonym replaced again", object_id=str(row.pk)).count() == 1
        )
        assert "pseudonyms replaced again: 0;" in once_more()
        assert Participant.objects.get(pk=row.pk).pseudonym == now.pseudonym
        call(now, "Egret")
        assert "pseudonyms replaced again: 0;" in once_more()
        assert Participant.objects.get(pk=row.pk).pseudonym == "Egret"
        assert verify_all() == []


def test_without_the_list_an_old_pseudonym_is_back(people, tmp_path, noted_in):
    """The control."""
    back_up()
    call(people["wider"], "Crane")
    noted_in.rename(tmp_path / "elsewhere.jsonl")
    with restored(tmp_path, "--without-erased"):
        assert Participant.objects.get(pk=people["wider"].pk).pseudonym == "Heron"


def test_a_pseudonym_that_the_backup_knows_stays(people, tmp_path):
    """Also if it was noted, and if something else was changed since."""
    row = people["wider"]
    call(row, "Crane")
    back_up()
    change_profile(row, replace(profile_of(row), name="Other", pseudonym="Crane"), by=row.user)
    with restored(tmp_path) as said:
        assert "pseudonyms replaced again: 0; 1 are listed" in said
        assert Participant.objects.get(pk=row.pk).pseudonym == "Crane"


def test_another_entry_about_somebody_does_not_hide_that_a_pseudonym_was_replaced(people):
    """A consent that ends again writes an entry of the same registration, too."""
    row, replaced_at = people["wider"], clock.now()
    assert narrow_again(Noted(consents={row.pk: {"news": False}})).consents == [row.pk]
    assert narrow_again(Noted(renamed={row.pk: replaced_at})).renamed == [row.pk]
    assert narrow_again(Noted(renamed={row.pk: replaced_at})).renamed == []


@pytest.mark.parametrize("visibility", ["listed", "unlisted"])
def test_whoever_is_not_protected_gets_no_pseudonym(people, visibility):
    row = people["same"]
    Participant.objects.filter(pk=row.pk).update(visibility=visibility)
    assert narrow_again(Noted(renamed={row.pk: clock.now()})).renamed == []
    assert Participant.objects.get(pk=row.pk).pseudonym == ""


def test_what_is_noted_may_be_done_twice_and_is_noted_for_the_next_restore(people, noted_in):
    choose = {
        "seen": {people["protected"].pk: "protected"},
        "consents": {people["quiet"].pk: {"news": False}},
    }
    first, second = narrow_again(Noted(**choose)), narrow_again(Noted(**choose))
    assert (len(first.seen), len(first.consents)) == (1, 1)
    assert (second.seen, second.consents, second.refused) == ([], [], {})
    said = noted(noted_in)
    assert said.seen == {people["protected"].pk: "protected"}
    assert said.consents[people["quiet"].pk] == {"news": False}


@pytest.mark.parametrize(
    ("was", "chosen", "becomes"),
    [
        ("listed", "unlisted", "unlisted"),
        ("listed", "protected", "protected"),
        ("unlisted", "protected", "protected"),
        ("unlisted", "listed", "unlisted"),
        ("protected", "listed", "protected"),
        ("protected", "unlisted", "protected"),
    ],
)
def test_nobody_is_shown_more_than_the_backup_showed(people, was, chosen, becomes):
    row = people["same"]
    Participant.objects.filter(pk=row.pk).update(
        visibility=was, pseudonym="Crane" if was == "protected" else ""
    )
    narrow_again(Noted(seen={row.pk: chosen}))
    assert Participant.objects.get(pk=row.pk).visibility == becomes


def test_two_who_become_protected_have_two_pseudonyms(people):
    keys = [people[name].pk for name in ("protected", "unlisted", "same")]
    narrow_again(Noted(seen=dict.fromkeys(keys, "protected")))
    names = set(Participant.objects.filter(pk__in=keys).values_list("pseudonym", flat=True))
    assert len(names) == 3
    assert all(name.startswith("Participant ") for name in names)


def test_keys_of_nobody_and_of_who_was_erased_change_nothing(people):
    row = people["erased"]
    erase(row.user, by=row.user)
    before = HistoryEntry.objects.count()
    found = narrow_again(
        Noted(seen={row.pk: "protected", uuid4(): "unlisted"}, consents={uuid4(): {"news": False}})
    )
    assert (found.seen, found.consents, HistoryEntry.objects.count()) == ([], [], before)


# --- The list is read first -------------------------------------------------------------------------------------------


def spoil(path: Path, how: str) -> None:
    path.parent.mkdir(exist_ok=True)
    if how == "a folder":
        path.mkdir()
    elif how != "missing":
        path.write_bytes(
            {"empty": b"", "blank": b"\n\n", "garbled": b"\x00\xff" * 50}.get(how, b'{"account": "4')
        )


@pytest.mark.parametrize("how", ["missing", "a folder", "empty", "blank", "garbled", "cut off"])
def test_a_list_that_cannot_be_followed_stops_the_restore_before_it_begins(people, tmp_path, noted_in, how):
    back_up()
    spoil(noted_in, how)
    with restored(tmp_path, fails=r"(?s)list of erasures.*--erased FILE.*Nothing was restored\."):
        assert connection.introspection.table_names() == []


def test_a_copy_of_the_list_is_followed_in_place_of_a_damaged_one(people, tmp_path, noted_in):
    """With what can still be read of that one."""
    back_up()
    choose_less(people)
    noted_in.rename(tmp_path / "copy.jsonl")
    spoil(noted_in, "garbled")
    with restored(tmp_path, "--erased", str(tmp_path / "copy.jsonl")) as said:
        assert "Erased again: 1 of 1" in said


def test_a_list_that_is_there_is_not_passed_over(people, noted_in):
    note_visibility(people["same"].pk, "unlisted")
    said_by("--without-erased", "--replace", fails="would pass it over")
    said_by("--without-erased", "--erased", "x", fails="either")


@pytest.mark.parametrize("words", [["--erased", "x"], ["--without-erased"], ["--only-afterwards"]], ids=str)
def test_another_database_is_no_way_around_the_list(people, words):
    said_by("--into", "sqlite:////nowhere/x.sqlite3", *words, fails=f"leave {words[0]} away")


def test_the_academys_own_database_is_no_other_one(people):
    said_by("--into", database_of_the_test(), fails="own database")


def test_another_database_has_other_files(people):
    """Those of the academy that goes on would have been put aside."""
    said_by("--into", "sqlite:////nowhere/x.sqlite3", fails="--media")


def test_where_nothing_is_owed_nothing_is_done_and_the_mark_of_a_move_stays(people, noted_in):
    note_visibility(people["same"].pk, "unlisted")
    said_by("--only-afterwards", fails="Nothing is owed")
    mark(connection, {"done": {}})
    try:
        said_by("--only-afterwards", fails="Nothing is owed")
        assert is_marked(connection)
    finally:
        take_off_mark(connection)


def test_a_copy_of_the_list_is_taken_over_so_that_later_calls_follow_it_too(
    edition, amara, noted_in, tmp_path, owing
):
    """What the steps note themselves would be a list otherwise that knows only of what was done."""
    esi = User.objects.get(email="esi@example.org") if User.objects.filter(email="esi@example.org") else None
    other = esi or make_user("other")
    copy = tmp_path / "copy.jsonl"
    lines = [
        json.dumps({"account": str(user.pk), "at": "2022-02-02T10:00:00+00:00"}) for user in (amara, other)
    ]
    copy.write_text("\n".join(lines))
    said_by("--only-afterwards", "--erased", str(copy), fails="Do not start the academy")
    assert set(lines) <= set(noted_in.read_text().splitlines())
    assert is_marked(connection)
    grant_role(make_user("bruno"), edition, "organiser", by=None)
    said_by("--only-afterwards")
    assert not User.objects.filter(pk__in=[amara.pk, other.pk], is_active=True).exists()
    assert not is_marked(connection)


@pytest.mark.parametrize("command", ["send_due_mail", "run_tasks"])
def test_what_sends_mail_does_not_start_while_something_is_owed(owing, settings, command):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    with pytest.raises(CommandError, match="--only-afterwards"):
        call_command(command)


def test_who_cannot_be_erased_again_is_named_by_key_and_the_command_fails(edition, amara, noted_in, owing):
    """The only organiser; once there is another one, it goes on."""
    noted_in.parent.mkdir()
    noted_in.write_text(json.dumps({"account": str(amara.pk), "at": "2022-02-02T10:00:00+00:00"}) + "\n")
    said = said_by("--only-afterwards", fails="Do not start the academy until the . above")
    assert f"Account {amara.pk} was erased once, and is back: You are the only organiser" in said
    assert "example.org" not in said
    grant_role(make_user("bruno"), edition, "organiser", by=None)
    assert "Erased again: 1 of 1" in said_by("--only-afterwards")
    assert not User.objects.filter(email="amara@example.org").exists()


def test_what_breaks_is_told_with_the_steps_that_did_not_happen(people, noted_in, owing):
    note_visibility(people["same"].pk, "unlisted")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE academy_invitationlist RENAME TO away")
    try:
        said = said_by("--only-afterwards", fails="Error: ")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO academy_invitationlist")
    assert "This did not happen: holding back the mail that waited." in said
    assert "Do not start the academy." in said
    assert "Shown less again" in said
    assert "showing less again of" not in said.split("This did not happen", 1)[1]
