"""The adoption, through its pages: who sees what when, and the way from opening to record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from academy import clock
from outcome.adoption import close_adoption, recall_adoption, take_position
from outcome.models import Document, Position, Procedure, Record
from tests.factories import opened_adoption, second_organiser
from tests.outcome.pages import flat, url

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from academy.models import User

    ClientOf = Callable[[User | None], Client]


RULES = {
    "method": "consensus",
    "abstentions": "aside",
    "quorum": "half",
    "quorum_of": "electorate",
    "publicity": "named",
    "roles": ["delegate"],
    "statement_hours": "0",
}


def confirmed(elector: Client, choice: str, **more: str) -> Any:
    """A position by the page that asks for it, and then by the page that asks once more."""
    asked = elector.post(url("take_position"), {"choice": choice, **more})
    hidden = {name: asked.context[name] for name in ("key", "after", "secret")}
    return elector.post(url("take_position"), {"choice": choice, **more, **hidden, "sure": "1"})


def test_an_adoption_goes_from_setting_up_to_record(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User, esi: User
) -> None:
    client, second = client_of(amara), client_of(second_organiser(frozen.edition))
    refused = client.post(url("prepare_adoption"), {**RULES, "quorum": "number", "quorum_number": "9"})
    assert (refused.status_code, Procedure.objects.count()) == (422, 0)
    assert client.post(url("prepare_adoption"), RULES)["Location"] == url("adoption")
    assert (client.post(url("confirm_adoption")).status_code, Procedure.objects.get().state) == (
        403,
        "prepared",
    )
    assert second.post(url("confirm_adoption"))["Location"] == url("adoption")
    assert second.post(url("open_adoption"))["Location"] == url("adoption")
    elector = client_of(dawit)
    assert elector.post(url("take_position"), {"choice": "yes"}).status_code == 422
    for choice in ("stand-aside", "join"):
        assert confirmed(elector, choice)["Location"] == url("adoption")
    page = elector.get(url("adoption"))
    assert (page.context["state"].taken, page.context["state"].mine.number) == (1, 2)
    assert "Recorded as your position number 2" in flat(page)
    confirmed(client_of(esi), "join")
    assert (client.get(url("close_adoption")).status_code, Procedure.objects.get().state) == (200, "open")
    assert client.post(url("close_adoption"))["Location"] == url("record")
    assert Procedure.objects.get().state == "adopted"
    late = elector.post(url("take_position"), {"choice": "object"})
    assert (late.status_code, "This adoption is closed." in flat(late)) == (409, True)
    assert Position.objects.count() == 3


def test_the_question_before_the_closing_says_when_the_record_is_sealed(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User
) -> None:
    procedure = opened_adoption(frozen, by=amara, statement_hours=24)
    assert "sealed and public 24 hours later" in flat(client_of(amara).get(url("close_adoption")))
    close_adoption(procedure, by=amara)
    assert "There is no record yet" in flat(client_of(amara).get(url("record")))


def test_nothing_is_recorded_before_the_second_question(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    opened_adoption(frozen, by=amara)
    page = client_of(dawit).post(url("take_position"), {"choice": "join"})
    assert (page.status_code, page["Cache-Control"], Position.objects.count()) == (
        200,
        "private, no-store",
        0,
    )
    assert frozen.frozen_revision is not None
    assert frozen.frozen_revision.digest in flat(page)


def test_who_is_no_elector_takes_no_position(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, bruno: User
) -> None:
    assert client_of(bruno).post(url("take_position"), {"choice": "join"}).status_code == 404
    opened_adoption(frozen, method="consensus", quorum="half", by=amara)
    assert (
        client_of(None)
        .post(url("take_position"), {"choice": "join"})["Location"]
        .startswith("/accounts/login/")
    )
    answer = client_of(bruno).post(url("take_position"), {"choice": "join"})
    assert (answer.status_code, Position.objects.count()) == (403, 0)
    assert 'name="choice"' not in flat(answer)
    assert "You are not in the electorate" in flat(client_of(bruno).get(url("adoption")))


def test_before_the_closing_nobody_sees_how_the_positions_fell(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, bruno: User, dawit: User
) -> None:
    opened_adoption(frozen, method="consensus", quorum="half", by=amara)
    client_of(dawit).post(url("take_position"), {"choice": "object"})
    for person in (None, bruno, amara):
        assert "object" not in _outside_the_rules(flat(client_of(person).get(url("adoption"))))


def _outside_the_rules(words: str) -> str:
    """The page without the method's own words and the ballot's choices, which name every position."""
    ballot = words.find('<section class="ballot"')
    if ballot >= 0:
        words = words[:ballot] + words[words.find("</section>", ballot) :]
    return words.replace("Consensus without objection", "").replace("nobody objects", "")


def test_the_public_sees_the_state_and_the_rules_but_not_how_many_took_a_position(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, farid: User
) -> None:
    procedure = opened_adoption(frozen, method="consensus", quorum="half", by=amara)
    for person in (None, farid):
        words = flat(client_of(person).get(url("adoption")))
        shown = [text in words for text in ("The adoption is open.", "Electorate", "Positions so far")]
        assert shown == [True, True, False]
    close_adoption(procedure, by=amara)
    assert "The text was not adopted." in flat(client_of(None).get(url("adoption")))


def test_a_silence_is_set_up_without_choosing_a_quorum_and_nothing_else_is(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User
) -> None:
    client, rules = client_of(amara), {key: value for key, value in RULES.items() if key != "quorum"}
    refused = client.post(url("prepare_adoption"), rules)
    assert (refused.status_code, "Choose a quorum, or that there is none." in flat(refused)) == (422, True)
    deadline = (clock.now() + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    silence = {**rules, "method": "silence", "closes_at": deadline}
    assert client.post(url("prepare_adoption"), silence).status_code == 302
    assert Procedure.objects.get().quorum == "none"


def test_the_chair_is_offered_the_closing_only_when_it_may_be_closed(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User
) -> None:
    closes_at = clock.now().replace(second=0, microsecond=0) + timedelta(hours=3)
    procedure = opened_adoption(frozen, by=amara, method="simple-majority", closes_at=closes_at)
    chair = client_of(amara)
    page = flat(chair.get(url("chair")))
    assert (url("close_adoption") in page, "It closes by itself at its time." in page) == (False, True)
    asked = chair.get(url("close_adoption"))
    assert (asked.status_code, "Electors were promised time" in flat(asked)) == (409, True)
    for person in delegates:
        take_position(procedure, choice="yes", by=person)
    assert url("close_adoption") in flat(chair.get(url("chair")))
    assert chair.get(url("close_adoption")).status_code == 200


def test_checking_somebody_in_leads_back_to_their_place_in_the_list(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    elector = opened_adoption(frozen, by=amara).electors.get(participant__user=dawit)
    done = client_of(amara).post(url("check_in"), {"elector": str(elector.pk), "where": "room"})
    assert done["Location"] == f"{url('chair')}#seat-{elector.pk}"
    assert f'id="seat-{elector.pk}"' in flat(client_of(amara).get(url("chair")))


def test_a_form_that_was_refused_keeps_itself_true_by_its_own_page(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    opened_adoption(frozen, by=amara, method="simple-majority")
    refused = flat(client_of(dawit).post(url("take_position"), {}))
    assert f'page="{url("adoption")}"' in refused
    assert f'<a href="{url("adoption")}">Load it again' in refused
    hands = flat(client_of(amara).post(url("enter_count"), {}))
    assert f'page="{url("chair")}"' in hands


def test_who_took_a_position_is_not_asked_whether_they_are_here(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    opened = opened_adoption(frozen, by=amara, method="simple-majority")
    asked, told = "I am here", "You took a position, so you count as present."
    page = flat(client_of(dawit).get(url("adoption")))
    assert (asked in page, told in page) == (True, False)
    take_position(opened, choice="yes", by=dawit)
    page = flat(client_of(dawit).get(url("adoption")))
    assert (asked in page, told in page) == (False, True)


def test_a_text_that_missed_its_quorum_is_not_adopted_for_want_of_it(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    asked = {"method": "simple-majority", "quorum": "number", "quorum_number": len(delegates)}
    opened = opened_adoption(frozen, by=amara, **asked)
    take_position(opened, choice="yes", by=dawit)
    close_adoption(opened, by=amara)
    words = f"The quorum was not reached: it needed {len(delegates)} positions and got 1."
    assert words in flat(client_of(dawit).get(url("adoption")))
    assert words in flat(client_of(amara).get(url("screen")))
    assert "the quorum was not reached" in flat(client_of(None).get(url("record")))


def test_a_text_that_was_voted_down_misses_no_quorum(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User
) -> None:
    opened = opened_adoption(frozen, by=amara, method="simple-majority", quorum="half")
    for person in delegates:
        take_position(opened, choice="no", by=person)
    close_adoption(opened, by=amara)
    for page in (client_of(amara).get(url("adoption")), client_of(None).get(url("record"))):
        assert "quorum was not reached" not in flat(page)


def test_whoever_states_a_reservation_reads_to_which_clause(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    opened_adoption(frozen, by=amara, method="simple-majority", statement_hours=24)
    clause, client = frozen.clauses.get(heading="Count"), client_of(dawit)
    said = {"kind": "reservation", "clause": str(clause.pk), "text": "By next year.", "attribution": "shown"}
    client.post(url("make_statement"), said)
    assert "Reservation: 2 · Count" in flat(client.get(url("adoption")))


def test_a_record_without_a_quorum_says_how_many_spoke_and_not_that_none_were_needed(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    opened = opened_adoption(frozen, by=amara, method="simple-majority", quorum="none")
    take_position(opened, choice="yes", by=dawit)
    close_adoption(opened, by=amara)
    assert f"No quorum; 1 of {len(delegates)} electors took a position" in flat(
        client_of(None).get(url("record"))
    )


def test_an_earlier_adoption_is_sealed_by_whoever_looks_also_once_there_is_another(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User
) -> None:
    start = clock.now()
    with clock.set_to(start):
        first = opened_adoption(frozen, by=amara, method="simple-majority", statement_hours=1)
        close_adoption(first, by=amara)
        opened_adoption(frozen, by=amara, method="simple-majority", statement_hours=24)
    with clock.set_to(start + timedelta(minutes=59)):
        client_of(None).get(url("adoption"))
        assert not Record.objects.exists()
    with clock.set_to(start + timedelta(hours=1)):
        client_of(None).get(url("adoption"))
    assert Record.objects.get().procedure == first


def test_whoever_asks_for_the_record_once_the_time_for_statements_is_over_finds_it_sealed(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User
) -> None:
    start = clock.now()
    with clock.set_to(start):
        close_adoption(opened_adoption(frozen, by=amara, statement_hours=1), by=amara)
        assert client_of(None).get(url("record")).status_code == 404
    with clock.set_to(start + timedelta(hours=1)):
        assert client_of(None).get(url("record")).context["record"] == Record.objects.get()


def test_of_a_recalled_adoption_no_closing_is_announced(
    frozen: Document, delegates: list[User], client_of: ClientOf, amara: User, dawit: User
) -> None:
    opened = opened_adoption(frozen, by=amara, method="simple-majority", quorum="none")
    take_position(opened, choice="yes", by=dawit)
    assert "how they fell is told after the closing" in flat(client_of(dawit).get(url("adoption")))
    assert "No quorum is needed." in flat(client_of(amara).get(url("chair")))
    asked = flat(client_of(amara).get(url("close_adoption")))
    assert f"1 of {len(delegates)} electors have taken a position; no quorum is needed." in asked
    recall_adoption(opened, reason="The wrong electorate", by=amara)
    page = flat(client_of(dawit).get(url("adoption")))
    assert ("Positions until the recall" in page, "told after the closing" in page) == (True, False)
