"""What the outcome keeps about people: the electorate of an adoption, and the positions that were taken."""

from django.utils.translation import gettext_lazy as _

from academy.privacy.declarations import Basis, Declaration, blanked, of, stays, with_the_account

WITH_THE_RECORD = _("with the record of the adoption, for good")
SEALED = _("the record of an adoption is sealed; it names nobody, and leads to nobody any more")

DECLARATIONS = [
    Declaration(
        key="electorate",
        model="outcome.Elector",
        title=_("Adoptions in whose electorate you are"),
        rows=of("outcome.Elector", "participant__user"),
        fields=("participant",),
        shows=("procedure__document__title", "procedure__opened_at"),
        purpose=_("to know who may take a position on the outcome document"),
        basis=Basis.TAKING_PART,
        collected_from=_("the roles that the organisers gave"),
        readers=_("oneself, the organisers"),
        kept=with_the_account(WITH_THE_RECORD),
        erasure=stays(SEALED),
    ),
    Declaration(
        key="positions",
        model="outcome.Position",
        title=_("Positions that you took"),
        rows=of("outcome.Position", "elector__participant__user"),
        fields=("choice", "taken_at"),
        shows=("elector__procedure__document__title", "number", "choice", "taken_at"),
        purpose=_("to adopt the outcome document"),
        basis=Basis.TAKING_PART,
        readers=_(
            "oneself; the record says what was chosen, and by whom only as far as they want to be named"
        ),
        kept=with_the_account(WITH_THE_RECORD),
        erasure=stays(SEALED),
    ),
    Declaration(
        key="editors",
        model="outcome.Editor",
        title=_("Windows in which you wrote the outcome document"),
        rows=of("outcome.Editor", "user"),
        fields=("user",),
        plain=("client",),
        shows=("document__title", "since"),
        purpose=_("to let nobody write under somebody else’s number while a document is written together"),
        basis=Basis.TAKING_PART,
        readers=_("nobody; others see who is writing while it is written"),
        kept=with_the_account(),
        erasure=blanked(_("what was written stays, and leads to nobody any more"), user=None),
    ),
]
NOT_ABOUT_PEOPLE = {
    "outcome.Document": _("the outcome document"),
    "outcome.Section": _("a section of it"),
    "outcome.Clause": _("a clause of it"),
    "outcome.LogLine": _("what changed in it while it was written together; names only numbers of editors"),
    "outcome.LogSummary": _("the same, merged"),
    "outcome.Source": _("which finding a clause rests on"),
    "outcome.Disposition": _("why a finding was set aside"),
    "outcome.Revision": _("a published state of the document"),
    "outcome.Procedure": _("the rules of an adoption"),
    "outcome.Record": _("what an adoption came to; electors stand in it by numbers of their own"),
}
