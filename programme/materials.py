"""Materials of a session: links, and files of known types. For organisers."""

import re
import unicodedata
from contextlib import ExitStack
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid
from academy.models import Edition, User
from academy.permissions import insist
from academy.scanning import insist_on_harmless
from academy.text import FORBIDDEN
from programme.editing import said_now
from programme.edits import (
    begin,
    difference,
    insist_on_fields,
    insist_on_state,
    named,
    note,
    said,
    tidied,
)
from programme.file_types import FileType, type_of
from programme.models import Edit, Material, Release, Session
from programme.nesting import insist_on_planned, locked
from programme.permissions import may_edit
from programme.pictures import without_metadata

NAME_LENGTH = 120
MOST_MATERIALS = 50
insist_on_web_address = URLValidator(schemes=["http", "https"])


class TooMany(Invalid):
    """A session has as many materials as it can have."""

    message = gettext_lazy("A session can have at most 50 materials.")


class AlreadyOut(DomainError):
    """The material was taken out before."""

    message = gettext_lazy("This material was taken out already.")


@transaction.atomic
def add_link(session: Session, *, title: str, url: str, by: User | None) -> Material:
    """Add a link to a page elsewhere: http or https.

    Raises:
        NotAllowed, TakenOut, Invalid, TooMany
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    try:
        insist_on_web_address(url.strip())
    except ValidationError as error:
        raise Invalid(_("A link begins with http:// or https://.")) from error
    return _add(edition, row, Material(session=row, url=url.strip()), title=title, by=by)


def add_file(
    session: Session, file: BinaryIO, *, name: str, size: int, title: str, by: User | None
) -> Material:
    """Add a file: its type is told by its content, and a picture is kept without its metadata.

    Args:
        name: what it is called where it comes from; its end follows the type.

    Raises:
        NotAllowed, TakenOut, Invalid, TooMany, TooLarge, UnknownType, HasMacros, Broken, TooManyPixels, Animated,
        Harmful, NotScanned
    """
    insist(by is None or may_edit(by, session.edition))
    kind = type_of(file, size)
    insist_on_harmless(file)
    content: Any = ContentFile(without_metadata(file, kind)) if kind.is_picture else File(file)
    with ExitStack() as undo_file, transaction.atomic():
        edition = begin(session.edition, by=by)
        row = locked(session)
        material = Material(session=row, name=safe_name(name, kind), content_type=kind.content_type)
        material.size = content.size
        material.file.save(f"{material.pk}.{kind.extension}", content, save=False)
        # A file that the database then does not know of is not left behind.
        undo_file.callback(material.file.storage.delete, str(material.file.name))
        _add(edition, row, material, title=title or material.name, by=by)
        undo_file.pop_all()
    return material


@transaction.atomic
def retitle_material(
    material: Material, *, title: str, state: str | None = None, by: User | None
) -> Edit | None:
    """Give a material another title; its file keeps the name for downloads. None if it is called so already.

    Args:
        state: `state_of` the material when the page was read.

    Raises:
        NotAllowed, Invalid, AlreadyOut, Overtaken
    """
    edition = begin(material.session.edition, by=by)
    row = Material.objects.select_for_update(of=("self",)).select_related("session").get(pk=material.pk)
    if row.removed_at is not None:
        raise AlreadyOut
    insist_on_state(row, state)
    was = said(row)
    _call(row, title)
    before, after = difference(was, said(row))
    if not after:
        return None
    row.save(update_fields=["title"])
    words = _("Material of %(title)s renamed") % {"title": named(row.session.title)}
    return note(edition, row, "material retitled", before=before, after=after, words=words, by=by)


@transaction.atomic
def take_material(material: Material, *, by: User | None) -> Edit:
    """Take a material out of the draft; releases go on naming it, the present one hands it out until the next.

    Raises:
        NotAllowed, AlreadyOut
    """
    edition = begin(material.session.edition, by=by)
    row = Material.objects.select_for_update(of=("self",)).select_related("session").get(pk=material.pk)
    if row.removed_at is not None:
        raise AlreadyOut
    moment = said_now()
    row.removed_at = Material._meta.get_field("removed_at").to_python(moment)
    row.save(update_fields=["removed_at"])
    words = _("Material taken out of %(title)s") % {"title": named(row.session.title)}
    change = {"removed_at": None}, {"removed_at": moment}
    return note(edition, row, "material taken out", before=change[0], after=change[1], words=words, by=by)


def is_published(material: Material, release: Release | None) -> bool:
    """Whether a release refers to the material."""
    if release is None:
        return False
    waiting = [item for day in release.content["days"] for item in day["sessions"]]
    key = str(material.pk)
    while waiting:
        item = waiting.pop()
        if any(known["id"] == key for known in item.get("materials", ())):
            return True
        waiting += item["children"]
    return False


def safe_name(name: str, kind: FileType) -> str:
    """A name for a download: without folders, marks or control characters, ending as its type ends."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    stem = last.rpartition(".")[0] or last
    cleaned = re.sub(r'[<>:"|?*;]', " ", FORBIDDEN.sub("", stem).replace("\n", " ").replace("\t", " "))
    short = " ".join(cleaned.split())[:NAME_LENGTH].strip(". ")
    return f"{short or 'material'}.{kind.extension}"


def _add(edition: Edition, session: Session, material: Material, *, title: str, by: User | None) -> Material:
    insist_on_planned(session)
    if Material.objects.filter(session=session, removed_at=None).count() >= MOST_MATERIALS:
        raise TooMany
    _call(material, title)
    last = Material.objects.filter(session=session).aggregate(last=Max("position"))["last"]
    material.position = 0 if last is None else last + 1
    material.save(force_insert=True)
    before, after = {"removed_at": said_now()}, {"removed_at": None}
    words = _("Material added to %(title)s") % {"title": named(session.title)}
    note(edition, material, "material added", before=before, after=after, words=words, by=by)
    return material


def _call(material: Material, title: str) -> None:
    material.title = tidied(title)
    if not material.title:
        raise Invalid(_("Please give the material a title."))
    insist_on_fields(material)
