"""The organisers' list of people: columns, choosing, deciding, roles, views that are kept, files; a person's page."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from academy.errors import NotAllowed
from academy.history import verify_history
from academy.models import Edition, HistoryEntry, Message, Participant, Question, Role, SavedView, User
from academy.people import choosing
from academy.people.asking import Asking
from academy.people.choosing import ChangedMeanwhile, Chosen, decide, grant_to_all, named, prepare
from academy.people.columns import columns_of
from academy.people.filtering import PeopleFilters
from academy.people.keeping import NameTaken, keep_view, remove_view
from academy.registration import withdraw
from academy.roles import grant_role, verify_roles
from academy.views import choosing as views_choosing
from academy.views import people as views_people
from tests.factories import make_edition, make_participant, make_user

LIST = "/2022/people/"


def page(client, address=LIST):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def names_in(text: str) -> list[str]:
    """The names of the list, in its order."""
    return [part.split('"')[0] for part in text.split('aria-label="Choose ')[1:]]


def applicants(edition: Edition, count: int, **fields: object) -> list[Participant]:
    return [
        make_participant(make_user(f"applicant{number}"), edition, **{"state": "applied", **fields})
        for number in range(count)
    ]


def crowd(edition: Edition, count: int) -> None:
    """Many who applied, written at once."""
    users = User.objects.bulk_create(User(email=f"crowd{number}@example.org") for number in range(count))
    Participant.objects.bulk_create(
        Participant(
            edition=edition,
            user=user,
            name=f"Crowd {number}",
            actor="other",
            country="AT",
            registered_at=datetime(2021, 12, 1, tzinfo=UTC),
        )
        for number, user in enumerate(users)
    )


def chosen(*people: Participant, asking: Asking | None = None) -> Chosen:
    return Chosen(asking or Asking(PeopleFilters()), tuple(person.pk for person in people) or None)


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_in_the_order_and_columns_of_the_address(edition, client_of, amara):
    make_participant(make_user("zora"), edition, country="KE", registered_at=datetime(2020, 1, 1, tzinfo=UTC))
    client = client_of(amara)
    assert names_in(page(client)) == ["Amara", "Zora"]
    assert names_in(page(client, f"{LIST}?sort=oldest")) == ["Zora", "Amara"]
    text = page(client, f"{LIST}?columns=email,region")
    assert "zora@example.org" in text
    assert "Sub-Saharan Africa" in text
    assert 'class="column-organisation' not in text


def test_people_are_found_by_name_organisation_and_address(edition, client_of, amara):
    make_participant(make_user("farid"), edition, organisation="Wells")
    make_participant(make_user("zora"), edition, organisation="Rivers")
    client = client_of(amara)
    for asked in ("fari", "wells", "farid@example"):
        found = client.post("/2022/search/people/", {"q": asked}, follow=True)
        assert names_in(found.content.decode()) == ["Farid"]


def test_what_a_form_leaves_empty_does_not_stay_in_the_address(edition, client_of, amara):
    response = client_of(amara).get(
        f"{LIST}?q=&state=applied&state=waiting&country=&columns=email&columns=state"
    )
    assert (response.status_code, response["Location"]) == (
        302,
        f"{LIST}?state=applied,waiting&columns=email,state",
    )


def test_a_protected_person_is_marked(edition, client_of, amara, esi):
    assert "protected: Kingfisher" in page(client_of(amara))


def test_the_list_costs_the_same_for_more_people_and_all_columns(edition, client_of, amara):
    Question.objects.create(edition=edition, label="Diet")
    applicants(edition, 2)
    client = client_of(amara)
    address = f"{LIST}?columns={','.join(columns_of(edition))}"

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    client.get(address)
    before = queries()
    for number in range(7):
        make_participant(make_user(f"person{number}"), edition)
    assert queries() == before


def test_who_has_not_confirmed_the_address_is_marked_without_a_query_for_each(edition, client_of, amara):
    client, people = client_of(amara), applicants(edition, 4)
    client.get(LIST)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    before = queries()
    assert "address not confirmed" not in page(client)
    EmailAddress.objects.filter(user__in=[person.user_id for person in people[:3]]).update(verified=False)
    assert (page(client).count("address not confirmed"), queries()) == (3, before)


def test_an_answer_to_an_extra_question_is_a_column(edition, client_of, amara):
    question = Question.objects.create(edition=edition, label="Which day suits you?")
    make_participant(make_user("zora"), edition, answers={str(question.pk): ["Monday", "Friday"]})
    text = page(client_of(amara), f"{LIST}?columns=question-{question.pk}")
    assert "Monday, Friday" in text


def test_the_counts_are_those_of_the_list(edition, client_of, amara):
    applicants(edition, 3, country="KE")
    client = client_of(amara)
    answer = client.get(f"{LIST}counts/").json()
    assert (answer["counts"]["all"], answer["counts"]["applied"]) == (4, 3)
    assert answer["words"] == "4 registrations, 3 applied, 1 confirmed"
    assert client.get(f"{LIST}counts/?region=202&state=confirmed").json()["counts"]["all"] == 3


# --- Deciding ---------------------------------------------------------------------------------------------------------


def test_a_preparation_says_who_gets_a_place_and_who_stays_as_they_are(edition, client_of, amara):
    edition.capacity = 3
    edition.save()
    applicants(edition, 4)
    text = page(client_of(amara), f"{LIST}decide/?all=1&decision=confirm")
    assert "Confirm 4" in text
    assert "<strong>2 people get a place</strong>" in text
    assert "<strong>2 people go to the waiting list</strong>" in text
    assert "1 person stays as they are: confirmed." in text


def test_confirming_does_what_was_prepared(edition, client_of, amara):
    edition.capacity = 3
    edition.save()
    people = applicants(edition, 4)
    client, address = client_of(amara), f"{LIST}decide/?all=1&decision=confirm&state=applied"
    seen = page(client, address).split('name="seen" value="')[1].split('"')[0]
    response = client.post(address, {"seen": seen, "reason": "Welcome to Vienna."}, follow=True)
    assert "4 registrations were decided: 2 confirmed, 2 waiting." in response.content.decode()
    assert response.redirect_chain[-1][0] == f"{LIST}?state=applied"
    states = Participant.objects.filter(pk__in=[person.pk for person in people]).values_list(
        "state", flat=True
    )
    assert sorted(states) == ["confirmed", "confirmed", "waiting", "waiting"]
    assert Message.objects.filter(body__contains="Welcome to Vienna.").count() == 4


def test_declining_keeps_the_reason(edition, client_of, amara):
    (person,) = applicants(edition, 1)
    client, address = client_of(amara), f"{LIST}decide/?people={person.pk}&decision=decline"
    seen = page(client, address).split('name="seen" value="')[1].split('"')[0]
    client.post(address, {"seen": seen, "reason": "All places are taken."})
    person.refresh_from_db()
    assert (person.state, person.reason) == ("declined", "All places are taken.")


def test_a_confirmed_person_loses_the_place_only_by_a_decision_of_its_own(edition, client_of, amara, dawit):
    person = dawit.participations.get()
    client = client_of(amara)
    assert "Nothing: there is nobody" in page(client, f"{LIST}decide/?people={person.pk}&decision=decline")
    address = f"{LIST}decide/?people={person.pk}&decision=take-back"
    assert "decision=take-back" in page(client, f"{LIST}{person.pk}/")
    text = page(client, address)
    assert "Take 1 place back?" in text
    assert "<strong>1 person loses the confirmed place</strong>" in text
    seen = text.split('name="seen" value="')[1].split('"')[0]
    refused = client.post(address, {"seen": seen, "reason": ""})
    assert (refused.status_code, "Say why" in refused.content.decode()) == (422, True)
    client.post(address, {"seen": seen, "reason": "Threats."})
    person.refresh_from_db()
    assert (person.state, person.reason) == ("declined", "Threats.")


def test_who_came_meanwhile_is_not_decided_on_unseen(edition, client_of, amara):
    applicants(edition, 2)
    client, address = client_of(amara), f"{LIST}decide/?all=1&decision=decline"
    seen = page(client, address).split('name="seen" value="')[1].split('"')[0]
    late = make_participant(make_user("late"), edition, state="applied")
    response = client.post(address, {"seen": seen, "reason": "Too many."})
    assert response.status_code == 422
    text = response.content.decode()
    assert "Meanwhile something changed in this list." in text
    assert "Too many." in text
    assert "Late" in text
    late.refresh_from_db()
    assert (late.state, Participant.objects.filter(state="declined").count()) == ("applied", 0)


def test_without_the_digest_somebody_unseen_would_be_declined(edition, amara, monkeypatch):
    """The control: with what was seen not looked at, whoever came meanwhile is decided on."""
    applicants(edition, 1)
    everybody = chosen(asking=Asking(PeopleFilters(state="applied")))
    seen = prepare(edition, everybody.of(edition), "decline").seen
    make_participant(make_user("late"), edition, state="applied")
    with pytest.raises(ChangedMeanwhile):
        decide(edition, everybody, "decline", seen=seen, by=amara)
    monkeypatch.setattr(choosing.Preview, "seen", seen)
    assert len(decide(edition, everybody, "decline", seen=seen, by=amara)) == 2


def test_only_organisers_decide(edition, amara, dawit):
    person = applicants(edition, 2)[0]
    seen = prepare(edition, chosen(person).of(edition), "confirm").seen
    with pytest.raises(NotAllowed):
        decide(edition, chosen(person), "confirm", seen=seen, by=dawit)
    assert Participant.objects.filter(state="applied").count() == 2


def test_of_too_many_the_first_in_the_order_of_the_list_are_decided_on_and_the_others_left(
    edition, client_of, amara, monkeypatch
):
    people = applicants(edition, 5)
    for module in (choosing, views_choosing, views_people):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    client, asked = client_of(amara), "all=1&state=applied&sort=oldest"
    monkeypatch.setattr(views_people, "PAGE", 3)
    assert "Confirming and declining take 2 at a time" in page(client, f"{LIST}?state=applied")
    first = [person.pk for person in Asking(PeopleFilters(state="applied"), sort="oldest").of(edition)[:2]]
    for left, said in ((3, "3 more people were left as they are"), (1, "1 more person was left as they are")):
        text = page(client, f"{LIST}decide/?{asked}&decision=decline")
        assert "Decline 2 registrations?" in text
        assert "the first 2 in the order of the list" in text
        seen = text.split('name="seen" value="')[1].split('"')[0]
        answer = client.post(f"{LIST}decide/?{asked}&decision=decline", {"seen": seen}, follow=True)
        assert said in answer.content.decode()
        assert Participant.objects.filter(pk__in=first, state="declined").count() == 2
        assert Participant.objects.filter(state="applied").count() == left
    assert "left as they are" not in page(client, f"{LIST}decide/?{asked}&decision=decline")
    assert len(people) == 5


def ticks_in(text: str) -> int:
    """How many people of the list are ticked when it opens."""
    return len(re.findall(r'name="people"\s+value="[^"]+"\s+checked', text))


def test_a_link_ticks_everybody_on_a_page_and_nobody_on_the_next(edition, client_of, amara, monkeypatch):
    monkeypatch.setattr(views_people, "PAGE", 3)
    applicants(edition, 5)
    client = client_of(amara)
    text = page(client, f"{LIST}?state=applied")
    assert "Tick all 3 on this page" in text
    assert 'href="?state=applied&amp;ticked=1#chosen"' in text
    ticked = page(client, f"{LIST}?state=applied&ticked=1")
    assert (ticks_in(ticked), "Tick nobody" in ticked) == (3, True)
    assert ticks_in(page(client, f"{LIST}?state=applied&ticked=1&page=2")) == 0


@pytest.mark.parametrize("count", [3, 1200])
def test_a_role_is_given_to_as_many_as_are_chosen_in_the_same_number_of_queries(edition, amara, count):
    """Each with an entry in the history; those who have it keep it."""
    crowd(edition, count)
    everybody = chosen(asking=Asking(PeopleFilters(state="applied")))
    people = list(everybody.of(edition))
    grant_role(people[0].user, edition, "observer", by=amara)
    with CaptureQueriesContext(connection) as asked:
        assert grant_to_all(edition, everybody, "observer", seen=named(people), by=amara) == count - 1
    writes = [query for query in asked if query["sql"].startswith("INSERT")]
    assert len(asked) - len(writes) <= 20
    assert edition.roles.filter(kind="observer", ended_at=None).count() == count
    assert edition.history.filter(verb="role granted", data__kind="observer").count() == count
    assert [*verify_history(edition), *verify_roles(edition)] == []


def test_a_role_is_given_to_nobody_if_others_are_chosen_meanwhile(edition, client_of, amara):
    applicants(edition, 2)
    client, address = client_of(amara), f"{LIST}grant/?all=1&state=applied"
    seen = re.findall(r'name="seen" value="(\w+)"', client.get(address).content.decode())[0]
    make_participant(make_user("late"), edition, state="applied")
    answer = client.post(address, {"kind": "observer", "seen": seen})
    assert answer.status_code == 422
    assert "Meanwhile something changed in this list" in answer.content.decode()
    assert not edition.roles.filter(kind="observer").exists()
    again = re.findall(r'name="seen" value="(\w+)"', answer.content.decode())[0]
    assert client.post(address, {"kind": "observer", "seen": again}).status_code == 302
    assert edition.roles.filter(kind="observer").count() == 3


@pytest.mark.parametrize("people", ["", "people=x", "people=00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("step", ["decide/?decision=confirm&", "grant/?"])
def test_a_step_with_nobody_leads_back_and_says_so(edition, client_of, amara, step, people):
    response = client_of(amara).get(f"{LIST}{step}{people}", follow=True)
    assert response.redirect_chain[-1][0] == LIST
    assert "Choose at least one person first." in response.content.decode()


def test_people_of_another_academy_are_not_chosen(edition, client_of, amara):
    stranger = make_participant(make_user("stranger"), make_edition("2031"), state="applied")
    response = client_of(amara).post(f"{LIST}decide/?decision=confirm&people={stranger.pk}", {"seen": ""})
    assert response.status_code == 302
    assert client_of(amara).get(f"{LIST}{stranger.pk}/").status_code == 404
    stranger.refresh_from_db()
    assert stranger.state == "applied"


def test_there_are_no_other_decisions(edition, client_of, amara):
    assert client_of(amara).get(f"{LIST}decide/?all=1&decision=erase").status_code == 404


# --- Roles ------------------------------------------------------------------------------------------------------------


def test_a_role_is_given_to_all_who_are_chosen_once(edition, client_of, amara, dawit, bruno):
    query = "&".join(f"people={user.participations.get().pk}" for user in (dawit, bruno))
    client = client_of(amara)
    seen = named([user.participations.get() for user in (dawit, bruno)])
    response = client.post(f"{LIST}grant/?{query}", {"kind": "delegate", "seen": seen}, follow=True)
    assert "1 person has the role now who had it not before." in response.content.decode()
    assert Role.objects.active().filter(edition=edition, kind="delegate").count() == 2
    assert list(verify_history(edition)) == []


# --- Views that are kept ----------------------------------------------------------------------------------------------


def test_a_view_keeps_filters_columns_and_order(edition, client_of, amara):
    client, asking = client_of(amara), "state=applied&columns=email&sort=newest"
    response = client.post(f"{LIST}views/", {"name": " To decide ", "query": asking}, follow=True)
    assert response.redirect_chain[-1][0] == f"{LIST}?{asking}"
    view = SavedView.objects.get()
    assert (view.name, view.query, view.is_shared) == ("To decide", asking, False)
    assert f'href="{LIST}views/{view.pk}/open/"' in page(client)
    assert client.get(f"{LIST}views/{view.pk}/open/")["Location"] == f"{LIST}?{asking}"


def test_what_is_kept_is_only_what_a_list_can_be_asked_for(edition, client_of, amara):
    client_of(amara).post(f"{LIST}views/", {"name": "x", "query": "state=applied&next=//evil.example&sort=x"})
    assert SavedView.objects.get().query == "state=applied"


def test_a_shared_view_is_seen_by_others_and_changed_by_its_owner_only(edition, client_of, amara, bruno):
    grant_role(bruno, edition, "organiser", by=None)
    own, shared = (
        keep_view(edition, name, Asking(PeopleFilters()), is_shared=is_shared, by=amara)
        for name, is_shared in (("Mine", False), ("Ours", True))
    )
    text = page(client_of(bruno), f"{LIST}views/")
    assert ("Ours" in text, "Mine" in text) == (True, False)
    for view in (own, shared):
        assert client_of(bruno).get(f"{LIST}views/{view.pk}/").status_code == 404
        assert client_of(bruno).post(f"{LIST}views/{view.pk}/remove/").status_code == 404
    with pytest.raises(NotAllowed):
        remove_view(shared, by=bruno)


def test_a_view_is_renamed_and_removed_after_a_question(edition, client_of, amara):
    client = client_of(amara)
    view = keep_view(edition, "Old", Asking(PeopleFilters(state="applied")), is_shared=False, by=amara)
    client.post(f"{LIST}views/{view.pk}/", {"name": "New", "is_shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.query) == ("New", True, "state=applied")
    assert "Remove the view “New”?" in page(client, f"{LIST}views/{view.pk}/remove/")
    client.post(f"{LIST}views/{view.pk}/remove/")
    assert not SavedView.objects.exists()


def test_two_views_of_one_person_have_two_names(edition, client_of, amara):
    keep_view(edition, "Same", Asking(PeopleFilters()), is_shared=False, by=amara)
    with pytest.raises(NameTaken):
        keep_view(edition, "Same", Asking(PeopleFilters()), is_shared=False, by=amara)
    response = client_of(amara).post(f"{LIST}views/", {"name": "Same", "query": "state=applied"})
    assert response.status_code == 422
    assert "You keep a view of this name already." in response.content.decode()


def test_the_history_of_views_says_neither_name_nor_search(edition, amara):
    keep_view(edition, "Canary", Asking(PeopleFilters(q="canary")), is_shared=True, by=amara)
    entry = HistoryEntry.objects.get(verb="view kept")
    assert entry.data == {"shared": True}


# --- Files ------------------------------------------------------------------------------------------------------------


def lines_of(response):
    rows = load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
    return [[cell or "" for cell in row] for row in rows]


def test_a_file_has_the_columns_of_the_list_and_whom_it_was_asked_for(edition, client_of, amara):
    make_participant(make_user("zora"), edition, country="KE")
    client, address = client_of(amara), f"{LIST}export/?region=202&columns=email,country"
    response = client.post(address, {"kind": "xlsx"})
    assert response["Content-Disposition"].startswith('attachment; filename="people-2022-')
    assert lines_of(response) == [
        ["Name", "E-mail address", "Country"],
        ["Zora", "zora@example.org", "Kenya"],
    ]
    text = client.post(address, {"kind": "csv"}).content.decode("utf-8-sig")
    assert text.splitlines() == ["Name,E-mail address,Country", "Zora,zora@example.org,Kenya"]


@pytest.mark.parametrize("risky", ["=1+1", "+A1", "-2", "@x", " =1", "\t=1", "＝1", "|x", "%x", "a\r\n=1"])
def test_nothing_in_a_file_is_calculated(edition, client_of, amara, risky):
    make_participant(make_user("zora"), edition, organisation=risky, country="KE")
    client, address = client_of(amara), f"{LIST}export/?country=KE&columns=organisation"
    cell = client.post(address, {"kind": "csv"}).content.decode("utf-8-sig").split("\r\n", 1)[1]
    assert not cell.split(",", 1)[1].strip(' "').startswith(("=", "+", "-", "@", "\t", "|", "%", "＝"))
    sheet = load_workbook(io.BytesIO(client.post(address, {"kind": "xlsx"}).content)).active
    assert sheet["B2"].data_type == "s"


def test_protected_people_are_left_out_unless_somebody_says_otherwise(edition, client_of, amara, esi):
    client = client_of(amara)
    text = page(client, f"{LIST}export/?all=1")
    assert "1 protected person is left" in text
    assert "Include protected people, with their real names" in text
    without = client.post(f"{LIST}export/?all=1", {"kind": "csv"}).content.decode()
    assert ("Amara" in without, "Esi" in without) == (True, False)
    ticked = client.post(
        f"{LIST}export/?people={esi.participations.get().pk}", {"kind": "csv"}
    ).content.decode()
    assert "Esi" not in ticked
    lines = client.post(f"{LIST}export/?all=1", {"kind": "csv", "with_protected": "on"}).content.decode()
    assert [line.split(",")[0] for line in lines.splitlines() if line.endswith(",protected")] == ["Esi"]


def test_a_file_is_recorded_without_names(edition, client_of, amara, esi):
    client_of(amara).post(f"{LIST}export/?q=amara&columns=email", {"kind": "csv"})
    entry = HistoryEntry.objects.get(verb="people exported")
    assert entry.data == {"kind": "csv", "people": 1, "protected": 0, "columns": ["email"], "filters": ["q"]}
    assert entry.actor.user == amara
    assert list(verify_history(edition)) == []


def test_access_needs_are_no_column(edition):
    assert not [key for key in columns_of(edition) if "need" in key]


# --- A person ---------------------------------------------------------------------------------------------------------


def test_a_persons_page_says_what_was_done_and_by_whom(edition, client_of, amara):
    (person,) = applicants(edition, 1)
    seen = prepare(edition, chosen(person).of(edition), "confirm").seen
    decide(edition, chosen(person), "confirm", seen=seen, by=amara)
    person.refresh_from_db()
    withdraw(person, by=person.user)
    text = page(client_of(amara), f"{LIST}{person.pk}/")
    trail = text.split('id="trail"')[1].split("</ol>")[0]
    assert "Withdrawn" in trail.split("Confirmed")[0]
    assert "by Amara" in trail.split("Confirmed")[1]
    assert "by the person" in trail.split("Confirmed")[0]
    assert "You have withdrawn" in text.split('id="mails"')[1]


def test_a_persons_page_has_sessions_groups_and_what_can_be_done(academy_at, client_of):
    academy_at("workshops")
    bruno = Participant.objects.get(user__email="bruno@example.org")
    amara = Participant.objects.get(user__email="amara@example.org").user
    text = page(client_of(amara), f"{LIST}{bruno.pk}/")
    assert "Workshop session 1: Group 1" in text.split('id="about-sessions"')[1]
    assert "Workshop 1, Group 1" in text.split('id="about-groups"')[1]
    assert "Part in a session given: moderator" in text
    assert f"grant/?people={bruno.pk}" in text
    assert "decision=confirm" not in text


def test_a_persons_page_shows_no_text_of_a_mail(edition, client_of, amara, dawit):
    Message.objects.create(
        edition=edition,
        key="x",
        user=dawit,
        to=dawit.email,
        subject="Hello",
        body="canary",
        created_at=datetime.now(UTC),
    )
    text = page(client_of(amara), f"{LIST}{dawit.participations.get().pk}/")
    assert ("Hello" in text, "canary" in text) == (True, False)
