"""Named filters over ideal profiles, prospects, applications, journeys and agreements."""

from __future__ import annotations

from typing import Self

from onboarding.enums import VersionState
from prm.kernel.scoping import ScopedQuerySet


class VersionQuerySet(ScopedQuerySet):
    """Versions of an ideal profile, a journey or an agreement's text."""

    def published(self) -> Self:
        """Return those that hold now."""
        return self.filter(state=VersionState.PUBLISHED)

    def drafts(self) -> Self:
        """Return those that are still worked on."""
        return self.filter(state=VersionState.DRAFT)
