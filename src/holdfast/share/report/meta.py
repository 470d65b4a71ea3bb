"""What the report says about itself: whose it is, when it was made, and how to make it again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from holdfast.records import Policy


@dataclass(frozen=True)
class Meta:
    """``workspace`` is its name in words. ``made_at`` dates the snapshot. ``command`` makes the page again with
    ``version`` of Holdfast from inputs whose fingerprint is ``inputs``. ``downloads`` are files that lie beside the
    page, by name. ``period`` is the word for one step of time."""

    workspace: str
    made_at: dt.datetime
    command: str = "holdfast learn"
    version: str = ""
    inputs: str = ""
    description: str = ""
    policy: Policy | None = None
    period: str = "month"
    downloads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
