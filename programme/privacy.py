"""What the programme keeps about people: parts in sessions, stars, attendance, calendar addresses, edits."""

from django.utils.translation import gettext_lazy as _

from academy.models import User
from academy.privacy.declarations import (
    Basis,
    Declaration,
    Rows,
    after_the_edition,
    blanked,
    deleted,
    of,
    rows_of,
    stays,
    with_the_account,
)

QUARTER, TWO_YEARS = 90, 730
NO_NAME = blanked(_("a paper that was printed cannot be checked any more"), name_digest="")


def of_nobody(_user: User) -> Rows:
    """Guests have no account: their rows are nobody's who could log in."""
    return rows_of("programme.SessionRole").none()


DECLARATIONS = [
    Declaration(
        key="parts_in_sessions",
        model="programme.SessionRole",
        title=_("What you do in sessions"),
        rows=of("programme.SessionRole", "participant__user"),
        fields=("participant", "kind"),
        plain=("guest_name", "guest_affiliation", "guest_biography"),
        shows=("session__title", "kind"),
        purpose=_("to hold the sessions, and to say who speaks in them as far as they want to be named"),
        basis=Basis.TAKING_PART,
        collected_from=_("the organisers"),
        readers=_("the organisers; others what the choice of visibility lets them see"),
        kept=with_the_account(_("with the programme")),
        erasure=stays(_("that somebody had the part stays; releases refer to it without a name")),
    ),
    Declaration(
        key="guests",
        model="programme.SessionRole",
        title=_("Guests who speak in a session"),
        rows=of_nobody,
        fields=("guest_name", "guest_affiliation", "guest_biography"),
        purpose=_("to announce who speaks at the academy"),
        basis=Basis.INTEREST,
        collected_from=_("the organisers"),
        readers=_("everybody"),
        kept=with_the_account(
            _("with the programme, which is published for good; an organiser takes a guest out")
        ),
        erasure=stays(_("a guest has no account; what was released stays as a record of the time")),
    ),
    Declaration(
        key="stars",
        model="programme.Star",
        title=_("Starred sessions"),
        rows=of("programme.Star", "participant__user"),
        fields=("participant",),
        shows=("session__title",),
        purpose=_("to put together one's own programme"),
        basis=Basis.TAKING_PART,
        readers=_("only oneself; organisers see how many there are"),
        kept=after_the_edition("programme.Star", "participant__edition", QUARTER),
        erasure=deleted(),
    ),
    Declaration(
        key="attendance",
        model="programme.Attendance",
        title=_("Sessions that you joined"),
        rows=of("programme.Attendance", "participant__user"),
        fields=("participant", "since"),
        shows=("session__title", "session__starts_at", "since"),
        purpose=_("to certify participation, and to know how many came"),
        basis=Basis.TAKING_PART,
        readers=_("oneself, the organisers"),
        kept=with_the_account(_("as long as the registration that it belongs to")),
        erasure=stays(_("that somebody came stays in the count, without the person")),
    ),
    Declaration(
        key="calendar_addresses",
        model="programme.CalendarKey",
        title=_("The address of your own calendar"),
        rows=of("programme.CalendarKey", "participant__user"),
        fields=("key",),
        shows=("made_at", "revoked_at"),
        purpose=_("to bring one's own programme into a calendar"),
        basis=Basis.TAKING_PART,
        readers=_("whoever has the address"),
        kept=after_the_edition("programme.CalendarKey", "participant__edition", QUARTER),
        erasure=deleted(),
    ),
    Declaration(
        key="certificates",
        model="programme.Certificate",
        title=_("Certificates of participation"),
        rows=of("programme.Certificate", "participant__user"),
        fields=("name_digest", "content", "code"),
        shows=("made_at", "withdrawn_at", "content", "is_pseudonym"),
        purpose=_("to certify participation, so that others can check the paper"),
        basis=Basis.TAKING_PART,
        readers=_("whoever has the code on the paper; the name only as a yes to who types it"),
        kept=after_the_edition("programme.Certificate", "participant__edition", TWO_YEARS, NO_NAME),
        erasure=NO_NAME,
    ),
    Declaration(
        key="edits",
        model="programme.Edit",
        title=_("Your edits of the programme"),
        rows=of("programme.Edit", "by"),
        fields=("by",),
        plain=("of", "words", "before", "after"),
        shows=("edition__title", "at", "words"),
        purpose=_("to undo an edit, and to know who made it"),
        basis=Basis.INTEREST,
        readers=_("the organisers of the academy"),
        kept=after_the_edition("programme.Edit", "edition", TWO_YEARS, blanked(by=None)),
        erasure=blanked(_("the edit stays, without its editor"), by=None),
    ),
]
NOT_ABOUT_PEOPLE = {
    "programme.Strand": _("a theme"),
    "programme.Day": _("a day of the programme"),
    "programme.Session": _("an item of the programme; its hosts are organisations"),
    "programme.JoinLink": _("where a session meets"),
    "programme.Material": _("files of a session; who uploaded them is in the history"),
    "programme.Release": _("a frozen programme; it refers to participants without naming them"),
}
