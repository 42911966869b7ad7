"""A document for many to write: run as a process of its own on an empty database; prints where it is, in JSON.

    python -m tests.writingsetting PEOPLE

The demo academy at the stage of drafting, its document open for writing together, and so many organisers logged in.
"""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402  # Django must be set up first

from academy.models import Edition  # noqa: E402  # as above
from academy.roles import grant_role  # noqa: E402  # as above
from outcome.models import Clause, Document  # noqa: E402  # as above
from outcome.restructuring import open_for_writing  # noqa: E402  # as above
from tests.boardsetting import session_of  # noqa: E402  # as above
from tests.factories import make_participant, make_user  # noqa: E402  # as above


def main() -> None:
    edition = Edition.objects.get(slug="2022")
    users = [make_user(f"writer{number}") for number in range(int(sys.argv[1]))]
    for user in users:
        make_participant(user, edition, name=f"Writer {user.email}")
        grant_role(user, edition, "organiser", by=None)
    document = open_for_writing(Document.objects.get(edition=edition), by=users[0])
    clauses = Clause.objects.filter(document=document, removed=False).exclude(kind=Clause.Kind.REMARK)
    told = {
        "document": str(document.pk),
        "clauses": [
            str(key) for key in clauses.order_by("section__position", "order").values_list("pk", flat=True)
        ],
        "cookies": [f"{settings.SESSION_COOKIE_NAME}={session_of(user)}" for user in users],
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
