"""An editor that is no browser: it says over the real socket of the writing page what no page of ours would say."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from pycrdt import Doc, Map
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from outcome.live.log import BLOCKS, NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.journeys.conftest import Served

# Numbers that no browser of the tests has drawn, each used once.
NUMBERS = count(7_000_000)


class HostileEditor:
    """The socket of somebody who may write, with a Yjs document for each thing that is tried."""

    def __init__(self, academy: Served, document: UUID, cookie: str) -> None:
        address = f"{academy.address.replace('http', 'ws', 1)}/ws/documents/{document}/"
        headers = {"Cookie": cookie}
        self.connection = connect(
            address, additional_headers=headers, origin=Origin(academy.address), max_size=None
        )
        self.known: Doc[Any] = Doc()
        self.seq = 0

    def __enter__(self) -> Self:
        self.line = self.connection.__enter__()
        self._say({"type": "hello", "vector": b64encode(self.known.get_state()).decode()})
        self._until("state")
        return self

    def __exit__(self, *_error: object) -> None:
        self.line.close()

    def write(self, change: Callable[[Map[Any]], object]) -> str:
        """Change the blocks in one step, as an editor that nobody has seen yet; "saved", or why it was refused.

        Whoever sends what no editor of ours writes is hung up on after the answer.
        """
        doc: Doc[Any] = Doc(client_id=next(NUMBERS))
        doc.apply_update(self.known.get_update())
        made: list[bytes] = []
        watching = doc.observe(lambda event: made.append(event.update))
        with doc.transaction():
            change(doc.get(BLOCKS, type=Map))
        doc.unobserve(watching)
        (update,) = (one for one in made if one != NOTHING)
        facts = {"client": doc.client_id, "base": self.seq, "key": doc.client_id}
        self._say({"type": "update", **facts, "update": b64encode(update).decode()})
        answer = self._until("saved", "refused")
        if answer["type"] == "saved":
            self.known.apply_update(update)
        return str(answer.get("code", "saved"))

    def point(self, cursor: object) -> None:
        """Say where one's cursor is."""
        self._say({"type": "cursor", "cursor": cursor})

    def is_hung_up(self) -> bool:
        """Whether the server ends the line now."""
        try:
            while True:
                self.line.recv(timeout=5)
        except ConnectionClosed:
            return True
        except TimeoutError:
            return False

    def _say(self, frame: dict[str, Any]) -> None:
        self.line.send(json.dumps(frame))

    def _until(self, *kinds: str) -> dict[str, Any]:
        while True:
            frame: dict[str, Any] = json.loads(self.line.recv(timeout=10))
            for update in [frame["update"]] if frame["type"] == "state" else frame.get("updates", ()):
                self.known.apply_update(b64decode(update))
            self.seq = frame.get("seq", self.seq)
            if frame["type"] in kinds:
                return frame
