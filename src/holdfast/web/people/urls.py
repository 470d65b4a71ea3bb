"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from holdfast.web.people import managing, pages, trail

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("me", pages.me, name="me"),
    path("join/<str:token>", pages.join, name="join"),
    path("enter/<str:token>", pages.enter, name="enter"),
    path("", managing.people, name="people"),
    path("invite", managing.invite, name="invite"),
    path("person/<int:pk>", managing.person, name="person"),
    path("roles", managing.roles, name="roles"),
    path("roles/<slug:code>", managing.role, name="role"),
    path("log", trail.log, name="log"),
    path("log.csv", trail.download, name="log-csv"),
]
