import django.db.models.deletion
import uuid
from django.db import migrations, models

from academy.sealing import AddSeal


class Migration(migrations.Migration):

    dependencies = [
        ('academy', '0004_waiting_numbers'),
        ('workshops', '0002_seals'),
    ]

    operations = [
        migrations.CreateModel(
            name='Support',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('dots', models.PositiveSmallIntegerField(default=1, verbose_name='dots')),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supports', to='workshops.finding')),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supports', to='academy.participant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('finding', 'participant'), name='one_support_per_person')],
            },
        ),
        AddSeal(
            name="seal_support",
            table="workshops_support",
            events=("DELETE",),
            message="A support is never deleted.",
        ),
    ]
