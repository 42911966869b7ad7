"""The record of the adoption: one page that prints well, and the same as data. For everyone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import combining, normalize

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from academy.kept_pages import kept_for_visitors
from academy.models import Edition, Participant
from academy.requests import EditionRequest
from outcome.methods import METHODS
from outcome.models import Elector, Record
from outcome.quorums import QUORUMS
from outcome.revisions import clauses_of
from outcome.views.fetching import canonical_json, document_of, latest_record
from programme.views.scope import zones_of


@dataclass(frozen=True)
class Camp:
    """Those who took one position: their names as they may be shown today, and how many are not listed."""

    words: Any
    count: int
    people: list[Participant]

    @property
    def unlisted(self) -> int:
        return self.count - len(self.people)


def _letters(name: str) -> str:
    """A name as it is sorted: without case, and É beside E."""
    return "".join(c for c in normalize("NFKD", name) if not combining(c)).casefold()


def camps_of(content: dict[str, Any]) -> list[Camp]:
    """The positions by choice, in the order of the method, people by name, in two queries."""
    keys = [key for people in content["positions"].values() for key in people]
    electors = dict(Elector.objects.filter(pk__in=keys).values_list("participant", "pk"))
    rows = [person for person in Participant.objects.filter(pk__in=electors).as_shown() if person.shown_name]
    rows.sort(key=lambda person: _letters(person.shown_name))
    shown = {str(electors[person.pk]): person for person in rows}
    camps = []
    for choice, words in METHODS[content["method"]].recorded.items():
        members = set(content["positions"].get(choice, ()))
        people = [person for key, person in shown.items() if key in members]
        camps.append(Camp(words, content["counts"][choice], people))
    return camps


@require_safe
@kept_for_visitors
def record(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What the adoption came to: text, digest, rules, numbers, positions. 404 before one was closed."""
    found = latest_record(edition)
    if found is None:
        return render(request, "outcome/no_record.html", {"document": document_of(edition)}, status=404)
    content = found.content
    return render(
        request,
        "outcome/record.html",
        {
            "record": found,
            "content": content,
            "text": content["text"],
            "method": METHODS[content["method"]],
            "silent": content["electorate"] - content["quorum"]["taken"],
            "quorum": QUORUMS[content["quorum"]["kind"]],
            "encouragements": sum(
                clause["number"] is not None for _section, clause in clauses_of(content["text"])
            ),
            "camps": camps_of(content),
            "opened": datetime.fromisoformat(content["opened_at"]),
            "closed": datetime.fromisoformat(content["closed_at"]),
            "earlier": _earlier(found),
            "zones": zones_of(request, edition),
        },
    )


def _earlier(found: Record) -> list[Record]:
    """The records of procedures that were closed before and adopted nothing."""
    return list(
        Record.objects.filter(document=found.document_id)
        .exclude(pk=found.pk)
        .defer("content")
        .select_related("procedure")
        .order_by("made_at")
    )


@require_safe
def record_json(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The record with its digest, for those who want to recompute it."""
    found = latest_record(edition)
    if found is None:
        return render(request, "outcome/no_record.html", {"document": document_of(edition)}, status=404)
    response = canonical_json(found.content, found.digest, is_public=True)
    response["Cache-Control"] = "no-cache"
    return response
