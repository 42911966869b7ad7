"""The certificate of participation as a PDF. What it says is handed to Typst as data, never as markup."""

from datetime import date
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from academy.paper import typeset
from programme.cleaning import one_line

SOURCE = Path(__file__).parent / "certificate.typ"


def certificate_pdf(content: dict[str, Any], *, name: str, code: str, address: str, made: date) -> bytes:
    """The certificate as PDF bytes. The name stands in its text only, not in what PDF readers show about a file.

    Args:
        content: what is attested, as `programme.certificates` keeps it.
        address: of the page that checks it.
    """
    starts, ends = (date.fromisoformat(content[key]) for key in ("starts", "ends"))
    data = {
        "heading": _("Certificate of participation"),
        "name": one_line(name),
        "took_part": _("took part in"),
        "title": one_line(content["title"]),
        "when": f"{date_format(starts, 'j F Y')} – {date_format(ends, 'j F Y')}",
        "sum": in_words(content),
        "sessions": [
            {
                "date": date_format(date.fromisoformat(session["date"]), "j F"),
                "title": one_line(session["title"]),
                "minutes": _("%(minutes)s min") % {"minutes": session["minutes"]}
                if session["minutes"]
                else "",
            }
            for session in content["sessions"]
        ],
        "recorded": _("Attendance is recorded when somebody goes through the link of a session."),
        "check": _("This certificate can be checked at"),
        "address": address,
        "code_words": _("with the code"),
        "code": code,
        "made": _("made on %(day)s") % {"day": date_format(made, "j F Y")},
        "language": (get_language() or "en").split("-")[0],
    }
    return typeset(SOURCE, "certificate", data)


def in_words(content: dict[str, Any]) -> str:
    """The sum of what was attended: "9 sessions on 5 days, 11 hours in all"."""
    count, days, hours = len(content["sessions"]), content["days"], content["minutes"] / 60
    sessions = ngettext("%(count)s session", "%(count)s sessions", count) % {"count": count}
    on_days = ngettext("on %(count)s day", "on %(count)s days", days) % {"count": days}
    if not content["minutes"]:
        return f"{sessions} {on_days}"
    in_all = _("%(hours)s hours in all") % {"hours": f"{hours:.1f}".removesuffix(".0")}
    return f"{sessions} {on_days}, {in_all}"
