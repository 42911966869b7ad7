"""Numbers: those under a list that has several pages, and large ones."""

from collections.abc import Iterator

from django import template
from django.core.paginator import Page

register = template.Library()


@register.filter
def elided(page: Page) -> Iterator[int | str]:  # type: ignore[type-arg]  # of whatever there is
    """The first, the last and the nearest pages, with an ellipsis for those in between."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


@register.filter
def thousands(number: int) -> str:
    """A number as it is read: "99,996"."""
    return f"{number:,}"
