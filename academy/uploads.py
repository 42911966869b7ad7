"""Uploads are stopped where they grow too large, before they fill the disk: for every form, whoever sends it."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.forms import BaseForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEGABYTE = 1_048_576
# All files of one request together.
LARGEST_UPLOAD = 20 * MEGABYTE
TOO_LARGE = _("A file can have at most 20 MB.")


class Limited(FileUploadHandler):
    """Stands before Django's own handlers: counts, and has the rest of what is too large thrown away."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._received += len(raw_data)
        if self._received > LARGEST_UPLOAD:
            setattr(self.request, "has_too_large_upload", True)  # noqa: B010  # a request has no such field of its own
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Leave it to the next handler to keep the file."""


def refuse_too_large(form: BaseForm, request: Any, field: str, words: Promise = TOO_LARGE) -> None:
    """Say at the field that its file was thrown away because it was too large, and not that there was none.

    Args:
        words: where the form itself takes less.
    """
    if getattr(request, "has_too_large_upload", False):
        form.errors.clear()
        form.add_error(field, str(words))
