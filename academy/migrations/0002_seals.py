from django.db import migrations

from academy.sealing import AddSeal


class Migration(migrations.Migration):
    dependencies = [("academy", "0001_initial")]

    operations = [
        AddSeal(
            name="seal_history",
            table="academy_historyentry",
            events=("UPDATE", "DELETE"),
            message="History is append-only.",
        ),
        AddSeal(
            name="seal_history_head",
            table="academy_historyhead",
            events=("DELETE",),
            message="The end of a history is not removed.",
        ),
    ]
