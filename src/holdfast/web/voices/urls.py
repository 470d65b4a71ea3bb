"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from holdfast.web.voices.pages import entering, mine, moderating, polis, questions, reading, results, taking_part

app_name = "voices"
urlpatterns: list[URLPattern] = [
    path("", results.conversations, name="list"),
    path("read", reading.moderate, name="moderate"),
    path("make-up", moderating.makeup, name="makeup"),
    path("questions", questions.every, name="questions"),
    path("questions/add", questions.add, name="add-question"),
    path("questions/about/<slug:code>", questions.one, name="question"),
    path("mine/<str:token>", mine.receipt, name="receipt"),
    path("mine/<str:token>/go-on", mine.go_on, name="go-on"),
    path("mine/<str:token>/forget", mine.forget, name="forget"),
    path("mine/<str:token>/erase", mine.withdraw, name="withdraw"),
    path("mine/<str:token>/answers/<int:statement>", mine.again, name="again"),
    path("c/<str:identifier>", taking_part.about, name="about"),
    path("c/<str:identifier>/statements", taking_part.next_statement, name="next"),
    path("c/<str:identifier>/prefer/<int:number>", taking_part.prefer, name="prefer"),
    path("c/<str:identifier>/propose", taking_part.propose, name="propose"),
    path("c/<str:identifier>/you", taking_part.you, name="you"),
    path("c/<str:identifier>/results", results.results, name="results"),
    path("c/<str:identifier>/results/statement-<int:number>.svg", results.statement_chart, name="chart"),
    path("c/<str:identifier>/results/practice-<int:number>.svg", results.wishes_chart, name="wishes-chart"),
    path("c/<str:identifier>/batch", entering.batch, name="batch"),
    path("c/<str:identifier>/batch/<int:number>/take-out", entering.take_out, name="take-out"),
    path("c/<str:identifier>/assumptions", moderating.assumptions, name="assumptions"),
    path("c/<str:identifier>/export", polis.export, name="export"),
    path("c/<str:identifier>/import", polis.bring, name="import"),
    path("c/<str:identifier>/watch", moderating.watch, name="watch"),
]
