"""A broken silence: who broke it is named as they chose, and those who answer the reason can read it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from academy import clock
from academy.canonical import digest
from outcome import adoption
from outcome.models import Procedure, Record
from outcome.recording import procedure_words
from outcome.verifying import verify_adoptions, verify_record
from outcome.views.recording import camps_of
from tests.factories import opened_adoption
from tests.outcome.pages import flat, url

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from django.test import Client

    from academy.models import User
    from outcome.models import Document

    ClientOf = Callable[[User | None], Client]

REASON = "The first encouragement binds nobody."


def in_days(count: int) -> datetime:
    """A deadline after the announced time, on a whole minute."""
    return clock.now().replace(second=0, microsecond=0) + timedelta(days=count, minutes=1)


def broken(document: Document, by: User, organiser: User, *, attribution: str, hours: int = 0) -> Procedure:
    """A silence that somebody broke, named as they chose."""
    opened = opened_adoption(
        document,
        by=organiser,
        method="silence",
        closes_at=in_days(3),
        statement_hours=hours,
    )
    adoption.take_position(opened, choice="break", by=by, reason=REASON, attribution=attribution)
    return opened


@pytest.mark.parametrize(("attribution", "is_named"), [("delegate", False), ("shown", True)])
def test_who_breaks_a_silence_is_named_in_the_record_only_if_they_chose_so(
    frozen: Document,
    delegates: list[User],
    client_of: ClientOf,
    amara: User,
    dawit: User,
    attribution: str,
    is_named: bool,
) -> None:
    elector = str(
        broken(frozen, dawit, amara, attribution=attribution).electors.get(participant__user=dawit).pk
    )
    page = flat(client_of(None).get(url("record")))
    assert REASON in page
    assert ("Dawit" in page) is is_named
    made = Record.objects.get()
    assert (elector in json.dumps(made.content)) is is_named
    assert (made.content["counts"], len(made.content["positions"]["break"])) == ({"break": 1}, 1)
    assert list(verify_adoptions(frozen.edition)) == []


def test_whoever_breaks_a_silence_as_a_delegate_stands_nowhere_in_what_is_published(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    opened = broken(frozen, dawit, amara, attribution="delegate")
    elector, person = opened.electors.values_list("pk", "participant").get(participant__user=dawit)
    visitor, found = client_of(None), {}
    for name in ("record", "record_json", "record_text", "adoption", "adoption_state"):
        found[name] = visitor.get(url(name))
    for name in ("document", "revisions", "following_feed", "languages_feed", "endorsements_csv"):
        found[name] = visitor.get(url(name))
    number = opened.revision.number
    found["revision_json"] = visitor.get(url("revision_json", number))
    for form in ("md", "html", "xml", "bib"):
        found[form] = visitor.get(url("revision_file", number, form))
    for name in ("endorsements", "commitments", "languages"):
        found[f"api {name}"] = visitor.get(f"/api/v1/editions/2022/{name}")
    copy = SimpleUploadedFile("record.json", found["record_json"].content)
    found["check"] = visitor.post(url("check"), {"copy": copy})
    found["the organiser's record"] = client_of(amara).get(url("record"))
    found["the organiser's adoption"] = client_of(amara).get(url("adoption"))
    assert {name: answer.status_code for name, answer in found.items()} == dict.fromkeys(found, 200)
    said = {name: answer.content.decode() for name, answer in found.items()}
    made = Record.objects.get()
    made.content["counts"] = {"break": 2}
    said["verify"] = " ".join(f"{one.object}: {one.reason}" for one in verify_record(made))
    assert "its numbers are not those of the positions in it" in said["verify"]
    traces = (str(elector), str(person), "Dawit", "dawit")
    assert {name: trace for name, words in said.items() for trace in traces if trace in words} == {}
    # Somebody who is looked for like this is found where they do stand.
    assert str(elector) in json.dumps(procedure_words(opened)["electors"])


@pytest.fixture
def older(
    frozen: Document,
    delegates: list[User],
    amara: User,
    dawit: User,
    unsealed: Callable[[str], AbstractContextManager[None]],
) -> Record:
    """A record as it was sealed before: the elector stands beside the position, whatever they chose."""
    opened = broken(frozen, dawit, amara, attribution="delegate")
    elector, made = opened.electors.get(participant__user=dawit), Record.objects.get()
    made.content["positions"] = {"break": [str(elector.pk)]}
    made.digest = digest(made.content)
    with unsealed("outcome_record"):
        Record.objects.update(content=made.content, digest=made.digest)
    return made


def test_an_older_record_fits_its_digest_and_its_numbers(older: Record) -> None:
    assert list(verify_record(older)) == []
    older.content["positions"] = {"break": []}
    older.digest = digest(older.content)
    assert [one.reason for one in verify_record(older)] == [
        "its numbers are not those of the positions in it"
    ]


def test_the_page_of_an_older_record_names_nobody_who_broke_the_silence_as_a_delegate(
    older: Record, client_of: ClientOf
) -> None:
    page = flat(client_of(None).get(url("record")))
    assert (REASON in page, "Dawit" in page, "not listed" in page) == (True, False, False)
    assert page.count("a delegate") == 2  # under the position, and under the reason
    elector = older.content["positions"]["break"][0]
    named = {**older.content, "statements": [{**older.content["statements"][0], "elector": elector}]}
    assert [[person.shown_name for person in camp.people] for camp in camps_of(named)] == [["Dawit"]]


def test_the_chair_does_not_see_who_broke_a_silence(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    broken(frozen, dawit, amara, attribution="delegate")
    assert "took a position" not in flat(client_of(amara).get(url("chair")))


def test_the_page_that_asks_once_more_says_how_the_record_names_whoever_breaks_the_silence(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    opened_adoption(frozen, by=amara, method="silence", closes_at=in_days(3))
    asked = {"choice": "break", "reason": REASON, "attribution": "delegate"}
    words = flat(client_of(dawit).post(url("take_position"), asked))
    assert "In the record you are named like this: as “a delegate”, without my name." in words


@pytest.mark.parametrize(("attribution", "writer"), [("delegate", "a delegate"), ("shown", "Dawit")])
def test_who_takes_part_reads_the_reason_before_the_record_is_sealed(
    frozen: Document,
    delegates: list[User],
    client_of: ClientOf,
    amara: User,
    dawit: User,
    attribution: str,
    writer: str,
) -> None:
    broken(frozen, dawit, amara, attribution=attribution, hours=24)
    page = flat(client_of(amara).get(url("adoption")))
    said = page[page.index("Why the silence was broken") :].split("</section>")[0]
    assert (REASON in said, writer in said) == (True, True)
    assert ("Dawit" in said) is (attribution == "shown")
    assert REASON not in flat(client_of(None).get(url("adoption")))
    # There is no record to be read before that.
    assert ("Read the record" in page, "Its record is sealed once" in page) == (False, True)
