"""Every address has a line in tests/web/access/, and every role meets there what the line says.

A line reads ``name | arguments | roles``: the address's name, its arguments as ``key=value`` (a value in braces is
made by the fixture ``things``), and the roles that may open it, or ``everybody``, or ``signed in``. Anybody else is
sent to sign in, or, signed in, refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from holdfast.web.people.verbs import ROLES

LINES = [
    tuple(part.strip() for part in line.split("|"))
    for file in sorted((Path(__file__).parent / "access").glob("*.txt"))
    for line in file.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]
OTHERS = ("allauth", "ninja", "django.")
EVERY_ROLE = [*ROLES, "nobody"]


def _addresses(found: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for pattern in found.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern, (*names, pattern.namespace) if pattern.namespace else names)
        elif not getattr(pattern.callback, "func", pattern.callback).__module__.startswith(OTHERS):
            yield ":".join((*names, pattern.name or "")), pattern


def test_every_address_has_a_line() -> None:
    missing = {name for name, _ in _addresses(get_resolver())} - {line[0] for line in LINES}
    assert not missing, f"say who may open {sorted(missing)} in tests/web/access/"


def test_every_line_has_an_address() -> None:
    assert not {line[0] for line in LINES} - {name for name, _ in _addresses(get_resolver())}


def test_every_view_names_the_verb_of_its_line() -> None:
    views = dict(_addresses(get_resolver()))
    for name, _words, roles in LINES:
        verb = views[name].callback.verb
        if roles in {"everybody", "signed in"}:
            assert verb == roles, name
        else:
            holders = {code for code, (_n, _m, verbs) in ROLES.items() if verb in verbs}
            said = {role.strip() for role in roles.split(",")}
            assert said == holders, f"{name} asks for {verb}, which {sorted(holders)} hold"


def _asked(client: Client, name: str, words: str, things: Any) -> Any:
    named = dict(pair.split("=", 1) for pair in words.split()) if words else {}
    arguments = {key: things[value[1:-1]] if value.startswith("{") else value for key, value in named.items()}
    return client.get(reverse(name, kwargs=arguments))


@pytest.mark.parametrize("line", LINES, ids=[line[0] for line in LINES])
def test_each_role_meets_what_the_line_says(
    line: tuple[str, str, str], as_: Callable[[str], Client], things: Any
) -> None:
    name, words, roles = line
    said = {role.strip() for role in roles.split(",")}
    for role in ("", *EVERY_ROLE):
        welcome = roles == "everybody" or (roles == "signed in" and role) or role in said or "public-reader" in said
        got = _asked(as_(role), name, words, things)
        sent_to_sign_in = got.status_code == 302 and got.headers["Location"].startswith("/account/login/")
        if welcome:
            assert got.status_code < 500 and got.status_code not in {403} and not sent_to_sign_in, (name, role, got)
        elif role:
            assert got.status_code == 403, (name, role, got.status_code)
        else:
            assert sent_to_sign_in, (name, got.status_code)
