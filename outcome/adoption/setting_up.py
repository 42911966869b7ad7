"""Setting an adoption up: prepared by one organiser, confirmed by another, opened by hand or by the clock, recalled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import Invalid
from academy.history import record
from academy.models import User
from academy.permissions import insist
from academy.text import tidy
from outcome.adoption.counting import locked_procedure, tell
from outcome.adoption.electorate import checked_electorate, electorate_now
from outcome.adoption.errors import (
    AdoptionUnderWay,
    AnotherPerson,
    NoElectorate,
    NotFrozen,
    NotPrepared,
    OnlyForOrganisers,
    SilenceWasBroken,
)
from outcome.adoption.freezing import UNDER_WAY
from outcome.deciding import Rules, rules_content
from outcome.locking import locked
from outcome.methods import ABSTENTIONS, METHODS
from outcome.models import BallotBox, Document, Elector, Floor, Procedure, Revision
from outcome.permissions import may_draft
from outcome.quorums import BASES, QUORUMS
from outcome.recording import procedure_words

SILENCE = timedelta(hours=72)
MOST_STATEMENT_HOURS = 14 * 24
State = Procedure.State


@dataclass(frozen=True)
class Plan:
    """All that is fixed when an adoption is set up.

    Args:
        electorate: see `checked_electorate`; the delegates, if nothing is said.
        opens_at, closes_at: whole minutes; by hand, if nothing is said. A silence always has its deadline.
        short_notice: why a silence lasts less than 72 hours; it stands in the record.
        statement_hours: for how long after the closing statements are taken; the record is sealed then.
    """

    rules: Rules
    publicity: str = Procedure.Publicity.NAMED
    electorate: Mapping[str, Any] | None = None
    by_clause: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    short_notice: str = ""
    statement_hours: int = 0


@transaction.atomic
def prepare_adoption(document: Document, plan: Plan, *, by: User) -> Procedure:
    """Set up the adoption of the frozen text. Another organiser has to confirm it before it can open.

    Raises:
        NotAllowed, NotFrozen, AdoptionUnderWay, OnlyForOrganisers, NoElectorate, SilenceWasBroken
        Invalid: the rules do not go together, or cannot be reached.
    """
    document = locked(document, by=by)
    revision = document.frozen_revision
    if document.state != Document.State.FROZEN or revision is None:
        raise NotFrozen
    if document.procedures.filter(state__in=UNDER_WAY).exists():
        raise AdoptionUnderWay
    if revision.audience == Revision.Audience.ORGANISERS:
        raise OnlyForOrganisers
    electorate = checked_electorate(plan.electorate)
    people = electorate_now(document.edition, electorate)
    if not people:
        raise NoElectorate
    _check_rules(plan.rules, electorate=len(people))
    _check_plan(plan, document, revision)
    rules = plan.rules
    procedure = Procedure.objects.create(
        document=document,
        revision=revision,
        text_digest=revision.digest,
        **{
            **rules_content(rules),
            "quorum_number": rules.quorum_number if rules.quorum == "number" else None,
        },
        publicity=plan.publicity,
        electorate=electorate,
        by_clause=plan.by_clause,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        short_notice=_short_notice(plan),
        statement_hours=plan.statement_hours,
        prepared_by=by,
        prepared_at=clock.now(),
    )
    _note("adoption prepared", procedure, by=by, data={**rules_content(rules), "digest": revision.digest})
    return procedure


@transaction.atomic
def confirm_adoption(procedure: Procedure, *, by: User) -> Procedure:
    """Confirm what another organiser has prepared. From then on it can be opened, or opens at its time.

    Raises:
        NotAllowed, NotPrepared
        AnotherPerson: whoever prepared it cannot confirm it.
    """
    insist(may_draft(by, procedure.document.edition))
    procedure = locked_procedure(procedure)
    if procedure.state != State.PREPARED:
        raise NotPrepared
    if procedure.prepared_by_id is None or procedure.prepared_by_id == by.pk:
        raise AnotherPerson
    procedure.state, procedure.confirmed_by = State.CONFIRMED, by
    procedure.save(update_fields=["state", "confirmed_by"])
    _note("adoption confirmed", procedure, by=by)
    return procedure


@transaction.atomic
def open_adoption(procedure: Procedure, *, by: User | None) -> Procedure:
    """Open a confirmed adoption: the electorate is drawn up as people stand now, and can take positions.

    Args:
        by: None for the clock.

    Raises:
        NotAllowed, NotPrepared, NoElectorate
        Invalid: a silence would be shorter than was set up, or the closing has passed.
    """
    insist(by is None or may_draft(by, procedure.document.edition))
    procedure = locked_procedure(procedure)
    if procedure.state != State.CONFIRMED:
        raise NotPrepared
    people = electorate_now(procedure.document.edition, procedure.electorate)
    if not people:
        raise NoElectorate
    _check_rules(rules_of(procedure), electorate=len(people))
    _check_time_left(procedure, clock.now())
    procedure.state, procedure.opened_at = State.OPEN, clock.now()
    procedure.save(update_fields=["state", "opened_at"])
    Elector.objects.bulk_create(Elector(procedure=procedure, participant=person) for person in people)
    Floor.objects.create(procedure=procedure)
    if procedure.is_pseudonymous:
        BallotBox.objects.create(procedure=procedure)
    facts = {**rules_content(rules_of(procedure)), "electorate": len(people), "digest": procedure.text_digest}
    _note("adoption opened", procedure, by=by, data=facts)
    return procedure


@transaction.atomic
def recall_adoption(procedure: Procedure, *, reason: str, by: User) -> Procedure:
    """Call an adoption back that was set up or opened wrongly; positions stay in the history, and decide nothing.

    Raises:
        NotAllowed, Invalid
        NotPrepared: it came to a result, or was recalled before.
    """
    insist(may_draft(by, procedure.document.edition))
    procedure = locked_procedure(procedure)
    if not procedure.is_under_way:
        raise NotPrepared
    procedure.recall_reason = tidy(reason, limit=500, what=_("The reason"))
    procedure.state = State.RECALLED
    procedure.save(update_fields=["state", "recall_reason"])
    _note("adoption recalled", procedure, by=by)
    return procedure


def rules_of(procedure: Procedure) -> Rules:
    """By what an adoption is decided."""
    return Rules(
        procedure.method,
        procedure.quorum,
        procedure.quorum_of,
        procedure.quorum_number,
        procedure.abstentions,
    )


def _note(verb: str, procedure: Procedure, *, by: User | None, data: dict[str, Any] | None = None) -> None:
    edition = procedure.document.edition
    tell(procedure, record(edition, verb, procedure, by=by, data=data, content=procedure_words(procedure)))


def _check_rules(rules: Rules, *, electorate: int) -> None:
    if rules.method not in METHODS:
        raise Invalid(_("Please choose a method."))
    if rules.quorum not in QUORUMS or rules.quorum_of not in BASES:
        raise Invalid(_("Please choose a quorum."))
    if rules.abstentions not in ABSTENTIONS:
        raise Invalid(_("Please choose how abstentions are counted."))
    if METHODS[rules.method].by_silence and rules.quorum != "none":
        raise Invalid(_("A silence procedure has no quorum: whoever says nothing agrees."))
    if rules.quorum == "number" and not 1 <= (rules.quorum_number or 0) <= electorate:
        raise Invalid(
            _("The number for the quorum must be between 1 and %(electorate)s, the size of the electorate.")
            % {"electorate": electorate}
        )


def _check_plan(plan: Plan, document: Document, revision: Revision) -> None:
    by_silence = METHODS[plan.rules.method].by_silence
    if plan.publicity not in Procedure.Publicity.values:
        raise Invalid(_("Please choose whether positions are named or pseudonymous."))
    is_pseudonymous = plan.publicity == Procedure.Publicity.PSEUDONYMOUS
    if is_pseudonymous and by_silence:
        raise Invalid(
            _(
                "A silence procedure has no ballots. Choose “named”; whoever breaks it may do so as “a delegate”."
            )
        )
    if is_pseudonymous and plan.by_clause:
        raise Invalid(
            _("Indications clause by clause would say who stands where. They go with named positions only.")
        )
    if not 0 <= plan.statement_hours <= MOST_STATEMENT_HOURS:
        raise Invalid(_("Statements can be taken for up to 14 days after the closing."))
    _check_times(plan, by_silence=by_silence)
    if by_silence and document.procedures.filter(
        method=plan.rules.method, text_digest=revision.digest, state=State.NOT_ADOPTED
    ):
        raise SilenceWasBroken


def _check_times(plan: Plan, *, by_silence: bool) -> None:
    present = clock.now()
    for moment in (plan.opens_at, plan.closes_at):
        if moment and (moment.second or moment.microsecond):
            raise Invalid(_("Opening and closing are whole minutes."))
        if moment and moment <= present:
            raise Invalid(_("Opening and closing lie in the future."))
    opening = plan.opens_at or present
    if plan.closes_at and plan.closes_at <= opening:
        raise Invalid(_("The closing comes after the opening."))
    if not by_silence:
        return
    if plan.closes_at is None:
        raise Invalid(_("A silence procedure needs its deadline."))
    if plan.closes_at - opening < SILENCE and not plan.short_notice.strip():
        raise Invalid(
            _(
                "A silence lasts 72 hours at least. For a shorter one, say why; the reason stands in the record."
            )
        )


def _check_time_left(procedure: Procedure, present: datetime) -> None:
    if procedure.closes_at is None:
        return
    if procedure.closes_at <= present:
        raise Invalid(
            _("The time of the closing has passed already. Recall this adoption, and set up another one.")
        )
    # A minute of grace: the clock opens it in the minute that was set.
    left = procedure.closes_at - present + timedelta(minutes=1)
    if METHODS[procedure.method].by_silence and left < SILENCE and not procedure.short_notice:
        raise Invalid(
            _("Fewer than 72 hours are left until the deadline. Recall it, and set up another one.")
        )


def _short_notice(plan: Plan) -> str:
    if not METHODS[plan.rules.method].by_silence or not plan.short_notice.strip():
        return ""
    return tidy(plan.short_notice, limit=300, what=_("The reason"))
