"""Getting Django ready outside a web server: settings and tables. For every command that opens a register."""

from __future__ import annotations

import logging
import os
from pathlib import Path


def settle(home: Path | None) -> Path:
    """Point the settings at a home folder (``None``: as the environment says) and load the applications.

    Raises what ``Environment`` raises for a wrong variable.
    """
    if home is not None:
        os.environ["HOLDFAST_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.web.settings")
    import django
    from django.conf import settings

    django.setup()
    settings.HOME.mkdir(parents=True, exist_ok=True)
    return Path(settings.HOME)


def bring_up_to_date() -> None:
    """Make the tables, or bring them to this version. Safe to repeat, and to run beside a running server."""
    from django.core.management import call_command

    logging.getLogger("django.db.backends.schema").setLevel(logging.WARNING)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
