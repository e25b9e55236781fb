"""Reads about people."""

from __future__ import annotations

from people.models import Person


def is_deserted() -> bool:
    """Whether nobody can sign in yet: the installation is new. One query."""
    return not Person.objects.exists()


def is_known(email: str) -> bool:
    """Whether somebody has an account at this address, whatever its case. One query."""
    return Person.objects.filter(email__iexact=email).exists()
