"""A web process that was warmed up reads nothing more from the disk for its pages."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.template import engines
from django.template.loaders.filesystem import Loader

from academy.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.template.base import Origin

TEMPLATES = Path(settings.BASE_DIR) / "templates"


@pytest.fixture
def cold() -> Iterator[None]:
    """A process that has read no template yet; what is garbage afterwards is found again."""
    forget()
    yield
    gc.unfreeze()


def forget() -> None:
    for loader in engines["django"].engine.template_loaders:  # type: ignore[attr-defined]  # Django's own has it
        loader.reset()


def read_all(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read from the disk for all templates of ours."""
    read: list[str] = []
    contents = Loader.get_contents

    def noted(self: Loader, origin: Origin) -> str:
        read.append(str(origin))
        return str(contents(self, origin))

    monkeypatch.setattr(Loader, "get_contents", noted)
    for file in TEMPLATES.rglob("*.html"):
        engines["django"].get_template(file.relative_to(TEMPLATES).as_posix())
    return read


def test_after_warming_up_no_template_is_read_and_what_is_there_is_no_garbage(
    cold: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = gc.get_freeze_count()
    warm_up()
    assert gc.get_freeze_count() > before
    assert read_all(monkeypatch) == []


def test_a_cold_process_would_read_every_template(cold: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read_all(monkeypatch)) == len(list(TEMPLATES.rglob("*.html"))) > 100
