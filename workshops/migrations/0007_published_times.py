"""The times of the roundtables as they were published; what was published before has those it has now."""

from django.db import migrations, models
from django.db.models import F


def keep_published_times(apps, schema_editor):
    rows = apps.get_model("workshops", "Rotation").objects.exclude(published_at=None)
    rows.update(published_minutes=F("minutes"), published_change=F("change_minutes"))


class Migration(migrations.Migration):
    dependencies = [("workshops", "0006_twins")]

    operations = [
        migrations.AddField(
            "rotation",
            "published_minutes",
            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="minutes as published"),
        ),
        migrations.AddField(
            "rotation",
            "published_change",
            models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="minutes to change tables as published"
            ),
        ),
        migrations.RunPython(keep_published_times, migrations.RunPython.noop, elidable=True),
    ]
