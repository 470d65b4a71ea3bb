"""Archives as they come in: kept where no page can reach them, and put before a worker."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from holdfast.web.exchange import jobs
from holdfast.web.exchange.models import FOLDER, Arrival
from holdfast.web.people import audit


def send(actor: Any, sent: UploadedFile, once: str) -> Arrival:
    """Keep an archive and have a worker say what it would do. The same form sent twice is one arrival."""
    waiting = settings.HOME / FOLDER
    waiting.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".", dir=waiting))
    try:
        with (fresh / "register.zip").open("xb") as out:
            for chunk in sent.chunks():
                out.write(chunk)
        with transaction.atomic():
            held = Arrival.objects.create(by=audit.account(actor), once=once)
            os.replace(fresh, held.folder)
            jobs.ask(held)
            audit.record(actor, "exchange.import", "arrival", held.pk, "sent a register to be looked at")
    except IntegrityError:
        return Arrival.objects.get(once=once)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return held
