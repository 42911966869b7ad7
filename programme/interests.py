"""The strands of the programme as what a registration may be interested in."""

from academy.interests import Interests
from academy.models import Edition
from programme.models import Strand


def strands_of_interest(edition: Edition) -> Interests:
    """(slug, title) of each strand, in the order of the programme."""
    return list(Strand.objects.filter(edition=edition).order_by("position").values_list("slug", "title"))
