"""Checking copies: what was adopted is recognised in every form, and what was changed is said in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from academy.canonical import canonical, digest
from outcome import adoption
from outcome.checking import LARGEST, check_copy, faults_of, plain_text
from outcome.matching import without_remarks
from outcome.models import Record
from tests.factories import opened_adoption
from tests.outcome.pages import flat, url

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from django.test import Client

    from academy.models import User
    from outcome.models import Document

    ClientOf = Callable[[User | None], Client]


@pytest.fixture
def adopted(frozen: Document, delegates: list[User], amara: User, esi: User) -> Record:
    opened = opened_adoption(frozen, by=amara)
    for person in delegates:
        adoption.take_position(opened, choice="join", by=person)
    return Record.objects.get(pk=adoption.close_adoption(opened, by=amara).record.pk)


def said(record: Record, copy: str) -> tuple[str, list[str]]:
    verdict = check_copy(record.document.edition, copy, readable=list(record.document.revisions.all()))
    return verdict.kind, verdict.reasons


def as_data(content: Any, stated: str = "") -> str:
    return canonical({"digest": stated or digest(content), "content": content}).decode()


def reworded(record: Record, old: str, new: str) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(record.content).replace(old, new))
    return changed


def test_every_honest_copy_is_the_adopted_one(adopted: Record) -> None:
    copies = [
        adopted.digest,
        f"  {adopted.content['text_digest'].upper()}\n",
        as_data(adopted.content),
        json.dumps(adopted.content, indent=4),
        as_data(adopted.content["text"]),
        "\ufeff" + plain_text(adopted.content["text"]),
        plain_text(adopted.content["text"]).replace("\n", "\r\n"),
        " ".join(plain_text(adopted.content["text"]).split()),
    ]
    assert [said(adopted, copy)[0] for copy in copies] == ["adopted"] * len(copies)


def test_a_text_copied_from_the_page_is_the_adopted_one(adopted: Record, client_of: ClientOf) -> None:
    words = client_of(None).get(url("record_text")).content.decode()
    assert said(adopted, words)[0] == "adopted"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "to anchor it in a decision;",
            "to anchor it in a speech;",
            "Encouragement 1: adopted was “decision;”, the copy says “speech;”.",
        ),
        (
            "to count who is left behind;",
            "to count who is left;",
            "Encouragement 2: adopted was “left behind;”, the copy says “left;”.",
        ),
        ("2. to count who is left behind;", "", "Encouragement 2 is missing."),
        (
            "to count who is left behind;",
            "to count who is left behind; 3. to buy from us;",
            "It holds words that were not adopted: “to buy from us;”.",
        ),
    ],
)
def test_a_doctored_text_is_told_where_it_differs(adopted: Record, old: str, new: str, reason: str) -> None:
    copy = plain_text(adopted.content["text"])
    assert old in copy
    kind, reasons = said(adopted, copy.replace(old, new))
    assert (kind, reasons[0]) == ("changed", reason)


@pytest.mark.parametrize(
    ("new", "reasons"),
    [
        ("to anchor it firmly in a decision;", 1),
        ("to anchor in decision;", 1),
        ("to anchor it in a speech; and to buy from us whatever we sell;", 2),
    ],
)
def test_a_changed_clause_is_told_once_and_what_was_put_beside_it_as_well(
    adopted: Record, new: str, reasons: int
) -> None:
    copy = plain_text(adopted.content["text"])
    kind, told = said(adopted, copy.replace("to anchor it in a decision;", new))
    assert (kind, len(told)) == ("changed", reasons)
    assert told[0].startswith("Encouragement 1: ")
    assert "buy from us" in told[-1] or reasons == 1


def test_a_clause_made_of_the_words_of_our_titles_is_an_added_one(adopted: Record) -> None:
    copy = plain_text(adopted.content["text"])
    assert said(adopted, f"{copy}\nFrom intentions to commitments\nAnchor it")[0] == "adopted"
    kind, reasons = said(adopted, f"{copy}\n3. Anchor intentions")
    assert (kind, reasons) == ("changed", ["It holds words that were not adopted: “Anchor intentions”."])


def test_the_text_without_its_remarks_is_the_adopted_one_and_says_so(adopted: Record) -> None:
    kind, reasons = said(adopted, plain_text(without_remarks(adopted.content["text"])))
    assert (kind, reasons) == (
        "adopted",
        ["Every clause is there, word by word, and nothing else; the explanatory remarks are left out."],
    )


def test_a_whole_page_that_was_copied_is_told_what_is_not_the_text(
    adopted: Record, client_of: ClientOf
) -> None:
    page = f"Programme Workshops Log in\n{plain_text(adopted.content['text'])}\nPrivacy"
    answer = flat(client_of(None).post(url("check"), {"pasted": page}))
    assert "Every clause of the adopted text is there, and other words besides" in answer
    assert "It holds words that were not adopted: “Programme Workshops Log in … Privacy”." in answer
    assert "This is what was adopted" not in answer


def test_clauses_in_another_order_are_not_the_adopted_text(adopted: Record) -> None:
    copy = plain_text(adopted.content["text"])
    first, second = "to anchor it in a decision;", "to count who is left behind;"
    swapped = copy.replace(first, "@").replace(second, first).replace("@", second)
    assert said(adopted, swapped)[0] == "changed"
    lines = copy.replace(f"1. {first}\n", "").replace(f"2. {second}", f"2. {second}\n\n1. {first}")
    assert "Encouragement 2 stands in another place." in said(adopted, lines)[1]


def test_doctored_data_is_told_what_differs(adopted: Record) -> None:
    doctored = reworded(adopted, "in a decision", "in a speech")
    kind, reasons = said(adopted, as_data(doctored, adopted.digest))
    assert kind == "changed"
    assert reasons[0].startswith("Its content does not have the digest that stands in it")
    assert "Encouragement 1: adopted was “decision;”, the copy says “speech;”." in reasons
    recomputed = {**adopted.content, "counts": {"join": 300, "stand-aside": 0, "object": 0}}
    assert said(adopted, as_data(recomputed)) == (
        "changed",
        ["In this copy the numbers are not as in the record."],
    )


def test_other_revisions_and_other_texts_are_called_so(adopted: Record) -> None:
    assert said(adopted, "a" * 64)[0] == "unknown"
    assert said(adopted, "Once upon a time there was a town.")[0] == "unknown"
    assert said(adopted, "{not json")[0] == "unknown"
    assert said(adopted, "[" * 100_000)[0] == "unknown"
    assert said(adopted, "\x00\x01")[0] == "unknown"


def test_a_record_that_was_changed_here_is_not_called_the_adopted_one(
    adopted: Record, unsealed: Callable[[str], AbstractContextManager[None]]
) -> None:
    """The attacker lifts the seals, and recomputes every digest that is kept here."""
    published = adopted.digest
    content = reworded(adopted, "in a decision", "in a speech")
    content["text_digest"] = digest(content["text"])
    with unsealed("outcome_record"):
        Record.objects.update(content=content, digest=digest(content))
    forged = Record.objects.select_related("procedure__revision", "document__edition").get()
    assert faults_of(forged) == ["The record kept here names another revision than the adoption."]
    assert said(forged, forged.digest)[0] == "changed"
    kind, reasons = said(forged, published)
    assert kind == "unknown"
    assert reasons[1].startswith(
        "If it stands in a mail or on a print from the adoption, what is kept here was changed"
    )


def test_the_page_answers_anybody_and_keeps_nothing(adopted: Record, client_of: ClientOf, esi: User) -> None:
    visitor = client_of(None)
    copy = SimpleUploadedFile("record.json", as_data(adopted.content).encode())
    good = visitor.post(url("check"), {"copy": copy})
    assert (good.status_code, "This is what was adopted" in flat(good)) == (200, True)
    doctored = plain_text(adopted.content["text"]).replace("decision", "speech")
    bad = visitor.post(url("check"), {"pasted": doctored})
    assert (bad.status_code, "the copy says “speech;”" in flat(bad)) == (200, True)
    assert bad["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"pasted": "   "}, 422),
        ({"copy": SimpleUploadedFile("a.bin", b"\xff\xfe\x00PDF")}, 422),
        ({"copy": SimpleUploadedFile("a.txt", b"x" * (LARGEST + 1))}, 422),
        ({"pasted": "\x00"}, 200),
    ],
)
def test_what_cannot_be_compared_gets_a_sentence(
    adopted: Record, client_of: ClientOf, sent: dict[str, Any], status: int
) -> None:
    answer = client_of(None).post(url("check"), sent)
    assert answer.status_code in (status, 422)
    assert "This is what was adopted" not in flat(answer)


def test_the_record_shows_a_code_that_leads_to_the_page_of_checking(
    adopted: Record, client_of: ClientOf
) -> None:
    page = client_of(None).get(url("record"))
    assert page.context["qr"].startswith("<svg")
    assert flat(page).count(adopted.digest) == 1
