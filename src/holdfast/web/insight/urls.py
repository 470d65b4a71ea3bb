"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from holdfast.web.insight.jobs import MODELS
from holdfast.web.insight.pages import coding, insights, machines, sending, settling, shared, whynow


class Kind:
    """A kind of job."""

    regex = "|".join(MODELS)

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    to_url = to_python


register_converter(Kind, "insightjob")
app_name = "insight"
urlpatterns: list[URLPattern] = [
    path("", insights.insights, name="list"),
    path("chart.svg", insights.chart, name="chart"),
    path("insights.csv", insights.download, name="download"),
    path("sent", sending.deliveries, name="deliveries"),
    path("sent/<int:pk>", sending.delivery, name="delivery"),
    path("sent/<int:pk>/columns", sending.columns_page, name="columns"),
    path("sent/<int:pk>/drop", sending.drop, name="drop"),
    path("send/scraps", sending.scraps, name="send-scraps"),
    path("send/comments", sending.comments, name="send-comments"),
    path("job/<insightjob:kind>/<int:pk>", shared.state, name="state"),
    path("job/<insightjob:kind>/<int:pk>/again", shared.again, name="again"),
    path("passages", settling.scraps, name="scraps"),
    path("passages/<int:pk>", settling.scrap, name="scrap"),
    path("passages/<int:pk>/accept", settling.accept, name="accept"),
    path("passages/<int:pk>/support", settling.support, name="support"),
    path("passages/<int:pk>/aside", settling.aside, name="aside"),
    path("passages/<int:pk>/back", settling.back, name="back"),
    path("themes/<slug:code>", coding.themes, name="themes"),
    path("themes/<slug:code>/learn", coding.learn, name="learn"),
    path("themes/<slug:code>/next", coding.following, name="code"),
    path("themes/<slug:code>/comments/<int:pk>", coding.one, name="code-one"),
    path("themes/<slug:code>/ask", machines.ask, name="ask"),
    path("machines", machines.machines, name="machines"),
    path("comments", coding.comments, name="comments"),
    path("comments/<int:pk>", coding.comment, name="comment"),
    path("comments/<int:pk>/correct", coding.correct, name="correct"),
    path("why-now", whynow.whynow, name="whynow"),
    path("why-now/<str:identifier>", whynow.rate, name="rate"),
]
