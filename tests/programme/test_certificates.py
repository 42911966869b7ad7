"""Certificates of participation: what they attest, whom they name, how they are checked and withdrawn."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from academy import clock
from academy.errors import NotAllowed
from academy.models import HistoryEntry, Participant
from academy.registration import withdraw
from programme.certificates import (
    NameChanged,
    NoPseudonym,
    NothingAttended,
    NotOverYet,
    attended_sessions,
    bears,
    certificate_of,
    certificate_with,
    is_valid,
    make_certificate,
    name_on,
    new_code,
    verify_certificates,
    withdraw_certificate,
    written,
)
from programme.joining import check_in
from programme.models import Attendance, Certificate, Session

AFTER = datetime(2022, 2, 20, 12, tzinfo=UTC)
DURING = datetime(2022, 2, 3, 12, tzinfo=UTC)
PAGE, PDF, CHECKS = "/2022/my/certificate/", "/2022/my/certificate.pdf", "/2022/certificates/"


@pytest.fixture
def came(edition, esi):
    """Esi, who is protected, went to the opening and to a group of workshop 1."""
    for slug in ("day-1-opening", "day-1-workshop-1"):
        check_in(esi, Session.objects.get(edition=edition, slug=slug))
    group = Session.objects.filter(edition=edition, parent__slug="day-1-workshop-1").first()
    assert group is not None
    check_in(esi, group)
    return esi.participations.get()


@pytest.fixture
def over():
    with clock.set_to(AFTER):
        yield


def made_for(participant: Participant, **options: bool) -> Certificate:
    return make_certificate(participant, by=participant.user, **{"with_pseudonym": False, **options})


def test_it_attests_what_is_recorded_and_no_hour_twice(came, over):
    assert [session.title for session in attended_sessions(came)] == [
        "Opening ceremony",
        "Workshop session 1: Group 1",
    ]
    made = made_for(came)
    assert made.content["minutes"] == sum(session["minutes"] for session in made.content["sessions"])
    assert (made.content["days"], len(made.content["sessions"])) == (1, 2)


def test_it_is_made_when_the_academy_is_over(came):
    with clock.set_to(DURING), pytest.raises(NotOverYet):
        made_for(came)


def test_who_was_nowhere_has_none(edition, dawit, over):
    with pytest.raises(NothingAttended):
        made_for(dawit.participations.get())


def test_nobody_makes_or_withdraws_it_for_somebody_else(came, dawit, over):
    with pytest.raises(NotAllowed):
        make_certificate(came, with_pseudonym=False, by=dawit)
    with pytest.raises(NotAllowed):
        withdraw_certificate(came, by=dawit)
    Participant.objects.filter(pk=came.pk).update(state="declined")
    with pytest.raises(NotAllowed):
        made_for(came)


def test_no_name_is_kept_and_the_right_one_is_recognised(came, over):
    made = made_for(came)
    kept = " ".join(str(value) for value in Certificate.objects.values().get().values())
    assert "Esi" not in kept
    assert "Kingfisher" not in kept
    assert (bears(made, "esi"), bears(made, "  ÉSI "), bears(made, "Kingfisher"), bears(made, "")) == (
        True,
        True,
        False,
        False,
    )


def test_with_the_pseudonym_the_own_name_is_not_recognised(came, dawit, over):
    made = made_for(came, with_pseudonym=True)
    assert (name_on(made), bears(made, "Esi")) == ("Kingfisher", False)
    check_in(dawit, Session.objects.get(edition=came.edition, slug="day-1-opening"))
    with pytest.raises(NoPseudonym):
        made_for(dawit.participations.get(), with_pseudonym=True)


def test_a_new_one_withdraws_the_one_before(came, over):
    first, second = made_for(came), made_for(came, with_pseudonym=True)
    first.refresh_from_db()
    assert (is_valid(first), is_valid(second)) == (False, True)
    assert certificate_of(came) == second
    assert withdraw_certificate(came, by=came.user)
    assert not withdraw_certificate(came, by=came.user)
    assert [entry.verb for entry in HistoryEntry.objects.filter(object_type="programme.certificate")] == [
        "certificate made",
        "certificate withdrawn",
        "certificate made",
        "certificate withdrawn",
    ]


def test_whoever_withdraws_the_registration_is_not_certified_any_more(came, over):
    made = made_for(came)
    withdraw(came, by=came.user)
    found = certificate_with(made.code, came.edition)
    assert found is not None
    assert not is_valid(found)


def test_after_a_change_of_name_the_paper_is_made_anew(came, over):
    made = made_for(came)
    Participant.objects.filter(pk=came.pk).update(name="Esi Mensah")
    found = certificate_of(came)
    assert found is not None
    with pytest.raises(NameChanged):
        name_on(found)
    assert made.code == found.code


def test_codes_are_read_as_they_are_typed(came, over):
    code = new_code()
    assert written(code.lower().replace("-", " ")) == code
    assert [written(text) for text in ("", "ABC", code[:-1], code[:-1] + "0", "x" * 4000)] == [""] * 5
    made = made_for(came)
    assert certificate_with(made.code.lower(), came.edition) == made


def test_a_changed_certificate_is_found(came, over):
    made = made_for(came)
    assert list(verify_certificates(came.edition)) == []
    Certificate.objects.filter(pk=made.pk).update(content={**made.content, "minutes": 9_999})
    assert [str(one) for one in verify_certificates(came.edition)] == [
        f"certificate {made.pk}: it was changed without an entry in the history"
    ]


# --- Pages ------------------------------------------------------------------------------------------------------------


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_it_is_made_on_the_page_and_read_as_pdf(came, over, client_of):
    browser = client_of(came.user)
    assert 'value="pseudonym"' in text_of(browser.get(PAGE))
    assert browser.post(PAGE, {"bears": "pseudonym"}).status_code == 302
    page = text_of(browser.get(PAGE))
    assert "It bears your pseudonym" in page
    pdf = browser.get(PDF)
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("with_pseudonym", [True, False])
def test_the_data_of_the_pdf_names_nobody(came, over, client_of, with_pseudonym):
    made_for(came, with_pseudonym=with_pseudonym)
    content = client_of(came.user).get(PDF).content
    # Packed fonts and drawings, and the file's number, are any bytes: any three letters stand in them now and then.
    content = re.sub(rb"(?s)/FlateDecode.{0,200}?stream\r?\n.*?endstream|/ID\[.*?\]", b"", content)
    facts = re.findall(rb"/(?:Author|Title|Subject|Keywords|Creator|Producer)\s*\([^)]*\)", content)
    assert facts != []
    for name in (b"Esi", b"Kingfisher", b"City of Examples"):
        assert name not in content


def test_the_check_says_what_is_attested_and_never_who(came, over, client):
    made = made_for(came)
    answer = client.get(f"{CHECKS}{made.code}/")
    page = text_of(answer)
    assert answer.status_code == 200
    assert answer["X-Robots-Tag"] == "noindex"
    assert "2 sessions on 1 day" in page
    for name in ("Esi", "Kingfisher", "City of Examples", "Group 1"):
        assert name not in page
    withdraw_certificate(came, by=came.user)
    page = text_of(client.get(f"{CHECKS}{made.code}/"))
    assert "withdrawn" in page
    assert "2 sessions" not in page


def test_a_typed_name_is_compared(came, over, client):
    made = made_for(came)
    address = f"{CHECKS}{made.code}/"
    assert "Yes. The certificate was made with this name." in text_of(client.post(address, {"name": "Esi"}))
    assert "No. The certificate was made with another name." in text_of(
        client.post(address, {"name": "Amara"})
    )
    assert client.post(address, {"name": ""}).status_code == 422
    for _guess in range(60):
        last = client.post(address, {"name": "x"})
    assert last.status_code == 429


def test_a_code_is_looked_for_and_an_unknown_one_not_found(came, over, client):
    made = made_for(came)
    assert client.get(CHECKS, {"code": made.code.lower()})["Location"] == f"{CHECKS}{made.code}/"
    assert "This cannot be a code" in text_of(client.get(CHECKS, {"code": "nonsense"}))
    assert client.get(f"{CHECKS}{new_code()}/").status_code == 404
    assert client.get(f"{CHECKS}x/").status_code == 404


def test_without_a_place_the_page_leads_back(edition, farid, client_of):
    assert client_of(farid).get(PAGE)["Location"] == "/2022/my/"
    assert client_of(farid).get(PDF)["Location"] == PAGE
    assert client_of(None).get(PAGE)["Location"].startswith("/accounts/login/")
    assert not Attendance.objects.exists()


def test_a_code_that_was_never_given_out_is_said_to_be_unknown_and_kept_for_correction(client, edition):
    code = new_code()
    page = client.get(f"{CHECKS}{code}/").content.decode()
    assert "No certificate of this academy has this code." in page
    assert f'value="{code}"' in page
