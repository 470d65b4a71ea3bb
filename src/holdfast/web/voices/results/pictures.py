"""Bars of answers by role as an SVG: agree, pass and disagree side by side, each with its share in figures."""

from __future__ import annotations

from typing import Any, Final
from xml.sax.saxutils import escape

from holdfast.share.charts.palette import BETTER, FONT, NEUTRAL, PAPER, TEXT, WORSE
from holdfast.share.words import clean

WIDE, LEFT, BAR, ROOM, TOP = 640, 170, 26, 40, 34
FIGURE: Final = 46
"""Pixels below which a part is too narrow for its figure."""
ANSWERS: Final = (("agree", "Agree", BETTER), ("pass", "Pass", NEUTRAL), ("disagree", "Disagree", WORSE))
WISHES: Final = (
    ("retain", "Keep", BETTER), ("adapt", "Change", "#41719c"), ("reinstate", "Bring back", "#5c2d91"),
    ("stop", "Stop", WORSE),
)  # fmt: skip


def bars(rows: list[dict[str, Any]], parts: tuple[tuple[str, str, str], ...], title: str, described: str) -> str:
    """The picture. ``rows`` hold ``role`` and a share for each part; those without shares say that too few spoke."""
    high = TOP + ROOM * len(rows) + 8
    inside = "".join(_row(row, parts, TOP + ROOM * at) for at, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" width="{WIDE}" height="{high}" '
        f'role="img" font-family="{FONT}" font-size="14"><title>{escape(clean(title))}</title>'
        f'<desc>{escape(clean(described))}</desc><rect width="{WIDE}" height="{high}" fill="{PAPER}"/>'
        f"{_key(parts)}{inside}</svg>"
    )


def _key(parts: tuple[tuple[str, str, str], ...]) -> str:
    return "".join(
        f'<rect x="{LEFT + 115 * at}" y="8" width="14" height="14" fill="{colour}"/>'
        f'<text x="{LEFT + 20 + 115 * at}" y="20" fill="{TEXT}">{words}</text>'
        for at, (_name, words, colour) in enumerate(parts)
    )


def _row(row: dict[str, Any], parts: tuple[tuple[str, str, str], ...], y: int) -> str:
    label = clean(str(row["role"]))
    name = label if len(label) <= 22 else f"{label[:21]}…"
    out = f'<text x="{LEFT - 10}" y="{y + 18}" text-anchor="end" fill="{TEXT}">{escape(name)}</text>'
    if row.get(parts[0][0]) is None:
        return f'{out}<text x="{LEFT}" y="{y + 18}" fill="{TEXT}">too few to say</text>'
    x, room = float(LEFT), WIDE - LEFT - 10
    for part, words, colour in parts:
        share = float(row[part] or 0)
        width = share * room
        out += f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}" stroke="{PAPER}"/>'
        if width >= FIGURE:
            out += (
                f'<text x="{x + width / 2:.1f}" y="{y + 18}" text-anchor="middle" font-weight="bold" fill="{PAPER}">'
                f"<title>{words}</title>{100 * share:.0f} %</text>"
            )
        x += width
    return out
