"""Addresses of the programme, below an edition's."""

from django.urls import path

from programme.views import reading

app_name = "programme"

urlpatterns = [
    path("", reading.agenda, name="agenda"),
    path("versions/", reading.releases, name="releases"),
    path("<slug:slug>/", reading.session, name="session"),
    path("<slug:slug>/join/", reading.join, name="join"),
]
