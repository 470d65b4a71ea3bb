"""Lets the tests of this room import their shared builders, and makes the findings that many of them share."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import builders

from holdfast.records import Findings, Policy
from holdfast.share import Meta, Released, release


@pytest.fixture(scope="session")
def found() -> Findings:
    """Findings of all twelve plots."""
    return builders.findings()


@pytest.fixture(scope="session")
def released(found: Findings) -> Released:
    """The same, released under the default profile."""
    return release(found, measures=builders.MEASURES)


@pytest.fixture(scope="session")
def meta() -> Meta:
    """What the report says about itself."""
    return Meta(
        "Westshire integrated care system",
        dt.datetime(2024, 5, 3, 9, 30, tzinfo=dt.UTC),
        "holdfast learn westshire",
        "0.1.0",
        "ab" * 32,
        policy=Policy(),
    )
