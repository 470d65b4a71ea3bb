"""Numbers as people read them: effects on a measure's own scale, chances, and lists."""

from __future__ import annotations

import math
from collections.abc import Sequence

from holdfast.records import Measure


def amount(measure: Measure, value: float, sign: bool = True) -> str:
    """An effect with its unit, to two figures: ``−2.1 percentage points``, ``+12 per 1,000``."""
    return f"{number(value * scale(measure), sign)} {unit(measure)}".rstrip()


def span(measure: Measure, low: float, high: float, between: str = "to", sign: bool = True) -> str:
    """Two amounts with their unit once: ``−3.6 to −0.6 percentage points``."""
    return f"{number(low * scale(measure), sign)} {between} {amount(measure, high, sign)}"


def instead(measure: Measure, value: float, now: float, sign: bool = True) -> str:
    """One amount in place of another, to as many places as tell them apart: ``0.98 instead of 1.00 points``."""
    then, held = value * scale(measure), now * scale(measure)
    told = next((d for d in range(_places(held), 9) if number(then, sign, d) != number(held, sign, d)), None)
    return f"{number(then, sign, told)} instead of {number(held, sign, told)} {unit(measure)}".rstrip()


def named(measure: Measure) -> str:
    """A measure's label as it stands inside a sentence: a capital only where it is an abbreviation or a name."""
    label = measure.label or measure.measure
    return label if label[:2].isupper() or label[1:2].isdigit() else label[:1].lower() + label[1:]


def scale(measure: Measure) -> float:
    """What an effect is multiplied by before it is shown."""
    return {"proportion": 100.0, "rate": measure.per, "count": 100.0}.get(measure.kind, 1.0)


def unit(measure: Measure) -> str:
    """The unit that follows the number."""
    if measure.kind == "proportion":
        return "percentage points"
    if measure.kind == "rate":
        return f"per {measure.per:,.0f}"
    return "% of the usual level" if measure.kind == "count" else measure.unit


def number(value: float, sign: bool = True, places: int | None = None) -> str:
    """Two significant figures, or so many places, never in powers of ten, with a true minus sign."""
    if not math.isfinite(value):
        return "not known"
    places = _places(value) if places is None else places
    text = f"{value:+,.{places}f}" if sign else f"{value:,.{places}f}"
    text = text.replace("-", "−")
    return text.lstrip("+") if float(f"{value:.8f}") == 0 else text


def _places(value: float) -> int:
    """Decimal places of two significant figures."""
    size = abs(value)
    whole = size == 0 or size >= 99.5 or not math.isfinite(size)
    return 0 if whole else min(8, max(0, 1 - math.floor(math.log10(size))))


def chance(p: float) -> str:
    """A probability to two places, never rounded to certainty."""
    if not math.isfinite(p):
        return "not known"
    if p < 0.005:
        return "under 0.01"
    if p > 0.995:
        return "over 0.99"
    return f"{p:.2f}"


def close_chance(p: float) -> str:
    """A probability to enough places to tell it from certainty: for thresholds and flip points."""
    for places in (2, 3, 4):
        if 10**-places / 2 <= p <= 1 - 10**-places / 2:
            return f"{p:.{places}f}"
    return f"{p:.2g}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def plural(count: int, one: str, many: str = "") -> str:
    """``1 month``, ``3 months``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def percent(share: float | None) -> str:
    """A share of people as a whole percentage."""
    return "not known" if share is None else f"{100 * share:.0f} %"


def headed(text: str) -> str:
    """With a capital first and the rest as it is."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """With a capital first and one full stop last."""
    text = text.strip()
    return (text[:1].upper() + text[1:]).rstrip(".") + "."
