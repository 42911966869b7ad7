from django.db import migrations

from academy.squashing import folded

REPLACED = [
    ("academy", "0001_initial"),
    ("academy", "0002_seals"),
    ("academy", "0003_people"),
    ("academy", "0004_waiting_numbers"),
    ("academy", "0005_ordering"),
    ("academy", "0006_letters"),
    ("academy", "0007_long_lists"),
    ("academy", "0008_watching"),
    ("academy", "0009_language_of_mails"),
    ("academy", "0010_words_by_language"),
]


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACED
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]
    operations = folded(REPLACED)
