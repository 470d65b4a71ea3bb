"""Populations that are attributes of the site: their levels, and which site belongs to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.workspace.registers import Site
from holdfast.workspace.settings import PopulationSettings

OUTSIDE = ""
"""Level of a site whose attribute is missing: it belongs to none."""


def site_levels(sites: Sequence[Site], settings: PopulationSettings) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The ordered levels, and each site's level (empty when not known)."""
    name = settings.site_attribute or ""
    held = {site.site: site.attributes.get(name) for site in sites}
    if settings.quantiles or settings.cuts:
        return _numeric(held, settings)
    texts = {site: as_level(value) for site, value in held.items()}
    levels = tuple(settings.levels) or tuple(sorted(set(texts.values()) - {OUTSIDE}, key=natural))
    return levels, {site: text if text in levels else OUTSIDE for site, text in texts.items()}


def as_level(value: object) -> str:
    """An attribute as the name of a level."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return OUTSIDE
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def as_number(value: object) -> float:
    """An attribute as a number, NaN when it is not one."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")


def natural(level: str) -> tuple[int, float, str]:
    """Numbers in order of size, then words in order of the alphabet; within a text, its leading number counts."""
    digits = "".join(
        character for character in level.split("-")[0].split("–")[0] if character.isdigit() or character == "."
    )
    number = as_number(digits)
    return (1, 0.0, level) if np.isnan(number) else (0, number, level)


def _numeric(held: Mapping[str, object], settings: PopulationSettings) -> tuple[tuple[str, ...], Mapping[str, str]]:
    values = np.array([as_number(value) for value in held.values()])
    edges = _edges(values, settings)
    groups = len(edges) + 1
    rank = np.searchsorted(edges, values, side="right")
    order = groups - 1 - rank if settings.first == "highest" else rank
    names = settings.levels or _names(groups, settings.first)
    levels = {
        site: OUTSIDE if np.isnan(value) else names[place]
        for site, value, place in zip(held, values, order, strict=True)
    }
    return tuple(names), levels


def _edges(values: NDArray[np.float64], settings: PopulationSettings) -> NDArray[np.float64]:
    if settings.cuts:
        return np.array(sorted(settings.cuts))
    shares = np.arange(1, settings.quantiles or 2) / (settings.quantiles or 2)
    known = values[~np.isnan(values)]
    return np.unique(np.quantile(known, shares)) if known.size else np.array([])


def _names(groups: int, first: str) -> list[str]:
    last = "lowest" if first == "highest" else "highest"
    names = [str(number) for number in range(1, groups + 1)]
    return [f"1 ({first})", *names[1:-1], f"{groups} ({last})"] if groups > 1 else ["1"]
