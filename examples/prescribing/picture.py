"""Draw the case study's picture: the 72 p values in order, beside what chance alone would give.

Run `holdfast learn examples/prescribing` first; then `python examples/prescribing/picture.py`.
"""

from __future__ import annotations

import csv
from pathlib import Path

HERE = Path(__file__).resolve().parent
EFFECTS = HERE / "results" / "tables" / "effects.csv"
PICTURE = HERE.parents[1] / "docs" / "case-studies" / "img" / "prescribing-p-values.svg"
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 320, 52, 40, 16


def main() -> None:
    with EFFECTS.open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["kind"] == "overall" and r["dimension"] == "everyone"]
    found = sorted((float(r["p"]), float(r["q"])) for r in rows if r["p"])
    PICTURE.write_text(picture(found), "utf-8")


def picture(found: list[tuple[float, float]]) -> str:
    """Circles for p values (filled where q is below 0.05) and the line that chance alone would follow."""
    n = len(found)

    def x(rank: float) -> float:
        return LEFT + (WIDTH - LEFT - 12) * rank / n

    def y(p: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - p)

    passed = sum(p < 0.05 for p, _ in found)
    kept = sum(q < 0.05 for _, q in found)
    chance = f"where chance alone would give about {0.05 * n:.0f}"
    said = f"{passed} of {n} p values lie below 0.05, {chance}; {kept} stay below 0.05 as q values."
    dots = "".join(
        f'<circle cx="{x(i + 1):.1f}" cy="{y(p):.1f}" r="3.5" fill="{"#b35900" if q < 0.05 else "none"}" '
        f'stroke="{"#b35900" if q < 0.05 else "#1f5a93"}"><title>p {p:.4f}, q {q:.3f}</title></circle>'
        for i, (p, q) in enumerate(found)
    )
    ticks = "".join(
        f'<text x="{LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v:g}</text>'
        f'<line x1="{LEFT}" x2="{WIDTH - 12}" y1="{y(v):.1f}" y2="{y(v):.1f}" stroke="#ddd"/>'
        for v in (0.05, 0.25, 0.5, 0.75, 1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="t d" font-family="sans-serif" font-size="12">'
        f'<title id="t">The {n} p values in order</title><desc id="d">{said}</desc>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{ticks}'
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(n)}" y2="{y(1)}" stroke="#777" stroke-dasharray="5 4"/>'
        f'<text x="{x(0.62 * n):.0f}" y="{y(0.74):.0f}" text-anchor="end" fill="#555">'
        "what chance alone would give</text>"
        f'{dots}<text x="{LEFT}" y="{HEIGHT - 12}">The {n} measures, from the smallest p value to the largest '
        f"(filled: q below 0.05)</text></svg>\n"
    )


if __name__ == "__main__":
    main()
