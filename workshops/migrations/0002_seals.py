from django.db import migrations

from academy.sealing import AddSeal

BOARD_IS_CLOSED = "EXISTS (SELECT 1 FROM workshops_group g WHERE g.id = {row}.group_id AND g.state = 'closed')"


class Migration(migrations.Migration):
    dependencies = [("workshops", "0001_initial")]

    operations = [
        AddSeal(
            name="seal_finding",
            table="workshops_finding",
            events=("DELETE",),
            message="A finding is never deleted.",
        ),
        AddSeal(
            name="seal_closed_board",
            table="workshops_finding",
            events=("INSERT", "UPDATE"),
            when=BOARD_IS_CLOSED,
            message="The board of this group is closed.",
        ),
        AddSeal(
            name="seal_ledger",
            table="workshops_findingevent",
            events=("UPDATE", "DELETE"),
            message="The ledger of a group is append-only.",
        ),
        AddSeal(
            name="seal_closed_ledger",
            table="workshops_findingevent",
            events=("INSERT",),
            when=BOARD_IS_CLOSED,
            message="The board of this group is closed.",
        ),
        AddSeal(
            name="seal_summary",
            table="workshops_summary",
            events=("DELETE",),
            message="A summary is never deleted.",
        ),
    ]
