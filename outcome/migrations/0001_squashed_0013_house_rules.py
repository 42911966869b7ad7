from django.db import migrations

from academy.squashing import folded

REPLACED = [
    ("outcome", "0001_initial"),
    ("outcome", "0002_seals"),
    ("outcome", "0003_live"),
    ("outcome", "0004_amending"),
    ("outcome", "0005_amending_seals"),
    ("outcome", "0006_adoption_procedure"),
    ("outcome", "0007_adoption_seals"),
    ("outcome", "0008_following"),
    ("outcome", "0009_following_seals"),
    ("outcome", "0010_translating"),
    ("outcome", "0011_translating_seals"),
    ("outcome", "0012_handing_over"),
    ("outcome", "0013_house_rules"),
]


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACED
    dependencies = [("academy", "0010_words_by_language"), ("programme", "0005_together"), ("workshops", "0006_twins")]
    operations = folded(REPLACED)
