from django.db import migrations

from academy.sealing import AddSeal


class Migration(migrations.Migration):
    dependencies = [("programme", "0001_initial")]

    operations = [
        AddSeal(
            name="seal_release",
            table="programme_release",
            events=("UPDATE", "DELETE"),
            message="A released programme is not changed or removed.",
        ),
    ]
