"""What the public API says of language versions, endorsements and commitments, beside the programme's operations."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema

from academy.models import Edition
from outcome.following.endorsing import adopted_revision
from outcome.following.exporting import commitment_value, endorsement_value
from outcome.following.reading import Asked, Endorser, chosen_keys, endorsers, named_encouragements
from outcome.models import Endorsement, Progress
from outcome.translating.exporting import Told, public_versions, told_of, version_value
from outcome.views.languages import files_of
from programme.api.operations import Slug, edition_of, page_of, read
from programme.api.schemas import Page, Paging, one_of


class Choice(Schema):
    """Which endorsements are asked for; all that is given must hold."""

    clause: str = Field("", pattern=r"^(e[1-9]\d{0,3})?$", description="an encouragement, such as e7")
    country: str = Field("", pattern=r"^([A-Z]{2})?$", description="a country, in ISO 3166-1 alpha-2")
    kind: str = one_of(Endorsement.Kind.values)
    state: str = one_of(Progress.values)


class ClauseValue(Schema):
    id: str
    title: str
    url: str


class ProgressValue(Schema):
    at: datetime
    state: str
    words: str
    evidence: str


class CommitmentValue(Schema):
    """A commitment; `next_review` is null once nothing is to be done any more."""

    id: str
    endorsement: str
    organisation: str
    number: int
    clauses: list[ClauseValue]
    what: str
    responsible: str
    due: date
    evidence: str
    next_review: date | None
    state: str
    progress: list[ProgressValue]
    url: str


class EndorsementValue(Schema):
    """An endorsement; of one that was withdrawn nothing but that and its dates. `region` is a code of M49."""

    id: str
    organisation: str
    kind: str
    country: str
    region: str
    website: str
    state: str
    confirmed_by: str
    address_domain: str
    confirmed_on: date | None
    withdrawn_on: date | None
    statement: str
    signer: str
    signer_function: str
    commitments: list[CommitmentValue]
    url: str


class TranslationOf(Schema):
    """The authoritative text of a language version."""

    revision: int
    label: str
    language: str
    digest: str


class LanguageVersionValue(Schema):
    """A published translation; `is_current` is false once the current text says something else in any part."""

    language: str
    name: str
    name_in_english: str
    version: int
    is_newest: bool
    published_at: datetime
    note: str
    title: str
    digest: str
    translation_of: TranslationOf
    is_current: bool
    parts_out_of_date: int
    translators: list[str]
    url: str
    files: dict[str, str]


class InLanguage(Schema):
    """Which language versions are asked for."""

    language: str = Field("", pattern=r"^[A-Za-z-]{0,16}$", description="a language, such as es or zh-hans")
    newest: bool = Field(False, description="only the newest version of each translation")


class _Found:
    """The endorsements that are asked for, read a page at a time."""

    def __init__(self, edition: Edition, choice: Choice) -> None:
        revision = adopted_revision(edition)
        self.edition = edition
        self.named = named_encouragements(revision, edition.slug) if revision else {}
        keys = {one.name: key for key, one in self.named.items()}
        if choice.clause and choice.clause not in keys:
            raise Http404(_("The adopted text has no such encouragement."))
        self.asked = Asked(keys.get(choice.clause), choice.country, choice.kind, choice.state)
        self.keys = [
            *chosen_keys(edition, self.asked),
            *chosen_keys(edition, self.asked, withdrawn=True),
        ]

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, part: slice) -> list[Endorser]:
        return endorsers(self.edition, self.keys[part], self.named, self.asked)


@read("/editions/{slug:slug}/endorsements", Page[EndorsementValue])
def endorsements(
    request: HttpRequest, slug: Slug, choice: Query[Choice], paging: Query[Paging]
) -> dict[str, Any]:
    """Who endorses the adopted document, by region, country and name, with their commitments; then the withdrawn."""
    found = _Found(edition_of(request, slug), choice)
    return page_of(request, found, paging, lambda one: endorsement_value(one, request.build_absolute_uri))


@read("/editions/{slug:slug}/commitments", Page[CommitmentValue])
def commitments(
    request: HttpRequest, slug: Slug, choice: Query[Choice], paging: Query[Paging]
) -> dict[str, Any]:
    """The commitments of those who endorse, in the same order, each with what was reported."""
    found = _Found(edition_of(request, slug), choice)
    standing = [
        (each, one)
        for one in found[:]
        if one.row.state == Endorsement.State.CONFIRMED
        for each in one.promises
    ]
    return page_of(
        request,
        standing,
        paging,
        lambda pair: commitment_value(pair[0], pair[1], request.build_absolute_uri),
    )


class _Versions:
    """The language versions that are asked for, read a page at a time."""

    def __init__(self, edition: Edition, asked: InLanguage) -> None:
        self.edition, self.known = edition, public_versions(edition)
        last = {row.translation_id: row for row in sorted(self.known, key=lambda row: row.number)}
        self.rows = [
            row
            for row in self.known
            if asked.language.lower() in ("", row.translation.language)
            and not (asked.newest and last[row.translation_id].pk != row.pk)
        ]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> list[Told]:
        return told_of(self.edition, self.rows[part], self.known)


@read("/editions/{slug:slug}/languages", Page[LanguageVersionValue])
def languages(
    request: HttpRequest, slug: Slug, asked: Query[InLanguage], paging: Query[Paging]
) -> dict[str, Any]:
    """The published translations of the outcome document that everybody may read, the newest first."""
    found = _Versions(edition_of(request, slug), asked)
    address = request.build_absolute_uri
    return page_of(request, found, paging, lambda one: version_value(one, address, files_of(one.row)))
