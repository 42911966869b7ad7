"""Proposing amendments: a change, a new clause, a deletion; on another base, withdrawn, joined by others."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Participant, User
from academy.permissions import insist, participation
from academy.text import tidy
from outcome.amending.clauses import NOTHING, Words, words_by_clause
from outcome.amending.permissions import has_amending_right, is_proposer, may_amend, rules_of
from outcome.amending.recording import amendment_words
from outcome.amending.turns import in_turn, insist_on_input
from outcome.drafting import CLAUSE_LENGTH
from outcome.models import Amendment, Clause, CoSignature, Document, Revision, Section, Wording
from outcome.models.clauses import HEADING_LENGTH
from outcome.permissions import audiences_of

REASON_LENGTH = 1000
Kind, State = Amendment.Kind, Amendment.State


class NotTaken(DomainError):
    """The document takes no amendments from this person now."""

    message = gettext_lazy("Amendments are not taken at present. Nothing was changed.")


class BaseMoved(DomainError):
    """A newer revision says something else in this place; `revision` is the newest."""

    message = gettext_lazy(
        "A newer revision changed this clause while you were writing. Your words were not sent yet."
    )

    def __init__(self, revision: Revision) -> None:
        super().__init__()
        self.revision = revision


class NothingProposed(Invalid):
    """The words are those of the clause."""

    message = gettext_lazy("You changed nothing. Change the words, or propose to take the clause out.")


class OverAlready(DomainError):
    """The amendment was decided or withdrawn."""

    message = gettext_lazy("This amendment was decided or withdrawn already. Nothing was changed.")


class OwnAmendment(DomainError):
    """Nobody co-signs their own amendment."""

    message = gettext_lazy("You proposed this amendment yourself.")


def readable_base(document: Document, by: User) -> Revision:
    """The newest revision that somebody may read: what they propose on.

    Raises:
        NotTaken: there is none yet.
    """
    audiences = audiences_of(by, document.edition)
    found = Revision.objects.readable(audiences).filter(document=document).first()
    if found is None:
        raise NotTaken(_("There is no revision yet that you could propose a change to."))
    return found


def open_for(document: Document, by: User) -> None:
    """Refuse whoever may not propose at all, and everybody while amendments are not taken.

    Raises:
        NotAllowed, NotTaken
    """
    insist(has_amending_right(by, document.edition))
    if not may_amend(by, document.edition, rules_of(document)):
        raise NotTaken


@transaction.atomic
def propose_change(clause: Clause, words: Words, *, reason: str, base: int, by: User) -> Amendment:
    """Propose other words for a clause.

    Args:
        base: the number of the revision that the words were written on.

    Raises:
        NotAllowed, NotTaken, InputOver, DocumentFixed, Invalid, NothingProposed
        BaseMoved: a newer revision has other words for the clause.
    """
    document = _begin(clause.document, clause.section, by)
    revision, before = _base_of(document, clause, base, by)
    proposed = _tidied(words, has_remark=clause.kind == Clause.Kind.ENCOURAGEMENT)
    if proposed == before:
        raise NothingProposed
    amendment = _made(document, Kind.CHANGE, clause.section, by, clause=clause)
    return _worded(amendment, revision, before, proposed, reason, verb="amendment proposed", by=by)


@transaction.atomic
def propose_deletion(clause: Clause, *, reason: str, base: int, by: User) -> Amendment:
    """Propose to take a clause out.

    Raises:
        As `propose_change`.
    """
    document = _begin(clause.document, clause.section, by)
    revision, before = _base_of(document, clause, base, by)
    amendment = _made(document, Kind.DELETION, clause.section, by, clause=clause)
    return _worded(amendment, revision, before, NOTHING, reason, verb="amendment proposed", by=by)


@transaction.atomic
def propose_addition(
    section: Section, words: Words, *, after: Clause | None, reason: str, base: int, by: User
) -> Amendment:
    """Propose a new clause, after another one of the section or at its beginning.

    Raises:
        As `propose_change`.
    """
    document = _begin(section.document, section, by)
    if after is None:
        revision, before = _newest(document, base, by), NOTHING
    elif after.section_id != section.pk:
        raise Invalid(_("This clause stands in another section."))
    else:
        revision, before = _base_of(document, after, base, by)
    proposed = _tidied(words, has_remark=section.kind != Section.Kind.PREAMBLE)
    amendment = _made(document, Kind.ADDITION, section, by, after=after)
    return _worded(amendment, revision, before, proposed, reason, verb="amendment proposed", by=by)


@transaction.atomic
def rebase(amendment: Amendment, words: Words, *, reason: str, base: int, by: User) -> Amendment:
    """Put an amendment on the newest words of its clause, or give it better ones; who co-signed has to do so again.

    Raises:
        NotAllowed: it is somebody else's.
        OverAlready, NotTaken, InputOver, DocumentFixed, Invalid, NothingProposed, BaseMoved
    """
    insist(is_proposer(by, amendment))
    document = _begin(amendment.document, amendment.section, by)
    amendment = _pending(amendment)
    place = amendment.clause or amendment.after
    if place is None:
        revision, before = _newest(document, base, by), NOTHING
    else:
        revision, before = _base_of(document, place, base, by)
    proposed = NOTHING
    if amendment.kind != Kind.DELETION:
        proposed = _tidied(words, has_remark=amendment.section.kind != Section.Kind.PREAMBLE)
    if amendment.kind == Kind.CHANGE and proposed == before:
        raise NothingProposed
    # What the room said was about other words.
    amendment.state = State.SUBMITTED
    amendment.save(update_fields=["state"])
    return _worded(amendment, revision, before, proposed, reason, verb="amendment reworded", by=by)


@transaction.atomic
def withdraw_amendment(amendment: Amendment, *, by: User) -> Amendment:
    """Take an amendment back; its words stay readable.

    Raises:
        NotAllowed: it is somebody else's.
        OverAlready, InputOver, DocumentFixed
    """
    insist(is_proposer(by, amendment))
    document = in_turn(amendment.document)
    insist_on_input(amendment.section)
    amendment = _pending(amendment)
    amendment.state = State.WITHDRAWN
    amendment.save(update_fields=["state"])
    return _record(document, "amendment withdrawn", amendment, by=by)


@transaction.atomic
def co_sign(amendment: Amendment, *, by: User) -> Amendment:
    """Join an amendment as it is worded now; joining twice is the same as once.

    Raises:
        NotAllowed, NotTaken, InputOver, DocumentFixed, OverAlready, OwnAmendment
    """
    document = _begin(amendment.document, amendment.section, by)
    amendment = _pending(amendment)
    participant = participation(by, document.edition)
    insist(participant is not None and participant.state == Participant.State.CONFIRMED)
    if is_proposer(by, amendment):
        raise OwnAmendment
    wording = amendment.wordings.latest("number")
    signature = CoSignature.objects.filter(amendment=amendment, participant=participant).first()
    if signature and signature.wording_id == wording.pk:
        return amendment
    CoSignature.objects.update_or_create(
        amendment=amendment,
        participant=participant,
        defaults={"wording": wording, "signed_at": clock.now()},
    )
    return _record(document, "amendment co-signed", amendment, by=by)


@transaction.atomic
def take_signature_back(amendment: Amendment, *, by: User) -> Amendment:
    """Leave an amendment that one joined.

    Raises:
        NotAllowed: nobody who takes part.
        InputOver, DocumentFixed, OverAlready
    """
    insist(has_amending_right(by, amendment.document.edition))
    document = in_turn(amendment.document)
    insist_on_input(amendment.section)
    amendment = _pending(amendment)
    gone, _rows = CoSignature.objects.filter(amendment=amendment, participant__user=by).delete()
    return _record(document, "co-signature taken back", amendment, by=by) if gone else amendment


# --- The steps --------------------------------------------------------------------------------------------------------


def _begin(document: Document, section: Section, by: User) -> Document:
    open_for(document, by)
    document = in_turn(document)
    insist_on_input(section)
    return document


def _newest(document: Document, base: int, by: User) -> Revision:
    """The newest revision for this person; it is the one that they wrote on, or an older one that they could read.

    Raises:
        Invalid: there is no such revision.
    """
    newest = readable_base(document, by)
    if base < 1 or base > newest.number:
        raise Invalid(_("There is no such revision."))
    return newest


def _base_of(document: Document, clause: Clause, base: int, by: User) -> tuple[Revision, Words]:
    """The newest revision with the words of the clause in it, if they are those of the revision written on."""
    newest = _newest(document, base, by)
    now = words_by_clause(newest.content).get(str(clause.pk))
    if now is None:
        raise Invalid(_("This clause is not in the document any more."))
    audiences = audiences_of(by, document.edition)
    seen = Revision.objects.readable(audiences).filter(document=document, number=base).first()
    if seen is None:
        raise Invalid(_("There is no such revision."))
    if seen.pk != newest.pk and words_by_clause(seen.content).get(str(clause.pk)) != now:
        raise BaseMoved(newest)
    return newest, now


def _tidied(words: Words, *, has_remark: bool) -> Words:
    heading = (
        tidy(words.heading, limit=HEADING_LENGTH, what=_("The short title")) if words.heading.strip() else ""
    )
    text = tidy(words.text, limit=CLAUSE_LENGTH, what=_("The clause"))
    remark = ""
    if has_remark and words.remark.strip():
        remark = tidy(words.remark, limit=CLAUSE_LENGTH, what=_("The remark"))
    return Words(heading, text, remark)


def _made(
    document: Document,
    kind: str,
    section: Section,
    by: User,
    *,
    clause: Clause | None = None,
    after: Clause | None = None,
) -> Amendment:
    last = Amendment.objects.filter(document=document).order_by("-number").values_list("number", flat=True)
    return Amendment.objects.create(
        document=document,
        number=(last.first() or 0) + 1,
        kind=kind,
        section=section,
        clause=clause,
        after=after,
        proposer=participation(by, document.edition),
        proposed_at=clock.now(),
    )


def _worded(
    amendment: Amendment, base: Revision, before: Words, proposed: Words, reason: str, *, verb: str, by: User
) -> Amendment:
    last = amendment.wordings.order_by("-number").first()
    Wording.objects.create(
        amendment=amendment,
        number=last.number + 1 if last else 1,
        base=base,
        base_digest=before.digest,
        heading=proposed.heading,
        text=proposed.text,
        remark=proposed.remark,
        reason=tidy(reason, limit=REASON_LENGTH, what=_("The reason")),
        written_at=clock.now(),
    )
    return _record(amendment.document, verb, amendment, by=by)


def _pending(amendment: Amendment) -> Amendment:
    """The amendment as it is now, if nothing final became of it.

    Raises:
        OverAlready
    """
    related = ("document__edition", "section", "clause", "after")
    row = Amendment.objects.select_related(*related).get(pk=amendment.pk)
    if not row.is_pending:
        raise OverAlready
    return row


def _record(document: Document, verb: str, amendment: Amendment, *, by: User) -> Amendment:
    facts = {"number": amendment.number, "kind": amendment.kind}
    record(document.edition, verb, amendment, by=by, data=facts, content=amendment_words(amendment))
    announce("amendments changed", document=str(document.pk))
    return amendment
