"""The record of the adoption: one page that prints well, and the same as data. For everyone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import combining, normalize

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from academy.kept_pages import kept_for_visitors
from academy.mail.posting import address_of
from academy.models import Edition, Participant
from academy.requests import EditionRequest
from outcome.adoption import electorate_words
from outcome.adoption_forms import clause_name
from outcome.checking import plain_text
from outcome.deciding import Rules, quorum_words
from outcome.methods import ABSTENTIONS, METHODS
from outcome.models import Elector, Indication, Record, Statement
from outcome.revisions import clauses_of
from outcome.views.adopting import caught_up
from outcome.views.fetching import canonical_json, document_of, last_procedure, latest_record
from programme.views.scope import zones_of


@dataclass(frozen=True)
class Camp:
    """Those who took one position: their names as they may be shown today, and how many are not listed.

    `is_nameless`: they broke a silence as "a delegate", whether they are listed or not.
    """

    words: Any
    count: int
    people: list[Participant]
    is_nameless: bool = False

    @property
    def unlisted(self) -> int:
        return self.count - len(self.people)


def _letters(name: str) -> str:
    """A name as it is sorted: without case, and É beside E."""
    return "".join(c for c in normalize("NFKD", name) if not combining(c)).casefold()


def camps_of(content: dict[str, Any]) -> list[Camp]:
    """The positions by choice, in the order of the method, people by name, in two queries."""
    keys = [key for people in content["positions"].values() for key in people if key]
    is_nameless = _was_broken_namelessly(content)
    if is_nameless:
        keys = []
    electors = dict(Elector.objects.filter(pk__in=keys).values_list("participant", "pk"))
    rows = [person for person in Participant.objects.filter(pk__in=electors).as_shown() if person.shown_name]
    rows.sort(key=lambda person: _letters(person.shown_name))
    shown = {str(electors[person.pk]): person for person in rows}
    camps = []
    for choice, words in METHODS[content["method"]].recorded.items():
        members = set(content["positions"].get(choice, ()))
        people = [person for key, person in shown.items() if key in members]
        camps.append(Camp(words, content["counts"][choice], people, is_nameless))
    return camps


def _was_broken_namelessly(content: dict[str, Any]) -> bool:
    """Whether somebody broke the silence as "a delegate"; older records have who it was beside the position."""
    said = content.get("statements", ())
    return any(row["kind"] == Statement.Kind.REASON and not row["elector"] for row in said)


@dataclass(frozen=True)
class Said:
    """A statement in the record: what it is, to which clause, by whom as they may be shown today."""

    kind: Any
    clause: str
    clause_id: str
    text: str
    person: Participant | None


def statements_of(content: dict[str, Any]) -> list[Said]:
    """The statements of a record, in its order, in two queries; who is not shown is "a delegate"."""
    rows = content.get("statements", ())
    keys = [row["elector"] for row in rows if row["elector"]]
    electors = dict(Elector.objects.filter(pk__in=keys).values_list("pk", "participant"))
    people = {one.pk: one for one in Participant.objects.filter(pk__in=electors.values()).as_shown()}
    shown = {str(key): people.get(person) for key, person in electors.items()}
    names = {clause["id"]: clause_name(clause) for _section, clause in clauses_of(content["text"])}
    found = []
    for row in rows:
        person = shown.get(row["elector"] or "")
        found.append(
            Said(
                Statement.Kind(row["kind"]).label,
                names.get(row["clause"] or "", ""),
                row["clause"] or "",
                row["text"],
                person if person and person.shown_name else None,
            )
        )
    return found


def indications_of(content: dict[str, Any]) -> list[tuple[str, list[tuple[Any, int]]]]:
    """What was indicated clause by clause, in the order of the text."""
    found = content.get("indications") or {}
    return [
        (clause_name(clause), [(label, found[clause["id"]][key]) for key, label in Indication.Choice.choices])
        for _section, clause in clauses_of(content["text"])
        if clause["id"] in found
    ]


def rules_in(content: dict[str, Any]) -> Rules:
    """The rules that stand in a record; older ones say less."""
    quorum = content["quorum"]
    number = quorum["needed"] if quorum["kind"] == "number" else None
    return Rules(
        content["method"],
        quorum["kind"],
        quorum.get("of", "electorate"),
        number,
        content.get("abstentions", "aside"),
    )


@require_safe
@kept_for_visitors
def record(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What the adoption came to: text, digest, rules, numbers, positions. 404 before one was closed."""
    found = latest_record(edition)
    if found is None and caught_up(edition):  # whoever asks first after the time for statements has it sealed
        found = latest_record(edition)
    if found is None:
        return _no_record(request, edition)
    content = found.content
    rules, method = rules_in(content), METHODS[content["method"]]
    context = {
        "record": found,
        "content": content,
        "text": content["text"],
        "method": method,
        "abstentions": ABSTENTIONS[rules.abstentions] if method.asks_abstentions else "",
        "silent": content["electorate"] - content["quorum"]["taken"],
        "quorum": quorum_words(rules),
        "missed_quorum": content["method"] != "silence"
        and content["quorum"]["taken"] < content["quorum"]["needed"],
        "electorate_words": electorate_words(content.get("electorate_rule") or {}),
        "encouragements": sum(
            clause["number"] is not None for _section, clause in clauses_of(content["text"])
        ),
        "camps": camps_of(content),
        "room": _room(content),
        "ballots": _ballots(content),
        "statements": statements_of(content),
        "indications": indications_of(content),
        "opened": datetime.fromisoformat(content["opened_at"]),
        "closed": datetime.fromisoformat(content["closed_at"]),
        "deadline": datetime.fromisoformat(content["deadline"]) if content.get("deadline") else None,
        "earlier": _earlier(found),
        "qr": qr_code(edition, found),
        "zones": zones_of(request, edition),
    }
    return render(request, "outcome/record.html", context)


def _no_record(request: EditionRequest, edition: Edition) -> HttpResponse:
    procedure = last_procedure(edition)
    context = {
        "document": document_of(edition),
        "procedure": procedure if procedure and procedure.is_closed else None,
        "zones": zones_of(request, edition),
    }
    return render(request, "outcome/no_record.html", context, status=404)


def _room(content: dict[str, Any]) -> list[tuple[Any, int]]:
    """The hands that were counted in a room, among the numbers."""
    words, counted = METHODS[content["method"]].recorded, content.get("room")
    return [(words[choice], number) for choice, number in counted["counts"].items()] if counted else []


def _ballots(content: dict[str, Any]) -> list[tuple[str, Any]]:
    """Every ballot by its receipt, in the order of the receipts, which are random."""
    words = METHODS[content["method"]].recorded
    return [(ballot["receipt"], words[ballot["choice"]]) for ballot in content.get("ballots", ())]


def qr_code(edition: Edition, found: Record) -> str:
    """A picture that leads a phone to the page of checking, with the digest of the record behind the address."""
    address = f"{address_of('outcome:check', edition.slug)}#{found.digest}"
    return str(segno.make(address, error="m").svg_inline(scale=3, border=2, dark="#000", light="#fff"))


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
        return _no_record(request, edition)
    response = canonical_json(found.content, found.digest, is_public=True)
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def record_text(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The text of the record as plain lines, with its digest at the end: a copy to keep."""
    found = latest_record(edition)
    if found is None:
        return _no_record(request, edition)
    words = f"{plain_text(found.content['text'])}\nSHA-256 {found.content['text_digest']}\n"
    response = HttpResponse(words, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
