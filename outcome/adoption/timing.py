"""What the clock does: opens, closes and seals what is due. Done by beat and by whoever looks; twice is once."""

import logging

from academy import clock
from academy.errors import DomainError
from outcome.adoption.closing import close_if_due, seal_if_due
from outcome.adoption.setting_up import open_adoption
from outcome.models import Procedure

log = logging.getLogger(__name__)
State = Procedure.State


def is_due(procedure: Procedure) -> bool:
    """Whether the clock has something to do on this adoption."""
    moment = clock.now()
    if procedure.state == State.CONFIRMED:
        return procedure.opens_at is not None and procedure.opens_at <= moment
    if procedure.state == State.OPEN:
        return procedure.closes_at is not None and procedure.closes_at <= moment
    until = procedure.statements_until
    return procedure.is_closed and until is not None and until <= moment and not hasattr(procedure, "record")


def catch_up(procedure: Procedure) -> bool:
    """Do what is due on an adoption: one step after the other; returns whether anything was."""
    done = False
    if procedure.state == State.CONFIRMED and is_due(procedure):
        try:
            open_adoption(procedure, by=None)
            done = True
        except DomainError as error:
            log.warning("The adoption %s was not opened at its time: %s", procedure.pk, type(error).__name__)
            return False
        procedure.refresh_from_db()
    if procedure.state == State.OPEN and close_if_due(procedure):
        done = True
        procedure.refresh_from_db()
    return seal_if_due(procedure) is not None or done if procedure.is_closed else done


def catch_up_all() -> int:
    """Do what is due on every adoption; returns on how many something was."""
    unsealed = Procedure.objects.exclude(state__in=(State.PREPARED, State.RECALLED)).filter(record=None)
    return sum(
        catch_up(procedure) for procedure in unsealed.select_related("document__edition") if is_due(procedure)
    )
