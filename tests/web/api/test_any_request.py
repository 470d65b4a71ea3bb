"""Every kind of request that the interface's own document allows, and many that it does not: never a server error."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from holdfast.web.api import tokens
from holdfast.web.people.verbs import VERBS
from holdfast.web.wsgi import application

FUZZ = int(os.environ.get("HOLDFAST_FUZZ", "0"))
"""Examples of each route, drawn anew; without it a dozen, the same each time, so that no change fails by chance."""
pytestmark = pytest.mark.django_db(transaction=True)  # a call through the server's own door closes its connection


SETTINGS: Any = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def test_no_request_is_a_server_error(things: dict[str, str], person: Callable[..., Any]) -> None:
    text = tokens.make(person("all"), "any", VERBS, 1)
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    asked = []
    for found in document.get_all_operations():
        operation = found.ok()
        asked.append(operation.label)

        @given(case=operation.as_strategy())
        @settings(max_examples=FUZZ or 12, derandomize=not FUZZ, **SETTINGS)
        def send(case: Any) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {text}"})
            case.validate_response(answer, checks=(not_a_server_error,))

        send()
    assert len(asked) >= 18, asked
