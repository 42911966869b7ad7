"""What somebody's editor may change in the shared document: words in clauses, as themselves, and nothing else. Pure.

The frame (which clauses there are, where they stand, what was removed) is written by the server alone, under a Yjs
client number of its own. An update of a person may hang new text and nodes below the bodies and headings of clauses,
format text and delete words; it cannot reach the frame.
"""

import json
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from academy.text import has_forbidden_characters
from outcome.live.updates import (
    DELETED,
    FORMAT,
    GC,
    SKIP,
    STRING,
    TYPE,
    XML_ELEMENT,
    Id,
    Malformed,
    Ranges,
    Struct,
    Update,
    covers,
)

# The server's own numbers: one for the frame, one for words that it puts in (seeding, forms, merging).
FRAME, WORDS = 1, 2
NODES = frozenset({"paragraph", "bullet_list", "ordered_list", "list_item"})
MARKS = frozenset({"em", "strong", "link"})
LINKS = frozenset({"http", "https", "mailto"})
LINK_LENGTH = 2_000
# How much one update may bring: in UTF-16 units of text, and of stretches that were deleted again.
MOST_UNITS = 200_000
# A list, its item, its paragraph, its text: nothing lies deeper.
DEEPEST = 4
# Yjs counts in 32 bits in places.
LAST_CLOCK = 2**31


class Behind(ValueError):
    """The update builds on something that the log does not hold; the two have to be brought together first."""


def check(update: Update, known: Mapping[int, int], deleted: Callable[[], Ranges]) -> None:
    """Refuse what an editor of ours would not write.

    Args:
        known: {client: how much of it the log holds}.
        deleted: what is deleted already; a browser that comes back says all of it again.

    Raises:
        Malformed: it holds what it may not.
        Behind: it builds on what is not known here.
    """
    reached = dict(known)
    total = 0
    for struct in update.structs:
        total += struct.length
        if struct.client in (FRAME, WORDS) or struct.client >= 2**32:
            raise Malformed("it speaks for the server")
        if total > MOST_UNITS or struct.clock + struct.length > LAST_CLOCK:
            raise Malformed("it is too long")
        if struct.clock > reached.get(struct.client, 0):
            raise Behind("something before it is missing")
        reached[struct.client] = max(reached.get(struct.client, 0), struct.clock + struct.length)
        _check_content(struct)
    for struct in update.structs:
        _check_place(struct, reached)
    _check_depth(update)
    _check_deletes(update, reached, deleted)


def _check_place(struct: Struct, reached: Mapping[int, int]) -> None:
    if struct.content in (GC, SKIP):
        return
    if struct.root is not None or struct.key is not None:
        raise Malformed("it changes the frame")
    for neighbour in (struct.origin, struct.right):
        if neighbour and neighbour[0] == FRAME:
            raise Malformed("it changes the frame")
    for needed in (struct.origin, struct.right, struct.parent):
        if needed and not _is_known(needed, reached):
            raise Behind("something beside it is missing")


def _check_depth(update: Update) -> None:
    """Nodes lie in each other no deeper than in a list; a body hangs in the frame, which is not counted."""
    depths: dict[Id, int] = {}
    for struct in update.structs:
        if struct.content != TYPE:
            continue
        beside = struct.origin or struct.right
        depth = depths.get(beside, 1) if beside else depths.get(struct.parent or (FRAME, 0), 0) + 1
        if depth > DEEPEST:
            raise Malformed("nodes lie too deep in each other")
        depths[struct.client, struct.clock] = depth


def _is_known(place: Id, reached: Mapping[int, int]) -> bool:
    return place[1] < reached.get(place[0], 0)


def _check_content(struct: Struct) -> None:
    if struct.content == SKIP:
        raise Malformed("it leaves something out")
    if struct.content in (GC, DELETED):
        return
    if struct.content == STRING and has_forbidden_characters(struct.text):
        raise Malformed("it holds control characters")
    if struct.content == TYPE and struct.kind == XML_ELEMENT and struct.text not in NODES:
        raise Malformed("a node that no clause has")
    if struct.content == FORMAT:
        _check_mark(struct.text, struct.value)


def _check_mark(name: str, value: str) -> None:
    if name not in MARKS:
        raise Malformed("a mark that no clause has")
    try:
        attributes = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise Malformed("a mark makes no sense") from error
    if attributes is None:
        return
    allowed = {"href"} if name == "link" else set()
    if not isinstance(attributes, dict) or set(attributes) != allowed:
        raise Malformed("a mark makes no sense")
    if name == "link" and not is_safe_link(attributes["href"]):
        raise Malformed("a link leads where it may not")


def is_safe_link(address: object) -> bool:
    """Whether a link may stand in a clause: to a page or an address for mail."""
    if not isinstance(address, str) or not 0 < len(address) <= LINK_LENGTH:
        return False
    if has_forbidden_characters(address) or any(character.isspace() for character in address):
        return False
    try:
        return urlsplit(address).scheme.lower() in LINKS
    except ValueError:
        return False


def _check_deletes(update: Update, reached: Mapping[int, int], deleted: Callable[[], Ranges]) -> None:
    frame = {FRAME: update.deletes.get(FRAME, [])}
    if frame[FRAME] and not covers(deleted(), frame):
        raise Malformed("it removes from the frame")
    for client, stretches in update.deletes.items():
        for clock, length in stretches:
            if clock + length > reached.get(client, 0):
                raise Behind("it deletes what is not known here")
