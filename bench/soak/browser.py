"""A browser without a screen: cookies, one connection that is kept alive, and a form's token and origin.

As browsers do, it sends once more what was sent over a kept connection that had just been closed, if no byte of an
answer had come.
"""

import asyncio
import gzip
import json
import re
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench.soak.notes import BROKEN, LATE, Deed, Notes

PATIENCE = 30.0
HEAD_BYTES = 262_144


@dataclass(frozen=True)
class Site:
    """Where the academy is: the name it answers for, and whether TLS is spoken."""

    authority: str
    tls: ssl.SSLContext | None

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority}"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Unanswered(Exception):
    """The request was broken off, or nobody answered in time."""


class StaleConnection(Exception):
    """A kept connection was closed before a byte of the answer came."""


@dataclass
class Browser:
    """One person's."""

    site: Site
    port: int
    notes: Notes
    cookies: dict[str, str] = field(default_factory=dict)
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, action: str, path: str, *, accept: str = "text/html") -> Answer:
        return await self._noted(action, "GET", path, b"", accept)

    async def post(
        self, action: str, path: str, fields: dict[str, str], *, accept: str = "text/html"
    ) -> Answer:
        """Send a form with its token."""
        said = {**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        return await self._noted(action, "POST", path, urlencode(said).encode(), accept)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def hang_up(self) -> None:
        if self.writer:
            with suppress(OSError, RuntimeError):
                self.writer.transport.abort()
        self.reader = self.writer = None

    async def _noted(self, action: str, method: str, path: str, body: bytes, accept: str) -> Answer:
        """Ask, and note how it went.

        Raises:
            Unanswered
        """
        async with self.turn:
            at, begun, said = self.notes.now(), time.monotonic(), BROKEN
            try:
                async with asyncio.timeout(PATIENCE):
                    answer = await self._ask(method, path, body, accept)
                said = str(answer.status)
                return answer
            except TimeoutError as late:
                self.hang_up()
                said = LATE
                raise Unanswered(said) from late
            except (OSError, EOFError, ValueError, StaleConnection) as problem:
                self.hang_up()
                raise Unanswered(said) from problem
            finally:
                self.notes.deeds.append(Deed(action, at, time.monotonic() - begun, said))

    async def _ask(self, method: str, path: str, body: bytes, accept: str) -> Answer:
        if self.writer is not None:
            try:
                return await self._exchange(method, path, body, accept, kept=True)
            except StaleConnection:
                self.hang_up()
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1",
            self.port,
            ssl=self.site.tls,
            server_hostname="localhost" if self.site.tls else None,
            limit=HEAD_BYTES,
        )
        return await self._exchange(method, path, body, accept, kept=False)

    async def _exchange(self, method: str, path: str, body: bytes, accept: str, *, kept: bool) -> Answer:
        reader, writer = self.reader, self.writer
        if reader is None or writer is None:
            raise ConnectionError
        try:
            writer.write(self._request(method, path, body, accept))
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as cut:
            if kept and not cut.partial:
                raise StaleConnection from cut
            raise
        except OSError as broken:
            if kept:
                raise StaleConnection from broken
            raise
        status, headers = _parsed(head)
        content = b"" if method == "HEAD" or status in {204, 304} else await _body(reader, headers)
        self._keep_cookies(headers)
        answer = Answer(status, headers, content)
        if answer.header("content-encoding") == "gzip":
            answer = Answer(status, headers, gzip.decompress(content))
        if answer.header("connection").lower() == "close":
            self.hang_up()
        return answer

    def _request(self, method: str, path: str, body: bytes, accept: str) -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.site.authority}",
            f"Accept: {accept}",
            "Accept-Encoding: gzip",
            f"Referer: {self.site.origin}/",
        ]
        if self.cookies:
            lines.append(f"Cookie: {self.cookie}")
        if method == "POST":
            lines += [
                f"Origin: {self.site.origin}",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def _keep_cookies(self, headers: list[tuple[str, str]]) -> None:
        for name, value in headers:
            if name == "set-cookie" and (found := re.match(r"([^=;]+)=([^;]*)", value)):
                if found[2].strip('"'):
                    self.cookies[found[1]] = found[2]
                else:
                    self.cookies.pop(found[1], None)


def _parsed(head: bytes) -> tuple[int, list[tuple[str, str]]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [
        (name.lower(), value.strip()) for name, _colon, value in (line.partition(":") for line in lines)
    ]
    return int(first.split(" ", 2)[1]), headers


async def _body(reader: asyncio.StreamReader, headers: list[tuple[str, str]]) -> bytes:
    found = dict(headers)
    if "chunked" in found.get("transfer-encoding", ""):
        parts: list[bytes] = []
        while size := int((await reader.readline()).split(b";")[0] or b"", 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return b"".join(parts)
    if "content-length" in found:
        return await reader.readexactly(int(found["content-length"]))
    return await reader.read()
