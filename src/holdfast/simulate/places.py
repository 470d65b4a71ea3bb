"""The sites of a simulated integrated care system: their settings, size, need and the people they serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfast.records.panel import Bools, Floats
from holdfast.simulate.specs import RURALITY, SETTINGS

Texts = NDArray[np.str_]
Integers = NDArray[np.int64]
SHARES: Final = (0.30, 0.27, 0.23, 0.12, 0.08)
"""Share of the sites in each of SETTINGS."""
AGE_MIX: Final = (0.18, 0.50, 0.17, 0.15)
ETHNIC_MIX: Final = (0.09, 0.05, 0.03, 0.72, 0.03, 0.08)
_CODES: Final = {"acute": "QA", "primary care": "QP", "community": "QC", "mental health": "QM", "ambulance": "QV"}
_KINDS: Final = {
    "acute": "Hospital",
    "primary care": "Primary Care Network",
    "community": "Community Services",
    "mental health": "Mental Health Service",
    "ambulance": "Ambulance Station",
}
_PLACES: Final = (
    *("Aldermere", "Brackenford", "Calderwick", "Dunmarsh", "Eastholme", "Fennbridge", "Garthside", "Hollowdale"),
    *("Inglebeck", "Kettlewold", "Larchden", "Merrowfield", "Netherby", "Oakhampton", "Pendlewick", "Quarrymoor"),
    *("Ravenshaw", "Saltersgate", "Thornleigh", "Upperton"),
)
_ENDS: Final = ("", "North", "South", "West")
_REGIONS: Final = ("Fellside", "Vale", "Coast")


@dataclass(frozen=True)
class Places:
    """n sites. ``need`` is standardised; each ``mix`` is sites × levels with rows that add to one."""

    sites: tuple[str, ...]
    names: tuple[str, ...]
    setting: Texts
    region: Texts
    organisation: tuple[str, ...]
    rurality: Texts
    scale: Floats
    need: Floats
    mix: dict[str, Floats]

    def table(self) -> pa.Table:
        """The sites table, with the attributes a real one would have and without the hidden need."""
        return pa.table(
            {
                "site": list(self.sites),
                "name": list(self.names),
                "setting": self.setting.astype(str).tolist(),
                "region": self.region.astype(str).tolist(),
                "organisation": list(self.organisation),
                "rurality": self.rurality.astype(str).tolist(),
                "share_most_deprived": np.round(self.mix["deprivation"][:, 0], 3),
                "share_75_plus": np.round(self.mix["age"][:, 3], 3),
            }
        )


def make_places(rng: np.random.Generator, sites: int) -> Places:
    """Draw the sites. Needier sites serve more deprived people, which is how adoption comes to follow need."""
    setting = np.repeat(SETTINGS, _split(sites))
    need = np.clip(rng.standard_normal(sites), -2.0, 2.0)
    need -= need.mean()
    rural = rng.random(sites) < 1 / (1 + np.exp(0.7 + 0.5 * need))
    number = np.concatenate([np.arange(1, size + 1) for size in _split(sites)])
    area = rng.permutation(sites) % (len(_PLACES) * len(_ENDS))
    names = tuple(f"{_place(a)} {_KINDS[s]}" for a, s in zip(area, setting, strict=True))
    return Places(
        sites=tuple(f"{_CODES[s]}{k:03d}" for s, k in zip(setting, number, strict=True)),
        names=names,
        setting=setting,
        region=np.array(_REGIONS)[area % len(_REGIONS)],
        organisation=tuple(f"{_CODES[s]}-T{(k - 1) // 3 + 1:02d}" for s, k in zip(setting, number, strict=True)),
        rurality=np.where(rural, RURALITY[1], RURALITY[0]),
        scale=np.exp(rng.normal(0.0, 0.35, sites)),
        need=need,
        mix=_mixes(rng, need, rural),
    )


def _split(sites: int) -> Integers:
    """Sites per setting by largest remainder, at least one each."""
    quota = sites * np.array(SHARES)
    counts: Integers = np.maximum(np.floor(quota).astype(np.int64), 1)
    while counts.sum() != sites:
        step = 1 if counts.sum() < sites else -1
        counts[np.argmax(step * (quota - counts))] += step
    return counts


def _place(area: int) -> str:
    end = _ENDS[area // len(_PLACES)]
    return f"{_PLACES[area % len(_PLACES)]} {end}".strip()


def _mixes(rng: np.random.Generator, need: Floats, rural: Bools) -> dict[str, Floats]:
    steps = np.linspace(1.0, -1.0, 5)
    older = 0.35 * rural[:, None] * np.array([-0.3, -0.3, 0.6, 1.0])
    white = -0.8 * (~rural)[:, None] * np.array([0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    return {
        "deprivation": _softmax(0.55 * need[:, None] * steps + rng.normal(0, 0.25, (len(need), 5))),
        "age": _softmax(np.log(AGE_MIX) + older + rng.normal(0, 0.12, (len(need), 4))),
        "ethnicity": _softmax(np.log(ETHNIC_MIX) + white + rng.normal(0, 0.3, (len(need), 6))),
    }


def _softmax(score: Floats) -> Floats:
    weight = np.exp(score)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), dtype=np.float64)
