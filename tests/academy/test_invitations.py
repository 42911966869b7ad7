"""Inviting one and many, sending again, taking back, accepting once."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.history import verify_history
from academy.invitations import accepting
from academy.invitations.accepting import (
    ForAnotherAddress,
    HasAccount,
    NoLongerValid,
    RegistrationOver,
    accept,
    accept_anew,
    invitation_of,
    serve_address,
)
from academy.invitations.inviting import (
    CannotInvite,
    NotOpen,
    invite,
    send_again,
    take_back,
    verify_invitations,
)
from academy.invitations.letters import letter_text
from academy.invitations.links import digest_of
from academy.invitations.wording import Invitee
from academy.models import Edition, Invitation, Message, Participant, Role, User
from academy.outbox import send_message
from academy.privacy.showing import everything_of
from academy.registration import Profile, decline, free_places, settle
from academy.roles import end_role, grant_role, verify_roles
from tests.factories import make_edition, make_participant, make_user

NOOR = Profile(name="Noor Haddad", actor="research", country="LB", visibility="listed")
LINK = "https://academy.example.org/2031/invitation/{}/"
AtOnce = Callable[[int, Callable[[], object]], list[object]]
UPLOAD, LIST, ONE = (f"/2031/people/invitations/{name}" for name in ("list/", "", "one/"))


@pytest.fixture
def invited(db: None) -> Edition:
    """An academy by invitation whose window is over."""
    return make_edition(mode="invitation", registration_closes=datetime(2020, 1, 1, tzinfo=UTC), capacity=3)


@pytest.fixture
def organiser(invited: Edition) -> User:
    user = make_user("amara")
    grant_role(user, invited, "organiser", by=None)
    return user


def ask(edition: Edition, by: User, *addresses: str, days: int = 14, **fields: str) -> list[Invitation]:
    people = [Invitee(address, **fields) for address in addresses]
    return invite(edition, people, days=days, link=LINK.format, by=by)


def token_in(message: Message) -> str:
    """The token of the link in a mail."""
    found = re.search(r"/invitation/([^/\s]+)/", message.body)
    assert found is not None
    return found[1]


def last_token(address: str) -> str:
    return token_in(Message.objects.filter(to=address, state="queued").latest("created_at"))


def opened(edition: Edition, address: str) -> Invitation:
    found = invitation_of(last_token(address), edition)
    assert found is not None
    return found


# --- Inviting ---------------------------------------------------------------------------------------------------------


def test_an_invitation_is_a_mail_with_a_link_of_which_only_the_digest_is_kept(invited, organiser):
    (row,) = ask(invited, organiser, "noor@example.org", name="Noor Haddad", role="speaker")
    message = Message.objects.get(to="noor@example.org")
    token = token_in(message)
    assert row.token_digest == digest_of(token)
    assert "Dear Noor Haddad," in message.body
    assert "as speaker" in message.body
    kept = [str(value) for one in Invitation.objects.values() for value in one.values()]
    assert [value for value in kept if token in value] == []
    assert send_message(str(message.pk))
    message.refresh_from_db()
    assert (message.state, message.body) == ("sent", "")


def test_only_organisers_invite(invited, organiser):
    with pytest.raises(NotAllowed):
        ask(invited, make_user("farid"), "noor@example.org")
    (row,) = ask(invited, organiser, "noor@example.org")
    for act in (take_back, lambda *one, by: send_again(*one, days=7, link=LINK.format, by=by)):
        with pytest.raises(NotAllowed):
            act(invited, [row], by=make_user("dawit") if act is take_back else make_user("chiara"))


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([Invitee("noor@")], "is not an e-mail address"),
        ([Invitee("noor@example.org"), Invitee("noor@example.org")], "named twice"),
        ([Invitee("amina@example.org")], "has a registration already (confirmed)"),
        ([Invitee("open@example.org")], "is invited already, until"),
        ([Invitee("noor@example.org", name="=1+1")], "begins like a formula"),
        ([Invitee("noor@example.org", name="Win at www.example.com")], "holds a link"),
        ([Invitee("noor@example.org", name="x" * 121)], "at most 120 characters"),
    ],
)
def test_one_wrong_address_invites_nobody(invited, organiser, people, words):
    make_participant(make_user("amina"), invited)
    ask(invited, organiser, "open@example.org")
    with pytest.raises(CannotInvite, match=re.escape(words)):
        invite(invited, [Invitee("li@example.org"), *people], days=14, link=LINK.format, by=organiser)
    assert list(Invitation.objects.values_list("email", flat=True)) == ["open@example.org"]
    assert Message.objects.count() == 1


def test_days_are_those_that_can_be_chosen(invited, organiser):
    with pytest.raises(Invalid):
        ask(invited, organiser, "noor@example.org", days=3650)


def test_an_expired_invitation_is_renewed_in_place_and_its_old_link_is_dead(invited, organiser):
    ask(invited, organiser, "noor@example.org", days=7)
    old = last_token("noor@example.org")
    with clock.set_to(clock.now() + timedelta(days=8)):
        ask(invited, organiser, "noor@example.org", role="speaker")
        assert Invitation.objects.count() == 1
        assert invitation_of(old, invited) is None
        assert opened(invited, "noor@example.org").role == "speaker"
    assert sorted(Message.objects.values_list("state", flat=True)) == ["cancelled", "queued"]


def test_sent_again_the_link_is_new_and_the_letter_with_the_old_one_is_not_sent(invited, organiser):
    (row,) = ask(invited, organiser, "noor@example.org")
    old = last_token("noor@example.org")
    assert send_again(invited, [row], days=30, link=LINK.format, by=organiser) == 1
    assert invitation_of(old, invited) is None
    assert accepting.works(opened(invited, "noor@example.org"))
    assert Message.objects.get(state="cancelled").body == ""


def test_taken_back_the_link_is_dead_and_twice_is_refused(invited, organiser):
    (row,) = ask(invited, organiser, "noor@example.org")
    found = opened(invited, "noor@example.org")
    assert take_back(invited, [row], by=organiser) == 1
    with pytest.raises(NoLongerValid):
        accept(found, make_user("noor"), NOOR)
    for act in (
        lambda: take_back(invited, [row], by=organiser),
        lambda: send_again(invited, [row], days=7, link=LINK.format, by=organiser),
    ):
        with pytest.raises(NotOpen):
            act()


def test_invitations_of_another_edition_are_not_touched(invited, organiser):
    other = make_edition("2032")
    grant_role(organiser, other, "organiser", by=None)
    (row,) = ask(other, organiser, "noor@example.org")
    with pytest.raises(NotOpen):
        take_back(invited, [row], by=organiser)
    assert invitation_of(last_token("noor@example.org"), invited) is None


def test_a_place_is_held_until_the_invitation_ends(invited, organiser):
    invited.capacity = 1
    invited.save()
    ask(invited, organiser, "noor@example.org")
    waiting = make_participant(make_user("li"), invited, state="waiting", waiting_number=1)
    take_back(invited, Invitation.objects.all(), by=organiser)
    waiting.refresh_from_db()
    assert waiting.state == "offered"


# --- Accepting --------------------------------------------------------------------------------------------------------


def test_accepting_registers_past_mode_and_window_and_gives_the_role(invited, organiser):
    ask(invited, organiser, "noor@example.org", role="moderator")
    noor = make_user("noor")
    made = accept(opened(invited, "noor@example.org"), noor, NOOR)
    assert (made.participant.state, made.role) == ("confirmed", "moderator")
    assert list(Role.objects.of(noor, invited).values_list("kind", flat=True)) == ["moderator"]
    assert Invitation.objects.get().participant == made.participant
    assert list(verify_invitations(invited)) == []


def test_an_invitation_is_accepted_once(invited, organiser):
    ask(invited, organiser, "noor@example.org")
    found = opened(invited, "noor@example.org")
    accept(found, make_user("noor"), NOOR)
    with pytest.raises(NoLongerValid):
        accept(found, make_user("li"), NOOR)
    assert Participant.objects.filter(edition=invited).count() == 1


def test_an_expired_invitation_is_not_accepted(invited, organiser):
    ask(invited, organiser, "noor@example.org", days=7)
    found = opened(invited, "noor@example.org")
    with clock.set_to(clock.now() + timedelta(days=7, seconds=1)), pytest.raises(NoLongerValid):
        accept(found, make_user("noor"), NOOR)


def newly(edition: Edition) -> User:
    """Somebody who has just accepted the invitation of Noor with a new account."""
    user: User = accept_anew(opened(edition, "noor@example.org"), "a long pass phrase", NOOR).participant.user
    return user


def prove(user: User) -> None:
    """The address is confirmed, as by the link in the mail."""
    EmailAddress.objects.filter(user=user).update(verified=True)
    serve_address(user)


def standing(user: User) -> tuple[str, list[str]]:
    """(state of the registration, kinds of role)."""
    state = Participant.objects.get(user=user).state
    return state, list(Role.objects.active().filter(user=user).values_list("kind", flat=True))


@pytest.mark.parametrize("role", ["organiser", "moderator", "delegate", ""])
def test_with_a_new_account_place_and_role_wait_until_the_address_is_confirmed(invited, organiser, role):
    ask(invited, organiser, "noor@example.org", role=role)
    user = newly(invited)
    assert (user.email, user.check_password("a long pass phrase")) == ("noor@example.org", True)
    assert standing(user) == ("applied", [])
    assert Invitation.objects.get().state == "accepted"
    serve_address(user)
    assert standing(user)[1] == []
    prove(user)
    assert standing(user) == ("confirmed", [role] if role else [])
    assert list(verify_history(invited)) == []
    assert [*verify_invitations(invited), *verify_roles(invited)] == []


def test_the_place_of_who_still_has_to_confirm_the_address_is_held(invited, organiser):
    invited.capacity = 1
    invited.save()
    ask(invited, organiser, "noor@example.org")
    user = newly(invited)
    waiting = make_participant(make_user("li"), invited, state="waiting", waiting_number=1)
    settle(invited)
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    prove(user)
    assert standing(user)[0] == "confirmed"
    assert free_places(invited) == 0


def test_a_role_that_was_ended_does_not_come_back_with_another_address(invited, organiser):
    ask(invited, organiser, "noor@example.org", role="speaker")
    user = newly(invited)
    prove(user)
    end_role(Role.objects.get(user=user), by=organiser)
    EmailAddress.objects.create(user=user, email="noor@home.example", verified=True)
    serve_address(user)
    assert standing(user)[1] == []


def test_another_address_gives_no_role(invited, organiser):
    ask(invited, organiser, "noor@example.org", role="organiser")
    user = newly(invited)
    EmailAddress.objects.create(user=user, email="farid@home.example", verified=True)
    serve_address(user)
    assert standing(user)[1] == []


def test_who_was_declined_before_the_address_was_confirmed_gets_no_role(invited, organiser):
    ask(invited, organiser, "noor@example.org", role="speaker")
    user = newly(invited)
    decline(Participant.objects.get(user=user), by=organiser, reason="No.")
    prove(user)
    assert standing(user) == ("declined", [])


def test_a_role_that_does_not_go_with_another_is_left_out_at_the_confirmation(invited, organiser):
    ask(invited, organiser, "noor@example.org", role="delegate")
    user = newly(invited)
    grant_role(user, invited, "observer", by=organiser)
    prove(user)
    assert standing(user) == ("confirmed", ["observer"])


# --- Whoever invited may give roles no more ---------------------------------------------------------------------------


@pytest.fixture
def former(invited: Edition) -> User:
    """An organiser who invited Noor to be one, and is no organiser any more."""
    make_organiser = partial(grant_role, edition=invited, kind="organiser", by=None)
    make_organiser(make_user("chiara"))
    user = make_user("jonas")
    role = make_organiser(user)
    ask(invited, user, "noor@example.org", role="organiser")
    end_role(role, by=None)
    return user


def test_the_invitation_of_a_former_organiser_gives_a_place_but_no_role(invited, former):
    noor = make_user("noor")
    made = accept(opened(invited, "noor@example.org"), noor, NOOR)
    assert (made.role, made.lost) == ("", "organiser")
    assert standing(noor) == ("confirmed", [])
    assert list(verify_invitations(invited)) == []


def test_so_it_is_for_a_new_account_also_if_they_become_an_organiser_again(invited, former):
    user = newly(invited)
    grant_role(former, invited, "organiser", by=None)
    prove(user)
    assert standing(user) == ("confirmed", [])


def test_a_role_is_not_given_at_the_confirmation_if_the_inviter_left_before_it(invited, organiser):
    ask(invited, organiser, "noor@example.org", role="organiser")
    user = newly(invited)
    end_role(Role.objects.get(user=organiser), by=None)
    prove(user)
    assert standing(user) == ("confirmed", [])


def test_whoever_sends_it_again_answers_for_its_role(invited, former):
    chiara = User.objects.get(email="chiara@example.org")
    send_again(invited, Invitation.objects.all(), days=7, link=LINK.format, by=chiara)
    noor = make_user("noor")
    accept(opened(invited, "noor@example.org"), noor, NOOR)
    assert standing(noor) == ("confirmed", ["organiser"])


def test_the_page_says_that_the_role_is_gone(invited, former, client_of):
    browser = client_of(make_user("noor"))
    make_participant(User.objects.get(email="noor@example.org"), invited)
    address = f"/2031/invitation/{last_token('noor@example.org')}/"
    page = browser.get(address).content.decode()
    assert "The invitation gives it no more" in page
    assert "take part as organiser" not in page
    answer = browser.post(address, follow=True)
    assert "The invitation gives no role any more" in answer.content.decode()


# --- What letters and one's own data say ------------------------------------------------------------------------------


def test_a_name_of_the_list_is_no_link_in_the_letter(invited, organiser):
    (row,) = ask(invited, organiser, "noor@example.org")
    row.name = "Noor evil.example/now"
    text = letter_text(invited, row, LINK.format("token"))
    assert "evil.example" not in text
    assert "Dear Noor evil. example now," in text


def test_who_accepted_a_link_that_was_passed_on_does_not_read_whom_it_was_for(invited, organiser):
    ask(invited, organiser, "noor@example.org", name="Noor Haddad", organisation="City of Tyre")
    farid, noor = make_user("farid"), make_user("noor")
    EmailAddress.objects.create(user=farid, email="noor@example.org", verified=False)
    accept(opened(invited, "noor@example.org"), farid, replace(NOOR, name="Farid"))
    data = everything_of(farid)["data"]
    assert data["invitations"] == []
    assert [row["state"] for row in data["invitations_passed_on"]] == ["accepted"]
    said = json.dumps([data["invitations"], data["invitations_passed_on"]])
    assert [words for words in ("noor@", "Haddad", "Tyre") if words in said] == []
    assert everything_of(noor)["data"]["invitations"][0]["name"] == "Noor Haddad"


def test_an_account_is_not_taken_over_by_a_link(invited, organiser):
    noor = make_user("noor")
    ask(invited, organiser, "noor@example.org")
    with pytest.raises(HasAccount):
        accept_anew(opened(invited, "noor@example.org"), "a long pass phrase", NOOR)
    noor.refresh_from_db()
    assert noor.check_password("from-intentions-2022")
    assert Invitation.objects.get().state == "open"


def test_a_role_goes_to_the_invited_address_only(invited, organiser):
    ask(invited, organiser, "noor@example.org", role="organiser")
    with pytest.raises(ForAnotherAddress):
        accept(opened(invited, "noor@example.org"), make_user("farid"), NOOR)
    ask(invited, organiser, "li@example.org")
    assert (
        accept(opened(invited, "li@example.org"), make_user("dawit"), NOOR).participant.state == "confirmed"
    )


def test_who_applied_gets_a_place_who_was_declined_does_not_and_who_withdrew_comes_back(invited, organiser):
    people = {state: make_user(state) for state in ("applied", "declined", "withdrawn")}
    ask(invited, organiser, *(user.email for user in people.values()))
    for state, user in people.items():
        make_participant(user, invited, state=state)
    found = {state: opened(invited, user.email) for state, user in people.items()}
    assert accept(found["applied"], people["applied"], None).participant.state == "confirmed"
    with pytest.raises(RegistrationOver):
        accept(found["declined"], people["declined"], NOOR)
    assert accept(found["withdrawn"], people["withdrawn"], NOOR).participant.state == "confirmed"


def test_more_invited_than_places_wait(invited, organiser):
    invited.capacity = 1
    invited.save()
    ask(invited, organiser, "noor@example.org", "li@example.org")
    first = accept(opened(invited, "noor@example.org"), make_user("noor"), NOOR)
    second = accept(opened(invited, "li@example.org"), make_user("li"), NOOR)
    assert (first.participant.state, second.participant.state) == ("confirmed", "waiting")


def _race(edition: Edition, organiser: User, at_once: AtOnce) -> list[object]:
    """Two people with the same link accept at once."""
    tokens: list[str] = []

    def link(token: str) -> str:
        tokens.append(token)
        return LINK.format(token)

    invite(edition, [Invitee("noor@example.org")], days=14, link=link, by=organiser)
    takers = [make_user("noor"), make_user("li")]
    return at_once(2, lambda: accept(_by_token(tokens[0], edition), takers.pop(), NOOR))


def _by_token(token: str, edition: Edition) -> Invitation:
    found = invitation_of(token, edition)
    assert found is not None
    return found


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_is_registered(at_once):
    edition = make_edition(mode="invitation")
    organiser = make_user("amara")
    grant_role(organiser, edition, "organiser", by=None)
    results = _race(edition, organiser, at_once)
    assert sorted(type(result).__name__ for result in results) == ["Accepted", "NoLongerValid"]
    assert Participant.objects.filter(edition=edition).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_race_is_lost_when_the_link_is_not_asked_again_under_the_lock(at_once, monkeypatch):
    """The control: without the question after the lock, both are registered by one link."""
    monkeypatch.setattr(accepting, "insist_on_working", lambda invitation: invitation)
    edition = make_edition(mode="invitation")
    organiser = make_user("amara")
    grant_role(organiser, edition, "organiser", by=None)
    results = _race(edition, organiser, at_once)
    assert sorted(type(result).__name__ for result in results) == ["Accepted", "Accepted"]
    assert Participant.objects.filter(edition=edition).count() == 2


def test_a_changed_invitation_is_found(invited, organiser):
    ask(invited, organiser, "noor@example.org", "li@example.org")
    said = io.StringIO()
    call_command("verify", "2031", stdout=said)
    assert said.getvalue() == "2031: everything matches.\n"
    Invitation.objects.filter(email="noor@example.org").update(role="organiser")
    assert [mismatch.reason for mismatch in verify_invitations(invited)] == [
        "it was changed without an entry in the history"
    ]
    assert list(verify_history(invited)) == []


def test_many_are_invited_in_few_queries(invited, organiser):
    with CaptureQueriesContext(connection) as queries:
        ask(invited, organiser, *(f"a{n}@example.org" for n in range(400)))
    assert len(queries) < 60
    assert list(verify_history(invited)) == []


# --- Pages ------------------------------------------------------------------------------------------------------------


def upload(browser: Client, content: bytes | str, **data: str):
    data = {"days": "14", "step": "read", **data}
    if isinstance(content, bytes):
        return browser.post(UPLOAD, {**data, "file": SimpleUploadedFile("list.csv", content)})
    return browser.post(UPLOAD, {**data, "text": content})


THREE_WRONG = (
    "email;name;organisation;role\n"
    "noor@example.org;Noor Haddad;City of Tyre;speaker\n"
    "nobody;Nobody;;\n"
    "li@example.org;Li Wen;;\n"
    "noor@example.org;Noor again;;\n"
    "sam@example.org;Sam;;king\n"
)


def test_a_list_is_previewed_and_the_good_rows_are_kept(invited, organiser, client_of):
    browser = client_of(organiser)
    page = upload(browser, THREE_WRONG.encode())
    text = page.content.decode()
    assert page.status_code == 200
    assert [row.number for row in page.context["bad"]] == [3, 5, 6]
    assert "There is no role “king”" in text
    assert (Invitation.objects.count(), Message.objects.count()) == (0, 0)
    seen = page.context["form"].digest
    answer = upload(browser, page.context["form"].source, step="send", seen=seen)
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert sorted(Invitation.objects.values_list("email", "role")) == [
        ("li@example.org", ""),
        ("noor@example.org", "speaker"),
    ]


def test_what_changed_since_the_preview_is_shown_again(invited, organiser, client_of):
    browser = client_of(organiser)
    page = upload(browser, THREE_WRONG)
    ask(invited, organiser, "li@example.org")
    answer = upload(browser, THREE_WRONG, step="send", seen=page.context["form"].digest)
    assert answer.status_code == 409
    assert "Something changed since you looked at the list" in answer.content.decode()
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The submitted file is empty"),
        (b"PK\x03\x04rest", "This is a spreadsheet"),
        (b"\x81\x8d\xff", "encoding of this file cannot be told"),
        (b"email\na\x00b@example.org\n", "is not a text"),
        (b"first,second\n1,2\n", "has no column “email”"),
        (b"email\n", "nobody is in it"),
        (b'email,name\n"noor@example.org,Noor\n', "a quotation mark is not closed"),
        (b"first,second\n" + b"a@b.co,x\n" * 5002, "has no column “email”"),
        (b"email\n" + b"a@b.co\n" * 200_002, "A list may have 200,000 people"),
        (b"email,name\n" + b"a" * 19_000_000, "The file is too large"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(invited, organiser, client_of, content, words):
    answer = upload(client_of(organiser), content)
    assert answer.status_code == 422
    if content:
        assert words in answer.content.decode()
    assert Invitation.objects.count() == 0


def test_the_list_takes_as_many_queries_for_ten_as_for_three(invited, organiser, client_of):
    browser = client_of(organiser)
    counts = []
    for start, stop in ((0, 3), (3, 10)):
        ask(invited, organiser, *(f"p{n}@example.org" for n in range(start, stop)))
        browser.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_is_filtered_and_several_are_sent_again_and_taken_back(invited, organiser, client_of):
    browser = client_of(organiser)
    rows = ask(invited, organiser, "noor@example.org", "li@example.org", days=7)
    Invitation.objects.filter(email="li@example.org").update(expires_at=clock.now() - timedelta(days=1))
    page = browser.get(f"{LIST}?state=expired")
    assert [row.email for row in page.context["page"]] == ["li@example.org"]
    chosen = [str(row.pk) for row in rows]
    assert browser.post(LIST, {"chosen": chosen, "action": "again", "days": "30"}).status_code == 302
    assert Invitation.objects.filter(expires_at__gt=clock.now() + timedelta(days=29)).count() == 2
    asked = browser.post(LIST, {"chosen": chosen, "action": "back"})
    assert "Take back 2" in asked.content.decode()
    assert Invitation.objects.filter(state="open").count() == 2
    assert browser.post(LIST, {"chosen": chosen, "action": "back", "sure": "on"}).status_code == 302
    assert Invitation.objects.filter(state="revoked").count() == 2
    assert browser.post(LIST, {"action": "again"}).status_code == 422


def test_the_link_opens_the_registration_and_reading_it_accepts_nothing(invited, organiser, client_of):
    ask(invited, organiser, "noor@example.org", name="Noor Haddad", organisation="City of Tyre")
    address = f"/2031/invitation/{last_token('noor@example.org')}/"
    browser = client_of(None)
    page = browser.get(address)
    assert page.status_code == 200
    assert 'value="Noor Haddad"' in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"
    assert Invitation.objects.get().state == "open"
    said = {
        "name": "Noor Haddad",
        "actor": "research",
        "country": "LB",
        "visibility": "listed",
        "consent": "on",
        "password1": "a long pass phrase",
        "password2": "a long pass phrase",
    }
    answer = browser.post(address, said)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert "Look into your mail" in browser.get(answer["Location"]).content.decode()
    assert browser.get("/2031/my/").status_code == 302
    gone = client_of(None).get(address)
    assert gone.status_code == 410
    assert "one step may be left" in gone.content.decode()
    follow_the_mail(browser)
    assert "Noor Haddad" in browser.get("/2031/my/").content.decode()
    assert browser.get(address).status_code == 302


def follow_the_mail(browser: Client) -> None:
    """Confirm the address by the link of the mail that was sent last."""
    body = Message.objects.filter(to="noor@example.org", state="queued").latest("created_at").body
    link = re.search(r"/accounts/confirm-email/\S+", body)
    assert link is not None
    assert browser.post(link[0]).status_code == 302


def test_the_link_alone_makes_nobody_an_organiser_but_the_mail_does(invited, organiser, client_of):
    ask(invited, organiser, "noor@example.org", role="organiser")
    browser, said = client_of(None), {**vars(NOOR), "consent": "on"}
    said |= {"password1": "a long pass phrase", "password2": "a long pass phrase"}
    browser.post(f"/2031/invitation/{last_token('noor@example.org')}/", said)
    noor = User.objects.get(email="noor@example.org")
    assert standing(noor) == ("applied", [])
    assert browser.get("/2031/people/").status_code == 302
    assert client_of(None).login(email=noor.email, password="a long pass phrase")
    follow_the_mail(browser)
    assert standing(noor) == ("confirmed", ["organiser"])
    assert browser.get("/2031/people/").status_code == 200


def test_who_logs_in_with_a_code_from_the_mail_has_confirmed_the_address(invited, organiser, client_of):
    ask(invited, organiser, "noor@example.org", role="speaker")
    noor, browser = newly(invited), client_of(None)
    browser.post("/accounts/login/code/", {"email": "noor@example.org"})
    body = Message.objects.filter(to="noor@example.org", state="queued").latest("created_at").body
    code = re.search(r"^[A-Z0-9-]{6,9}$", body, re.MULTILINE)
    assert code is not None
    browser.post("/accounts/login/code/confirm/", {"code": code[0]})
    assert standing(noor) == ("confirmed", ["speaker"])


def test_the_page_says_the_same_whether_the_address_has_an_account_or_not(invited, organiser, client_of):
    make_user("li")
    ask(invited, organiser, "noor@example.org", "li@example.org")
    pages = []
    for address in ("noor@example.org", "li@example.org"):
        token = last_token(address)
        text = client_of(None).get(f"/2031/invitation/{token}/").content.decode()
        pages.append(
            re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text.replace(token, "")).replace(
                address, ""
            )
        )
    assert pages[0] == pages[1]


def test_a_token_that_nobody_was_sent_is_not_found(invited, client_of):
    for token in ("x", "A" * 43, "-"):
        assert client_of(None).get(f"/2031/invitation/{token}/").status_code == 404


def test_somebody_registered_accepts_with_one_button(invited, organiser, client_of):
    ask(invited, organiser, "noor@example.org", role="speaker")
    noor = make_user("noor")
    make_participant(noor, invited)
    browser = client_of(noor)
    address = f"/2031/invitation/{last_token('noor@example.org')}/"
    assert "You have a registration already" in browser.get(address).content.decode()
    assert browser.post(address).status_code == 302
    assert Role.objects.of(noor, invited).get().kind == "speaker"


def test_one_is_invited_by_the_form(invited, organiser, client_of):
    browser = client_of(organiser)
    said = {"email": "Noor@Example.org", "name": "Noor", "organisation": "", "role": "organiser", "days": "7"}
    assert browser.post(ONE, said).status_code == 302
    assert Invitation.objects.get().email == "noor@example.org"
    again = browser.post(ONE, said)
    assert again.status_code == 422
    assert "is invited already, until" in again.content.decode()
