"""What the history of a person says, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.models import HistoryEntry, Role, Visibility
from academy.people.filtering import VISIBILITIES

WORDS: dict[str, str | Promise] = {
    "registered": gettext_lazy("Registered, and agreed to what is kept"),
    "profile changed": gettext_lazy("Registration corrected"),
    "registration applied": gettext_lazy("Put back to those who applied"),
    "registration confirmed": gettext_lazy("Confirmed"),
    "registration waiting": gettext_lazy("Put on the waiting list"),
    "registration offered": gettext_lazy("Offered a place"),
    "registration declined": gettext_lazy("Declined"),
    "registration withdrawn": gettext_lazy("Withdrawn"),
    "registration forgotten": gettext_lazy("Personal data erased"),
    "place taken back": gettext_lazy("The place was taken back"),
    "offer lapsed": gettext_lazy("The offer of a place ended without an answer"),
    "offer accepted": gettext_lazy("Took the place that was offered"),
    "place handed on": gettext_lazy("Confirmed, as a place became free"),
    "audience forgotten": gettext_lazy("Taken out of what letters were asked for"),
    "answers changed": gettext_lazy("Answers corrected"),
    "access need written": gettext_lazy("Access needs written down"),
    "access need removed": gettext_lazy("Access needs taken back"),
    "consent given": gettext_lazy("Consent given"),
    "consent withdrawn": gettext_lazy("Consent taken back"),
    "shown less": gettext_lazy("Shown less than the person had chosen"),
    "pseudonym replaced": gettext_lazy("Another pseudonym in place of the one that they had"),
    "visibility narrowed again": gettext_lazy("Seen again as chosen after the backup that was restored"),
    "pseudonym replaced again": gettext_lazy(
        "Another pseudonym in place of one that was replaced after the backup"
    ),
    "news wanted": gettext_lazy("Choice about news changed"),
    "role granted": gettext_lazy("Role given: %(kind)s"),
    "role ended": gettext_lazy("Role ended: %(kind)s"),
    "role in session given": gettext_lazy("Part in a session given: %(kind)s"),
    "role in session ended": gettext_lazy("Part in a session ended: %(kind)s"),
    "seat pinned": gettext_lazy("Given a seat in a group by hand"),
    "session joined": gettext_lazy("Came to a session"),
    "calendar address made": gettext_lazy("Made a calendar address"),
    "calendar address revoked": gettext_lazy("Took the calendar address back"),
    "certificate made": gettext_lazy("Certificate of participation made"),
    "certificate withdrawn": gettext_lazy("Certificate of participation taken back"),
}


def words_of(entry: HistoryEntry) -> str:
    """One entry in words; a verb that nobody put into words speaks for itself."""
    data = entry.data if isinstance(entry.data, dict) else {}
    words = WORDS.get(entry.verb)
    if words is None:
        return entry.verb[:1].upper() + entry.verb[1:]
    kind = str(data.get("kind", ""))
    said = (
        str(words) % {"kind": dict(Role.Kind.choices).get(kind, kind)} if kind else verb_in_words(entry.verb)
    )
    shown = dict(VISIBILITIES).get(Visibility(data["visibility"])) if _is_visibility(data) else None
    return f"{said} ({_('visibility: %(words)s') % {'words': shown}})" if shown else said


def verb_in_words(verb: str) -> str:
    """What was done, without what it was done with: "Role given"."""
    words = str(WORDS.get(verb, verb)).partition(": %(")[0]
    return words[:1].upper() + words[1:]


def _is_visibility(data: dict[str, object]) -> bool:
    return data.get("visibility") in Visibility.values
