"""What no form offers and no browser sends: hostile values, bodies and headers, drawn from a seed.

A request is built from what the pages really offer: their forms are read as a browser reads them, and then something
in them is spoilt. So every form of every page is tried, also those that do not exist yet.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from random import Random
from urllib.parse import quote_plus

from django.test.client import BOUNDARY, MULTIPART_CONTENT

URLENCODED = "application/x-www-form-urlencoded"
Fields = list[tuple[str, str]]

VALUES = (
    "", " ", "\n", "\x00", "a\x00b", "\x07", "\x7f", "\x85", "\u202egnp.exe", "\ud800", "a\udfffb", "\ufeff", "\uffff",
    "x" * 10_000, "ß" * 5_000, "😀" * 600, "é\u0301" * 400, "İ", "\u00a0", "\u2028",
    "-1", "0", "1", "007", "9" * 40, "1" * 5_000, str(2**31), str(2**63), "1e400", "NaN", "Infinity", "٣", "²", "1_0",
    "not-a-uuid", "00000000-0000-0000-0000-000000000000", "urn:uuid:00000000-0000-0000-0000-000000000000", "f" * 32,
    "{}", "[]", "null", "true", '{"a": [1]}', "<script>alert(1)</script>", "'; DROP TABLE academy_user; --", "%s%(x)s",
    "{{ 7 }}{% load %}", "../../../etc/passwd", "http://evil.example/", "//evil.example", "javascript:alert(1)",
    "http://[", "\\\\evil.example\\x", "2022-02-30", "0001-01-01", "9999-12-31", "2022-W05-4", "20220203",
    "Europe/Atlantis", "../Vienna", "/etc/localtime", "Europe/", ".", "UTC\x00", "mine", "workshops", "A", "open",
    "a\r\nSet-Cookie: x=y", "esi@example.org", "a" * 300 + "@example.org", "=1+1", "on", "B" * 64,
)  # fmt: skip
QUERIES = (
    "day", "show", "tz", "times", "next", "page", "state", "q", "sort", "after", "finding", "old", "new", "workshop",
    "kind", "became", "moved", "zone", "format", "strand", "language", "part", "number", "label", "x" * 3_000, "\x00",
)  # fmt: skip
HEADERS: dict[str, tuple[str, ...]] = {
    "accept": (
        "", "application/json", "*", ";;;", "a/b/c", "text/html;q=nan", "text/html;q=-1,*/*;q=9", "text/*", "\xff/x",
        ",".join(["x/y"] * 2_000), "text/html;charset=\x00", "image/webp",
    ),
    "accept-language": ("", "*", "xx-XX;q=nan", "-" * 500, "en;q=1e400", "\xff", "de,,,;"),
    "accept-encoding": ("gzip;q=nan, ,", "identity;q=0", "\xff"),
    "referer": (
        "http://[", "http://testserver/%00", "http://testserver:99999999/", "//", "\xff", "http://[::1]:x/", "\x00",
        "http://testserver/\r\nX: y", "http://testserver/?next=//evil.example", "http://testserver//evil.example",
    ),
    "if-none-match": ("*", '"', "W/", '"' * 99, "\x00"),
    "if-modified-since": ("yesterday", "Mon, 99 Foo 99999 99:99:99 GMT", "0"),
    "range": ("bytes=9-1",),
    "origin": ("null", "\xff", "http://["),
    "hx-request": ("\xff",),
    "x-requested-with": ("XMLHttpRequest",),
    "x-forwarded-for": (
        "not an address", "1.2.3.4, \x00", "1.2.3.4", "1.2.3.4, 5.6.7.8", "1.2.3.4,", "", ",", "[2001:db8::1]:80", "[",
        "1.2.3.4:99999", "fe80::1%eth0", "unix:",
    ),
    "x-forwarded-host": ("\x00",),
    "x-forwarded-proto": ("gopher",),
    "host": ("evil.example", "[", "testserver:99999", "\xff", ""),
}  # fmt: skip
COOKIES = (
    "", ";", "=", "zone", "zone=", 'zone="\\000"', "zone=../../etc", "zone=Europe/Vienna\\", "zone=" + "x" * 5_000,
    "messages=x:y:z", 'messages="[[\\"__json_message\\"]]"', "csrftoken=\xff", "django_language=../..", "\x00=\x00",
    "zone=\xff\xfe", "a=b;" * 500,
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A form as the page offers it: where it is sent, how, and what stands in it."""

    action: str
    method: str
    fields: Fields


@dataclass(frozen=True)
class Attempt:
    """A request that no page of ours makes."""

    method: str
    address: str
    body: bytes = b""
    kind: str = URLENCODED
    headers: dict[str, str] = field(default_factory=dict)
    cookie: str | None = None


