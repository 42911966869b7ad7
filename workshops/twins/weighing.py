"""How strongly the groups of a workshop hold each line: compared between groups, and kept in view where few hold it."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from workshops.twins.comparing import Share, comparable, compared
from workshops.twins.guard import Guard, comparable_actors, held_by_one_actor, held_by_one_group, is_strong
from workshops.twins.lines import BOTH, OPPOSED, PROPOSED, SOME, Card, Line, Twins

ONE_GROUP, ONE_ACTOR = "group", "actor"
ByActor = dict[str, Share]


def weigh(twins: Twins, supporters: Mapping[UUID, Mapping[UUID, str]]) -> None:
    """Give each line its comparison between the groups, and say why it is kept in view.

    The comparisons between groups are corrected together, over all questions of the workshop; so are those between
    kinds of actors.
    """
    _compare_groups(twins)
    actors = _by_actor(twins, supporters)
    pairs = [
        (line, key, pair) for line in twins.lines for key, pair in comparable_actors(actors[line.key]).items()
    ]
    tests = compared([pair for _line, _key, pair in pairs])
    by_line: dict[UUID, dict[str, int]] = defaultdict(dict)
    for place, (line, key, _pair) in enumerate(pairs):
        by_line[line.key][key] = place
    for line in twins.lines:
        own = by_line[line.key]
        held = held_by_one_actor(
            {key: pairs[place][2] for key, place in own.items()},
            {key: tests[place] for key, place in own.items()},
        )
        line.guards = [*_guards_of_groups(line, twins), *(Guard(ONE_ACTOR, actor) for actor in held)]


def _compare_groups(twins: Twins) -> None:
    """Compare each group that said a line with the others that said it, where both gave dots enough."""
    asked: list[tuple[Line, list[UUID], Share, Share]] = []
    for line in twins.lines:
        if line.mark not in {BOTH, SOME}:
            continue
        shares = {column.group.pk: column.support for column in line.said_by if column.support}
        for key, own in list(shares.items())[: 1 if len(shares) == 2 else None]:
            others = sum((each for other, each in shares.items() if other != key), Share(0, 0))
            if comparable(own, others):
                # Two groups are compared once; the other one's comparison is the same the other way round.
                keys = [key, *(other for other in shares if other != key)] if len(shares) == 2 else [key]
                asked.append((line, keys, own, others))
    tests = compared([(own, others) for _line, _keys, own, others in asked])
    for (line, keys, _own, _others), test in zip(asked, tests, strict=True):
        line.tests[keys[0]] = test
        for other in keys[1:]:
            line.tests[other] = test.reversed


def _guards_of_groups(line: Line, twins: Twins) -> list[Guard]:
    if line.is_parked or not twins.are_several:
        return []
    if line.mark == OPPOSED:
        return [Guard(OPPOSED)]
    support = {column.group.pk: column.support for column in line.said_by if column.support}
    if line.mark == PROPOSED:
        # Until somebody decided, each group's finding stands alone.
        return [Guard(ONE_GROUP, group) for group, own in support.items() if is_strong(own)]
    held = held_by_one_group(support, said_by=frozenset(support), tests=line.tests)
    return [Guard(ONE_GROUP, group) for group in held]


def _by_actor(twins: Twins, supporters: Mapping[UUID, Mapping[UUID, str]]) -> dict[UUID, ByActor]:
    """{line: {kind of actor: its support among those who could give the line a dot}}."""
    voters: dict[tuple[UUID, UUID], dict[UUID, str]] = defaultdict(dict)
    for line in twins.lines:
        for card in line.cards:
            voters[card.finding.group_id, line.part.pk] |= _people(card, supporters)
    result: dict[UUID, ByActor] = {}
    for line in twins.lines:
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        yes = {person for card in line.cards for person in card.supporters}
        for column in line.said_by:
            for person, actor in voters[column.group.pk, line.part.pk].items():
                counts[actor][0] += person in yes
                counts[actor][1] += 1
        result[line.key] = {actor: Share(*both) for actor, both in counts.items()}
    return result


def _people(card: Card, supporters: Mapping[UUID, Mapping[UUID, str]]) -> dict[UUID, str]:
    said = (card.finding, *card.merged)
    return {person: actor for each in said for person, actor in supporters.get(each.pk, {}).items()}
