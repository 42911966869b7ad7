"""Addresses of the programme, below an edition's."""

from django.urls import path

from academy.kept_pages import kept_for_visitors
from programme.feeds import ReleaseFeed
from programme.views import agenda, desk, editing, framing, importing, outward, reading, staging, versions

app_name = "programme"

urlpatterns = [
    path("", agenda.agenda, name="agenda"),
    path("star/", agenda.star, name="star"),
    path("versions/", versions.releases, name="releases"),
    path("versions/feed/", kept_for_visitors(ReleaseFeed()), name="feed"),
    path("versions/compare/", versions.choose_comparison, name="choose_comparison"),
    path("versions/compare/<int:old>/<int:new>/", versions.comparison, name="compare"),
    path("versions/<int:number>/", agenda.released, name="released"),
    path("versions/<int:number>/programme.pdf", versions.pdf, name="pdf"),
    path("versions/<int:number>/<slug:slug>/", reading.released_session, name="released_session"),
    path("desk/", desk.desk, name="desk"),
    path("desk/days/add/", framing.add_day, name="add_day"),
    path("desk/days/<slug:slug>/", desk.desk_day, name="desk_day"),
    path("desk/days/<slug:slug>/change/", framing.change_day, name="change_day"),
    path("desk/days/<slug:slug>/take-out/", framing.take_out_day, name="take_out_day"),
    path("desk/strands/add/", framing.add_strand, name="add_strand"),
    path("desk/strands/<slug:slug>/change/", framing.change_strand, name="change_strand"),
    path("desk/strands/<slug:slug>/take-out/", framing.take_out_strand, name="take_out_strand"),
    path("desk/sessions/add/", editing.add_session, name="add_session"),
    path("desk/sessions/<uuid:pk>/", editing.edit_session, name="edit_session"),
    path("desk/sessions/<uuid:pk>/move/", editing.move_session, name="move_session"),
    path("desk/sessions/<uuid:pk>/order/", editing.order_session, name="order_session"),
    path("desk/sessions/<uuid:pk>/take-out/", editing.take_out_session, name="take_out_session"),
    path("desk/sessions/<uuid:pk>/bring-back/", editing.bring_back_session, name="bring_back_session"),
    path("desk/sessions/<uuid:pk>/people/", staging.session_people, name="session_people"),
    path("desk/sessions/<uuid:pk>/people/cast/", staging.cast, name="cast"),
    path("desk/sessions/<uuid:pk>/people/guest/", staging.name_guest, name="name_guest"),
    path("desk/people/<uuid:pk>/take-out/", staging.take_role, name="take_role"),
    path("desk/sessions/<uuid:pk>/link/", staging.set_link, name="set_link"),
    path("desk/sessions/<uuid:pk>/link/remove/", staging.remove_link, name="remove_link"),
    path("desk/sessions/<uuid:pk>/materials/", staging.add_material, name="add_material"),
    path("desk/materials/<uuid:pk>/take-out/", staging.take_material, name="take_material"),
    path("desk/edits/<int:number>/undo/", editing.undo, name="undo"),
    path("materials/<uuid:pk>/", staging.material, name="material"),
    path("desk/import/", importing.import_outline, name="import_outline"),
    path("desk/outline.txt", importing.download_outline, name="download_outline"),
    path("desk/release/", versions.prepare_release, name="prepare_release"),
    path("calendar.ics", outward.calendar, name="calendar"),
    path("mine/<slug:key>.ics", outward.personal_calendar, name="personal_calendar"),
    path("schedule.json", outward.schedule_as_json, name="schedule_json"),
    path("schedule.xml", outward.schedule_as_xml, name="schedule_xml"),
    path("programme.csv", outward.table_as_csv, name="csv"),
    path("programme.xlsx", outward.table_as_xlsx, name="xlsx"),
    path("subscribe/", outward.subscribe, name="subscribe"),
    path("subscribe/make/", outward.make_calendar, name="make_calendar"),
    path("subscribe/revoke/", outward.revoke_calendar, name="revoke_calendar"),
    path("<slug:slug>/session.ics", outward.session_calendar, name="session_calendar"),
    path("<slug:slug>/", reading.session, name="session"),
    path("<slug:slug>/join/", reading.join, name="join"),
]
