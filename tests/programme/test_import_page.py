"""The import page: an outline is given, shown beside what was understood, corrected and applied."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from programme.models import Session
from programme.outline.content import outline_of
from programme.outline.parsing import parse
from programme.outline.reading import MOST_TEXT
from programme.outline.writing import write
from programme.releases import programme_content
from tests.programme.outlines.making import french_docx
from workshops.models import GuidingQuestion

PAGE = "/2022/programme/desk/import/"
TWIN = (Path(__file__).parent / "outlines" / "twin.md").read_text(encoding="utf-8")
SMALL = "Wednesday, 9 February 2022: After\n09:00-10:00 Review\n25:00-26:00 Night walk\n10:00-11:00 Closing\n"


@pytest.fixture
def desk(edition, amara, client_of):
    """The browser of an organiser."""
    return client_of(amara)


def give(desk, text=None, file=None):
    data = {"step": "read"}
    if text is not None:
        data["text"] = text
    if file is not None:
        data["file"] = file
    return desk.post(PAGE, data)


def named(content, name="outline.txt"):
    file = BytesIO(content)
    file.name = name
    return file


def fields(response):
    """What the browser would send back: the fields of the preview as they stand on the page."""
    page = response.content.decode()
    form = page[
        page.index('<form class="import"') : page.index("</form>", page.index('<form class="import"'))
    ]
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        parts = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if parts.get("type") in {"checkbox", "submit"} or parts["name"] == "csrfmiddlewaretoken":
            continue
        found[parts["name"]] = unescaped(parts.get("value", ""))
    for name, options in re.findall(r'<select[^>]*?name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = next(o for o in re.findall(r"<option\b[^>]*>", options) if "selected" in o)
        found[name] = re.search(r'value="([^"]*)"', chosen)[1]
    source = re.search(r'<textarea name="source"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    found["source"] = unescaped(source[1])
    return found


def unescaped(text):
    for sign in "<>\"'":
        text = text.replace(escape(sign), sign)
    return text.replace("&amp;", "&")


def test_the_page_asks_for_a_file_or_a_text(desk):
    response = desk.get(PAGE)
    page = response.content.decode()
    assert response.status_code == 200
    assert 'type="file"' in page
    assert '<textarea name="text"' in page
    assert 'enctype="multipart/form-data"' in page


@pytest.mark.parametrize("person", ["bruno", "dawit", "farid"])
def test_others_than_organisers_are_turned_away(request, person, client_of, edition):
    browser = client_of(request.getfixturevalue(person))
    before = Session.objects.count()
    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE, {"step": "apply", "source": SMALL}).status_code == 403
    assert browser.get("/2022/programme/desk/outline.txt").status_code == 403
    assert Client().get(PAGE).status_code == 302
    assert Session.objects.count() == before


def test_a_forged_form_is_refused_and_the_right_one_is_not(desk, amara):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(amara, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert strict.post(PAGE, {"step": "read", "text": SMALL}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', strict.get(PAGE).content.decode())[1]
    sent = {"step": "read", "text": SMALL, "csrfmiddlewaretoken": token}
    assert strict.post(PAGE, sent).status_code == 200


def test_what_was_understood_stands_beside_the_numbered_source(desk):
    page = give(desk, SMALL).content.decode()
    assert "3 of 4 lines" in " ".join(page.split())
    unplaced = page[page.index('id="unplaced"') : page.index("import-block")]
    assert "Line 3" in unplaced
    assert "25:00-26:00 Night walk" in unplaced
    assert "this is no time of day" in unplaced
    assert page.index('id="unplaced"') < page.index('id="line-1"')
    for number, anchor in ((1, "day-0"), (2, "item-0.0"), (4, "item-0.1")):
        line = page[page.index(f'id="line-{number}"') :]
        assert f'href="#{anchor}"' in line[: line.index("</li>")]
        assert f'id="{anchor}"' in page


def test_looking_changes_nothing(desk, edition):
    before = programme_content(edition)
    give(desk, TWIN)
    assert programme_content(edition) == before


def test_what_was_shown_is_applied_as_it_stands(desk, edition):
    shown = give(desk, SMALL)
    response = desk.post(PAGE, {**fields(shown), "step": "apply"}, follow=True)
    assert response.redirect_chain == [("/2022/programme/desk/", 302)]
    assert "2 sessions added" in response.content.decode()
    day = edition.days.get(date="2022-02-09")
    assert [(s.title, s.kind) for s in day.sessions.order_by("position")] == [
        ("Review", "plenary"),
        ("Closing", "closing"),
    ]


def test_a_file_comes_in_like_a_text(desk):
    shown = give(desk, file=named(french_docx(), "leau.docx"))
    assert shown.status_code == 200
    assert "Every line was placed." in shown.content.decode()
    assert parse(fields(shown)["source"]).outline.days[0].title == "L’eau"


def test_corrections_are_applied(desk, edition):
    sent = fields(give(desk, SMALL))
    sent |= {"i0.0-title": "Looking back", "i0.0-starts": "09:15", "i0.0-kind": "discussion"}
    sent |= {"d0-date": "2022-02-10", "d0-title": "The day after", "i0.1-leave": "on", "step": "apply"}
    desk.post(PAGE, sent)
    day = edition.days.get(date="2022-02-10")
    found = [(s.title, s.kind, f"{s.starts_at:%H:%M}") for s in day.sessions.all()]
    assert (day.title, found) == ("The day after", [("Looking back", "discussion", "08:15")])


def test_corrections_are_shown_again_with_what_they_would_do(desk, edition):
    text = write(outline_of(programme_content(edition)))
    sent = fields(give(desk, text))
    assert "0 changed" in " ".join(give(desk, text).content.decode().split())
    shown = desk.post(PAGE, {**sent, "i0.0-title": "Welcome", "i0.2-leave": "on", "step": "show"})
    page = " ".join(shown.content.decode().split())
    assert "1 changed" in page
    assert "<del>Opening ceremony</del>" in page
    assert "This will be left out." in page
    assert fields(shown)["i0.0-title"] == "Welcome"


def test_what_was_typed_is_kept_when_it_cannot_be(desk, edition):
    sent = fields(give(desk, SMALL)) | {
        "i0.0-title": "Looking back",
        "i0.0-starts": "",
        "d0-title": "After all",
    }
    before = Session.objects.count()
    shown = desk.post(PAGE, {**sent, "step": "apply"})
    page = shown.content.decode()
    assert shown.status_code == 422
    assert "Please say when it starts too." in page
    kept = fields(shown)
    assert (kept["i0.0-title"], kept["d0-title"], kept["source"]) == (
        "Looking back",
        "After all",
        sent["source"],
    )
    assert Session.objects.count() == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"i0.0-title": ""}, "required"),
        ({"i0.0-starts": "nine"}, "A time is written as 13:30."),
        ({"i0.0-ends": "09:00"}, "It ends when it starts."),
        ({"i0.0-ends": "08:00"}, "It ends before it starts."),
        ({"d0-date": "soon"}, "A date is written as 2022-02-01."),
        ({"i0.0-kind": "party"}, "party"),
        ({"i0.0-title": "x\u202ey"}, "Control characters"),
    ],
)
def test_a_correction_that_cannot_be_is_named(desk, change, words):
    shown = desk.post(PAGE, {**fields(give(desk, SMALL)), **change, "step": "apply"})
    assert shown.status_code == 422
    assert words in shown.content.decode()


def test_a_refusal_of_the_rule_is_an_error_of_the_form(desk):
    sent = fields(give(desk, SMALL)) | {"d0-date": "2042-02-09", "step": "apply"}
    shown = desk.post(PAGE, sent)
    assert shown.status_code == 422
    assert "9 February 2042" in shown.content.decode()


def test_what_is_gone_is_taken_out_only_if_it_is_ticked(desk, edition):
    text = write(outline_of(programme_content(edition)))
    question = GuidingQuestion.objects.filter(part__workshop__number=1).first().text
    less = text.replace("11:30-12:00 Opening ceremony\nHosts: Academy organisers\n", "").replace(
        f"- {question}\n", ""
    )
    shown = give(desk, less)
    page = shown.content.decode()
    keys = re.findall(r'name="remove"\s+value="([^"]+)"', page)
    assert len(keys) == 2
    desk.post(PAGE, {**fields(shown), "step": "apply"})
    opening = Session.objects.get(edition=edition, slug="day-1-opening")
    assert opening.removed_at is None
    desk.post(PAGE, {**fields(give(desk, less)), "remove": keys, "step": "apply"})
    opening.refresh_from_db()
    assert opening.removed_at is not None
    assert not GuidingQuestion.objects.filter(text=question).exists()


def test_a_draft_that_was_changed_meanwhile_is_shown_again_and_can_then_be_applied(desk, edition):
    sent = fields(give(desk, SMALL))
    Session.objects.filter(edition=edition, slug="day-1-opening").update(title="Welcome")
    shown = desk.post(PAGE, {**sent, "step": "apply"})
    assert shown.status_code == 422
    assert "Somebody changed the draft meanwhile." in shown.content.decode()
    assert desk.post(PAGE, {**fields(shown), "step": "apply"}).status_code == 302


def test_applying_twice_says_that_nothing_changed(desk):
    desk.post(PAGE, {**fields(give(desk, SMALL)), "step": "apply"})
    again = desk.post(PAGE, {**fields(give(desk, SMALL)), "step": "apply"}, follow=True)
    assert "Nothing was changed." in again.content.decode()


@pytest.mark.parametrize(
    ("text", "file", "words"),
    [
        (None, None, "Choose a file or paste the text"),
        ("", b"", "There is nothing in it."),
        (SMALL, SMALL.encode(), "only one of them"),
        (None, b"\x00\x01\x02", "control characters"),
        (None, b"a\n" * 5_000_000, "8 MB|too large"),
        (None, b"PK\x03\x04 broken", "no DOCX file"),
        ("09:00 T\n" * 30_000, None, "lines; an outline may have at most"),
    ],
)
def test_what_is_no_outline_is_refused_in_words_and_what_was_typed_is_kept(desk, text, file, words):
    shown = give(desk, text, named(file) if file is not None else None)
    page = shown.content.decode()
    assert shown.status_code == 422
    assert re.search(words, page)
    if text == SMALL:
        assert escape(SMALL.partition("\n")[0]) in page


def test_the_longest_text_fits_into_the_forms_of_the_page(desk):
    """More than DATA_UPLOAD_MAX_MEMORY_SIZE would be refused before the page is asked; the box takes less."""
    lines = [f"{8 + n // 40:02}:{n % 40:02}-{8 + n // 40:02}:{n % 40 + 1:02} 会議 {n}" for n in range(240)]
    words = "権" * 9_000 + "\n\n"
    text = "Wednesday, 9 February 2022: Many\n" + "\n".join(lines) + "\n\n" + words * 27
    assert MOST_TEXT * 0.95 < len(text) <= MOST_TEXT
    shown = give(desk, text)
    assert shown.status_code == 200
    assert f'maxlength="{MOST_TEXT}"' in desk.get(PAGE).content.decode()
    assert len(fields(shown)) > 900
    sent = desk.post(PAGE, {**fields(shown), "step": "show"})
    assert sent.status_code == 200


def test_a_text_that_is_longer_than_a_form_may_be_is_refused_and_changes_nothing(desk, edition):
    before = programme_content(edition)
    answer = desk.post(PAGE, {"step": "read", "text": "a" * 10_000_000})
    assert (answer.status_code, answer["Content-Type"]) == (413, "text/plain")
    assert programme_content(edition) == before


def test_a_large_outline_is_corrected_in_its_text(desk):
    many = "\n".join(
        f"{8 + n // 40:02}:{n % 40:02}-{8 + n // 40:02}:{n % 40 + 1:02} Talk {n}" for n in range(300)
    )
    shown = give(desk, f"Wednesday, 9 February 2022: Many\n{many}\n")
    sent = fields(shown)
    assert sorted(sent) == ["seen", "source"]
    assert desk.post(PAGE, {**sent, "step": "apply"}).status_code == 302
    assert Session.objects.filter(title__startswith="Talk ").count() == 300


def test_markup_in_an_outline_is_shown_as_text(desk):
    page = give(desk, SMALL.replace("Review", "<script>alert(1)</script>")).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_draft_can_be_downloaded_as_an_outline(desk, edition):
    response = desk.get("/2022/programme/desk/outline.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="programme-outline-2022.txt"'
    assert parse(response.content.decode()).outline == outline_of(programme_content(edition))


def test_looking_asks_the_database_as_often_for_many_sessions_as_for_few(desk):
    def queries(text):
        with CaptureQueriesContext(connection) as seen:
            give(desk, text)
        return len(seen)

    assert queries(SMALL) == queries(TWIN)


def test_what_the_outline_calls_itself_is_offered_for_the_next_version(desk, edition, amara, client_of):
    named_so = "Version: 7 March 2022\n\n" + SMALL
    shown = give(desk, named_so)
    answer = desk.post(PAGE, {**fields(shown), "step": "apply"}, follow=True)
    assert "this label is offered when you release it" in answer.content.decode()
    release_page = "/2022/programme/desk/release/"
    offered = desk.get(release_page).context["form"].initial["label"]
    assert "7 March 2022" in offered
    seen = desk.get(release_page).context["seen"]
    assert desk.post(release_page, {"label": offered, "seen": seen}).status_code == 302
    edition.days.filter(slug="day-1").update(title="Another")
    assert "7 March 2022" not in desk.get(release_page).context["form"].initial["label"]
