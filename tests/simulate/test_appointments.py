"""Appointment rows for the reading benchmark."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfast.simulate import write_appointments


def test_rows_columns_and_total(tmp_path: Path) -> None:
    written = write_appointments(tmp_path / "a.parquet", 60_007, areas=20)
    table = pq.read_table(written.path)
    assert table.num_rows == written.rows == 60_007
    assert pc.sum(table["appointments"]).as_py() == written.appointments
    assert pc.min(table["appointments"]).as_py() >= 1
    assert len(pc.unique(table["month"])) == 30
    assert len(pc.unique(table["ccg_code"])) == 20


def test_columns_are_those_of_the_official_data(tmp_path: Path, shared_data: Path) -> None:
    written = write_appointments(tmp_path / "a.parquet", 3_000)
    real = pq.read_schema(shared_data / "gp-remote-consulting" / "gp_appointments_ccg_monthly.parquet")
    mine = pq.read_schema(written.path)
    assert mine.names == real.names
    assert mine.types == real.types
    table = pq.read_table(shared_data / "gp-remote-consulting" / "gp_appointments_ccg_monthly.parquet")
    made = pq.read_table(write_appointments(tmp_path / "b.parquet", 300_000).path)
    for name in ("appt_status", "hcp_type", "appt_mode", "booking_lag", "region"):
        assert set(pc.unique(made[name]).to_pylist()) == set(pc.unique(table[name]).to_pylist())


def test_areas_move_to_the_telephone_in_march_2020_by_different_amounts(tmp_path: Path) -> None:
    table = pq.read_table(write_appointments(tmp_path / "a.parquet", 300_000, areas=10).path)
    import datetime as dt

    remote = pc.cast(pc.equal(table["appt_mode"], "Telephone"), "float64")
    after = pc.greater_equal(table["month"], dt.date(2020, 3, 1))
    rows = table.append_column("remote", remote).append_column("after", after)
    means = {
        (r["ccg_code"], r["after"]): r["remote_mean"]
        for r in rows.group_by(["ccg_code", "after"]).aggregate([("remote", "mean")]).to_pylist()
    }
    rise = [means[code, True] - means[code, False] for code in sorted({c for c, _ in means})]
    assert min(rise) > 0.1
    assert max(rise) - min(rise) > 0.3


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    one, two, other = (write_appointments(tmp_path / f"{k}.parquet", 5_000, seed=s) for k, s in enumerate((1, 1, 2)))
    assert pq.read_table(one.path).equals(pq.read_table(two.path))
    assert one.appointments != other.appointments
