"""Modules that are loaded when they are first used: for heavy libraries that few requests of a web worker need."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from django.utils.functional import SimpleLazyObject


def lazily(name: str) -> Any:
    """Return a module by its dotted name; it is imported when one of its names is asked for."""
    return SimpleLazyObject(partial(import_module, name))
