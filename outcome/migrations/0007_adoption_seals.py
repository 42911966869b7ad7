from django.db import migrations

from academy.sealing import AddSeal


def same(*columns: str) -> str:
    """That these columns are as they were, also where there was nothing in them."""
    return " AND ".join(
        f"COALESCE(NEW.{column} = OLD.{column}, NEW.{column} IS NULL AND OLD.{column} IS NULL)"
        for column in columns
    )


def same_or_gone(*columns: str) -> str:
    """That these people are as they were, or were erased."""
    return " AND ".join(
        f"(NEW.{column} IS NULL OR COALESCE(NEW.{column} = OLD.{column}, FALSE))" for column in columns
    )


def procedure_of_elector(condition: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM outcome_elector e JOIN outcome_procedure p ON p.id = e.procedure_id "
        f"WHERE e.id = {{row}}.elector_id AND ({condition}))"
    )


def procedure_of_row(condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM outcome_procedure p WHERE p.id = {{row}}.procedure_id AND ({condition}))"


SAME_RULES = same(
    "document_id",
    "revision_id",
    "text_digest",
    "method",
    "abstentions",
    "quorum",
    "quorum_of",
    "quorum_number",
    "publicity",
    "electorate",
    "by_clause",
    "opens_at",
    "closes_at",
    "short_notice",
    "statement_hours",
    "prepared_at",
)
SAME_TWO = same("prepared_by_id", "confirmed_by_id")
STEPS = (
    # Confirmed by another organiser.
    "(OLD.state = 'prepared' AND NEW.state = 'confirmed' AND NEW.confirmed_by_id IS NOT NULL "
    f"AND NEW.prepared_by_id <> NEW.confirmed_by_id AND {same('prepared_by_id', 'opened_at', 'closed_at')})",
    f"(OLD.state = 'confirmed' AND NEW.state = 'open' AND {SAME_TWO} AND {same('closed_at', 'recall_reason')})",
    "(OLD.state = 'open' AND NEW.state IN ('adopted', 'not-adopted', 'polled') AND NEW.closed_at IS NOT NULL "
    f"AND {SAME_TWO} AND {same('opened_at', 'recall_reason')})",
    "(OLD.state IN ('prepared', 'confirmed', 'open') AND NEW.state = 'recalled' "
    f"AND {SAME_TWO} AND {same('opened_at')})",
    # Somebody who set it up was erased.
    f"({same('state', 'opened_at', 'closed_at', 'recall_reason')} "
    f"AND {same_or_gone('prepared_by_id', 'confirmed_by_id')})",
)
A_STEP = f"{SAME_RULES} AND ({' OR '.join(STEPS)})"
NOT_OPEN = procedure_of_row("p.state <> 'open'")
ELECTORATE_IS_FIXED = (
    f"{NOT_OPEN} OR EXISTS (SELECT 1 FROM outcome_position s "
    "JOIN outcome_elector e ON e.id = s.elector_id WHERE e.procedure_id = {row}.procedure_id) OR EXISTS "
    "(SELECT 1 FROM outcome_cast c JOIN outcome_elector e ON e.id = c.elector_id "
    "WHERE e.procedure_id = {row}.procedure_id)"
)
BOX_IS_CLOSED = procedure_of_row(
    "p.state <> 'open' OR p.publicity <> 'pseudonymous' OR p.closes_at <= {row}.minute"
)
CONFIRMING = (
    "NEW.is_confirmed AND NOT OLD.is_confirmed AND NEW.confirmed_by_id IS NOT NULL "
    f"AND NEW.entered_by_id <> NEW.confirmed_by_id AND {same('entered_by_id')}"
)
COUNT_ERASED = f"{same('is_confirmed')} AND {same_or_gone('entered_by_id', 'confirmed_by_id')}"
COUNT_STEP = f"{same('procedure_id', 'number', 'label', 'counts')} AND (({CONFIRMING}) OR ({COUNT_ERASED}))"
STATEMENT_IS_LATE = (
    "EXISTS (SELECT 1 FROM outcome_record r WHERE r.procedure_id = {row}.procedure_id) OR "
    + procedure_of_row("p.state NOT IN ('open', 'adopted', 'not-adopted', 'polled')")
)
WITHDRAWING = (
    f"{same('procedure_id', 'elector_id', 'kind', 'clause_id', 'text', 'attribution', 'made_at')} "
    "AND NEW.is_withdrawn AND NOT OLD.is_withdrawn AND NEW.kind <> 'reason'"
)
CLOSED = "This adoption is closed."


