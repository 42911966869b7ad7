"""Texts that are compressed once: whatever is filled in, they read as if they had been compressed whole."""

import gzip
import subprocess

from hypothesis import given
from hypothesis import strategies as st

from academy.gapped import Gapped

texts = st.binary(max_size=400).map(lambda text: text.replace(b"\x00", b" "))


@given(st.lists(texts, min_size=1, max_size=5), texts)
def test_what_is_unpacked_is_the_text_with_its_gaps_filled(parts, word):
    gapped = Gapped.around(b"\x00".join(parts), b"\x00")
    assert gapped.parts == tuple(parts)
    assert gzip.decompress(gapped.gzipped(word)) == gapped.filled(word) == word.join(parts)


def test_a_text_may_be_filled_again_and_again():
    gapped = Gapped.around(b"one " * 500 + b"\x00" + b"two " * 500 + b"\x00", b"\x00")
    assert {gzip.decompress(gapped.gzipped(word)) for word in (b"A", b"B" * 64)} == {
        gapped.filled(b"A"),
        gapped.filled(b"B" * 64),
    }
    assert len(gapped.gzipped(b"A")) < len(gapped.filled(b"A")) / 5


def test_gzip_itself_reads_it_as_one_member(tmp_path):
    path = tmp_path / "page.gz"
    path.write_bytes(Gapped.around(b"before \x00 after", b"\x00").gzipped(b"now"))
    read = subprocess.run(["gzip", "-dc", path], capture_output=True, check=True)
    assert read.stdout == b"before now after"
