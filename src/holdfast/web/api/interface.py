"""The interface as one object, and its document."""

from __future__ import annotations

from ninja import NinjaAPI

from holdfast import __version__
from holdfast.web.api.doors import TokenOrNobody, hang
from holdfast.web.api.routes import board, evidence, people, register

api = NinjaAPI(
    title="Holdfast",
    version="1",
    urls_namespace="api-1",
    description=(
        f"The register, the evidence and the decisions of this Holdfast ({__version__}). Without a token you may read "
        "what anybody may. Lists come a page at a time: follow `next`. Errors have one shape."
    ),
    docs_url=None,
    auth=TokenOrNobody(),
)
hang(api)
for part in (register.router, evidence.router, board.router, people.router):
    api.add_router("", part)
