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
WISHES: Final = {"retain": BETTER, "adapt": "#41719c", "reinstate": "#5c2d91", "stop": WORSE}
NARROW, BROAD, LINE = 115, 240, 24
"""Pixels between two words of the key: short ones, and long ones, of which two stand on a line."""
SHORT: Final = 9
"""Characters up to which a word of the key is short."""


def bars(rows: list[dict[str, Any]], parts: tuple[tuple[str, str, str], ...], title: str, described: str) -> str:
    """The picture. ``rows`` hold ``role`` and a share for each part; those without shares say that too few spoke."""
    top = TOP + LINE * ((len(parts) - 1) // 2 if _long(parts) else 0)
    high = top + ROOM * len(rows) + 8
    inside = "".join(_row(row, parts, top + ROOM * at) for at, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" width="{WIDE}" height="{high}" '
        f'role="img" font-family="{FONT}" font-size="14"><title>{escape(clean(title))}</title>'
        f'<desc>{escape(clean(described))}</desc><rect width="{WIDE}" height="{high}" fill="{PAPER}"/>'
        f"{_key(parts)}{inside}</svg>"
    )


def _long(parts: tuple[tuple[str, str, str], ...]) -> bool:
    return any(len(words) > SHORT for _name, words, _colour in parts)


def _key(parts: tuple[tuple[str, str, str], ...]) -> str:
    on_line, step = (2, BROAD) if _long(parts) else (len(parts), NARROW)
    found = ""
    for at, (_name, words, colour) in enumerate(parts):
        x, y = LEFT + step * (at % on_line), 8 + LINE * (at // on_line)
        found += (
            f'<rect x="{x}" y="{y}" width="14" height="14" fill="{colour}"/>'
            f'<text x="{x + 20}" y="{y + 12}" fill="{TEXT}">{escape(words)}</text>'
        )
    return found


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
