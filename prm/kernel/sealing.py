"""Secrets that must be kept readable: sealed with a key that follows from SECRET_KEY and a purpose."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(ValueError):
    """Sealed with another SECRET_KEY or for another purpose, or not sealed at all."""


def seal(text: str, *, purpose: str) -> str:
    """Return `text` encrypted and authenticated (AES-128 and HMAC-SHA256), for a column of the database."""
    return _box(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Return the text.

    Raises:
        Unreadable: it was sealed with another SECRET_KEY or for another purpose.
    """
    try:
        return _box(settings.SECRET_KEY, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable(purpose) from error


@lru_cache(maxsize=16)
def _box(secret: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
