"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from holdfast.web.people import pages

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("me", pages.me, name="me"),
]
