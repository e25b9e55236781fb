"""The secrets of webhook steps: one per step of a template, over all its versions."""

from __future__ import annotations

import base64
import secrets

from onboarding.models import StepSecret
from prm.kernel.sealing import seal, unseal

PURPOSE = "webhook steps"
BYTES = 32


def secret_of(template_id: int, slug: str) -> str | None:
    """Return a step's secret as Standard Webhooks writes it, or None where nobody made one. One query."""
    sealed = StepSecret.objects.filter(template_id=template_id, slug=slug).values_list("sealed", flat=True).first()
    return unseal(sealed, purpose=PURPOSE) if sealed else None


def fresh_secret() -> str:
    """Return a new one."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def sealed_secret(secret: str) -> str:
    """Return it as it is kept."""
    return seal(secret, purpose=PURPOSE)
