"""The academy in a hurry: it acknowledges findings before they are committed. The control of the tests with faults."""

from threading import Timer
from typing import Any

from academy import clock
from academy.asgi import application
from workshops.forms import NoteForm
from workshops.models import Finding

__all__ = ["application"]

SECONDS = 1.5
_note = NoteForm.note


def note_later(form: NoteForm, *, by: Any) -> Finding:
    said = form.cleaned_data
    part, question = form.places[said["place"]]
    Timer(SECONDS, lambda: _note(form, by=by)).start()
    return Finding(
        id=said["key"],
        group=form.group,
        part=part,
        question=question,
        number=1,
        kind=said["kind"],
        text=said["text"],
        noted_at=clock.now(),
    )


setattr(NoteForm, "note", note_later)  # noqa: B010  # that is what is wrong with this academy
