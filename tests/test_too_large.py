"""A file that is too large is named as that, at its field, in every form that takes one; what was typed is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from academy.uploads import LARGEST_UPLOAD
from tests.test_architecture import APPS, ROOT

# {address: the field, what is typed beside it, what is said}
FORMS = {
    "/2022/people/invitations/list/": ("file", {"days": "9"}, "A file can have at most 20 MB."),
    "/2022/programme/desk/import/": ("file", {}, "an outline may have at most 8 MB"),
    "/2022/document/check/": ("copy", {}, "This file is larger than 2 MB."),
}


@pytest.mark.parametrize("address", FORMS)
def test_it_is_said_at_the_field(edition, amara, client_of, address):
    field, typed, words = FORMS[address]
    browser = client_of(amara)
    assert browser.get(address).status_code == 200
    large = SimpleUploadedFile("list.csv", b"a@example.org\n" * (LARGEST_UPLOAD // 14 + 1))
    answer = browser.post(address, {**typed, field: large})
    form = answer.context["form"]
    assert answer.status_code == 422
    assert list(form.errors) == [field]
    assert words in str(form.errors[field])
    assert {name: form[name].value() for name in typed} == typed


def test_every_form_that_takes_a_file_is_asked_or_has_a_test_of_its_own():
    """Materials of a session are in tests/programme/test_desk_pages.py."""
    fields = [
        str(path.relative_to(ROOT))
        for app in APPS
        for path in Path(ROOT / app).rglob("*.py")
        for _field in range(path.read_text().count("forms.FileField("))
    ]
    assert len(fields) == len(FORMS) + 1, fields
