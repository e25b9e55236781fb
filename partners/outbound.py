"""Requests to identity providers: guarded, and let into the networks of IDENTITY_PROVIDER_PRIVATE_NETWORKS."""

from __future__ import annotations

from django.conf import settings

from prm.kernel.outbound import GuardedSession, NotAllowed, check_address

__all__ = ["NotAllowed", "ProviderSession", "check_address"]


class ProviderSession(GuardedSession):
    """A session that asks identity providers only."""

    def __init__(self) -> None:
        super().__init__(settings.IDENTITY_PROVIDER_PRIVATE_NETWORKS)
