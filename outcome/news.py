"""What the outcome document tells the summary of the day: the revisions that participants may read."""

from datetime import datetime

from django.utils.translation import gettext_lazy

from academy.mail.posting import address_of
from academy.mail.sessions import News
from academy.models import Edition
from outcome.models import Revision


def revisions_between(edition: Edition, since: datetime, until: datetime) -> list[News]:
    """The revisions published in this time, as news; those for the organisers only are none."""
    published = Revision.objects.filter(
        document__edition=edition, published_at__gte=since, published_at__lte=until
    ).exclude(audience=Revision.Audience.ORGANISERS)
    words = gettext_lazy("The outcome document: %(label)s")
    return [
        News(words, label, address_of("outcome:revision", edition.slug, str(number)))
        for label, number in published.order_by("number").values_list("label", "number")
    ]
