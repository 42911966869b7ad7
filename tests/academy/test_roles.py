"""Roles and rights: one table, permissions that follow it, roles given and ended, the last organiser kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy import rights, roles
from academy.errors import NotAllowed
from academy.models import Role
from academy.permissions import has_right, who_has_right
from academy.rights import TABLE, Right, rights_of
from academy.roles import (
    LastOrganiser,
    RolesApart,
    end_role,
    end_roles,
    grant_role,
    grant_roles,
    verify_roles,
)
from outcome.adoption import electorate_now
from outcome.permissions import may_draft
from programme.models import SessionRole
from programme.permissions import enters_early, leads_session, may_edit, may_release
from tests.factories import make_edition, make_participant, make_user
from workshops.models import Group
from workshops.permissions import may_allocate, may_read_board, readable_boards, runs_group
from workshops.seating import allocate, without_seat

ROLES = "/2022/people/roles/"
KINDS = tuple(Role.Kind.values)


# --- The table --------------------------------------------------------------------------------------------------------


def test_every_right_has_a_line_and_every_role_gives_something():
    assert set(TABLE) == set(Right)
    assert [kind for kind in KINDS if not rights_of(kind)] == []


def test_the_page_of_the_docs_is_what_the_table_says():
    call_command("rights", "--check", verbosity=0)


def test_a_stale_page_is_found(monkeypatch):
    monkeypatch.setitem(TABLE, Right.INVITE, rights.Holders(TABLE[Right.INVITE].words))
    with pytest.raises(CommandError, match="stale"):
        call_command("rights", "--check")


def test_permissions_ask_no_role_by_name():
    """Whoever asks for a role by its name goes past the table."""
    for name in ("programme", "workshops", "outcome"):
        text = Path(name, "permissions.py").read_text(encoding="utf-8")
        assert "is_organiser" not in text
        assert " Role.Kind" not in text


@pytest.mark.parametrize("right", list(Right))
def test_the_permission_is_the_tables(right, edition):
    """Every role without a registration but the delegate's, and nobody but a confirmed participant without a role."""
    people = {kind: make_user(f"has-{kind}") for kind in KINDS}
    for kind, user in people.items():
        grant_role(user, edition, kind, by=None)
    found = {kind for kind, user in people.items() if has_right(user, edition, right)}
    assert found == set(TABLE[right].roles) - {"delegate"}
    make_participant(people["delegate"], edition)
    assert has_right(people["delegate"], edition, right) is (
        "delegate" in TABLE[right].roles or TABLE[right].confirmed
    )
    plain, outsider = make_user("plain"), make_user("outsider")
    make_participant(plain, edition)
    assert has_right(plain, edition, right) is TABLE[right].confirmed
    assert not has_right(outsider, edition, right)


@pytest.mark.parametrize("right", list(Right))
def test_asked_for_many_at_once_a_permission_is_what_it_is_for_each(right, edition):
    """In the same few questions, however many are asked for: who has no right has none in company."""
    people = [make_user(f"has-{kind}") for kind in KINDS]
    for kind, user in zip(KINDS, people, strict=True):
        grant_role(user, edition, kind, by=None)
    away, plain, inactive = make_user("away"), make_user("plain"), make_user("inactive")
    for user in (away, plain, inactive):
        make_participant(user, edition, **({"state": "withdrawn"} if user is away else {}))
    waiting, seated = make_user("waiting"), make_user("seated")
    for user, state in ((waiting, "applied"), (seated, "confirmed")):
        make_participant(user, edition, state=state)
        grant_role(user, edition, "delegate", by=None)
    grant_role(away, edition, "observer", by=None)
    grant_role(inactive, edition, "organiser", by=None)
    inactive.is_active = False
    everybody = [*people, away, plain, inactive, waiting, seated, make_user("outsider")]
    each = {user.pk for user in everybody if has_right(user, edition, right)}
    with CaptureQueriesContext(connection) as asked:
        assert who_has_right(everybody, edition, right) == each
    assert len(asked) <= 3
    assert who_has_right([], edition, right) == set()


