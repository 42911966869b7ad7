from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('academy', '0010_words_by_language'),
    ]

    operations = [
        migrations.CreateModel(
            name='PendingFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.CharField(max_length=300, verbose_name='line')),
                ('since', models.DateTimeField(verbose_name='since')),
            ],
        ),
    ]
