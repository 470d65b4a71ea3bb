"""What the access lines stand for: a delivery that was read, a survey without its columns, a passage and a comment."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any


def make(person: Callable[..., Any], made: dict[str, str]) -> None:
    """Fill ``made`` with what the room's addresses need."""
    from tests.web.insight import making

    from holdfast.web.insight import sending
    from holdfast.web.insight.models import Comment, Delivery, Scrap

    by = person("improvement-lead")
    made["delivery"] = str(making.sent(by, pasted=making.TOLD).pk)
    survey = making.file("later.csv", making.table(making.answers(4)))
    held = sending.send(by, Delivery.COMMENTS, once=uuid.uuid4().hex, files=[survey], name="Later")
    made["survey"] = str(held.pk)
    making.survey(by, making.answers(40))
    making.learned(by, making.themes())
    made["scrap"] = str(Scrap.objects.order_by("id").first().pk)  # type: ignore[union-attr]
    made["comment"] = str(Comment.objects.order_by("id").first().pk)  # type: ignore[union-attr]
