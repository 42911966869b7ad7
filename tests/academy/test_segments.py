"""What came and went in a text, on a page: heard and seen, and never more than words."""

from __future__ import annotations

from academy.templatetags.segments import segments
from academy.word_changes import Segment, word_changes
from tests.hostile_words import CORPUS


def test_what_came_and_went_is_marked_and_said():
    assert segments(word_changes("to keep it;", "to hold it;")) == (
        'to <del><span class="visually-hidden">removed: </span>keep'
        '<span class="visually-hidden"> (end of removal)</span></del>'
        '<ins><span class="visually-hidden">added: </span>hold'
        '<span class="visually-hidden"> (end of addition)</span></ins> it;'
    )


def test_one_side_leaves_the_other_out():
    changes = word_changes("to keep it;", "to hold it;")
    assert "hold" not in segments(changes, "inserted")
    assert "keep" not in segments(changes, "deleted")


def test_lines_stay_lines():
    assert segments([Segment("same", "one\r\ntwo\nthree\rfour")]) == "one<br>two<br>three<br>four"


def test_words_stay_words():
    for payload in CORPUS:
        for kind in ("same", "inserted", "deleted"):
            for words in (payload, f"{payload}\n{payload}"):
                shown = segments([Segment(kind, words)])
                inside = shown.replace('<span class="visually-hidden">', "").replace("</span>", "")
                for tag in ("<ins>", "</ins>", "<del>", "</del>", "<br>"):
                    inside = inside.replace(tag, "")
                assert not set("<>\"'") & set(inside), payload
