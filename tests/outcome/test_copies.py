"""Copies in every form in which the text leaves the site: each is recognised when checked, doctored ones are not."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from outcome import adoption
from outcome.checking import plain_text
from outcome.matching import match
from outcome.models import Record
from outcome.publishing import pdf
from outcome.revisions import publish_revision
from tests.factories import opened_adoption
from tests.outcome.pages import flat, url
from tests.outcome.test_publishing import clause_saying, content_of
from tests.outcome.test_translating_marks import FORMATS, TEXT
from tests.outcome.translations import published_in

if TYPE_CHECKING:
    from academy.models import User
    from outcome.models import Document, LanguageVersion

FORMS = ("pdf", "docx", "html", "md", "xml", "json")
GOOD, BAD = "This is what was adopted", "This is not the adopted text"


@pytest.fixture
def earlier(document: Document, amara: User) -> None:
    """Two revisions before the adopted one: one for everybody, and one for those who take part."""
    publish_revision(document, label="Zero draft", audience="public", by=amara)
    document.clauses.filter(heading="Anchor it").update(text="to anchor it in a law;")
    publish_revision(document, label="Inside", audience="participants", by=amara)


@pytest.fixture
def record(document: Document, delegates: list[User], amara: User, esi: User) -> Record:
    """An adopted text with emphasis, a link and lists in it."""
    clause = document.clauses.get(heading="Count")
    clause.formats, clause.text = FORMATS, TEXT
    clause.save()
    publish_revision(document, label="Final", audience="public", by=amara)
    adoption.freeze(document, by=amara)
    opened = opened_adoption(document, by=amara)
    for person in delegates:
        adoption.take_position(opened, choice="join", by=person)
    found: Record = adoption.close_adoption(opened, by=amara).record
    return found


@pytest.fixture
def address(record: Record) -> str:
    return f"/2022/document/revisions/{record.procedure.revision.number}"


@pytest.fixture
def version(record: Record, amara: User) -> LanguageVersion:
    return published_in(record.procedure.revision, by=amara)


def checked(made: bytes, name: str = "copy.bin") -> Any:
    return Client().post(url("check"), {"copy": SimpleUploadedFile(name, made)})


@pytest.mark.parametrize("form", FORMS)
def test_every_file_that_is_given_of_the_adopted_text_is_the_adopted_one(address: str, form: str) -> None:
    made = Client().get(f"{address}.{form}").content
    assert GOOD in flat(checked(made))


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("pdf", "docx")])
def test_a_file_in_which_a_word_was_changed_is_not(address: str, form: str) -> None:
    made = Client().get(f"{address}.{form}").content
    assert b"decision;" in made
    answer = flat(checked(made.replace(b"decision;", b"speech;")))
    assert GOOD not in answer
    assert "adopted was “decision;”, the copy says “speech;”" in answer


def test_a_word_file_that_was_changed_is_told_where(address: str) -> None:
    paper = docx.Document(io.BytesIO(Client().get(f"{address}.docx").content))
    run = next(run for one in paper.paragraphs for run in one.runs if "decision;" in run.text)
    run.text = run.text.replace("decision;", "speech;")
    paper.add_paragraph("to buy from us;")
    made = io.BytesIO()
    paper.save(made)
    answer = flat(checked(made.getvalue()))
    assert BAD in answer
    assert "adopted was “decision;”, the copy says “speech;”" in answer
    assert "It holds words that were not adopted: “" in answer
    assert "buy from us;”." in answer


def test_a_pdf_that_was_changed_gets_a_sentence(address: str) -> None:
    made = Client().get(f"{address}.pdf").content
    answer = checked(made + b" ")
    assert answer.status_code == 422
    assert "This is no PDF as it is given here" in flat(answer)


def test_only_the_first_pdf_that_is_dropped_costs_the_setting_of_ours(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Client().get(f"{address}.pdf?remarks=without").content
    own, papers = typst.compile, []

    def counted(source: Any, **asked: Any) -> Any:
        papers.append(source)
        return own(source, **asked)

    monkeypatch.setattr(typst, "compile", counted)
    for dropped, status in ((made + b" ", 422), (made + b"  ", 422), (made, 200)):
        answer = checked(dropped)
        assert (answer.status_code, GOOD in flat(answer)) == (status, status == 200)
    assert len(papers) == 4  # with the remarks and without, today and before the adoption
    Client().get(f"{address}.pdf")
    assert len(papers) == 5


@pytest.mark.parametrize("signs", [("- ", "1. "), ("", ""), ("• ", ""), ("* ", "1. ")])
def test_a_text_copied_from_a_page_is_recognised_however_its_lists_are_shown(
    record: Record, signs: tuple[str, str]
) -> None:
    copy = plain_text(record.content["text"])
    copy = copy.replace("- with people", f"{signs[0]}with people").replace("1. at once", f"{signs[1]}at once")
    answer = Client().post(url("check"), {"pasted": copy})
    assert GOOD in flat(answer)


def test_pasted_markup_that_is_broken_gets_a_sentence_and_is_kept(record: Record) -> None:
    answer = Client().post(url("check"), {"pasted": "<akomaNtoso><p>x"})
    assert answer.status_code == 422
    assert "&lt;akomaNtoso&gt;&lt;p&gt;x" in answer.content.decode()


def test_a_long_copy_is_compared_in_no_time_whatever_its_words_are() -> None:
    """Looking for each of 300 passages from each of 300,000 words on would take half a minute."""
    content = content_of(*(clause_saying(f"to act {n}", number=n, key=f"k{n}") for n in range(1, 301)))
    begun = time.process_time()
    assert not match(["to"] * 300_000, content).is_alike
    assert time.process_time() - begun < 3


def test_a_sentence_that_stands_around_a_text_may_stand_there_once(address: str) -> None:
    made = Client().get(f"{address}.md").content.decode()
    sentence = made.splitlines()[2].strip("*")
    answer = flat(checked(f"{made}\n\n{sentence}\n".encode()))
    assert GOOD not in answer


@pytest.mark.parametrize("form", FORMS)
def test_every_file_of_a_translation_is_the_translation(version: LanguageVersion, form: str) -> None:
    made = Client().get(f"{version.get_absolute_url()[:-1]}.{form}").content
    answer = flat(checked(made))
    assert "This is a translation of the adopted text" in answer
    assert "into Spanish, version 1" in answer
    assert "alert-warning" in answer  # neither what was adopted nor a copy that somebody changed


@pytest.mark.parametrize("form", FORMS)
def test_every_file_of_an_older_revision_is_called_by_its_number(
    earlier: None, record: Record, form: str
) -> None:
    made = Client().get(f"/2022/document/revisions/1.{form}").content
    answer = flat(checked(made))
    assert "This is not what was adopted" in answer
    assert "It is revision 1, “" in answer
    assert "Read what was adopted" in answer


def test_an_older_revision_without_its_remarks_or_with_another_word(earlier: None, record: Record) -> None:
    made = Client().get("/2022/document/revisions/1.md?remarks=without").content
    assert "It is revision 1, “" in flat(checked(made))
    answer = flat(checked(made.replace(b"in a decision", b"in a speech")))
    assert ("It is revision 1" in answer, GOOD in answer) == (False, False)


@pytest.mark.parametrize("form", FORMS)
def test_of_a_revision_that_is_not_public_only_those_are_told_who_may_read_it(
    earlier: None, record: Record, amara: User, form: str
) -> None:
    inside = Client()
    inside.force_login(amara)
    made = inside.get(f"/2022/document/revisions/2.{form}").content
    dropped = {"copy": SimpleUploadedFile("copy.bin", made)}
    assert "It is revision 2, “Inside”." in flat(inside.post(url("check"), dropped))
    assert "It is revision 2" not in flat(checked(made))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("asked", ["", "?remarks=without"])
def test_what_delegates_took_home_before_the_adoption_is_the_adopted_text(
    document: Document, delegates: list[User], amara: User, form: str, asked: str
) -> None:
    revision = publish_revision(document, label="Final", audience="public", by=amara)
    adoption.freeze(document, by=amara)
    made = Client().get(f"/2022/document/revisions/{revision.number}.{form}{asked}").content
    opened = opened_adoption(document, by=amara)
    for person in delegates:
        adoption.take_position(opened, choice="join", by=person)
    assert GOOD not in flat(checked(made))
    adoption.close_adoption(opened, by=amara)
    answer = flat(checked(made))
    assert GOOD in answer
    assert ("still calls it a draft" in answer) is (form == "pdf")


def test_a_pdf_that_names_many_texts_costs_no_more_than_a_few(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers: list[Any] = []

    def counted(data: Any) -> bytes:
        papers.append(data)
        return b""

    monkeypatch.setattr(pdf, "_set", counted)
    names = [f"/URI(http://testserver/2022/document/revisions/{number}/)" for number in range(1, 50)]
    assert checked(b"%PDF-1.7" + " ".join(names).encode()).status_code == 422
    assert len(papers) <= 4 + 5 * 2


def _package(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    "made",
    [
        b"PK\x03\x04broken",
        _package("a.txt", b"no document"),
        _package("word/document.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
        _package("word/document.xml", b" " * 20_000_000),
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><akomaNtoso>&a;</akomaNtoso>",
        b"<akomaNtoso>",
    ],
)
def test_files_that_cannot_be_read_get_a_sentence(record: Record, made: bytes) -> None:
    answer = checked(made)
    assert answer.status_code == 422
    assert "This file is neither a text nor data (JSON)." in flat(answer)
