"""What the workshops keep about people: seats, who noted a finding, the guests of the thoughts on the day."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import User
from academy.privacy.declarations import (
    Basis,
    Blanking,
    Declaration,
    Fading,
    Fate,
    Rows,
    after_the_edition,
    deleted,
    of,
    rows_of,
    stays,
    with_the_account,
)

HALF_YEAR = 180
WHY = Fading(
    Fate.PSEUDONYMOUS,
    Blanking({"reason": ""}),
    _("that somebody sat there stays, without the person or the reason"),
)


def of_nobody(_user: User) -> Rows:
    """The guests of a day have no account."""
    return rows_of("workshops.Thought").none()


def published(rows: Rows) -> Rows:
    """Of the seats at roundtables those that are not only a draft."""
    return rows.filter(is_draft=False)


def pairs_of(user: User) -> Rows:
    """The pairs that somebody is one of."""
    own = Q(first__user=user.pk) | Q(second__user=user.pk)
    return rows_of("workshops.Pair").filter(own)


# Where rules and drafts are read, and by whom.
ORGANISERS = _("the organisers, on the desk for groups; nobody else, and no file")

DECLARATIONS = [
    Declaration(
        key="seats",
        model="workshops.Seat",
        title=_("Your groups"),
        rows=of("workshops.Seat", "participant__user"),
        fields=("participant", "reason"),
        shows=("workshop__title", "group__name", "pinned", "reason"),
        purpose=_("to spread people evenly over the groups"),
        basis=Basis.TAKING_PART,
        collected_from=_("a draw, or the organisers"),
        readers=_("oneself, the organisers, those who run the group"),
        kept=after_the_edition("workshops.Seat", "workshop__edition", HALF_YEAR, WHY),
        erasure=WHY,
    ),
    Declaration(
        key="planned_seats",
        model="workshops.PlannedSeat",
        title=_("Drafts of who sits in which group"),
        rows=of("workshops.PlannedSeat", "participant__user"),
        fields=("participant", "lock"),
        purpose=_("to prepare the groups; what is published stands under your groups"),
        basis=Basis.TAKING_PART,
        collected_from=_("a draw, or the organisers"),
        readers=ORGANISERS,
        kept=after_the_edition("workshops.PlannedSeat", "plan__edition", HALF_YEAR, deleted()),
        erasure=deleted(),
    ),
    Declaration(
        key="planned_changes",
        model="workshops.PlanChange",
        title=_("Steps of drafts of who sits in which group"),
        rows=of("workshops.PlanChange", "participant__user"),
        fields=("participant", "lock_before", "lock_after"),
        purpose=_("to take back a step of a draft"),
        basis=Basis.TAKING_PART,
        collected_from=_("a draw, or the organisers"),
        readers=ORGANISERS,
        kept=after_the_edition("workshops.PlanChange", "step__plan__edition", HALF_YEAR, deleted()),
        erasure=deleted(),
    ),
    Declaration(
        key="pairs",
        model="workshops.Pair",
        title=_("Who is kept together or apart"),
        rows=pairs_of,
        fields=("first", "second", "kind"),
        purpose=_(
            "to have two people sit together or apart in whatever is drawn; a reason is never written down"
        ),
        basis=Basis.INTEREST,
        collected_from=_("the organisers, or one of the two"),
        readers=_(
            "the organisers, on the desk for groups; not the two themselves, as it would tell each about the other "
            "(Art. 15 (4) GDPR)"
        ),
        kept=after_the_edition("workshops.Pair", "edition", HALF_YEAR, deleted()),
        erasure=deleted(),
    ),
    Declaration(
        key="wishes",
        model="workshops.Wish",
        title=_("Which parallel sessions you would like"),
        rows=of("workshops.Wish", "participant__user"),
        fields=("participant", "rank"),
        shows=("session__title", "rank"),
        purpose=_("to give as many people as possible what they wish for"),
        basis=Basis.TAKING_PART,
        readers=_("oneself; the organisers, as numbers and where they place somebody"),
        kept=after_the_edition("workshops.Wish", "slot__edition", HALF_YEAR, deleted()),
        erasure=deleted(),
    ),
    Declaration(
        key="roundtable_seats",
        model="workshops.RoundtableSeat",
        title=_("Your roundtables"),
        rows=of("workshops.RoundtableSeat", "participant__user"),
        fields=("participant",),
        shows=("table__session__title", "rotation"),
        readable=published,
        purpose=_("to let people rotate over the roundtables"),
        basis=Basis.TAKING_PART,
        collected_from=_("a draw, or the organisers"),
        readers=_("the organisers; oneself, when it is published"),
        kept=after_the_edition("workshops.RoundtableSeat", "slot__edition", HALF_YEAR, deleted()),
        erasure=deleted(),
    ),
    Declaration(
        key="findings",
        model="workshops.Finding",
        title=_("Findings that you noted"),
        rows=of("workshops.Finding", "author__user"),
        fields=("author",),
        plain=("text", "reason", "language"),
        shows=("group__workshop__title", "group__name", "noted_at", "kind", "text", "state"),
        purpose=_("to write down what a group found; it is the group's, and never shown with who noted it"),
        basis=Basis.TAKING_PART,
        readers=_("the finding: the group, then everybody who takes part; who noted it: nobody"),
        kept=with_the_account(_("with the outcome document, whose clauses rest on it")),
        erasure=stays(_("what was said may be used, who said it leads to nobody")),
    ),
    Declaration(
        key="support",
        model="workshops.Support",
        title=_("Findings that you support"),
        rows=of("workshops.Support", "participant__user"),
        fields=("participant",),
        shows=("finding__text", "dots", "changed_at"),
        purpose=_("to see which findings a group holds strongly, without who does"),
        basis=Basis.TAKING_PART,
        readers=_(
            "how many dots a finding has: the group, then everybody who takes part; whose they are: nobody"
        ),
        kept=with_the_account(_("with the finding")),
        erasure=stays(_("how many people supported a finding stays, and leads to nobody")),
    ),
    Declaration(
        key="attributions",
        model="workshops.Attribution",
        title=_("Findings that you let your name stand at"),
        rows=of("workshops.Attribution", "participant__user"),
        fields=("participant",),
        shows=("finding__text", "given_at", "taken_back_at"),
        purpose=_("to show who noted a finding, where that person wants it"),
        basis=Basis.CONSENT,
        readers=_(
            "while it stands, who may read the group's board: the name, or the pseudonym of a protected person"
        ),
        kept=with_the_account(_("until the account is erased; the name goes as soon as it is taken back")),
        erasure=deleted(),
    ),
    Declaration(
        key="read_back_answers",
        model="workshops.Answer",
        title=_("What you answered when sentences were read back"),
        rows=of("workshops.Answer", "participant__user"),
        fields=("participant", "correction"),
        shows=("sentence__text", "correction", "answered_at"),
        purpose=_("to know which sentences the room confirms, and which it wants corrected"),
        basis=Basis.TAKING_PART,
        readers=_("the correction: the group, without who asked for it; who answered: nobody"),
        kept=with_the_account(_("with the group's summary")),
        erasure=stays(_("how many people confirmed a sentence stays, and leads to nobody")),
    ),
    Declaration(
        key="thoughts",
        model="workshops.Thought",
        title=_("Thoughts on the day of a guest"),
        rows=of_nobody,
        fields=("speaker", "affiliation", "text"),
        purpose=_("to keep what a distinguished guest said at the end of a day"),
        basis=Basis.INTEREST,
        collected_from=_("the organisers"),
        readers=_("everybody who takes part, once they are published"),
        kept=with_the_account(_("with the academy; an organiser takes it out on request")),
        erasure=stays(_("a guest has no account; an organiser takes it out on request")),
    ),
]
NOT_ABOUT_PEOPLE = {
    "workshops.Workshop": _("a workshop of the programme"),
    "workshops.Part": _("a part of a workshop"),
    "workshops.GuidingQuestion": _("a question that groups answer"),
    "workshops.Group": _("a parallel group; who sits in it are the seats"),
    "workshops.ClosedPart": _("how many dots findings have, without who gave them"),
    "workshops.Guide": _("the words of an edition for its moderators or participants"),
    "workshops.ReadBack": _("that a group's sentences were read back"),
    "workshops.Sentence": _("a sentence that was read back, without names"),
    "workshops.FindingEvent": _("what happened to a finding, without who did it"),
    "workshops.Summary": _("a group's core results, without names"),
    "workshops.TwinDecision": _("which findings of two groups say the same, without who decided"),
    "workshops.Highlight": _("what of a day's findings is shown in its summary, without who chose"),
    "workshops.Roundtable": _("a table of the networking day"),
    "workshops.Plan": _("a draft of who sits where; who does are its planned seats"),
    "workshops.PlanSlot": _("a time that a draft is about"),
    "workshops.PlanStep": _("what was done with a draft, without who did it and to whom"),
    "workshops.PlanRun": _("a search for groups, in numbers"),
    "workshops.WishRound": _("until when wishes can be stated"),
    "workshops.Rotation": _("how the roundtables rotate"),
}
