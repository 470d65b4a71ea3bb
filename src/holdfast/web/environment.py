"""Settings read from the environment, each with its kind, so that a wrong one is told at the start."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


class Environment:
    """The environment's variables as text, numbers, flags, folders and databases."""

    def __init__(self, held: Mapping[str, str] | None = None) -> None:
        self.held = os.environ if held is None else held

    def text(self, name: str, default: str) -> str:
        """The variable as it stands."""
        return self.held.get(name, default)

    def words(self, name: str, default: list[str]) -> list[str]:
        """Words separated by commas."""
        said = self.held.get(name)
        return default if said is None else [word.strip() for word in said.split(",") if word.strip()]

    def flag(self, name: str) -> bool:
        """1, true, yes or on; anything else that is not empty, 0, false, no or off is refused."""
        said = self.held.get(name, "").strip().lower()
        if said in {"", "0", "false", "no", "off"}:
            return False
        if said in {"1", "true", "yes", "on"}:
            return True
        raise ImproperlyConfigured(f"{name} is neither on nor off. Set it to 1 or 0.")

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        said = self.held.get(name, "").strip()
        if not said:
            return default
        if not said.isdigit():
            raise ImproperlyConfigured(f"{name} is not a whole number. Set it to a number such as {default}.")
        return int(said)

    def folder(self, name: str, default: Path) -> Path:
        """A folder, as an absolute path; it is made when it is first written to."""
        return Path(self.held.get(name) or default).expanduser().resolve()

    def holding(self, name: str, files: tuple[str, ...]) -> Path | None:
        """A folder that must hold some files, there or in a folder below; None when the variable is not set."""
        said = self.held.get(name, "").strip()
        if not said:
            return None
        folder = Path(said).expanduser().resolve()
        if missing := [file for file in files if next(folder.rglob(file), None) is None]:
            raise ImproperlyConfigured(f"{name}: {folder} has no {' and no '.join(missing)}. Leave it unset for none.")
        return folder

    def endpoint(self, url: str, model: str) -> dict[str, str]:
        """An address and a model's name, or nothing when neither is set."""
        told = {name: self.held.get(name, "").strip() for name in (url, model)}
        if not any(told.values()):
            return {}
        if lacking := [name for name, said in told.items() if not said]:
            raise ImproperlyConfigured(f"{lacking[0]} is not set. Set both {url} and {model}, or neither.")
        parts = urlsplit(told[url])
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
            raise ImproperlyConfigured(f"{url} should be like https://models.example.org/v1, without a key in it.")
        return told

    def secret(self, name: str, home: Path) -> str:
        """The secret key: from the environment, else made once and kept in the home folder, readable by its owner."""
        if said := self.held.get(name):
            return said
        kept = home / "secret.key"
        if not kept.exists():
            home.mkdir(parents=True, exist_ok=True)
            try:
                handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return kept.read_text(encoding="ascii")
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
        return kept.read_text(encoding="ascii")

    def database(self, name: str, default: Path) -> dict[str, Any]:
        """``postgresql://user:password@host:port/name``, or SQLite in a file when the variable is not set."""
        said = self.held.get(name, "").strip()
        if not said:
            return sqlite(default)
        parts = urlsplit(said)
        if parts.scheme not in {"postgresql", "postgres"}:
            raise ImproperlyConfigured(f"{name} should begin with postgresql://. Leave it unset for SQLite.")
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(query.get("host", parts.hostname or "")),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }

    def openid(self, name: str) -> dict[str, Any]:
        """One OpenID Connect provider from a JSON object: id, name, client_id, secret, server_url."""
        said = self.held.get(name, "").strip()
        if not said:
            return {}
        wanted = {"id", "name", "client_id", "secret", "server_url"}
        try:
            given = json.loads(said)
        except json.JSONDecodeError as problem:
            raise ImproperlyConfigured(f"{name} is not JSON: {problem.msg} at character {problem.pos}.") from None
        if not isinstance(given, dict) or set(given) != wanted:
            raise ImproperlyConfigured(f"{name} should be a JSON object with exactly {', '.join(sorted(wanted))}.")
        app = {
            "provider_id": given["id"],
            "name": given["name"],
            "client_id": given["client_id"],
            "secret": given["secret"],
            "settings": {"server_url": given["server_url"]},
        }
        return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def sqlite(file: Path) -> dict[str, Any]:
    """SQLite so that readers never wait for a writer, writers queue, and what was acknowledged survives a kill."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
        },
    }
