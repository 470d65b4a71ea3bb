"""An effect as people out of a round number: about 24 fewer in every 1,000 attendances."""

from __future__ import annotations

import math

from holdfast.records import Effect, Measure
from holdfast.share.words.numbers import number, places, rounded, scale
from holdfast.share.words.text import clean, sentence

_BASES = (100, 1_000, 10_000, 100_000)
_MOST = {"proportion": 1.0, "rate": 1e6}
UNBOUNDED = "Too little is known to say how large the effect is."
"""Said where an interval leaves what the measure can do, as Student's t gives when its freedom is nearly none."""


def size(measure: Measure, effect: Effect) -> str:
    """How large the effect is, as a sentence: the finding's own words where it has them, else made here."""
    if _is_unbounded(measure, effect):
        return UNBOUNDED
    if effect.frequency.strip():
        return sentence(effect.frequency)
    if effect.estimate is None or effect.low is None or effect.high is None:
        return ""
    if measure.kind in ("proportion", "rate"):
        return _in_every(effect.estimate, effect.low, effect.high, clean(measure.unit) or "people", measure.kind)
    return _on_its_scale(measure, effect.estimate, effect.low, effect.high)


def _is_unbounded(measure: Measure, effect: Effect) -> bool:
    most = _MOST.get(measure.kind, math.inf)
    return any(end is not None and abs(end) > most for end in (effect.low, effect.high))


def _in_every(estimate: float, low: float, high: float, unit: str, kind: str) -> str:
    base = _base(estimate, low, high)
    of = f"{'in' if kind == 'proportion' else 'for'} every {base:,} {unit}"
    step = _step(base * (high - low))
    value, a, b = (step * rounded(base * x / step, 0) for x in (estimate, low, high))
    if low > 0 or high < 0:
        word = "more" if estimate > 0 else "fewer"
        near, far = sorted((abs(a), abs(b)))
        least = f"{near:,.0f}" if near else "almost none"
        return f"About {abs(value):,.0f} {word} {of}. The true figure is likely to be between {least} and {far:,.0f}."
    return f"The true effect could be anything from {_way(a)} to {_way(b)} {of}."


def _way(value: float) -> str:
    return "no change" if value == 0 else f"{abs(value):,.0f} {'fewer' if value < 0 else 'more'}"


def _base(estimate: float, low: float, high: float) -> int:
    """The smallest base at which a clear effect is at least ten, or an unclear one at least three either way."""
    clear = low > 0 or high < 0
    for base in _BASES:
        if base * abs(estimate) >= 10 if clear else base * max(abs(low), abs(high)) >= 3:
            return base
    return _BASES[-1]


def _step(width: float) -> float:
    """Whole numbers, in steps of about a tenth of the interval's width."""
    return max(1.0, 10.0 ** math.floor(math.log10(width / 5))) if width > 0 else 1.0


def _on_its_scale(measure: Measure, estimate: float, low: float, high: float) -> str:
    s = scale(measure)
    decimals = places(low * s.factor, high * s.factor)
    unit = s.unit if s.unit.startswith("%") else f" {s.unit}".rstrip()

    def said(x: float) -> str:
        return number(abs(x) * s.factor, decimals)

    if low > 0 or high < 0:
        word = "higher" if estimate > 0 else "lower"
        near, far = sorted((abs(low), abs(high)))
        ends = f"between {said(near)} and {said(far)}"
        return f"About {said(estimate)}{unit} {word}. The true figure is likely to be {ends}."
    return f"The true effect could be anything from {said(low)}{unit} lower to {said(high)}{unit} higher."
