"""The form of a backup: one compressed tar, written and read as a stream.

    header.json                what it is, when it was made, the migrations, the tables and their columns
    tables/<table>/000000.jsonl   rows, one JSON list a line, at most about a megabyte a piece
    media/<path>               files as they lie in the media folder
    manifest.json              the last piece: size and SHA-256 of every other one, counts and digests of the tables,
                               numbers that the database gave, and the end of every history

A file without its manifest was cut off. Nothing is ever held in memory but one piece.
"""

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any, BinaryIO, cast

from academy.safekeeping.refusals import NoBackup, NotSafe
from academy.safekeeping.rows import Values
from academy.safekeeping.shape import HEADER_PARTS, MANIFEST_PARTS, odd_part

FORMAT, VERSION = "academy-backup", 1
HEADER, MANIFEST, TABLES, MEDIA = "header.json", "manifest.json", "tables/", "media/"
PIECE, BLOCK, LONGEST_TEXT = 1_000_000, 65_536, 64_000_000
BROKEN = (EOFError, OSError, tarfile.TarError, zlib.error)
Header = dict[str, Any]
Manifest = dict[str, Any]


@dataclass
class Writer:
    """Writes the pieces of a backup, and notes the size and digest of each."""

    tar: tarfile.TarFile
    members: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        self.add_file(name, BytesIO(data), len(data))

    def add_file(self, name: str, file: IO[bytes], size: int) -> None:
        """Write a file of this size.

        Raises:
            NotSafe: it became shorter meanwhile.
        """
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        source = _Digesting(file, size)
        try:
            self.tar.addfile(info, cast(IO[bytes], source))
        except OSError as error:
            if "unexpected end of data" in str(error):
                raise NotSafe(f"The file {name} changed while it was backed up. Try again.") from error
            raise
        self.members[name] = [size, source.sha.hexdigest()]

    def add_json(self, name: str, value: dict[str, Any]) -> None:
        self.add(name, json.dumps(value, indent=1).encode())

    def add_rows(self, table: str, rows: Iterable[Values]) -> None:
        """Write the rows of a table in pieces."""
        lines: list[bytes] = []
        length = number = 0
        for row in rows:
            lines.append(json.dumps(row, ensure_ascii=False).encode(errors="surrogatepass") + b"\n")
            length += len(lines[-1])
            if length >= PIECE:
                self.add(f"{TABLES}{table}/{number:06}.jsonl", b"".join(lines))
                lines, length, number = [], 0, number + 1
        if lines:
            self.add(f"{TABLES}{table}/{number:06}.jsonl", b"".join(lines))


class _Digesting:
    """A file that digests what is read from it, and ends after `size` bytes even if it grew."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file, self.left, self.sha = file, size, hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self.file.read(min(size, self.left))
        self.left -= len(data)
        self.sha.update(data)
        return data


class writing:  # noqa: N801  # used as `with writing(file) as writer`
    """Write a backup into a file; it is closed properly only if nothing went wrong."""

    def __init__(self, file: BinaryIO) -> None:
        self.gzip = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0)
        self.tar = tarfile.open(fileobj=self.gzip, mode="w|", bufsize=BLOCK)  # noqa: SIM115  # closed in __exit__

    def __enter__(self) -> Writer:
        return Writer(self.tar)

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            self.tar.close()
            self.gzip.close()
        else:
            self.gzip.fileobj = BytesIO()  # a half file gets no end


# --- Reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """One piece of a backup, to be read before the next one is asked for."""

    name: str
    size: int
    file: IO[bytes]

    def text(self) -> Any:
        if self.size > LONGEST_TEXT:
            raise NoBackup(f"Its piece {self.name} is too large.")
        return self._read(self.file.read())

    def rows(self) -> Iterator[Values]:
        """The rows in it.

        Raises:
            NoBackup: a line is none.
        """
        for line in self.file:
            row = self._read(line)
            if not isinstance(row, list):
                raise NoBackup(f"Its piece {self.name} cannot be read.")
            yield row

    def _read(self, text: bytes) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise NoBackup(f"Its piece {self.name} cannot be read.") from error

    @property
    def table(self) -> str:
        """The table whose rows it holds; empty for other pieces."""
        return self.name.split("/")[1] if self.name.startswith(TABLES) else ""


def pieces(file: BinaryIO, name: str) -> Iterator[Piece]:
    """The pieces in order, up to the end of the file.

    Raises:
        NoBackup: this is none, or it is cut off or damaged.
    """
    with in_words(name):
        unpacked = _Unpacked(file, name)
        for tar, info in _members(unpacked, name):
            is_plain = info.isreg() and not info.issparse() and is_sound(info.name)
            source = tar.extractfile(info) if is_plain else None
            if source is None:
                raise NoBackup(f"{name} is no backup of an academy: it holds {info.name!r}.")
            yield Piece(info.name, info.size, source)


class _Unpacked:
    """What is packed in a file, which is one whole with nothing after it."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name, self._zip = file, name, zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    def read(self, size: int) -> bytes:
        """Up to so many bytes; none at the end.

        Raises:
            EOFError: the file ends before that.
            NoBackup: it goes on after it.
        """
        while not self._zip.eof:
            packed = self._zip.unconsumed_tail or self._file.read(BLOCK)
            if not packed:
                raise EOFError("It ends before its end.")
            if data := self._zip.decompress(packed, size):
                return data
        if self._zip.unused_data or self._file.read(1):
            raise _more_than_one(self._name)
        return b""


