"""Addresses of the app, below an edition."""

from django.urls import URLPattern

app_name = "workshops"

urlpatterns: list[URLPattern] = []
