"""Registering: windows, modes, capacity, decisions, mail."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from academy import clock, permissions
from academy.consent import REGISTRATION
from academy.errors import Invalid, NotAllowed
from academy.history import verify_history
from academy.models import Consent, Edition, Message, Participant
from academy.permissions import has_right, roles_of, roles_of_each, takes_part, who_has_right
from academy.registration import (
    AlreadyRegistered,
    NotWaiting,
    Profile,
    PseudonymTaken,
    RegistrationClosed,
    address_verified,
    confirm,
    decline,
    places,
    register,
    verify_registrations,
    withdraw,
)
from academy.rights import Right
from academy.roles import grant_role
from tests.factories import make_edition, make_participant, make_user
from tests.meeting import LITTLE, MUCH, Meeting
from tests.servers import use_sqlite

FARID = Profile(name="Farid", actor="research", country="MA", visibility="listed")


@pytest.fixture
def open_edition(db):
    return make_edition(mode="open")


@pytest.fixture
def organiser(open_edition):
    user = make_user("amara")
    grant_role(user, open_edition, "organiser", by=None)
    return user


def test_a_verified_person_has_a_place_at_once(open_edition):
    participant = register(make_user("farid"), open_edition, FARID, verified=True)
    assert participant.state == "confirmed"
    assert [m.subject for m in Message.objects.all()] == ["Your place is confirmed: Academy 2031"]


def test_a_person_waits_until_the_address_is_verified(open_edition):
    user = make_user("farid")
    assert register(user, open_edition, FARID, verified=False).state == "applied"
    assert [p.state for p in address_verified(user)] == ["confirmed"]
    assert address_verified(user) == []


def test_consent_is_kept_with_its_wording(open_edition):
    participant = register(make_user("farid"), open_edition, FARID, verified=True)
    consent = Consent.objects.get(participant=participant, purpose="registration")
    assert (consent.purpose, consent.wording_digest) == ("registration", REGISTRATION.digest)


def test_registering_twice_is_refused(open_edition):
    user = make_user("farid")
    register(user, open_edition, FARID, verified=True)
    with pytest.raises(AlreadyRegistered):
        register(user, open_edition, FARID, verified=True)
    assert Participant.objects.filter(user=user).count() == 1


def test_the_window_decides(open_edition):
    open_edition.registration_opens = datetime(2031, 1, 1, tzinfo=UTC)
    open_edition.registration_closes = datetime(2031, 1, 31, tzinfo=UTC)
    for moment, is_open in (
        ("2030-12-31", False),
        ("2031-01-01", True),
        ("2031-01-30", True),
        ("2031-01-31", False),
    ):
        assert open_edition.takes_registrations(datetime.fromisoformat(f"{moment}T00:00+00:00")) is is_open
    open_edition.save()
    with clock.set_to(datetime(2030, 12, 31, tzinfo=UTC)), pytest.raises(RegistrationClosed):
        register(make_user("farid"), open_edition, FARID, verified=True)


def test_an_academy_by_invitation_takes_nobody(db):
    edition = make_edition(mode="invitation")
    with pytest.raises(RegistrationClosed):
        register(make_user("farid"), edition, FARID, verified=True)


def test_an_academy_by_approval_lets_an_organiser_decide(open_edition, organiser):
    Edition.objects.filter(pk=open_edition.pk).update(mode="approval")
    open_edition.refresh_from_db()
    participant = register(make_user("farid"), open_edition, FARID, verified=True)
    assert participant.state == "applied"
    assert [p.state for p in confirm(participant, by=organiser)] == ["confirmed"]
    withdraw(participant, by=participant.user)
    with pytest.raises(NotWaiting):
        decline(participant, by=organiser)


def test_a_place_is_taken_back_with_a_reason_and_handed_on(organiser, open_edition):
    Edition.objects.filter(pk=open_edition.pk).update(capacity=1, offer_hours=0)
    first = register(make_user("farid"), open_edition, FARID, verified=True)
    second = register(make_user("esi"), open_edition, FARID, verified=True)
    for reason in ("", "  "):
        with pytest.raises(Invalid):
            decline(first, by=organiser, reason=reason)
    with clock.set_to(datetime(2031, 1, 1, tzinfo=UTC)):
        assert [p.state for p in decline(first, by=organiser, reason="Threats.")] == ["declined"]
    second.refresh_from_db()
    assert second.state == "confirmed"
    mail = Message.objects.get(key__contains=f"{first.pk}:declined").body
    assert mail.startswith("The organisers have taken your place back")
    assert "Threats." in mail
    assert open_edition.history.filter(verb="place taken back").count() == 1
    assert [*verify_history(open_edition), *verify_registrations(open_edition)] == []


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_observers_and_delegates_are_outside_when_their_registration_is_over(open_edition, state):
    people = {kind: make_user(kind) for kind in ("observer", "delegate", "moderator", "organiser")}
    for kind, user in people.items():
        make_participant(user, open_edition, state="applied")
        grant_role(user, open_edition, kind, by=None)
    assert {kind for kind, user in people.items() if takes_part(user, open_edition)} == {
        "observer",
        "organiser",
    }
    assert roles_of(people["delegate"], open_edition) == frozenset()
    Participant.objects.update(state=state)
    assert {kind for kind, user in people.items() if takes_part(user, open_edition)} == {"organiser"}
    assert not has_right(people["delegate"], open_edition, Right.BE_ELECTOR)
    assert roles_of(people["moderator"], open_edition) == {"moderator"}


@pytest.mark.parametrize("state", [*Participant.State.values, ""])
def test_a_delegate_is_one_with_a_confirmed_registration_only(open_edition, state):
    """Whoever applied, waits or was offered a place is no delegate yet, whoever withdrew or was declined no more."""
    user = make_user("delegate")
    if state:
        extra = {"waiting": {"waiting_number": 1}, "offered": {"offered_until": clock.now()}}.get(state, {})
        make_participant(user, open_edition, state=state, **extra)
    make_participant(user, make_edition("2032"), state="confirmed")
    grant_role(user, open_edition, "delegate", by=None)
    counts = state == "confirmed"
    assert roles_of(user, open_edition) == ({"delegate"} if counts else frozenset())
    for right in (Right.BE_ELECTOR, Right.AMEND_EARLY):
        assert has_right(user, open_edition, right) is counts
        assert who_has_right([user], open_edition, right) == ({user.pk} if counts else set())


def test_without_that_rule_somebody_who_waits_would_count_as_a_delegate(open_edition, monkeypatch):
    """The control: with the rule taken out, the role alone gives the right."""
    user = make_user("delegate")
    make_participant(user, open_edition, state="waiting", waiting_number=1)
    grant_role(user, open_edition, "delegate", by=None)
    assert not has_right(user, open_edition, Right.BE_ELECTOR)
    monkeypatch.setattr(permissions, "WITH_A_PLACE", ())
    assert has_right(user, open_edition, Right.BE_ELECTOR)


def test_an_observer_without_a_registration_and_of_another_academy_reads_along(open_edition):
    observer, elsewhere = make_user("observer"), make_edition("2032")
    grant_role(observer, open_edition, "observer", by=None)
    make_participant(observer, elsewhere, state="withdrawn")
    assert takes_part(observer, open_edition)


def test_what_roles_give_is_asked_in_plain_questions_and_only_where_it_depends(
    open_edition, django_assert_num_queries
):
    stranger, observer, delegate = make_user("stranger"), make_user("observer"), make_user("delegate")
    grant_role(observer, open_edition, "observer", by=None)
    grant_role(delegate, open_edition, "delegate", by=None)
    for people, questions in (([stranger], 1), ([observer], 2), ([observer, delegate, stranger], 2)):
        with django_assert_num_queries(questions):
            roles_of_each(people, open_edition)


def test_only_an_organiser_decides(open_edition):
    farid = make_user("farid")
    participant = register(farid, open_edition, FARID, verified=False)
    with pytest.raises(NotAllowed):
        confirm(participant, by=farid)
    assert Participant.objects.get().state == "applied"


def test_a_taken_pseudonym_is_refused(open_edition):
    protected = Profile(
        name="Esi", actor="other", country="GH", visibility="protected", pseudonym="Kingfisher"
    )
    register(make_user("esi"), open_edition, protected, verified=True)
    with pytest.raises(PseudonymTaken):
        register(make_user("farid"), open_edition, protected, verified=True)
    assert Participant.objects.count() == 1


def test_only_oneself_withdraws(open_edition, organiser):
    farid = make_user("farid")
    participant = register(farid, open_edition, FARID, verified=True)
    with pytest.raises(NotAllowed):
        withdraw(participant, by=organiser)
    assert withdraw(participant, by=farid).state == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_two_places_for_eight_people_at_once_are_given_twice(at_once):
    edition = make_edition(mode="open", capacity=2)
    users = iter([make_user(f"person{number}") for number in range(8)])
    at_once(8, lambda: register(next(users), edition, FARID, verified=True))
    states = sorted(Participant.objects.values_list("state", flat=True))
    assert states == ["confirmed"] * 2 + ["waiting"] * 6


def confirmed_of_eight(at_once, monkeypatch, *, patience):
    """How many of eight applications get one of two places when they are decided at once.

    Each waits for the others between counting the places and taking one.
    """
    count, all_have_counted = places.free_places, Meeting(8, patience=patience)

    def count_and_wait(*args, **kwargs):
        free = count(*args, **kwargs)
        all_have_counted.wait()
        return free

    monkeypatch.setattr(places, "free_places", count_and_wait)
    edition = make_edition(mode="approval", capacity=2)
    amara = make_user("amara")
    grant_role(amara, edition, "organiser", by=None)
    waiting = iter(
        [make_participant(make_user(f"person{number}"), edition, state="applied") for number in range(8)]
    )
    at_once(8, lambda: confirm(next(waiting), by=amara))
    return Participant.objects.filter(state="confirmed").count()


@pytest.mark.django_db(transaction=True)
def test_two_places_are_given_twice_when_decided_at_once(at_once, monkeypatch):
    assert confirmed_of_eight(at_once, monkeypatch, patience=LITTLE) == 2


if (
    not use_sqlite()
):  # SQLite runs one writing transaction at a time (IMMEDIATE): there is no lock to take away

    @pytest.mark.django_db(transaction=True)
    def test_without_the_lock_too_many_places_are_given(at_once, monkeypatch):
        """The control of the test above: counting without the edition's row lock overbooks."""
        monkeypatch.setattr(places, "in_turn", lambda edition: edition)
        assert confirmed_of_eight(at_once, monkeypatch, patience=MUCH) == 8