def _more_than_one(name: str) -> NoBackup:
    return NoBackup(
        f"{name} is more than one backup, or something was added to it: it goes on after its end. Which part of it is "
        "wanted, nobody can know."
    )


def _members(unpacked: _Unpacked, name: str) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """What is in a tar; its reader takes a number that is none for an error of its own.

    Raises:
        NoBackup: there is such a number, or something stands after its end.
    """
    try:
        with tarfile.open(fileobj=cast(IO[bytes], unpacked), mode="r|", bufsize=BLOCK) as tar:
            for info in tar:
                yield tar, info
            while rest := cast(IO[bytes], tar.fileobj).read(BLOCK):
                if rest.strip(b"\0"):
                    raise _more_than_one(name)
    except ValueError as error:
        raise NoBackup(f"{name} is no backup of an academy: it holds numbers that are none.") from error


@contextmanager
def in_words(name: str) -> Iterator[None]:
    """Say of a file that cannot be read to its end that it is none of ours, or not what it was.

    Raises:
        NoBackup: it is so.
    """
    try:
        yield
    except BROKEN as error:
        raise NoBackup(f"{name} is no backup of an academy, or it is cut off or damaged.") from error


def is_sound(path: str) -> bool:
    """Whether a piece is one of ours and can only lie inside of its folder: `media//etc/x` would lie anywhere."""
    folder, _slash, rest = path.partition("/")
    is_plain = not {"", ".", ".."} & set(path.split("/")) and not {"\\", "\0"} & set(path)
    return is_plain and (path in {HEADER, MANIFEST} or (bool(rest) and f"{folder}/" in {TABLES, MEDIA}))


def check(file: BinaryIO, name: str) -> tuple[Header, Manifest]:
    """Read a whole backup and compare every piece with its manifest; returns its header and its manifest.

    Raises:
        NoBackup: this is none, or it is cut off, damaged or of a newer program.
    """
    header: Header = {}
    manifest: Manifest = {}
    seen: dict[str, list[Any]] = {}
    for piece in pieces(file, name):
        if manifest or (not header and piece.name != HEADER):
            raise NoBackup(f"{name} is no backup of an academy: its pieces are not in order.")
        if piece.name == MANIFEST:
            # A list or a number is none, and an empty one would be taken for a missing one.
            manifest = piece.text() or {"": ""}
        else:
            data = piece.file.read() if piece.name == HEADER and piece.size <= LONGEST_TEXT else b""
            seen[piece.name] = _measured(piece, data)
            header = header or _header(data, name)
    if not manifest:
        raise NoBackup(f"{name} is cut off: its last piece is missing.")
    _insist_on_shape(header, manifest, name)
    if manifest["members"] != seen:
        different = sorted(
            key
            for key in seen.keys() | manifest["members"].keys()
            if seen.get(key) != manifest["members"].get(key)
        )
        raise NoBackup(f"{name} is damaged: {different[0]} is not what was written.")
    return header, manifest


def _insist_on_shape(header: Header, manifest: Manifest, name: str) -> None:
    """Refuse what no program of ours wrote, before anything rests on it.

    Raises:
        NoBackup
    """
    for piece, value, parts in ((HEADER, header, HEADER_PARTS), (MANIFEST, manifest, MANIFEST_PARTS)):
        if odd := odd_part(value, parts):
            raise NoBackup(f"{name} is no backup of an academy: what {piece} says of {odd!r} makes no sense.")
    tables = {member.split("/")[1] for member in manifest["members"] if member.startswith(TABLES)}
    if manifest["tables"].keys() != header["tables"].keys() or not tables <= header["tables"].keys():
        raise NoBackup(f"{name} is no backup of an academy: its pieces speak of different tables.")


def _measured(piece: Piece, data: bytes) -> list[Any]:
    sha, size = hashlib.sha256(data), len(data)
    while block := piece.file.read(BLOCK):
        sha.update(block)
        size += len(block)
    return [size, sha.hexdigest()]


def _header(data: bytes, name: str) -> Header:
    try:
        header = json.loads(data)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise NoBackup(f"{name} is no backup of an academy.")
    if header.get("version") != VERSION:
        raise NoBackup(
            f"{name} has the form {header.get('version')}, and this program reads the form {VERSION}. "
            "Use the program that made it, or a newer one."
        )
    return header
