"""The organisers' desk: the draft on one side, the findings on the other."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from academy.canonical import digest
from academy.models import Edition
from academy.requests import EditionRequest, posted
from outcome.amending.reading import Note, notes_on_draft
from outcome.browsing import NoSuchChoice, choose
from outcome.browsing_forms import DeskForm
from outcome.drafting import set_house_rules, start_document
from outcome.forms import HouseRulesForm, StartForm
from outcome.house_rules import BEGINNINGS, WORDS_AT_MOST, beginnings_of, hints
from outcome.live.showing import show_written
from outcome.locking import changeable
from outcome.models import Clause, Document, Section, Source
from outcome.provenance import fates, standing_for
from outcome.revisions import document_content, latest_revision
from outcome.views.fetching import attempt, document_of, drafter, get_document
from outcome.views.thread import PAGE, with_places
from workshops.agreement import agreements_of
from workshops.models import Finding
from workshops.profiles import profiles_of


@dataclass
class Row:
    """A clause on the desk: its number, its remark, its neighbours for moving, what the house rules say."""

    clause: Clause
    number: int | None
    remark: Clause | None
    sources: int
    hints: list[str]
    note: Note | None = None
    up: UUID | None = None
    down: UUID | None = None
    is_first: bool = False
    is_last: bool = False


@dataclass
class Shelf:
    """A section on the desk, with what stands in it and what was removed from it."""

    section: Section
    rows: list[Row] = field(default_factory=list)
    removed: list[Clause] = field(default_factory=list)


def shelves_of(document: Document) -> list[Shelf]:
    """The draft, section by section, in three queries."""
    shelves = {s.pk: Shelf(s) for s in document.sections.select_related("strand").order_by("position")}
    clauses = list(Clause.objects.filter(document=document).order_by("section__position", "order", "id"))
    remarks = {c.parent_id: c for c in clauses if c.kind == Clause.Kind.REMARK and not c.removed}
    sources: defaultdict[UUID, int] = defaultdict(int)
    for key in Source.objects.filter(clause__document=document).values_list("clause", flat=True):
        sources[key] += 1
    number, beginnings = 0, beginnings_of(document.beginnings)
    for clause in clauses:
        if clause.kind == Clause.Kind.REMARK:
            continue
        if clause.removed:
            shelves[clause.section_id].removed.append(clause)
            continue
        number += clause.kind == Clause.Kind.ENCOURAGEMENT
        shown = number if clause.kind == Clause.Kind.ENCOURAGEMENT else None
        shelves[clause.section_id].rows.append(
            _row(clause, shown, remarks.get(clause.pk), sources[clause.pk], beginnings)
        )
    for shelf in shelves.values():
        _name_neighbours(shelf.rows)
    return list(shelves.values())


def _row(
    clause: Clause, number: int | None, remark: Clause | None, sources: int, beginnings: list[str]
) -> Row:
    said = hints(
        clause.kind,
        text=clause.text,
        heading=clause.heading,
        has_remark=remark is not None,
        sources=sources,
        beginnings=beginnings,
    )
    return Row(clause, number, remark, sources, said)


def _name_neighbours(rows: list[Row]) -> None:
    """For each clause: before which one it would stand after a step up, and after a step down (None: at the end)."""
    for place, row in enumerate(rows):
        row.is_first, row.is_last = place == 0, place == len(rows) - 1
        row.up = rows[place - 1].clause.pk if place else None
        row.down = rows[place + 2].clause.pk if place + 2 < len(rows) else None


def _give_notes(shelves: list[Shelf], notes: dict[str, Note]) -> None:
    """What is proposed to a clause stands beside it."""
    for row in (row for shelf in shelves for row in shelf.rows):
        row.note = notes.get(str(row.clause.pk))


@require_safe
def desk(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The workbench: the draft with its clauses, and the findings that wait for a place in it."""
    drafter(request, edition)
    found = document_of(edition)
    if found is None:
        return render(request, "outcome/start.html", {"form": StartForm(initial={"beginnings": BEGINNINGS})})
    show_written(found)
    return show_desk(request, found)


