"""What organisers and participants are told at the desk for people and in mails: places, decisions, names in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.utils.html import escape

from academy import clock
from academy.invitations.inviting import invite
from academy.invitations.wording import Invitee
from academy.mail.letters import Words, begin_letter, plan
from academy.mail.posting import dress_of
from academy.mail.times import days_and_hours
from academy.models import Message, Participant, Role
from academy.ordering import sort_key
from academy.registration import confirm, decline
from academy.roles import grant_role
from academy.templatetags.keeping import what_is_kept
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


def test_the_reason_of_a_decision_stands_by_itself(desk, dawit):
    Participant.objects.filter(user=dawit).update(reason="Threats.", decided_at=clock.now())
    text = words_of(desk.get(f"/2022/people/{dawit.participations.get().pk}/"))
    assert "<dt>Reason of the decision</dt> <dd> Threats. </dd>" in text.replace("</dt><dd>", "</dt> <dd>")


def test_a_list_for_one_place_too_many_says_one_and_large_numbers_have_separators(edition):
    def said(**room: int) -> str:
        return " ".join(render_to_string("academy/invitations/room.html", {"room": room}).split())

    assert "This is one person more than there are places left." in said(capacity=30, free=0, held=30, over=1)
    many = said(capacity=1_500, free=1_200, held=300, over=98_796)
    assert "Of 1,500 places, 300 are held by open invitations and 1,200 are left." in many
    assert "These are 98,796 more people" in many
    counts = {"rows": 100_000, "good": 99_996, "bad": 4, "invited": 0}
    text = render_to_string("academy/invitations/long_counts.html", {"counts": counts})
    assert 'data-count="good">99,996<' in text


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=23, minutes=59), ""),
        (timedelta(days=1), "1 day"),
        (timedelta(days=22, hours=2, minutes=23), "22 days and 2 hours"),
        (timedelta(days=2, hours=1), "2 days and 1 hour"),
    ],
)
def test_what_is_days_away_is_said_in_days_and_hours(left, words):
    assert days_and_hours(left) == words


def test_a_planned_letter_says_how_long_it_is_to_go_and_counts_down_on_the_last_day(desk, edition, amara):
    letter = begin_letter(edition, Words("en", "News", "Hello {name}"), audience={}, by=amara)
    plan(letter, send_at=clock.now() + timedelta(days=22, hours=2, minutes=30), by=amara)
    address = f"/2022/people/mail/{letter.pk}/"
    far = words_of(desk.get(address))
    assert ("Still to go: 22 days and 2 hours." in far, "<live-clock" in far) == (True, False)
    with clock.set_to(clock.now() + timedelta(days=22)):
        near = words_of(desk.get(address))
    assert "<live-clock" in near


def test_the_foot_of_a_mail_says_what_it_is_about(edition, dawit, farid):
    def foot(user, key):
        return dress_of(Message(key=key, edition=edition, user=user, to="x@example.org")).foot[0][0]

    assert foot(dawit, "confirmed:1") == f"This mail is about your registration for {edition.title}."
    assert foot(None, "invitation:1:2") == f"This mail is about your invitation to {edition.title}."
    assert foot(farid, "role:1") == f"This mail is about {edition.title}."


def test_a_form_that_comes_back_says_what_is_kept_and_what_is_asked_for_again():
    class Plain(forms.Form):
        name = forms.CharField()

    class Secret(Plain):
        password = forms.CharField(widget=forms.PasswordInput)

    class Upload(Plain):
        file = forms.FileField()

    said, files = {"name": "Li"}, {"file": SimpleUploadedFile("list.csv", b"email")}
    for form, words in (
        (Plain(said), "What you wrote is kept below."),
        (Plain({}), ""),
        (Secret(said), "What you wrote is kept below; only passwords have to be entered again."),
        (Upload(said, files), "What you wrote is kept below; only the file has to be chosen again."),
        (Upload({}, files), "The file has to be chosen again."),
        (Upload(said), "What you wrote is kept below."),
        (Upload({}), ""),
    ):
        assert what_is_kept(form) == words


def test_a_list_that_is_refused_is_to_be_chosen_again_and_nobody_speaks_of_passwords(desk):
    asked = {"days": "14", "language": "en", "step": "read"}
    nothing = desk.post("/2022/people/invitations/list/", asked).content.decode()
    assert ("chosen again" in nothing, "kept below" in nothing, "passwords" in nothing) == (False,) * 3
    file = SimpleUploadedFile("list.csv", b"a,b\n1,2\n")
    wrong = desk.post("/2022/people/invitations/list/", {**asked, "file": file}).content.decode()
    assert "The file has to be chosen again." in wrong
