"""The documents name nothing in vain, and the check would notice."""

import pytest

from tests import lint_docs
from tests.lint_docs import Page, anchor_of, named_in_vain

RIGHT = """# A page: what it says

[here](#a-page-what-it-says), [there](other.md#its-head), [outside](https://example.org/x), `academy/rights.py`,
`SECRET_KEY`, `manage.py verify`

```
ACADEMY_MODE=production .venv/bin/python manage.py seed_demo --stage workshops && make run   # make tea
.venv/bin/python -m bench.writing --editors 20
academy --release v1.3 migrate && academy-release use v1.3
sudo academy backup --keep 99; useradd --system academy --shell
```
"""


# Put together, so that the search of the code does not find it here.
HOLE = "_".join(("SECRET", "KEYHOLE"))


@pytest.fixture
def page(tmp_path):
    other = tmp_path / "other.md"
    other.write_text("## Its head\n")

    def read(text):
        path = tmp_path / "page.md"
        path.write_text(text)
        made = Page.read(path)
        return named_in_vain(made, [made, Page.read(other)])

    return read


def test_the_documents_name_nothing_in_vain():
    pages = lint_docs.pages()
    assert len(pages) > 40
    assert [(page.path.name, said) for page in pages for said in named_in_vain(page, pages)] == []


def test_a_page_that_names_what_is_there_passes(page):
    assert page(RIGHT) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("other.md#its-head", "another.md", "leads nowhere: another.md"),
        ("other.md#its-head", "other.md#its-foot", "no such heading: other.md#its-foot"),
        ("#a-page-what-it-says", "#a-page", "no such heading: #a-page"),
        ("academy/rights.py", "academy/wrongs.py", "no file academy/wrongs.py"),
        ("SECRET_KEY", HOLE, f"no setting {HOLE}"),
        ("manage.py verify", "manage.py falsify", "no command: manage.py falsify"),
        ("--stage workshops", "--age workshops", "manage.py seed_demo has no --age"),
        ("academy backup", "academy forward", "no command: manage.py forward"),
        ("--keep 99", "--loose 99", "manage.py backup has no --loose"),
        ("v1.3 migrate", "v1.3 emigrate", "no command: manage.py emigrate"),
        ("academy-release use", "academy-release abuse", "academy-release has no abuse"),
        ("make run ", "make haste ", "no target: make haste"),
        ("bench.writing", "bench.reading", "no module bench.reading"),
    ],
)
def test_what_is_not_there_is_said(page, right, wrong, said):
    assert page(RIGHT.replace(right, wrong)) == [said]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Is it well?", "is-it-well"),
        ("`make soak`: a day", "make-soak-a-day"),
        ("20 editors, 3 processes", "20-editors-3-processes"),
    ],
)
def test_a_heading_has_the_anchor_that_readers_are_given(heading, anchor):
    assert anchor_of(heading) == anchor
