"""A state as bytes or JSON: what a trust sends in place of rows, and what a small cohort would give away.

The state of a cohort of one site *is* that site's row; of two, the mean and cross-products give both rows back. So
writing a state warns when a cohort holds fewer than three sites, and refuses below a minimum the sender chooses.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from .moments import Moments

FORMAT = "holdfast-moments-1"
REVEALING = 3  # with one or two sites the rows can be worked out exactly


def to_dict(state: Moments, *, minimum_sites: int = 1) -> dict[str, Any]:
    """A JSON-ready mapping; only the lower triangle of each cross-product, `inf` as None."""
    _guard(state, minimum_sites)
    lower = np.tril_indices(state.gram.shape[-1])
    return {
        "format": FORMAT,
        "outcomes": list(state.outcomes),
        "periods": state.periods.tolist(),
        "cohorts": [None if np.isinf(c) else float(c) for c in state.cohorts],
        "n": state.n.tolist(),
        "mass": state.mass.tolist(),
        "mean": state.mean.tolist(),
        "gram": state.gram[..., lower[0], lower[1]].tolist(),
        "joint": state.joint,
        "weighted": state.weighted,
        "smallest_cohort": int(state.n.min()),
    }


def from_dict(sent: Mapping[str, Any]) -> Moments:
    """The state written by `to_dict`; refuses another format or sizes that disagree."""
    if sent.get("format") != FORMAT:
        raise ValueError(f"This is not a state this version reads: format {sent.get('format')!r}, expected {FORMAT!r}.")
    names, joint = tuple(sent["outcomes"]), bool(sent["joint"])
    n_out, K, T = len(names), len(sent["cohorts"]), len(sent["periods"])
    size = n_out * (T + 1) if joint else T + 1
    packed = np.asarray(sent["gram"], dtype=np.float64)
    lead = (K,) if joint else (n_out, K)
    mass, mean = np.asarray(sent["mass"], dtype=np.float64), np.asarray(sent["mean"], dtype=np.float64)
    cohorts = np.array([np.inf if c is None else c for c in sent["cohorts"]], dtype=np.float64)
    periods, n = np.asarray(sent["periods"], dtype=np.float64), np.asarray(sent["n"], dtype=np.int64)
    shapes = (packed.shape, mass.shape, mean.shape, n.shape)
    fits = shapes == ((*lead, size * (size + 1) // 2), (n_out, K), (n_out, K, T), (K,))
    finite = all(np.isfinite(a).all() for a in (packed, mass, mean))
    ordered = all((a[1:] > a[:-1]).all() for a in (periods, cohorts))
    if not (fits and finite and ordered) or (n < 1).any() or (mass <= 0).any():
        raise ValueError("The state is damaged: its parts disagree in size, are out of order, or are not finite.")
    lower = np.tril_indices(size)
    gram = np.empty((*lead, size, size))
    gram[..., lower[0], lower[1]] = packed
    gram[..., lower[1], lower[0]] = packed
    return Moments(names, periods, cohorts, n, mass, mean, gram, joint, bool(sent["weighted"]))


def to_json(state: Moments, *, minimum_sites: int = 1) -> str:
    """`to_dict` as JSON text; floats keep every digit."""
    return json.dumps(to_dict(state, minimum_sites=minimum_sites), allow_nan=False)


def from_json(text: str | bytes) -> Moments:
    """The state written by `to_json`."""
    return from_dict(json.loads(text))


def to_bytes(state: Moments, *, minimum_sites: int = 1) -> bytes:
    """A compressed .npz, about half the JSON's size."""
    sent = to_dict(state, minimum_sites=minimum_sites)
    arrays = {name: np.asarray(sent.pop(name)) for name in ("mass", "mean", "gram")}
    out = io.BytesIO()
    head = np.frombuffer(json.dumps(sent).encode(), dtype=np.uint8)
    np.savez_compressed(out, head=head, mass=arrays["mass"], mean=arrays["mean"], gram=arrays["gram"])
    return out.getvalue()


def from_bytes(data: bytes) -> Moments:
    """The state written by `to_bytes`."""
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        head = json.loads(held["head"].tobytes())
        return from_dict({**head, **{name: held[name] for name in ("mass", "mean", "gram")}})


def _guard(state: Moments, minimum_sites: int) -> None:
    def few(limit: int) -> str:
        held = [
            ("never" if np.isinf(c) else f"{c:g}") for c, n in zip(state.cohorts, state.n, strict=True) if n < limit
        ]
        return ", ".join(held)

    if below := few(minimum_sites):
        raise ValueError(
            f"Cohorts {below} hold fewer than {minimum_sites} sites and may not be sent. Merge them with a "
            "neighbouring cohort, leave them out, or agree a lower minimum."
        )
    if revealing := few(REVEALING):
        warnings.warn(
            f"Cohorts {revealing} hold one or two sites: this state gives those sites' monthly values away exactly. "
            "Send it only where their rows could be sent.",
            stacklevel=3,
        )
