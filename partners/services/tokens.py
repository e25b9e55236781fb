"""API tokens: making and revoking."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.authentication import TOKEN_PREFIX, digest_of
from partners.events import TOKEN_MADE, TOKEN_REVOKED
from partners.models import AccessToken
from partners.permissions import MAKE_TOKENS
from prm.kernel.actors import BY_HAND
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

SCOPES = (
    "deals:read",
    "deals:write",
    "leads:read",
    "leads:write",
    "accounts:read",
    "accounts:write",
    "partners:read",
    "partners:write",
    "profile:write",
    "programs:read",
    "programs:write",
    "onboarding:read",
    "onboarding:write",
    "events:read",
    "facts:read",
    "facts:write",
    "standing:read",
    "standing:write",
)
LONGEST_DAYS = 365


@transaction.atomic
def make_token(*, actor: Actor, name: str, scopes: list[str], days: int) -> tuple[AccessToken, str]:
    """Make an API token for the actor's own seat; returns the row and the token, which is never shown again.

    Args:
        days: until it expires, 1 to 365.

    Raises:
        Forbidden: asked for with a token. RuleViolation: unknown scope, no scope, or days out of range.
    """
    if actor.seat_id is None or actor.via not in BY_HAND or not actor.may(MAKE_TOKENS):
        raise Forbidden("not_allowed", _("Sign in to make a token; a token can't make another."))
    if not scopes or not set(scopes) <= set(SCOPES):
        raise RuleViolation("unknown_scope", _("Choose at least one of the scopes listed."), "scopes")
    if not 1 <= days <= LONGEST_DAYS:
        raise RuleViolation("days_out_of_range", _("Between 1 and 365 days."), "days")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        seat_id=actor.seat_id,
        name=name,
        prefix=secret[:10],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(TOKEN_MADE, actor=actor, subject=token, data={"name": name, "scopes": token.scopes})
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token: AccessToken) -> AccessToken:
    """End a token at once. Revoking twice is harmless.

    Raises:
        Http404: not a token of the actor's seat.
    """
    fresh = AccessToken.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=token.pk).first()
    if fresh is None:
        raise Http404
    if fresh.revoked_at is None:
        fresh.revoked_at = timezone.now()
        fresh.save(update_fields=["revoked_at"])
        record(TOKEN_REVOKED, actor=actor, subject=fresh, data={"name": fresh.name})
    return fresh
