from django.db import migrations, models


def number_the_waiting(apps, schema_editor):
    """Give everybody on a waiting list a number, in the order in which they registered."""
    Participant = apps.get_model("academy", "Participant")
    numbers = {}
    for row in Participant.objects.filter(state="waiting").order_by("edition", "registered_at", "pk"):
        numbers[row.edition_id] = row.waiting_number = numbers.get(row.edition_id, 0) + 1
        row.save(update_fields=["waiting_number"])


class Migration(migrations.Migration):
    dependencies = [("academy", "0003_people")]

    operations = [
        migrations.RunPython(number_the_waiting, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('edition', 'waiting_number'), name='one_person_per_waiting_number'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waiting'), _negated=True), ('waiting_number__isnull', False), _connector='OR'), name='waiting_has_a_number'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'offered'), _negated=True), ('offered_until__isnull', False), _connector='OR'), name='offer_has_an_end'),
        ),
    ]
