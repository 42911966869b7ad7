"""What an imported outline says of workshops: their numbers, parts and guiding questions; groups and tables are made.

Nothing that people worked on is lost: a question keeps its findings when it is reworded, and one with findings is
not taken out.
"""

from collections.abc import Collection, Iterable, Sequence

from django.utils.translation import gettext as _

from academy.errors import Invalid
from academy.models import Edition
from programme.importing import Imported
from programme.models import Session
from programme.outline.completing import theme_of
from programme.outline.likeness import match_questions
from programme.outline.matching import question_key
from programme.outline.values import Part
from workshops.guiding import arrange_questions, take_out_question
from workshops.models import Group, GuidingQuestion, Roundtable, Workshop
from workshops.models import Part as PartRow

TITLE_LENGTH, NAME_LENGTH, MINUTES, ROTATION = 200, 80, 30, 45


def follow_import(edition: Edition, imported: Sequence[Imported], remove: Collection[str]) -> int:
    """Apply what the outline says of workshops, groups and roundtables; how many rows were made, changed or removed.

    Raises:
        Invalid: a workshop belongs to no strand, or a title is too long.
        HasFindings: a question that should be taken out has findings.
    """
    workshops = {row.session_id: row for row in Workshop.objects.filter(edition=edition)}
    numbers = {row.number for row in workshops.values()} | {one.item.number for one in imported}
    by_number = {row.number: row for row in workshops.values()}
    changed = 0
    for one in imported:
        if one.item.is_workshop:
            row = workshops.get(one.session.pk) or by_number.get(one.item.number or 0)
            number = one.item.number or (row.number if row else _free(numbers))
            numbers.add(number)
            row, touched = _workshop(edition, one, row, number)
            changed += touched + _parts(row, one, remove) + _groups(row, one, imported)
    return changed + _tables(edition, [one.session for one in imported])


def _free(numbers: set[int | None]) -> int:
    return next(number for number in range(1, len(numbers) + 2) if number not in numbers)


def _workshop(edition: Edition, one: Imported, row: Workshop | None, number: int) -> tuple[Workshop, int]:
    """The workshop of a session, with its number, title and aim."""
    title = theme_of(one.item)[:TITLE_LENGTH]
    if row is None:
        if one.strand is None:
            raise Invalid(_("%(title)s belongs to no strand.") % {"title": one.item.title})
        made = Workshop.objects.create(
            edition=edition,
            session=one.session,
            strand=one.strand,
            number=number,
            title=title,
            aim=one.item.aim,
        )
        return made, 1
    said = {"session_id": one.session.pk, "number": number, "aim": one.item.aim or row.aim}
    said["title"] = one.item.subtitle or row.title
    return row, _set(row, **said)


def _set(row: Workshop | PartRow | GuidingQuestion | Group, **values: object) -> int:
    """Set and save what differs; 1 if anything did."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return int(bool(changed))


# --- Parts and questions ----------------------------------------------------------------------------------------------


def _parts(workshop: Workshop, one: Imported, remove: Collection[str]) -> int:
    rows = {row.letter: row for row in workshop.parts.all()}
    changed = 0
    for part in one.item.parts:
        row = rows.get(part.letter)
        if row is None:
            row = workshop.parts.create(
                letter=part.letter, title=part.title or _("Questions"), minutes=part.minutes or MINUTES
            )
            changed += 1
        else:
            changed += _set(row, title=part.title or row.title, minutes=part.minutes or row.minutes)
        changed += _questions(row, part, str(one.session.pk), remove)
    return changed


def _questions(row: PartRow, part: Part, session: str, remove: Collection[str]) -> int:
    """The questions of a part in the outline's order, each on the row that it was; what is left stands behind them."""
    if not part.questions:
        return 0
    there = list(row.questions.order_by("position"))
    kept = match_questions([question.text for question in there], part.questions)
    left = [(n, question) for n, question in enumerate(there) if n not in kept]
    gone = [question for _n, question in left if question_key(session, row.letter, question.text) in remove]
    for question in gone:
        take_out_question(question)
    rows = [
        GuidingQuestion(part=row, text=text) if n is None else there[n]
        for text, n in zip(part.questions, kept, strict=True)
    ]
    rows += [question for _n, question in left if question not in gone]
    texts = [*part.questions, *(question.text for _n, question in left if question not in gone)]
    return len(gone) + arrange_questions(rows, texts)


# --- Groups and tables ------------------------------------------------------------------------------------------------


def _groups(workshop: Workshop, one: Imported, imported: Iterable[Imported]) -> int:
    """A group for each parallel session of the workshop; the workshop's own session, if it has none."""
    children = [other.session for other in imported if other.session.parent_id == one.session.pk]
    sessions = [child for child in children if child.kind == Session.Kind.GROUP]
    if not sessions and not workshop.groups.exists():
        _group(workshop, one.session, _("Workshop %(number)s") % {"number": workshop.number})
        return 1
    changed = 0
    known = {row.session_id: row for row in workshop.groups.all()}
    own = known.get(one.session.pk)
    for session in sessions:
        name = session.title[:NAME_LENGTH]
        if session.pk in known:
            changed += _set(known[session.pk], name=name)
        elif own and own.state == Group.State.PLANNED and not _is_used(own):
            # It was held in one group, and is now held in several.
            changed += _set(own, session_id=session.pk, name=name)
            own = None
        else:
            _group(workshop, session, name)
            changed += 1
    return changed


def _is_used(group: Group) -> bool:
    return group.findings.exists() or group.seats.exists()


def _group(workshop: Workshop, session: Session, name: str) -> Group:
    taken = set(workshop.groups.values_list("slug", flat=True))
    slug = next(slug for n in range(1, len(taken) + 2) if (slug := f"group-{n}") not in taken)
    return Group.objects.create(workshop=workshop, session=session, slug=slug, name=name)


def _tables(edition: Edition, sessions: list[Session]) -> int:
    """A roundtable for each session of that kind that has no tables in it."""
    kind = Session.Kind.ROUNDTABLE
    parents = {session.parent_id for session in sessions if session.kind == kind}
    leaves = [session for session in sessions if session.kind == kind and session.pk not in parents]
    known = set(Roundtable.objects.filter(edition=edition).values_list("session", flat=True))
    numbers: set[int | None] = set(
        Roundtable.objects.filter(edition=edition).values_list("number", flat=True)
    )
    made = [session for session in leaves if session.pk not in known]
    for session in made:
        number = _free(numbers)
        numbers.add(number)
        Roundtable.objects.create(
            edition=edition, session=session, number=number, minutes=session.minutes or ROTATION
        )
    return len(made)
