"""Walks everything that must never change unnoticed, through all apps."""

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

from academy.history import Mismatch, verify_history
from academy.invitations.inviting import verify_invitations
from academy.mail.letters import verify_letters
from academy.models import Edition
from academy.questions import verify_questions
from academy.registration import verify_registrations
from academy.roles import verify_roles
from academy.safekeeping.media import missing_files, named_files
from academy.safekeeping.tables import Table
from outcome.amending.recording import verify_amendments
from outcome.comments.recording import verify_comments
from outcome.following.recording import verify_following
from outcome.provenance import verify_provenance
from outcome.revisions import verify_document
from outcome.translating.recording import verify_translations
from outcome.verifying import verify_adoptions
from programme.certificates import verify_certificates
from programme.releases import verify_releases
from workshops.closing import verify_closings
from workshops.ledger import verify_findings
from workshops.summing_up import verify_highlights
from workshops.thoughts import verify_thoughts
from workshops.twins.deciding import verify_decisions

CHECKS = (
    verify_history,
    verify_registrations,
    verify_questions,
    verify_roles,
    verify_letters,
    verify_invitations,
    verify_certificates,
    verify_releases,
    verify_findings,
    verify_closings,
    verify_thoughts,
    verify_decisions,
    verify_highlights,
    verify_provenance,
    verify_document,
    verify_translations,
    verify_amendments,
    verify_comments,
    verify_adoptions,
    verify_following,
)


def verify_edition(edition: Edition) -> Iterator[Mismatch]:
    """Yield what does not match: history, roles, releases, findings, the document, its adoption, what follows."""
    for check in CHECKS:
        yield from check(edition)


def missing_media() -> list[str]:
    """The files that the database names and the media folder does not have."""
    tables = [Table(model) for model in apps.get_models()]
    return missing_files(named_files(tables, connection), Path(settings.MEDIA_ROOT))


def verify_all() -> list[str]:
    """What does not match in any edition, in words."""
    return [
        f"{edition.slug}: {mismatch}"
        for edition in Edition.objects.order_by("slug")
        for mismatch in verify_edition(edition)
    ]
