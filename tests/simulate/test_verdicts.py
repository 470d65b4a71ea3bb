"""The right verdict given the truth, and what a wrong one loses."""

from __future__ import annotations

import pytest

from holdfast.records.vocabularies import VERDICTS
from holdfast.simulate import World
from holdfast.simulate.verdicts import displaced_verdicts, right_verdicts, unsuitable


@pytest.mark.parametrize(
    ("benefit", "harm", "gap", "elsewhere", "right"),
    [
        (3.0, 0.0, 0.0, 3.0, ["retain"]),
        (3.0, 2.0, 0.0, 3.0, ["adapt"]),
        (3.0, 0.0, 2.0, 3.0, ["adapt"]),
        (0.0, 0.0, 0.0, 0.0, ["stop", "keep learning"]),
        (0.0, 3.0, 0.0, 0.0, ["stop"]),
        (-2.0, 0.0, 0.0, 0.0, ["stop"]),
        (0.0, 0.0, 0.0, 3.0, ["adapt", "stop"]),
        (1.1, 0.0, 0.0, 1.1, ["retain", "adapt", "stop"]),
        (3.0, 0.9, 0.0, 3.0, ["retain", "adapt"]),
    ],
)
def test_right_verdicts(benefit: float, harm: float, gap: float, elsewhere: float, right: list[str]) -> None:
    assert right_verdicts(benefit, harm, gap, elsewhere) == right


@pytest.mark.parametrize(
    ("introduced", "suspended", "right"),
    [
        (["stop"], 0.0, ["reinstate"]),
        (["adapt"], 3.0, ["reinstate"]),
        (["retain"], 0.0, ["keep learning", "stop"]),
        (["adapt", "stop"], 0.0, ["reinstate", "keep learning", "stop"]),
    ],
)
def test_displaced_practices(introduced: list[str], suspended: float, right: list[str]) -> None:
    assert displaced_verdicts(introduced, suspended) == right


def test_a_practice_that_harms_some_without_helping_them_gives_way_to_the_old_one_for_them() -> None:
    assert unsuitable(0.5, 2.6)
    assert unsuitable(-1.5, 0.0)
    assert not unsuitable(3.0, 3.0)
    assert not unsuitable(0.0, 0.0)
    assert displaced_verdicts(["adapt", "stop"], 0.0, unsuitable(0.5, 2.6)) == ["reinstate"]


def test_losses_agree_with_the_right_verdicts(world: World) -> None:
    """One of the right verdicts loses next to nothing, and a retained null or harm always loses."""
    for row in world.truth.cells.to_pylist():
        loss = {verdict: row["loss_" + verdict.replace(" ", "_")] for verdict in VERDICTS}
        given = [value for value in loss.values() if value is not None]
        assert min(given) == 0.0
        assert min(loss[v] for v in row["right"]) <= 0.26, row
        if row["role"] == "introduced" and row["benefit"] < 0.2:
            assert loss["retain"] > 0, row


def test_only_a_displaced_practice_is_reinstated(world: World) -> None:
    for row in world.truth.cells.to_pylist():
        assert ("reinstate" in row["right"]) <= (row["role"] == "displaced")
        assert ("retain" in row["right"] or "adapt" in row["right"]) <= (row["role"] == "introduced")


def test_all_five_verdicts_are_right_somewhere(world: World) -> None:
    first = {row["right"][0] for row in world.truth.cells.to_pylist()}
    assert first == {"retain", "adapt", "stop", "reinstate", "keep learning"}


def _cell(world: World, change: str, level: str, role: str = "introduced") -> list[str]:
    found = [
        row["right"]
        for row in world.truth.cells.to_pylist()
        if (row["change"], row["level"], row["setting"], row["role"]) == (change, level, "all settings", role)
    ]
    return found[0]


def test_the_story_of_the_twelve_changes(world: World) -> None:
    assert _cell(world, "booked-slots", "everyone") == ["retain"]
    assert _cell(world, "discharge-hub", "everyone") == ["retain"]
    assert _cell(world, "shared-list", "everyone") == ["retain"]
    assert _cell(world, "remote-monitoring", "everyone") == ["retain"]
    assert _cell(world, "video-clinics", "everyone")[0] == "adapt"
    assert _cell(world, "patient-led-follow-up", "everyone")[0] == "adapt"
    assert _cell(world, "seven-day-therapy", "everyone") == ["adapt"]
    assert _cell(world, "pharmacy-consult", "75+") == ["stop"]
    assert "retain" not in _cell(world, "link-workers", "everyone")
    assert "retain" not in _cell(world, "e-rostering", "everyone")
    assert _cell(world, "video-clinics", "75+", "displaced") == ["reinstate"]
    assert _cell(world, "seven-day-therapy", "everyone", "displaced") == ["reinstate"]
    assert _cell(world, "digital-triage", "75+", "displaced") == ["reinstate"]
    assert _cell(world, "patient-led-follow-up", "1 most deprived", "displaced") == ["reinstate"]
