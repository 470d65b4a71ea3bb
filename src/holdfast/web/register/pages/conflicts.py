"""When somebody else saved first: what is there now beside what was typed, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.web.register.fields import LABELS, values_of
from holdfast.web.register.models import Change


@dataclass(frozen=True)
class Difference:
    """One field as it stands now and as it was typed."""

    label: str
    there: str
    typed: str


def differences(names: Iterable[str], current: Change, typed: Mapping[str, Any]) -> list[Difference]:
    """The fields in which what was typed differs from what is there now."""
    held = values_of(current, tuple(name for name in names if name in LABELS))
    pairs = [(name, _said(value), _said(typed.get(name))) for name, value in held.items() if name in typed]
    return [Difference(LABELS[name], there, mine) for name, there, mine in pairs if there != mine]


def _said(value: Any) -> str:
    import datetime as dt
    from decimal import Decimal

    from holdfast.web.register.fields import plain_number

    if isinstance(value, (list, tuple)):
        return "\n".join(str(one) for one in value)
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return plain_number(value)
    return "" if value is None else str(value)
