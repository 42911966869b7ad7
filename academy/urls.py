"""Every address. An edition's addresses start with its slug; the middleware turns the slug into the edition."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from academy import health, home
from academy.views import pages, people, registering

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's own way to close the side door

edition_patterns: list[URLPattern | URLResolver] = [
    path("", home.edition_home, name="home"),
    path("my/", home.my_academy, name="my_academy"),
    path("register/", registering.register, name="register"),
    path("profile/", registering.profile, name="profile"),
    path("withdraw/", registering.withdraw, name="withdraw"),
    path("people/", people.people, name="people"),
    path("privacy/", pages.privacy, name="privacy"),
    path("programme/", include("programme.urls")),
    path("workshops/", include("workshops.urls")),
    path("document/", include("outcome.urls")),
]

urlpatterns = [
    path("", home.index, name="index"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("zone/", pages.set_zone, name="set_zone"),
    path("style-guide/", pages.style_guide, name="style_guide"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("programme.api.mounting", namespace="api")),
    path("<slug:edition>/", include(edition_patterns)),
]