def test_a_protected_person_needs_a_pseudonym_in_the_database_too(open_edition):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_participant(make_user("esi"), open_edition, visibility="protected")
    assert Participant.objects.count() == 0


def test_names_are_filtered_by_the_query(open_edition):
    make_participant(make_user("chiara"), open_edition)
    make_participant(make_user("esi"), open_edition, visibility="protected", pseudonym="Kingfisher")
    make_participant(make_user("dawit"), open_edition, visibility="unlisted")
    rows = Participant.objects.as_shown().order_by("user__email")
    assert [(row.shown_name, row.shown_organisation) for row in rows] == [
        ("Chiara", "City of Examples"),
        ("", ""),
        ("Kingfisher", ""),
    ]
    assert {"name", "organisation", "motivation"} <= rows[0].get_deferred_fields()


def test_a_pseudonym_that_is_taken_gets_a_number_when_the_place_is_given(open_edition):
    """Telling somebody unverified that it is taken would tell whether an address is known."""
    protected = Profile(
        name="Esi", actor="other", country="GH", visibility="protected", pseudonym="Kingfisher"
    )
    register(make_user("esi"), open_edition, protected, verified=True)
    farid = make_user("farid")
    assert register(farid, open_edition, protected, verified=False).pseudonym == "Kingfisher"
    assert [(p.state, p.pseudonym) for p in address_verified(farid)] == [("confirmed", "Kingfisher 2")]


