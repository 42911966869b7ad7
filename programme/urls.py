"""Addresses of the programme, below an edition's."""

from django.urls import path

from programme import views

app_name = "programme"

urlpatterns = [
    path("", views.agenda, name="agenda"),
    path("versions/", views.releases, name="releases"),
    path("<slug:slug>/", views.session, name="session"),
    path("<slug:slug>/join/", views.join, name="join"),
]
