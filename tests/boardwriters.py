"""People who write on a board as the live page does: with keys of their own, until it is acknowledged."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import uuid4

TOKEN = "a" * 32
AGAIN_SECONDS = 0.3


@dataclass
class Writer(threading.Thread):
    """Notes a finding every so often until it is told to stop; knows which were acknowledged, and when."""

    address: str
    setting: dict[str, Any]
    cookie: str
    every: float
    name_: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    tried: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.over.is_set():
            self.tried += 1
            self.note(str(uuid4()), f"{self.name_} {self.tried}")
            self.over.wait(self.every)

    def note(self, key: str, text: str) -> None:
        """Send it until it is acknowledged, or until the end."""
        while not self.over.is_set():
            if self.send(key, text):
                self.acknowledged[key] = text
                return
            time.sleep(AGAIN_SECONDS)

    def send(self, key: str, text: str) -> bool:
        """Whether the server acknowledged it. A refusal is an error: nothing here is refused."""
        fields = {
            "key": key,
            "text": text,
            "place": self.setting["place"],
            "kind": "solution",
            "language": "en",
            "csrfmiddlewaretoken": TOKEN,
        }
        headers = {"Accept": "application/json", "Cookie": f"{self.cookie}; csrftoken={TOKEN}"}
        request = Request(
            f"{self.address}{self.setting['board']}findings/", urlencode(fields).encode(), headers
        )
        try:
            with urlopen(request, timeout=10) as answer:
                return bool(answer.status == 201 and json.load(answer)["finding"]["id"] == key)
        except HTTPError as problem:
            if problem.code < 500:
                raise
            return False
        except (URLError, OSError, ValueError):
            return False
