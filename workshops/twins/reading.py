"""The groups of workshops side by side, read from the database in a number of queries that no finding adds to.

Dots are blind until every group of the workshop has closed: before that nobody sees them here, organisers neither.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from uuid import UUID

from django.db.models import Prefetch

from academy.models import Edition
from workshops.models import Finding, Group, GuidingQuestion, Part, Support, TwinDecision, Workshop
from workshops.twins.comparing import Share
from workshops.twins.lines import APART, PROPOSED, Answers, Card, Column, Line, Link, Twins, in_order
from workshops.twins.matching import Said, lines_of, proposals
from workshops.twins.weighing import weigh

Pair = frozenset[UUID]
Place = tuple[UUID, UUID | None]


@dataclass
class Rows:
    """What the database says about some workshops."""

    groups: dict[UUID, list[Group]] = field(default_factory=lambda: defaultdict(list))
    findings: dict[UUID, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    decisions: list[TwinDecision] = field(default_factory=list)
    # {finding: {participant: kind of actor}}
    supporters: dict[UUID, dict[UUID, str]] = field(default_factory=lambda: defaultdict(dict))


def twins_of(workshop: Workshop, *, with_proposals: bool = False) -> Twins:
    """One workshop's groups side by side; `with_proposals` says which findings may be the same."""
    return twins_of_all([workshop], with_proposals=with_proposals)[0]


def twins_of_all(workshops: Iterable[Workshop], *, with_proposals: bool = False) -> list[Twins]:
    """Each workshop's groups side by side, in as many queries as for one."""
    asked = list(workshops)
    rows = _rows(asked)
    parts = _parts(asked)
    texts = _texts(asked[0].edition) if with_proposals and asked else {}
    return [_twins(row, parts[row.pk], rows, texts if with_proposals else None) for row in asked]


def _rows(workshops: Sequence[Workshop]) -> Rows:
    rows = Rows()
    groups = (
        Group.objects.planned()
        .filter(workshop__in=workshops)
        .select_related("workshop__strand", "workshop__edition", "session__day")
    )
    for group in groups.order_by("workshop__number", "slug"):
        rows.groups[group.workshop_id].append(group)
    findings = Finding.objects.unattributed().filter(group__workshop__in=workshops)
    for finding in findings.select_related("group__workshop").order_by("group__slug", "number"):
        rows.findings[finding.group.workshop_id].append(finding)
    rows.decisions = list(
        TwinDecision.objects.filter(one__group__workshop__in=workshops).order_by("decided_at", "number", "id")
    )
    seen = Support.objects.filter(finding__group__workshop__in=workshops, dots__gt=0)
    for finding_id, person, actor in seen.values_list("finding", "participant", "participant__actor"):
        rows.supporters[finding_id][person] = actor
    return rows


def _parts(workshops: Sequence[Workshop]) -> dict[UUID, list[Part]]:
    """{workshop: its parts, each with its questions}."""
    parts: dict[UUID, list[Part]] = defaultdict(list)
    questions = Prefetch("questions", GuidingQuestion.objects.order_by("position"))
    for part in Part.objects.filter(workshop__in=workshops).prefetch_related(questions).order_by("letter"):
        parts[part.workshop_id].append(part)
    return parts


def _texts(edition: Edition) -> dict[str, list[str]]:
    """{language: everything that the academy's groups said in it}."""
    texts: dict[str, list[str]] = defaultdict(list)
    for language, text in Finding.objects.of_edition(edition).values_list("language", "text"):
        texts[language].append(text)
    return texts


def _twins(
    workshop: Workshop, parts: list[Part], rows: Rows, texts: Mapping[str, Sequence[str]] | None
) -> Twins:
    groups = rows.groups[workshop.pk]
    are_closed = bool(groups) and all(group.state == Group.State.CLOSED for group in groups)
    supporters = rows.supporters if are_closed else {}
    cards = _cards(rows.findings[workshop.pk], {group.pk for group in groups}, supporters)
    links = _links(cards, rows)
    answers = []
    for part in parts:
        of_part = [card for card in cards.values() if card.finding.part_id == part.pk]
        voters = _voters(of_part, supporters) if are_closed else None
        found = _lines(part, groups, of_part, links=links, texts=texts, voters=voters)
        answers += _answers(part, in_order(found, groups))
    twins = Twins(workshop, tuple(groups), tuple(answers), tuple(links.values()))
    if are_closed:
        weigh(twins, supporters)
    return twins


def _cards(
    findings: Iterable[Finding], groups: set[UUID], supporters: Mapping[UUID, Mapping[UUID, str]]
) -> dict[UUID, Card]:
    merged: dict[UUID, list[Finding]] = defaultdict(list)
    standing = []
    for finding in findings:
        if finding.merged_into_id:
            merged[finding.merged_into_id].append(finding)
        elif finding.group_id in groups:
            standing.append(finding)
    return {
        one.pk: Card(
            one,
            tuple(merged[one.pk]),
            frozenset(person for said in (one, *merged[one.pk]) for person in supporters.get(said.pk, ())),
        )
        for one in standing
    }


