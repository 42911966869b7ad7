"""An organiser imports a word processor's outline, corrects it with and without a script, and finds it in the draft."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from programme.models import Day
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import findings_of_axe, sticks_out
from tests.programme.outlines.making import french_docx

pytestmark = pytest.mark.journey
DESK = "/2022/programme/desk/"
OUTLINE = """Version: 7 March 2022

Wednesday, 9 March 2022: After
09:00-10:00 Review
10:00-11:00 Closing
"""


@pytest.mark.parametrize("has_script", [True, False], ids=["with a script", "without"])
def test_an_outline_is_given_looked_at_corrected_and_applied(serve, look, has_script):
    served = serve("registration")
    amara = served.person("amara")
    if not has_script:
        state = amara.context.storage_state()
        amara = served.visitor(java_script_enabled=False, storage_state=state)
    amara.goto(DESK)
    amara.get_by_role("link", name="Import an outline").click()
    amara.get_by_label("A file: text, Markdown or DOCX").set_input_files(
        {"name": "eau.docx", "mimeType": "application/octet-stream", "buffer": french_docx("2022")}
    )
    if has_script:
        look(amara, "import")
    amara.get_by_role("button", name="Show what is understood").click()
    assert amara.get_by_text("Every line was placed.").is_visible()
    if has_script:
        look(amara, "import-understood")
    pause = amara.get_by_role("group", name="Pause")
    pause.get_by_text("Correct").click()
    pause.get_by_label("Starts").fill("10:40")
    pause.get_by_label("Title").fill("Pause café")
    amara.locator("#understood").get_by_role("button", name="Apply to the draft").click()
    amara.wait_for_url(f"**{DESK}")
    assert amara.get_by_text("The outline is in the draft:").is_visible()
    day = Day.objects.get(edition__slug="2022", date="2022-06-01")
    found = day.sessions.get(title="Pause café")
    assert f"{found.starts_at:%H:%M}" == "08:40"
    assert [said for said in served.complaints if "favicon" not in said] == []


@pytest.mark.parametrize("width", [1280, 375])
def test_an_outline_is_pasted_corrected_and_applied_with_the_keyboard_only(serve, width):
    served = serve("registration")
    amara = served.person("amara", viewport={"width": width, "height": 800})
    amara.goto(f"{DESK}import/")
    keys = Keyboard(amara)
    keys.write(amara.get_by_label("Or its text"), OUTLINE)
    keys.to(amara.get_by_role("button", name="Show what is understood"))
    keys.go()
    assert (findings_of_axe(amara), sticks_out(amara)) == ([], False)
    talk = amara.get_by_role("group", name="Review")
    keys.to(talk.locator("summary"))
    keys.press("Enter")
    keys.write(talk.get_by_label("Title"), "Looking back")
    assert findings_of_axe(amara) == []
    keys.to(amara.locator("#understood").get_by_role("button", name="Apply to the draft"))
    keys.go()
    amara.wait_for_url(f"**{DESK}")
    day = Day.objects.get(edition__slug="2022", date="2022-03-09")
    assert [row.title for row in day.sessions.order_by("position")] == ["Looking back", "Closing"]
    link = amara.get_by_role("link", name="Prepare a new version")
    keys.to(link)
    keys.go()
    expect(amara.get_by_label("Label")).to_have_value("Version: 7 March 2022")
    assert served.complaints == []
