"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from holdfast.web.exchange import pages

app_name = "exchange"
urlpatterns: list[URLPattern] = [
    path("", pages.out, name="out"),
    path("take", pages.take, name="take"),
    path("bring", pages.bring, name="bring"),
]
