"""A long list of people as somebody may upload it: every address another one, a known part of the rows wrong.

    python -m tests.longlist prepare ROWS     an edition, its organiser and the list; prints the list's key
    python -m tests.longlist work KEY         reads it to its end; prints seconds, and by how many MB the process grew
    python -m tests.longlist rows KEY         prints how many rows are read so far, and the size of a part
    python -m tests.longlist faults KEY ROWS  prints as JSON what is not as the list says

The second shape is for measurements, which work in processes of their own.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import dataclass, field
from uuid import UUID

# Every so many rows one is wrong, in each way in turn: (what its row says, a part of the sentence that reports it).
EVERY = 40
WRONG = (
    ("nobody at example.org,Noor Haddad,,", "is not an e-mail address"),
    (",Noor Haddad,,", "There is no e-mail address"),
    ("{first},Noor Haddad,,", "The same address stands in line 2."),
    ("row{number}@example.org,=HYPERLINK(1),,", "begins like a formula"),
    ("row{number}@example.org,Noor Haddad,,king", "There is no role “king”"),
    (
        "row{number}@example.org,Noor Haddad,City of Tyre, Lebanon,speaker",
        "Put a text that has the separator in it",
    ),
)
PLACES = ("Tyre", "Graz", "Kisumu", "Cusco", "Łódź", "Đà Nẵng")


@dataclass
class LongList:
    """The text of a list; the addresses of its good rows; {line: a part of what is reported} of the others."""

    text: str = ""
    good: set[str] = field(default_factory=set)
    bad: dict[int, str] = field(default_factory=dict)


def long_list(rows: int) -> LongList:
    """A list of so many rows, the same every time; every ninth good row stands on two lines of the file."""
    made, lines, line = LongList(), ["email,name,organisation,role"], 2
    for number in range(rows):
        if number and number % EVERY == 0:
            said, words = WRONG[number // EVERY % len(WRONG)]
            lines.append(said.format(number=number, first="person0@city0.example.org"))
            made.bad[line] = words
        else:
            address = f"person{number}@city{number % 997}.example.org"
            between = "\n" if number % 9 == 1 else " "
            lines.append(f'{address},"Person,{between}{number}",City of {PLACES[number % 6]},')
            made.good.add(address)
            line += number % 9 == 1
        line += 1
    made.text = "\n".join(lines) + "\n"
    return made


def faults(key: UUID, expected: LongList) -> list[str]:
    """What of a list that was read is not as it says: its state, a row too many or too few, a report."""
    from academy.models import Invitation, InvitationList, ListedPerson, Message

    found = []
    state = InvitationList.objects.get(pk=key).state
    if state != "read":
        found.append(f"It is {state}.")
    listed = ListedPerson.objects.filter(in_list=key)
    good = list(listed.filter(is_good=True).values_list("email", flat=True))
    if len(good) != len(expected.good) or set(good) != expected.good:
        found.append(f"{len(good)} good rows instead of {len(expected.good)}, or others.")
    reported = dict(listed.filter(is_good=False).values_list("line", "problems"))
    if reported.keys() != expected.bad.keys():
        found.append(f"Errors in other lines: {sorted(reported.keys() ^ expected.bad.keys())[:5]}")
    wrong = [line for line, words in expected.bad.items() if words not in " ".join(reported.get(line, []))]
    found += [f"Line {line} is reported as {reported.get(line)}." for line in wrong[:5]]
    if Invitation.objects.exists() or Message.objects.exists():
        found.append("Somebody is invited before a yes.")
    return found


def _prepare(rows: int) -> str:
    from academy.invitations.long_lists import keep_list
    from academy.roles import grant_role
    from tests.factories import make_edition, make_user

    edition, organiser = make_edition("2031"), make_user("olga")
    grant_role(organiser, edition, "organiser", by=None)
    return str(keep_list(edition, long_list(rows).text, encoding="UTF-8", days=14, by=organiser).pk)


def _work(key: UUID) -> tuple[float, float]:
    """(seconds, by how many MB the process grew at most) of reading a list to its end."""
    from academy.invitations.long_lists import work_on

    before, begun = _most_memory(), time.perf_counter()
    while work_on(key):
        pass
    return time.perf_counter() - begun, _most_memory() - before


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _rows_read(key: UUID) -> tuple[int, int]:
    """(how many rows are read so far, how many are read as one part)."""
    from academy.invitations.long_lists import READ
    from academy.models import ListedPerson

    return ListedPerson.objects.filter(in_list=key).count(), READ


def main() -> None:
    import django

    django.setup()
    task, *words = sys.argv[1:]
    if task == "prepare":
        found: object = _prepare(int(words[0]))
    elif task == "work":
        found = _work(UUID(words[0]))
    elif task == "rows":
        found = _rows_read(UUID(words[0]))
    else:
        found = faults(UUID(words[0]), long_list(int(words[1])))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
