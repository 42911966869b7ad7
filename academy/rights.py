"""What roles are for: one table from rights to those who hold them. The pages, the docs and every permission read it.

A right is held through a role in the edition, through a part in a session (there, and nowhere else), or by everybody
who takes part. docs/rights.md is made from this table by `manage.py rights`.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from academy.models import Role

ORGANISER, MODERATOR, CO_FACILITATOR = Role.Kind.ORGANISER, Role.Kind.MODERATOR, Role.Kind.CO_FACILITATOR
SPEAKER, DELEGATE, OBSERVER = Role.Kind.SPEAKER, Role.Kind.DELEGATE, Role.Kind.OBSERVER
# Parts that there are in sessions only.
ON_STAGE = ("panellist", "host", "interpreter")


class Right(StrEnum):
    """Something that not everybody may do."""

    READ_INSIDE = "read-inside"
    JOIN_SESSIONS = "join-sessions"
    SIT_IN_GROUPS = "sit-in-groups"
    ENTER_EARLY = "enter-early"
    RUN_GROUPS = "run-groups"
    REOPEN_GROUPS = "reopen-groups"
    COMPARE_GROUPS = "compare-groups"
    SUM_UP = "sum-up"
    KEEP_THOUGHTS = "keep-thoughts"
    BE_ELECTOR = "be-elector"
    EDIT_PROGRAMME = "edit-programme"
    PLACE_PEOPLE = "place-people"
    WRITE_DOCUMENT = "write-document"
    FOLLOW_WRITING = "follow-writing"
    TRANSLATE = "translate"
    AMEND = "amend"
    AMEND_EARLY = "amend-early"
    COMMENT = "comment"
    MODERATE_COMMENTS = "moderate-comments"
    FINALISE = "finalise"
    CONFIRM_ENDORSEMENTS = "confirm-endorsements"
    MANAGE_PEOPLE = "manage-people"
    INVITE = "invite"
    GIVE_ROLES = "give-roles"
    WATCH = "watch"


@dataclass(frozen=True)
class Holders:
    """Who holds a right.

    Args:
        words: what the right allows, as a sentence without its subject.
        roles: the roles in the edition that give it for the whole academy.
        in_own: the parts in a session that give it there.
        confirmed: everybody with a confirmed registration holds it.
        without: roles that take it away from somebody with a confirmed registration.
    """

    words: Promise
    roles: frozenset[str] = frozenset()
    in_own: frozenset[str] = frozenset()
    confirmed: bool = False
    without: frozenset[str] = frozenset()


TABLE: dict[Right, Holders] = {
    Right.READ_INSIDE: Holders(
        _("Read what the academy shows to its own people: closed boards, closings, drafts for participants"),
        roles=frozenset({ORGANISER, OBSERVER}),
        confirmed=True,
    ),
    Right.JOIN_SESSIONS: Holders(
        _("Go through the links of the plenary sessions"),
        roles=frozenset({ORGANISER, OBSERVER}),
        confirmed=True,
    ),
    Right.SIT_IN_GROUPS: Holders(
        _("Be drawn into the parallel groups"), confirmed=True, without=frozenset({OBSERVER})
    ),
    Right.ENTER_EARLY: Holders(
        _("Go through a session’s link before the others, to prepare"),
        roles=frozenset({ORGANISER, MODERATOR, CO_FACILITATOR, SPEAKER}),
        in_own=frozenset({MODERATOR, CO_FACILITATOR, SPEAKER, *ON_STAGE}),
    ),
    Right.RUN_GROUPS: Holders(
        _("Open a group’s board, note its findings and close it"),
        roles=frozenset({ORGANISER}),
        in_own=frozenset({MODERATOR, CO_FACILITATOR}),
    ),
    Right.REOPEN_GROUPS: Holders(
        _("Open a closed board again"),
        roles=frozenset({ORGANISER}),
    ),
    Right.COMPARE_GROUPS: Holders(
        _(
            "Decide which findings of parallel groups say the same; in a group’s session, once all have closed"
        ),
        roles=frozenset({ORGANISER}),
        in_own=frozenset({MODERATOR, CO_FACILITATOR}),
    ),
    Right.SUM_UP: Holders(
        _("Choose what the summary of a day’s findings shows"), roles=frozenset({ORGANISER})
    ),
    Right.KEEP_THOUGHTS: Holders(
        _("Write down and publish a guest’s thoughts on the day; in a session, that of the day’s closing"),
        roles=frozenset({ORGANISER}),
        in_own=frozenset({MODERATOR, CO_FACILITATOR}),
    ),
    Right.BE_ELECTOR: Holders(
        _("Take a position when the outcome document is adopted, with a confirmed registration"),
        roles=frozenset({DELEGATE}),
    ),
    Right.EDIT_PROGRAMME: Holders(
        _("Edit the programme, cast people and release versions"), roles=frozenset({ORGANISER})
    ),
    Right.PLACE_PEOPLE: Holders(_("Draw and pin seats in the groups"), roles=frozenset({ORGANISER})),
    Right.WRITE_DOCUMENT: Holders(
        _("Write the outcome document, publish revisions and run the adoption"),
        roles=frozenset({ORGANISER}),
    ),
    Right.FOLLOW_WRITING: Holders(
        _("Read the outcome document while it is written"),
        roles=frozenset({ORGANISER, MODERATOR, CO_FACILITATOR}),
    ),
    Right.TRANSLATE: Holders(
        _(
            "Begin language versions of the outcome document, name their translators and publish them; "
            "whoever is named writes that one"
        ),
        roles=frozenset({ORGANISER}),
    ),
    Right.AMEND: Holders(
        _(
            "Propose amendments to the outcome document and co-sign them, from the day that the organisers set"
        ),
        roles=frozenset({ORGANISER}),
        confirmed=True,
        without=frozenset({OBSERVER}),
    ),
    Right.AMEND_EARLY: Holders(
        _("Propose amendments and comment before that day, with a confirmed registration"),
        roles=frozenset({ORGANISER, DELEGATE}),
    ),
    Right.COMMENT: Holders(
        _("Comment on clauses of the outcome document, from the day that the organisers set"),
        roles=frozenset({ORGANISER}),
        confirmed=True,
        without=frozenset({OBSERVER}),
    ),
    Right.MODERATE_COMMENTS: Holders(
        _("Hide comments, with a reason, and say what the document takes and from when"),
        roles=frozenset({ORGANISER}),
    ),
    Right.FINALISE: Holders(
        _("Record what a finalisation round recommends and decides on amendments"),
        roles=frozenset({ORGANISER}),
        in_own=frozenset({MODERATOR}),
    ),
    Right.CONFIRM_ENDORSEMENTS: Holders(
        _("Confirm or decline who endorses the adopted document for an organisation"),
        roles=frozenset({ORGANISER}),
    ),
    Right.MANAGE_PEOPLE: Holders(
        _("Read registrations and decide on them, write to people"), roles=frozenset({ORGANISER})
    ),
    Right.INVITE: Holders(_("Invite people, and take invitations back"), roles=frozenset({ORGANISER})),
    Right.GIVE_ROLES: Holders(_("Give roles and end them"), roles=frozenset({ORGANISER})),
    Right.WATCH: Holders(
        _("Read what runs on the server: mail that waits, backups, verification, disks"),
        roles=frozenset({ORGANISER}),
    ),
}

# Roles that one person cannot have together: who observes takes no position.
APART: dict[str, str] = {DELEGATE: OBSERVER, OBSERVER: DELEGATE}

# In one sentence each, what a role is; what it may do stands in the table.
MEANINGS: dict[str, Promise] = {
    ORGANISER: _("Runs the academy: the programme, the people, the groups and the outcome document."),
    MODERATOR: _("Leads the talk in the groups and panels that they are named in."),
    CO_FACILITATOR: _("Helps to lead a group, and writes down what it found."),
    SPEAKER: _("Speaks in the sessions that they are named in."),
    DELEGATE: _("Takes part in the adoption of the outcome document, once the registration is confirmed."),
    OBSERVER: _(
        "Listens and reads along, also without a registration; whoever registers takes a place like everybody. "
        "Sits in no group and takes no position."
    ),
}


def roles_with(right: Right) -> frozenset[str]:
    """The roles in an edition that give a right for the whole academy."""
    return TABLE[right].roles


def parts_with(right: Right) -> frozenset[str]:
    """The parts in a session that give a right there."""
    return TABLE[right].in_own


def rights_of(kind: str) -> list[Promise]:
    """What a role allows, in words: for the whole academy, or in the sessions that one is named in."""
    return [line.words for line in TABLE.values() if kind in line.roles | line.in_own]


def rows() -> list[tuple[Promise, list[str]]]:
    """The table for reading: each right in words, and for every role and for participants whether they hold it.

    Each cell is "yes", "own" (in the sessions that they are named in) or "" (no); the last one is about everybody
    with a confirmed registration.
    """
    return [
        (line.words, [*(_cell(line, kind) for kind in Role.Kind.values), "yes" if line.confirmed else ""])
        for line in TABLE.values()
    ]


def _cell(line: Holders, kind: str) -> str:
    if kind in line.without:
        return "never"
    if kind in line.roles:
        return "yes"
    return "own" if kind in line.in_own else ""


def as_markdown() -> str:
    """The page docs/rights.md: the roles and the table, in the language of the code."""
    kinds = [str(Role.Kind(kind).label) for kind in Role.Kind.values]
    signs = {"yes": "yes", "own": "in own sessions", "never": "never", "": "–"}
    lines = [
        "# Roles and rights",
        "",
        "Made by `manage.py rights` from [`academy/rights.py`](../academy/rights.py), which every permission reads.",
        "Change the table there; a test compares this page with it.",
        "",
        *(f"- **{Role.Kind(kind).label}**: {words}" for kind, words in MEANINGS.items()),
        "",
        "“In own sessions” means: in the sessions that the person is named in, and nowhere else. A role is given and",
        "ended by organisers, with an entry in the history; the last organiser of an academy cannot be removed.",
        "A delegate is never an observer at the same time, and is one only with a confirmed registration.",
        "",
        "| Right | " + " | ".join([*kinds, "everybody confirmed"]) + " |",
        "|---" * (len(kinds) + 2) + "|",
        *(f"| {words} | " + " | ".join(signs[cell] for cell in cells) + " |" for words, cells in rows()),
    ]
    return "\n".join(lines) + "\n"
