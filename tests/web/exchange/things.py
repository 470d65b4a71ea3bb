"""What the access lines stand for: a register that was sent, and waits to be looked at."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any


def make(person: Callable[..., Any], made: dict[str, str]) -> None:
    """Fill ``made`` with what the room's addresses need."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from holdfast.web.exchange import leaving, sending

    by, out = person("analyst"), io.BytesIO()
    leaving.write(out, by)
    file = SimpleUploadedFile("register.zip", out.getvalue())
    made["arrival"] = str(sending.send(by, file, uuid.uuid4().hex).pk)
