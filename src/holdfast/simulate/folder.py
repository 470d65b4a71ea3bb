"""Writes a simulated world as a workspace folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from holdfast.records import Study
from holdfast.simulate.specs import LEVELS, SITE_LEVELS, VERSIONS

TITLE = "A simulated integrated care system"


def write_folder(
    folder: Path, tables: Mapping[str, pa.Table], studies: Sequence[Study], answers: Mapping[str, pa.Table]
) -> Path:
    """Small tables as CSV, observations as Parquet, one protocol a file in ``studies/``, and the configuration."""
    (folder / "studies").mkdir(parents=True, exist_ok=True)
    paths = {name: f"{name}.parquet" if name == "observations" else f"{name}.csv" for name in tables}
    for name, table in tables.items():
        if name == "observations":
            pq.write_table(table, folder / paths[name], compression="zstd")
        else:
            pa_csv.write_csv(table, folder / paths[name])
    for study in studies:
        (folder / "studies" / f"{study.study}.toml").write_text(protocol(study), "utf-8")
    if answers:
        (folder / "truth").mkdir(exist_ok=True)
    for name, table in answers.items():
        pq.write_table(table, folder / "truth" / f"{name}.parquet")
    (folder / "holdfast.toml").write_text(configuration(paths), "utf-8")
    return folder


def configuration(paths: Mapping[str, str]) -> str:
    """The text of ``holdfast.toml``."""
    lines = ["[workspace]", f"title = {_quoted(TITLE)}", 'period = "month"', ""]
    for name, path in paths.items():
        lines += [f"[tables.{name}]", f"path = {_quoted(path)}", ""]
    for dimension, levels in {**LEVELS, **SITE_LEVELS}.items():
        lines += [
            f"[populations.{dimension}]",
            f"version = {_quoted(VERSIONS[dimension])}",
            f"levels = {_quoted(levels)}",
        ]
        lines += [f"site_attribute = {_quoted(dimension)}"] if dimension in SITE_LEVELS else []
        lines.append("")
    return "\n".join(lines)


def protocol(study: Study) -> str:
    """A study as TOML: what is set, and nothing that is left at its default."""
    told = study.model_dump(mode="json", exclude_defaults=True, exclude={"study"})
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in told.items() if value is not None)


def _quoted(value: object) -> str:
    """A text or list as TOML; JSON's strings and arrays are also TOML's."""
    return json.dumps(value, ensure_ascii=False)
