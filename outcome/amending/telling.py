"""What became of amendments, in words; and the mail that tells proposers once a revision is published."""

from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.mail.posting import address_of
from academy.mail.reading import language_written, writing_to
from academy.models import Participant
from academy.outbox import queue_message
from outcome.amending.standing import WITH_ALL, last_treatment
from outcome.models import Amendment, MergedAmendment, Revision, Round, Treatment

Share, What = MergedAmendment.Share, Treatment.What
GONE = (Participant.State.WITHDRAWN, Participant.State.DECLINED)
FATES: dict[str, Promise] = {
    "pending": gettext_lazy("It waits for the finalisation round."),
    "undecided": gettext_lazy("The round was closed without a decision on it."),
    "withdrawn": gettext_lazy("It was withdrawn."),
    What.REJECT: gettext_lazy("The room rejected it."),
    What.REFER: gettext_lazy("The room referred it to the drafting group."),
    "waiting": gettext_lazy(
        "The room adopted it. The drafting group has not taken its words into the text yet."
    ),
    Share.WHOLE: gettext_lazy("The room adopted it, and its words are in the text."),
    Share.EDITED: gettext_lazy(
        "The room adopted it, and the drafting group took its words into the text, edited."
    ),
    Share.LEFT_OUT: gettext_lazy(
        "The room adopted it, and the drafting group left its words out of the text."
    ),
}
# Where the words in the text are those of the room, and where there are none.
FATES_CHANGED: dict[str, Promise] = {
    "waiting": gettext_lazy(
        "The room adopted it as changed. The drafting group has not taken the words of the room into the text yet."
    ),
    Share.WHOLE: gettext_lazy("The room adopted it as changed, and the words of the room are in the text."),
    Share.EDITED: gettext_lazy(
        "The room adopted it as changed, and the drafting group took the words of the room into the text, edited."
    ),
    Share.LEFT_OUT: gettext_lazy(
        "The room adopted it as changed, and the drafting group left the words of the room out of the text."
    ),
}
FATES_OF_DELETIONS: dict[str, Promise] = {
    "waiting": gettext_lazy(
        "The room adopted it. The drafting group has not taken the clause out of the text yet."
    ),
    Share.WHOLE: gettext_lazy("The room adopted it, and the clause is out of the text."),
    Share.LEFT_OUT: gettext_lazy("The room adopted it, and the drafting group left the clause in the text."),
}
# Of what the drafting group made of an amendment that the room left to it.
FATES_REFERRED: dict[str, Promise] = {
    Share.WHOLE: gettext_lazy(
        "The room referred it to the drafting group, which took its words into the text."
    ),
    Share.EDITED: gettext_lazy(
        "The room referred it to the drafting group, which took its words into the text, edited."
    ),
    Share.LEFT_OUT: gettext_lazy(
        "The room referred it to the drafting group, which left its words out of the text."
    ),
}
FATES_OF_REFERRED_DELETIONS: dict[str, Promise] = {
    Share.WHOLE: gettext_lazy(
        "The room referred it to the drafting group, which took the clause out of the text."
    ),
    Share.LEFT_OUT: gettext_lazy(
        "The room referred it to the drafting group, which left the clause in the text."
    ),
}


def fate_of(amendment: Amendment, *, is_over: bool) -> str:
    """What became of an amendment, as a key of `FATES`. Fetch it with its treatments and `merged`.

    Args:
        is_over: whether the last round on its section is closed.
    """
    if amendment.state == Amendment.State.WITHDRAWN:
        return "withdrawn"
    decision = last_treatment(amendment, Treatment.Stage.DECISION)
    if amendment.is_pending or decision is None:
        return "undecided" if is_over else "pending"
    if decision.what == What.REJECT:
        return decision.what
    merged = getattr(amendment, "merged", None)
    if merged is None:
        return decision.what if decision.what == What.REFER else "waiting"
    return str(merged.share)


def fate_words(amendment: Amendment, fate: str) -> str | Promise:
    """What became of an amendment, as a sentence for its proposer. Fetch it with its treatments."""
    decision = last_treatment(amendment, Treatment.Stage.DECISION)
    is_deletion = amendment.kind == Amendment.Kind.DELETION
    special: dict[str, Promise] = {}
    if decision and decision.what == What.REFER:
        special = FATES_OF_REFERRED_DELETIONS if is_deletion else FATES_REFERRED
    elif is_deletion:
        special = FATES_OF_DELETIONS
    elif decision and decision.what == What.ADOPT_CHANGED:
        special = FATES_CHANGED
    return special.get(fate, FATES[fate])


def reason_of(amendment: Amendment) -> str:
    """Why it became of it what it did: the drafting group's reason, or the room's."""
    merged = getattr(amendment, "merged", None)
    if merged and merged.reason:
        return str(merged.reason)
    decision = last_treatment(amendment, Treatment.Stage.DECISION)
    return decision.reason if decision else ""


def sections_over(document_id: UUID) -> set[UUID]:
    """The sections whose last round is closed."""
    last: dict[UUID, bool] = {}
    rows = Round.objects.filter(document=document_id).order_by("opened_at")
    for section, closed_at in rows.values_list("section", "closed_at"):
        last[section] = closed_at is not None
    return {section for section, is_over in last.items() if is_over}


def tell_proposers(revision: Revision) -> int:
    """Write to the proposers what became of their amendments, once their round is closed; the same only once.

    Called in the transaction that publishes the revision; returns how many mails are in the outbox for it.
    """
    if revision.audience == Revision.Audience.ORGANISERS:
        return 0
    over = sections_over(revision.document_id)
    rows = Amendment.objects.filter(document=revision.document, section__in=over, proposer__isnull=False)
    rows = rows.exclude(state=Amendment.State.WITHDRAWN).select_related(
        "proposer__user", "merged", "document__edition"
    )
    told = 0
    for amendment in rows.prefetch_related(*WITH_ALL).order_by("number"):
        assert amendment.proposer is not None  # noqa: S101  # the rows are of those who have one
        if amendment.proposer.user.is_active and amendment.proposer.state not in GONE:
            with writing_to(amendment.proposer.user, amendment.proposer):
                _tell(amendment, revision)
            told += 1
    return told


def _tell(amendment: Amendment, revision: Revision) -> None:
    assert amendment.proposer is not None  # noqa: S101  # asked by the caller
    edition, fate = revision.document.edition, fate_of(amendment, is_over=True)
    parts = [str(fate_words(amendment, fate))]
    if reason := reason_of(amendment):
        parts.append(_("Why:") + "\n" + reason)
    parts.append(
        _("Revision %(number)s, “%(label)s”, is published. Your amendment, and what became of it:")
        % {"number": revision.number, "label": revision.label}
        + "\n"
        + address_of("outcome:amendment", edition.slug, str(amendment.number))
    )
    queue_message(
        key=f"amendment:{amendment.pk}:{fate}",
        to=amendment.proposer.user.email,
        user=amendment.proposer.user,
        edition=edition,
        subject=_("What became of your amendment %(number)s") % {"number": amendment.number},
        body="\n\n".join(parts),
        language=language_written(),
    )
