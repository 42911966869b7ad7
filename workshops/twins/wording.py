"""The lines of twin groups in words that need no statistics."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from academy.models import Actor
from workshops.twins.comparing import LEAST
from workshops.twins.guard import Guard
from workshops.twins.lines import BOTH, ONLY, OPPOSED, PROPOSED, Column, Line
from workshops.twins.weighing import ONE_ACTOR, ONE_GROUP


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "Group 1 and Group 2", "Group 1, Group 2 and Group 3"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def mark_words(line: Line) -> str:
    """How the groups stand to a line: "both said", "only in Group 1", "opposed"."""
    names = [column.group.name for column in line.said_by]
    if line.mark == BOTH:
        return _("both said") if len(names) == 2 else _("all groups said")
    if line.mark == ONLY:
        return _("only in %(group)s") % {"group": names[0]}
    if line.mark == OPPOSED:
        return _("opposed")
    if line.mark == PROPOSED:
        return _("perhaps the same")
    return _("said in %(groups)s") % {"groups": listed(names)}


def share_words(column: Column) -> str:
    """A group's support: "9 of 14 in Group 1"; without a number of people where fewer than five gave dots."""
    support = column.support
    if support is None or not support.voters:
        return _("no dots were given in %(group)s") % {"group": column.group.name}
    if support.voters < LEAST:
        return _("fewer than five people gave dots in %(group)s") % {"group": column.group.name}
    return _("%(count)s of %(voters)s in %(group)s") % {
        "count": support.supporters,
        "voters": support.voters,
        "group": column.group.name,
    }


def support_words(line: Line) -> str:
    """Who gave a line dots, and whether the groups differ by more than chance: empty while the dots are blind."""
    columns = line.said_by
    if any(column.support is None for column in columns):
        return ""
    words = ", ".join(share_words(column) for column in columns)
    if not line.tests:
        return words
    if len(columns) > 2:
        return _groups_that_differ(line, words)
    differs = next(iter(line.tests.values())).differs
    verdict = (
        _("a difference that chance alone would rarely make")
        if differs
        else _("no more of a difference than chance alone may make")
    )
    return f"{words}; {verdict}"


def _groups_that_differ(line: Line, words: str) -> str:
    """Of more than two groups: which of them stand out from the others."""
    apart = [
        c.group.name for c in line.said_by if c.group.pk in line.tests and line.tests[c.group.pk].differs
    ]
    if not apart:
        return f"{words}; " + _("no more of a difference than chance alone may make")
    sentence = ngettext(
        "%(groups)s differs from the others by more than chance alone would often make",
        "%(groups)s differ from the others by more than chance alone would often make",
        len(apart),
    )
    return f"{words}; " + sentence % {"groups": listed(apart)}


def numbers_words(line: Line) -> str:
    """The test for those who know statistics; empty where nothing was compared."""
    if not line.tests:
        return ""
    test = next(iter(line.tests.values()))
    return _("two-proportion test: z = %(z)s, p = %(p)s, after Benjamini and Hochberg %(adjusted)s") % {
        "z": f"{test.z:.2f}",
        "p": f"{test.p:.3f}",
        "adjusted": f"{test.adjusted:.3f}",
    }


def guard_words(guard: Guard, line: Line) -> str:
    """Why a line is kept in view."""
    if guard.why == ONE_GROUP:
        name = next(column.group.name for column in line.columns if column.group.pk == guard.who)
        return _("held strongly in %(group)s alone") % {"group": name}
    if guard.why == ONE_ACTOR:
        return _("held strongly by one kind of actor: %(actor)s") % {"actor": Actor(str(guard.who)).label}
    return _("the groups contradict each other")
