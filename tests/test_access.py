"""Every address as every role: the answer equals the table, and an address without a row fails.

The table says for each address and method who gets what. Everybody who is not named gets what is usual: nobody logged
in is led to the login, a known person without the right sees 403. The states of the adoption have tables of their own
(test_access_states.py), and so have the sockets (test_access_sockets.py).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from academy import clock
from academy.invitations.inviting import invite
from academy.invitations.links import digest_of
from academy.invitations.long_lists import keep_list
from academy.invitations.wording import Invitee
from academy.mail.letters import Words, begin_letter
from academy.mail.posting import stop_token
from academy.models import (
    Edition,
    Invitation,
    InvitationList,
    Mailing,
    Participant,
    Question,
    SavedView,
    User,
)
from academy.people.asking import Asking
from academy.people.filtering import PeopleFilters
from academy.people.keeping import keep_view
from outcome.amending import clauses
from outcome.amending.opening import set_rules
from outcome.amending.proposing import propose_change
from outcome.amending.rounds import open_rounds
from outcome.comments.writing import comment_on
from outcome.drafting import add_clause, start_document
from outcome.models import (
    Amendment,
    Clause,
    Comment,
    Document,
    Round,
    Source,
    Translation,
    Translator,
)
from outcome.restructuring import open_for_writing
from outcome.revisions import publish_revision
from outcome.translating.beginning import begin_translation, name_translator
from programme.calendar_keys import give_key
from programme.casting import cast
from programme.certificates import make_certificate
from programme.joining import check_in
from programme.materials import add_link
from programme.models import CalendarKey, Certificate, Material, SessionRole
from tests.conftest import bring_to
from tests.doors import (
    EVERYBODY,
    GROUP,
    HERE,
    KNOWN,
    LEADS,
    NOBODY,
    ORGANISER,
    OUT,
    People,
    Row,
    answers,
    for_all,
    people_of,
    post,
    see,
    step_out,
)
from tests.outcome.translations import published_in
from workshops.models import Finding, Group, Pair, Plan, RoundtableSeat, Thought
from workshops.plans.drafting import begin_plan
from workshops.plans.pairs import add_pair
from workshops.roundtables.rotations import draw_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.crawl

# The secret in the link of the table's invitation.
INVITATION = "a-secret-of-the-table"
# A time of parallel workshops that have not met.
PARALLEL = "day-5-workshops"
REGISTERED = HERE | set(OUT)
# Whose registration is not over.
STANDING = HERE | {"applied", "waiting"}
TO_MY_ACADEMY_IF_OUT = for_all(("elsewhere", *OUT), 302)
TO_MY_ACADEMY = for_all(("elsewhere", "declined", "withdrawn"), 302)
NOT_THERE = for_all(("anonymous", "elsewhere", *OUT), 404)
# Who leads the finalisation round of the table: the moderator of its workshop, and organisers.
ROUND = frozenset({"other_moderator", "organiser"})
# To whom the language version of the table is given, and organisers.
TRANSLATORS = frozenset({"seated", "co_facilitator"})
TRANSLATES = TRANSLATORS | ORGANISER
DECISION = {"stage": "decision", "what": "adopt", "manner": "consensus"}
GONE = for_all(REGISTERED - {"withdrawn"}, 302)
# Who has a seat in the group: those who run it have one, too.
SITTING = frozenset({"seated", "moderator", "co_facilitator"})
TABLE: dict[str, list[Row]] = {
    # The shell
    "index": [Row(EVERYBODY, 302)],
    "health_live": [Row(EVERYBODY)],
    "health_ready": [Row(EVERYBODY)],
    "metrics": [Row(EVERYBODY)],
    "set_zone": [Row(EVERYBODY, 405), post(EVERYBODY, status=302, data={"zone": "UTC"})],
    "style_guide": [Row(EVERYBODY, 404)],
    # One's own account (the rest of it stands in tests/academy/test_accounts_mail.py)
    "second_factor": [Row(KNOWN), post(EVERYBODY, status=405)],
    "usersessions_list": [Row(KNOWN), post(KNOWN, status=302)],
    # People
    "home": [see(EVERYBODY, "edition")],
    "privacy": [see(EVERYBODY, "edition")],
    "participants": [see(HERE, "edition")],
    "mail_language": [Row(KNOWN), post(KNOWN, status=422)],
    "my_data": [Row(KNOWN), post(KNOWN, status=422)],
    "my_data_file": [Row(KNOWN)],
    # Whoever is known types the password again first.
    "erase_me": [Row(KNOWN, 302), post(KNOWN, status=302)],
    "my_academy": [see(KNOWN, "edition")],
    "register": [
        see(EVERYBODY, "edition", others=GONE),
        post(EVERYBODY, "edition", status=422, others=GONE),
    ],
    "profile": [
        see(STANDING, "edition", others=TO_MY_ACADEMY),
        post(STANDING, "edition", status=422, others=TO_MY_ACADEMY),
    ],
    "withdraw": [see(STANDING, "edition", others=TO_MY_ACADEMY)],
    "offer": [
        see(KNOWN, "edition", status=302),
        post(
            HERE,
            "edition",
            status=302,
            data={"answer": "accept"},
            others=for_all(OUT, 409) | {"elsewhere": 302},
        ),
    ],
    "people_settings": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "access_needs": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=200)],
    "people_questions": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "people_question": [
        see(ORGANISER, "edition", "question"),
        post(ORGANISER, "edition", "question", status=422),
    ],
    "move_question": [post(ORGANISER, "edition", "question", status=302)],
    "retire_question": [post(ORGANISER, "edition", "question", status=302)],
    "people": [see(ORGANISER, "edition")],
    "operations": [see(ORGANISER, "edition")],
    "people_counts": [see(ORGANISER, "edition")],
    "people_numbers": [see(ORGANISER, "edition")],
    "person": [see(ORGANISER, "edition", "person")],
    "show_less": [see(ORGANISER, "edition", "person"), post(ORGANISER, "edition", "person", status=422)],
    "people_decide": [
        see(ORGANISER, "edition", query="?decision=confirm&all=1"),
        post(ORGANISER, "edition", status=422, query="?decision=confirm&all=1"),
    ],
    "people_grant": [
        see(ORGANISER, "edition", query="?all=1"),
        post(ORGANISER, "edition", status=422, query="?all=1"),
    ],
    "people_write": [see(ORGANISER, "edition", query="?all=1", status=302)],
    # The words are kept in one's own session; the page that they lead to asks who may see it.
    "search": [
        see(EVERYBODY, "edition", "searched", status=405),
        post(KNOWN, "edition", "searched", status=302),
    ],
    "people_export": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "saved_views": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "change_saved_view": [
        see(ORGANISER, "edition", "saved_view"),
        post(ORGANISER, "edition", "saved_view", status=422),
    ],
    "open_saved_view": [see(ORGANISER, "edition", "saved_view", status=302)],
    "remove_saved_view": [
        see(ORGANISER, "edition", "saved_view"),
        post(ORGANISER, "edition", "saved_view", status=302),
    ],
    # Roles and invitations
    "people_roles": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "end_roles": [post(ORGANISER, "edition", status=422)],
    "invitations": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "invite_one": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "invitation_list": [
        see(ORGANISER, "edition", "long_list"),
        post(ORGANISER, "edition", "long_list", status=404),
    ],
    "invitation_list_progress": [see(ORGANISER, "edition", "long_list")],
    "invitation_list_report": [see(ORGANISER, "edition", "long_list")],
    "invitation_upload": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    # Whoever is registered accepts with one button; the others have to say something about themselves.
    "invitation": [
        see(EVERYBODY, "edition", "invitation"),
        post(
            EVERYBODY,
            "edition",
            "invitation",
            status=302,
            others=for_all(("anonymous", "elsewhere", "declined", "withdrawn"), 422),
        ),
    ],
    # Certificates
    "certificate": [
        see(HERE, "edition", others=TO_MY_ACADEMY_IF_OUT),
        post(HERE, "edition", status=422, others=TO_MY_ACADEMY_IF_OUT),
    ],
    "certificate_pdf": [see(KNOWN, "edition", status=302, others={"organiser": 200})],
    "take_back_certificate": [post(KNOWN, "edition", status=302)],
    "certificate_find": [see(EVERYBODY, "edition")],
    "certificate_check": [
        see(EVERYBODY, "edition", "certificate"),
        post(EVERYBODY, "edition", "certificate", status=422),
    ],
    # Mail
    "mailings": [see(ORGANISER, "edition")],
    "new_mailing": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "outbox_messages": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=302)],
    "standing_mail": [
        see(ORGANISER, "edition", "standing"),
        post(ORGANISER, "edition", "standing", status=422),
    ],
    "standing_words": [
        see(ORGANISER, "edition", "standing"),
        post(ORGANISER, "edition", "standing", status=422),
    ],
    "mailing": [see(ORGANISER, "edition", "letter"), post(ORGANISER, "edition", "letter", status=422)],
    "mailing_audience": [
        see(ORGANISER, "edition", "letter"),
        post(ORGANISER, "edition", "letter", status=302),
    ],
    "mailing_preview": [
        see(ORGANISER, "edition", "letter"),
        post(ORGANISER, "edition", "letter", status=302),
    ],
    "mailing_page": [see(ORGANISER, "edition", "letter")],
    "mailing_send": [see(ORGANISER, "edition", "letter"), post(ORGANISER, "edition", "letter", status=422)],
    "mailing_take_back": [post(ORGANISER, "edition", "letter", status=409)],
    "mailing_stop": [see(ORGANISER, "edition", "letter"), post(ORGANISER, "edition", "letter", status=302)],
    "mailing_discard": [
        see(ORGANISER, "edition", "letter"),
        post(ORGANISER, "edition", "letter", status=302),
    ],
    "mailing_progress": [see(ORGANISER, "edition", "letter")],
    "mailing_drop_language": [post(ORGANISER, "edition", "letter", "language", status=302)],
    "mail_stop": [
        see(EVERYBODY, "edition", "stop_token"),
        post(EVERYBODY, "edition", "stop_token", status=200),
    ],
    # Programme
    "programme:agenda": [see(EVERYBODY, "edition")],
    "programme:attendance": [see(ORGANISER, "edition")],
    "programme:star": [post(STANDING, "edition", status=302)],
    "programme:releases": [see(EVERYBODY, "edition")],
    "programme:feed": [see(EVERYBODY, "edition")],
    "programme:choose_comparison": [see(EVERYBODY, "edition", status=302, query="?old=1&new=1")],
    "programme:compare": [see(EVERYBODY, "edition", "revision", "revision")],
    "programme:released": [see(EVERYBODY, "edition", "revision")],
    "programme:released_session": [see(EVERYBODY, "edition", "revision", "session")],
    "programme:card": [see(EVERYBODY, "edition")],
    "programme:pdf": [see(EVERYBODY, "edition", "revision")],
    "programme:session": [see(EVERYBODY, "edition", "session")],
    "programme:join": [
        see(HERE, "edition", "session"),
        see(GROUP, "edition", "group_session"),
    ],
    # The programme outside
    **{
        f"programme:{name}": [see(EVERYBODY, "edition")]
        for name in (
            "calendar",
            "schedule_json",
            "schedule_xml",
            "csv",
            "xlsx",
            "subscribe",
        )
    },
    "programme:session_calendar": [see(EVERYBODY, "edition", "session")],
    "programme:personal_calendar": [see(EVERYBODY, "edition", "calendar_key")],
    "programme:make_calendar": [post(HERE, "edition", status=302)],
    "programme:revoke_calendar": [post(HERE, "edition", status=302)],
    "api:api-root": [Row(EVERYBODY)],
    "api:openapi-json": [Row(EVERYBODY)],
    "api:editions": [Row(EVERYBODY)],
    "api:edition": [see(EVERYBODY, "edition")],
    "api:days": [see(EVERYBODY, "edition")],
    "api:sessions": [see(EVERYBODY, "edition")],
    "api:session": [see(EVERYBODY, "edition", "session")],
    "api:releases": [see(EVERYBODY, "edition")],
    "api:release": [see(EVERYBODY, "edition", "revision")],
    "api:endorsements": [see(EVERYBODY, "edition")],
    "api:commitments": [see(EVERYBODY, "edition")],
    "api:languages": [see(EVERYBODY, "edition")],
    "api:nothing": [see(EVERYBODY, "slug", status=404)],
    # The programme's desk
    "programme:desk": [see(ORGANISER, "edition")],
    "programme:prepare_release": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "programme:import_outline": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "programme:download_outline": [see(ORGANISER, "edition")],
    "programme:add_day": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "programme:desk_day": [see(ORGANISER, "edition", "day")],
    "programme:change_day": [see(ORGANISER, "edition", "day"), post(ORGANISER, "edition", "day", status=422)],
    "programme:take_out_day": [
        see(ORGANISER, "edition", "day"),
        post(ORGANISER, "edition", "day", status=409),
    ],
    "programme:add_strand": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "programme:change_strand": [
        see(ORGANISER, "edition", "strand"),
        post(ORGANISER, "edition", "strand", status=422),
    ],
    "programme:take_out_strand": [
        see(ORGANISER, "edition", "strand"),
        post(ORGANISER, "edition", "strand", status=409),
    ],
    "programme:add_session": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "programme:edit_session": [
        see(ORGANISER, "edition", "row"),
        post(ORGANISER, "edition", "row", status=422),
    ],
    "programme:move_session": [post(ORGANISER, "edition", "row", status=422)],
    "programme:order_session": [post(ORGANISER, "edition", "row", status=422, data={"before": "x"})],
    "programme:take_out_session": [
        see(ORGANISER, "edition", "row"),
        post(ORGANISER, "edition", "row", status=409),
    ],
    "programme:bring_back_session": [post(ORGANISER, "edition", "row", status=409)],
    "programme:session_people": [
        see(ORGANISER, "edition", "row"),
        see(ORGANISER, "edition", "row", query="?q=a", status=302),
        post(ORGANISER, "edition", "row", status=200),
    ],
    "programme:cast": [post(ORGANISER, "edition", "row", status=422)],
    "programme:name_guest": [post(ORGANISER, "edition", "row", status=422)],
    "programme:take_role": [post(ORGANISER, "edition", "role", status=302)],
    "programme:set_link": [post(ORGANISER, "edition", "row", status=422)],
    "programme:remove_link": [
        see(ORGANISER, "edition", "row"),
        post(ORGANISER, "edition", "row", status=302),
    ],
    "programme:add_material": [post(ORGANISER, "edition", "row", status=422)],
    "programme:retitle_material": [post(ORGANISER, "edition", "material", status=422)],
    "programme:order_material": [post(ORGANISER, "edition", "material", status=422, data={"before": "x"})],
    "programme:edits": [see(ORGANISER, "edition")],
    "programme:news_of_day": [see(ORGANISER, "edition", "day", query="?since=0")],
    "programme:take_material": [post(ORGANISER, "edition", "material", status=302)],
    "programme:undo": [post(ORGANISER, "edition", "revision", status=302)],
    "programme:material": [see(EVERYBODY, "edition", "material", status=404)],
    # Workshops
    "workshops:without_group": [see(ORGANISER, "edition")],
    "workshops:index": [see(EVERYBODY, "edition")],
    "workshops:workshop": [see(EVERYBODY, "edition", "number")],
    "workshops:closing": [see(HERE, "edition", "day")],
    "workshops:guide": [
        see(ORGANISER, "edition", "number"),
        post(ORGANISER, "edition", "number", status=422, data={"title_A": "", "questions_A": "Why?"}),
    ],
    # The desk for groups
    "workshops:desk": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "workshops:pairs": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "workshops:drop_pair": [post(ORGANISER, "edition", "pair", status=302)],
    "workshops:choices": [
        see(ORGANISER, "edition", "parallel"),
        post(ORGANISER, "edition", "parallel", status=422),
    ],
    "workshops:plan": [see(ORGANISER, "edition", "plan")],
    "workshops:run_plan": [post(ORGANISER, "edition", "plan", status=422)],
    "workshops:lock_seat": [post(ORGANISER, "edition", "plan", status=422)],
    "workshops:undo_step": [post(ORGANISER, "edition", "plan", status=409, data={"seen": "1"})],
    "workshops:move_seat": [
        see(ORGANISER, "edition", "plan", status=404),
        post(ORGANISER, "edition", "plan", status=404),
    ],
    "workshops:pin_seats": [
        see(ORGANISER, "edition", "plan"),
        post(ORGANISER, "edition", "plan", status=422),
    ],
    "workshops:capacities": [
        see(ORGANISER, "edition", "plan"),
        post(ORGANISER, "edition", "plan", status=422),
    ],
    "workshops:publish_plan": [
        see(ORGANISER, "edition", "plan"),
        post(ORGANISER, "edition", "plan", status=422),
    ],
    "workshops:discard_plan": [
        see(ORGANISER, "edition", "plan"),
        post(ORGANISER, "edition", "plan", status=302),
    ],
    "workshops:rotations": [
        see(ORGANISER, "edition", "roundtables"),
        post(ORGANISER, "edition", "roundtables", status=422),
    ],
    "workshops:move_to_table": [
        see(ORGANISER, "edition", "roundtables", "turn", "at_a_table"),
        post(ORGANISER, "edition", "roundtables", "turn", "at_a_table", status=422),
    ],
    "workshops:rotate": [post(ORGANISER, "edition", "roundtables", status=422)],
    "workshops:publish_rotations": [
        post(ORGANISER, "edition", "roundtables", status=422, data={"seen": "0"})
    ],
    "workshops:wishes": [see(HERE, "edition", "parallel"), post(HERE, "edition", "parallel", status=422)],
    "workshops:slides": [see(HERE, "edition", "day")],
    "workshops:summary_file": [see(HERE, "edition", "day")],
    "workshops:arrange": [see(ORGANISER, "edition", "day"), post(ORGANISER, "edition", "day", status=422)],
    "workshops:write_thoughts": [
        see(ORGANISER, "edition", "day"),
        post(ORGANISER, "edition", "day", status=422),
    ],
    "workshops:edit_thoughts": [
        see(ORGANISER, "edition", "day", "thought"),
        post(ORGANISER, "edition", "day", "thought", status=422),
    ],
    "workshops:publish_thoughts": [post(ORGANISER, "edition", "day", "thought", status=302)],
    "workshops:withdraw_thoughts": [post(ORGANISER, "edition", "day", "thought", status=302)],
    # Side by side before the groups have closed, and afterwards.
    "workshops:twins": [see(ORGANISER, "edition", "number"), see(HERE, "edition", "closed_number")],
    "workshops:decide": [
        post(ORGANISER, "edition", "number", status=422),
        post(LEADS, "edition", "closed_number", status=422),
    ],
    "workshops:pin": [post(ORGANISER, "edition", "number", status=422)],
    "workshops:board": [
        see(GROUP, "edition", "number", "slug"),
        see(HERE, "edition", "closed_number", "slug"),
    ],
    "workshops:events": [
        see(GROUP, "edition", "number", "slug"),
        see(HERE, "edition", "closed_number", "slug"),
    ],
    "workshops:open": [post(LEADS, "edition", "number", "slug", status=409)],
    "workshops:go_to_part": [post(LEADS, "edition", "number", "slug", status=422)],
    "workshops:close": [
        see(LEADS, "edition", "number", "slug"),
        post(LEADS, "edition", "number", "slug", status=422),
    ],
    "workshops:note": [post(GROUP, "edition", "number", "slug", status=422)],
    "workshops:change": [
        see(GROUP, "edition", "number", "slug", "finding"),
        post(LEADS, "edition", "number", "slug", "finding", status=422),
    ],
    "workshops:own": [
        see(GROUP, "edition", "number", "slug"),
        see(HERE, "edition", "closed_number", "slug"),
    ],
    "workshops:settings": [post(LEADS, "edition", "number", "slug", status=422)],
    "workshops:read_back": [
        see(GROUP, "edition", "number", "slug"),
        see(HERE, "edition", "closed_number", "slug"),
    ],
    "workshops:begin_read_back": [
        see(LEADS, "edition", "number", "slug"),
        post(LEADS, "edition", "number", "slug", status=422),
    ],
    "workshops:answer_read_back": [post(GROUP, "edition", "number", "slug", status=422)],
    "workshops:dots": [post(SITTING, "edition", "number", "slug", "finding", status=422)],
    "workshops:name": [post(NOBODY, "edition", "number", "slug", "finding", status=302)],
    "workshops:guides": [see(HERE, "edition")],
    "workshops:word_guide": [
        see(ORGANISER, "edition", "audience"),
        post(ORGANISER, "edition", "audience", status=302),
    ],
    # The document
    "outcome:document": [see(EVERYBODY, "edition")],
    "outcome:revisions": [see(EVERYBODY, "edition")],
    "outcome:revision": [see(EVERYBODY, "edition", "revision")],
    "outcome:revision_json": [see(EVERYBODY, "edition", "revision")],
    "outcome:restore_revision": [
        see(ORGANISER, "edition", "revision"),
        post(ORGANISER, "edition", "revision", status=302),
    ],
    # The first revision says of the clause what the draft says.
    "outcome:restore_words": [post(ORGANISER, "edition", "revision", "clause", status=409)],
    "outcome:choose_comparison": [see(EVERYBODY, "edition", status=302, query="?old=1&new=2")],
    "outcome:revision_file": [see(EVERYBODY, "edition", "revision", "form")],
    "outcome:languages": [see(EVERYBODY, "edition")],
    "outcome:begin_translation": [post(ORGANISER, "edition", status=422)],
    "outcome:translation": [see(TRANSLATES, "edition", "translation")],
    "outcome:translate_part": [
        see(TRANSLATES, "edition", "translation", "part"),
        post(TRANSLATES, "edition", "translation", "part", status=422),
    ],
    "outcome:ready_translation": [post(TRANSLATES, "edition", "translation", status=409)],
    "outcome:take_back_translation": [post(TRANSLATES, "edition", "translation", status=302)],
    "outcome:publish_translation": [
        see(ORGANISER, "edition", "translation"),
        post(ORGANISER, "edition", "translation", status=422),
    ],
    "outcome:name_translator": [post(ORGANISER, "edition", "translation", status=422)],
    "outcome:end_translator": [post(ORGANISER, "edition", "translation", "translator", status=302)],
    # Only who translates, or did, says whether they are named.
    "outcome:be_named_translator": [
        post(TRANSLATORS | frozenset(OUT), "edition", "translation", status=302),
    ],
    "outcome:newest_in": [see(EVERYBODY, "edition", "revision", "in_language", status=302)],
    "outcome:language_version": [see(EVERYBODY, "edition", "revision", "in_language", "version")],
    "outcome:language_version_json": [see(EVERYBODY, "edition", "revision", "in_language", "version")],
    "outcome:language_version_file": [
        see(EVERYBODY, "edition", "revision", "in_language", "version", "form"),
    ],
    "outcome:compare": [see(EVERYBODY, "edition", "revision", "revision")],
    "outcome:findings": [see(EVERYBODY, "edition")],
    "outcome:thread_picture": [see(EVERYBODY, "edition")],
    "outcome:browse": [see(EVERYBODY, "edition")],
    "outcome:findings_file": [see(EVERYBODY, "edition", "kind")],
    "outcome:finding": [
        see(EVERYBODY, "edition", "cited_finding"),
        see(HERE, "edition", "closed_finding", others=NOT_THERE),
    ],
    # Amendments and comments: the organiser of the table proposed the amendment and wrote the comment.
    "outcome:clause": [see(HERE, "edition", "clause")],
    "outcome:comment": [post(HERE, "edition", "clause", status=422)],
    "outcome:answer": [post(HERE, "edition", "comment", status=422)],
    "outcome:resolve": [post(ORGANISER, "edition", "comment", status=302)],
    "outcome:hide_comment": [post(ORGANISER, "edition", "comment", status=422)],
    "outcome:show_comment": [post(ORGANISER, "edition", "comment", status=302)],
    "outcome:amendments": [see(HERE, "edition")],
    "outcome:amendment": [see(HERE, "edition", "amendment")],
    "outcome:amend_clause": [see(HERE, "edition", "clause"), post(HERE, "edition", "clause", status=422)],
    "outcome:propose_deletion": [
        see(HERE, "edition", "clause"),
        post(HERE, "edition", "clause", status=422),
        post(HERE, "edition", "clause", status=302, data={"reason": "Said elsewhere", "base": "3"}),
    ],
    "outcome:propose_addition": [
        see(HERE, "edition", "section"),
        post(HERE, "edition", "section", status=422),
    ],
    "outcome:rebase": [
        see(ORGANISER, "edition", "amendment"),
        post(ORGANISER, "edition", "amendment", status=422),
    ],
    "outcome:withdraw_amendment": [
        see(ORGANISER, "edition", "amendment"),
        post(ORGANISER, "edition", "amendment", status=302),
    ],
    "outcome:co_sign": [post(HERE, "edition", "amendment", status=302, others={"organiser": 409})],
    "outcome:take_signature_back": [post(HERE, "edition", "amendment", status=302)],
    "outcome:rounds": [see(HERE, "edition")],
    "outcome:round": [see(HERE, "edition", "round")],
    "outcome:treat": [
        see(ROUND, "edition", "round", "amendment"),
        post(ROUND, "edition", "round", "amendment", status=422),
        post(ROUND, "edition", "round", "amendment", status=302, data=DECISION),
    ],
    "outcome:adopt_together": [post(ROUND, "edition", "round", status=422)],
    "outcome:move_closing": [post(ROUND, "edition", "round", status=302)],
    "outcome:close_round": [see(ROUND, "edition", "round"), post(ROUND, "edition", "round", status=302)],
    "outcome:house_rules": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=302)],
    "outcome:contributions": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=302)],
    "outcome:open_rounds": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "outcome:merging": [see(ORGANISER, "edition")],
    "outcome:merge_clause": [
        see(ORGANISER, "edition", "clause", status=302),
        post(ORGANISER, "edition", "clause", status=302),
    ],
    "outcome:merge_addition": [
        see(ORGANISER, "edition", "amendment", status=409),
        post(ORGANISER, "edition", "amendment", status=409),
    ],
    "outcome:leave_out": [post(ORGANISER, "edition", "amendment", status=302)],
    "outcome:desk": [see(ORGANISER, "edition")],
    "outcome:start": [post(ORGANISER, "edition", status=422)],
    "outcome:begin_clause": [post(ORGANISER, "edition", status=422)],
    "outcome:cite": [post(ORGANISER, "edition", status=422)],
    "outcome:set_aside": [post(ORGANISER, "edition", status=422)],
    "outcome:begin_merge": [post(ORGANISER, "edition", status=422)],
    "outcome:merge_findings": [
        see(ORGANISER, "edition", status=422),
        post(ORGANISER, "edition", status=422),
    ],
    "outcome:take_back": [post(ORGANISER, "edition", "closed_finding", status=302)],
    "outcome:uncite": [post(ORGANISER, "edition", "source", status=302)],
    "outcome:add_clause": [
        see(ORGANISER, "edition", "section"),
        post(ORGANISER, "edition", "section", status=422),
    ],
    "outcome:edit_clause": [
        see(ORGANISER, "edition", "clause"),
        post(ORGANISER, "edition", "clause", status=422),
    ],
    "outcome:move_clause": [post(ORGANISER, "edition", "clause", status=302)],
    "outcome:remove_clause": [
        see(ORGANISER, "edition", "clause"),
        post(ORGANISER, "edition", "clause", status=302),
    ],
    "outcome:restore_clause": [post(ORGANISER, "edition", "clause", status=302)],
    "outcome:write": [see(LEADS, "edition")],
    "outcome:updates": [
        see(LEADS, "edition", query="?since=0"),
        post(LEADS, "edition", status=422),
    ],
    "outcome:notices": [see(LEADS, "edition")],
    "outcome:begin_live_clause": [post(ORGANISER, "edition", "section", status=200)],
    "outcome:split_live_clause": [post(ORGANISER, "edition", "clause", status=422)],
    "outcome:merge_live_clause": [post(ORGANISER, "edition", "clause", status=422)],
    "outcome:place_live_clause": [post(ORGANISER, "edition", "clause", status=200)],
    "outcome:language_live_clause": [post(ORGANISER, "edition", "clause", status=200)],
    "outcome:remark_live_clause": [post(ORGANISER, "edition", "clause", status=200)],
    "outcome:drop_remark_live_clause": [post(ORGANISER, "edition", "clause", status=200)],
    "outcome:remove_live_clause": [post(ORGANISER, "edition", "clause", status=200)],
    "outcome:restore_live_clause": [post(ORGANISER, "edition", "clause", status=200)],
    "outcome:publish": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "outcome:freeze": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=302)],
    "outcome:unfreeze": [
        see(ORGANISER, "edition", status=409),
        post(ORGANISER, "edition", status=409),
    ],
    "outcome:adoption": [see(EVERYBODY, "edition")],
    "outcome:adoption_state": [see(EVERYBODY, "edition", status=404)],
    "outcome:prepare_adoption": [post(ORGANISER, "edition", status=422)],
    "outcome:confirm_adoption": [post(ORGANISER, "edition", status=404)],
    "outcome:open_adoption": [post(ORGANISER, "edition", status=404)],
    "outcome:recall_adoption": [
        see(ORGANISER, "edition", status=404),
        post(ORGANISER, "edition", status=404),
    ],
    "outcome:check_in": [post(KNOWN, "edition", status=404)],
    "outcome:indicate": [post(KNOWN, "edition", status=404)],
    "outcome:make_statement": [post(KNOWN, "edition", status=404)],
    "outcome:withdraw_statement": [post(KNOWN, "edition", "clause", status=404)],
    "outcome:chair": [see(ORGANISER, "edition", status=404)],
    "outcome:discuss": [post(ORGANISER, "edition", status=404)],
    "outcome:enter_count": [post(ORGANISER, "edition", status=404)],
    "outcome:confirm_count": [post(ORGANISER, "edition", "clause", status=404)],
    "outcome:screen": [see(EVERYBODY, "edition", status=404)],
    "outcome:check": [see(EVERYBODY, "edition"), post(EVERYBODY, "edition", status=422)],
    "outcome:take_position": [post(KNOWN, "edition", status=404)],
    "outcome:close_adoption": [see(ORGANISER, "edition", status=404), post(ORGANISER, "edition", status=404)],
    "outcome:record": [see(EVERYBODY, "edition", status=404)],
    "outcome:record_text": [see(EVERYBODY, "edition", status=404)],
    "outcome:record_json": [see(EVERYBODY, "edition", status=404)],
    # Nothing is adopted here; what somebody may do with an endorsement stands in test_access_states.py.
    "outcome:endorsements": [see(EVERYBODY, "edition")],
    "outcome:endorsements_csv": [see(EVERYBODY, "edition")],
    "outcome:following_feed": [see(EVERYBODY, "edition")],
    "outcome:languages_feed": [see(EVERYBODY, "edition")],
    "outcome:endorse": [see(KNOWN, "edition", status=302), post(KNOWN, "edition", status=409)],
    "outcome:endorsement": [see(EVERYBODY, "edition", "clause", status=404)],
    "outcome:withdraw_endorsement": [
        see(KNOWN, "edition", "clause", status=404),
        post(KNOWN, "edition", "clause", status=404),
    ],
    "outcome:name_signer": [post(KNOWN, "edition", "clause", status=404)],
    "outcome:add_commitment": [
        see(KNOWN, "edition", "clause", status=404),
        post(KNOWN, "edition", "clause", status=404),
    ],
    "outcome:change_commitment": [
        see(KNOWN, "edition", "clause", status=404),
        post(KNOWN, "edition", "clause", status=404),
    ],
    "outcome:note_progress": [
        see(KNOWN, "edition", "clause", status=404),
        post(KNOWN, "edition", "clause", status=404),
    ],
    "outcome:endorsement_desk": [see(ORGANISER, "edition")],
    "outcome:decide_endorsement": [
        see(ORGANISER, "edition", "clause", status=404),
        post(ORGANISER, "edition", "clause", status=404),
    ],
    "outcome:hand_over": [post(ORGANISER, "edition", "clause", status=404)],
    "outcome:take_over": [
        see(KNOWN, "edition", "clause", status=404),
        post(KNOWN, "edition", "clause", status=404),
    ],
}
# Tested by their makers; here it is enough that they are known.
FOREIGN = ("admin:", "account_", "mfa_")


def named_addresses(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    """The name of every address, with its namespace; an address without a name by its route."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named_addresses(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name or pattern.pattern}"


