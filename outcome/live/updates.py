"""What stands in a Yjs update (version 1): whose structures, what they hold, what they delete. Pure.

An update is read here before anything else looks at it, so that every number in it is checked against a limit and
nothing is built for a length that somebody merely claims.

Source of the format: yjs 13, src/utils/encoding.js and src/structs/*.js.
"""

from dataclasses import dataclass, field

GC, DELETED, STRING, FORMAT, TYPE, SKIP = 0, 1, 4, 6, 7, 10
XML_ELEMENT, XML_TEXT = 3, 6
HAS_ORIGIN, HAS_RIGHT, HAS_KEY = 0x80, 0x40, 0x20
LARGEST = 2**53 - 1

Id = tuple[int, int]


class Malformed(ValueError):
    """The bytes are no update, or hold what no editor of ours writes."""


@dataclass(frozen=True)
class Struct:
    """One structure: an inserted text, element or format, or a stretch that its writer deleted again.

    `parent` is None where it is that of its neighbour; `root` and `key` are set where it hangs by a name.
    """

    client: int
    clock: int
    length: int
    content: int
    origin: Id | None = None
    right: Id | None = None
    parent: Id | None = None
    root: str | None = None
    key: str | None = None
    text: str = ""
    kind: int = 0
    value: str = ""


@dataclass
class Update:
    """An update, taken apart: structures in order, and {client: [(clock, length)]} that it deletes."""

    structs: list[Struct] = field(default_factory=list)
    deletes: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def clients(self) -> set[int]:
        return {struct.client for struct in self.structs}

    @property
    def is_empty(self) -> bool:
        return not self.structs and not self.deletes


class Reader:
    """Reads numbers and texts as lib0 writes them."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def byte(self) -> int:
        place = self.place
        if place >= len(self.data):
            raise Malformed("it ends too early")
        self.place = place + 1
        return self.data[place]

    def number(self) -> int:
        # Whole texts are read number by number, and most numbers are one byte.
        value = self.byte()
        if value < 0x80:
            return value
        value, shift = value & 0x7F, 7
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if value > LARGEST:
                raise Malformed("a number is too large")
            if byte < 0x80:
                return value
            shift += 7
            if shift > 56:
                raise Malformed("a number is too long")

    def text(self) -> str:
        length = self.number()
        if length > len(self.data) - self.place:
            raise Malformed("a text is longer than the rest")
        raw = self.data[self.place : self.place + length]
        self.place += length
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise Malformed("a text is no UTF-8") from error

    def id(self) -> Id:
        return self.number(), self.number()

    @property
    def is_over(self) -> bool:
        return self.place == len(self.data)


def parse(data: bytes, *, most: int = 50_000) -> Update:
    """Take an update apart.

    Args:
        most: how many structures and deletions it may have.

    Raises:
        Malformed: it is no update, or holds content that the editor does not know.
    """
    reader, update, left = Reader(data), Update(), most
    for _client in range(_count(reader, left)):
        number, client, clock = reader.number(), reader.number(), reader.number()
        left -= number
        if left < 0:
            raise Malformed("it has too many parts")
        for _struct in range(number):
            struct = _struct_at(reader, client, clock)
            update.structs.append(struct)
            clock += struct.length
    update.deletes = _deletes(reader, left)
    if not reader.is_over:
        raise Malformed("something follows its end")
    return update


def _count(reader: Reader, most: int) -> int:
    number = reader.number()
    if number > most:
        raise Malformed("it has too many parts")
    return number


def _deletes(reader: Reader, left: int) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for _client in range(_count(reader, left)):
        client, number = reader.number(), reader.number()
        left -= number
        if left < 0:
            raise Malformed("it has too many parts")
        found.setdefault(client, []).extend((reader.number(), reader.number()) for _range in range(number))
    return found


def _struct_at(reader: Reader, client: int, clock: int) -> Struct:
    info = reader.byte()
    content = info & 0x1F
    if content in (GC, SKIP):
        if info != content:
            raise Malformed("a stretch has a place")
        return Struct(client, clock, _length(reader), content)
    origin = reader.id() if info & HAS_ORIGIN else None
    right = reader.id() if info & HAS_RIGHT else None
    parent = root = key = None
    if origin is None and right is None:
        named = reader.number()
        if named == 1:
            root = reader.text()
        elif named == 0:
            parent = reader.id()
        else:
            raise Malformed("a parent is neither named nor numbered")
        key = reader.text() if info & HAS_KEY else None
    length, text, kind, value = _content(reader, content)
    return Struct(client, clock, length, content, origin, right, parent, root, key, text, kind, value)


def _length(reader: Reader) -> int:
    length = reader.number()
    if length == 0:
        raise Malformed("a stretch is empty")
    return length


def _content(reader: Reader, content: int) -> tuple[int, str, int, str]:
    """(length, text, kind of type, value) of a content that the editor writes."""
    if content == DELETED:
        return _length(reader), "", 0, ""
    if content == STRING:
        text = reader.text()
        if not text:
            raise Malformed("a text is empty")
        return len(text.encode("utf-16-le")) // 2, text, 0, ""
    if content == FORMAT:
        return 1, reader.text(), 0, reader.text()
    if content == TYPE:
        kind = reader.number()
        if kind not in (XML_ELEMENT, XML_TEXT):
            raise Malformed("a kind of node that no clause has")
        return 1, reader.text() if kind == XML_ELEMENT else "", kind, ""
    raise Malformed("a kind of content that no clause has")


def vector_of(data: bytes) -> dict[int, int]:
    """A state vector as {client: how much of it is known}.

    Raises:
        Malformed: it is none.
    """
    reader = Reader(data)
    vector = {}
    for _client in range(_count(reader, 100_000)):
        client, clock = reader.id()
        vector[client] = clock
    if not reader.is_over:
        raise Malformed("something follows its end")
    return vector


Ranges = dict[int, list[tuple[int, int]]]


def joined(ranges: Ranges) -> Ranges:
    """The same stretches, sorted, with those that touch made one."""
    result: Ranges = {}
    for client, stretches in ranges.items():
        merged: list[tuple[int, int]] = []
        for clock, length in sorted(stretches):
            if merged and clock <= merged[-1][0] + merged[-1][1]:
                start = merged[-1][0]
                merged[-1] = (start, max(merged[-1][1], clock + length - start))
            else:
                merged.append((clock, length))
        result[client] = merged
    return result


def covers(whole: Ranges, part: Ranges) -> bool:
    """Whether every stretch of `part` lies in `whole`."""
    ready = joined(whole)
    return all(
        any(start <= clock and clock + length <= start + size for start, size in ready.get(client, ()))
        for client, stretches in joined(part).items()
        for clock, length in stretches
        if length
    )


def holds(ranges: Ranges, place: Id) -> bool:
    """Whether one position lies in the stretches."""
    client, clock = place
    return any(start <= clock < start + size for start, size in ranges.get(client, ()))
