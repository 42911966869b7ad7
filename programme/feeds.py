"""The feed that tells of new versions of the programme (Atom, RFC 4287)."""

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from academy.models import Edition
from programme.comparing import Comparison, compare
from programme.models import Release
from programme.wording import in_words

Entry = tuple[Release, Comparison | None]


class ReleaseFeed(Feed):  # type: ignore[type-arg]  # the class is generic in the stubs only
    """An entry for each version, the newest first, with what it changed in numbers."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, edition: Edition) -> Edition:
        return edition

    def title(self, edition: Edition) -> str:
        return _("%(title)s: versions of the programme") % {"title": edition.title}

    def feed_guid(self, edition: Edition) -> str:
        return f"urn:uuid:{edition.pk}"

    def author_name(self, edition: Edition) -> str:
        return edition.title

    def link(self, edition: Edition) -> str:
        return reverse("programme:releases", args=[edition.slug])

    def items(self, edition: Edition) -> list[Entry]:
        rows = list(Release.objects.filter(edition=edition).select_related("edition").order_by("-number"))
        before = [*rows[1:], None]
        return [
            (made, compare(last.content, made.content) if last else None)
            for made, last in zip(rows, before, strict=True)
        ]

    def item_title(self, item: Entry) -> Any:
        return item[0].label

    def item_description(self, item: Entry) -> Any:
        made, comparison = item
        changed = in_words(comparison) if comparison else _("The first version of the programme.")
        return " ".join(filter(None, (made.note, changed)))

    def item_link(self, item: Entry) -> str:
        return reverse("programme:released", args=[item[0].edition.slug, item[0].number])

    def item_guid(self, item: Entry) -> str:
        return f"urn:uuid:{item[0].pk}"

    def item_pubdate(self, item: Entry) -> datetime:
        return item[0].released_at

    def item_updateddate(self, item: Entry) -> datetime:
        return item[0].released_at