def part_of(name: str) -> str:
    """The app that an address belongs to."""
    return name.partition(":")[0] if ":" in name else "academy"


def test_every_address_has_a_row():
    found = {name for name in named_addresses(get_resolver().url_patterns) if not name.startswith(FOREIGN)}
    assert sorted(found ^ set(TABLE)) == []


def academy_of_the_table() -> Edition:
    """The demo academy while the groups of day 3 are at work, with a first draft of the document."""
    edition = bring_to("workshops")
    amara = User.objects.get(email="amara@example.org")
    document = start_document(edition, title="From intentions to commitments", by=amara)
    section = document.sections.get(strand__slug="drivers")
    finding = Finding.objects.of_edition(edition).filter(state="agreed").earliest("number")
    add_clause(section, text="to keep their promises;", remark="Promises end.", findings=[finding], by=amara)
    for label in ("Zero draft", "Second draft"):
        publish_revision(document, label=label, audience="public", by=amara)
        add_clause(section, text=f"to go on after the {label};", by=amara)
    publish_revision(document, label="Third draft", audience="public", by=amara)
    open_for_writing(document, by=amara)
    propose_something(document, by=amara)
    translate_something(document, by=amara)
    group = Group.objects.of_edition(edition).get(workshop__number=3, slug="group-1")
    add_link(group.session, title="Guide", url="https://example.org/guide", by=None)
    give_key(Participant.objects.get(edition=edition, user=amara), by=amara)
    check_in(amara, group.session)
    with clock.set_to(datetime(2022, 3, 1, tzinfo=UTC)):
        make_certificate(Participant.objects.get(edition=edition, user=amara), with_pseudonym=False, by=amara)
    invite(edition, [Invitee("noor@example.org")], days=14, link="{}".format, by=amara)
    Invitation.objects.update(token_digest=digest_of(INVITATION))
    keep_view(edition, "Who applied", Asking(PeopleFilters(state="applied")), is_shared=False, by=amara)
    keep_list(edition, "email\nlong@example.org\n", encoding="UTF-8", days=14, by=amara)
    begin_letter(edition, Words("en", "News", "Hello {name}"), audience={"state": "confirmed"}, by=amara)
    begin_plan(edition, [edition.sessions.get(slug=PARALLEL)], by=amara)
    one, other = Participant.objects.confirmed().filter(edition=edition).order_by("pk")[:2]
    add_pair(edition, "apart", one, other, by=amara)
    draw_tables(edition.sessions.get(slug="day-4-roundtables"), seed=1, seen=0, by=amara)
    return edition


