"""What an administrator types: loading, seeding, granting."""

import io
import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from academy.models import Edition, Message, Participant
from academy.permissions import roles_of
from academy.roles import grant_role
from academy.tasks import send_waiting_mail
from outcome.models import Document, Record, Revision
from outcome.provenance import coverage
from tests.factories import make_user
from workshops.models import Finding


def said(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_an_edition_is_loaded_once(db):
    assert said("load_edition", "2022") == "Human Rights Go Local: What Works (2022): loaded.\n"
    assert "is there already, nothing was changed" in said("load_edition", "2022")
    assert Edition.objects.count() == 1


def test_an_edition_without_data_is_said_so(db):
    with pytest.raises(CommandError, match="no data of an edition '1999'"):
        said("load_edition", "1999")


@pytest.mark.parametrize(
    ("stage", "people", "findings", "revisions", "records"),
    [
        ("registration", 70, 0, 0, 0),
        ("workshops", 70, 96, 0, 0),
        ("drafting", 70, 120, 2, 0),
        ("adopted", 70, 120, 2, 1),
    ],
)
def test_the_demo_is_seeded_to_its_stage(db, stage, people, findings, revisions, records):
    text = said("seed_demo", stage=stage)
    assert "amara@example.org" in text
    counted = (
        Participant.objects.count(),
        Finding.objects.count(),
        Revision.objects.count(),
        Record.objects.count(),
    )
    assert counted == (people, findings, revisions, records)


def test_the_demo_document_has_thirteen_encouragements_with_remarks_and_sources(academy_at):
    academy_at("drafting")
    content = Revision.objects.get(number=2).content
    clauses = [c for section in content["sections"] for c in section["clauses"] if c["number"]]
    assert [clause["number"] for clause in clauses] == list(range(1, 14))
    assert [clause for clause in clauses if not clause["remark"] or not clause["sources"]] == []
    assert coverage(Edition.objects.get()) == {"used": 86, "merged": 10, "set aside": 9, "open": 15}
    assert Document.objects.get().state == "drafting"


def test_people_come_from_all_regions_and_some_are_protected(academy_at):
    academy_at("registration")
    assert Participant.objects.values("country").distinct().count() > 50
    visible = [
        Participant.objects.filter(visibility=kind).count() for kind in ("listed", "unlisted", "protected")
    ]
    assert visible == [56, 8, 6]


def test_the_demo_does_not_join_an_academy_with_people(academy_at):
    academy_at("registration")
    with pytest.raises(CommandError, match="empty one only"):
        said("seed_demo")
    assert "Demo accounts" in said("seed_demo", if_empty=True)
    assert Participant.objects.count() == 70


def test_production_has_no_demo(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="published password"):
        said("seed_demo")
    assert Edition.objects.count() == 0


def test_the_first_organiser_is_made_by_command_and_can_be_ended(edition):
    farid = make_user("farid")
    assert said("grant_role", "Farid@example.org", "2022", "organiser") == "Roles in 2022 now: organiser.\n"
    # Whoever was inside may have taken the address away: the key stays.
    assert said("grant_role", str(farid.pk), "2022", "organiser", end=True) == "Roles in 2022 now: none.\n"


@pytest.mark.parametrize("is_last", [True, False])
def test_the_shell_says_if_nobody_organises_any_more(edition, is_last):
    grant_role(make_user("farid"), edition, "organiser", by=None)
    if not is_last:
        grant_role(make_user("grace"), edition, "organiser", by=None)
    told = io.StringIO()
    call_command(
        "grant_role", "farid@example.org", "2022", "organiser", "--end", stderr=told, stdout=io.StringIO()
    )
    assert ("2022 has no organiser now who could log in" in told.getvalue()) is is_last


@pytest.mark.parametrize(("email", "slug"), [("nobody@example.org", "2022"), ("farid@example.org", "1999")])
def test_a_role_for_nobody_or_nowhere_is_refused(edition, email, slug):
    user = make_user("farid")
    with pytest.raises(CommandError, match=r"There is no (such person|edition)"):
        said("grant_role", email, slug, "organiser")
    assert roles_of(user, edition) == frozenset()


def test_the_style_guide_shows_every_component_while_debugging_only(edition, client, settings):
    assert client.get("/style-guide/").status_code == 404
    settings.DEBUG = True
    page = client.get("/style-guide/").content.decode()
    for component in (
        "path",
        "agenda",
        "board",
        "document-text",
        "record",
        "form-control",
        "alert",
        "empty",
        "table",
    ):
        assert f'class="{component}' in page or f" {component}" in page


def test_account_mails_keep_no_link_once_they_are_sent(edition, client, farid):
    client.post("/accounts/password/reset/", {"email": farid.email})
    assert "/password/reset/key/" in Message.objects.get(to=farid.email).body
    assert send_waiting_mail() == 1
    mail = Message.objects.get(to=farid.email)
    assert (mail.state, mail.body) == ("sent", "")


@pytest.mark.skipif(os.name != "posix", reason="pipes of this kind are those of POSIX")
def test_a_reader_who_wants_no_more_is_no_failure():
    """`manage.py help | head -1`: the pipe is closed before all is said."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "manage.py", "help"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")
