"""What is printed: PDF files, set by Typst. All words are handed over as data, so that none becomes markup.

The files are tagged for screen readers (PDF/UA-1), name no author and no moment, and hold their own fonts; those for
the scripts that Typst's own fonts do not have are built with the front end (`static/build.mjs`).
"""

import json
from pathlib import Path
from typing import Any

import typst
from django.conf import settings


def drawn(source: Path, name: str, data: dict[str, Any]) -> bytes:
    """A picture (PNG) of one page, a pixel for each point of the page; the rest as `typeset`."""
    return typst.compile(
        source,
        sys_inputs={name: json.dumps(data)},
        format="png",
        ppi=72,
        font_paths=[folder for folder in settings.PAPER_FONTS if folder.is_dir()],
        ignore_system_fonts=True,
    )


def typeset(source: Path, name: str, data: dict[str, Any]) -> bytes:
    """A PDF made of a Typst file and the data that it reads from `sys.inputs` under this name."""
    return typst.compile(
        source,
        sys_inputs={name: json.dumps(data)},
        format="pdf",
        font_paths=[folder for folder in settings.PAPER_FONTS if folder.is_dir()],
        ignore_system_fonts=True,  # the same file on every machine
        pdf_standards="ua-1",
    )
