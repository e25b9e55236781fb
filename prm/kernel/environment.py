"""The environment, typed: each variable is read once, checked, and listed for the configuration reference."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, type, default as shown in the reference, and what it is for."""

    name: str
    kind: str
    default: str
    purpose: str


VARIABLES: dict[str, Variable] = {}


def _read(name: str, kind: str, default: str, purpose: str) -> str:
    VARIABLES[name] = Variable(name, kind, default, purpose)
    return os.environ.get(name, default)


def text(name: str, default: str = "", *, purpose: str) -> str:
    """Return the variable as text."""
    return _read(name, "text", default, purpose)


def secret(name: str, *, purpose: str) -> str:
    """Return a variable that has no default.

    Raises:
        ImproperlyConfigured: it is not set.
    """
    value = _read(name, "secret", "", purpose)
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {purpose}")
    return value


def flag(name: str, *, default: bool, purpose: str) -> bool:
    """Return the variable as a truth value; 1/0, true/false, yes/no and on/off are understood.

    Raises:
        ImproperlyConfigured: it is something else.
    """
    value = _read(name, "flag", "1" if default else "0", purpose).strip().casefold()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def integer(name: str, default: int, *, purpose: str) -> int:
    """Return the variable as a whole number.

    Raises:
        ImproperlyConfigured: it is not one.
    """
    value = _read(name, "number", str(default), purpose)
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None


def words(name: str, default: str = "", *, purpose: str) -> list[str]:
    """Return the variable as a list, split at commas."""
    return [word.strip() for word in _read(name, "list", default, purpose).split(",") if word.strip()]


def json_object(name: str, *, purpose: str) -> dict[str, Any]:
    """Return the variable as the object that its JSON text describes; an empty one without it.

    Raises:
        ImproperlyConfigured: it is no JSON object.
    """
    text_of_it = _read(name, "JSON", "", purpose)
    try:
        found = json.loads(text_of_it or "{}")
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ImproperlyConfigured(f"{name} must be a JSON object")
    return found


def database(name: str, *, purpose: str) -> dict[str, object]:
    """Return Django's settings for the PostgreSQL database in a URL.

    Raises:
        ImproperlyConfigured: the variable is missing or names another kind of database.
    """
    parts = urlsplit(secret(name, purpose=purpose))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must start with postgres://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or 5432),
    }
