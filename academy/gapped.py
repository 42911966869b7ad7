"""A text with gaps that is compressed once and filled many times.

The parts between the gaps are deflated each for itself and end on a full flush, so that what stands between them may
change (RFC 1951, 3.2.3; `Z_FULL_FLUSH` of zlib). Only the check sum over the whole is taken anew (RFC 1952).
"""

import struct
import zlib
from dataclasses import dataclass

# RFC 1952: the magic number, deflate, no flags, no time, no hint, an unknown system.
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
RAW = -zlib.MAX_WBITS


@dataclass(frozen=True)
class Gapped:
    """The parts of a text around its gaps, as they are and deflated."""

    parts: tuple[bytes, ...]
    deflated: tuple[bytes, ...]

    @classmethod
    def around(cls, text: bytes, gap: bytes) -> "Gapped":
        """The text around every place where `gap` stands; it may stand nowhere."""
        parts = tuple(text.split(gap)) if gap else (text,)
        last = len(parts) - 1
        return cls(parts, tuple(_deflated(part, is_last=number == last) for number, part in enumerate(parts)))

    def __len__(self) -> int:
        return sum(map(len, self.parts)) + sum(map(len, self.deflated))

    def filled(self, word: bytes) -> bytes:
        """The text with this word in every gap."""
        return word.join(self.parts)

    def gzipped(self, word: bytes) -> bytes:
        """The same, compressed."""
        whole = self.filled(word)
        packed = _deflated(word, is_last=False).join(self.deflated)
        return GZIP_HEAD + packed + struct.pack("<LL", zlib.crc32(whole), len(whole) & 0xFFFFFFFF)


def _deflated(part: bytes, *, is_last: bool) -> bytes:
    packer = zlib.compressobj(wbits=RAW)
    return packer.compress(part) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)
