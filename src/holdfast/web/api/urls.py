"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from holdfast.web.api import pages

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("", pages.guide, name="guide"),
    path("tokens", pages.tokens_held, name="tokens"),
    path("tokens/new", pages.new_token, name="token-new"),
    path("tokens/<int:pk>/revoke", pages.revoke, name="token-revoke"),
]
