"""What the access lines stand for: a register that was sent, and waits to be looked at."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable
from typing import Any


def make(person: Callable[..., Any], made: dict[str, str]) -> None:
    """Fill ``made`` with what the room's addresses need."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from holdfast.web.exchange import sending

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:  # nobody looks into it: taking one out wants a transaction of its own
        packed.writestr("changes.csv", "")
    file = SimpleUploadedFile("register.zip", out.getvalue())
    made["arrival"] = str(sending.send(person("analyst"), file, uuid.uuid4().hex).pk)
