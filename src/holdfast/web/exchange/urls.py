"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from holdfast.web.exchange import pages, pages_bringing

app_name = "exchange"
urlpatterns: list[URLPattern] = [
    path("", pages.out, name="out"),
    path("take", pages.take, name="take"),
    path("bring", pages_bringing.bring, name="bring"),
    path("bring/<int:pk>", pages_bringing.arrival, name="arrival"),
    path("bring/<int:pk>/state", pages_bringing.state, name="state"),
    path("bring/<int:pk>/go-on", pages_bringing.go_on, name="go-on"),
    path("bring/<int:pk>/cancel", pages_bringing.cancel, name="cancel"),
]
