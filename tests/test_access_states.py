"""The adoption, state by state: every address of the document x every role, while the text is fixed, open and decided.

The states are reached through the rules. The delegate was in the electorate at the opening; so were those who are out
now. Who is just registered became a delegate after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import get_resolver

from academy.roles import grant_role
from outcome.adoption import close_adoption, freeze, take_position
from outcome.following.reading import named_encouragements
from outcome.models import (
    Amendment,
    Clause,
    Comment,
    Commitment,
    Document,
    Elector,
    Endorsement,
    Round,
    Source,
)
from tests.conftest import bring_to
from tests.doors import (
    DELEGATE,
    EVERYBODY,
    HERE,
    KNOWN,
    LEADS,
    LOGIN,
    NOBODY,
    ORGANISER,
    ROLES,
    Row,
    answers,
    for_all,
    people_of,
    post,
    see,
    step_out,
)
from tests.factories import opened_adoption
from tests.outcome.following import SENT, committed, endorsed
from tests.test_access import DECISION, named_addresses, propose_something
from workshops.models import Finding

if TYPE_CHECKING:
    from academy.models import Edition, User
    from tests.doors import People

pytestmark = pytest.mark.crawl

UPDATE = {"client": "77", "update": "AAA=", "base": "0"}
CUT = {"at": "1", "seen": "to act;"}
INTO = {"into": "@clause"}
CHOICE = {"choice": "join"}
SURE = {**CHOICE, "sure": "1", "after": "0", "key": "0b1f8b1c-7d7e-4a53-a0a5-4d0f1c6d8a11"}
STATEMENT = {"kind": "explanation", "text": "We read it so.", "attribution": "shown"}
HANDS = {"label": "Hall A", "count-join": "0", "count-stand-aside": "0", "count-object": "0"}
CITED = {"finding": "@open", "clause": "@clause", "relation": "supports"}
RULES: dict[str, Any] = {"method": "consensus", "quorum": "number", "quorum_number": "1"}
LATE = {"text": "to be late;", "reason": "Forgotten", "base": "2"}
PLAN: dict[str, Any] = {
    **RULES,
    "abstentions": "aside",
    "quorum_of": "electorate",
    "publicity": "named",
    "roles": "delegate",
    "statement_hours": "0",
}
WORDS = {"text": "to begin again;", "version": "1"}

# The text may be read by everybody and changed by nobody, whatever is sent.
FIXED: dict[str, list[Row]] = {
    "outcome:document": [see(EVERYBODY, "edition")],
    "outcome:revisions": [see(EVERYBODY, "edition")],
    "outcome:adoption": [see(EVERYBODY, "edition")],
    "outcome:desk": [see(ORGANISER, "edition")],
    "outcome:start": [post(ORGANISER, "edition", status=409, data={"title": "Another"})],
    "outcome:begin_clause": [
        post(ORGANISER, "edition", status=302, data={"finding": "@open", "section": "@section"})
    ],
    "outcome:cite": [
        post(
            ORGANISER,
            "edition",
            status=409,
            data=CITED,
        )
    ],
    "outcome:set_aside": [
        post(ORGANISER, "edition", status=409, data={"finding": "@open", "reason": "Said before"})
    ],
    "outcome:begin_merge": [post(ORGANISER, "edition", status=422, data={"finding": "@open"})],
    "outcome:merge_findings": [
        see(ORGANISER, "edition", status=409),
        post(
            ORGANISER, "edition", status=409, data={"finding": "@open", "into": "@open", "reason": "The same"}
        ),
    ],
    "outcome:take_back": [post(ORGANISER, "edition", "aside", status=409)],
    "outcome:uncite": [post(ORGANISER, "edition", "source", status=409)],
    "outcome:add_clause": [
        see(ORGANISER, "edition", "section", status=409),
        post(ORGANISER, "edition", "section", status=409, data=WORDS),
    ],
    "outcome:edit_clause": [
        see(ORGANISER, "edition", "clause", status=302),
        post(ORGANISER, "edition", "clause", status=409, data=WORDS),
    ],
    "outcome:move_clause": [post(ORGANISER, "edition", "clause", status=409)],
    "outcome:remove_clause": [
        see(ORGANISER, "edition", "clause", status=409),
        post(ORGANISER, "edition", "clause", status=409),
    ],
    "outcome:restore_clause": [post(ORGANISER, "edition", "clause", status=409)],
    "outcome:publish": [
        see(ORGANISER, "edition", status=409),
        post(ORGANISER, "edition", status=409, data={"label": "Late", "audience": "public"}),
    ],
    # Written together: whoever may look on still looks on, and nothing comes to it.
    "outcome:write": [see(LEADS, "edition")],
    "outcome:notices": [see(LEADS, "edition")],
    "outcome:updates": [
        see(LEADS, "edition", query="?since=0"),
        post(LEADS, "edition", status=409, data=UPDATE),
    ],
    "outcome:begin_live_clause": [post(ORGANISER, "edition", "section", status=409)],
    **{
        f"outcome:{name}_live_clause": [post(ORGANISER, "edition", "clause", status=409)]
        for name in ("place", "language", "remark", "drop_remark", "remove", "restore")
    },
    "outcome:split_live_clause": [post(ORGANISER, "edition", "clause", status=409, data=CUT)],
    "outcome:merge_live_clause": [post(ORGANISER, "edition", "clause", status=409, data=INTO)],
    "outcome:freeze": [see(ORGANISER, "edition", status=409), post(ORGANISER, "edition", status=409)],
    "outcome:restore_revision": [
        see(ORGANISER, "edition", "first", status=409),
        post(ORGANISER, "edition", "first", status=409),
    ],
    "outcome:restore_words": [post(ORGANISER, "edition", "first", "clause", status=409)],
    # What was proposed and said stays readable, and nothing comes to it.
    "outcome:comment": [post(HERE, "edition", "clause", status=409, data={"text": "Late"})],
    "outcome:answer": [post(HERE, "edition", "comment", status=409, data={"text": "Late"})],
    "outcome:resolve": [post(ORGANISER, "edition", "comment", status=409)],
    "outcome:hide_comment": [post(ORGANISER, "edition", "comment", status=302, data={"reason": "Rude"})],
    "outcome:show_comment": [post(ORGANISER, "edition", "comment", status=302)],
    "outcome:amend_clause": [
        see(HERE, "edition", "clause", status=409),
        post(HERE, "edition", "clause", status=409, data=LATE),
    ],
    "outcome:propose_deletion": [
        see(HERE, "edition", "clause", status=409),
        post(HERE, "edition", "clause", status=409, data=LATE),
    ],
    "outcome:propose_addition": [
        see(HERE, "edition", "section", status=409),
        post(HERE, "edition", "section", status=409, data=LATE),
    ],
    "outcome:rebase": [
        see(ORGANISER, "edition", "amendment", status=409),
        post(ORGANISER, "edition", "amendment", status=409, data=LATE),
    ],
    "outcome:withdraw_amendment": [
        see(ORGANISER, "edition", "amendment"),
        post(ORGANISER, "edition", "amendment", status=409),
    ],
    "outcome:co_sign": [post(HERE, "edition", "amendment", status=409)],
    "outcome:take_signature_back": [post(HERE, "edition", "amendment", status=409)],
    "outcome:treat": [
        see(ORGANISER, "edition", "round", "amendment", status=409),
        post(ORGANISER, "edition", "round", "amendment", status=409, data=DECISION),
    ],
    "outcome:adopt_together": [
        post(ORGANISER, "edition", "round", status=409, data={"number": "1", "manner": "consensus"})
    ],
    "outcome:move_closing": [
        post(ORGANISER, "edition", "round", status=302, data={"closes_at": "2099-01-01T12:00"})
    ],
    "outcome:close_round": [
        see(ORGANISER, "edition", "round", status=409),
        post(ORGANISER, "edition", "round", status=409),
    ],
    "outcome:house_rules": [see(ORGANISER, "edition", status=409), post(ORGANISER, "edition", status=409)],
    "outcome:contributions": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=409)],
    "outcome:open_rounds": [
        see(ORGANISER, "edition", status=409),
        post(ORGANISER, "edition", status=409, data={"closes_at": "2099-01-01T12:00"}),
    ],
    "outcome:merge_clause": [
        see(ORGANISER, "edition", "clause", status=409),
        post(ORGANISER, "edition", "clause", status=409),
    ],
    "outcome:merge_addition": [
        see(ORGANISER, "edition", "amendment", status=409),
        post(ORGANISER, "edition", "amendment", status=409),
    ],
    "outcome:leave_out": [post(ORGANISER, "edition", "amendment", status=302, data={"reason": "Late"})],
}
NO_RECORD = {
    "outcome:record": [see(EVERYBODY, "edition", status=404)],
    "outcome:record_text": [see(EVERYBODY, "edition", status=404)],
    "outcome:record_json": [see(EVERYBODY, "edition", status=404)],
}
RECORD = {
    "outcome:record": [see(EVERYBODY, "edition")],
    "outcome:record_text": [see(EVERYBODY, "edition")],
    "outcome:record_json": [see(EVERYBODY, "edition")],
}
# Whoever was in the electorate and takes part no more is out of it; those who came later never were in it.
NOT_NOW: dict[str, list[Row]] = {
    "outcome:confirm_adoption": [post(ORGANISER, "edition", status=409)],
    "outcome:open_adoption": [post(ORGANISER, "edition", status=409)],
    "outcome:recall_adoption": [
        see(ORGANISER, "edition", status=409),
        post(ORGANISER, "edition", status=409, data={"reason": "Wrong text"}),
    ],
    "outcome:check_in": [post(DELEGATE, "edition", status=409, data={"where": "online"})],
    "outcome:indicate": [
        post(DELEGATE, "edition", status=409, data={"clause": "@clause", "choice": "agree"})
    ],
    "outcome:make_statement": [post(DELEGATE, "edition", status=409, data=STATEMENT)],
    "outcome:discuss": [post(ORGANISER, "edition", status=409, data={"clause": "@clause"})],
    "outcome:enter_count": [post(ORGANISER, "edition", status=409, data=HANDS)],
}
# What is the same in every state since an adoption was opened.
LOOKED_AT: dict[str, list[Row]] = {
    "outcome:adoption_state": [see(EVERYBODY, "edition")],
    "outcome:chair": [see(ORGANISER, "edition")],
    "outcome:screen": [see(HERE, "edition")],
    "outcome:check": [
        see(EVERYBODY, "edition"),
        post(EVERYBODY, "edition", status=200, data={"pasted": "0" * 64}),
    ],
    "outcome:withdraw_statement": [post(NOBODY, "edition", "clause", status=403)],
    "outcome:confirm_count": [post(ORGANISER, "edition", "clause", status=404)],
}
# Nothing is adopted: nothing is there to endorse, and nobody has.
NOT_FOLLOWED: dict[str, list[Row]] = {
    "outcome:endorse": [see(KNOWN, "edition", status=302), post(KNOWN, "edition", status=409)],
    "outcome:endorsement": [see(EVERYBODY, "edition", "clause", status=404)],
    "outcome:withdraw_endorsement": [post(KNOWN, "edition", "clause", status=404)],
    "outcome:name_signer": [post(KNOWN, "edition", "clause", status=404)],
    "outcome:add_commitment": [post(KNOWN, "edition", "clause", status=404)],
    "outcome:change_commitment": [post(KNOWN, "edition", "clause", status=404)],
    "outcome:note_progress": [post(KNOWN, "edition", "clause", status=404)],
    "outcome:endorsement_desk": [see(ORGANISER, "edition")],
    "outcome:decide_endorsement": [post(ORGANISER, "edition", "clause", status=404)],
    "outcome:hand_over": [post(ORGANISER, "edition", "clause", status=404)],
    "outcome:take_over": [post(KNOWN, "edition", "clause", status=404)],
}
# The delegate has endorsed for a city, confirmed by domain, with a commitment; and has asked for another one.
FOLLOWED: dict[str, list[Row]] = {
    "outcome:endorse": [
        see(KNOWN, "edition"),
        post(KNOWN, "edition", status=422),
        post(KNOWN, "edition", status=302, data={**SENT, "organisation": "Another", "website": ""}),
    ],
    "outcome:endorsement": [
        see(EVERYBODY, "edition", "endorsement"),
        see(
            DELEGATE | ORGANISER,
            "edition",
            "asked",
            others=for_all(EVERYBODY - DELEGATE - ORGANISER, 404),
        ),
    ],
    "outcome:withdraw_endorsement": [
        see(DELEGATE, "edition", "endorsement"),
        post(DELEGATE, "edition", "endorsement", status=302),
    ],
    "outcome:name_signer": [post(DELEGATE, "edition", "endorsement", status=302, data={"shown": "yes"})],
    "outcome:add_commitment": [
        see(DELEGATE, "edition", "endorsement"),
        post(DELEGATE, "edition", "endorsement", status=422),
    ],
    "outcome:change_commitment": [
        see(DELEGATE, "edition", "commitment"),
        post(DELEGATE, "edition", "commitment", status=422),
    ],
    "outcome:note_progress": [
        see(DELEGATE, "edition", "commitment"),
        post(DELEGATE, "edition", "commitment", status=422),
        post(DELEGATE, "edition", "commitment", status=302, data={"state": "done", "words": "Done."}),
    ],
    "outcome:endorsement_desk": [see(ORGANISER, "edition")],
    "outcome:decide_endorsement": [
        see(ORGANISER, "edition", "asked"),
        post(ORGANISER, "edition", "asked", status=422),
        post(ORGANISER, "edition", "asked", status=302, data={"decision": "confirm"}),
    ],
    "outcome:hand_over": [
        post(ORGANISER, "edition", "endorsement", status=422),
        post(ORGANISER, "edition", "endorsement", status=302, data={"address": "next@example.org"}),
    ],
    # It is offered to nobody here; who acts for it already is led to its page.
    "outcome:take_over": [
        see(NOBODY, "edition", "endorsement", others=for_all(DELEGATE, 302)),
        post(NOBODY, "edition", "endorsement", status=403),
    ],
}
STATES: dict[str, dict[str, list[Row]]] = {
    "frozen": {
        **NO_RECORD,
        "outcome:unfreeze": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=302)],
        "outcome:prepare_adoption": [
            post(ORGANISER, "edition", status=422),
            post(ORGANISER, "edition", status=302, data=PLAN),
        ],
        "outcome:take_position": [post(EVERYBODY - {"anonymous"}, "edition", status=404, data=CHOICE)],
        "outcome:close_adoption": [
            see(ORGANISER, "edition", status=404),
            post(ORGANISER, "edition", status=404),
        ],
    },
    "open": {
        **FIXED,
        **NOT_FOLLOWED,
        **NO_RECORD,
        "outcome:unfreeze": [
            see(ORGANISER, "edition", status=409),
            post(ORGANISER, "edition", status=409),
        ],
        **LOOKED_AT,
        "outcome:prepare_adoption": [post(ORGANISER, "edition", status=409, data=PLAN)],
        "outcome:confirm_adoption": [post(ORGANISER, "edition", status=409)],
        "outcome:open_adoption": [post(ORGANISER, "edition", status=409)],
        "outcome:recall_adoption": [
            see(ORGANISER, "edition"),
            post(ORGANISER, "edition", status=422, data={"reason": ""}),
        ],
        "outcome:take_position": [
            post(DELEGATE, "edition", status=200, data=CHOICE),
            post(DELEGATE, "edition", status=422, data={"choice": "yes"}),
            post(DELEGATE, "edition", status=302, data=SURE),
        ],
        "outcome:check_in": [
            post(DELEGATE, "edition", status=302, data={"where": "online"}),
            post(DELEGATE, "edition", status=403, data={"where": "room"}, others={"delegate": 403}),
        ],
        "outcome:indicate": [
            post(DELEGATE, "edition", status=422, data={"clause": "@clause", "choice": "agree"})
        ],
        "outcome:make_statement": [
            post(DELEGATE, "edition", status=422),
            post(DELEGATE, "edition", status=302, data=STATEMENT),
        ],
        "outcome:discuss": [post(ORGANISER, "edition", status=302, data={"clause": "@clause"})],
        "outcome:enter_count": [
            post(ORGANISER, "edition", status=422),
            post(ORGANISER, "edition", status=302, data=HANDS),
        ],
        "outcome:close_adoption": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=302)],
    },
    "adopted": {
        **FIXED,
        **FOLLOWED,
        **RECORD,
        "outcome:unfreeze": [
            see(ORGANISER, "edition", status=409),
            post(ORGANISER, "edition", status=409),
        ],
        **LOOKED_AT,
        **NOT_NOW,
        "outcome:prepare_adoption": [post(ORGANISER, "edition", status=409, data=PLAN)],
        "outcome:take_position": [post(DELEGATE, "edition", status=409, data=SURE)],
        "outcome:close_adoption": [
            see(ORGANISER, "edition", status=409),
            post(ORGANISER, "edition", status=409),
        ],
    },
    "not adopted": {
        **RECORD,
        **NOT_FOLLOWED,
        "outcome:unfreeze": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=302)],
        **LOOKED_AT,
        **NOT_NOW,
        "outcome:prepare_adoption": [post(ORGANISER, "edition", status=302, data=PLAN)],
        "outcome:take_position": [post(DELEGATE, "edition", status=409, data=SURE)],
        "outcome:close_adoption": [
            see(ORGANISER, "edition", status=409),
            post(ORGANISER, "edition", status=409),
        ],
    },
}


@pytest.fixture
def edition(db: None) -> Edition:
    return bring_to("drafting")


def bring_adoption_to(state: str, edition: Edition) -> People:
    """The people of the tables, and the adoption in this state by what they did."""
    people = people_of(edition)
    amara, delegate, late = (people[role] for role in ("organiser", "delegate", "registered"))
    assert amara
    assert delegate
    assert late
    document = Document.objects.get(edition=edition)
    propose_something(document, by=amara)
    freeze(document, by=amara)
    if state != "frozen":
        procedure = opened_adoption(document, **{**RULES, "quorum_number": 1}, by=amara)
        grant_role(late, edition, "delegate", by=amara)
        if state == "adopted":
            take_position(procedure, choice="join", by=delegate)
        if state != "open":
            close_adoption(procedure, by=amara)
        if state == "adopted":
            endorse_for_the_table(edition, by=delegate)
    step_out(people, edition)
    return people


def endorse_for_the_table(edition: Edition, *, by: User) -> None:
    """A city that has endorsed and committed itself, and one for which somebody has asked."""
    row = endorsed(edition, by=by)
    key = next(iter(named_encouragements(row.revision, edition.slug)))
    committed(row, key, by=by)
    endorsed(edition, by=by, organisation="City of Questions", website="")


def arguments_of(edition: Edition) -> dict[str, object]:
    document = Document.objects.get(edition=edition)
    followed = {
        "endorsement": Endorsement.objects.filter(state="confirmed").first(),
        "asked": Endorsement.objects.filter(state="asked").first(),
        "commitment": Commitment.objects.first(),
    }
    findings = Finding.objects.of_edition(edition).filter(sources=None)
    return {
        "edition": edition.slug,
        "section": document.sections.get(strand__slug="drivers").pk,
        "clause": Clause.objects.standing().filter(document=document, parent=None).earliest("order").pk,
        "source": Source.objects.filter(clause__document=document).earliest("pk").pk,
        "aside": findings.exclude(disposition=None).earliest("pk").pk,
        "open": findings.filter(disposition=None).earliest("pk").pk,
        "first": 1,
        "comment": Comment.objects.get().pk,
        "amendment": Amendment.objects.get().number,
        "round": Round.objects.get().pk,
        **{name: row.pk for name, row in followed.items() if row},
    }


@pytest.mark.parametrize("state", STATES)
def test_the_answers_are_those_of_the_state(state, edition):
    people = bring_adoption_to(state, edition)
    before = list(Clause.objects.order_by("pk").values())
    found, expected = answers(STATES[state], people, arguments_of(edition))
    assert found == expected
    assert list(Clause.objects.order_by("pk").values()) == before


def test_every_address_of_the_document_has_a_row_for_the_fixed_text():
    """Neither reading a finding, a revision or a comparison, nor translating a revision depends on the text's state."""
    reading = {"choose_comparison", "compare", "finding", "findings", "revision", "revision_json"}
    reading |= {"browse", "findings_file", "revision_file"}
    reading |= {"endorsements", "endorsements_csv", "following_feed", "languages_feed"}
    reading |= {"amendment", "amendments", "clause", "merging", "round", "rounds", "thread_picture"}
    reading |= {
        "languages",
        "newest_in",
        "language_version",
        "language_version_json",
        "language_version_file",
    }
    reading |= {
        "begin_translation",
        "translation",
        "translate_part",
        "ready_translation",
        "take_back_translation",
    }
    reading |= {"publish_translation", "name_translator", "end_translator", "be_named_translator"}
    addresses = {name for name in named_addresses(get_resolver().url_patterns) if name.startswith("outcome:")}
    expected = addresses - {f"outcome:{name}" for name in reading}
    assert {state: set(STATES[state]) for state in ("open", "adopted")} == dict.fromkeys(
        ("open", "adopted"), expected
    )


def test_the_table_bites_when_everybody_counts_as_an_elector(edition, monkeypatch):
    """The control: with any elector's place given to everybody, those who are out take positions again."""
    people = bring_adoption_to("open", edition)
    elector = Elector.objects.get(participant__user=people["delegate"])
    monkeypatch.setattr("outcome.views.adopting.elector_of", lambda user, procedure: elector)
    monkeypatch.setattr("outcome.adoption.positions.elector_of", lambda user, procedure: elector)
    name = "outcome:take_position"
    found, _expected = answers({name: STATES["open"][name][-1:]}, people, arguments_of(edition))
    assert found == {f"{name} 0 post {role}": LOGIN if role == "anonymous" else 302 for role in ROLES}
