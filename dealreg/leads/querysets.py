"""Named filters of leads and their offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import Q

from dealreg.leads.enums import FREE, HELD, OfferState
from prm.kernel.actors import Reach
from prm.kernel.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from prm.kernel.actors import Actor


class LeadQuerySet(ScopedQuerySet):
    """Leads."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a vendor its leads; a partner those that it accepted and still has, and no others."""
        if not actor.is_partner:
            return super().visible_to(actor)
        offers = apps.get_model("dealreg", "LeadOffer").objects.visible_to(actor)
        return self.filter(pk__in=offers.filter(state=OfferState.ACCEPTED).values("lead_id"))

    def free(self) -> Self:
        """Return those that can be offered."""
        return self.filter(state__in=FREE)


class OfferQuerySet(ScopedQuerySet):
    """Offers of leads."""

    def visible_to(self, actor: Actor) -> Self:
        """Show who reaches only its own records also what nobody of the partner has answered."""
        if not actor.is_partner or actor.reach is not Reach.OWN:
            return super().visible_to(actor)
        conditions = self.model.scope.conditions(actor)
        if conditions is None:
            return self.none()
        conditions.pop("owner_id", None)
        return self.filter(Q(owner_id=actor.person_id) | Q(owner_id=None), **conditions)

    def open(self) -> Self:
        """Return those that wait for an answer."""
        return self.filter(state=OfferState.OPEN)

    def held(self) -> Self:
        """Return accepted ones whose lead isn't a deal yet."""
        return self.filter(state=OfferState.ACCEPTED, lead__state__in=HELD)

    def lapsing(self, now: datetime) -> Self:
        """Return those whose time to answer is over."""
        return self.open().filter(until__lte=now)

    def untouched(self, now: datetime) -> Self:
        """Return accepted ones whose time for the first contact is over, without one."""
        return self.filter(state=OfferState.ACCEPTED, contacted_at=None, contact_due_at__lte=now)
