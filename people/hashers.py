"""Django's password hashers behind the gate: no way in can be forgotten, since one past the limits checks nothing."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import hashers

from people.guessing import require_open_gate


class Gated:
    """Compares passwords inside `people.guessing.guess` only. Making a hash for a new password is free."""

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether the password is right.

        Raises:
            NotThroughTheGate: outside.
        """
        require_open_gate()
        inner: Any = super()
        return bool(inner.verify(password, encoded))


class GatedArgon2(Gated, hashers.Argon2PasswordHasher):
    """What new passwords are hashed with."""


class GatedPBKDF2(Gated, hashers.PBKDF2PasswordHasher):
    """For passwords that were brought along from another Django; hashed anew when they are next right."""
