"""What the room says of amendments: a recommendation and a decision, kept apart, with how they were reached."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import User
from academy.text import tidy
from outcome.amending.clauses import NOTHING, Words, words_by_clause
from outcome.amending.proposing import REASON_LENGTH, OverAlready
from outcome.amending.recording import amendment_words
from outcome.amending.rounds import locked_round
from outcome.amending.standing import LaterText, fits, uncontested, words_in
from outcome.drafting import CLAUSE_LENGTH
from outcome.models import Amendment, Round, Treatment
from outcome.models.clauses import HEADING_LENGTH

LARGEST_VOTE = 100_000
What, Manner, Stage, State = Treatment.What, Treatment.Manner, Treatment.Stage, Amendment.State


class NeedsRebase(DomainError):
    """The base of the round says something else in this place than the amendment starts from."""

    message = gettext_lazy(
        "The text of this round has moved on since the amendment was written. It can be adopted as changed, rejected "
        "or referred, or its proposer puts it on the present text first."
    )


class Contested(DomainError):
    """Only amendments that nothing stands against are taken together."""

    message = gettext_lazy("One of these amendments is not uncontested any more. Nothing was decided.")


@dataclass(frozen=True)
class Saying:
    """What the room says: what, in which manner, with which numbers, with which words if adopted as changed."""

    what: str
    manner: str = Manner.CONSENSUS
    yes: int | None = None
    no: int | None = None
    abstentions: int | None = None
    words: Words = NOTHING
    reason: str = ""


@transaction.atomic
def recommend(found: Round, amendment: Amendment, saying: Saying, *, by: User) -> Amendment:
    """Write down what the room recommends for an amendment; recommending again adds to the log.

    Raises:
        NotAllowed, DocumentFixed, RoundClosed, Invalid, NeedsRebase
        OverAlready: it was decided or withdrawn.
    """
    found = locked_round(found, by=by)
    amendment = _in_round(found, amendment)
    if not amendment.is_pending:
        raise OverAlready
    return _treat(found, amendment, saying, Stage.RECOMMENDATION, by=by)


@transaction.atomic
def decide(found: Round, amendment: Amendment, saying: Saying, *, by: User) -> Amendment:
    """Write down what the room decides on an amendment; until the round is closed it may decide again.

    Raises:
        NotAllowed, DocumentFixed, RoundClosed, Invalid, NeedsRebase
        OverAlready: it was withdrawn, or its words are in the draft already.
    """
    found = locked_round(found, by=by)
    amendment = _in_round(found, amendment)
    if amendment.state == State.WITHDRAWN or hasattr(amendment, "merged"):
        raise OverAlready
    return _treat(found, amendment, saying, Stage.DECISION, by=by)


@transaction.atomic
def adopt_together(found: Round, numbers: Iterable[int], saying: Saying, *, by: User) -> list[Amendment]:
    """Adopt several uncontested amendments in one decision, all of them or none.

    Raises:
        NotAllowed, DocumentFixed, RoundClosed, Invalid
        Contested: something stands against one of them.
    """
    found = locked_round(found, by=by)
    wanted = set(numbers)
    if not wanted:
        raise Invalid(_("Please choose at least one amendment."))
    chosen = [amendment for amendment in uncontested(found) if amendment.number in wanted]
    if {amendment.number for amendment in chosen} != wanted:
        raise Contested
    together = Saying(
        What.ADOPT, saying.manner, saying.yes, saying.no, saying.abstentions, reason=saying.reason
    )
    return [_treat(found, amendment, together, Stage.DECISION, by=by) for amendment in chosen]


def _in_round(found: Round, amendment: Amendment) -> Amendment:
    """The amendment as it is now, of the section that this round is about.

    Raises:
        Invalid: it is about another section.
    """
    rows = Amendment.objects.select_related("document__edition", "section", "clause", "after", "merged")
    row = rows.filter(pk=amendment.pk, section=found.section_id).first()
    if row is None:
        raise Invalid(_("This amendment is about another section."))
    return row


def _treat(found: Round, amendment: Amendment, saying: Saying, stage: str, *, by: User) -> Amendment:
    _check(amendment, saying)
    wording = amendment.wordings.latest("number")
    base, later = words_by_clause(found.base.content), LaterText.of(found)
    is_later = later.holds(amendment, wording, base)
    is_fitting = fits(amendment, wording, later.by_clause if is_later else base)
    if saying.what == What.ADOPT and not is_fitting:
        raise NeedsRebase
    words = _changed(amendment, saying)
    proposed = words_in(wording)
    if saying.what == What.ADOPT_CHANGED and is_fitting and words == proposed:
        raise Invalid(_("These are the words as proposed. Choose “adopt”, or write what the room changed."))
    last = amendment.treatments.order_by("-number").first()
    Treatment.objects.create(
        amendment=amendment,
        round=found,
        wording=wording,
        number=last.number + 1 if last else 1,
        stage=stage,
        what=saying.what,
        heading=words.heading,
        text=words.text,
        remark=words.remark,
        reason=tidy(saying.reason, limit=REASON_LENGTH, what=_("The reason"))
        if saying.reason.strip()
        else "",
        manner=saying.manner,
        yes=saying.yes,
        no=saying.no,
        abstentions=saying.abstentions,
        at=clock.now(),
    )
    amendment.state = State.DECIDED if stage == Stage.DECISION else State.RECOMMENDED
    amendment.save(update_fields=["state"])
    facts = {"number": amendment.number, "what": saying.what, "manner": saying.manner}
    verb = "amendment decided" if stage == Stage.DECISION else "amendment recommended"
    record(found.document.edition, verb, amendment, by=by, data=facts, content=amendment_words(amendment))
    announce("amendments changed", document=str(found.document_id))
    return amendment


def _check(amendment: Amendment, saying: Saying) -> None:
    if saying.what not in What.values or saying.manner not in Manner.values:
        raise Invalid(_("Please choose what the room says, and how it came to it."))
    numbers = (saying.yes, saying.no, saying.abstentions)
    if saying.manner == Manner.CONSENSUS:
        if any(number is not None for number in numbers):
            raise Invalid(_("A consensus has no numbers. Choose the vote, or leave the numbers empty."))
    elif any(number is None or not 0 <= number <= LARGEST_VOTE for number in numbers):
        raise Invalid(_("Please write how many were for it, against it and abstained."))
    elif saying.what in (What.ADOPT, What.ADOPT_CHANGED) and (saying.no or 0) > (saying.yes or 0):
        raise Invalid(
            _("More were against it than for it: by this vote the room did not adopt it. Please look again.")
        )
    if saying.what == What.ADOPT_CHANGED and amendment.kind == Amendment.Kind.DELETION:
        raise Invalid(_("A deletion is adopted as it is, rejected or referred."))


def _changed(amendment: Amendment, saying: Saying) -> Words:
    """The words with which the room adopts an amendment as changed; nothing for every other saying."""
    if saying.what != What.ADOPT_CHANGED:
        return NOTHING
    words = saying.words
    heading = (
        tidy(words.heading, limit=HEADING_LENGTH, what=_("The short title")) if words.heading.strip() else ""
    )
    text = tidy(words.text, limit=CLAUSE_LENGTH, what=_("The clause"))
    remark = ""
    if words.remark.strip() and amendment.section.strand_id:
        remark = tidy(words.remark, limit=CLAUSE_LENGTH, what=_("The remark"))
    return Words(heading, text, remark)
