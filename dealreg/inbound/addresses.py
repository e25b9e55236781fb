"""Addresses to which a person forwards mails: a random code, and its signature, so that none can be made up."""

from __future__ import annotations

import base64
import re
import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from collections.abc import Iterable

SALT = "dealreg.inbound.addresses"
CODE_BYTES, CODE_LENGTH, SIGNATURE_LENGTH = 10, 16, 16
_ADDRESS = re.compile(rf"deals\+([a-z2-7]{{{CODE_LENGTH}}})([a-z2-7]{{{SIGNATURE_LENGTH}}})@([a-z0-9.-]{{1,253}})")
MOST_LOOKED_AT = 20_000


def is_on() -> bool:
    """Whether this installation takes mails in."""
    return bool(settings.INBOUND_MAIL_DOMAIN)


def new_code() -> str:
    """Return a code that nobody can guess."""
    return base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()


def address_for(code: str) -> str:
    """Return the whole address of a code."""
    return f"deals+{code}{_signature(code)}@{settings.INBOUND_MAIL_DOMAIN.lower()}"


def code_in(texts: Iterable[str]) -> str:
    """Return the code of the first of our addresses with a right signature in some texts, "" where there is none.

    No row is read for it: a made-up address costs an HMAC.
    """
    domain = settings.INBOUND_MAIL_DOMAIN.lower()
    for text in texts:
        for code, signature, at in _ADDRESS.findall(text[:MOST_LOOKED_AT].lower()):
            if domain and at == domain and constant_time_compare(signature, _signature(code)):
                return str(code)
    return ""


def _signature(code: str) -> str:
    text = f"{code}@{settings.INBOUND_MAIL_DOMAIN.lower()}"
    digest = salted_hmac(SALT, text, algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:SIGNATURE_LENGTH]
