"""All findings of an academy: filtered, searched, counted, page by page, and as files.

The words of findings are for those who take part, but for those that a public revision rests on."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from academy.forms import PlainTextForm
from academy.languages import language_name
from academy.models import Actor, Edition
from academy.permissions import takes_part
from academy.regions import REGIONS
from academy.requests import EditionRequest
from academy.spreadsheets import csv_table, sheet_name, xlsx_table
from outcome.browsing import Asked, Chosen, NoSuchChoice, cells_of, choose, headings, questions_of, rows_of
from outcome.forms import BECAME, BECAME_WORDS
from outcome.models import Revision
from outcome.provenance import Fate, published_fates
from outcome.revisions import clauses_of
from outcome.views.fetching import newest_revision
from outcome.views.thread import PAGE, readable_by, told, with_places
from programme.models import Day, Strand
from workshops.kept_in_view import kept_in_view
from workshops.models import Finding, Workshop
from workshops.profiles import Profile, profiles_of
from workshops.querysets import FindingQuerySet

ALL = ("", gettext_lazy("all"))
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BrowseForm(PlainTextForm):
    """Which findings are asked for; every part may be left out."""

    q = forms.CharField(label=gettext_lazy("Words"), max_length=200, required=False)
    day = forms.ChoiceField(label=gettext_lazy("Day"), required=False)
    strand = forms.ChoiceField(label=gettext_lazy("Strand"), required=False)
    workshop = forms.ChoiceField(label=gettext_lazy("Workshop"), required=False)
    question = forms.ChoiceField(label=gettext_lazy("Guiding question"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[ALL, *Finding.Kind.choices], required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("In the room"), choices=[ALL, *Finding.State.choices], required=False
    )
    became = forms.ChoiceField(
        label=gettext_lazy("What became of it"), choices=[ALL, *BECAME_WORDS], required=False
    )
    actor = forms.ChoiceField(label=gettext_lazy("Kind of actor in the group (five or more)"), required=False)
    region = forms.ChoiceField(label=gettext_lazy("Region in the group (five or more)"), required=False)
    kept = forms.BooleanField(
        label=gettext_lazy("Only what is kept in view: few hold it, but strongly"), required=False
    )

    # Those that stand on the page from the start; the others are folded until one of them is used.
    FIRST = ("q", "day", "became")

    def __init__(
        self,
        *args: Any,
        edition: Edition,
        readable: FindingQuerySet,
        profiles: dict[Any, Profile] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        days = Day.objects.filter(edition=edition, sessions__group__findings__isnull=False).distinct()
        fields["day"].choices = [
            ALL,
            *((day.slug, f"{day.short_title}: {day.title}") for day in days.order_by("date")),
        ]
        strands = Strand.objects.filter(edition=edition, workshops__groups__findings__isnull=False)
        fields["strand"].choices = [
            ALL,
            *((row.slug, row.title) for row in strands.distinct().order_by("position")),
        ]
        workshops = Workshop.objects.filter(edition=edition, groups__findings__isnull=False).distinct()
        fields["workshop"].choices = [
            ALL,
            *((str(row.number), str(row)) for row in workshops.order_by("number")),
        ]
        fields["question"].choices = [
            ALL,
            *(
                (str(row.pk), f"{row.part.workshop.number}{row.part.letter}: {row.text}")
                for row in questions_of(readable)
            ),
        ]
        languages = readable.order_by("language").values_list("language", flat=True).distinct()
        fields["language"].choices = [ALL, *((code, language_name(code)) for code in languages)]
        if profiles is None:
            del fields["actor"], fields["region"], fields["kept"]
            return
        actors = {actor for profile in profiles.values() for actor in profile.actors}
        regions = {region for profile in profiles.values() for region in profile.regions}
        fields["actor"].choices = [ALL, *(each for each in Actor.choices if each[0] in actors)]
        fields["region"].choices = [ALL, *(each for each in REGIONS if each[0] in regions)]

    @property
    def are_more_used(self) -> bool:
        """Whether a field that is folded at first is used."""
        return any(self.data.get(name) for name in self.fields if name not in self.FIRST)

    @property
    def first(self) -> list[Any]:
        return [self[name] for name in self.FIRST]

    @property
    def more(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.FIRST]

    def asked(self) -> Asked:
        """What the form asks for, once it is valid."""
        said = self.cleaned_data
        return Asked(
            columns={
                name: said[name]
                for name in ("day", "strand", "workshop", "question", "kind", "language", "state")
            },
            words=said["q"],
            actor=said.get("actor", ""),
            region=said.get("region", ""),
            became=BECAME.get(said["became"], ""),
            kept=said.get("kept", False),
        )


class Browsed:
    """What an address asks for, as this reader may see it."""

    def __init__(self, request: EditionRequest, edition: Edition) -> None:
        self.revision: Revision | None = newest_revision(request, edition)
        self.partakes = takes_part(request.user, edition)
        self.fates: dict[Any, Fate] = published_fates(
            edition, self.revision.content if self.revision else None
        )
        self.readable: FindingQuerySet = readable_by(request, edition, self.revision)
        self.kept = kept_in_view(edition) if self.partakes else {}
        profiles = profiles_of(edition) if self.partakes else None
        self.form = BrowseForm(request.GET, edition=edition, readable=self.readable, profiles=profiles)
        if not self.form.is_valid():
            raise NoSuchChoice
        self.chosen: Chosen = choose(
            self.readable, self.form.asked(), fates=self.fates, profiles=profiles or {}, kept=self.kept
        )

    def rows(self, keys: list[Any]) -> list[Finding]:
        """These findings with their places, in this order."""
        found = with_places(self.readable.filter(pk__in=keys)).select_related("group__session__day")
        by_key = {row.pk: row for row in found}
        return [by_key[key] for key in keys if key in by_key]

    def called(self) -> dict[UUID, str]:
        """{clause that the reader may read: its number and short title, or its first words}."""
        clauses = clauses_of(self.revision.content) if self.revision else ()
        return {
            UUID(clause["id"]): f"{clause['number'] or ''} {clause['heading'] or clause['text'][:80]}".strip()
            for _section, clause in clauses
        }

    @property
    def kept_open(self) -> int:
        """How many findings that few hold strongly have no place in the document and were not set aside."""
        return sum(self.fates[key].what == "open" for key in self.kept if key in self.fates)


@require_safe
def browse(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The findings of all days, as an address asks for them."""
    browsed = Browsed(request, edition)
    page: Any = Paginator(browsed.chosen.keys, PAGE).get_page(request.GET.get("page"))
    page.object_list = browsed.rows(list(page.object_list))
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "outcome/browse.html",
        {
            "takes_part": browsed.partakes,
            "form": browsed.form,
            "page": page,
            "tally": browsed.chosen.tally,
            "told": told(page.object_list, browsed.fates, browsed.revision, browsed.kept),
            "kept_open": browsed.kept_open,
            "revision": browsed.revision,
            "query": query.urlencode(),
        },
    )


@require_safe
def findings_file(request: EditionRequest, edition: Edition, kind: str) -> HttpResponse:
    """The chosen findings as CSV, XLSX or JSON, without who said them."""
    browsed = Browsed(request, edition)

    def address(finding: Finding) -> str:
        return request.build_absolute_uri(reverse("outcome:finding", args=(edition.slug, finding.pk)))

    rows = rows_of(browsed.rows(browsed.chosen.keys), browsed.fates, browsed.called(), browsed.kept, address)
    if kind == "json":
        body = {"edition": edition.slug, "count": len(rows), "findings": rows}
        content, media = json.dumps(body, ensure_ascii=False, indent=1).encode(), "application/json"
    elif kind == "csv":
        content, media = csv_table(headings(), map(cells_of, rows)), "text/csv; charset=utf-8"
    else:
        content, media = xlsx_table(headings(), map(cells_of, rows), sheet_name(_("Findings"))), XLSX_TYPE
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{edition.slug}-findings.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response
