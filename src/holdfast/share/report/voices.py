"""What people would do with a practice, by role, in one table: side by side and never added up."""

from __future__ import annotations

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.records.voices import Voice
from holdfast.share.charts import Table
from holdfast.share.disclosure.voices import UNTOLD
from holdfast.share.report.index import WHOLE, Index
from holdfast.share.words import clean, number

_HEADS = ("Who", "Practice", "About whom", "People", "In favour (95% interval)", "Opposed (95% interval)", "Most would")
_KINDS = {"role": "", "people": "", "opinion group": ", found in the votes"}


def voices_table(index: Index, change: str) -> Table | None:
    """Everybody who spoke about a change; None where nobody did. A group of people is told once, about everyone."""
    rows = [v for v in index.voices(change) if v.kind != "people" or v.dimension == EVERYONE]
    if not rows:
        return None
    every = {(v.practice, v.role): v for v in rows if (v.dimension, v.level, v.setting) == WHOLE}
    return Table("What people would do, by role", _HEADS, tuple(_row(v, every.get((v.practice, v.role))) for v in rows))


def _row(v: Voice, every: Voice | None) -> tuple[str, ...]:
    """One voice; where it may not be told apart from what its role says of everyone, that stands and is said to."""
    who = clean(v.role)[:1].upper() + clean(v.role)[1:] + _KINDS.get(v.kind, "")
    people = "everyone" if v.dimension == EVERYONE else f"{clean(v.dimension)}: {clean(v.level)}"
    about = people if v.setting == ALL_SETTINGS else f"{people}, {clean(v.setting)}"
    count = number(v.voices, 0)
    if v.made == UNTOLD and every is not None and every.support is not None:
        count, v = "as of everyone: too few answered for them, or nobody did", every
    if v.support is None:
        return who, clean(v.practice), about, "too few to tell", "–", "–", "–"
    shares = {name: getattr(v, name) or 0.0 for name in ("retain", "adapt", "reinstate", "stop")}
    wish = max(shares, key=lambda name: shares[name])
    return (
        who,
        clean(v.practice),
        about,
        count,
        _percent(v.support, v.support_low, v.support_high),
        _percent(v.opposition, v.opposition_low, v.opposition_high),
        f"{wish} ({100 * shares[wish]:.0f}%)",
    )


def _percent(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return "–"
    return f"{100 * value:.0f}% ({100 * low:.0f}% to {100 * high:.0f}%)"