class Migration(migrations.Migration):
    dependencies = [("outcome", "0006_adoption_procedure")]

    operations = [
        AddSeal(
            name="seal_position",
            table="outcome_position",
            events=("UPDATE", "DELETE"),
            message="A position is not changed or removed.",
        ),
        AddSeal(
            name="seal_late_position",
            table="outcome_position",
            events=("INSERT",),
            when=procedure_of_elector("p.state <> 'open'"),
            message=CLOSED,
        ),
        AddSeal(
            name="seal_overdue_position",
            table="outcome_position",
            events=("INSERT",),
            when=procedure_of_elector("p.closes_at <= {row}.taken_at"),
            message=CLOSED,
        ),
        AddSeal(
            name="seal_named_position",
            table="outcome_position",
            events=("INSERT",),
            when=procedure_of_elector("p.publicity <> 'named'"),
            message="This adoption takes pseudonymous ballots only.",
        ),
        AddSeal(
            name="seal_late_elector",
            table="outcome_elector",
            events=("INSERT",),
            when=ELECTORATE_IS_FIXED,
            message="The electorate is fixed at opening.",
        ),
        AddSeal(
            name="seal_procedure",
            table="outcome_procedure",
            events=("DELETE",),
            message="An adoption is never deleted.",
        ),
        AddSeal(
            name="seal_rules",
            table="outcome_procedure",
            events=("UPDATE",),
            when=f"NOT ({A_STEP})",
            message="The rules of an adoption are fixed when it is set up; a closed one is not changed.",
        ),
        AddSeal(
            name="seal_begun_procedure",
            table="outcome_procedure",
            events=("INSERT",),
            when="NEW.state <> 'prepared'",
            message="An adoption is prepared by one organiser and confirmed by another.",
        ),
        AddSeal(
            name="seal_cast",
            table="outcome_cast",
            events=("UPDATE", "DELETE"),
            message="A ballot that was cast is not taken back.",
        ),
        AddSeal(
            name="seal_late_cast",
            table="outcome_cast",
            events=("INSERT",),
            when=procedure_of_elector("p.state <> 'open' OR p.publicity <> 'pseudonymous'"),
            message=CLOSED,
        ),
        AddSeal(
            name="seal_box",
            table="outcome_ballotbox",
            events=("DELETE",),
            message="A ballot box is never removed.",
        ),
        AddSeal(
            name="seal_late_box",
            table="outcome_ballotbox",
            events=("INSERT", "UPDATE"),
            when=BOX_IS_CLOSED,
            message=CLOSED,
        ),
        AddSeal(
            name="seal_timed_box",
            table="outcome_ballotbox",
            events=("UPDATE",),
            when=f"NEW.minute IS NULL AND NOT ({same('ballots')})",
            message="A ballot is put into the box at a time before the closing.",
        ),
        AddSeal(
            name="seal_presence",
            table="outcome_presence",
            events=("INSERT", "UPDATE", "DELETE"),
            when=procedure_of_elector("p.state <> 'open'"),
            message=CLOSED,
        ),
        AddSeal(
            name="seal_indication",
            table="outcome_indication",
            events=("INSERT", "UPDATE", "DELETE"),
            when=procedure_of_elector("p.state <> 'open' OR p.publicity <> 'named'"),
            message=CLOSED,
        ),
        AddSeal(
            name="seal_room_count",
            table="outcome_roomcount",
            events=("DELETE",),
            message="A count is never removed.",
        ),
        AddSeal(
            name="seal_late_room_count",
            table="outcome_roomcount",
            events=("INSERT",),
            when=f"NEW.is_confirmed OR {NOT_OPEN}",
            message=CLOSED,
        ),
        AddSeal(
            name="seal_changed_room_count",
            table="outcome_roomcount",
            events=("UPDATE",),
            when=f"NOT ({COUNT_STEP}) OR (NEW.is_confirmed AND NOT OLD.is_confirmed AND "
            f"{NOT_OPEN.replace('{row}', 'NEW')})",
            message="A count is confirmed by another organiser as it was entered.",
        ),
        AddSeal(
            name="seal_statement",
            table="outcome_statement",
            events=("DELETE",),
            message="A statement is never removed.",
        ),
        AddSeal(
            name="seal_late_statement",
            table="outcome_statement",
            events=("INSERT", "UPDATE"),
            when=STATEMENT_IS_LATE,
            message="The time for statements is over.",
        ),
        AddSeal(
            name="seal_said_statement",
            table="outcome_statement",
            events=("UPDATE",),
            when=f"NOT ({WITHDRAWING})",
            message="A statement is withdrawn, not changed.",
        ),
    ]
