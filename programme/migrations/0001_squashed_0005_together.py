from django.db import migrations

from academy.squashing import folded

REPLACED = [
    ("programme", "0001_initial"),
    ("programme", "0002_seals"),
    ("programme", "0003_editing"),
    ("programme", "0004_certificates"),
    ("programme", "0005_together"),
]


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACED
    dependencies = [("academy", "0010_words_by_language")]
    operations = folded(REPLACED)
