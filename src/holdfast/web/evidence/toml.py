"""A configuration as the holdfast.toml that a person would have written, and back."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ORDER: Final = ("workspace", "tables", "populations", "changes", "measures", "adoption_rules", "studies", "policy")
_SAID: Final = {
    "workspace": "What this is, and the length of a period.",
    "tables": "Where each table is, and what its columns are called there: {ours = theirs}.",
    "populations": "Groups of people or places, the most disadvantaged level first.",
    "adoption_rules": "When a place counts as having adopted, where it follows from a measure.",
    "studies": "The protocols: what is asked, fixed before it is answered.",
}
_INLINE: Final = {"columns", "constants", "filters", "exclude", "populations", "versions", "rule"}
_INLINE_TOO: Final = {"where", "numerator_where", "denominator_where"}


def written(config: Mapping[str, Any]) -> str:
    """The whole configuration, section by section, with a line before each that says what it is."""
    names = [*(name for name in _ORDER if name in config), *(name for name in config if name not in _ORDER)]
    lines = [
        "# Written by Holdfast from what was chosen in the browser. Every key is explained in docs/workspace.md.",
        "",
    ]
    for name in names:
        if config[name] in ({}, [], None):
            continue
        lines += [f"# {_SAID[name]}"] if name in _SAID else []
        lines += [*_section((name,), config[name])]
    return "\n".join(lines).rstrip() + "\n"


def read(text: str) -> dict[str, Any]:
    """The configuration as plain data; dates as ISO text, so that it can be kept as JSON.

    Raises tomllib.TOMLDecodeError, which says the line.
    """
    plain: dict[str, Any] = _plain(tomllib.loads(text.lstrip("\ufeff")))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else value


def _section(path: tuple[str, ...], value: Any) -> Iterator[str]:
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for one in value:
            yield f"[[{_name(path)}]]"
            yield from _table(path, one)
    elif isinstance(value, Mapping):
        if not value or any(not _is_section(key, one) for key, one in value.items()):
            yield f"[{_name(path)}]"
        yield from _table(path, value)
    else:
        yield f"{_key(path[-1])} = {_value(value)}"
        yield ""


def _table(path: tuple[str, ...], held: Mapping[str, Any]) -> Iterator[str]:
    """Values first, then the sections inside."""
    for key, one in held.items():
        if one is not None and one != {} and not _is_section(key, one):
            yield f"{_key(key)} = {_value(one)}"
    if any(not _is_section(key, one) for key, one in held.items()):
        yield ""
    for key, one in held.items():
        if _is_section(key, one) and one:
            yield from _section((*path, key), one)


def _is_section(key: str, value: Any) -> bool:
    if key in _INLINE | _INLINE_TOO:
        return False
    return isinstance(value, Mapping) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)
    )


def _name(path: tuple[str, ...]) -> str:
    return ".".join(_key(part) for part in path)


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _text(text)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items() if one is not None) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    """JSON's strings are TOML's, but for one character that TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