class FormReader(HTMLParser):
    """Reads the forms of a page as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.select, self.area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        name, value = said.get("name", ""), said.get("value", "")
        if tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").upper(), []))
        elif not self.forms:
            return
        if "formaction" in said:
            self.forms.insert(0, Form(said["formaction"], "POST", self.forms[-1].fields))
        if tag in ("input", "button") and name:
            self.forms[-1].fields.append((name, value))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and value:
            self.forms[-1].fields.append((self.select, value))
            self.select = "" if "selected" in said else self.select
        elif tag == "textarea":
            self.area = name
            self.forms[-1].fields.append((name, "Some words."))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


def forms_of(page: str, address: str) -> list[Form]:
    """The forms of a page that can be tried again and again: not the one that logs out."""
    reader = FormReader()
    reader.feed(page)
    reader.close()
    found = [
        Form(
            form.action.partition("?")[0].partition("#")[0] or address, form.method, one_of_each(form.fields)
        )
        for form in reader.forms
    ]
    return [form for form in found if "logout" not in form.action]


def one_of_each(fields: Fields) -> Fields:
    """A field once, with the first value that the page offers for it."""
    first: dict[str, str] = {}
    for name, value in fields:
        if name != "csrfmiddlewaretoken":
            first.setdefault(name, value)
    return list(first.items())


# --- Spoiling ---------------------------------------------------------------------------------------------------------


def spoilt_query(draw: Random) -> str:
    """A query with hostile values."""
    names = draw.choices(QUERIES, k=draw.randint(1, 3))
    return "?" + encoded([(name, draw.choice(VALUES)) for name in names]).decode()


def spoilt_fields(draw: Random, fields: Fields) -> Fields:
    """The fields of a form, with one to three of them changed, doubled, left out or renamed."""
    found = list(fields) or [(draw.choice(QUERIES), "1")]
    for _time in range(draw.randint(1, 3)):
        place = draw.randrange(len(found))
        name, value = found[place]
        match draw.randrange(8):
            case 0:
                found.insert(0, (name, draw.choice(VALUES)))
            case 1:
                found[place] = (draw.choice(VALUES), value)
            case 2 if len(found) > 1:
                found.pop(place)
            case _:
                found[place] = (name, draw.choice(VALUES))
    return found


def encoded(fields: Fields) -> bytes:
    """Fields as a form sends them, lone surrogates as the bytes that some programs send for them."""
    return "&".join(
        f"{quote_plus(name, errors='surrogatepass')}={quote_plus(value, errors='surrogatepass')}"
        for name, value in fields
    ).encode()


def body_of(draw: Random, fields: Fields) -> tuple[bytes, str]:
    """(body, its kind): mostly as a form is sent; sometimes JSON, files, or something broken."""
    plain = encoded(fields)
    parts = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name[:50]}"; filename="{draw.choice(VALUES)[:90]}"\r\n'
        f"Content-Type: image/png\r\n\r\n{value}\r\n".encode(errors="surrogatepass")
        for name, value in fields
    )
    closed = parts + f"--{BOUNDARY}--\r\n".encode()
    kinds = (
        (closed, MULTIPART_CONTENT),
        (parts[: len(parts) // 2], MULTIPART_CONTENT),
        (closed, "multipart/form-data"),
        (closed, "multipart/form-data; boundary=\xff"),
        (json.dumps(dict(fields)).encode(), "application/json"),
        (b"[" * 5_000, "application/json"),
        (plain, "text/plain"),
        (plain, "application/x-www-form-urlencoded; charset=nonsense"),
        (plain, "application/x-www-form-urlencoded; charset=utf-16"),
        (b"\xff\xfe" + plain, URLENCODED),
        (b"%" * 99 + b"&=&;=%u1234", URLENCODED),
        (b"a=1&" * 2_500, URLENCODED),
        (b"", ""),
    )
    return draw.choice(kinds) if draw.random() < 0.3 else (plain, URLENCODED)


def spoilt_path(draw: Random, address: str) -> str:
    """The address with one of its segments replaced."""
    segments = address.strip("/").split("/")
    segments[draw.randrange(len(segments))] = quote_plus(draw.choice(VALUES), errors="surrogatepass")
    return f"/{'/'.join(segments)}/"


def attempt_at(draw: Random, address: str, method: str, forms: list[Form]) -> Attempt:
    """A hostile request at an address: with one of the forms that are sent there, or with fields that nobody knows."""
    headers = {}
    if draw.random() < 0.35:
        name = draw.choice(list(HEADERS))
        headers[name] = draw.choice(HEADERS[name])
    cookie = draw.choice(COOKIES) if draw.random() < 0.15 else None
    fields = spoilt_fields(draw, draw.choice(forms).fields if forms else [])
    if draw.random() < 0.1:
        address = spoilt_path(draw, address)
    if draw.random() < 0.05:
        method = draw.choice(("PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"))
    if method != "POST":
        query = f"?{encoded(fields).decode()}" if forms and draw.random() < 0.5 else spoilt_query(draw)
        return Attempt(method, address + query, headers=headers, cookie=cookie)
    query = spoilt_query(draw) if draw.random() < 0.15 else ""
    body, kind = body_of(draw, fields)
    return Attempt(method, address + query, body, kind, headers, cookie)
