import django.db.models.deletion
import uuid
from django.db import migrations, models
from django.utils import timezone

from academy.sealing import AddSeal


def publish_what_was_shown(apps, schema_editor):
    """Thoughts were shown as soon as they were kept; they stay so."""
    apps.get_model("workshops", "Thought").objects.update(published_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ('workshops', '0005_allocation_desk'),
    ]

    operations = [
        migrations.AddField(
            model_name='thought',
            name='published_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='published'),
        ),
        migrations.RunPython(publish_what_was_shown, migrations.RunPython.noop, elidable=True),
        migrations.CreateModel(
            name='Highlight',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('shown', models.BooleanField(default=True, verbose_name='shown')),
                ('position', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='place')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
                ('finding', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='highlight', to='workshops.finding')),
            ],
            options={
                'verbose_name': "choice for the day's summary",
                'constraints': [models.CheckConstraint(condition=models.Q(('shown', False), ('reason', ''), _connector='OR'), name='reason_of_what_is_left_out')],
            },
        ),
        migrations.CreateModel(
            name='TwinDecision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('verdict', models.CharField(choices=[('same', 'both said it'), ('opposed', 'opposed'), ('apart', 'not the same')], max_length=8, verbose_name='decision')),
                ('decided_at', models.DateTimeField(verbose_name='decided')),
                ('one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workshops.finding')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workshops.finding')),
            ],
            options={
                'verbose_name': 'decision about twin findings',
                'ordering': ('decided_at', 'id'),
                'constraints': [models.UniqueConstraint(fields=('one', 'other', 'number'), name='one_decision_at_a_time'), models.CheckConstraint(condition=models.Q(('one__lt', models.F('other'))), name='pair_in_one_order')],
            },
        ),
        AddSeal(
            name="seal_twin_decision",
            table="workshops_twindecision",
            events=("UPDATE", "DELETE"),
            message="A decision about twin findings is never changed.",
        ),
        AddSeal(
            name="seal_highlight",
            table="workshops_highlight",
            events=("DELETE",),
            message="A choice for a summary is never deleted.",
        ),
    ]