def propose_something(document: Document, *, by: User) -> None:
    """The document takes amendments and comments, has one of each on its first encouragement, and a round on it."""
    before = clock.now() - timedelta(days=1)
    set_rules(
        document,
        takes_amendments=True,
        amendments_from=before,
        takes_comments=True,
        comments_from=before,
        by=by,
    )
    first = document.clauses.filter(kind="encouragement", removed=False).order_by(
        "section__position", "order"
    )[0]
    base = document.revisions.latest("number").number
    propose_change(
        first, clauses.Words("", "to keep every promise;", ""), reason="All of them", base=base, by=by
    )
    comment_on(first, text="Which promises?", by=by)
    open_rounds(document, [first.section], closes_at=clock.now() + timedelta(days=1), by=by)


def translate_something(document: Document, *, by: User) -> None:
    """The first revision is published in Spanish, and begun in French, which is given to a co-facilitator."""
    revision = document.revisions.get(number=1)
    published_in(revision, by=by)
    begun = begin_translation(revision, "fr", by=by)
    name_translator(begun, User.objects.get(email="chiara@example.org"), by=by)


def give_the_translation(people: People) -> None:
    """The French version is given to somebody who takes part, too; and to all who are out, before they were."""
    translation = Translation.objects.get(language="fr")
    for role in ("seated", *OUT):
        user = people[role]
        assert user is not None
        Translator.objects.create(translation=translation, user=user, given_at=clock.now())


