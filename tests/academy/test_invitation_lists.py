"""A list of people to invite, whatever way somebody saved it: pure, without a database."""

from __future__ import annotations

import tracemalloc

import pytest

from academy.invitations.lists import MOST_BYTES, Unreadable, decoded, read_list
from academy.invitations.wording import Invitee, role_of
from academy.languages import language_called

TEXT = "email,name,organisation,role\nnoor@example.org,Nóor Häddad,Städtetag,co-facilitator\n"
NOOR = Invitee("noor@example.org", "Nóor Häddad", "Städtetag", "co-facilitator")


def good(data: bytes | str) -> list[Invitee]:
    text = decoded(data)[0] if isinstance(data, bytes) else data
    return [row.invitee for row in read_list(text, {}).good]


def problems(text: str, **known: str) -> dict[int, list[str]]:
    return {row.number: list(row.problems) for row in read_list(text, known).bad}


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_the_encoding_is_told_from_the_bytes(encoding, name):
    data = TEXT.encode(encoding)
    assert decoded(data)[1] == name
    assert good(data) == [NOOR]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_those_of_the_file(separator, newline):
    data = TEXT.replace(",", separator).replace("\n", newline).encode()
    assert good(data) == [NOOR]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sep=;\nemail;name\na@b.co;Li\n", [Invitee("a@b.co", "Li")]),
        ("a@b.co,Li\n", [Invitee("a@b.co", "Li")]),
        ("Name;E-Mail Address\nLi;A@B.co\n", [Invitee("a@b.co", "Li")]),
        ('email,name\na@b.co,"Wen, Li"\n', [Invitee("a@b.co", "Wen, Li")]),
        ("email,name\n\n ,\na@b.co\n", [Invitee("a@b.co")]),
        ("email,role\na@b.co,Co facilitator\n", [Invitee("a@b.co", role="co-facilitator")]),
    ],
)
def test_lists_are_read_as_people_write_them(text, found):
    assert good(text) == found


def test_lines_are_counted_as_in_the_file():
    text = 'sep=,\nemail,name\n\n"a@b.co","two\nlines"\nwrong,x\n'
    assert list(problems(text)) == [6]


def test_every_row_says_what_is_wrong_with_it():
    found = problems(
        "email,name,organisation,role\n"
        "a@b.co,=HYPERLINK(1),,\n"
        ",No address,,\n"
        "a@b.co,Li,,\n"
        "c@b.co,Li,@cmd,king\n"
        "d@b.co,Li,,organiser\n"
        "e@b.co,Li,,\n"
        "f@b.co,see https://example.org,,\n"
        "g@b.co,a\x07b,,\n",
        **{"e@b.co": "This person has a registration already (confirmed)."},
    )
    assert found == {
        2: ["Name: it begins like a formula of a spreadsheet (= + - @ | %)."],
        3: ["There is no e-mail address."],
        4: ["The same address stands in line 2."],
        5: [
            "Organisation: it begins like a formula of a spreadsheet (= + - @ | %).",
            "There is no role “king”; there are: moderator, co-facilitator, speaker, delegate, observer.",
        ],
        6: ["Organisers are invited one by one, not by a list."],
        7: ["This person has a registration already (confirmed)."],
        8: ["Name: it holds a link."],
        9: ["Name: control characters cannot be used."],
    }


@pytest.mark.parametrize("head", ["email,name,organisation,role\n", ""])
def test_a_value_beyond_the_columns_is_not_dropped_in_silence(head):
    text = f"{head}a@example.org,Noor,City of Graz,speaker,\nb@example.org,Li,Graz, Austria,speaker\n"
    first, second = read_list(text, {}).rows
    assert not first.problems
    assert "There are 5 values, but 4 columns" in second.problems[0]


def test_columns_that_mean_nothing_are_named():
    assert read_list("email,phone,Colour\na@b.co,1,red\n", {}).unused == ["phone", "Colour"]


def test_a_hundred_thousand_rows_are_refused_within_little_memory():
    text = "email\n" + "a@b.co\n" * 100_000
    assert len(text) < MOST_BYTES
    tracemalloc.start()
    with pytest.raises(Unreadable, match="more than 5,000 people"):
        read_list(text, {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("words", "role"),
    [("", ""), (" ", ""), ("Moderator", "moderator"), ("co_facilitator", "co-facilitator"), ("boss", None)],
)
def test_roles_are_named_freely_or_not_at_all(words, role):
    assert role_of(words) == role


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("", ""),
        ("  ", ""),
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("fr_CA", "fr"),
        ("French", "fr"),
        ("français", "fr"),
        ("FRANÇAIS", "fr"),
        ("Español", "es"),
        ("العربية", "ar"),
        ("Chinese", "zh"),
        ("zh-Hans", "zh"),
        ("Kinyarwanda", "rw"),
        ("Klingon", None),
        ("f", None),
        ("-", None),
    ],
)
def test_languages_are_called_by_their_code_or_their_name(words, language):
    assert language_called(words) == language


def test_each_row_may_name_the_language_of_its_letter():
    text = "E-Mail;Langue\na@b.co;français\nc@b.co;\nd@b.co;ar\ne@b.co;Klingon\n"
    assert good(text) == [
        Invitee("a@b.co", language="fr"),
        Invitee("c@b.co"),
        Invitee("d@b.co", language="ar"),
    ]
    assert problems(text) == {
        5: ["There is no language “Klingon”. Write its name or its code, such as French or fr."]
    }
