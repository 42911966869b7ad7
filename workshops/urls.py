"""Addresses of the workshops, below an edition's."""

from django.urls import path

from workshops.views import (
    boards,
    days,
    findings,
    guides,
    guiding,
    moves,
    placed,
    plans,
    reading_back,
    roundtables,
    rules,
    seats,
    wishes,
    workshops,
)

app_name = "workshops"

BOARD = "<int:number>/<slug:slug>/"
PLAN = "desk/drafts/<uuid:key>/"

urlpatterns = [
    path("", workshops.index, name="index"),
    path("without-a-group/", placed.without_group, name="without_group"),
    path("desk/", plans.desk, name="desk"),
    path("desk/pairs/", rules.pairs, name="pairs"),
    path("desk/pairs/<uuid:key>/remove/", rules.drop_pair, name="drop_pair"),
    path("desk/choices/<slug:slug>/", rules.choices, name="choices"),
    path("desk/roundtables/<slug:slug>/", roundtables.rotations, name="rotations"),
    path("desk/roundtables/<slug:slug>/draw/", roundtables.rotate, name="rotate"),
    path("desk/roundtables/<slug:slug>/publish/", roundtables.publish_rotations, name="publish_rotations"),
    path(PLAN, plans.plan, name="plan"),
    path(f"{PLAN}run/", plans.run, name="run_plan"),
    path(f"{PLAN}lock/", plans.lock_seat, name="lock_seat"),
    path(f"{PLAN}undo/", plans.undo_step, name="undo_step"),
    path(f"{PLAN}move/", moves.move_seat, name="move_seat"),
    path(f"{PLAN}pin/", moves.pin_seats, name="pin_seats"),
    path(f"{PLAN}capacities/", moves.capacities, name="capacities"),
    path(f"{PLAN}publish/", plans.publish, name="publish_plan"),
    path(f"{PLAN}discard/", plans.discard, name="discard_plan"),
    path("choices/<slug:slug>/", wishes.wishes, name="wishes"),
    path("guides/", guides.guides, name="guides"),
    path("guides/<slug:audience>/", guides.guide, name="word_guide"),
    path("days/<slug:day>/", days.closing, name="closing"),
    path("<int:number>/", workshops.workshop, name="workshop"),
    path("<int:number>/questions/", guiding.guide, name="guide"),
    path("<int:number>/pin/", seats.pin, name="pin"),
    path(BOARD, boards.board, name="board"),
    path(f"{BOARD}events/", boards.events, name="events"),
    path(f"{BOARD}own/", boards.own, name="own"),
    path(f"{BOARD}settings/", boards.settings, name="settings"),
    path(f"{BOARD}read-back/", reading_back.hear, name="read_back"),
    path(f"{BOARD}read-back/begin/", reading_back.begin, name="begin_read_back"),
    path(f"{BOARD}read-back/answer/", reading_back.answer, name="answer_read_back"),
    path(f"{BOARD}open/", boards.open_board, name="open"),
    path(f"{BOARD}part/", boards.go_to_part, name="go_to_part"),
    path(f"{BOARD}close/", boards.close, name="close"),
    path(f"{BOARD}findings/", findings.note, name="note"),
    path(f"{BOARD}findings/<uuid:finding>/", findings.change, name="change"),
    path(f"{BOARD}findings/<uuid:finding>/dots/", findings.dots, name="dots"),
    path(f"{BOARD}findings/<uuid:finding>/name/", findings.name, name="name"),
]
