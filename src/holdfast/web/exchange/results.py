"""The results that decisions rest on, brought in with their runs: each under its run's number here, and none over ours.

The same folder's name stands for another run's results in another register.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from django.conf import settings

from holdfast.web.evidence.folders import RESULTS
from holdfast.web.evidence.models import Run
from holdfast.web.exchange.models import FOLDER

FILES: Final = "register/files/"


def bring(box: zipfile.ZipFile, new: Mapping[int, str]) -> None:
    """Results of runs that are new here: the run's number here, and the folder where they were there."""
    names = [name for name in box.namelist() if name.startswith(FILES) and ".." not in PurePosixPath(name).parts]
    for number, there in new.items():
        run = Run(pk=number, results=f"{RESULTS}/{number}")
        inside = f"{FILES}{there.strip('/')}/"
        _unpack(box, {name: name.removeprefix(inside) for name in names if name.startswith(inside)}, run.where)
        Run.objects.filter(pk=number).update(results=run.results)


def _unpack(box: zipfile.ZipFile, files: Mapping[str, str], place: Path) -> None:
    """Into place at once. What an earlier try that was killed left there makes way."""
    waiting = settings.HOME / FOLDER
    waiting.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".", dir=waiting))
    try:
        for name, inner in files.items():
            target = fresh / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            with box.open(name) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out)
        shutil.rmtree(place, ignore_errors=True)
        if files:
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(fresh, place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
