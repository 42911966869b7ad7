"""Addresses of the outcome document, below an edition's."""

from django.urls import path

from outcome.views import (
    adopting,
    citing,
    desk,
    drafting,
    formats,
    publishing,
    reading,
    recording,
    thread,
    writing,
)

app_name = "outcome"

urlpatterns = [
    path("", reading.document, name="document"),
    path("revisions/", reading.revisions, name="revisions"),
    path("revisions/<int:number>/", reading.revision, name="revision"),
    path("revisions/<int:number>.json", reading.revision_json, name="revision_json"),
    path("revisions/<int:number>.<slug:form>", formats.revision_file, name="revision_file"),
    path("compare/", reading.choose_comparison, name="choose_comparison"),
    path("compare/<int:old>/<int:new>/", reading.compare, name="compare"),
    path("findings/", thread.findings, name="findings"),
    path("findings/<uuid:pk>/", thread.finding, name="finding"),
    path("desk/", desk.desk, name="desk"),
    path("desk/start/", desk.start, name="start"),
    path("desk/begin/", citing.begin_clause, name="begin_clause"),
    path("desk/cite/", citing.cite, name="cite"),
    path("desk/set-aside/", citing.set_aside, name="set_aside"),
    path("desk/findings/<uuid:pk>/take-back/", citing.take_back, name="take_back"),
    path("desk/sources/<uuid:pk>/remove/", citing.uncite, name="uncite"),
    path("desk/sections/<uuid:section>/add/", drafting.add_clause, name="add_clause"),
    path("desk/clauses/<uuid:pk>/", drafting.edit_clause, name="edit_clause"),
    path("desk/clauses/<uuid:pk>/move/", drafting.move_clause, name="move_clause"),
    path("desk/clauses/<uuid:pk>/remove/", drafting.remove_clause, name="remove_clause"),
    path("desk/clauses/<uuid:pk>/restore/", drafting.restore_clause, name="restore_clause"),
    path("desk/write/updates/", writing.updates, name="updates"),
    path("desk/write/sections/<uuid:section>/begin/", writing.begin, name="begin_live_clause"),
    *(
        path(
            f"desk/write/clauses/<uuid:pk>/{what}/",
            writing.command,
            {"what": what},
            name=f"{what.replace('-', '_')}_live_clause",
        )
        for what in writing.COMMANDS
    ),
    path("desk/publish/", publishing.publish, name="publish"),
    path("desk/freeze/", publishing.freeze, name="freeze"),
    path("desk/unfreeze/", publishing.unfreeze, name="unfreeze"),
    path("adoption/", adopting.adoption, name="adoption"),
    path("adoption/open/", adopting.open_adoption, name="open_adoption"),
    path("adoption/position/", adopting.take_position, name="take_position"),
    path("adoption/close/", adopting.close_adoption, name="close_adoption"),
    path("record/", recording.record, name="record"),
    path("record.json", recording.record_json, name="record_json"),
]
