"""The ledger of the draft: each change as what a row said before and after it, so that it can be undone.

Every rule that changes the draft begins with `begin` (permission, then the edition's row lock: edits come one after
the other) and ends with `note` (one edit, one entry in the history).
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.canonical import digest
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Edition, User
from academy.permissions import insist
from academy.text import has_forbidden_characters
from programme.models import Day, Edit, JoinLink, Material, Session, SessionRole, Strand
from programme.permissions import may_edit

Row = TypeVar("Row", bound=models.Model)
Said = dict[str, Any]

# What of each kind of row an edit can hold, and the name under which it does.
KINDS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "session": (
        Session,
        (
            "day", "parent", "strand", "kind", "slug", "title", "subtitle", "description", "footnote", "hosts",
            "points", "position", "starts_at", "ends_at", "minutes", "language", "interpretation", "removed_at",
        ),
    ),
    "day": (Day, ("date", "slug", "title", "short_title", "colour", "strand", "aim")),
    "strand": (Strand, ("slug", "title", "short_title", "colour", "position")),
    "person": (
        SessionRole,
        ("session", "kind", "participant", "guest_name", "guest_affiliation", "guest_biography", "position"),
    ),
    "link": (JoinLink, ("session", "url", "opens_minutes", "opens_minutes_leads")),
    "material": (Material, ("session", "title", "position", "removed_at")),
}  # fmt: skip
# Under this key an edit holds, by their ids, the sessions that changed along with its row (of a material: materials).
ALONG = "along"
NAME_LENGTH = 90


class Overtaken(DomainError):
    """Somebody changed the row after the page was read; `row` is what it says now."""

    message = gettext_lazy(
        "Somebody changed this after you opened the page. What you typed is kept: compare it with what is there now, "
        "and save again."
    )

    def __init__(self, row: models.Model) -> None:
        super().__init__()
        self.row = row


class OfAnotherEdition(Invalid):
    """A day, strand or session of another academy was named."""

    message = gettext_lazy("This belongs to the programme of another academy.")


def begin(edition: Edition, *, by: User | None) -> Edition:
    """The edition, locked until the transaction ends; call it first. `by` is None for the administrator's shell.

    Raises:
        NotAllowed: `by` is no organiser.
    """
    insist(by is None or may_edit(by, edition))
    return Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)


def kind_of(row: models.Model) -> str:
    """The name under which edits hold this kind of row."""
    return next(kind for kind, (model, _fields) in KINDS.items() if isinstance(row, model))


def along_with(kind: str) -> type[models.Model]:
    """What can change along with a row of this kind."""
    return Material if kind == "material" else Session


def own(values: Said) -> Said:
    """What an edit says of its row itself, without what changed along with it."""
    return {name: value for name, value in values.items() if name != ALONG}


def said(row: models.Model, fields: Iterable[str] | None = None) -> Said:
    """What a row says, as JSON values."""
    names = fields or KINDS[kind_of(row)][1]
    return {name: _json(getattr(row, _attribute(row, name))) for name in names}


def put(row: models.Model, values: Mapping[str, Any]) -> None:
    """Set fields of a row from JSON values; nothing is saved."""
    for name, value in values.items():
        field = row._meta.get_field(name)
        known = field.to_python(value) if isinstance(field, models.Field) else value
        setattr(row, _attribute(row, name), known)


def state_of(row: models.Model, fields: Iterable[str] | None = None) -> str:
    """A short text that changes whenever what the row says changes: forms carry it, rules compare it."""
    names = fields or (name for name in KINDS[kind_of(row)][1] if name != "position")
    return digest(said(row, names))[:24]


def insist_on_state(row: models.Model, state: str | None, fields: Iterable[str] | None = None) -> None:
    """Refuse what was decided on an older state; no state is no condition.

    Raises:
        Overtaken
    """
    if state is not None and state != state_of(row, fields):
        raise Overtaken(row)


def difference(before: Said, after: Said) -> tuple[Said, Said]:
    """Only what changed, before and after."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before[name] for name in changed}, {name: after[name] for name in changed}


def note(
    edition: Edition,
    row: models.Model,
    verb: str,
    *,
    before: Said,
    after: Said,
    words: str,
    by: User | None,
) -> Edit:
    """Write the edit and its entry in the history; call it last, in the transaction that `begin` began.

    Args:
        before: what the changed fields said; nothing of its own for a row that is new.
        after: what they say now; nothing of its own for a row that is gone.
        words: what was done, for the list of edits: no names of people in it.
    """
    edit = Edit.objects.create(
        edition=edition,
        by=by,
        at=clock.now(),
        number=last_number(edition) + 1,
        of=kind_of(row),
        row=row.pk,
        words=words[:300],
        before=before,
        after=after,
    )
    fields = sorted({*own(before), *own(after)})
    data = {"edit": edit.number, "fields": fields}
    record(edition, verb, row, by=by, data=data, gone=bool(own(before)) and not own(after))
    return edit


def last_number(edition: Edition) -> int:
    """The number of the newest edit; 0 if there is none."""
    return Edit.objects.filter(edition=edition).aggregate(models.Max("number"))["number__max"] or 0


def insist_on_fields(row: models.Model, skip: Iterable[str] = ()) -> None:
    """Refuse values that the row's fields cannot hold; those in `skip` are not known yet.

    Raises:
        Invalid: it says which field, and why.
    """
    try:
        row.clean_fields(exclude=set(skip))
    except ValidationError as error:
        sentences = [
            f"{row._meta.get_field(name).verbose_name}: {' '.join(problems)}"  # type: ignore[union-attr]  # of our own fields
            for name, problems in error.message_dict.items()
        ]
        raise Invalid(" ".join(sentences)) from error


def tidied(text: str) -> str:
    """A text, perhaps empty, in Unicode form NFC with plain line breaks and without blanks around it.

    Raises:
        Invalid: it holds control characters.
    """
    if has_forbidden_characters(text):
        raise Invalid(_("Control characters cannot be used."))
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def named(title: str) -> str:
    """A title as the list of edits says it, shortened if it is long."""
    return f"“{title if len(title) <= NAME_LENGTH else f'{title[: NAME_LENGTH - 1]}…'}”"


def _attribute(row: models.Model, name: str) -> str:
    return str(getattr(row._meta.get_field(name), "attname", name))


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
