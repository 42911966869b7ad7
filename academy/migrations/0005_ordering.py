from django.db import migrations, models

import academy.ordering
from academy.ordering import sort_key


def make_keys(apps, schema_editor):
    """Make the keys by which those who are registered already are sorted."""
    Participant = apps.get_model("academy", "Participant")
    rows = list(Participant.objects.only("pk", "name", "organisation"))
    for row in rows:
        row.name_key = sort_key(row.name)[:240]
        row.organisation_key = sort_key(row.organisation)[:320]
    Participant.objects.bulk_update(rows, ["name_key", "organisation_key"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("academy", "0004_waiting_numbers")]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="name_key",
            field=academy.ordering.SortKey(of="name", max_length=240, verbose_name="name as it is sorted"),
        ),
        migrations.AddField(
            model_name="participant",
            name="organisation_key",
            field=academy.ordering.SortKey(of="organisation", max_length=320, verbose_name="organisation as it is sorted"),
        ),
        migrations.AddIndex(
            model_name="participant",
            index=models.Index(fields=["edition", "name_key", "id"], name="participant_by_name"),
        ),
        migrations.RunPython(make_keys, migrations.RunPython.noop, elidable=True),
    ]
