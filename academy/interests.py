"""The strands of interest that a registration may name. Another app knows the strands, and hands them down."""

from collections.abc import Callable, Iterable

from academy.models import Edition

# (slug, title) of each thing to be interested in, in the order of the programme.
Interests = list[tuple[str, str]]
_providers: list[Callable[[Edition], Interests]] = []


def provide_interests(provider: Callable[[Edition], Interests]) -> None:
    """Have this asked for the strands of an edition; called once, when an app starts."""
    if provider not in _providers:
        _providers.append(provider)


def interests_of(edition: Edition) -> Interests:
    """What people may be interested in at this edition: (slug, title), in the order of the programme."""
    return [interest for provider in _providers for interest in provider(edition)]


def interest_titles(slugs: Iterable[str], edition: Edition) -> list[str]:
    """The interests by their titles; one that the programme does not have any more keeps its slug."""
    titles = dict(interests_of(edition))
    return [titles.get(slug, slug) for slug in slugs]
