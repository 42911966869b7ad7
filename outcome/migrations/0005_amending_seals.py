from django.db import migrations

from academy.sealing import AddSeal

SECTION_IS_OVER = (
    "EXISTS (SELECT 1 FROM outcome_round r WHERE r.section_id = {section}) AND NOT EXISTS "
    "(SELECT 1 FROM outcome_round r WHERE r.section_id = {section} AND r.closed_at IS NULL)"
)
OF_AMENDMENT = "(SELECT a.section_id FROM outcome_amendment a WHERE a.id = {row}.amendment_id)"
ROUND_IS_OVER = SECTION_IS_OVER.replace("{section}", "{row}.section_id")
AMENDMENT_IS_OVER = (
    SECTION_IS_OVER.replace("{section}", OF_AMENDMENT)
    + " OR EXISTS (SELECT 1 FROM outcome_amendment a WHERE a.id = {row}.amendment_id "
    "AND a.state IN ('withdrawn', 'decided'))"
)
ONLY_STATE = (
    "NEW.document_id = OLD.document_id AND NEW.number = OLD.number AND NEW.kind = OLD.kind "
    "AND NEW.section_id = OLD.section_id AND COALESCE(CAST(NEW.clause_id AS VARCHAR(40)), '') = COALESCE(CAST(OLD.clause_id AS VARCHAR(40)), '') "
    "AND COALESCE(CAST(NEW.after_id AS VARCHAR(40)), '') = COALESCE(CAST(OLD.after_id AS VARCHAR(40)), '') "
    "AND COALESCE(CAST(NEW.proposer_id AS VARCHAR(40)), '') = COALESCE(CAST(OLD.proposer_id AS VARCHAR(40)), '') AND NEW.proposed_at = OLD.proposed_at"
)
ONLY_TIMES = (
    "OLD.closed_at IS NULL AND NEW.document_id = OLD.document_id AND NEW.section_id = OLD.section_id "
    "AND COALESCE(CAST(NEW.workshop_id AS VARCHAR(40)), '') = COALESCE(CAST(OLD.workshop_id AS VARCHAR(40)), '') AND NEW.base_id = OLD.base_id "
    "AND NEW.opened_at = OLD.opened_at"
)
CLOSED_ROUND = "EXISTS (SELECT 1 FROM outcome_round r WHERE r.id = NEW.round_id AND r.closed_at IS NOT NULL)"
SAME_COMMENT = (
    "NEW.clause_id = OLD.clause_id AND NEW.revision_id = OLD.revision_id "
    "AND COALESCE(CAST(NEW.parent_id AS VARCHAR(40)), '') = COALESCE(CAST(OLD.parent_id AS VARCHAR(40)), '') AND COALESCE(CAST(NEW.author_id AS VARCHAR(40)), '') = COALESCE(CAST(OLD.author_id AS VARCHAR(40)), '') "
    "AND NEW.text = OLD.text AND NEW.quote = OLD.quote AND NEW.written_at = OLD.written_at"
)
ANSWER_TO_ANSWER = (
    "EXISTS (SELECT 1 FROM outcome_comment c WHERE c.id = NEW.parent_id AND c.parent_id IS NOT NULL)"
)
KEPT = ("UPDATE", "DELETE")


class Migration(migrations.Migration):
    dependencies = [("outcome", "0004_amending")]

    operations = [
        AddSeal(
            name="seal_amendment",
            table="outcome_amendment",
            events=("DELETE",),
            message="An amendment is never deleted.",
        ),
        AddSeal(
            name="seal_amendment_place",
            table="outcome_amendment",
            events=("UPDATE",),
            when=f"OLD.state = 'withdrawn' OR NOT ({ONLY_STATE})",
            message="Of an amendment only the state changes.",
        ),
        AddSeal(
            name="seal_late_amendment",
            table="outcome_amendment",
            events=("INSERT", "UPDATE"),
            when=ROUND_IS_OVER,
            message="The round on this section is closed.",
        ),
        AddSeal(
            name="seal_wording",
            table="outcome_wording",
            events=KEPT,
            message="The words of an amendment are not changed or removed.",
        ),
        AddSeal(
            name="seal_late_wording",
            table="outcome_wording",
            events=("INSERT",),
            when=AMENDMENT_IS_OVER,
            message="This amendment takes no other words.",
        ),
        AddSeal(
            name="seal_late_signature",
            table="outcome_cosignature",
            events=("INSERT", "UPDATE", "DELETE"),
            when=AMENDMENT_IS_OVER,
            message="This amendment takes no signatures.",
        ),
        AddSeal(
            name="seal_treatment",
            table="outcome_treatment",
            events=KEPT,
            message="What a room said is not changed or removed.",
        ),
        AddSeal(
            name="seal_late_treatment",
            table="outcome_treatment",
            events=("INSERT",),
            when=CLOSED_ROUND,
            message="This round is closed.",
        ),
        AddSeal(
            name="seal_round",
            table="outcome_round",
            events=("DELETE",),
            message="A round is never deleted.",
        ),
        AddSeal(
            name="seal_round_terms",
            table="outcome_round",
            events=("UPDATE",),
            when=f"NOT ({ONLY_TIMES})",
            message="A round keeps its base and its scope; a closed one is not changed.",
        ),
        AddSeal(
            name="seal_merge",
            table="outcome_merge",
            events=KEPT,
            message="A merge is not changed or removed.",
        ),
        AddSeal(
            name="seal_merged_amendment",
            table="outcome_mergedamendment",
            events=KEPT,
            message="What became of an amendment is not changed or removed.",
        ),
        AddSeal(
            name="seal_comment",
            table="outcome_comment",
            events=("DELETE",),
            message="A comment is never deleted.",
        ),
        AddSeal(
            name="seal_comment_words",
            table="outcome_comment",
            events=("UPDATE",),
            when=f"NOT ({SAME_COMMENT})",
            message="The words of a comment are not changed.",
        ),
        AddSeal(
            name="seal_deeper_answer",
            table="outcome_comment",
            events=("INSERT",),
            when=ANSWER_TO_ANSWER,
            message="Answers are not answered.",
        ),
        AddSeal(
            name="seal_mention",
            table="outcome_mention",
            events=KEPT,
            message="A mention is not changed or removed.",
        ),
    ]
