import datetime
import django.db.models.deletion
import uuid
from importlib import import_module
from django.conf import settings
from django.db import migrations, models

from academy.sealing import AddSeal, LiftSeal

seals = import_module("outcome.migrations.0002_seals").Migration.operations
# SQLite makes these tables anew, and a seal that names such a table stands in the way; 0007 seals them again.
NAMES = ("seal_position", "seal_late_position", "seal_late_elector", "seal_procedure", "seal_rules")
OLD_SEALS = {
    seal.name: {
        "name": seal.name,
        "table": seal.table,
        "events": seal.events,
        "message": seal.message,
        "when": seal.when,
    }
    for seal in seals
    if isinstance(seal, AddSeal) and seal.name in NAMES
}


class Migration(migrations.Migration):

    dependencies = [
        ('outcome', '0005_amending_seals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(LiftSeal(**OLD_SEALS[name]) for name in OLD_SEALS),
        migrations.CreateModel(
            name='BallotBox',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ballots', models.JSONField(default=dict, verbose_name='ballots')),
                ('minute', models.DateTimeField(blank=True, null=True, verbose_name='minute of the last write')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Cast',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Floor',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Indication',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('choice', models.CharField(choices=[('agree', 'agree'), ('reserve', 'agree with a reservation'), ('oppose', 'do not agree')], max_length=8, verbose_name='indication')),
            ],
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('where', models.CharField(choices=[('online', 'present'), ('room', 'in the room, counted by hand'), ('away', 'away')], max_length=8, verbose_name='where')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RoomCount',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('label', models.CharField(max_length=120, verbose_name='where, and how it was counted')),
                ('counts', models.JSONField(verbose_name='counts')),
                ('is_confirmed', models.BooleanField(default=False, verbose_name='confirmed')),
            ],
            options={
                'ordering': ('procedure', 'number'),
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('reason', 'reason for breaking the silence'), ('explanation', 'explanation of position'), ('reservation', 'reservation')], max_length=12, verbose_name='kind')),
                ('text', models.TextField(max_length=4000, verbose_name='words')),
                ('attribution', models.CharField(choices=[('shown', 'under my name, as it is shown in the list of participants'), ('delegate', 'as “a delegate”, without my name')], default='shown', max_length=8, verbose_name='attribution')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='withdrawn')),
            ],
            options={
                'ordering': ('procedure', 'made_at', 'id'),
            },
        ),
        migrations.AlterModelOptions(
            name='procedure',
            options={'ordering': ('document', 'prepared_at')},
        ),
        migrations.RemoveConstraint(
            model_name='procedure',
            name='one_open_adoption',
        ),
        migrations.AddField(
            model_name='position',
            name='key',
            field=models.UUIDField(editable=False, null=True, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='position',
            name='key',
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True, verbose_name='key'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='abstentions',
            field=models.CharField(default='aside', max_length=16, verbose_name='abstentions'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='by_clause',
            field=models.BooleanField(default=False, verbose_name='indication clause by clause before the whole'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='closes_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='closes'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='procedure',
            name='electorate',
            field=models.JSONField(blank=True, default=dict, verbose_name='who may take a position'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='opens_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='opens'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='prepared_at',
            field=models.DateTimeField(default=datetime.datetime(2022, 2, 1, 0, 0, tzinfo=datetime.timezone.utc), verbose_name='prepared'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='procedure',
            name='prepared_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunSQL(
            "UPDATE outcome_procedure SET prepared_at = opened_at WHERE opened_at IS NOT NULL",
            migrations.RunSQL.noop,
            elidable=True,
        ),
        migrations.AddField(
            model_name='procedure',
            name='publicity',
            field=models.CharField(choices=[('named', 'named: positions stand beside names in the record'), ('pseudonymous', 'pseudonymous: the record lists positions by receipt, nobody’s name')], default='named', max_length=16, verbose_name='publicity'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='quorum_of',
            field=models.CharField(default='electorate', max_length=16, verbose_name='quorum of whom'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='recall_reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='why it was recalled'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='short_notice',
            field=models.CharField(blank=True, max_length=300, verbose_name='why the silence is short'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='statement_hours',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='hours for statements after the closing'),
        ),
        migrations.AlterField(
            model_name='procedure',
            name='opened_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='opened'),
        ),
        migrations.AlterField(
            model_name='procedure',
            name='state',
            field=models.CharField(choices=[('prepared', 'prepared'), ('confirmed', 'confirmed'), ('open', 'open'), ('adopted', 'adopted'), ('not-adopted', 'not adopted'), ('polled', 'straw poll taken'), ('recalled', 'recalled')], default='prepared', max_length=12, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.UniqueConstraint(fields=('elector', 'key'), name='one_position_per_key'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('prepared', 'confirmed', 'open'))), fields=('document',), name='one_adoption_under_way'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by', models.F('prepared_by')), _negated=True), ('confirmed_by__isnull', True), ('prepared_by__isnull', True), _connector='OR'), name='set_up_by_two_people'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'recalled'), _negated=True), models.Q(('recall_reason', ''), _negated=True), _connector='OR'), name='recalled_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method', 'silence'), _negated=True), ('closes_at__isnull', False), _connector='OR'), name='silence_has_a_deadline'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('open', 'adopted', 'not-adopted', 'polled')), _negated=True), ('opened_at__isnull', False), _connector='OR'), name='opened_at_some_moment'),
        ),
        migrations.AddField(
            model_name='ballotbox',
            name='procedure',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='box', to='outcome.procedure'),
        ),
        migrations.AddField(
            model_name='cast',
            name='elector',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cast', to='outcome.elector'),
        ),
        migrations.AddField(
            model_name='floor',
            name='clause',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outcome.clause'),
        ),
        migrations.AddField(
            model_name='floor',
            name='procedure',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='floor', to='outcome.procedure'),
        ),
        migrations.AddField(
            model_name='indication',
            name='clause',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outcome.clause'),
        ),
        migrations.AddField(
            model_name='indication',
            name='elector',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indications', to='outcome.elector'),
        ),
        migrations.AddField(
            model_name='presence',
            name='elector',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='presence', to='outcome.elector'),
        ),
        migrations.AddField(
            model_name='roomcount',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='roomcount',
            name='entered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='roomcount',
            name='procedure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='room_counts', to='outcome.procedure'),
        ),
        migrations.AddField(
            model_name='statement',
            name='clause',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outcome.clause'),
        ),
        migrations.AddField(
            model_name='statement',
            name='elector',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='outcome.elector'),
        ),
        migrations.AddField(
            model_name='statement',
            name='procedure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='outcome.procedure'),
        ),
        migrations.AddConstraint(
            model_name='indication',
            constraint=models.UniqueConstraint(fields=('elector', 'clause'), name='one_indication_per_clause'),
        ),
        migrations.AddConstraint(
            model_name='roomcount',
            constraint=models.UniqueConstraint(fields=('procedure', 'number'), name='one_room_count_per_number'),
        ),
        migrations.AddConstraint(
            model_name='roomcount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by', models.F('entered_by')), _negated=True), ('confirmed_by__isnull', True), ('entered_by__isnull', True), _connector='OR'), name='counted_by_two_people'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='a_statement_says_something'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'reason')), fields=('procedure',), name='a_silence_is_broken_once'),
        ),
    ]
