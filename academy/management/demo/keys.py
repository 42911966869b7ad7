"""The identifiers of what the demo makes, which are the same in every demo academy."""

from uuid import NAMESPACE_URL, UUID, uuid5


def key_of(finding: str) -> UUID:
    """The identifier that a finding of the demo has in every demo academy."""
    return uuid5(NAMESPACE_URL, f"https://example.org/2022/findings/{finding}")
