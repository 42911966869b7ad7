from django.db import migrations

from academy.sealing import AddSeal

FIXED = "d.state IN ('frozen', 'adopted', 'published')"
DOCUMENT_IS_FIXED = (
    f"EXISTS (SELECT 1 FROM outcome_document d WHERE d.id = {{row}}.document_id AND {FIXED})"
)
CLAUSE_IS_FIXED = (
    "EXISTS (SELECT 1 FROM outcome_clause c JOIN outcome_document d ON d.id = c.document_id "
    f"WHERE c.id = {{row}}.clause_id AND {FIXED})"
)
PROCEDURE_IS_CLOSED = (
    "EXISTS (SELECT 1 FROM outcome_elector e JOIN outcome_procedure p ON p.id = e.procedure_id "
    "WHERE e.id = {row}.elector_id AND p.state <> 'open')"
)
SAME_WORDS = "NEW.title = OLD.title AND NEW.lead = OLD.lead AND NEW.edition_id = OLD.edition_id"
ONLY_PUBLISHING = (
    f"OLD.state = 'adopted' AND NEW.state = 'published' AND {SAME_WORDS} "
    "AND NEW.frozen_revision_id = OLD.frozen_revision_id"
)
ONLY_CLOSING = (
    "OLD.state = 'open' AND NEW.state <> 'open' AND NEW.document_id = OLD.document_id "
    "AND NEW.revision_id = OLD.revision_id AND NEW.text_digest = OLD.text_digest AND NEW.method = OLD.method "
    "AND NEW.quorum = OLD.quorum AND COALESCE(NEW.quorum_number, 0) = COALESCE(OLD.quorum_number, 0) "
    "AND NEW.opened_at = OLD.opened_at"
)
ELECTORATE_IS_FIXED = (
    "EXISTS (SELECT 1 FROM outcome_procedure p WHERE p.id = {row}.procedure_id AND p.state <> 'open') OR EXISTS "
    "(SELECT 1 FROM outcome_position s JOIN outcome_elector e ON e.id = s.elector_id "
    "WHERE e.procedure_id = {row}.procedure_id)"
)


class Migration(migrations.Migration):
    dependencies = [("outcome", "0001_initial")]

    operations = [
        AddSeal(
            name="seal_revision",
            table="outcome_revision",
            events=("UPDATE", "DELETE"),
            message="A published revision is not changed or removed.",
        ),
        AddSeal(
            name="seal_record",
            table="outcome_record",
            events=("UPDATE", "DELETE"),
            message="The record of an adoption is not changed or removed.",
        ),
        AddSeal(
            name="seal_clause",
            table="outcome_clause",
            events=("DELETE",),
            message="A clause is never deleted.",
        ),
        AddSeal(
            name="seal_fixed_clause",
            table="outcome_clause",
            events=("INSERT", "UPDATE"),
            when=DOCUMENT_IS_FIXED,
            message="The text of this document is fixed.",
        ),
        AddSeal(
            name="seal_fixed_section",
            table="outcome_section",
            events=("INSERT", "UPDATE", "DELETE"),
            when=DOCUMENT_IS_FIXED,
            message="The text of this document is fixed.",
        ),
        AddSeal(
            name="seal_fixed_source",
            table="outcome_source",
            events=("INSERT", "UPDATE", "DELETE"),
            when=CLAUSE_IS_FIXED,
            message="The sources of this document are fixed.",
        ),
        AddSeal(
            name="seal_document",
            table="outcome_document",
            events=("DELETE",),
            message="A document is never deleted.",
        ),
        AddSeal(
            name="seal_adopted_document",
            table="outcome_document",
            events=("UPDATE",),
            when=f"OLD.state IN ('adopted', 'published') AND NOT ({ONLY_PUBLISHING})",
            message="An adopted document is not changed.",
        ),
        AddSeal(
            name="seal_frozen_document",
            table="outcome_document",
            events=("UPDATE",),
            when=f"OLD.state = 'frozen' AND NOT ({SAME_WORDS})",
            message="The text of this document is fixed.",
        ),
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
            when=PROCEDURE_IS_CLOSED,
            message="This adoption is closed.",
        ),
        AddSeal(
            name="seal_elector",
            table="outcome_elector",
            events=("UPDATE", "DELETE"),
            message="The electorate is fixed at opening.",
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
            when=f"NOT ({ONLY_CLOSING})",
            message="The rules of an adoption are fixed at opening; a closed one is not changed.",
        ),
    ]
