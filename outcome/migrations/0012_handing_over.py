from django.db import migrations, models

from academy.sealing import AddSeal, LiftSeal

SAME_ENDORSEMENT = (
    "NEW.edition_id = OLD.edition_id AND NEW.revision_id = OLD.revision_id AND NEW.organisation = OLD.organisation "
    "AND NEW.kind = OLD.kind AND NEW.country = OLD.country AND NEW.domain = OLD.domain "
    "AND NEW.statement = OLD.statement AND NEW.asked_at = OLD.asked_at"
)
# As they are from 0009 on: SQLite remakes the table, and would lose them.
SEALS = (
    {
        "name": "seal_endorsement",
        "table": "outcome_endorsement",
        "events": ("DELETE",),
        "message": "An endorsement is never deleted; it is withdrawn.",
    },
    {
        "name": "seal_endorsement_words",
        "table": "outcome_endorsement",
        "events": ("UPDATE",),
        "when": f"NOT ({SAME_ENDORSEMENT}) OR (OLD.state IN ('withdrawn', 'declined') AND NEW.state <> OLD.state)",
        "message": "What was endorsed stays as it was; only its state changes, and not after its end.",
    },
)


class Migration(migrations.Migration):
    dependencies = [("outcome", "0011_translating_seals")]

    operations = [
        *(LiftSeal(**seal) for seal in SEALS),
        migrations.AddField(
            "endorsement",
            "offered_at",
            models.DateTimeField(blank=True, null=True, verbose_name="offered"),
        ),
        migrations.AddField(
            "endorsement",
            "successor_address",
            models.EmailField(
                blank=True,
                db_default="",
                default="",
                max_length=254,
                verbose_name="address to which it is offered",
            ),
        ),
        *(AddSeal(**seal) for seal in SEALS),
    ]
