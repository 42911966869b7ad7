"""A French outline in DOCX, as a word processor makes it: headings, a table a day, bullets, bold lines, a footnote."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from docx import Document

DAYS: tuple[tuple[str, str, tuple[tuple[str, ...], ...]], ...] = (
    (
        "Jeudi 1er juin 2023 : L’eau",
        "La première journée est celle de l’eau et de ceux qui en manquent.",
        (
            ("Horaire", "Séance", "Intervenants"),
            ("9h – 9h30", "Accueil", "La maire"),
            ("9h30 - 10h45", "Séance plénière A : Qui paie l’eau ?", "Trois élues"),
            ("10h45 à 11h", "Pause", ""),
            ("11h00-12h30", "Atelier 1 : Fontaines\nPartie A : Obstacles\n- Où l’eau manque-t-elle en été ?", ""),
            ("", "- Qui répare ?", ""),
            ("12h30", "Déjeuner", ""),
        ),
    ),
    (
        "Vendredi 2 juin 2023 : L’air",
        "Le second jour, on respire.",
        (
            ("Horaire", "Séance", "Intervenants"),
            ("09:15–10:00", "Table ronde 1 : Écoles (20 min)", "Deux médecins"),
            ("10:00–11:00", "Clôture", "Tout le monde"),
        ),
    ),
)  # fmt: skip


def french_docx(year: str = "2023") -> bytes:
    """The file; the days of the week are those of 2023."""
    document: Any = Document()
    document.add_heading("L’eau, l’air et les droits", 1)
    document.add_paragraph(f"Du 1er au 2 juin {year}")
    document.add_paragraph("(version du 4 avril 2023)")
    for heading, description, rows in DAYS:
        document.add_heading(heading.replace("2023", year), 2)
        document.add_paragraph(description)
        table = document.add_table(rows=0, cols=3)
        for row in rows:
            cells = table.add_row().cells
            for cell, text in zip(cells, row, strict=True):
                _fill(cell, text)
    last = document.add_paragraph()
    last.add_run(f"Samedi 3 juin {year} : Conférence finale").bold = True
    document.add_paragraph("Le texte commun est lu à haute voix.")
    document.add_paragraph("Chaque commune dit ce qu’elle en fera.", style="List Bullet")
    return saved(document)


def _fill(cell: Any, text: str) -> None:
    first, *others = text.split("\n")
    cell.paragraphs[0].add_run(first).bold = True
    for other in others:
        bullet = other.startswith("- ")
        cell.add_paragraph(other.removeprefix("- "), style="List Bullet" if bullet else None)


def saved(document: Any) -> bytes:
    """A document as the content of its file."""
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def as_docx(text: str) -> bytes:
    """A text with the marks of Markdown as a word processor would hold it: a paragraph a line, bullets as a list."""
    document: Any = Document()
    for line in filter(str.strip, text.split("\n")):
        bullet = line.startswith("- ")
        paragraph = document.add_paragraph(style="List Bullet" if bullet else None)
        for number, piece in enumerate(re.split(r"\*\*+", line.removeprefix("- "))):
            paragraph.add_run(piece).bold = number % 2 == 1
    return saved(document)