def test_a_permission_follows_when_the_table_changes(edition, monkeypatch):
    """The control: no permission knows better than the table."""
    user = make_user("speaker")
    grant_role(user, edition, "speaker", by=None)
    asked = (may_edit, may_release, may_allocate, may_draft)
    assert [ask(user, edition) for ask in asked] == [False] * 4
    for right in (Right.EDIT_PROGRAMME, Right.PLACE_PEOPLE, Right.WRITE_DOCUMENT):
        monkeypatch.setitem(TABLE, right, rights.Holders(TABLE[right].words, roles=frozenset({"speaker"})))
    assert [ask(user, edition) for ask in asked] == [True] * 4


# --- What roles mean --------------------------------------------------------------------------------------------------


def test_an_observer_reads_along_without_a_place_and_is_never_drawn_into_a_group(edition, amara):
    observer, seated = make_user("observer"), make_user("seated")
    place = make_participant(observer, edition)
    make_participant(seated, edition)
    grant_role(observer, edition, "observer", by=None)
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    slot = group.workshop.session.parent or group.workshop.session
    seats = allocate(slot, seed=1, by=amara)
    assert observer.pk not in {seat.participant.user_id for seat in seats}
    assert seated.pk in {seat.participant.user_id for seat in seats}
    assert place not in without_seat(slot)
    place.state = "waiting"
    place.waiting_number = 1
    place.save()
    assert not may_read_board(observer, group)
    Group.objects.filter(pk=group.pk).update(state="closed")
    group.refresh_from_db()
    assert may_read_board(observer, group)
    assert readable_boards(observer, edition) == {group.pk}
    assert not runs_group(observer, group)


def test_delegates_are_the_electorate_and_nobody_observes_and_decides(edition, dawit, amara):
    assert [person.user for person in electorate_now(edition)] == [dawit]
    with pytest.raises(RolesApart):
        grant_role(dawit, edition, "observer", by=amara)
    end_role(Role.objects.of(dawit, edition).get(kind="delegate"), by=amara)
    grant_role(dawit, edition, "observer", by=amara)
    assert electorate_now(edition) == []


def test_speakers_and_moderators_enter_early_where_they_are_named(edition, bruno):
    session = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1").session
    speaker = make_user("speaker")
    SessionRole.objects.create(
        session=session, kind="speaker", participant=make_participant(speaker, edition)
    )
    assert (enters_early(speaker, session), leads_session(speaker, session)) == (True, False)
    assert (enters_early(bruno, session), leads_session(bruno, session)) == (True, True)
    other = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-2").session
    assert not enters_early(speaker, other)
    grant_role(speaker, edition, "speaker", by=None)
    assert enters_early(speaker, other)


# --- Giving and ending ------------------------------------------------------------------------------------------------


def test_the_last_organiser_stays(edition, amara, bruno):
    own = Role.objects.of(amara, edition).get(kind="organiser")
    with pytest.raises(LastOrganiser):
        end_role(own, by=amara)
    other = grant_role(bruno, edition, "organiser", by=amara)
    with pytest.raises(LastOrganiser):
        end_roles(edition, [own, other], by=amara)
    end_role(own, by=amara)
    assert [role.user for role in Role.objects.active().filter(edition=edition, kind="organiser")] == [bruno]
    assert list(verify_roles(edition)) == []


def two_organisers():
    edition = make_edition()
    people = [make_user("amara"), make_user("bruno")]
    return edition, [grant_role(user, edition, "organiser", by=None) for user in people]


def each_ends_the_other(at_once, edition, given):
    """Two organisers end each other at the same moment."""
    turns = [(given[0], given[1].user), (given[1], given[0].user)]

    def end() -> Role:
        role, by = turns.pop()
        return end_role(role, by=by)

    results = at_once(2, end)
    left = Role.objects.active().filter(edition=edition, kind="organiser").count()
    return left, results