def show_desk(
    request: EditionRequest, document: Document, form: BaseForm | None = None, status: int = 200
) -> HttpResponse:
    """The desk; with a form that was refused, its errors and what was ticked and typed."""
    edition = document.edition
    found = _Found(request, edition)
    latest, draft = latest_revision(document), document_content(document)
    shelves = shelves_of(document)
    if latest:
        _give_notes(shelves, notes_on_draft(document, latest.content, draft))
    sent: Any = form.data if form else QueryDict()
    return render(
        request,
        "outcome/desk.html",
        {
            "document": document,
            "shelves": shelves,
            "numbers": {row.clause.pk: row for shelf in shelves for row in shelf.rows},
            "latest": latest,
            "has_changed": latest is None or latest.digest != digest(draft),
            "filters": found.form,
            "query": _query(request),
            "page": found.page,
            "cards": found.cards(shelves),
            "relations": Source.Relation.choices,
            "refused": form,
            "ticked": sent.getlist("finding"),
            "sent": sent,
        },
        status=status,
    )


class _Found:
    """The findings that the desk's address asks for: the open ones unless something else is asked for."""

    def __init__(self, request: EditionRequest, edition: Edition) -> None:
        asked = request.GET.copy()
        asked.setdefault("became", "open")
        findings = Finding.objects.of_edition(edition).unattributed()
        profiles = profiles_of(edition)
        self.form = DeskForm(asked, edition=edition, readable=findings, profiles=profiles)
        if not self.form.is_valid():
            raise NoSuchChoice
        self.fates, self.agreements = fates(edition), agreements_of(edition)
        chosen = choose(
            findings, self.form.asked(), fates=self.fates, profiles=profiles, agreements=self.agreements
        )
        page: Any = Paginator(chosen.keys, PAGE).get_page(request.GET.get("page"))
        keys = list(page.object_list)
        by_key: dict[Any, Finding] = with_places(findings.filter(pk__in=keys)).in_bulk()
        page.object_list = [by_key[key] for key in keys if key in by_key]
        self.page = page

    def cards(self, shelves: list[Shelf]) -> list[dict[str, Any]]:
        """Each finding of the page with the clauses that rest on it, and how the groups stand to it."""
        rows = [row for shelf in shelves for row in shelf.rows]
        return [
            {
                "finding": finding,
                "fate": self.fates[finding.pk],
                "stands_for_it": standing_for(finding),
                "rows": [row for row in rows if row.clause.pk in self.fates[finding.pk].clauses],
                "agreement": self.agreements.get(finding.pk),
                "key": str(finding.pk),
            }
            for finding in self.page.object_list
        ]


def _query(request: EditionRequest) -> str:
    """The filter of the findings as part of an address, for coming back to the same list."""
    kept = request.GET.copy()
    for name in list(kept):
        if name != "page" and name not in DeskForm.base_fields:
            del kept[name]
    return f"?{kept.urlencode()}" if kept else ""


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Begin the document: its title and its opening words."""
    by = drafter(request, edition)
    if request.method != "POST":
        return redirect("outcome:desk", edition.slug)
    form = StartForm(request.POST)
    done = attempt(form, lambda: start_document(edition, **form.cleaned_data, by=by))
    if done.made:
        messages.success(request, _("The document is begun: a preamble, and a section for each strand."))
        return redirect("outcome:desk", edition.slug)
    return render(request, "outcome/start.html", {"form": form}, status=done.status)


@require_http_methods(["GET", "HEAD", "POST"])
def house_rules(request: EditionRequest, edition: Edition) -> HttpResponse:
    """With which verb forms an encouragement begins; the writers are hinted at another beginning."""
    by = drafter(request, edition)
    document = get_document(edition)
    kept = ", ".join(beginnings_of(document.beginnings))
    form = HouseRulesForm(posted(request), initial={"beginnings": kept})
    status = 200
    if form.is_bound:
        done = attempt(form, lambda: set_house_rules(document, **form.cleaned_data, by=by))
        if done.made:
            messages.success(request, _("The house rules are saved."))
            return redirect("outcome:desk", edition.slug)
        status = done.status
    else:
        changeable(document)
    return render(request, "outcome/house_rules.html", {"form": form, "limit": WORDS_AT_MOST}, status=status)
