"""Walks everything that must never change unnoticed, through all apps."""

from collections.abc import Iterator

from academy.history import Mismatch, verify_history
from academy.models import Edition
from outcome.recording import verify_adoptions
from outcome.revisions import verify_document
from programme.releases import verify_releases
from workshops.ledger import verify_findings


def verify_edition(edition: Edition) -> Iterator[Mismatch]:
    """Yield what does not match: the history chain, releases, findings, the document, its adoption."""
    for check in (verify_history, verify_releases, verify_findings, verify_document, verify_adoptions):
        yield from check(edition)
