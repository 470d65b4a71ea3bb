"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from holdfast.web.evidence.pages import describing, listing, mapping, results, running, studying

app_name = "evidence"
urlpatterns: list[URLPattern] = [
    path("", listing.evidence, name="list"),
    path("bring", mapping.bring, name="bring"),
    path("data/<int:pk>", listing.dataset, name="dataset"),
    path("data/<int:pk>/withdraw", listing.withdraw, name="withdraw"),
    path("data/<int:pk>/tables", mapping.mapping, name="mapping"),
    path("data/<int:pk>/tables/add", mapping.add, name="add"),
    path("data/<int:pk>/tables/about", mapping.about, name="about"),
    path("data/<int:pk>/tables/text", mapping.text, name="text"),
    path("data/<int:pk>/tables/measure", describing.measure, name="measure"),
    path("data/<int:pk>/tables/change", describing.change, name="change"),
    path("data/<int:pk>/tables/population", describing.population, name="population"),
    path("data/<int:pk>/tables/rule", describing.rule, name="rule"),
    path("data/<int:pk>/tables/drop", describing.drop, name="drop"),
    path("data/<int:pk>/files/<str:name>", mapping.kind, name="kind"),
    path("data/<int:pk>/files/<str:name>/columns", mapping.columns, name="columns"),
    path("data/<int:pk>/files/<str:name>/measures", mapping.made, name="made"),
    path("data/<int:pk>/files/<str:name>/remove", mapping.remove, name="remove"),
    path("data/<int:pk>/check", studying.check, name="check"),
    path("data/<int:pk>/check/state", studying.check_state, name="check-state"),
    path("data/<int:pk>/protocols", studying.fixing, name="protocols"),
    path("data/<int:pk>/protocols/fix", studying.fix, name="fix"),
    path("data/<int:pk>/studies/<int:place>", studying.study, name="study"),
    path("data/<int:pk>/run", studying.ask, name="ask"),
    path("runs/<int:pk>", running.run, name="run"),
    path("runs/<int:pk>/state", running.state, name="state"),
    path("runs/<int:pk>/cancel", running.cancel, name="cancel"),
    path("runs/<int:pk>/again", running.again, name="again"),
    path("runs/<int:pk>/studies/<int:place>", results.study, name="answer"),
    path("runs/<int:pk>/charts/<str:name>", results.chart, name="chart"),
    path("runs/<int:pk>/files/<str:name>", results.download, name="download"),
]
