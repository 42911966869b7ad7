"""The versions of the programme: each at its address for ever, compared, told of by a feed and on paper."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from academy import clock
from academy.models import Message, Participant
from programme.casting import cast
from programme.comparing import compare
from programme.editing import add_session
from programme.models import Release, Session, SessionRole
from programme.releases import release
from programme.stars import mark
from programme.telling import body_of, letters_about, release_and_tell
from tests.factories import make_participant, make_user

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _before_the_academy():
    with clock.set_to(datetime(2022, 1, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def two_versions(edition, amara):
    """A second version: the opening moved, a session retitled, one cancelled, a guest, interpretation."""
    sessions = {session.slug: session for session in Session.objects.filter(edition=edition)}
    opening = sessions["day-1-opening"]
    opening.starts_at -= timedelta(minutes=15)
    opening.save()
    Session.objects.filter(slug="day-1-plenary-a").update(
        title="Plenary session One", language="en", interpretation=["fr", "es"]
    )
    Session.objects.filter(slug="day-1-break-1").update(removed_at=opening.starts_at)
    SessionRole.objects.create(
        session=sessions["day-1-plenary-a"], kind="speaker", guest_name="Ada Example",
        guest_affiliation="Town of Examples", guest_biography="Writes budgets.",
    )  # fmt: skip
    release(edition, label="version: 24 January 2022", note="The opening begins earlier.", by=amara)
    return edition


def text_of(client, name, *arguments):
    response = client.get(reverse(f"programme:{name}", args=["2022", *arguments]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_each_version_keeps_its_address_and_an_old_one_says_so(two_versions, client):
    old, new = (text_of(client, "released", number) for number in (1, 2))
    assert "You are reading an old version" in old
    assert "Plenary session A" in old
    assert "Plenary session One" not in old
    assert "You are reading an old version" not in new
    assert "Plenary session One" in new
    assert "/2022/programme/versions/1/day-1-plenary-a/" in old


def test_a_session_of_an_old_version_is_read_there(two_versions, client):
    old = text_of(client, "released_session", 1, "day-1-plenary-a")
    assert "an old version of the programme" in old
    assert "Ada Example" not in old
    new = text_of(client, "session", "day-1-plenary-a")
    assert "Ada Example" in new
    assert "Writes budgets." in new
    assert "interpretation French, Spanish" in new


def test_the_comparison_says_what_changed_in_words(two_versions, client):
    text = text_of(client, "compare", 1, 2)
    assert "1 cancelled, 1 moved, 1 retitled, 1 with other people, 1 changed otherwise." in text
    assert "The opening begins earlier." in text
    assert "Ada Example (speaker)" in text
    assert "French, Spanish" in text
    assert '<ins><span class="visually-hidden">added:' in text
    assert "11:15" in text
    back = text_of(client, "compare", 2, 1)
    assert "1 new session, 1 moved, 1 retitled" in back


def test_a_version_compared_with_itself_is_empty(two_versions, client):
    assert "The two versions say the same." in text_of(client, "compare", 2, 2)


@pytest.mark.parametrize("address", ["versions/9/", "versions/compare/1/9/", "versions/9/programme.pdf",
                                     "versions/9/day-1-opening/", "versions/compare/?old=1&new=9",
                                     "versions/compare/?old=x", "versions/1/nothing/"])  # fmt: skip
def test_versions_that_do_not_exist_are_not_found(two_versions, client, address):
    assert client.get(f"/2022/programme/{address}").status_code == 404


def test_two_versions_are_chosen_in_a_form(two_versions, client):
    answer = client.get("/2022/programme/versions/compare/?old=1&new=2")
    assert (answer.status_code, answer["Location"]) == (302, "/2022/programme/versions/compare/1/2/")


def test_the_feed_has_an_entry_for_each_version(two_versions, client):
    feed = ET.fromstring(client.get("/2022/programme/versions/feed/").content)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "version: 24 January 2022",
        "version: 9 November 2021",
    ]
    first = Release.objects.get(number=2)
    assert entries[0].findtext(f"{ATOM}id") == f"urn:uuid:{first.pk}"
    assert "The opening begins earlier. 1 cancelled, 1 moved" in entries[0].findtext(f"{ATOM}summary")
    assert entries[1].findtext(f"{ATOM}summary") == "The first version of the programme."
    # RFC 4287, 4.1.1 and 4.2.6: somebody wrote it, and it is the same feed wherever it is read.
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == first.edition.title
    assert feed.findtext(f"{ATOM}id") == f"urn:uuid:{first.edition_id}"
    link = entries[1].find(f"{ATOM}link").get("href")
    assert link.endswith("/2022/programme/versions/1/")


def test_a_version_comes_on_paper(two_versions, client):
    answer = client.get("/2022/programme/versions/2/programme.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_what_looks_like_markup_is_set_as_it_is(edition, client, amara):
    """Typst is handed data: a title cannot read files or break the page."""
    hostile = '#read("/etc/passwd") $x$ *b* \\ <a> #panic("no")'
    Session.objects.filter(slug="day-1-opening").update(title=hostile, description="]" * 50 + "#{" * 20)
    release(edition, label='#panic("no")', by=amara)
    assert client.get("/2022/programme/versions/2/programme.pdf").content.startswith(b"%PDF-")


# Releasing


def test_before_releasing_one_reads_what_changes_and_who_is_written_to(edition, client_of, amara, dawit):
    Session.objects.filter(slug="day-1-opening").update(title="Welcome")
    opening = Session.objects.get(slug="day-1-plenary-a")
    opening.starts_at += timedelta(minutes=5)
    opening.save()
    page = client_of(amara).get("/2022/programme/desk/release/").content.decode()
    assert "Welcome" in page
    assert "mails would go out" in page
    assert Release.objects.count() == 1


def test_releasing_from_the_page(edition, client_of, amara, dawit):
    Session.objects.filter(slug="day-1-opening").update(title="Welcome")
    organiser = client_of(amara)
    refused = organiser.post("/2022/programme/desk/release/", {"label": "", "note": "kept words"})
    assert refused.status_code == 422
    assert "kept words" in refused.content.decode()
    seen = organiser.get("/2022/programme/desk/release/").context["seen"]
    Session.objects.filter(slug="day-1-opening").update(title="Welcome to all")
    overtaken = organiser.post("/2022/programme/desk/release/", {"label": "version: 2", "seen": seen})
    assert overtaken.status_code == 422
    assert "The draft has changed since you read this page." in overtaken.content.decode()
    assert Release.objects.count() == 1
    said = {"label": "version: 2", "tells": "on", "seen": overtaken.context["seen"]}
    answer = organiser.post("/2022/programme/desk/release/", said)
    assert answer.status_code == 302
    assert list(Release.objects.values_list("number", "label")) == [
        (2, "version: 2"),
        (1, "version: 9 November 2021"),
    ]
    assert organiser.post("/2022/programme/desk/release/", {"label": "again"}).status_code == 422
    assert (
        "Nothing has changed since the last release"
        in organiser.get("/2022/programme/desk/release/").content.decode()
    )


def letters(edition):
    old, new = Release.objects.order_by("number")
    return {
        letter.participant.name: letter.changes
        for letter in letters_about(edition, compare(old.content, new.content))
    }


def test_people_are_told_what_changes_for_them(edition, amara, bruno, dawit):
    board, opening = (
        Session.objects.get(slug=slug) for slug in ("day-1-workshop-1-group-1", "day-1-opening")
    )
    waiting = make_participant(make_user("waiting"), edition, state="applied")
    cast(Participant.objects.get(user=dawit), opening, "speaker", by=amara)
    mark(Participant.objects.get(user=amara), [board.pk], by=amara)
    board.title = "First group"
    board.save()
    plenary = Session.objects.get(slug="day-1-plenary-a")
    plenary.starts_at += timedelta(minutes=5)
    plenary.save()
    release(edition, label="2", by=amara)
    moved = "Plenary session A was Tue 1 Feb 2022, 12:00–13:00 and is now Tue 1 Feb 2022, 12:05–13:00."
    whole = "Workshop session 1: First group"
    retitled = f"Workshop session 1: Group 1 is now called {whole}."
    told = letters(edition)
    assert {name: sorted(said) for name, said in told.items()} == {
        "Amara": sorted([moved, retitled]),
        "Bruno": sorted(
            [
                moved,
                retitled,
                f"You are moderator in {whole}, Tue 1 Feb 2022, 13:30–14:30.",
                "You are moderator in Workshop session 2: Group 1, Wed 2 Feb 2022, 13:30–14:30.",
                "You are moderator in Workshop session 3: Group 1, Thu 3 Feb 2022, 13:30–14:30.",
            ]
        ),
        "Dawit": sorted(["You are speaker in Opening ceremony, Tue 1 Feb 2022, 11:30–12:00.", moved]),
    }
    assert waiting.name not in told


def test_everybody_is_told_of_an_open_session_that_is_new_and_its_own_people_of_a_group(
    edition, amara, dawit
):
    times = {
        "starts_at": datetime(2022, 2, 1, 17, tzinfo=UTC),
        "ends_at": datetime(2022, 2, 1, 18, tzinfo=UTC),
    }
    day = edition.days.get(slug="day-1")
    talk = add_session(day, title="Evening talk", kind="plenary", by=amara, **times)
    add_session(day, title="Round A", kind="panel", parent=talk, by=amara)
    add_session(day, title="Group 3", kind="group", by=amara, **times)
    release(edition, label="2", by=amara)
    assert letters(edition)["Dawit"] == ["Evening talk is new: Tue 1 Feb 2022, 18:00–19:00."]


def test_nobody_is_told_of_what_is_over_already_and_everybody_of_what_is_still_to_come(edition, amara, dawit):
    for slug in ("day-1-plenary-a", "day-3-plenary-c"):
        session = Session.objects.get(slug=slug)
        session.starts_at += timedelta(minutes=5)
        session.save()
    release(edition, label="2", by=amara)
    counts = []
    for day in (1, 2, 4):
        with clock.set_to(datetime(2022, 2, day, 8, tzinfo=UTC)):
            counts.append(len(letters(edition).get("Dawit", [])))
    assert counts == [2, 1, 0]


def test_whoever_lost_a_role_in_a_cancelled_session_is_told(edition, amara, dawit):
    panel = Session.objects.get(slug="day-3-plenary-c").children.order_by("position").last()
    role = cast(Participant.objects.get(user=dawit), panel, "panellist", by=amara)
    release(edition, label="2", by=amara)
    role.delete()
    Session.objects.filter(pk=panel.pk).update(removed_at=panel.edition.registration_opens)
    release(edition, label="3", by=amara)
    old, new = Release.objects.order_by("number")[1:]
    told = {
        letter.participant.name: letter.changes
        for letter in letters_about(edition, compare(old.content, new.content))
    }
    assert told["Dawit"] == [
        "You are no longer panellist in Plenary session C: Panel B.",
        "Plenary session C: Panel B, Thu 3 Feb 2022, 12:00–13:00, is cancelled.",
    ]


def test_mails_go_out_with_the_release_once_and_only_if_asked(edition, amara, dawit):
    plenary = Session.objects.get(slug="day-1-plenary-a")
    plenary.starts_at += timedelta(minutes=5)
    plenary.save()
    made = release_and_tell(edition, label="2", note="Sorry.", address="https://a.example/p/", by=amara)
    mails = Message.objects.filter(key__startswith=f"release:{made.pk}:")
    assert sorted(mails.values_list("to", flat=True)) == ["amara@example.org", "dawit@example.org"]
    body = mails.get(to="dawit@example.org").body
    assert "Plenary session A was Tue 1 Feb 2022, 12:00–13:00 and is now Tue 1 Feb 2022, 12:05–13:00." in body
    assert "Central European Time" in body
    assert "Sorry." in body
    assert "https://a.example/p/" in body
    plenary.starts_at += timedelta(minutes=5)
    plenary.save()
    quiet = release_and_tell(edition, label="3", tells=False, by=amara)
    assert not Message.objects.filter(key__startswith=f"release:{quiet.pk}:").exists()


def test_the_number_of_queries_does_not_grow_with_the_people(edition, amara, django_assert_max_num_queries):
    plenary = Session.objects.get(slug="day-1-plenary-a")
    plenary.starts_at += timedelta(minutes=5)
    plenary.save()
    for number in range(12):
        make_participant(make_user(f"person-{number}"), edition)
    release(edition, label="2", by=amara)
    old, new = Release.objects.order_by("number")
    with django_assert_max_num_queries(6):
        found = letters_about(edition, compare(old.content, new.content))
        assert len([body_of(letter, new, "") for letter in found]) == 13
