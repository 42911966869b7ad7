"""The editor is small, and only the writing page loads it."""

from __future__ import annotations

import gzip
from pathlib import Path

from django.conf import settings

DIST = Path(settings.STATICFILES_DIRS[0])
TEMPLATES = Path(settings.BASE_DIR) / "templates"
LIMIT = 130_000


def test_the_editor_is_under_130_kilobytes_compressed():
    assert 50_000 < len(gzip.compress((DIST / "clause-editor.js").read_bytes(), 6)) < LIMIT


def test_only_the_writing_page_loads_it():
    loading = [path.name for path in TEMPLATES.rglob("*.html") if "clause-editor.js" in path.read_text()]
    assert loading == ["write.html"]


def test_no_other_script_holds_any_of_it():
    others = [path for path in DIST.rglob("*.js") if path.name != "clause-editor.js"]
    assert others
    assert [path.name for path in others if "ProseMirror" in path.read_text()] == []
