"""A world written as a workspace."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from holdfast.records import Population, Study
from holdfast.simulate import World, direct_panel, simulate_world


def test_what_is_written_can_be_read_back(world: World, tmp_path: Path) -> None:
    folder = world.write(tmp_path / "world")
    told = tomllib.loads((folder / "holdfast.toml").read_text("utf-8"))
    assert set(told["tables"]) == set(world.tables)
    for name, table in world.tables.items():
        path = folder / told["tables"][name]["path"]
        back = pq.read_table(path) if path.suffix == ".parquet" else pa_csv.read_csv(path)
        assert back.num_rows == table.num_rows
        assert back.column_names == table.column_names
    assert told["populations"]["deprivation"]["version"] == "IMD 2019"
    assert told["populations"]["rurality"]["site_attribute"] == "rurality"


def test_protocols_read_back_with_the_same_fingerprint(world: World, tmp_path: Path) -> None:
    folder = world.write(tmp_path)
    for study in world.studies:
        told = tomllib.loads((folder / "studies" / f"{study.study}.toml").read_text("utf-8"))
        assert Study.model_validate({"study": study.study, **told}).sha256() == study.sha256()


def test_the_answers_are_written_only_when_asked_for(tmp_path: Path) -> None:
    world = simulate_world(1, 20, 18, changes=["booked-slots"])
    assert not (world.write(tmp_path / "a") / "truth").exists()
    folder = world.write(tmp_path / "b", truth=True)
    assert pq.read_table(folder / "truth" / "cells.parquet").equals(world.truth.cells)


def test_the_direct_panel_holds_the_numbers_of_the_observations_table(world: World) -> None:
    for change in ("discharge-hub", "digital-triage"):
        panel, adoption = direct_panel(world.plan, change)
        assert adoption.on.shape == (len(panel.sites), len(panel.periods))
        for index, (measure, population) in enumerate(panel.outcomes):
            table = world.observations
            rows = table.filter(
                pc.and_(
                    pc.equal(table["measure"], measure),
                    pc.and_(
                        pc.equal(table["dimension"], population.dimension), pc.equal(table["level"], population.level)
                    ),
                )
            ).to_pylist()
            top = np.full(adoption.on.shape, np.nan)
            for row in rows:
                top[panel.sites.index(row["site"]), panel.periods.index(row["period"])] = row["numerator"]
            assert np.array_equal(top, panel.numerator[index], equal_nan=True), (measure, population)
    _, _, belongs = panel.cut("gp-same-day", Population("rurality", "rural"))
    assert (belongs == (world.plan.places.rurality[world.plan.places.setting == "primary care"] == "rural")).all()
    assert list(direct_panel(world.plan, "e-rostering")[0].sites) == sorted(world.plan.places.sites)


def test_a_measure_is_described_on_the_scale_its_effects_are_on(world: World) -> None:
    record = world.plan.measures["frail-admissions"].record()
    assert (record.kind, record.per, record.smallest_important) == ("rate", 1000.0, 0.002)
    assert world.plan.measures["length-of-stay"].record().smallest_important == 0.3
