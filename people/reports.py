"""Reads about people."""

from __future__ import annotations

from people.models import Person


def is_deserted() -> bool:
    """Whether nobody can sign in yet: the installation is new. One query."""
    return not Person.objects.exists()
