"""The writing page, its updates over plain HTTP, and the commands that change which clauses there are."""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.errors import Invalid
from academy.languages import WORKING_LANGUAGES
from academy.models import Edition, User
from academy.permissions import insist, is_known
from academy.requests import EditionRequest, LoginNeeded
from outcome import drafting, restructuring
from outcome.amending import noticing
from outcome.house_rules import beginnings_of
from outcome.live.log import Log
from outcome.live.showing import show_written
from outcome.live.taking import FIXED, NOT_ALLOWED, Parcel, take
from outcome.models import Clause, Document, LogLine, Section
from outcome.permissions import may_draft, may_follow
from outcome.views.fetching import drafter, get_clause, get_document
from outcome.views.page_words import keyboard, words_of_the_page

LINES_AT_ONCE = 2_000
STATUSES = {FIXED: 409, NOT_ALLOWED: 403, "behind": 409, "moved": 409}


def follower(request: EditionRequest, edition: Edition) -> User:
    """Somebody who may read the document while it is written.

    Raises:
        LoginNeeded, NotAllowed
    """
    user = request.user
    if not is_known(user):
        raise LoginNeeded
    insist(may_follow(user, edition))
    return user


@require_safe
def write(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The writing page. The first organiser who opens it lets the document be written together from then on."""
    by = follower(request, edition)
    document, writes = get_document(edition), may_draft(by, edition)
    if writes and document.is_open and not document.is_live:
        document = restructuring.open_for_writing(document, by=by)
    if not document.is_live:
        return render(request, "outcome/write_not_yet.html", {"document": document})
    return render(
        request,
        "outcome/write.html",
        {
            "document": document,
            "sections": document.sections.select_related("strand").order_by("position"),
            "writes": writes,
            "address": reverse("outcome:write", args=(edition.slug,)),
            "notices": reverse("outcome:notices", args=(edition.slug,)),
            "words": json.dumps(words_of_the_page()),
            "beginnings": json.dumps(beginnings_of(document.beginnings)),
            "languages": json.dumps(WORKING_LANGUAGES),
            "keyboard": keyboard(),
        },
    )


@require_safe
def notices(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What is proposed to the clauses, and what it conflicts with: the writing page asks when that may have changed."""
    follower(request, edition)
    found = noticing.notices(get_document(edition))
    clauses = {
        key: {
            "href": reverse("outcome:clause", args=(edition.slug, key)),
            "words": notice.words,
            "conflicts": notice.conflicts,
        }
        for key, notice in found.items()
    }
    return JsonResponse({"clauses": clauses}, headers={"Cache-Control": "private, no-store"})


@require_http_methods(["GET", "HEAD", "POST"])
def updates(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The log over plain HTTP, for browsers whose sockets are blocked: read it from a line on, add to it."""
    by = follower(request, edition)
    document = get_document(edition)
    if request.method == "POST":
        return _add(request, document, by)
    since = request.GET.get("since", "")
    if not (since.isascii() and since.isdigit() and len(since) < 10):
        raise Invalid
    lines = LogLine.objects.filter(document=document, seq__gt=int(since)).order_by("seq")[:LINES_AT_ONCE]
    rows = [(line.seq, b64encode(bytes(line.update)).decode()) for line in lines]
    return JsonResponse(
        {
            "seq": rows[-1][0] if rows else document.head or 0,
            "updates": [update for _seq, update in rows],
            "more": len(rows) == LINES_AT_ONCE,
            "epoch": str(document.epoch),
            "open": document.is_open,
            "writes": may_draft(by, edition),
        }
    )


def _add(request: EditionRequest, document: Document, by: User) -> HttpResponse:
    """Take in one update, as the socket does; the answer says its line, or why it was refused."""
    if not document.is_live:
        raise restructuring.NotLive
    try:
        parcel = Parcel(
            by,
            int(request.POST["client"]),
            b64decode(request.POST["update"], validate=True),
            int(request.POST["base"]),
        )
    except (KeyError, ValueError, binascii.Error) as error:
        raise Invalid from error
    taken = take(Log.read(document, notes=False), document, [parcel])
    answer = taken.answers[0]
    if answer.refused:
        facts = {"title": str(Invalid.message), "code": answer.refused}
        return JsonResponse(facts, status=STATUSES.get(answer.refused, 422))
    restructuring.tell(document, answer.seq)
    return JsonResponse({"seq": answer.seq})


# --- Commands: small answers for the page's script --------------------------------------------------------------------


def _done(document: Document, clause: Clause) -> HttpResponse:
    head = Document.objects.values_list("head", flat=True).get(pk=document.pk)
    return JsonResponse({"clause": str(clause.pk), "seq": head})


def _text(request: EditionRequest, name: str, limit: int) -> str:
    said = request.POST.get(name, "")
    if len(said) > limit or "\x00" in said:
        raise Invalid
    return said


def _clause_named(edition: Edition, key: str) -> Clause:
    """A clause that the page names in what it sends.

    Raises:
        Invalid: there is no such clause in this document.
    """
    try:
        found = Clause.objects.select_related("document__edition", "section").filter(
            document__edition=edition, parent=None, pk=UUID(key)
        )
    except ValueError as error:
        raise Invalid from error
    clause = found.first()
    if clause is None:
        raise Invalid
    return clause


def _section_of(edition: Edition, key: UUID) -> Section:
    sections = Section.objects.select_related("document__edition", "strand")
    found: Section = get_object_or_404(sections, document__edition=edition, pk=key)
    return found


@require_POST
def begin(request: EditionRequest, edition: Edition, section: UUID) -> HttpResponse:
    """Put an empty clause into a section."""
    by, place = drafter(request, edition), _section_of(edition, section)
    after = request.POST.get("after", "")
    clause = restructuring.begin_clause(place, after=_clause_named(edition, after) if after else None, by=by)
    return _done(place.document, clause)


@require_POST
def command(request: EditionRequest, edition: Edition, pk: UUID, what: str) -> HttpResponse:
    """Do something with a clause: see `COMMANDS`."""
    by, clause = drafter(request, edition), get_clause(edition, pk)
    show_written(clause.document)
    return _done(clause.document, COMMANDS[what](request, clause, by))


def _split(request: EditionRequest, clause: Clause, by: User) -> Clause:
    at = request.POST.get("at", "")
    if not (at.isascii() and at.isdigit() and len(at) < 8):
        raise Invalid
    seen = _text(request, "seen", 100_000).replace("\r\n", "\n")
    return restructuring.split_clause(clause, seen=seen, at=int(at), by=by)


def _merge(request: EditionRequest, clause: Clause, by: User) -> Clause:
    into = _clause_named(clause.document.edition, request.POST.get("into", ""))
    return restructuring.merge_clauses(clause, into=into, by=by)


def _place(request: EditionRequest, clause: Clause, by: User) -> Clause:
    edition, before = clause.document.edition, request.POST.get("before", "")
    try:
        key = UUID(request.POST.get("section", "") or str(clause.section_id))
    except ValueError as error:
        raise Invalid from error
    section = _section_of(edition, key)
    beside = _clause_named(edition, before) if before else None
    return restructuring.place_clause(clause, section=section, before=beside, by=by)


def _language(request: EditionRequest, clause: Clause, by: User) -> Clause:
    return restructuring.set_language(clause, language=_text(request, "language", 16), by=by)


def _remark(_request: EditionRequest, clause: Clause, by: User) -> Clause:
    return restructuring.begin_remark(clause, by=by)


def _drop_remark(_request: EditionRequest, clause: Clause, by: User) -> Clause:
    drafting.remove_remark(clause, by=by)
    return clause


def _remove(_request: EditionRequest, clause: Clause, by: User) -> Clause:
    return drafting.remove_clause(clause, by=by)


def _restore(_request: EditionRequest, clause: Clause, by: User) -> Clause:
    return drafting.restore_clause(clause, by=by)


COMMANDS: dict[str, Callable[[EditionRequest, Clause, User], Clause]] = {
    "split": _split,
    "merge": _merge,
    "place": _place,
    "language": _language,
    "remark": _remark,
    "drop-remark": _drop_remark,
    "remove": _remove,
    "restore": _restore,
}