def lead_the_round(people: People, edition: Edition) -> None:
    """The other moderator leads a group of the workshop that finalises the section."""
    person = Participant.objects.get(edition=edition, user=people["other_moderator"])
    cast(person, Round.objects.get().workshop.session, "moderator", by=None)  # type: ignore[union-attr]  # a strand's


@pytest.fixture
def edition(db: None) -> Edition:
    return academy_of_the_table()


@pytest.fixture
def people(edition: Edition) -> People:
    """One person for each role; those who are out stepped out."""
    people = people_of(edition)
    step_out(people, edition)
    lead_the_round(people, edition)
    give_the_translation(people)
    return people


def arguments_of(edition: Edition) -> dict[str, object]:
    """What stands in the addresses of the table."""
    open_group = Group.objects.of_edition(edition).get(workshop__number=3, slug="group-1")
    document = Document.objects.get(edition=edition)
    return {
        "edition": edition.slug,
        "session": "day-1-opening",
        "group_session": open_group.session.slug,
        "day": "day-1",
        "audience": "participants",
        "number": 3,
        "closed_number": 1,
        "kind": "csv",
        "thought": Thought.objects.get(day__slug="day-1").pk,
        "slug": "group-1",
        "finding": open_group.findings.earliest("number").pk,
        "cited_finding": Source.objects.get(clause__document=document).finding_id,
        "closed_finding": Finding.objects.of_edition(edition)
        .filter(group__state="closed", sources=None)
        .earliest("number")
        .pk,
        "revision": 1,
        "form": "md",
        "section": document.sections.get(strand__slug="drivers").pk,
        "clause": Clause.objects.filter(document=document, parent=None).earliest("order").pk,
        "source": Source.objects.get(clause__document=document).pk,
        "row": open_group.session_id,
        "comment": Comment.objects.get().pk,
        "amendment": Amendment.objects.get().number,
        "round": Round.objects.get().pk,
        "translation": Translation.objects.get(language="fr").pk,
        "translator": Translator.objects.get(user__email="chiara@example.org").pk,
        "part": Clause.objects.filter(document=document, parent=None).earliest("order").pk,
        "in_language": "es",
        "version": 1,
        "strand": "drivers",
        "role": SessionRole.objects.filter(session=open_group.session).earliest("pk").pk,
        "material": Material.objects.get().pk,
        "question": Question.objects.filter(edition=edition).earliest("position").pk,
        "calendar_key": CalendarKey.objects.get().key,
        "certificate": Certificate.objects.get().code,
        "invitation": INVITATION,
        "long_list": InvitationList.objects.get().pk,
        "letter": Mailing.objects.get().pk,
        "language": "fr",
        "searched": "people",
        "standing": "reminder",
        "stop_token": stop_token(User.objects.get(email="amara@example.org"), edition),
        "person": Participant.objects.get(edition=edition, user__email="esi@example.org").pk,
        "saved_view": SavedView.objects.get().pk,
        "parallel": PARALLEL,
        "roundtables": "day-4-roundtables",
        "plan": Plan.objects.get().pk,
        "pair": Pair.objects.get().pk,
        "turn": 1,
        "at_a_table": RoundtableSeat.objects.filter(is_draft=True).order_by("pk")[0].participant_id,
    }


@pytest.mark.parametrize("part", sorted({part_of(name) for name in TABLE}))
def test_the_answers_are_the_tables(part, edition, people):
    table = {name: rows for name, rows in TABLE.items() if part_of(name) == part}
    found, expected = answers(table, people, arguments_of(edition))
    assert found == expected


def test_the_table_bites_when_a_door_is_left_open(edition, people, monkeypatch):
    """The control: with the question at the door removed, everybody is answered otherwise than the table says."""
    monkeypatch.setattr("workshops.views.placed.admit", lambda request, allowed, needs="": None)
    name = "workshops:without_group"
    found, expected = answers({name: TABLE[name][:1]}, people, arguments_of(edition))
    differing = {key.split()[-1] for key in expected if found[key] != expected[key]}
    assert differing == EVERYBODY - ORGANISER


def test_those_who_are_out_would_be_in_if_they_were_confirmed(edition):
    """The control: the same people, before they step out, sit in the group, moderate it and are delegates."""
    people = people_of(edition)
    found, _expected = answers(
        {"workshops:close": TABLE["workshops:close"][:1]}, people, arguments_of(edition)
    )
    assert {role: found[f"workshops:close 0 get {role}"] for role in OUT} == for_all(OUT, 200)