def test_whoever_withdraws_is_not_named_any_more_and_takes_the_consent_back(open_edition):
    farid = make_user("farid")
    participant = register(farid, open_edition, FARID, verified=True)
    assert [p.shown_name for p in Participant.objects.as_shown()] == ["Farid"]
    withdraw(participant, by=farid)
    assert [p.shown_name for p in Participant.objects.as_shown()] == [""]
    assert Consent.objects.filter(participant=participant, withdrawn_at=None).count() == 0


def test_confirming_somebody_again_changes_nothing_although_all_places_are_taken(open_edition, organiser):
    Edition.objects.filter(pk=open_edition.pk).update(capacity=1)
    participant = register(make_user("farid"), open_edition, FARID, verified=True)
    assert [p.state for p in confirm(participant, by=organiser)] == ["confirmed"]


def test_several_are_decided_on_together_or_not_at_all(open_edition, organiser):
    first = make_participant(make_user("chiara"), open_edition, state="applied")
    withdrawn = make_participant(make_user("dawit"), open_edition, state="withdrawn")
    with pytest.raises(NotWaiting):
        confirm(first, withdrawn, by=organiser)
    first.refresh_from_db()
    assert first.state == "applied"


def test_who_was_declined_can_be_given_a_place_after_all(open_edition, organiser):
    person = make_participant(make_user("dawit"), open_edition, state="applied")
    decline(person, by=organiser)
    assert [row.state for row in confirm(person, by=organiser, reason="A mistake.")] == ["confirmed"]
    mails = Message.objects.filter(user=person.user).order_by("created_at")
    assert [mail.subject.split(":")[0] for mail in mails] == [
        "About your registration",
        "Your place is confirmed",
    ]
    assert [*verify_history(open_edition), *verify_registrations(open_edition)] == []


@pytest.mark.django_db(transaction=True)
def test_decisions_on_many_and_withdrawals_never_wait_for_each_other(at_once):
    edition = make_edition(mode="approval")
    amara = make_user("amara")
    grant_role(amara, edition, "organiser", by=None)
    people = [make_participant(make_user(f"person{number}"), edition, state="applied") for number in range(6)]
    steps = iter(
        [lambda: decline(*people, by=amara)]
        + [lambda p=p: withdraw(p, by=p.user) for p in reversed(people)]
        + [lambda: confirm(*reversed(people), by=amara)]
    )

    def step():
        return next(steps)()

    results = at_once(8, step)
    refused = [result for result in results if isinstance(result, Exception)]
    assert {type(error) for error in refused} <= {NotWaiting}
