"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from holdfast.web.register import triage_urls
from holdfast.web.register.pages import amending, capturing, change, downloading, following, importing, listing, views

app_name = "register"
urlpatterns: list[URLPattern] = [
    path("", listing.changes, name="list"),
    path("download/<str:kind>", downloading.download, name="download"),
    path("views/keep", views.keep_view, name="keep-view"),
    path("views/<str:slug>", views.view, name="view"),
    path("views/<str:slug>/drop", views.drop_view, name="drop-view"),
    path("new", capturing.capture, name="capture"),
    path("new/like", capturing.like, name="like"),
    path("told/<str:token>", following.follow, name="follow"),
    path("told/<str:token>/thanks", capturing.receipt, name="receipt"),
    path("told/<str:token>/tell-me", following.tell_me, name="tell-me"),
    path("told/<str:token>/questions", following.all_questions, name="questions"),
    path("told/<str:token>/questions/<str:code>", following.question, name="question"),
    path("import", importing.imports, name="import"),
    path("import/<int:number>", importing.one, name="import-one"),
    path("import/<int:number>/columns", importing.columns, name="import-columns"),
    path("import/<int:number>/run", importing.run, name="import-run"),
    path("import/<int:number>/unread.csv", importing.unread, name="import-unread"),
    path("import/<int:number>/rows/<int:line>", importing.row, name="import-row"),
    *triage_urls.patterns,
    path("c/<path:identifier>/amend", amending.amend, name="amend"),
    path("c/<path:identifier>/status", amending.status, name="status"),
    path("c/<path:identifier>/follow", change.watch, name="watch"),
    path("c/<path:identifier>", change.change, name="change"),  # last: an identifier may hold a slash
]
