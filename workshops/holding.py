"""What of the workshops hangs on a session of the programme: boards at work, findings and seats hold it."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from programme.holding import Held, counted
from workshops.models import Finding, Group, GuidingQuestion, Roundtable, Seat, Workshop


def held_by_workshops(sessions: Collection[UUID]) -> list[Held]:
    """The findings, open boards and seats that hold these sessions, and the guiding questions that would go."""
    groups = Group.objects.filter(Q(session__in=sessions) | Q(workshop__session__in=sessions))
    findings = Finding.objects.filter(group__in=groups).count()
    boards = groups.exclude(state=Group.State.PLANNED).count()
    seats = Seat.objects.filter(Q(group__in=groups) | Q(slot__in=sessions)).distinct().count()
    workshops = Workshop.objects.filter(session__in=sessions).count()
    questions = GuidingQuestion.objects.filter(part__workshop__session__in=sessions).count()
    tables = Roundtable.objects.filter(session__in=sessions).count()
    return [
        *counted("%(count)s finding", "%(count)s findings", findings, refuses=True),
        *counted(
            "%(count)s board that was opened", "%(count)s boards that were opened", boards, refuses=True
        ),
        *counted("%(count)s seat of a participant", "%(count)s seats of participants", seats, refuses=True),
        *counted("%(count)s workshop", "%(count)s workshops", workshops),
        *counted("%(count)s guiding question", "%(count)s guiding questions", questions),
        *counted("%(count)s roundtable", "%(count)s roundtables", tables),
    ]
