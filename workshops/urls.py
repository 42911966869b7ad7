"""Addresses of the workshops, below an edition's."""

from django.urls import path

from workshops.views import boards, days, findings, guiding, placed, seats, workshops

app_name = "workshops"

BOARD = "<int:number>/<slug:slug>/"

urlpatterns = [
    path("", workshops.index, name="index"),
    path("without-a-group/", placed.without_group, name="without_group"),
    path("days/<slug:day>/", days.closing, name="closing"),
    path("<int:number>/", workshops.workshop, name="workshop"),
    path("<int:number>/questions/", guiding.guide, name="guide"),
    path("<int:number>/allocate/", seats.allocate, name="allocate"),
    path("<int:number>/pin/", seats.pin, name="pin"),
    path(BOARD, boards.board, name="board"),
    path(f"{BOARD}events/", boards.events, name="events"),
    path(f"{BOARD}open/", boards.open_board, name="open"),
    path(f"{BOARD}part/", boards.go_to_part, name="go_to_part"),
    path(f"{BOARD}close/", boards.close, name="close"),
    path(f"{BOARD}findings/", findings.note, name="note"),
    path(f"{BOARD}findings/<uuid:finding>/", findings.change, name="change"),
]
