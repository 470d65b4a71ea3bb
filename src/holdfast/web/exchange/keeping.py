"""Archives that wait under the home folder: kept while somebody may still say yes to them, and not a day longer."""

from __future__ import annotations

import shutil
import time
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from holdfast.web.exchange.models import CANCELLED, FOLDER, LOOKED, Arrival
from holdfast.web.insight.jobs import SERVER
from holdfast.web.insight.models_jobs import DONE, UNFINISHED
from holdfast.web.people import audit

DAY: Final = 24 * 3600
UNANSWERED: Final = "Nobody said to bring it in within a day, so the file was taken away. Nothing was brought in."


def drop(held: Arrival) -> None:
    """Take the archive away."""
    shutil.rmtree(held.folder, ignore_errors=True)


def sweep() -> None:
    """Take away what nobody needs any more: what has ended, and what nothing was done about for a day."""
    waiting = settings.HOME / FOLDER
    for folder in list(waiting.iterdir()) if waiting.is_dir() else ():
        try:
            old = time.time() - folder.stat().st_mtime > DAY
        except OSError:  # another worker took it away
            continue
        held = Arrival.objects.filter(pk=folder.name).first() if folder.name.isdecimal() else None
        if held is None:  # being sent at this moment, or left half done
            gone = old
        else:
            gone = held.state in {DONE, CANCELLED} or (old and held.state not in UNFINISHED and _let_go(held))
        if gone:
            shutil.rmtree(folder, ignore_errors=True)


@transaction.atomic
def _let_go(held: Arrival) -> bool:
    """Whether the archive of an arrival that nobody answered may go; nobody can say yes to it any more then."""
    now = Arrival.objects.select_for_update().get(pk=held.pk)
    if now.state == LOOKED:
        now.state, now.problem, now.ended_at = CANCELLED, UNANSWERED, timezone.now()
        now.save(update_fields=["state", "problem", "ended_at"])
        audit.record(SERVER, "exchange.import", "arrival", now.pk, "took away a file that nobody answered for")
    return now.state not in UNFINISHED