@pytest.mark.django_db(transaction=True)
def test_two_organisers_who_end_each_other_at_once_leave_one(at_once):
    edition, given = two_organisers()
    left, results = each_ends_the_other(at_once, edition, given)
    assert left == 1
    assert {type(result).__name__ for result in results} <= {"Role", "LastOrganiser", "NotAllowed"}


@pytest.mark.django_db(transaction=True)
def test_without_the_question_nobody_is_left(monkeypatch):
    """The control: with the rule removed, an organiser ends the last role."""
    monkeypatch.setattr(roles, "_insist_on_an_organiser", lambda edition, ending: None)
    edition, given = two_organisers()
    end_roles(edition, given, by=given[0].user)
    assert not Role.objects.active().filter(edition=edition).exists()


def test_only_organisers_give_and_end_roles(edition, amara, bruno, dawit):
    with pytest.raises(NotAllowed):
        grant_roles([dawit], edition, "speaker", by=bruno)
    with pytest.raises(NotAllowed):
        end_role(Role.objects.of(dawit, edition).get(kind="delegate"), by=bruno)


def test_several_get_a_role_or_nobody_does(edition, amara, bruno, dawit):
    with pytest.raises(RolesApart):
        grant_roles([bruno, dawit], edition, "observer", by=amara)
    assert not Role.objects.of(bruno, edition).filter(kind="observer").exists()
    assert len(grant_roles([bruno, dawit], edition, "speaker", by=amara)) == 2


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_finds_gives_and_ends(edition, amara, bruno, chiara, client_of):
    browser = client_of(amara)
    page = browser.get(ROLES, {"q": "brun"}, follow=True)
    (found,) = page.context["found"]
    assert found.user == bruno
    other = chiara.participations.get()
    assert browser.post(ROLES, {"people": [found.pk, other.pk], "kind": "speaker"}).status_code == 302
    given = Role.objects.active().filter(edition=edition, kind="speaker")
    assert {role.user for role in given} == {bruno, chiara}
    text = browser.get(ROLES).content.decode()
    assert "Bruno became speaker" in " ".join(text.split())
    assert browser.post(f"{ROLES}end/", {"roles": [role.pk for role in given]}).status_code == 302
    assert not Role.objects.active().filter(edition=edition, kind="speaker").exists()
    assert "Chiara is no longer speaker" in " ".join(browser.get(ROLES).content.decode().split())


def test_the_page_says_whose_role_gives_nothing(edition, amara, dawit, client_of):
    browser, note = client_of(amara), "gives nothing now: waiting"
    assert note not in browser.get(ROLES).content.decode()
    dawit.participations.update(state="waiting", waiting_number=1)
    grant_role(make_user("nobody"), edition, "delegate", by=amara)
    text = browser.get(ROLES).content.decode()
    assert text.count(note) == 1
    assert text.count("gives nothing yet: not registered") == 1


def test_the_own_role_is_asked_about_and_the_last_one_is_kept(edition, amara, bruno, client_of):
    browser = client_of(amara)
    own = Role.objects.of(amara, edition).get(kind="organiser")
    asked = browser.post(f"{ROLES}end/", {"roles": [own.pk]})
    assert "End your own role as organiser?" in asked.content.decode()
    refused = browser.post(f"{ROLES}end/", {"roles": [own.pk], "sure": "on"})
    assert refused.status_code == 409
    assert "The last organiser of an academy cannot be removed" in refused.content.decode()
    grant_role(bruno, edition, "organiser", by=amara)
    gone = browser.post(f"{ROLES}end/", {"roles": [own.pk], "sure": "on"})
    assert (gone.status_code, gone["Location"]) == (302, "/2022/")
    assert browser.get(ROLES).status_code == 403


def test_the_page_takes_as_many_queries_for_ten_as_for_three(edition, amara, client_of):
    browser = client_of(amara)
    counts = []
    for start, stop in ((0, 3), (3, 10)):
        for number in range(start, stop):
            user = make_user(f"p{number}")
            make_participant(user, edition)
            grant_role(user, edition, "speaker", by=amara)
        found = browser.get(ROLES, {"q": "p"})["Location"]
        browser.get(found)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(found).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
