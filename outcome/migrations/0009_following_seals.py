from django.db import migrations

from academy.sealing import AddSeal

SAME_ENDORSEMENT = (
    "NEW.edition_id = OLD.edition_id AND NEW.revision_id = OLD.revision_id AND NEW.organisation = OLD.organisation "
    "AND NEW.kind = OLD.kind AND NEW.country = OLD.country AND NEW.domain = OLD.domain "
    "AND NEW.statement = OLD.statement AND NEW.asked_at = OLD.asked_at"
)
KEPT = ("UPDATE", "DELETE")


class Migration(migrations.Migration):
    dependencies = [("outcome", "0008_following")]

    operations = [
        AddSeal(
            name="seal_endorsement",
            table="outcome_endorsement",
            events=("DELETE",),
            message="An endorsement is never deleted; it is withdrawn.",
        ),
        AddSeal(
            name="seal_endorsement_words",
            table="outcome_endorsement",
            events=("UPDATE",),
            when=f"NOT ({SAME_ENDORSEMENT}) OR (OLD.state IN ('withdrawn', 'declined') AND NEW.state <> OLD.state)",
            message="What was endorsed stays as it was; only its state changes, and not after its end.",
        ),
        AddSeal(
            name="seal_commitment",
            table="outcome_commitment",
            events=("DELETE",),
            message="A commitment is never deleted; it is given up.",
        ),
        AddSeal(
            name="seal_commitment_wording",
            table="outcome_commitmentwording",
            events=KEPT,
            message="The wordings of a commitment are not changed or removed.",
        ),
        AddSeal(
            name="seal_progress_note",
            table="outcome_progressnote",
            events=KEPT,
            message="What was reported is not changed or removed.",
        ),
    ]