def _voters(
    cards: Iterable[Card], supporters: Mapping[UUID, Mapping[UUID, str]]
) -> dict[UUID, frozenset[UUID]]:
    """{group: its people who gave any dots in this part}."""
    voters: dict[UUID, frozenset[UUID]] = defaultdict(frozenset)
    for card in cards:
        voters[card.finding.group_id] |= card.supporters
    return voters


def _links(cards: Mapping[UUID, Card], rows: Rows) -> dict[Pair, Link]:
    """{two findings that stand: the newest decision about them}, also where it was made about one merged since."""
    stands = {other.pk: card.finding.pk for card in cards.values() for other in (card.finding, *card.merged)}
    links: dict[Pair, Link] = {}
    for decision in rows.decisions:
        ends = [stands.get(decision.one_id), stands.get(decision.other_id)]
        if None in ends or ends[0] == ends[1]:
            continue
        one, other = (cards[key] for key in ends if key)
        pair = frozenset((one.finding.pk, other.finding.pk))
        if one.finding.group_id == other.finding.group_id or one.finding.part_id != other.finding.part_id:
            continue
        about_these = {decision.one_id, decision.other_id} == pair
        before = links[pair].number if pair in links else 0
        links[pair] = Link(one, other, decision.verdict, decision.number if about_these else before)
    return links


def _lines(
    part: Part,
    groups: Sequence[Group],
    cards: Sequence[Card],
    *,
    links: Mapping[Pair, Link],
    texts: Mapping[str, Sequence[str]] | None,
    voters: Mapping[UUID, frozenset[UUID]] | None,
) -> list[Line]:
    """What the groups said in a part, in lines."""
    by_key = {card.finding.pk: card for card in cards}
    joined = {pair: link for pair, link in links.items() if pair <= by_key.keys() and link.verdict != APART}
    if texts is not None:
        joined |= _proposed(by_key, links, joined, texts)
    ends = [(link.one.finding.pk, link.other.finding.pk) for link in joined.values()]
    questions = {question.pk: question for question in part.questions.all()}
    lines = []
    for keys in lines_of(by_key, ends):
        own = [by_key[key] for key in keys]
        columns = tuple(_column(group, own, voters) for group in groups)
        inside = tuple(link for pair, link in joined.items() if pair <= set(keys))
        asked = [questions[c.finding.question_id] for c in own if c.finding.question_id in questions]
        question = min(asked, key=lambda question: question.position) if asked else None
        lines.append(Line(part, question, columns, inside))
    return lines


def _column(group: Group, cards: Sequence[Card], voters: Mapping[UUID, frozenset[UUID]] | None) -> Column:
    own = tuple(card for card in cards if card.finding.group_id == group.pk)
    if voters is None:
        return Column(group, own)
    people = frozenset(person for card in own for person in card.supporters)
    return Column(group, own, Share(len(people), len(voters.get(group.pk, ()))))


def _proposed(
    cards: Mapping[UUID, Card],
    links: Mapping[Pair, Link],
    joined: Mapping[Pair, Link],
    texts: Mapping[str, Sequence[str]],
) -> dict[Pair, Link]:
    """The pairs to ask people about: they answer the same question, and neither's line holds the other's group."""
    ends = [(link.one.finding.pk, link.other.finding.pk) for link in joined.values()]
    rooms: dict[UUID, set[UUID]] = {}
    for keys in lines_of(cards, ends):
        here = {cards[key].finding.group_id for key in keys}
        rooms |= dict.fromkeys(keys, here)
    asked: dict[UUID | None, list[Said]] = defaultdict(list)
    for key, card in cards.items():
        if card.finding.state != Finding.State.PARKED:
            said = Said(key, card.finding.group_id, card.finding.language, card.text)
            asked[card.finding.question_id].append(said)
    found = {}
    for together in asked.values():
        met = {
            frozenset((one.key, other.key))
            for one, other in combinations(together, 2)
            if one.group in rooms[other.key] or other.group in rooms[one.key]
        }
        for proposal in proposals(together, decided=met | links.keys(), all_texts=texts):
            ends_of = (cards[proposal.one], cards[proposal.other])
            found[proposal.pair] = Link(*ends_of, PROPOSED)
    return found


def _answers(part: Part, lines: Sequence[Line]) -> list[Answers]:
    """The lines under their questions; those without a question at the end, if there are any."""
    places: dict[UUID | None, list[Line]] = defaultdict(list)
    for line in lines:
        places[line.question.pk if line.question else None].append(line)
    asked = [Answers(part, question, tuple(places[question.pk])) for question in part.questions.all()]
    return [*asked, Answers(part, None, tuple(places[None]))] if places[None] or not asked else asked
