"""What spares the suite work that no test is about; every process of it does this once."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from whitenoise.base import WhiteNoise

if TYPE_CHECKING:
    from collections.abc import Iterator


def leave_alone_what_stays() -> None:
    """Whatever there is after the tests were collected stays to the end: nobody needs to look through it for waste."""
    gc.collect()
    gc.freeze()


def list_static_files_once() -> Iterator[None]:
    """A test's browser has the whole academy in it; the list of its static files is the same in each.

    Until the generator goes on, a list that was made is used again; afterwards every server makes its own.
    """
    original, known = WhiteNoise.update_files_dictionary, {}

    def listed(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in known:
            original(self, root, prefix)
            known[root, prefix] = {url: file for url, file in self.files.items() if url.startswith(prefix)}
        self.files.update(known[root, prefix])

    WhiteNoise.update_files_dictionary = listed
    yield
    WhiteNoise.update_files_dictionary = original
