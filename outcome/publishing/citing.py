"""How the document is cited: in a text, in BibTeX, in RIS. Pure."""

import re
import unicodedata

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from academy.languages import in_words
from outcome.publishing.publication import Publication, Standing

# Signs that mean something to TeX, and what stands for them.
TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def citation(publication: Publication, *, clause: str = "") -> str:
    """The document, or one of its encouragements ("e7"), in a sentence for a footnote."""
    standing = publication.standing
    place = _(", encouragement %(number)s") % {"number": clause[1:]} if clause.startswith("e") else ""
    return _("%(edition)s: %(title)s (%(label)s, %(kind)s%(rendering)s)%(place)s. %(address)s") % {
        "edition": standing.edition,
        "title": publication.title,
        "label": _("revision %(number)s") % {"number": standing.number},
        "kind": _kind(standing),
        "rendering": _rendering(standing),
        "place": place,
        "address": f"{standing.address}{'#' + clause if clause else ''}",
    }


def _kind(standing: Standing) -> str:
    """How the revision stands; the day of a draft is known of the draft itself, not of its translation."""
    if standing.adopted_on is None and standing.rendering:
        return _("a draft that was not adopted")
    kind = _("adopted %(day)s") if standing.adopted_on else _("draft of %(day)s, not adopted")
    return kind % {"day": date_format(standing.dated, "j F Y")}


def _rendering(standing: Standing) -> str:
    """That it is a translation, after what was adopted: a translation never was."""
    if standing.rendering is None:
        return ""
    return _("; translation into %(language)s, version %(version)s of %(day)s") % {
        "language": in_words([standing.language]),
        "version": standing.rendering.version,
        "day": date_format(standing.rendering.made_on, "j F Y"),
    }


def bibtex(publication: Publication) -> str:
    """An entry for a bibliography in BibTeX."""
    standing = publication.standing
    key = re.sub(r"[^a-z0-9]+", "-", _ascii(standing.edition).lower()).strip("-") or "academy"
    fields = {
        "title": f"{{{_tex(publication.title)}}}",
        "author": f"{{{_tex(standing.edition)}}}",
        "year": str(standing.dated.year),
        "month": str(standing.dated.month),
        "note": _tex(standing.words),
        "url": standing.address,
    }
    if standing.rendering:
        fields["langid"] = standing.language
        key = f"{key}-{standing.language}"
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{key}-{standing.dated.year},\n{lines}\n}}\n"


def ris(publication: Publication) -> str:
    """An entry for reference managers, in RIS."""
    standing = publication.standing
    rows = [
        ("TY", "GEN"),
        ("TI", publication.title),
        ("AU", standing.edition),
        ("DA", f"{standing.dated:%Y/%m/%d}"),
        ("N1", standing.words),
        ("UR", standing.address),
        *([("LA", standing.language)] if standing.rendering else []),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in rows)


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _tex(text: str) -> str:
    return "".join(TEX.get(sign, sign) for sign in " ".join(text.split()))
