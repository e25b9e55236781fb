"""Named filters of the catalogue and of facts from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef

from accounts.enums import PairVerdict
from prm.kernel.actors import Reach
from prm.kernel.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import date, datetime

    from prm.kernel.actors import Actor


class AccountQuerySet(ScopedQuerySet):
    """Accounts."""

    def standing(self) -> Self:
        """Return those that aren't another name of an account that they were merged into."""
        return self.filter(merged_into=None)


class PriceQuerySet(ScopedQuerySet):
    """Prices."""

    def valid_on(self, day: date) -> Self:
        """Return the price of each product and currency that holds on a day."""
        started = self.filter(valid_from__lte=day)
        return started.order_by("product", "currency", "-valid_from").distinct("product", "currency")


class OutsideFactQuerySet(ScopedQuerySet):
    """Sales lines, usage readings and answers."""

    def visible_to(self, actor: Actor) -> Self:
        """Hide the partner's whole business from seats that reach only their own records."""
        found = super().visible_to(actor)
        return found.none() if actor.is_partner and actor.reach is Reach.OWN else found

    def standing(self) -> Self:
        """Return rows that hold: neither counter-entries nor what they take back."""
        back = self.model.objects.filter(
            vendor=OuterRef("vendor"),
            source=OuterRef("source"),
            external_id=OuterRef("external_id"),
            turn=OuterRef("turn"),
            n=-1,
        )
        return self.filter(~Exists(back), n=1)


class OpportunityQuerySet(ScopedQuerySet):
    """Opportunities of direct sales."""

    def open(self) -> Self:
        """Return those that aren't closed."""
        return self.filter(is_open=True)


class PairQuerySet(ScopedQuerySet):
    """Pairs of accounts that look alike."""

    def open(self) -> Self:
        """Return those that nobody decided."""
        return self.filter(verdict=PairVerdict.OPEN)


class ConnectionQuerySet(ScopedQuerySet):
    """Connections to CRM systems."""

    def due(self, now: datetime) -> Self:
        """Return those in use whose next fetch is due."""
        return self.filter(is_active=True, next_at__lte=now)
