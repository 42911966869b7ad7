"""Feeds (Atom, RFC 4287): what follows the adoption, and the document in other languages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from academy.languages import in_words
from academy.models import Edition
from outcome.following.reading import standing_commitments
from outcome.models import Endorsement, LanguageVersion, ProgressNote
from outcome.translating.exporting import public_versions

MOST = 60


@dataclass(frozen=True)
class Told:
    """Something that happened: when, its name for ever, what it says, and where it stands."""

    at: datetime
    key: str
    title: str
    words: str
    address: str


class ToldFeed(Feed):  # type: ignore[type-arg]  # the class is generic in the stubs only
    """What was told last, the newest first."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, edition: Edition) -> Edition:
        return edition

    def item_title(self, item: Told) -> Any:
        return item.title

    def item_description(self, item: Told) -> Any:
        return item.words

    def item_link(self, item: Told) -> str:
        return item.address

    def item_guid(self, item: Told) -> str:
        return item.key

    def item_pubdate(self, item: Told) -> datetime:
        return item.at

    def item_updateddate(self, item: Told) -> datetime:
        return item.at


class FollowingFeed(ToldFeed):
    """Endorsements, commitments and reports; nobody is named but organisations."""

    def title(self, edition: Edition) -> str:
        return _("%(title)s: endorsements and commitments") % {"title": edition.title}

    def link(self, edition: Edition) -> str:
        return reverse("outcome:endorsements", args=[edition.slug])

    def items(self, edition: Edition) -> list[Told]:
        told = [*_endorsements(edition), *_commitments(edition), *_notes(edition)]
        return sorted(told, key=lambda one: (one.at, one.key), reverse=True)[:MOST]


class LanguagesFeed(ToldFeed):
    """The language versions that everybody may read, as they were published; nobody is named."""

    def title(self, edition: Edition) -> str:
        return _("%(title)s: the outcome document in other languages") % {"title": edition.title}

    def link(self, edition: Edition) -> str:
        return reverse("outcome:languages", args=[edition.slug])

    def items(self, edition: Edition) -> list[Told]:
        return [_version(row) for row in public_versions(edition)[:MOST]]


def _version(row: LanguageVersion) -> Told:
    revision = row.translation.revision
    facts = {
        "language": in_words([row.translation.language]),
        "version": row.number,
        "number": revision.number,
        "label": revision.label,
    }
    title = _("%(language)s, version %(version)s: revision %(number)s, %(label)s") % facts
    return Told(row.published_at, f"urn:uuid:{row.pk}", title, row.note, row.get_absolute_url())


def _endorsements(edition: Edition) -> list[Told]:
    rows = Endorsement.objects.public().filter(edition=edition).select_related("edition")
    told = []
    for row in rows.order_by("-decided_at", "pk")[:MOST]:
        facts, address, key = {"organisation": row.organisation}, row.get_absolute_url(), f"urn:uuid:{row.pk}"
        is_withdrawn = row.state == Endorsement.State.WITHDRAWN
        if row.decided_at:
            words = "" if is_withdrawn else row.statement
            title = _("%(organisation)s endorses the document") % facts
            told.append(Told(row.decided_at, key, title, words, address))
        if is_withdrawn and row.withdrawn_at:
            title = _("%(organisation)s has withdrawn its endorsement") % facts
            told.append(Told(row.withdrawn_at, f"{key}:withdrawn", title, "", address))
    return told


def _commitments(edition: Edition) -> list[Told]:
    rows = standing_commitments(edition).select_related("endorsement__edition").order_by("-made_at", "pk")
    return [
        Told(
            max(row.made_at, row.endorsement.decided_at or row.made_at),
            f"urn:uuid:{row.pk}",
            _("A commitment of %(organisation)s") % {"organisation": row.endorsement.organisation},
            row.what,
            f"{row.endorsement.get_absolute_url()}#commitment-{row.number}",
        )
        for row in rows[:MOST]
    ]


def _notes(edition: Edition) -> list[Told]:
    rows = ProgressNote.objects.filter(commitment__in=standing_commitments(edition))
    found = rows.select_related("commitment__endorsement__edition").order_by("-noted_at", "pk")[:MOST]
    return [
        Told(
            note.noted_at,
            f"urn:uuid:{note.commitment_id}:{note.number}",
            _("%(organisation)s reports: %(state)s")
            % {
                "organisation": note.commitment.endorsement.organisation,
                "state": note.get_state_display(),
            },
            note.words,
            f"{note.commitment.endorsement.get_absolute_url()}#commitment-{note.commitment.number}",
        )
        for note in found
    ]
