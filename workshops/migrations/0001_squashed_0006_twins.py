from django.db import migrations

from academy.squashing import folded

REPLACED = [
    ("workshops", "0001_initial"),
    ("workshops", "0002_seals"),
    ("workshops", "0003_support"),
    ("workshops", "0004_board"),
    ("workshops", "0005_allocation_desk"),
    ("workshops", "0006_twins"),
]


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACED
    dependencies = [("academy", "0010_words_by_language"), ("programme", "0005_together")]
    operations = folded(REPLACED)
