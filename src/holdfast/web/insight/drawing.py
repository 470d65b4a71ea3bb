"""Small multiples: one small chart a theme, its share over time with the 95 % interval, as one SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from holdfast.share.charts.palette import BAND, BETTER, FAINT, FONT, LINE, PAPER, QUIET, TEXT

ACROSS: Final = 3
WIDE, TALL = 300, 190
LEFT, TOP, RIGHT, BOTTOM = 46, 50, 12, 28
COARSER: Final = {"month": "quarter", "quarter": "year"}
_ONES: Final = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)


def size_of(panels: int, across: int = ACROSS) -> tuple[int, int]:
    """Width and height of a chart of so many panels, so many of them beside each other at most."""
    return min(across, max(panels, 1)) * WIDE, -(-max(panels, 1) // across) * TALL


def multiples(
    names: Mapping[str, str], series: Mapping[str, Sequence[Mapping[str, Any]]], periods: Sequence[str],
    span: str = "year", across: int = ACROSS,
) -> str:  # fmt: skip
    """The chart. A period whose number is withheld has a pale band and no point, one without comments neither.

    Where most periods of a theme are withheld no point is drawn: what is left are mostly zeros, which would look like
    the whole. ``span`` is how long the periods are, so that a longer one can be named.
    """
    width, height = size_of(len(names), across)
    top = _top({code: points for code, points in series.items() if not mostly_withheld(points)})
    panels = "".join(
        f'<g transform="translate({at % across * WIDE} {at // across * TALL})">'
        f"{_panel(name, series.get(code, ()), periods, top, span)}</g>"
        for at, (code, name) in enumerate(names.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="{FONT}" font-size="12"><rect width="100%" height="100%" fill="{PAPER}"/>{panels}</svg>'
    )


def _top(series: Mapping[str, Sequence[Mapping[str, Any]]]) -> float:
    most = max((p["high"] or 0 for points in series.values() for p in points if p.get("share") is not None), default=1)
    return next((one for one in _ONES if one >= most), 1.0)


def mostly_withheld(points: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the numbers of more than half of the periods with comments are withheld."""
    return sum(bool(one.get("hidden")) for one in points) > sum(not one.get("none") for one in points) / 2


def _panel(name: str, points: Sequence[Mapping[str, Any]], periods: Sequence[str], top: float, span: str) -> str:
    across, down = WIDE - LEFT - RIGHT, TALL - TOP - BOTTOM
    step = across / max(len(periods), 1)

    def x(at: int) -> float:
        return LEFT + (at + 0.5) * step

    def y(value: float) -> float:
        return TOP + down * (1 - min(value / top, 1))

    hidden = [at for at, p in enumerate(points) if p.get("hidden")]
    bands = "".join(
        f'<rect x="{x(at) - step / 2:.1f}" y="{TOP}" width="{step:.1f}" height="{down}" fill="{BAND}"/>'
        for at in hidden
    )  # fmt: skip
    framed = bands + _frame(name, periods, top, y(0), y(top))
    if mostly_withheld(points):
        return framed + _said(f"Withheld in {len(hidden)} of {len(points)} {span}s", _instead(span))
    drawn = [(x(at), p) for at, p in enumerate(points) if p.get("share") is not None]
    bars = "".join(
        f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y(p["low"]):.1f}" y2="{y(p["high"]):.1f}" stroke="{LINE}" '
        f'stroke-width="2"/>' for at, p in drawn
    )  # fmt: skip
    dots = "".join(f'<circle cx="{at:.1f}" cy="{y(p["share"]):.1f}" r="3.5" fill="{BETTER}"/>' for at, p in drawn)
    return framed + bars + _line(points, x, y) + dots + ("" if drawn else _said("No comments"))


def _frame(name: str, periods: Sequence[str], top: float, low: float, high: float) -> str:
    right = WIDE - RIGHT
    lines = _wrapped(name)
    title = "".join(
        f'<text x="8" y="{18 + 15 * at}" font-size="13" font-weight="bold" fill="{TEXT}">{escape(one)}</text>'
        for at, one in enumerate(lines)
    )
    grid = "".join(
        f'<line x1="{LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}" stroke="{colour}"/>'
        f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end" fill="{QUIET}">{value:.0%}</text>'
        for at, value, colour in ((low, 0.0, LINE), (high, top, FAINT), ((low + high) / 2, top / 2, BAND))
        if value in (0.0, top) or top >= 0.1
    )
    ends = ""
    if periods:
        ends = f'<text x="{LEFT}" y="{TALL - 8}" fill="{QUIET}">{escape(periods[0])}</text>'
    if len(periods) > 1:
        ends += f'<text x="{right}" y="{TALL - 8}" text-anchor="end" fill="{QUIET}">{escape(periods[-1])}</text>'
    return title + grid + ends


def _line(points: Sequence[Mapping[str, Any]], x: Any, y: Any) -> str:
    """The line between points next to each other in time."""
    both = zip(enumerate(points), list(enumerate(points))[1:], strict=False)
    return "".join(
        f'<line x1="{x(i):.1f}" y1="{y(a["share"]):.1f}" x2="{x(j):.1f}" y2="{y(b["share"]):.1f}" '
        f'stroke="{BETTER}" stroke-width="2"/>'
        for (i, a), (j, b) in both
        if a.get("share") is not None and b.get("share") is not None
    )


def _instead(span: str) -> str:
    return f"Too few to draw. Look {COARSER[span]} by {COARSER[span]}" if span in COARSER else "Too few to draw"


def _said(*lines: str) -> str:
    """Words in the middle of a panel."""
    x, y = (WIDE + LEFT - RIGHT) / 2, (TALL + TOP - BOTTOM) / 2
    return "".join(
        f'<text x="{x}" y="{y + 16 * at}" text-anchor="middle" fill="{QUIET}">{escape(one)}</text>'
        for at, one in enumerate(lines)
    )


def _wrapped(name: str, most: int = 38) -> list[str]:
    """Two lines at most."""
    first = ""
    words = name.split()
    while words and len(f"{first} {words[0]}".strip()) <= most:
        first = f"{first} {words.pop(0)}".strip()
    rest = " ".join(words)
    lines = [first or rest[:most], rest[: most - 1] + "…" if len(rest) > most else rest]
    return [one for one in dict.fromkeys(lines) if one]
