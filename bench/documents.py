"""Prepares two revisions of a large document, and a participant who reads them.

Run as a process of its own on the served database; prints a JSON object: the numbers of the revisions, the session
cookie, and the milliseconds that comparing them takes by itself.
"""

import json
import statistics
import sys
import time
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402  # Django must be set up first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from academy import clock  # noqa: E402
from academy.canonical import digest  # noqa: E402
from academy.models import User  # noqa: E402
from outcome.diffing import compare  # noqa: E402
from outcome.models import Document, Revision  # noqa: E402
from workshops.models import Finding  # noqa: E402

CLAUSES, SOURCES = 300, 1_000
SENTENCE = (
    "to anchor what they promise in a decision of the council and in each year's budget, so that a change of "
    "government or of staff does not end it, and to report every year what became of it to those concerned;"
)
WORDS = SENTENCE.split()


def text_of(number: int) -> str:
    """A clause like those of the demo, other words for each."""
    start = number % len(WORDS)
    return " ".join([*WORDS[start:], f"in place {number}", *WORDS[:start]])


def large_content(base: dict[str, Any], findings: list[str]) -> dict[str, Any]:
    """A content with so many clauses in the sections of the document, and sources divided among them."""
    sections = [{**section, "clauses": []} for section in base["sections"]]
    for number in range(CLAUSES):
        cited = range(number * SOURCES // CLAUSES, (number + 1) * SOURCES // CLAUSES)
        sections[1 + number % (len(sections) - 1)]["clauses"].append(
            {
                "id": str(UUID(int=number + 1)),
                "kind": "encouragement",
                "number": number + 1,
                "heading": f"Clause {number + 1}",
                "text": text_of(number),
                "remark": {"id": str(UUID(int=10_000 + number)), "text": text_of(number + 7)},
                "sources": [
                    {
                        "finding": findings[source % len(findings)],
                        "relation": "supports",
                        "text": text_of(source)[:120],
                        "language": "en",
                        "workshop": 1 + source % 9,
                        "group": "Group 1",
                        "part": "A",
                    }
                    for source in cited
                ],
            }
        )
    return {**base, "sections": sections}


def changed(content: dict[str, Any]) -> dict[str, Any]:
    """The content a day later: a third reworded, a tenth gone, thirty new, one moved in each section."""
    sections = []
    for place, section in enumerate(content["sections"]):
        clauses = [
            {**c, "text": c["text"].replace("council", "assembly").replace("every year", "each spring")}
            if n % 3 == 0
            else c
            for n, c in enumerate(section["clauses"])
            if n % 10 != 1
        ]
        new = [
            {**c, "id": str(UUID(int=20_000 + 100 * place + n)), "text": text_of(n + 5)}
            for n, c in enumerate(clauses[:10])
        ]
        moved = [*clauses[1:], clauses[0], *new] if clauses else []
        sections.append({**section, "clauses": moved})
    return {**content, "sections": sections}


def publish(document: Document, content: dict[str, Any], label: str) -> Revision:
    last = document.revisions.latest("number")
    return Revision.objects.create(
        document=document,
        parent=last,
        number=last.number + 1,
        label=label,
        audience="public",
        content=content,
        digest=digest(content),
        published_at=clock.now(),
    )


def cookie_of(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def main() -> None:
    document = Document.objects.get(edition__slug="2022")
    findings = [str(key) for key in Finding.objects.order_by("pk").values_list("pk", flat=True)]
    before = large_content(document.revisions.latest("number").content, findings)
    after = changed(before)
    numbers = [publish(document, content, "measured").number for content in (before, after)]
    times = []
    for _turn in range(20):
        begun = time.perf_counter()
        compare(before, after)
        times.append(1000 * (time.perf_counter() - begun))
    cookie = cookie_of(User.objects.get(email="dawit@example.org"))
    json.dump({"revisions": numbers, "cookie": cookie, "compare_ms": statistics.median(times)}, sys.stdout)


if __name__ == "__main__":
    main()
