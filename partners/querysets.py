"""Named filters of vendors, partners, enrollments and seats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from partners.enums import LIVE
from prm.kernel.actors import Kind
from prm.kernel.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


class PartnerQuerySet(ScopedQuerySet):
    """Partners."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a vendor the partners that have or had an enrollment with it, a partner itself."""
        if actor.kind in {Kind.VENDOR, Kind.SYSTEM} and actor.vendor_id is not None:
            enrollment = apps.get_model("partners", "Enrollment")
            with_vendor = enrollment.objects.filter(partner=OuterRef("pk"), vendor_id=actor.vendor_id)
            return self.filter(Exists(with_vendor))
        if actor.is_partner:
            return self.filter(pk=actor.partner_id)
        return self.none()


class EnrollmentQuerySet(ScopedQuerySet):
    """Enrollments."""

    def live(self) -> Self:
        """Return those that give access."""
        return self.filter(status__in=LIVE)


class SeatQuerySet(ScopedQuerySet):
    """Seats."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a partner its own seats, a vendor its own and those of partners enrolled with it."""
        if actor.is_partner:
            return self.filter(partner_id=actor.partner_id)
        if actor.kind in {Kind.VENDOR, Kind.SYSTEM} and actor.vendor_id is not None:
            enrollment = apps.get_model("partners", "Enrollment")
            with_vendor = enrollment.objects.filter(partner=OuterRef("partner"), vendor_id=actor.vendor_id)
            return self.filter(Q(vendor_id=actor.vendor_id) | Exists(with_vendor))
        return self.none()

    def active(self) -> Self:
        """Return seats whose holder may act from them."""
        return self.filter(is_active=True, person__is_active=True)


class TokenQuerySet(ScopedQuerySet):
    """Access tokens."""

    def visible_to(self, actor: Actor) -> Self:
        """Show each person the tokens of the seat it acts from."""
        if actor.person_id is None or actor.seat_id is None:
            return self.none()
        return self.filter(seat_id=actor.seat_id, seat__person_id=actor.person_id)
