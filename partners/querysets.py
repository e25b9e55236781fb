"""Named filters of vendors, partners, enrollments and seats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

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
            return self.filter(Exists(with_vendor), merged_into=None)
        if actor.is_partner:
            return self.filter(pk=actor.partner_id)
        return self.none()


class OfPartnerQuerySet(ScopedQuerySet):
    """What belongs to a partner as such, whichever vendors it works with."""

    def visible_to(self, actor: Actor) -> Self:
        """Show it to whoever sees the partner."""
        return self.filter(partner__in=apps.get_model("partners", "Partner").objects.visible_to(actor))


class EnrollmentQuerySet(ScopedQuerySet):
    """Enrollments."""

    def visible_to(self, actor: Actor) -> Self:
        """Leave out those that a merge of their partner folded into another one."""
        found = super().visible_to(actor)
        return found if actor.is_partner else found.filter(partner__merged_into=None)

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


class InvitationQuerySet(ScopedQuerySet):
    """Invitations."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a partner those to its team, a vendor those to its staff and those that it sent itself."""
        if actor.read_only:
            return self.none()
        if actor.is_partner:
            return self.filter(partner_id=actor.partner_id)
        if actor.kind in {Kind.VENDOR, Kind.SYSTEM} and actor.vendor_id is not None:
            return self.filter(Q(vendor_id=actor.vendor_id) | Q(issuer_id=actor.vendor_id))
        return self.none()

    def waiting(self) -> Self:
        """Return what was neither accepted nor taken back; some of them have expired."""
        return self.filter(accepted_at=None, revoked_at=None)

    def held(self) -> Self:
        """Return those that came with a list, and whose mails nobody had sent yet."""
        return self.waiting().filter(sendings=0)


class JoinRequestQuerySet(ScopedQuerySet):
    """Requests to join a team."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a partner those of proven addresses; nobody else, not even vendors."""
        if not actor.is_partner or actor.read_only:
            return self.none()
        return self.filter(partner_id=actor.partner_id, confirmed_at__isnull=False)

    def waiting(self) -> Self:
        """Return those that can be decided."""
        return self.filter(confirmed_at__isnull=False, decided_at=None, expires_at__gt=timezone.now())


class TokenQuerySet(ScopedQuerySet):
    """Access tokens."""

    def visible_to(self, actor: Actor) -> Self:
        """Show each person the tokens of the seat it acts from."""
        if actor.person_id is None or actor.seat_id is None:
            return self.none()
        return self.filter(seat_id=actor.seat_id, seat__person_id=actor.person_id)


class ProviderQuerySet(ScopedQuerySet):
    """Identity providers."""

    def in_use(self) -> Self:
        """Return those that let people in."""
        return self.filter(is_active=True)

    def for_address(self, email: str) -> Self:
        """Return those in use that speak for an address's mail domain, whether or not someone has the address."""
        domain = email.strip().rpartition("@")[2].casefold()
        return self.in_use().filter(domains__contains=[domain]) if domain else self.none()


class TypeChangeQuerySet(ScopedQuerySet):
    """Changes of partners' kinds."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a vendor those that it proposed, a partner its own; a vendor that looks on sees none."""
        if actor.is_partner and not actor.read_only:
            return self.filter(partner_id=actor.partner_id)
        return super().visible_to(actor) if actor.kind in {Kind.VENDOR, Kind.SYSTEM} else self.none()

    def open(self) -> Self:
        """Return those that wait for the partner."""
        return self.filter(state="proposed")


class MergeQuerySet(ScopedQuerySet):
    """Merges of partner records."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a vendor those that it proposed, a partner those of its record; a vendor that looks on sees none."""
        if actor.is_partner and not actor.read_only:
            return self.filter(Q(kept_id=actor.partner_id) | Q(absorbed_id=actor.partner_id))
        return super().visible_to(actor) if actor.kind in {Kind.VENDOR, Kind.SYSTEM} else self.none()

    def open(self) -> Self:
        """Return those that wait for someone."""
        return self.filter(state="proposed")
