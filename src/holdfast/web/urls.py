"""Every address, room by room."""

from django.urls import include, path

from holdfast.web import home
from holdfast.web.api.interface import api

urlpatterns = [
    path("", home.home, name="home"),
    path("healthy", home.healthy, name="healthy"),
    path("accessibility", home.accessibility, name="accessibility"),
    path("privacy", home.privacy, name="privacy"),
    path("help", home.help_page, name="help"),
    path("account/", include("holdfast.web.people.accounts")),
    path("people/", include("holdfast.web.people.urls")),
    path("changes/", include("holdfast.web.register.urls")),
    path("evidence/", include("holdfast.web.evidence.urls")),
    path("voices/", include("holdfast.web.voices.urls")),
    path("insights/", include("holdfast.web.insight.urls")),
    path("decisions/", include("holdfast.web.board.urls")),
    path("exchange/", include("holdfast.web.exchange.urls")),
    path("api/v1/", api.urls),
    path("api/", include("holdfast.web.api.urls")),
]
