import django.db.models.deletion
import uuid
from django.db import migrations, models

from academy.sealing import AddSeal, LiftSeal

BOARD_IS_CLOSED = "EXISTS (SELECT 1 FROM workshops_group g WHERE g.id = {row}.group_id AND g.state = 'closed')"
# SQLite remakes the tables of findings and groups to add columns: it would drop the first two of these with the table,
# and stumbles over the third, which looks into it.
IN_THE_WAY = (
    {
        "name": "seal_finding",
        "table": "workshops_finding",
        "events": ("DELETE",),
        "message": "A finding is never deleted.",
    },
    {
        "name": "seal_closed_board",
        "table": "workshops_finding",
        "events": ("INSERT", "UPDATE"),
        "when": BOARD_IS_CLOSED,
        "message": "The board of this group is closed.",
    },
    {
        "name": "seal_closed_ledger",
        "table": "workshops_findingevent",
        "events": ("INSERT",),
        "when": BOARD_IS_CLOSED,
        "message": "The board of this group is closed.",
    },
)


class Migration(migrations.Migration):

    dependencies = [
        ('academy', '0004_waiting_numbers'),
        ('programme', '0004_certificates'),
        ('workshops', '0003_support'),
    ]

    operations = [
        *(LiftSeal(**seal) for seal in IN_THE_WAY),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveSmallIntegerField(verbose_name='version of the sentence')),
                ('correction', models.CharField(blank=True, max_length=300, verbose_name='correction')),
                ('answered_at', models.DateTimeField(verbose_name='answered')),
            ],
        ),
        migrations.CreateModel(
            name='Attribution',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('taken_back_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ClosedPart',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('tally', models.JSONField(default=dict, verbose_name='dots of each finding')),
                ('closed_at', models.DateTimeField(verbose_name='closed')),
            ],
            options={
                'ordering': ('group', 'part'),
            },
        ),
        migrations.CreateModel(
            name='Guide',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', models.CharField(choices=[('moderators', 'moderators and co-facilitators'), ('participants', 'participants')], max_length=12, verbose_name='for')),
                ('text', models.TextField(max_length=8000, verbose_name='text')),
            ],
        ),
        migrations.CreateModel(
            name='ReadBack',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('begun_at', models.DateTimeField(verbose_name='begun')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
            ],
            options={
                'ordering': ('group', 'begun_at'),
            },
        ),
        migrations.CreateModel(
            name='Sentence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.CharField(max_length=1000, verbose_name='text')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
            ],
            options={
                'ordering': ('read_back', 'position'),
            },
        ),
        migrations.AddField(
            model_name='finding',
            name='on_behalf',
            field=models.BooleanField(default=False, verbose_name='entered for somebody without a connection'),
        ),
        migrations.AddField(
            model_name='finding',
            name='split_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='workshops.finding'),
        ),
        migrations.AddField(
            model_name='group',
            name='dots',
            field=models.PositiveSmallIntegerField(default=3, verbose_name='dots of each person in each part'),
        ),
        migrations.AddField(
            model_name='group',
            name='part_left',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='seconds left while the clock stands'),
        ),
        migrations.AddField(
            model_name='group',
            name='participants_write',
            field=models.BooleanField(default=False, verbose_name='participants may note findings'),
        ),
        migrations.AlterField(
            model_name='findingevent',
            name='verb',
            field=models.CharField(choices=[('noted', 'noted'), ('reworded', 'reworded'), ('agreed', 'agreed'), ('parked', 'parked'), ('merged', 'merged'), ('reopened', 'reopened'), ('moved', 'moved'), ('split', 'split'), ('split off', 'split off from another'), ('undone', 'last step undone')], max_length=12, verbose_name='what happened'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('split_from__isnull', True), models.Q(('split_from', models.F('id')), _negated=True), _connector='OR'), name='not_split_from_itself'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.CheckConstraint(condition=models.Q(('part_ends_at__isnull', True), ('part_left__isnull', True), _connector='OR'), name='a_clock_stands_or_runs'),
        ),
        migrations.AddField(
            model_name='answer',
            name='participant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='read_back_answers', to='academy.participant'),
        ),
        migrations.AddField(
            model_name='attribution',
            name='finding',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='attribution', to='workshops.finding'),
        ),
        migrations.AddField(
            model_name='attribution',
            name='participant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attributions', to='academy.participant'),
        ),
        migrations.AddField(
            model_name='closedpart',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closed_parts', to='workshops.group'),
        ),
        migrations.AddField(
            model_name='closedpart',
            name='part',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workshops.part'),
        ),
        migrations.AddField(
            model_name='guide',
            name='edition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guides', to='academy.edition'),
        ),
        migrations.AddField(
            model_name='readback',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='read_backs', to='workshops.group'),
        ),
        migrations.AddField(
            model_name='sentence',
            name='finding',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workshops.finding'),
        ),
        migrations.AddField(
            model_name='sentence',
            name='read_back',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sentences', to='workshops.readback'),
        ),
        migrations.AddField(
            model_name='answer',
            name='sentence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='workshops.sentence'),
        ),
        migrations.AddConstraint(
            model_name='closedpart',
            constraint=models.UniqueConstraint(fields=('group', 'part'), name='one_closing_per_part'),
        ),
        migrations.AddConstraint(
            model_name='guide',
            constraint=models.UniqueConstraint(fields=('edition', 'audience'), name='one_guide_per_audience'),
        ),
        migrations.AddConstraint(
            model_name='readback',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('group',), name='one_read_back_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='sentence',
            constraint=models.UniqueConstraint(fields=('read_back', 'position'), name='one_sentence_per_position'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('sentence', 'version', 'participant'), name='one_answer_per_sentence_and_person'),
        ),
        *(AddSeal(**seal) for seal in IN_THE_WAY),
        AddSeal(
            name="seal_closed_part",
            table="workshops_closedpart",
            events=("UPDATE", "DELETE"),
            message="Dots that were counted stay as they are.",
        ),
        AddSeal(
            name="seal_read_back",
            table="workshops_readback",
            events=("DELETE",),
            message="A reading back is never deleted.",
        ),
        AddSeal(
            name="seal_sentence",
            table="workshops_sentence",
            events=("DELETE",),
            message="A sentence that was read back is never deleted.",
        ),
        AddSeal(
            name="seal_answer",
            table="workshops_answer",
            events=("DELETE",),
            message="An answer to a sentence is never deleted.",
        ),
    ]
