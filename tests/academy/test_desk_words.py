"""What organisers and participants are told at the desk for people and in mails: places, decisions, names in order."""

from __future__ import annotations

import pytest
from django.utils.html import escape

from academy.invitations.inviting import invite
from academy.invitations.wording import Invitee
from academy.models import Message, Participant, Role
from academy.ordering import sort_key
from academy.registration import confirm, decline
from academy.roles import grant_role
from tests.factories import make_participant, make_user


def words_of(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def edition(academy_at):
    return academy_at("registration")


@pytest.fixture
def desk(edition, amara, client_of):
    return client_of(amara)


def test_the_places_that_invitations_hold_are_said_beside_those_that_are_free(desk, amara):
    edition = amara.participations.get().edition
    taken = Participant.objects.filter(edition=edition, state="confirmed").count()
    edition.capacity = taken + 3
    edition.save()
    assert "3 places free" in words_of(desk.get("/2022/people/settings/"))
    invite(edition, [Invitee("noor@example.org")], days=14, link="{}".format, by=amara)
    text = words_of(desk.get("/2022/people/settings/"))
    assert "1 held for an open invitation" in text
    assert "2 places free" in text


def test_a_place_is_taken_back_with_a_reason_that_the_form_asks_for(desk, dawit):
    row = dawit.participations.get()
    address = f"/2022/people/decide/?decision=take-back&people={row.pk}"
    page = desk.get(address)
    assert page.context["form"].fields["reason"].required
    refused = desk.post(address, {"reason": " ", "seen": page.context["preview"].seen})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_who_was_declined_gets_a_place_only_by_a_step_of_its_own(desk, amara):
    row = make_participant(make_user("new"), amara.participations.get().edition, state="declined")
    confirming, reconsidering = (
        desk.get(f"/2022/people/decide/?decision={decision}&people={row.pk}")
        for decision in ("confirm", "reconsider")
    )
    assert "there is nobody among those you chose" in words_of(confirming)
    assert "1 person gets a place" in words_of(reconsidering)
    assert f"decision=reconsider&amp;people={row.pk}" in desk.get(f"/2022/people/{row.pk}/").text
    address = f"/2022/people/decide/?decision=reconsider&people={row.pk}"
    desk.post(address, {"reason": "", "seen": reconsidering.context["preview"].seen})
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_mails_about_a_registration_lead_to_it_unless_it_is_over(desk, amara, settings):
    settings.SITE_ADDRESS = "https://academy.example"
    row = make_participant(make_user("new"), amara.participations.get().edition, state="applied")
    confirm(row, by=amara)
    decline(row, by=amara, reason="No room.")
    bodies = list(
        Message.objects.filter(to="new@example.org").order_by("created_at").values_list("body", flat=True)
    )
    assert ["https://academy.example/2022/my/" in body for body in bodies] == [True, False]


def test_the_page_of_roles_marks_who_is_protected_and_sorts_as_one_reads(desk, esi, amara):
    text = desk.get("/2022/people/roles/").content.decode()
    assert f"protected: {escape(esi.participations.get().pseudonym)}" in text
    edition = amara.participations.get().edition
    for name in ("Zoë Last", "Étienne First"):
        user = make_user(name.split()[1].lower())
        make_participant(user, edition, name=name)
        grant_role(user, edition, Role.Kind.OBSERVER, by=amara)
    text = desk.get("/2022/people/roles/").content.decode()
    assert text.index("Étienne First") < text.index("Zoë Last")


def test_participants_choose_countries_by_name(desk, dawit, client_of):
    form = client_of(dawit).get("/2022/participants/").context["form"]
    names = [str(words) for code, words in form.fields["country"].choices if code]
    assert len(names) > 5
    assert names == sorted(names, key=sort_key)
