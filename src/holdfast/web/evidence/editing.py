"""From what a form says to what holdfast.toml says, and back: plain data both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.web.evidence import configuring, guessing
from holdfast.web.evidence.forms_columns import FILTERS
from holdfast.workspace.loading import TABLES
from holdfast.workspace.mapping import find

Config = dict[str, Any]


def columns_initial(role: str, source: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """A source as the columns form shows it; a column that goes by our name is found by itself."""
    said: dict[str, Any] = {}
    table = TABLES["observations" if role == "wide" else role]
    mapped = source.get("columns", {})
    for column in table.columns:
        theirs = find(mapped.get(column.name, column.name), names)
        said[f"ours_{column.name}"] = theirs or ""
    said["setting_is"] = source.get("constants", {}).get("setting", "")
    said["add_rows"] = source.get("rows") == "many"
    held = [("keep", *pair) for pair in source.get("filters", {}).items()]
    held += [("drop", *pair) for pair in source.get("exclude", {}).items()]
    for place, (how, column, values) in enumerate(held[:FILTERS], start=1):
        said[f"filter_{place}_column"], said[f"filter_{place}_how"] = find(column, names) or column, how
        listed = values if isinstance(values, list) else [values]
        said[f"filter_{place}_values"] = ", ".join(_shown(one) for one in listed)
    return said


def set_columns(config: Config, name: str, told: Mapping[str, Any]) -> None:
    """Write the columns form into the file's source; what the form does not offer stays as it was."""
    found = configuring.source_of(config, name)
    if found is None:
        return
    source = found[1]
    ours = {key.removeprefix("ours_"): theirs for key, theirs in told.items() if key.startswith("ours_") and theirs}
    _set(source, "columns", {mine: theirs for mine, theirs in ours.items() if mine != theirs})
    if "setting_is" in told:
        constants = {key: value for key, value in source.get("constants", {}).items() if key != "setting"}
        _set(source, "constants", constants | ({"setting": told["setting_is"]} if told["setting_is"] else {}))
    if "add_rows" in told:
        _set(source, "rows", "many" if told["add_rows"] else "")
    filters: dict[str, dict[str, Any]] = {"keep": {}, "drop": {}}
    for place in range(1, FILTERS + 1):
        column, values = told.get(f"filter_{place}_column"), told.get(f"filter_{place}_values")
        if column and values:
            filters[told.get(f"filter_{place}_how") or "keep"][column] = [_value(one) for one in _parts(values)]
    _set(source, "filters", filters["keep"])
    _set(source, "exclude", filters["drop"])


def set_made(config: Config, name: str, told: Mapping[str, Any]) -> None:
    """Add a measure made from columns, or put it in the place of the one of that name."""
    found = configuring.source_of(config, name)
    if found is None:
        return
    made = {"measure": told["measure"], "numerator": _one(told["numerator"])}
    if told["denominator"]:
        made["denominator"] = _one(told["denominator"])
    found[1]["measures"] = [*_others(found[1].get("measures", []), "measure", told["measure"]), made]


def drop_made(config: Config, name: str, measure: str) -> None:
    """Take away a measure that is made from columns."""
    found = configuring.source_of(config, name)
    if found is not None:
        found[1]["measures"] = _others(found[1].get("measures", []), "measure", measure)


def set_row(config: Config, table: str, key: str, told: Mapping[str, Any]) -> None:
    """Write a row of a small table into the configuration itself, in the place of the one of that name."""
    row = {name: value for name, value in told.items() if value not in (None, "", [])}
    config[table] = [*_others(config.get(table, []), key, row[key]), row]


def drop_row(config: Config, table: str, key: str, name: str) -> None:
    """Take a row out of the configuration."""
    config[table] = _others(config.get(table, []), key, name)


def set_population(config: Config, told: Mapping[str, Any]) -> None:
    """A dimension: an attribute of the site, or a column of a file of observations."""
    name = told["dimension"]
    kind, _, column = told["where"].partition(":")
    drop_population(config, name)
    made: dict[str, Any] = {}
    if kind == "site":
        made["site_attribute"] = column
        if told["quantiles"]:
            made |= {"quantiles": told["quantiles"], "first": told["first"] or "highest"}
    else:
        for source in configuring.sources(config, "observations"):
            if source.get("path") == kind:
                source["populations"] = {**source.get("populations", {}), name: column}
    levels = [line.strip() for line in told["levels"].splitlines() if line.strip()]
    made |= {"levels": levels} if levels else {}
    made |= {"version": told["version"]} if told["version"] else {}
    config.setdefault("populations", {})[name] = made


def drop_population(config: Config, name: str) -> None:
    """Take a dimension away, wherever it is read from."""
    config.get("populations", {}).pop(name, None)
    for source in configuring.sources(config, "observations"):
        if name in source.get("populations", {}):
            _set(source, "populations", {key: value for key, value in source["populations"].items() if key != name})


def set_rule(config: Config, told: Mapping[str, Any]) -> None:
    """Adoption of a change derived from a measure."""
    row = {name: value for name, value in told.items() if value not in (None, "")}
    config["adoption_rules"] = [*_others(config.get("adoption_rules", []), "change", told["change"]), row]


def set_study(config: Config, before: str, told: Mapping[str, Any], offered: Sequence[str]) -> None:
    """A study, in the place of the one it was; fields that the form does not offer stay."""
    studies = list(config.get("studies", []))
    held: dict[str, Any] = next((one for one in studies if one.get("study") == before), {})
    made = {**{key: value for key, value in held.items() if key not in offered}, **told}
    place = studies.index(held) if held else len(studies)
    config["studies"] = [*studies[:place], made, *studies[place + 1 :]]


def measures_made(config: Config) -> list[str]:
    """Identifiers that wide tables make, for which the measures table may lack a row."""
    made = [
        one["measure"] for source in configuring.sources(config, "observations") for one in source.get("measures", [])
    ]
    return list(dict.fromkeys(made))


def suggested(role: str, names: Sequence[str]) -> dict[str, str]:
    """Our columns → theirs, as they look."""
    return guessing.columns(TABLES["observations" if role == "wide" else role], names, role == "wide")


def _set(source: Config, key: str, value: Any) -> None:
    if value:
        source[key] = value
    else:
        source.pop(key, None)


def _others(rows: Sequence[Mapping[str, Any]], key: str, name: str) -> list[Any]:
    return [row for row in rows if row.get(key) != name]


def _one(names: Sequence[str]) -> Any:
    return names[0] if len(names) == 1 else list(names)


def _parts(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"[,;]", text) if one.strip()]


def _value(text: str) -> Any:
    """A whole number or a flag where it reads as one and as nothing else; text with leading zeros stays text."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    return int(text) if text.lstrip("-").isdigit() and str(int(text)) == text else text


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
