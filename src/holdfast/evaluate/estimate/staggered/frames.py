"""Tables in and out: pandas, polars or Arrow through narwhals, read without a pivot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Ints

Values = NDArray[Any]


@dataclass(frozen=True)
class Axis:
    """How period labels are kept as numbers: as they are, or months or days since 1970-01."""

    unit: str = ""

    def encode(self, values: Values, name: str) -> Floats:
        """Labels as floats; missing ones NaN."""
        if values.dtype == object:
            values = _dates_or_numbers(values, name)
        if values.dtype.kind == "M":
            if not self.unit:
                raise ValueError(f"Column {name!r} holds dates while the periods are numbers; give both in one form.")
            coarse = values.astype(f"datetime64[{self.unit}]")
            number = coarse.astype(np.int64).astype(np.float64)
            number[np.isnat(values)] = np.nan
            return number
        if self.unit and not np.isnan(values.astype(np.float64)).all():
            raise ValueError(f"Column {name!r} holds numbers while the periods are dates; give both in one form.")
        return values.astype(np.float64)

    def decode(self, labels: Floats) -> Values:
        """Numbers back to labels; integers stay integers, and dates are given to their unit."""
        whole = np.isfinite(labels).all() and bool((labels == np.round(labels)).all())
        if self.unit:
            return labels.astype(np.int64).astype(f"datetime64[{self.unit}]").astype("datetime64[D]")
        return labels.astype(np.int64) if whole else labels


def axis_of(values: Values, name: str) -> Axis:
    """The axis of a period column: months when every date is a first of a month."""
    if values.dtype == object:
        values = _dates_or_numbers(values, name)
    if values.dtype.kind == "M":
        if np.isnat(values).any():
            raise ValueError(f"Column {name!r} has missing dates; every row needs a period.")
        days = values.astype("datetime64[D]")
        return Axis("M" if (days == days.astype("datetime64[M]")).all() else "D")
    if values.dtype.kind not in "iufb":
        raise ValueError(
            f"Column {name!r} holds {values.dtype}; give numbers or dates (a string such as 2021-04 parses to a date)."
        )
    if not np.isfinite(values.astype(np.float64)).all():
        raise ValueError(f"Column {name!r} has missing periods; every row needs one.")
    return Axis()


def _dates_or_numbers(values: Values, name: str) -> Values:
    """An object column as datetime64 or float64, None as missing."""
    try:
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    except (TypeError, ValueError):
        pass
    try:
        return np.array([np.datetime64("NaT") if v is None else v for v in values], dtype="datetime64[D]")
    except (TypeError, ValueError) as error:
        raise ValueError(f"Column {name!r} holds values that are neither numbers nor dates.") from error


def codes(values: Values) -> tuple[Ints, Values]:
    """Position of each value among the sorted distinct values, and those values."""
    if values.dtype.kind == "f" and np.array_equal(values, np.floor(values)) and np.abs(values).max(initial=0) < 2**53:
        index, known = codes(values.astype(np.int64))
        return index, known.astype(values.dtype)
    if values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * len(values) + 1024:
            offset = (values - low).astype(np.int64)
            present = np.zeros(high - low + 1, dtype=bool)
            present[offset] = True
            known = np.flatnonzero(present)
            return (np.cumsum(present) - 1)[offset], known + low
    if values.dtype.kind in "OU":
        return _text_codes(values)
    known, index = np.unique(values, return_inverse=True)
    return index.astype(np.int64), known


def _text_codes(values: Any) -> tuple[Ints, Values]:
    """`codes` for text, by hashing in Arrow and sorting only the distinct values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(values, from_pandas=True) if isinstance(values, np.ndarray) else values
    coded = (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array).dictionary_encode()
    if coded.null_count:
        raise ValueError(f"{coded.null_count} rows have no site identifier; every row needs one.")
    known = np.asarray(coded.dictionary.to_pylist(), dtype=object)
    order = np.asarray(pc.sort_indices(coded.dictionary)).astype(np.int64)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[np.asarray(coded.indices).astype(np.int64)], known[order]


class Table:
    """Columns of a frame of any kind, as NumPy arrays."""

    def __init__(self, frame: Any) -> None:
        import narwhals as nw

        try:
            self.frame = nw.from_native(frame, eager_only=True)
        except TypeError as error:
            raise TypeError(f"att_gt reads pandas, polars or Arrow tables, not {type(frame).__name__}.") from error
        self.kin = self.frame.implementation

    def column(self, name: str) -> Values:
        """A column; identifiers in text come as their codes do, see `codes`."""
        self._need(name)
        return np.asarray(self.frame.get_column(name).to_numpy())

    def identifiers(self, name: str) -> Values | tuple[Ints, Values]:
        """A column of identifiers: numbers as they are, text already coded (codes, distinct values)."""
        self._need(name)
        series = self.frame.get_column(name)
        if series.dtype.is_numeric():
            return np.asarray(series.to_numpy())
        return _text_codes(series.to_arrow())

    def _need(self, name: str) -> None:
        if name in self.frame.columns:
            return
        from difflib import get_close_matches

        plain = {column.casefold(): column for column in self.frame.columns}
        near = get_close_matches(name.casefold(), plain, n=1)
        hint = f" Did you mean {plain[near[0]]!r}?" if near else ""
        raise ValueError(f"There is no column {name!r}; the table has {', '.join(self.frame.columns)}.{hint}")


def to_frame(columns: dict[str, Values], kin: Any) -> Any:
    """A frame of the kind given, or the columns themselves when there is none."""
    if kin is None:
        return columns
    import narwhals as nw

    return nw.from_dict(columns, backend=kin).to_native()
