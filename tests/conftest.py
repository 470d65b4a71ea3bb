"""Fixtures that several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real open data beside the project, or a skip that says so."""
    if not SHARED.is_dir():
        pytest.skip("the shared data folder (../shared/data beside the project) is absent")
    return SHARED


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where HOLDFAST_CI is set every part is installed, so a test that skipped is a failure that says which."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("HOLDFAST_CI") or reporter is None or exitstatus != 0:
        return
    skipped = reporter.stats.get("skipped", [])
    for report in skipped:
        print(f"\nskipped where nothing may be: {report.nodeid}: {report.longrepr}")
    if skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
