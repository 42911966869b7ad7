"""A crawler that looks for canaries: in every address of the access table and every page that they lead to."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from html import unescape
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from django.urls import NoReverseMatch, reverse
from pypdf import PdfReader

from tests.doors import ORGANISER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.test import Client

    from tests.doors import Row

LINK = re.compile(r'(?:(?:href|src|action)="|data-[a-z-]+="(?=/))([^"#]+)')
# Where a link logs somebody out, changes how pages look, or leaves the academy.
LEFT_OUT = ("/accounts/logout", "/static/", "/admin/", "/zone/")


def texts_of(content: bytes, kind: str) -> Iterator[str]:
    """What an answer says: as it is, decoded, and out of what is packed in it (PDF with its metadata, office files)."""
    plain = content.decode("utf-8", "replace")
    yield plain
    yield unescape(unquote(plain))
    if content.startswith(b"%PDF-"):
        yield from _pdf(content)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from texts_of(archive.read(name), kind)


def _pdf(content: bytes) -> Iterator[str]:
    reader = PdfReader(io.BytesIO(content))
    yield " ".join(map(str, (reader.metadata or {}).values()))
    if reader.xmp_metadata:
        yield reader.xmp_metadata.stream.get_data().decode("utf-8", "replace")
    for page in reader.pages:
        yield " ".join(page.extract_text().split())
    for number in range(1, len(reader.xref[0]) if reader.xref else 0):
        thing: Any = reader.get_object(number)
        if hasattr(thing, "get_data"):
            yield thing.get_data().decode("latin-1")


@dataclass
class Crawl:
    """What a crawl saw: the addresses it was answered at, and the canaries that it found, by address and canary."""

    canaries: Iterable[str]
    seen: dict[str, int] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    hits: set[tuple[str, str]] = field(default_factory=set)

    def listen(self, place: str, text: str) -> None:
        """Look for the canaries in a text."""
        lower = text.lower()
        self.hits.update((place, canary) for canary in self.canaries if canary.lower() in lower)

    def ask(self, browser: Client, address: str) -> list[str]:
        """Read an address; returns where it leads to."""
        if address in self.seen:
            return []
        answer = browser.get(address)
        self.seen[address] = answer.status_code
        kind = answer.get("Content-Type", "").partition(";")[0]
        content = b"".join(answer) if answer.streaming else answer.content
        if answer.status_code == 200:
            self.kinds.add(kind)
        for name, value in answer.items():
            self.listen(f"{address} ({name})", unquote(value))
        for text in texts_of(content, kind):
            self.listen(address, text)
        found = [answer["Location"]] if answer.has_header("Location") else []
        if kind == "text/html":
            found += LINK.findall(content.decode())
        return [wanted for link in found if (wanted := _inside(address, unescape(link)))]

    def follow(self, browser: Client, addresses: Iterable[str], most: int = 3_000) -> None:
        """Read these addresses, and everything that they lead to."""
        waiting = list(dict.fromkeys(addresses))
        while waiting and len(self.seen) < most:
            waiting += self.ask(browser, waiting.pop())
        assert not waiting, "the academy has more pages than the crawler was told"


def _inside(here: str, link: str) -> str | None:
    """Where a link leads to, if that is a page of the academy; questions to the same page are asked a few of."""
    parts = urlsplit(urljoin(f"http://testserver{here}", link))
    if parts.netloc != "testserver" or parts.path.startswith(LEFT_OUT):
        return None
    asks_again = parts.query and parts.path == urlsplit(here).path and urlsplit(here).query
    return None if asks_again else parts.path + (f"?{parts.query}" if parts.query else "")


def addresses_of(table: Mapping[str, list[Row]], known: Mapping[str, list[object]]) -> list[str]:
    """Every address of the table that is read, with everything that can stand in it.

    Rows that only organisers are answered at may be left out, if what stands in their addresses is not known.
    """
    found = []
    for name, rows in table.items():
        for row in rows:
            if row.method != "get":
                continue
            missing = [argument for argument in row.arguments if argument not in known]
            if missing and row.who <= ORGANISER:
                continue
            assert not missing, f"{name}: say in known() what stands for {missing}"
            for arguments in product(*(known[argument] for argument in row.arguments)):
                try:
                    found.append(reverse(name, args=arguments) + row.query)
                except NoReverseMatch:
                    continue
    return list(dict.fromkeys(found))
