"""Named filters over schemes, points and reviews."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db.models import Exists, OuterRef, Q

from prm.kernel.scoping import ScopedQuerySet
from standing.enums import OPEN_REVIEWS, SchemeState


class SchemeQuerySet(ScopedQuerySet):
    """Schemes."""

    def published(self) -> Self:
        """Return those that are or will be in force, or were."""
        return self.filter(state=SchemeState.PUBLISHED)

    def in_force(self, day: date) -> Self:
        """Return the version that holds on a day, for each program and partner type."""
        later = self.model.objects.published().filter(
            program=OuterRef("program"),
            partner_type=OuterRef("partner_type"),
            valid_from__lte=day,
            valid_from__gt=OuterRef("valid_from"),
        )
        return self.published().filter(~Exists(later), valid_from__lte=day)


class ReviewQuerySet(ScopedQuerySet):
    """Reviews that may lower a tier."""

    def open(self) -> Self:
        """Return those that aren't over."""
        return self.filter(state__in=OPEN_REVIEWS)


class OverrideQuerySet(ScopedQuerySet):
    """Tiers given by hand."""

    def running(self, day: date) -> Self:
        """Return those that hold on a day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), ended_at=None, starts_on__lte=day)


class HoldingQuerySet(ScopedQuerySet):
    """What achievements count for."""

    def standing(self) -> Self:
        """Return rows that hold: neither counter-entries nor what they take back."""
        back = self.model.objects.filter(
            achievement=OuterRef("achievement"), enrollment=OuterRef("enrollment"), turn=OuterRef("turn"), n=-1
        )
        return self.filter(~Exists(back), n=1)
