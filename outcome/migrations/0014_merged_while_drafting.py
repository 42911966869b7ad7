import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outcome", "0013_house_rules"), ("workshops", "0006_twins")]

    operations = [
        migrations.AddField(
            model_name="disposition",
            name="into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed",
                to="workshops.finding",
                verbose_name="merged into",
            ),
        ),
    ]
