from django.db import migrations

from academy.sealing import AddSeal

KEPT = ("UPDATE", "DELETE")
SAME_TRANSLATION = "NEW.revision_id = OLD.revision_id AND NEW.language = OLD.language AND NEW.begun_at = OLD.begun_at"
NOT_IN_WORK = (
    "NOT EXISTS (SELECT 1 FROM outcome_translation t WHERE t.id = {row}.translation_id AND t.state = 'in-work')"
)
NOT_READY = (
    "NOT EXISTS (SELECT 1 FROM outcome_translation t WHERE t.id = {row}.translation_id AND t.state = 'ready')"
)


class Migration(migrations.Migration):
    dependencies = [("outcome", "0010_translating")]

    operations = [
        AddSeal(
            name="seal_translation",
            table="outcome_translation",
            events=("DELETE",),
            message="A language version is never deleted.",
        ),
        AddSeal(
            name="seal_translation_of",
            table="outcome_translation",
            events=("UPDATE",),
            when=f"NOT ({SAME_TRANSLATION})",
            message="A language version stays one of its revision, in its language.",
        ),
        AddSeal(
            name="seal_translated_part",
            table="outcome_translatedpart",
            events=KEPT,
            message="What was translated is not changed or removed.",
        ),
        AddSeal(
            name="seal_late_part",
            table="outcome_translatedpart",
            events=("INSERT",),
            when=NOT_IN_WORK,
            message="This language version is not in work.",
        ),
        AddSeal(
            name="seal_language_version",
            table="outcome_languageversion",
            events=KEPT,
            message="A published language version is not changed or removed.",
        ),
        AddSeal(
            name="seal_early_version",
            table="outcome_languageversion",
            events=("INSERT",),
            when=NOT_READY,
            message="This language version does not wait for its publication.",
        ),
    ]
