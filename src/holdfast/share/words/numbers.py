"""Numbers as people read them: in the measure's own unit, and no finer than their interval bears."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from holdfast.records import Measure
from holdfast.share.words.text import clean

MINUS = "−"
_BEYOND = 1e9


@dataclass(frozen=True)
class Scale:
    """How a measure's effects are shown: multiplied by ``factor`` and followed by ``unit``."""

    factor: float
    unit: str
    level_unit: str


def scale(measure: Measure) -> Scale:
    """Percentage points for a share, per 1,000 for a rate, per cent of usual for a count, its own unit for a mean."""
    if measure.kind == "proportion":
        return Scale(100.0, "percentage points", "%")
    if measure.kind == "rate":
        per = f"per {measure.per:,.0f} {clean(measure.unit)}".rstrip()
        return Scale(measure.per, per, per)
    if measure.kind == "count":
        return Scale(100.0, "% of the usual level", "% of the usual level")
    unit = clean(measure.unit)
    return Scale(1.0, unit, unit)


def places(low: float | None, high: float | None, value: float | None = None) -> int:
    """Decimal places that an interval bears: steps of about a tenth of its width, at most four places.

    Without an interval, two significant figures of the value.
    """
    if low is not None and high is not None and math.isfinite(high - low) and high > low:
        return max(0, min(4, -math.floor(math.log10((high - low) / 5))))
    if value is None or value == 0 or not math.isfinite(value):
        return 1
    return max(0, min(4, 1 - math.floor(math.log10(abs(value)))))


def rounded(value: float, decimals: int) -> float:
    """Halves away from nought, the ninth figure taken as exact: one number reads alike wherever it came from."""
    if abs(value) >= _BEYOND:
        return value
    return float(Decimal(f"{value:.9g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def number(value: float | None, decimals: int, sign: bool = False) -> str:
    """A number with a true minus sign and grouped thousands; an en dash when there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{rounded(value, decimals):{'+' if sign else ''},.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def effect(measure: Measure, value: float | None, low: float | None, high: float | None) -> str:
    """``−2.4 (−3.5 to −1.3)``, in the measure's unit, which is not repeated."""
    f = scale(measure).factor
    v, a, b = (None if x is None else x * f for x in (value, low, high))
    d = places(a, b, v)
    return f"{number(v, d, sign=True)} ({_end(a, d)} to {_end(b, d)})"


def _end(value: float | None, decimals: int) -> str:
    """An end of an interval; one that is out of all reason is not spelt out."""
    if value is not None and math.isfinite(value) and abs(value) >= _BEYOND:
        return "above +1 billion" if value > 0 else f"below {MINUS}1 billion"
    return number(value, decimals, sign=True)


def effect_in_full(measure: Measure, value: float | None, low: float | None, high: float | None) -> str:
    """The same with its unit: ``−2.4 (−3.5 to −1.3) percentage points``, ``+3% (+1% to +5%) of the usual level``."""
    text, unit = effect(measure, value, low, high), scale(measure).unit
    if not unit.startswith("%"):
        return f"{text} {unit}".rstrip()
    return (
        "".join(f"{part}%" if part[-1:].isdigit() else part for part in re.split(r"(?<=\d)(?=[ )])", text)) + unit[1:]
    )


def plain(value: float | None) -> str:
    """Three significant figures without trailing zeros: 0.41, 0.05, 1."""
    if value is None or not math.isfinite(value):
        return "–"
    if 0 < abs(value) < 0.001:
        return "<0.001" if value > 0 else f">{MINUS}0.001"
    places_ = max(0, min(6, 2 - math.floor(math.log10(abs(value))))) if value else 0
    text = number(value, places_)
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(measure: Measure, value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A size without its sign, with its unit: ``2.4 percentage points``."""
    s = scale(measure)
    v, a, b = (None if x is None else abs(x) * s.factor for x in (value, low, high))
    a, b = (min(a, b), max(a, b)) if a is not None and b is not None else (a, b)
    joint = "" if s.unit.startswith("%") else " "
    return f"{number(v, places(a, b, v))}{joint}{s.unit}".rstrip()


def level(measure: Measure, value: float | None) -> str:
    """A level with its unit: ``22.1%``, ``12.4 per 1,000 attendances``."""
    s = scale(measure)
    if value is None:
        return "–"
    shown = value * s.factor
    text = number(shown, 1 if abs(shown) < 1000 else 0)
    return f"{text}{'' if s.level_unit.startswith('%') else ' '}{s.level_unit}".rstrip()


def chance(p: float | None) -> str:
    """A probability as a percentage, never rounded to certainty."""
    if p is None or not math.isfinite(p):
        return "not known"
    if p < 0.01:
        return "under 1%"
    return "over 99%" if p > 0.99 else f"{100 * p:.0f}%"


def p_value(p: float | None) -> str:
    """A p value to two figures."""
    if p is None or not math.isfinite(p):
        return "–"
    return "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def day(when: dt.date) -> str:
    """``3 May 2024``."""
    return f"{when.day} {when:%B %Y}"


def period(at: str) -> str:
    """An ISO date as ``May 2024``; anything else as it is."""
    try:
        return f"{dt.date.fromisoformat(at):%B %Y}"
    except ValueError:
        return clean(at)
