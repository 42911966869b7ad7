"""Which files are taken as materials: told by their content, never by their name. Pure."""

import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree import ElementTree as ET

from django.utils.translation import gettext_lazy as _

from academy.errors import Invalid
from academy.text import FORBIDDEN
from academy.uploads import LARGEST_UPLOAD, MEGABYTE, TOO_LARGE

LARGEST = LARGEST_UPLOAD
# What may lie in a file that is an archive: enough for slides full of pictures, too little for a bomb.
MOST_ENTRIES, LARGEST_UNPACKED, LARGEST_INDEX = 5_000, 300 * MEGABYTE, MEGABYTE
CONTENT_TYPES = "[Content_Types].xml"
NAMESPACE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


class UnknownType(Invalid):
    """The content is of no type that is taken."""

    message = _(
        "Only these files can be taken: PDF, DOCX, ODT, PPTX, ODP, XLSX, ODS, TXT, PNG, JPEG, WebP. "
        "What is in this file is none of them, whatever its name says."
    )


class HasMacros(Invalid):
    """An office document that holds programs."""

    message = _("This document holds macros. Please save it without them, and upload it again.")


class TooLarge(Invalid):
    """The file, or what it unpacks to, is too large."""

    message = TOO_LARGE


class Broken(Invalid):
    """The file cannot be read."""

    message = _("This file is damaged and cannot be read.")


@dataclass(frozen=True)
class FileType:
    """A type that is taken: how its names end, and what it is called in HTTP."""

    extension: str
    content_type: str
    is_picture: bool = False


PDF = FileType("pdf", "application/pdf")
TEXT = FileType("txt", "text/plain; charset=utf-8")
PNG = FileType("png", "image/png", is_picture=True)
JPEG = FileType("jpg", "image/jpeg", is_picture=True)
WEBP = FileType("webp", "image/webp", is_picture=True)
# What an office archive says of its main part, and the type that it therefore is.
OFFICE_TYPES = {
    f"{OFFICE}wordprocessingml.document.main+xml": FileType("docx", f"{OFFICE}wordprocessingml.document"),
    f"{OFFICE}presentationml.presentation.main+xml": FileType("pptx", f"{OFFICE}presentationml.presentation"),
    f"{OFFICE}presentationml.slideshow.main+xml": FileType("pptx", f"{OFFICE}presentationml.presentation"),
    f"{OFFICE}spreadsheetml.sheet.main+xml": FileType("xlsx", f"{OFFICE}spreadsheetml.sheet"),
}
OPEN_DOCUMENT_TYPES = {
    f"{OPEN_DOCUMENT}text": FileType("odt", f"{OPEN_DOCUMENT}text"),
    f"{OPEN_DOCUMENT}presentation": FileType("odp", f"{OPEN_DOCUMENT}presentation"),
    f"{OPEN_DOCUMENT}spreadsheet": FileType("ods", f"{OPEN_DOCUMENT}spreadsheet"),
}
EXTENSIONS = ["pdf", "docx", "odt", "pptx", "odp", "xlsx", "ods", "txt", "png", "jpg", "jpeg", "webp"]


def type_of(file: BinaryIO, size: int) -> FileType:
    """The type of a file by what is in it; afterwards it is read from its beginning again.

    Raises:
        TooLarge, UnknownType, HasMacros, Broken
    """
    if size > LARGEST:
        raise TooLarge
    file.seek(0)
    head = file.read(16)
    try:
        found = _by_head(file, head) or _text(file)
    finally:
        file.seek(0)
    if found is None:
        raise UnknownType
    return found


def _by_head(file: BinaryIO, head: bytes) -> FileType | None:
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"PK\x03\x04"):
        return _archive(file)
    return None


def _text(file: BinaryIO) -> FileType | None:
    """Plain text: valid UTF-8 without control characters, and something in it."""
    file.seek(0)
    try:
        words = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return TEXT if words.strip() and not FORBIDDEN.search(words.replace("\ufeff", "")) else None


def _archive(file: BinaryIO) -> FileType:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
                raise TooLarge(_("What this file unpacks to is too large."))
            if any(
                re.search(r"vbaproject|/basic/|^basic/|activex", e.filename, re.IGNORECASE) for e in entries
            ):
                raise HasMacros
            return _open_document(archive, entries) or _office(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        LookupError,
        lzma.LZMAError,
    ) as error:
        raise Broken from error


def _open_document(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> FileType | None:
    """The type that the first entry of an OpenDocument file names."""
    if not entries or entries[0].filename != "mimetype":
        return None
    named = _index(archive, "mimetype").decode("ascii", "replace").strip()
    if named not in OPEN_DOCUMENT_TYPES:
        raise UnknownType
    return OPEN_DOCUMENT_TYPES[named]


def _office(archive: zipfile.ZipFile) -> FileType:
    """The type of an office file by the content types of its parts."""
    index = _index(archive, CONTENT_TYPES)
    if any(mark in index for mark in (b"<!DOCTYPE", b"<!ENTITY", b"\0")):
        raise UnknownType
    try:
        overrides = ET.fromstring(index).iter(f"{NAMESPACE}Override")  # noqa: S314  # no entities: refused above
        types = [override.get("ContentType", "") for override in overrides]
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Broken from error
    if any("macroenabled" in name.lower() for name in types):
        raise HasMacros
    found = next((OFFICE_TYPES[name] for name in types if name in OFFICE_TYPES), None)
    if found is None:
        raise UnknownType
    return found


def _index(archive: zipfile.ZipFile, name: str) -> bytes:
    """A small entry of an archive, read up to its limit.

    Raises:
        UnknownType: there is none, or it is not small.
    """
    try:
        with archive.open(name) as entry:
            index = entry.read(LARGEST_INDEX + 1)
    except KeyError as error:
        raise UnknownType from error
    if len(index) > LARGEST_INDEX:
        raise UnknownType
    return index
