"""The link by which an invited prospect finds the form filled in: signed, so that nobody makes one up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import signing

from onboarding.enums import ProspectState
from onboarding.models import Prospect
from prm.kernel.opaque import unveil, veil

if TYPE_CHECKING:
    from partners.models import Program

SALT = "onboarding.prospect"
LASTS = timedelta(days=90)
PARAMETER = "invitation"
"""The form's query parameter that carries the token."""


def token_of(prospect: Prospect) -> str:
    """Return the token that an invitation's link carries."""
    return signing.dumps(veil(prospect.pk, "prospect"), salt=SALT)


def application_path(program: Program, token: str = "") -> str:
    """Return where one applies for a program, with an invitation's token if given."""
    path = f"/apply/{program.vendor.slug}/{program.slug}/"
    return f"{path}?{PARAMETER}={token}" if token else path


def prospect_of(token: str) -> Prospect | None:
    """Return the prospect that was invited by a link; None for a token that is none, too old, or of no invitation now.

    Whoever holds the link may see what the vendor knows of the company, as the form's first answers.
    """
    try:
        key = unveil(str(signing.loads(token, salt=SALT, max_age=LASTS)), "prospect")
    except (signing.BadSignature, ValueError):
        return None
    found: Prospect | None = (
        Prospect.objects.filter(pk=key, state=ProspectState.INVITED).select_related("program", "vendor").first()
    )
    return found
